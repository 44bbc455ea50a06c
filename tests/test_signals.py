"""Synthetic sounds against physics: what their Notes promise, measured here with nothing but NumPy."""

import re
import subprocess
import sys

import numpy as np
import pytest

from sonograph import signals
from sonograph.errors import SettingsError
from sonograph.signals.checks import number


def line(samples, frequency, sample_rate):
    """Amplitude of the line at `frequency`, Hann-weighted: the definition of one Fourier coefficient."""
    window = np.hanning(len(samples) + 1)[:-1]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / sample_rate)
    return 2 * abs(np.sum(samples * window * wave)) / window.sum()


def pitch(samples, near, sample_rate):
    """Where the line near a frequency lies, Hz: the greatest amplitude, found in ever narrower steps."""
    width = 4 * sample_rate / len(samples)
    while width > 1e-5 * near:
        trials = near + np.linspace(-width, width, 21)
        near = trials[np.argmax([line(samples, f, sample_rate) for f in trials])]
        width /= 8
    return near


def cents(frequency, reference):
    return 1200 * np.log2(frequency / reference)


def density(samples, sample_rate, n=1000):
    """Averaged periodograms, one-sided, Hann-weighted, half overlapped: (frequencies, mean square per hertz)."""
    window = np.hanning(n + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(samples, n)[:: n // 2] * window
    power = 2 * np.mean(np.abs(np.fft.rfft(frames)) ** 2, axis=0) / (sample_rate * np.sum(window**2))
    return np.fft.rfftfreq(n, 1 / sample_rate)[1:-1], power[1:-1]


def moving_frequency(samples, sample_rate):
    """Frequency by the phase of the analytic signal: (times between samples, hertz), the ends left out."""
    n = len(samples)
    spectrum = np.fft.fft(samples)
    spectrum[(n + 1) // 2 :] = 0
    turns = np.diff(np.unwrap(np.angle(np.fft.ifft(spectrum)))) / (2 * np.pi)
    middle = slice(n // 10, -n // 10)
    return ((np.arange(n - 1) + 0.5) / sample_rate)[middle], (turns * sample_rate)[middle]


def fall(samples, sample_rate):
    """Decibels that a sound falls in a second: a line through the levels of tenths of it."""
    parts = np.array_split(samples, 10)
    levels = [10 * np.log10(np.mean(part**2)) for part in parts]
    return -np.polyfit(np.arange(10), levels, 1)[0] * 10 * sample_rate / len(samples)


# Tones and chirps


def test_a_full_scale_sine_has_half_its_amplitude_squared_and_no_more():
    sound = signals.tone(1000, 1.0, sample_rate=8000)
    assert sound.samples.shape == (8000,) and sound.samples.dtype == np.float64 and sound.unit == "FS"
    spectrum = np.abs(np.fft.rfft(sound.samples)) * 2 / 8000
    assert spectrum[1000] == pytest.approx(1.0, abs=1e-14)
    assert np.delete(spectrum, 1000).max() < 1e-14


def test_a_tone_begins_at_zero_and_rises():
    samples = signals.tone(10, 0.1, sample_rate=1000).samples
    assert samples[0] == 0
    assert np.all(np.diff(samples[:25]) > 0)


def test_several_tones_have_each_their_own_amplitude():
    samples = signals.tone([200, 700], 1.0, sample_rate=2000, amplitude=[0.5, 0.25], unit="Pa").samples
    spectrum = np.abs(np.fft.rfft(samples)) * 2 / 2000
    np.testing.assert_allclose(spectrum[[200, 700]], [0.5, 0.25], atol=1e-14)
    assert signals.tone([200, 700], 1.0, unit="Pa").unit == "Pa"


def test_one_amplitude_serves_all_tones():
    samples = signals.tone([200, 700], 1.0, sample_rate=2000, amplitude=0.5).samples
    np.testing.assert_allclose((np.abs(np.fft.rfft(samples)) / 1000)[[200, 700]], 0.5, atol=1e-14)


def test_a_long_tone_keeps_its_phase():
    sound = signals.tone(997, 1000.0, sample_rate=8000).samples
    np.testing.assert_array_equal(sound[-8000:], sound[:8000])


@pytest.mark.parametrize("kind", ["linear", "logarithmic"])
@pytest.mark.parametrize(("first", "last"), [(200, 6000), (6000, 200)])
def test_a_chirp_follows_its_frequency_within_five_cents(kind, first, last):
    sound = signals.chirp(first, last, 4.0, kind=kind, sample_rate=16_000, amplitude=0.5)
    times, measured = moving_frequency(sound.samples, 16_000)
    known = signals.chirp_frequency(times, first, last, 4.0, kind=kind)
    assert np.abs(cents(measured, known)).max() < 5
    assert np.abs(sound.samples).max() == pytest.approx(0.5, rel=1e-3)
    assert sound.samples[0] == 0 and sound.samples[1] > 0


def test_a_linear_chirp_passes_the_mean_of_its_ends_at_half_time_and_a_logarithmic_one_their_geometric_mean():
    assert signals.chirp_frequency(1.0, 100, 900, 2.0) == pytest.approx(500)
    assert signals.chirp_frequency(1.0, 100, 900, 2.0, kind="logarithmic") == pytest.approx(300)
    ends = np.array([0.0, 2.0])
    for kind in ("linear", "logarithmic"):
        np.testing.assert_allclose(signals.chirp_frequency(ends, 100, 900, 2.0, kind=kind), [100, 900])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("linear", lambda f: np.full_like(f, 1 / (2 * 5000))),
        ("logarithmic", lambda f: 1 / (2 * f * np.log(5500 / 500))),
    ],
)
def test_a_chirp_spreads_its_power_over_the_frequencies_it_passes(kind, expected):
    sound = signals.chirp(500, 5500, 10.0, kind=kind, sample_rate=16_000)
    power = 2 * np.abs(np.fft.rfft(sound.samples)) ** 2 / (16_000 * 160_000)
    frequencies = np.arange(len(power)) / 10
    for low in range(1000, 5000, 500):
        band = (frequencies >= low) & (frequencies < low + 500)
        assert 10 * np.log10(power[band].mean() / expected(frequencies[band]).mean()) == pytest.approx(0, abs=0.1)
    assert power[frequencies > 6000].max() < 1e-3 * power[frequencies < 5000].max()


def test_a_logarithmic_chirp_that_stays_is_a_tone():
    sound = signals.chirp(440, 440, 0.1, kind="logarithmic")
    np.testing.assert_allclose(sound.samples, signals.tone(440, 0.1).samples, atol=1e-12)


# The FM test signal


def test_the_fm_signal_is_the_one_of_the_tutorial():
    sample_rate, n = 10e3, 100_000
    time = np.arange(n) / sample_rate
    noise = np.random.default_rng(0).normal(scale=np.sqrt(0.01 * sample_rate / 2), size=time.shape)
    modulation = 500 * np.cos(2 * np.pi * 0.25 * time)
    carrier = 2 * np.sqrt(2) * np.sin(2 * np.pi * 3e3 * time + modulation)
    sound = signals.fm()
    np.testing.assert_allclose(sound.samples, carrier + noise * np.exp(-time / 5), rtol=0, atol=1e-12)
    assert (sound.sample_rate, sound.n_samples, sound.unit) == (10_000.0, 100_000, "V")


def test_the_fm_signal_follows_its_known_frequency_and_has_two_volts():
    sound = signals.fm(noise=False)
    times, measured = moving_frequency(sound.samples, sound.sample_rate)
    np.testing.assert_allclose(measured, signals.fm_frequency(times), atol=0.05)
    assert np.sqrt(np.mean(sound.samples**2)) == pytest.approx(2.0, rel=1e-4)
    np.testing.assert_allclose(signals.fm_frequency([0, 1, 2, 3]), [3000, 2875, 3000, 3125])


@pytest.mark.parametrize("sample_rate", [10_000.0, 25_000.0])
def test_the_fm_noise_starts_at_a_hundredth_of_a_volt_squared_per_hertz_and_falls_by_1_74_db_a_second(sample_rate):
    noise = signals.fm(sample_rate=sample_rate).samples - signals.fm(sample_rate=sample_rate, noise=False).samples
    times = np.arange(len(noise)) / sample_rate
    _, steady = density(noise * np.exp(times / 5), sample_rate)
    assert steady.mean() == pytest.approx(0.01, rel=0.03)
    assert fall(noise, sample_rate) == pytest.approx(1.737, abs=0.05)


# Noise


def test_white_noise_has_its_density_at_every_frequency():
    sound = signals.white_noise(20.0, density=2.5e-7, sample_rate=20_000, unit="Pa")
    frequencies, measured = density(sound.samples, 20_000)
    for low in range(0, 10_000, 1000):
        band = (frequencies > low) & (frequencies < low + 1000)
        assert measured[band].mean() == pytest.approx(2.5e-7, rel=0.03)
    assert sound.unit == "Pa"


def test_white_noise_of_a_stated_rms_has_it():
    samples = signals.white_noise(10.0, rms=0.1, sample_rate=20_000).samples
    assert samples.std() == pytest.approx(0.1, rel=0.01)
    kurtosis = np.mean(samples**4) / np.mean(samples**2) ** 2
    assert kurtosis == pytest.approx(3.0, abs=0.06), "Gaussian"


def test_density_and_rms_say_the_same_thing():
    by_density = signals.white_noise(0.1, density=1e-6, sample_rate=20_000)
    by_rms = signals.white_noise(0.1, rms=0.1, sample_rate=20_000)
    np.testing.assert_allclose(by_density.samples, by_rms.samples, rtol=1e-12)


def test_pink_noise_has_its_density_at_1_khz_and_falls_by_10_db_a_decade():
    sound = signals.pink_noise(40.0, density_at_1khz=1e-6, sample_rate=20_000, unit="µPa")
    frequencies, measured = density(sound.samples, 20_000)
    near = np.abs(frequencies - 1000) < 150
    assert np.mean(measured[near] * frequencies[near]) / 1000 == pytest.approx(1e-6, rel=0.04)
    fit = (frequencies > 100) & (frequencies < 9900)
    slope = np.polyfit(np.log10(frequencies[fit]), 10 * np.log10(measured[fit]), 1)[0]
    assert slope == pytest.approx(-10, abs=0.15)
    assert sound.unit == "µPa"


@pytest.mark.parametrize("n", [9000, 9001])
def test_every_bin_of_pink_noise_has_its_expected_power(n):
    trials = np.array(
        [signals.pink_noise(n / 9000, density_at_1khz=1e-3, sample_rate=9000, seed=i).samples for i in range(200)]
    )
    power = 2 * np.mean(np.abs(np.fft.rfft(trials)) ** 2, axis=0) / (9000 * n)
    expected = 1e-3 * 1000 / np.fft.rfftfreq(n, 1 / 9000)[1:]
    ratio = power[1:] / expected
    assert ratio.mean() == pytest.approx(1, abs=0.005)
    assert np.abs(ratio - 1).max() < 5 * np.sqrt(2 / 200)
    assert power[0] < 1e-20


# Clicks


def test_a_click_is_one_sample_at_its_time():
    samples = signals.clicks([0.25, 0.5, 0.99], 1.0, sample_rate=100, amplitude=0.5).samples
    assert np.flatnonzero(samples).tolist() == [25, 50, 99]
    assert np.all(samples[[25, 50, 99]] == 0.5)


def test_a_click_has_all_frequencies_alike():
    spectrum = np.abs(np.fft.rfft(signals.clicks(0.3, 1.0, sample_rate=1000).samples))
    np.testing.assert_allclose(spectrum, 1, rtol=1e-12)


def test_clicks_on_one_sample_add_up():
    assert signals.clicks([0.5, 0.501], 1.0, sample_rate=100).samples[50] == 2


# Instruments


@pytest.mark.parametrize("sample_rate", [22_050, 48_000])
@pytest.mark.parametrize("frequency", [41.2, 82.41, 110.0, 196.3, 440.0, 1046.5, 2093.0, 2756.25])
def test_a_plucked_string_is_in_tune_within_a_cent(frequency, sample_rate):
    sound = signals.pluck(frequency, 1.0, sample_rate=sample_rate)
    samples = sound.samples[sample_rate // 10 :]
    partials = [k for k in (1, 2, 3) if k * frequency < sample_rate / 8]
    for k in partials:
        assert cents(pitch(samples, k * frequency, sample_rate), k * frequency) == pytest.approx(0, abs=1)


@pytest.mark.parametrize(
    ("frequency", "partial", "decay", "sample_rate"),
    [
        (220.0, 1, 0.5, 22_050),
        (220.0, 1, 4.0, 22_050),
        (220.0, 5, 4.0, 22_050),
        (440.0, 2, 4.0, 22_050),
        (220.0, 1, 4.0, 48_000),
        (220.0, 10, 4.0, 48_000),
        (82.41, 20, 4.0, 48_000),
    ],
)
def test_a_partial_of_a_string_falls_as_stated_at_any_sample_rate(frequency, partial, decay, sample_rate):
    samples = signals.pluck(frequency, 1.0, decay=decay, sample_rate=sample_rate).samples
    early, late = (
        line(samples[at : at + sample_rate // 4], partial * frequency, sample_rate)
        for at in (sample_rate // 10, sample_rate * 6 // 10)
    )
    stated = 60 / decay + 3 * (partial * frequency / 1000) ** 2
    assert 20 * np.log10(early / late) / 0.5 == pytest.approx(stated, rel=0.05)


@pytest.mark.parametrize("sound", [signals.kick, signals.snare, signals.guitar])
def test_the_loudest_sample_of_an_instrument_is_its_amplitude(sound):
    assert np.abs(sound(amplitude=0.25).samples).max() == pytest.approx(0.25, rel=1e-12)


def test_a_note_shorter_than_its_period_is_still_a_note():
    assert signals.pluck(20.0, 0.01).n_samples == 480
    assert signals.pluck(20.0, 1 / 48_000).n_samples == 1


def test_a_guitar_strums_its_strings_one_after_the_other():
    sound = signals.guitar([110.0, 330.0], 2.0, strum=0.5, sample_rate=22_050)
    before, after = sound.samples[2205:11_025], sound.samples[13_230:]
    assert line(before, 110, 22_050) > 100 * line(before, 350, 22_050)
    assert pitch(after, 330.0, 22_050) == pytest.approx(330, rel=1e-3)
    alone = signals.pluck(110.0, 2.0, sample_rate=22_050).samples[:11_025]
    scale = np.dot(sound.samples[:11_025], alone) / np.dot(alone, alone)
    np.testing.assert_allclose(sound.samples[:11_025], scale * alone, atol=1e-12)


def test_the_open_g_chord_is_in_equal_temperament():
    keys = np.array([43, 47, 50, 55, 59, 67])  # MIDI: G2 B2 D3 G3 B3 G4
    assert np.abs(cents(np.array(signals.G_MAJOR), 440 * 2 ** ((keys - 69) / 12))).max() < 0.1


def test_the_drums_and_the_guitar_are_as_long_as_in_the_tutorial():
    lengths = [sound(sample_rate=22_050).n_samples for sound in (signals.guitar, signals.kick, signals.snare)]
    assert [1 + n // 512 for n in lengths] == [168, 54, 81]


def test_a_kick_drops_from_150_to_50_hertz_and_dies_away():
    samples = np.mean([signals.kick(sample_rate=8000, seed=i).samples for i in range(100)], axis=0)  # the knocks cancel
    late = samples[1600:8000]  # 0.2 s on: the frequency has settled
    assert pitch(late * np.exp(np.arange(6400) / 1200), 50.0, 8000) == pytest.approx(50, abs=0.3)
    assert fall(late, 8000) == pytest.approx(57.9, abs=0.5)
    rising = np.flatnonzero((samples[:-1] < 0) & (samples[1:] >= 0))
    crossings = (rising - samples[rising] / (samples[rising + 1] - samples[rising])) / 8000
    crossings = crossings[crossings > 0.01]
    between = np.linspace(crossings[:-1], crossings[1:], 100)
    known = np.mean(50 + 100 * np.exp(-between / 0.03), axis=0)
    assert known[0] > 100
    np.testing.assert_allclose(1 / np.diff(crossings), known, rtol=0.02)


def test_a_kick_begins_with_a_knock():
    samples = signals.kick(sample_rate=8000).samples
    rough = np.abs(np.diff(samples, 4))  # leaves what is far above the drum's own frequencies
    assert rough[:16].max() > 100 * rough[1600:].max()


def test_a_snare_has_two_lines_in_noise_and_both_die_away():
    sample_rate = 22_050
    samples = signals.snare(sample_rate=sample_rate).samples
    start = samples[: sample_rate // 5]
    for frequency in (185.0, 294.7):
        assert pitch(start, frequency, sample_rate) == pytest.approx(frequency, abs=2)
        assert line(start, frequency, sample_rate) > 5 * line(start, 1000.0, sample_rate)
    late = samples[sample_rate:]
    assert fall(late, sample_rate) == pytest.approx(43.4, abs=1.5)
    times = np.arange(len(samples)) / sample_rate
    frequencies, measured = density((samples * np.exp(times / 0.2))[sample_rate // 2 :], sample_rate)
    low, high = (measured[(frequencies > a) & (frequencies < a + 4000)].mean() for a in (1000, 6000))
    assert low == pytest.approx(high, rel=0.1)


# Under water


def test_a_whistle_follows_its_known_frequency_with_an_overtone_20_db_below():
    sound = signals.whistle(0.8, low=4000, high=9000, loops=1)
    times, measured = moving_frequency(sound.samples, 48_000)
    known = signals.whistle_frequency(times, 0.8, low=4000, high=9000, loops=1)
    over_10_ms = np.ones(480) / 480  # the overtone shakes the phase, and leaves its mean
    smooth, expected = (np.convolve(values, over_10_ms, "valid") for values in (measured, known))
    np.testing.assert_allclose(smooth, expected, rtol=2e-3)
    top = sound.samples[19_200 - 240 : 19_200 + 240]
    ratio = line(top, 18_000, 48_000) / line(top, 9000, 48_000)
    assert 20 * np.log10(ratio) == pytest.approx(-20, abs=0.1)


def test_a_whistle_fades_in_and_out():
    samples = signals.whistle(1.0, amplitude=0.5).samples
    assert np.abs(samples[:480]).max() < 0.02 and np.abs(samples[-480:]).max() < 0.02
    assert np.abs(samples[4800:-4800]).max() == pytest.approx(0.55, rel=0.1)


def test_an_echo_comes_after_its_delay_and_lower_by_its_attenuation():
    delay = 0.2 + 0.3 / 48_000  # between two samples
    sound = signals.pings(1.0, length=0.01, echoes=[(delay, 12.0)])
    assert not sound.samples[:24_000].any()
    ping, echo = sound.samples[24_000:24_960], sound.samples[33_600:34_560]
    spectrum, later = np.fft.rfft(ping), np.fft.rfft(echo)
    frequencies = np.fft.rfftfreq(960, 1 / 48_000)
    near = np.abs(frequencies - 12_000) < 150
    ratio = later[near] / spectrum[near]
    np.testing.assert_allclose(20 * np.log10(np.abs(ratio)), -12.0, atol=1e-3)
    np.testing.assert_allclose(-np.angle(ratio) / (2 * np.pi * frequencies[near]), 0.3 / 48_000, atol=1e-9)


def test_pings_come_at_their_interval_with_the_energy_stated():
    sound = signals.pings(2.0, frequency=9000, length=0.02, interval=0.5, echoes=(), amplitude=0.5)
    starts = [0.25, 0.75, 1.25, 1.75]
    sounding = np.zeros(sound.n_samples, bool)
    for start in starts:
        span = slice(round(start * 48_000), round((start + 0.02) * 48_000))
        sounding[span] = True
        energy = np.sum(sound.samples[span] ** 2) / 48_000
        assert energy == pytest.approx(3 / 16 * 0.25 * 0.02, rel=1e-6)
        assert line(sound.samples[span], 9000, 48_000) > 0.3
    assert not sound.samples[~sounding].any()


def test_a_ping_is_1_44_over_its_length_wide():
    samples = signals.pings(1.0, echoes=()).samples
    middle, half = (line_of_all(samples, 12_000 + offset) for offset in (0, 0.72 / 0.02))
    assert 20 * np.log10(half / middle) == pytest.approx(-3.0, abs=0.05)


def line_of_all(samples, frequency):
    return abs(np.sum(samples * np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / 48_000)))


def test_a_ping_that_outlasts_the_sound_is_cut_off_there():
    sound = signals.pings(1.0, length=2.0, echoes=[(0.4, 6.0), (3.0, 6.0)])
    assert sound.n_samples == 48_000 and sound.samples[-1] != 0


# All alike

BY_CHANCE = {
    "fm": lambda seed: signals.fm(0.1, seed=seed),
    "white_noise": lambda seed: signals.white_noise(0.1, rms=1.0, seed=seed),
    "pink_noise": lambda seed: signals.pink_noise(0.1, density_at_1khz=1e-6, seed=seed),
    "pluck": lambda seed: signals.pluck(440.0, 0.1, seed=seed),
    "guitar": lambda seed: signals.guitar(duration=0.3, seed=seed),
    "kick": lambda seed: signals.kick(0.1, seed=seed),
    "snare": lambda seed: signals.snare(0.1, seed=seed),
}
OF_A_LENGTH = {
    "tone": lambda duration, rate: signals.tone(100, duration, sample_rate=rate),
    "chirp": lambda duration, rate: signals.chirp(100, 200, duration, sample_rate=rate),
    "fm": lambda duration, rate: signals.fm(duration, sample_rate=rate),
    "clicks": lambda duration, rate: signals.clicks(0.0, duration, sample_rate=rate),
    "white_noise": lambda duration, rate: signals.white_noise(duration, rms=1.0, sample_rate=rate),
    "pink_noise": lambda duration, rate: signals.pink_noise(duration, density_at_1khz=1.0, sample_rate=rate),
    "pluck": lambda duration, rate: signals.pluck(100, duration, sample_rate=rate),
    "guitar": lambda duration, rate: signals.guitar([100.0], duration, sample_rate=rate),
    "kick": lambda duration, rate: signals.kick(duration, sample_rate=rate),
    "snare": lambda duration, rate: signals.snare(duration, sample_rate=rate),
    "whistle": lambda duration, rate: signals.whistle(duration, low=500, high=900, sample_rate=rate),
    "pings": lambda duration, rate: signals.pings(duration, frequency=100, sample_rate=rate),
}


@pytest.mark.parametrize("make", BY_CHANCE.values(), ids=BY_CHANCE)
def test_one_seed_gives_one_sound_and_another_seed_another(make):
    np.testing.assert_array_equal(make(3).samples, make(3).samples)
    assert np.any(make(3).samples != make(4).samples)


@pytest.mark.parametrize("make", OF_A_LENGTH.values(), ids=OF_A_LENGTH)
def test_every_sound_has_the_rate_and_length_asked_for(make):
    sound = make(0.75, 8001)
    assert (sound.sample_rate, sound.samples.shape, sound.samples.dtype) == (8001.0, (6001,), np.float64)


@pytest.mark.parametrize("make", OF_A_LENGTH.values(), ids=OF_A_LENGTH)
@pytest.mark.parametrize("duration", [0, -1.0, float("nan"), float("inf"), "long", None])
def test_a_duration_must_be_above_0(make, duration):
    with pytest.raises(SettingsError, match=rf"duration is {duration}; it must be above 0 s"):
        make(duration, 8000)


@pytest.mark.parametrize("make", OF_A_LENGTH.values(), ids=OF_A_LENGTH)
@pytest.mark.parametrize("rate", [0, -8000.0, float("nan")])
def test_a_sample_rate_must_be_above_0(make, rate):
    with pytest.raises(SettingsError, match=rf"sample_rate is {rate}; it must be above [\d.]+ Hz"):
        make(1.0, rate)


@pytest.mark.parametrize("make", BY_CHANCE.values(), ids=BY_CHANCE)
@pytest.mark.parametrize("seed", [-1, 0.5, None])
def test_a_seed_must_be_a_whole_number(make, seed):
    with pytest.raises(SettingsError, match=rf"seed is {seed}; it must be a whole number, 0 or more"):
        make(seed)


REFUSED = [
    (lambda: signals.tone(24_000, 1.0), "frequency is 24000; it must be above 0 and below 24000 Hz"),
    (lambda: signals.tone([100, 0], 1.0), "frequency is 0; it must be above 0"),
    (lambda: signals.tone(100, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more FS"),
    (lambda: signals.tone([1, 2, 3], 1.0, amplitude=[1, 2]), "amplitude is 2 numbers; with 3 frequencies it must be 3"),
    (lambda: signals.tone(100, 1e-6), "duration is 1e-06; it must be 2.08333e-05 s or more .* one sample"),
    (lambda: signals.chirp(-1, 200, 1.0), "first is -1; it must be 0 or more and below 24000 Hz"),
    (lambda: signals.chirp(100, 30_000, 1.0), "last is 30000; it must be 0 or more and below 24000 Hz"),
    (lambda: signals.chirp(0, 200, 1.0, kind="logarithmic"), "first is 0; it must be above 0 Hz .*octaves"),
    (lambda: signals.chirp(200, 0, 1.0, kind="logarithmic"), "last is 0; it must be above 0 Hz .*octaves"),
    (lambda: signals.chirp(100, 200, 1.0, kind="cubic"), "kind is 'cubic'; it must be linear or logarithmic"),
    (lambda: signals.chirp(100, 200, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.chirp_frequency(0.5, 100, 200, 0.0), "duration is 0.0; it must be above 0 s"),
    (lambda: signals.chirp_frequency(0.5, 100, 200, 1.0, kind="cubic"), "kind is 'cubic'; it must be linear or"),
    (lambda: signals.fm(sample_rate=6250), "sample_rate is 6250; it must be above 6250 Hz .*3125 Hz"),
    (lambda: signals.clicks([0.5, 1.0], 1.0, sample_rate=100), "times is 1.0; it must be 0 to 0.99 s .*last sample"),
    (lambda: signals.clicks(-0.1, 1.0), "times is -0.1; it must be 0 or more s"),
    (lambda: signals.clicks(0.1, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.white_noise(1.0), "density is None and rms is None; one of them must be given"),
    (lambda: signals.white_noise(1.0, density=1.0, rms=1.0), "density is 1.0 and rms is 1.0; one of them"),
    (lambda: signals.white_noise(1.0, density=-1.0), "density is -1.0; it must be 0 or more FS²/Hz"),
    (lambda: signals.white_noise(1.0, rms=-1.0, unit="V"), "rms is -1.0; it must be 0 or more V"),
    (lambda: signals.pink_noise(1.0, density_at_1khz=-1.0), "density_at_1khz is -1.0; it must be 0 or more FS²/Hz"),
    (lambda: signals.pluck(6001, 1.0), "frequency is 6001; it must be 6000 Hz or less .*8 samples, and out of tune"),
    (lambda: signals.pluck(0, 1.0), "frequency is 0; it must be above 0 Hz"),
    (lambda: signals.pluck(100, 1.0, decay=0), "decay is 0; it must be above 0 s"),
    (lambda: signals.pluck(100, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.guitar([]), "frequencies is empty; it must hold one number or more"),
    (lambda: signals.guitar([100, 200, 300], 1.0, strum=0.5), "strum is 0.5; with 3 strings in 1.0 s .*below 0.5 s"),
    (lambda: signals.guitar(strum=-0.1), "strum is -0.1; it must be 0 or more s"),
    (lambda: signals.kick(sample_rate=300), "sample_rate is 300; it must be above 300 Hz .*150 Hz"),
    (lambda: signals.snare(sample_rate=589), "sample_rate is 589; it must be above 589.41 Hz .*294.705 Hz"),
    (lambda: signals.whistle(high=12_000), "high is 12000; it must be above 0 and below 12000 Hz .*overtone"),
    (lambda: signals.whistle(low=11_000), "low is 11000; it must be above 0 and below 11000 Hz"),
    (lambda: signals.whistle(loops=0), "loops is 0; it must be 1 or more"),
    (lambda: signals.whistle(loops=1.5), "loops is 1.5; it must be a whole number, 1 or more"),
    (lambda: signals.whistle(amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.pings(frequency=24_000), "frequency is 24000; it must be above 0 and below 24000 Hz"),
    (lambda: signals.pings(length=0), "length is 0; it must be above 0 s"),
    (lambda: signals.pings(interval=0), "interval is 0; it must be above 0 s"),
    (lambda: signals.pings(echoes=[(-0.1, 6.0)]), "delay is -0.1; it must be 0 or more s"),
    (lambda: signals.pings(echoes=[(0.1, -6.0)]), "attenuation is -6.0; it must be 0 or more dB .*no louder"),
    (lambda: signals.pings(amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: number("phase", float("inf")), "phase is inf; it must be a finite number"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message.split(";")[0] for _, message in REFUSED])
def test_what_cannot_be_is_refused_with_its_range(make, message):
    with pytest.raises(SettingsError, match=message):
        make()


def test_signals_need_numpy_alone():
    loaded = "import sys, sonograph.signals; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    names = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert "numpy" in names and "scipy" not in names
    assert not re.search("matplotlib|soundfile|torch", " ".join(names))

"""Pulses and their echoes, against the sounds that they were put into."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import SettingsError, Signal, pulses, signals
from sonograph.matching import PulseStream

RATE = 48_000.0


def tone_bursts(times, n, *, frequency=10_000.0, length=0.004, amplitude=1.0):
    """Bursts of a tone that begin at these times, all at once, exactly between samples."""
    t = np.arange(n) / RATE
    sound = np.zeros(n)
    for start in times:
        on = (t >= start) & (t < start + length)
        sound[on] += amplitude * np.sin(2 * np.pi * frequency * (t[on] - start))
    return sound


def noise(seconds, rms=1.0, seed=0):
    return rms * np.random.default_rng(seed).standard_normal(int(seconds * RATE))


def rms_for(snr, width, amplitude=1.0):
    """The rms of white noise whose power in a band `width` Hz wide is so many dB under a tone's."""
    return np.sqrt(amplitude**2 / 2 * 10 ** (-snr / 10) * (RATE / 2) / width)


def test_pings_ten_decibels_over_the_noise_in_their_band_are_all_found_within_a_millisecond():
    times = 0.3 + 0.71 * np.arange(40)
    sound = tone_bursts(times, int(30 * RATE)) + noise(30, rms_for(10, 3000.0), seed=4)
    found = pulses(Signal(sound, RATE), band=(8500, 11_500), length=0.004)
    assert [hit.name for hit in found] == ["pulse"] * 40
    assert np.abs(found.column("start") - times).max() < 1e-3
    assert found.trains[0].period == pytest.approx(0.71, rel=1e-4)


def test_band_and_length_are_found():
    sound = tone_bursts(0.2 + 0.5 * np.arange(10), int(6 * RATE), length=0.006) + noise(6, 0.02)
    train = pulses(Signal(sound, RATE)).trains[0]
    assert train.by_itself
    assert train.low < 10_000 < train.high and train.high - train.low < 2000
    assert 0.004 < train.length < 0.009


def test_a_chirp_is_found_with_its_whole_band():
    sent = signals.chirp(8000.0, 14_000.0, 0.005, sample_rate=RATE).samples
    sound = noise(4, 0.01)
    for at in (20_000, 70_000, 120_000):
        sound[at : at + len(sent)] += sent
    train = pulses(Signal(sound, RATE)).trains[0]
    assert train.low < 9500 and train.high > 12_500


@pytest.mark.parametrize("seed", [1, 2])
def test_echoes_are_named_with_what_they_are_under_and_after(seed):
    sound = signals.pings(6.0, echoes=[(0.12, 15.0), (0.35, 30.0)])
    found = pulses(Signal(sound.samples + noise(6, 0.003, seed=seed), RATE))
    assert [hit.name for hit in found] == ["pulse", "echo", "echo"] * 6
    echoes = [hit for hit in found if hit.name == "echo"]
    assert [hit.more["under"] for hit in echoes] == pytest.approx([15.0, 30.0] * 6, abs=0.5)
    assert [hit.more["after"] for hit in echoes] == pytest.approx([0.12, 0.35] * 6, abs=1e-3)
    assert found.trains[0].period == pytest.approx(1.0, rel=1e-4)


def test_a_ping_that_is_due_is_a_pulse_however_weak():
    times = 0.3 + 0.8 * np.arange(9)
    sound = tone_bursts(times, int(8 * RATE)) + noise(8, 0.003)
    weak = slice(int((times[4] - 0.01) * RATE), int((times[4] + 0.02) * RATE))
    sound[weak] *= 0.1
    found = pulses(Signal(sound, RATE), band=(9000, 11_000), length=0.004)
    assert [hit.name for hit in found] == ["pulse"] * 9


def test_the_level_is_that_of_a_tone_over_the_length():
    sound = tone_bursts([0.5, 1.5], int(2 * RATE), length=0.02, amplitude=0.5)
    found = pulses(Signal(sound, RATE), band=(9000, 11_000), length=0.01)
    assert found[0].more["level"] == pytest.approx(20 * np.log10(0.5), abs=0.1)
    assert found[0].more["level_unit"] == "dBFS"


def test_a_known_pulse_is_found_where_it_begins_far_below_the_noise():
    sent = sg.Signal(signals.chirp(6000.0, 12_000.0, 0.05, sample_rate=RATE).samples, RATE)
    sound, times = noise(10, 2.0, seed=7), [1.0, 4.0, 7.5]
    for start in times:
        at = int(start * RATE)
        sound[at : at + sent.n_samples] += sent.samples
    found = pulses(Signal(sound, RATE), pulse=sent)
    np.testing.assert_allclose(found.column("start"), times, atol=1e-4)
    np.testing.assert_allclose(found.column("end") - found.column("start"), 0.05, atol=1e-6)


@pytest.mark.parametrize("colour", ["white", "coloured", "swelling"])
def test_noise_gives_no_more_than_was_promised_by_a_factor_of_two(colour):
    from scipy.signal import lfilter

    sound = np.random.default_rng(2).standard_normal(8000 * 600)
    if colour == "coloured":
        sound = lfilter([1], [1, -1.2, 0.85], sound)
    if colour == "swelling":
        sound *= 1 + 0.5 * np.sin(2 * np.pi * np.arange(len(sound)) / 8000 / 9)
    found = pulses(Signal(sound, 8000.0), band=(1000, 1800), length=0.0026, per_hour=600.0)
    assert 50 < len(found) < 200  # 100 in ten minutes
    promised = np.array([np.sum(found.column("per_hour") <= rate) for rate in (300.0, 600.0)]) / [50, 100]
    assert np.all(promised > 0.5) and np.all(promised < 2)


def test_a_stream_says_what_the_whole_does_after_its_delay():
    sound = tone_bursts(0.3 + 0.7 * np.arange(12), int(9 * RATE)) + noise(9, rms_for(12, 3000.0), seed=3)
    asked = {"band": (8500, 11_500), "length": 0.004}
    whole = pulses(Signal(sound, RATE), **asked)
    stream = PulseStream(sample_rate=RATE, **asked)
    rows, block = [], 4801
    for first in range(0, len(sound), block):
        heard = min(first + block, len(sound)) / RATE
        came = stream.push(sound[first : first + block])
        assert all(heard - hit.more["peak"] < stream.delay + block / RATE for hit in came)
        rows += came
    rows += stream.finish()
    assert [hit.start for hit in rows] == [hit.start for hit in whole]
    assert stream.delay < 3


def test_blocks_of_a_source_do_not_matter(tmp_path):
    sound = signals.pings(4.0).samples + noise(4, 0.01)
    sg.write(tmp_path / "a.wav", Signal(sound.astype(np.float32), RATE))
    asked = {"band": (11_000, 13_000), "length": 0.01}
    from_file, from_memory = (
        pulses(tmp_path / "a.wav", **asked),
        pulses(Signal(sound.astype(np.float32), RATE), **asked),
    )
    np.testing.assert_array_equal(from_file.column("start"), from_memory.column("start"))


def test_every_channel_by_itself():
    both = np.stack([tone_bursts([0.5, 1.5, 2.5], int(3 * RATE)), tone_bursts([1.0, 2.0], int(3 * RATE))])
    found = pulses(Signal(both + 0.001 * noise(3), RATE), band=(9000, 11_000), length=0.004)
    assert [(hit.channel, round(hit.start, 2)) for hit in found] == [(0, 0.5), (1, 1.0), (0, 1.5), (1, 2.0), (0, 2.5)]
    assert found.hours == pytest.approx(6 / 3600, rel=1e-3)


# what may be wrong with a recording


def test_noise_alone_silence_and_an_offset_hold_no_pulses():
    for samples in (noise(3), np.zeros(int(3 * RATE)), np.full(int(3 * RATE), 0.5), np.zeros(0), np.zeros(10)):
        assert len(pulses(Signal(samples, RATE))) == 0


def test_an_offset_changes_nothing():
    sound = tone_bursts([0.5, 1.2, 1.9], int(3 * RATE)) + noise(3, 0.01)
    asked = {"band": (9000, 11_000), "length": 0.004}
    plain, shifted = (pulses(Signal(sound + offset, RATE), **asked) for offset in (0.0, 3.0))
    np.testing.assert_allclose(plain.column("start"), shifted.column("start"), atol=1e-5)


def test_in_a_gap_there_are_no_hits_and_no_hours():
    sound = tone_bursts([0.5, 1.5, 2.5, 3.5], int(4 * RATE)) + noise(4, 0.01)
    sound[int(1.2 * RATE) : int(2.2 * RATE)] = np.nan
    found = pulses(Signal(sound, RATE), band=(9000, 11_000), length=0.004)
    np.testing.assert_allclose(found.column("start"), [0.5, 2.5, 3.5], atol=1e-3)
    assert found.hours == pytest.approx(3 / 3600, rel=0.01)


def test_a_recording_that_is_all_pulse_has_no_noise_to_stand_over():
    tone = np.sin(2 * np.pi * 10_000 * np.arange(int(3 * RATE)) / RATE)
    assert len(pulses(Signal(tone, RATE), band=(9000, 11_000), length=0.004)) == 0


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"band": (9000, 30_000)}, r"band is 9000 to 30000 Hz; at sample rate 48000 Hz .* below 24000"),
        ({"band": (9000, 8000), "length": 0.01}, r"its low below its high"),
        ({"band": 9000}, r"band is 9000; it must be two frequencies"),
        ({"band": (9000, 10_000), "length": 0.0001}, r"length is 0.1 ms; in a band of 1000 Hz it must be 1 ms"),
        ({"band": (9000, 9000.1), "length": 20.0}, r"wide or more: resample"),
        ({"length": -1.0}, r"length is -1.0; it must be above 0"),
        ({"pulse": "chirp:12k"}, r"chirp:LOW-HIGH:LENGTH"),
        ({"pulse": "chirp:12k-30k:4ms"}, r"below 24000 Hz"),
        ({"pulse": "tone:12k-13k:4ms"}, r"a tone one"),
        ({"pulse": "tone:12k:4ms", "length": 0.1}, r"leave out one or the other"),
        ({"pulse": Signal(np.zeros(100), RATE)}, r"the pulse is silent"),
        ({"pulse": Signal(np.ones((2, 100)), RATE)}, r"2 channels"),
        ({"per_hour": 0.0}, r"per_hour is 0.0; it must be above 0"),
        ({"per_hour": 1e6}, r"1e-6 to 3600"),
        ({"channel": 3}, r"channel is 3; the sound has 1"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(asked, words):
    with pytest.raises(SettingsError, match=words):
        pulses(Signal(noise(1), RATE), **asked)


def test_a_stream_wants_to_know_what_it_looks_for():
    with pytest.raises(SettingsError, match="band and length, or pulse, must be given"):
        PulseStream(sample_rate=RATE, band=(9000, 10_000))
    stream = PulseStream(sample_rate=RATE, band=(9000, 10_000), length=0.01, n_channels=2)
    with pytest.raises(SettingsError, match="the block has 1 channels; the stream has 2"):
        stream.push(np.zeros(10))
    stream.finish()
    with pytest.raises(SettingsError, match="finished"):
        stream.push(np.zeros((2, 10)))


@pytest.mark.parametrize("before", [9_000, 31_600])
@pytest.mark.parametrize("how", [{"pulse": "chirp:9k-15k:2ms"}, {"band": (9_000, 15_000), "length": 0.002}])
def test_digital_silence_before_sound_holds_no_pulses(before, how):
    """What a transform of the sound that follows leaves by rounding stood over a floor of nothing."""
    ping = signals.chirp(9_000.0, 15_000.0, 0.002, sample_rate=RATE)
    sea = signals.echo_sounder(ping, n_pings=3, interval=0.1, noise=75.0, first=0.0123)
    found = pulses(Signal(np.concatenate([np.zeros(before), sea.samples]), RATE, "µPa"), **how)
    assert found.column("start").min() > before / RATE - 0.003

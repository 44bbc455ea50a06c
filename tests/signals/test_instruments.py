"""Strings and drums, against what is known of them."""

import numpy as np
import pytest

from sonograph import signals
from tests.signals.measured import cents, density, fall, line, pitch


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

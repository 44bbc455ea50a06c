"""Loudness by ITU-R BS.1770: the standard's own tones, its coefficients, and pyloudnorm."""

import numpy as np
import pytest

from sonograph import Signal
from sonograph.analysis.lufs import loudness
from sonograph.errors import SettingsError
from sonograph.features.loudness import k_weighting


def tone(level, seconds=5.0, rate=48_000.0, channels=1, frequency=997.0):
    t = np.arange(int(seconds * rate)) / rate
    x = 10 ** (level / 20) * np.sin(2 * np.pi * frequency * t)
    return Signal(x if channels == 1 else np.stack([x] * channels), rate)


def speechlike(rate, channels):
    """Bursts of coloured noise between silences and something very soft."""
    random = np.random.default_rng(0)
    n = int(8 * rate)
    x = np.cumsum(random.standard_normal((channels, n)), axis=1)
    x -= np.mean(x, axis=1, keepdims=True)
    x /= np.abs(x).max() * 3
    x += 0.05 * random.standard_normal((channels, n))
    x[:, int(2 * rate) : int(4 * rate)] *= 1e-2
    x[:, int(5 * rate) : int(6 * rate)] = 0
    return x


def test_the_coefficients_are_the_standards_at_48_khz():
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]
    high_pass = [1, -2, 1, 1, -1.99004745483398, 0.99007225036621]
    np.testing.assert_allclose(k_weighting(48_000.0), [shelf, high_pass], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("channels", "reads"), [(1, -3.01), (2, 0.0)])
def test_a_full_scale_997_hz_tone_reads_what_the_standard_says(channels, reads):
    assert loudness(tone(0.0, channels=channels)).integrated == pytest.approx(reads, abs=0.01)


@pytest.mark.parametrize("rate", [44_100.0, 48_000.0, 96_000.0])
@pytest.mark.parametrize("level", [-23.0, -40.0])
def test_a_stereo_tone_reads_its_level_at_any_rate(rate, level):
    made = loudness(tone(level, channels=2, rate=rate))
    assert made.integrated == pytest.approx(level, abs=0.02)
    np.testing.assert_allclose(made.momentary[2:], level, rtol=0, atol=0.05)


def test_a_weight_is_0_or_more():
    with pytest.raises(SettingsError, match=r"weights is -1; it must be at least 0"):
        loudness(tone(-20.0, channels=2), weights=(1, -1))


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_it_is_pyloudnorms(rate, channels):
    pyloudnorm = pytest.importorskip("pyloudnorm")
    x = speechlike(rate, channels)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    theirs = meter.integrated_loudness(x.T if channels > 1 else x[0])
    assert loudness(Signal(x, rate)).integrated == pytest.approx(theirs, abs=0.02)


def test_the_gates_leave_silence_and_soft_parts_out():
    loud, soft = tone(-20.0).samples, tone(-60.0).samples
    silence = np.zeros(480_000)
    alone = loudness(Signal(loud, 48_000.0)).integrated
    assert loudness(Signal(np.concatenate([loud, silence]), 48_000.0)).integrated == pytest.approx(alone, abs=0.15)
    assert loudness(Signal(np.concatenate([loud, soft]), 48_000.0)).integrated == pytest.approx(alone, abs=0.3)


def test_a_long_sound_is_read_in_blocks_and_reads_the_same(monkeypatch):
    sound = Signal(speechlike(44_100, 2), 44_100.0)
    whole = loudness(sound)
    monkeypatch.setattr("sonograph.analysis.lufs.AT_ONCE", 10_000)
    parts = loudness(sound)
    assert parts.integrated == pytest.approx(whole.integrated, abs=1e-9)
    np.testing.assert_allclose(parts.times, whole.times)


def test_silence_is_minus_infinity_and_missing_samples_are_left_out():
    made = loudness(Signal(np.zeros(48_000), 48_000.0))
    assert made.integrated == -np.inf
    assert (made.momentary == -np.inf).all()
    x = tone(-20.0).samples.copy()
    x[100_000] = np.nan
    made = loudness(Signal(x, 48_000.0))
    assert np.isnan(made.momentary).sum() == 4
    assert made.integrated == pytest.approx(-23.01, abs=0.05)


@pytest.mark.parametrize(
    ("sound", "weights", "says"),
    [
        (Signal(np.zeros(48_000), 48_000.0, "Pa"), None, 'unit is "Pa"; loudness is of samples in FS'),
        (Signal(np.zeros(10_000), 48_000.0), None, "10000 samples; loudness needs 19200 or more, 400 ms"),
        (Signal(np.zeros((7, 48_000)), 48_000.0), None, "the sound has 7 channels; where up to 6 stand is known"),
        (Signal(np.zeros(48_000), 2000.0), None, "sample_rate is 2000 Hz; loudness needs 3364 Hz or more"),
        (Signal(np.zeros(48_000), 48_000.0), (1.0, 1.0), "weights are 2; the sound has 1 channels"),
    ],
)
def test_what_cannot_be_measured_is_refused(sound, weights, says):
    with pytest.raises(SettingsError, match=says):
        loudness(sound, weights=weights)


def test_a_loudness_is_one_line():
    sine = Signal(np.sin(2 * np.pi * 997 * np.arange(96_000) / 48_000), 48_000.0)
    assert repr(loudness(sine)) == "<Loudness: -3.0 LUFS; 17 blocks of 400 ms, the loudest -3.0 LUFS>"

"""The minimum requirements of EBU Tech 3341 and 3342 whose signals a formula makes; those of 1 kHz at 8 kHz."""

import numpy as np
import pytest

from sonograph import SettingsError, Signal, loudness, true_peak

RATE = 8000.0


def stereo(*parts, repeat=1):
    """A tone of 1 kHz in both channels, its peak at so many dBFS for so many seconds, one part after the other."""
    levels = np.concatenate([np.full(round(seconds * RATE), 10 ** (level / 20)) for level, seconds in parts * repeat])
    x = levels * np.sin(2 * np.pi * 1000 * np.arange(len(levels)) / RATE)
    return Signal(np.stack([x, x]), RATE)


@pytest.mark.parametrize(
    ("case", "parts", "reads"),
    [
        (1, [(-23, 20)], -23.0),
        (2, [(-33, 20)], -33.0),
        (3, [(-36, 10), (-23, 60), (-36, 10)], -23.0),
        (4, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        (5, [(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_integrated_loudness_3341(case, parts, reads):
    assert loudness(stereo(*parts)).integrated == pytest.approx(reads, abs=0.1), case


def test_short_term_and_momentary_loudness_3341_cases_9_and_12():
    short = loudness(stereo((-20, 1.34), (-30, 1.66), repeat=5)).short_term
    np.testing.assert_allclose(short, -23.0, rtol=0, atol=0.1)
    momentary = loudness(stereo((-20, 0.18), (-30, 0.22), repeat=25)).momentary
    np.testing.assert_allclose(momentary[6:], -23.0, rtol=0, atol=0.1)


@pytest.mark.parametrize("silence", [0.0, 0.35, 1.5])
def test_a_tone_of_3_s_and_one_of_400_ms_reach_their_level_wherever_they_lie_3341_cases_10_and_13(silence):
    long = loudness(stereo((-200, silence + 1), (-23, 3), (-200, 1)))
    assert long.short_term.max() == pytest.approx(-23.0, abs=0.1)
    short = loudness(stereo((-200, silence + 1), (-23, 0.4), (-200, 1)))
    assert short.momentary.max() == pytest.approx(-23.0, abs=0.6 if silence == 0.35 else 0.1)  # 50 ms off every block


@pytest.mark.parametrize(
    ("case", "parts", "reads"),
    [
        (1, [(-20, 20), (-30, 20)], 10.0),
        (2, [(-20, 20), (-15, 20)], 5.0),
        (3, [(-40, 20), (-20, 20)], 20.0),
        (4, [(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15.0),
    ],
)
def test_loudness_range_3342(case, parts, reads):
    assert loudness(stereo(*parts)).range == pytest.approx(reads, abs=1.0), case


def test_a_sound_of_less_than_3_s_has_no_range():
    short = loudness(stereo((-20, 2)))
    assert np.isnan(short.range) and short.short_term.shape == short.short_term_times.shape == (0,)
    long = loudness(stereo((-20, 4)))
    assert long.short_term_times[0] == 1.5 and len(long.short_term) == 11


@pytest.mark.parametrize(
    ("case", "of_rate", "degrees", "amplitude"),
    [(15, 4, 0.0, 0.5), (16, 4, 45.0, 0.5), (17, 6, 60.0, 0.5), (18, 8, 67.5, 0.5), (19, 4, 45.0, 1.41)],
)
@pytest.mark.parametrize("rate", [48_000.0, 96_000.0])
def test_true_peaks_3341(case, of_rate, degrees, amplitude, rate):
    n = np.arange(9600)
    fade = np.minimum(1, np.minimum(n, 9599 - n) / 480)
    hertz = 48_000 / of_rate
    x = amplitude * fade * np.sin(2 * np.pi * hertz / rate * n + np.deg2rad(degrees))
    quiet = 0.1 * x
    peak = true_peak(Signal(np.stack([x, quiet]), rate)) - 20 * np.log10(amplitude)
    assert -0.4 <= peak[0] <= 0.2 and -20.4 <= peak[1] <= -19.8, case


def test_a_true_peak_is_found_over_the_borders_of_blocks_and_never_below_a_sample(monkeypatch):
    x = 0.3 * np.random.default_rng(0).standard_normal((2, 9000))
    x[1, 4000:4100] = np.nan
    whole = true_peak(Signal(x, 44_100.0))
    monkeypatch.setattr("sonograph.analysis.true_peak.AT_ONCE", 100)
    np.testing.assert_array_equal(true_peak(Signal(x, 44_100.0)), whole)
    assert (whole >= 20 * np.log10(np.nanmax(np.abs(x), axis=1))).all()
    np.testing.assert_array_equal(true_peak(Signal(x[:1], 192_000.0)), 20 * np.log10(np.abs(x[:1]).max(axis=1)))
    assert true_peak(Signal(np.zeros(500), RATE))[0] == -np.inf and np.isnan(true_peak(Signal(np.zeros(0), RATE))[0])
    with pytest.raises(SettingsError, match='unit is "Pa"; a true peak is of samples in FS'):
        true_peak(Signal(np.zeros(9), RATE, "Pa"))

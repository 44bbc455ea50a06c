import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, draw
from sonograph.pixels import waveform
from sonograph.pixels.waveform import envelope

SLOW = np.sin(2 * np.pi * 3 * np.arange(8000) / 8000)


@given(st.integers(1, 3000), st.integers(1, 300), st.data())
def test_every_peak_stays_in_its_column(n_samples, width, data):
    at = data.draw(st.integers(0, n_samples - 1))
    x = np.zeros(n_samples)
    x[at] = data.draw(st.sampled_from([-1.0, 1.0]))
    made = envelope(Signal(x, 8000.0), range(n_samples), width)
    n = min(width, n_samples)
    assert made.low.shape == made.high.shape == (1, n)
    assert (made.low.min(), made.high.max()) == (x.min(), x.max())
    column = int(np.flatnonzero((made.high > 0.5) | (made.low < -0.5))[0])
    assert column * n_samples // n <= at < (column + 1) * n_samples // n


def test_a_long_sound_in_blocks_has_the_same_envelope(monkeypatch):
    sound = Signal(np.random.default_rng(0).standard_normal((2, 10_000)), 8000.0)
    want = envelope(sound, range(500, 9_700), 333)
    monkeypatch.setattr(waveform, "READ_AT_ONCE", 1234)
    got = envelope(sound, range(500, 9_700), 333)
    np.testing.assert_array_equal(got.low, want.low)
    np.testing.assert_array_equal(got.high, want.high)


def test_a_steep_slope_is_drawn_without_a_gap():
    made = envelope(Signal(np.repeat([-1.0, 1.0], 500), 8000.0), range(1000), 10)
    assert made.low[0, 5] == -1
    assert made.high[0, 5] == 1


def test_missing_samples_leave_a_gap():
    x = np.ones(1000)
    x[200:400] = np.nan
    made = envelope(Signal(x, 8000.0), range(1000), 10)
    assert np.flatnonzero(np.isnan(made.high[0])).tolist() == [2, 3]
    figure = draw(Signal(x, 8000.0), view="waveform")
    assert figure.axes[0].get_ylim() == pytest.approx((-1.05, 1.05))


def test_few_samples_are_drawn_one_by_one():
    figure = draw(Signal(np.array([0.0, 0.5, -0.5, 0.25]), 8000.0), view="waveform")
    assert figure.axes[0].lines[0].get_ydata().tolist() == [0.0, 0.5, -0.5, 0.25]


def test_a_sound_on_a_large_offset_fills_its_axis():
    axes = draw(Signal(9.81 + 0.01 * SLOW, 8000.0), view="waveform").axes[0]
    assert axes.get_ylim() == pytest.approx((9.7995, 9.8205), abs=1e-5)
    numbers = {tick.get_text(): tick.get_position()[1] for tick in axes.get_yticklabels()}
    assert numbers["9.810"] == pytest.approx(9.81)
    assert draw(Signal(-1 + 0.9 * SLOW, 8000.0), view="waveform").axes[0].get_ylim() == pytest.approx((-1.995, 1.995))


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (0.6 * SLOW, "Amplitude (µPa)"),
        (3e5 * SLOW, "10⁵ µPa"),
        (4e-6 * SLOW, "10⁻⁶ µPa"),
        (200_000 + 30 * SLOW, "µPa, less 200000"),
    ],
)
def test_the_numbers_beside_a_waveform_leave_its_label_room(samples, words):
    figure = draw(Signal(samples, 8000.0, unit="µPa"), view="both")
    axes = figure.axes[0]
    assert axes.get_ylabel() == words
    figure.canvas.draw()
    label = axes.yaxis.label.get_window_extent()
    assert label.x0 >= 0
    assert all(label.x1 < number.get_window_extent().x0 for number in axes.get_yticklabels())


def test_a_faint_sound_on_an_offset_keeps_its_samples():
    axes = draw(Signal(9.81 + 1e-7 * SLOW, 8000.0, unit="m/s²"), view="waveform").axes[0]
    assert np.subtract(*axes.get_ylim()) == pytest.approx(-2.1e-7, rel=1e-3)
    assert axes.get_ylabel() == "Amplitude (10⁻⁷ m/s², less 9.8100000 m/s²)"

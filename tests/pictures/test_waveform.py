import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, draw
from sonograph.pixels import waveform
from sonograph.pixels.waveform import envelope
from tests import naive

SLOW = np.sin(2 * np.pi * 3 * np.arange(8000) / 8000)


@given(st.integers(1, 3000), st.integers(1, 300), st.data())
def test_every_peak_stays_in_its_column(n_samples, width, data):
    at = data.draw(st.integers(0, n_samples - 1))
    x = np.zeros(n_samples)
    x[at] = data.draw(st.sampled_from([-1.0, 1.0]))
    columns = envelope(Signal(x, 8000.0), range(n_samples), width)
    n = min(width, n_samples)
    assert columns.low.shape == columns.high.shape == (1, n)
    assert (columns.low.min(), columns.high.max()) == (x.min(), x.max())
    column = int(np.flatnonzero((columns.high > 0.5) | (columns.low < -0.5))[0])
    assert column == at * n // n_samples


@given(st.integers(1, 400), st.integers(1, 90), st.data())
def test_a_column_spans_the_samples_that_are_there(n_samples, width, data):
    x = np.random.default_rng(n_samples).standard_normal((2, n_samples)).astype("float32")
    for at in data.draw(st.lists(st.integers(0, n_samples - 1), max_size=20), "gaps"):
        x[:, at] = data.draw(st.sampled_from([np.nan, np.inf]))
    span = range(data.draw(st.integers(0, n_samples - 1)), n_samples + data.draw(st.integers(0, 50)))  # past the end
    columns = envelope(Signal(x, 8000.0), span, width)
    n = min(width, len(span))
    edges = naive.begins(span, n, 0, 1)
    for channel in range(2):
        there = np.full(span.stop, np.nan)
        there[:n_samples] = np.where(np.isfinite(x[channel]), x[channel], np.nan)
        low, high, _, count = naive.gathered(there, edges)
        np.testing.assert_array_equal(np.isnan(columns.low[channel]), count == 0)
        for q in np.flatnonzero(count):
            before = q > 0 and n < len(span) and count[q - 1] > 0  # drawn until it meets its neighbour
            assert columns.low[channel, q] == (min(low[q], high[q - 1]) if before else low[q])
            assert columns.high[channel, q] == (max(high[q], low[q - 1]) if before else high[q])


def test_a_long_sound_in_blocks_has_the_same_envelope(monkeypatch):
    sound = Signal(np.random.default_rng(0).standard_normal((2, 10_000)), 8000.0)
    want = envelope(sound, range(500, 9_700), 333)
    monkeypatch.setattr(waveform, "READ_AT_ONCE", 1234)
    got = envelope(sound, range(500, 9_700), 333)
    np.testing.assert_array_equal(got.low, want.low)
    np.testing.assert_array_equal(got.high, want.high)


def test_a_steep_slope_is_drawn_without_a_gap():
    columns = envelope(Signal(np.repeat([-1.0, 1.0], 500), 8000.0), range(1000), 10)
    assert columns.low[0, 5] == -1
    assert columns.high[0, 5] == 1


def test_missing_samples_leave_a_gap():
    x = np.ones(1000)
    x[200:400] = np.nan
    columns = envelope(Signal(x, 8000.0), range(1000), 10)
    assert np.flatnonzero(np.isnan(columns.high[0])).tolist() == [2, 3]
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

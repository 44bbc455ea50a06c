import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sonograph.pictures import ticks


@given(st.floats(-1e5, 1e5), st.floats(1e-4, 1e6), st.integers(2, 12))
def test_ticks_say_where_they_are(low, span, most):
    assume(span > abs(low) * 1e-6)
    there = ticks.decimal(low, low + span, most)
    assert len(there.places) <= most + 1
    for place, words in zip(*there, strict=True):
        assert low - span * 1e-6 <= place <= low + span * (1 + 1e-6)
        assert abs(float(words.replace("−", "-")) - place) <= span * 1e-6 + 1e-12
    assert len(set(there.words)) == len(there.words)


@given(st.floats(0, 1e5), st.floats(150, 1e6), st.integers(2, 12))
def test_times_are_read_back_as_they_are_written(low, span, most):
    there, words = ticks.time(low, low + span, most)
    assert len(there.places) <= most + 1
    if words == "Time (s)":
        return
    for place, shown in zip(*there, strict=True):
        parts = [int(part) for part in shown.split(":")]
        assert len(parts) == words.count(":") + 1
        assert sum(part * 60**i for i, part in enumerate(reversed(parts))) == place


@given(st.floats(-200, 50), st.floats(0.5, 200), st.integers(1, 10))
def test_both_ends_of_a_colour_bar_are_numbered(low, span, most):
    there = ticks.level(low, low + span, most)
    assert (there.places[0], there.places[-1]) == (low, low + span)
    assert abs(float(there.words[0].replace("−", "-")) - low) <= 0.051
    gaps = [b - a for a, b in zip(there.places, there.places[1:], strict=False)]
    assert min(gaps) >= min(span, span / (2.2 * most)) * 0.999


def test_frequencies_are_in_kilohertz_where_they_reach_two():
    assert ticks.frequency(0, 1500, 6)[1] == "Frequency (Hz)"
    there, words = ticks.frequency(0, 24_000, 6)
    assert words == "Frequency (kHz)"
    assert there.words == ["0", "5", "10", "15", "20"]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_numbers_beside_a_panel_are_short_and_lead_back_to_their_places(low, span, most):
    assume(span > abs(low) * 1e-6)
    there, taken, power = ticks.short(low, low + span, most)
    common = float(taken.replace("−", "-") or 0)
    for place, words in zip(*there, strict=True):
        assert len(words.replace(".", "")) <= 5
        assert common + float(words.replace("−", "-")) * 10.0**power == pytest.approx(place, abs=1e-6 * span)

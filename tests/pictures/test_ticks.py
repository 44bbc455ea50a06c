from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sonograph.pictures import ticks, times


@given(st.floats(-1e5, 1e5), st.floats(1e-4, 1e6), st.integers(2, 12))
def test_ticks_say_where_they_are(low, span, most):
    assume(span > abs(low) * 1e-6)
    there = ticks.decimal(low, low + span, most)
    assert len(there.places) <= most + 1
    for place, words in zip(*there, strict=True):
        assert low - span * 1e-6 <= place <= low + span * (1 + 1e-6)
        assert abs(float(words.replace("−", "-")) - place) <= span * 1e-6 + 1e-12
    assert len(set(there.words)) == len(there.words)


@given(st.floats(0, 1e5), st.one_of(st.floats(1e-3, 1e6), st.floats(1e6, 1e9)), st.integers(2, 12))
def test_times_are_read_back_as_they_are_written(low, span, most):
    there, words = times.time(low, low + span, most)
    assert len(there.places) <= max(most, min(6, 2 * most)) + 1
    assert len(there.places) >= 1 or most < 6
    unit, whole = 1.0, 0.0
    if words.startswith("Time ("):
        unit = {"ms": 1e-3, "days": 86_400.0, "years": 365.25 * 86_400}.get(words[6:-1], 1.0)
        assert ("min:s" in words) == (low + span > 120 and unit < 86_400)
        assert span > 86_400 or unit < 86_400
    else:
        name, after, moment, _ = words.split()
        unit, whole = {"Seconds": 1.0, "Milliseconds": 1e-3, "Microseconds": 1e-6}[name], seconds_of(moment)
        assert (after, low + span > 120 or span < 0.02, span < 3) == ("after", True, True)
        assert all(len(shown) <= 5 for shown in there.words)  # round numbers, however fine the zoom
    for place, shown in zip(*there, strict=True):
        assert whole + seconds_of(shown) * unit == pytest.approx(place, abs=1e-9 + 1e-4 * span)
        assert low - 1e-6 * span - 1e-9 <= place <= low + span * (1 + 1e-6) + 1e-9


def seconds_of(clock):
    return sum(float(part) * 60**i for i, part in enumerate(reversed(clock.split(":"))))


@given(st.floats(0, 1e5), st.floats(1e-3, 4e4), st.integers(2, 12), st.floats(0, 86_400))
def test_a_time_of_day_is_read_back_as_it_is_written(low, span, most, at):
    day = datetime(2026, 6, 1, tzinfo=UTC)
    start = day + timedelta(seconds=at)
    there, words = times.time(low, low + span, most, start)
    for place, shown in zip(*there, strict=True):
        moment = start + timedelta(seconds=place)
        if " after " in words:
            unit = {"Seconds": 1.0, "Milliseconds": 1e-3, "Microseconds": 1e-6}[words.split()[0]]
            form = "%H:%M:%S.%f on %Y-%m-%d (UTC)" if "." in words else "%H:%M:%S on %Y-%m-%d (UTC)"
            whole = datetime.strptime(words.split(" after ")[1], form).replace(tzinfo=UTC)
            want = whole + timedelta(seconds=float(shown) * unit)
        else:
            assert f"{start + timedelta(seconds=low):%Y-%m-%d}" in words
            want = datetime.combine(moment + timedelta(microseconds=5), time.fromisoformat(shown), UTC)
        assert abs((want - moment).total_seconds()) < 1e-5 + 1e-4 * span


@given(st.floats(0, 1e8), st.floats(1e6, 3e9), st.integers(2, 12), st.floats(0, 3e7))
def test_dates_are_read_back_and_months_and_years_begin(low, span, most, at):
    start = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=at)
    there, words = times.time(low, low + span, most, start)
    assert len(there.places) <= most + 1
    assert len(there.places) >= 2 or most < 4
    assert f"{start + timedelta(seconds=low):%Y-%m-%d} to " in words
    for place, shown in zip(*there, strict=True):
        want = datetime.fromisoformat(shown + "-01-01"[: 10 - len(shown)]).replace(tzinfo=UTC)
        assert abs((want - start).total_seconds() - place) < 1e-4
        assert low <= place <= low + span


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

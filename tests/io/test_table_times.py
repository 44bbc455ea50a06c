"""The rate of a table: from the whole span of its times, as exactly as their digits say; what is uneven is named."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.errors import SourceError
from sonograph.io.audio import open as open_sound


def table(folder, times, header="time"):
    path = folder / "a.csv"
    path.write_text(f"{header},x\n" + "".join(f"{time},0.5\n" for time in times))
    return path


@pytest.mark.parametrize(
    ("rate", "form", "n"),
    [
        (300, "{:.3f}", 6000),
        (44_100, "{:.6f}", 6000),
        (25_600, "{:.9g}", 20_000),
        (48_000, "{:.6f}", 3000),
        (1 / 3, "{:.2f}", 400),
        (8000, "{:.5f}", 4000),
        (256, "{:.3f}", 5000),
        (51_200, "{:.7g}", 60_000),
        (22_050, "{:.6e}", 3000),
        (100.5, "{:.3f}", 9000),
        (11_025, "{!r}", 1000),
        (1 / 60, "{:.0f}", 100),
        (1 / 86_400, "{:.0f}", 50),
    ],
)
def test_few_digits_do_not_make_times_uneven(tmp_path, rate, form, n):
    with open_sound(table(tmp_path, [form.format(i / rate) for i in range(n)])) as sound:
        assert sound.sample_rate == pytest.approx(rate, rel=1e-9)
        assert sound.check().word == "ok"


@given(st.floats(0.5, 5000), st.integers(2, 6), st.integers(300, 2000), st.floats(-1e4, 1e4), st.booleans())
def test_the_rate_is_as_near_as_the_digits_of_the_span_allow(tmp_path_factory, rate, more, n, start, rounded):
    digits = int(np.ceil(np.log10(rate))) + more - 1  # a digit is at most a fifth of a step
    times = start + np.arange(n) / rate
    times = times if rounded else np.floor(times * 10**digits) / 10**digits
    with open_sound(table(tmp_path_factory.mktemp("t"), [f"{t:.{digits}f}" for t in times])) as sound:
        assert sound.sample_rate == pytest.approx(rate, rel=2 * 10.0**-digits * rate / (n - 1) + 2e-6)
        assert sound.check().word == "ok"


@given(
    st.integers(1, 398),
    st.sampled_from([100, 200, 1000, 44_100]),
    st.integers(2, 9),
    st.sampled_from(["left out", "twice"]),
)
def test_a_sample_that_is_left_out_or_twice_is_refused_in_its_place(tmp_path_factory, at, rate, digits, what):
    """Also where a digit is a third of a step, so that steps differ anyway."""
    order = np.arange(400) + (np.arange(400) > at) * (1 if what == "left out" else -1)
    digits = max(digits, int(np.ceil(np.log10(rate))) + (0 if rate in (100, 1000) else 1))
    place = "is .* after the one before" if what == "left out" else "has the same time as the row above"
    with pytest.raises(SourceError, match=rf"row {at + 3} {place}"):
        open_sound(table(tmp_path_factory.mktemp("t"), [f"{i / rate:.{digits}f}" for i in order]))


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (
            np.repeat(np.arange(20), 20) * 0.1,
            r"20 rows from row 2 on have the same time \(0 s\), then it rises by 0\.1 s",
        ),
        (np.arange(400) * -0.005, r"its times fall, from 0 s in row 2 to -1\.995 s in row 401\. Sort the rows by time"),
        (np.zeros(50), r"all rows have the same time \(0 s\)"),
        (
            np.where(np.arange(400) == 99, 0, np.arange(400) / 200),
            r"the time in row 101 \(0 s\) is before that of the row above",
        ),
        (
            np.concatenate([np.arange(200) / 100, 2 + np.arange(200) / 50]),
            r"row 203 is 0\.02 s after .*; the others are 0\.01 s",
        ),
        (np.arange(400) / 200 + 0.001 * np.sin(np.arange(400)), r"row 3 is 0\.005841.* s after"),
    ],
)
def test_times_that_give_no_rate_are_refused_in_a_sentence_that_makes_sense(tmp_path, times, message):
    with pytest.raises(SourceError, match=message):
        open_sound(table(tmp_path, [f"{t:.6f}" for t in times]))


def test_times_kept_in_single_precision_are_even(tmp_path):
    times = (100 + np.arange(4000) / 44_100).astype(np.float32)
    with open_sound(table(tmp_path, [f"{t:.17g}" for t in times])) as sound:
        assert sound.sample_rate == 44_100.0


@pytest.mark.parametrize(("n", "form", "near"), [(3000, "{:.2f}", 0.01), (1500, "{:.3f}", 0.002)])
def test_a_rate_that_the_digits_leave_open_is_said(tmp_path, n, form, near):
    with open_sound(table(tmp_path, [form.format(i / 997) for i in range(n)])) as sound:
        status = sound.check()
        assert sound.sample_rate == pytest.approx(997, rel=near)
        assert (status.word, status.reason) == ("warn", "rate") and "give the rate only roughly" in status.sentence


def moments(form, step, n=300, start="2024-03-05T22:30:00"):
    first = dt.datetime.fromisoformat(start)
    return [(first + i * dt.timedelta(seconds=step)).strftime(form) for i in range(n)]


@pytest.mark.parametrize(
    ("form", "step"),
    [
        ("%Y-%m-%dT%H:%M:%S.%f", 0.125),
        ("%Y-%m-%d %H:%M:%S", 1),
        ("%Y/%m/%d %H:%M", 60),
        ("%d.%m.%Y %H:%M:%S", 1800),
        ("%d/%m/%Y %H:%M", 3600),
        ("%m/%d/%Y %H:%M", 3600),
        ("%m/%d/%Y %I:%M %p", 3600),
        ("%d-%b-%Y %H:%M:%S", 1),
        ("%d.%m.%y %H:%M", 3600),
        ("%H:%M:%S", 60),
        ("%H:%M:%S.%f", 0.01),
        ("%Y%m%dT%H%M%S", 1),
        ("%Y-%m-%dT%H:%M:%S+01:00", 1),
        ("%Y-%m-%dT%H:%M:%SZ", 1),
    ],
)
def test_dates_as_programs_and_countries_write_them(tmp_path, form, step):
    with open_sound(table(tmp_path, moments(form, step))) as sound:
        assert sound.sample_rate == pytest.approx(1 / step, rel=1e-9)
        zone = {"Z": 0, "0": 1}.get(form[-1]) if "T" in form and form[-1] in "Z0" else None
        want = None if zone is None else dt.datetime(2024, 3, 5, 22 - zone, 30, tzinfo=dt.UTC)
        assert sound.start == want


@pytest.mark.parametrize("delimiter", [";", "\t", " ", ","])
def test_a_date_and_a_time_of_day_in_columns_of_their_own(tmp_path, delimiter):
    rows = [f"{text.replace(' ', delimiter)}{delimiter}0.5" for text in moments("%d.%m.%Y %H:%M:%S", 10, 1000)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([delimiter.join(["Datum", "Uhrzeit", "Wert"]), *rows]) + "\n")
    with open_sound(path) as sound:
        assert (sound.sample_rate, sound.n_channels) == (pytest.approx(0.1), 1)


def test_a_day_that_may_be_a_month_is_said_where_it_matters(tmp_path):
    times = [f"01/02/2024 10:00:{i:02d}Z" for i in range(50)]
    with open_sound(table(tmp_path, times)) as sound:  # the rate is the same, the start is not
        assert (sound.sample_rate, sound.start) == (1.0, None)
        assert sound.check().reason == "dates" and "not ISO 8601" in sound.check().sentence
    with open_sound(table(tmp_path, [f"{day:02d}/05/2024" for day in range(1, 13)])) as sound:
        assert sound.sample_rate == pytest.approx(1 / 86_400)  # by months it would be uneven
    with pytest.raises(
        SourceError, match=r"has dates as '01/01/2024', not ISO 8601, and does not show whether the day"
    ):
        open_sound(table(tmp_path, ["01/01/2024", "02/01/2024"]))


def test_dates_with_a_zone_that_changes_are_one_clock(tmp_path):
    times = [
        "2024-03-31T01:59:58+01:00",
        "2024-03-31T01:59:59+01:00",
        "2024-03-31T03:00:00+02:00",
        "2024-03-31T03:00:01+02:00",
    ]
    with open_sound(table(tmp_path, times)) as sound:
        assert (sound.sample_rate, sound.start) == (1.0, dt.datetime(2024, 3, 31, 0, 59, 58, tzinfo=dt.UTC))


@pytest.mark.parametrize("bad", ["2024-02-30T00:00:01Z", "2024-13-01T00:00:01Z", "2024-01-01T25:00:01Z", "later"])
def test_a_time_that_cannot_be_is_named(tmp_path, bad):
    times = [*(f"2024-01-01T00:00:{i:02d}Z" for i in range(20)), bad]
    with pytest.raises(SourceError, match=rf"row 22 has '{bad}', which is no time as the rows before it"):
        open_sound(table(tmp_path, times))


def test_a_column_is_named_by_its_number_too(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{i / 50},0.5\n" for i in range(50)))
    with open_sound(path, time_column="1") as sound:
        assert (sound.sample_rate, sound.n_channels) == (50.0, 1)
    with pytest.raises(SourceError, match=r"which column holds the time \(--time-column 1, which rises evenly\)"):
        open_sound(path)


@pytest.mark.parametrize(("begin", "minutes"), [((2024, 3, 30), 60), ((2024, 10, 26), 60), ((2024, 10, 26), 10)])
def test_local_times_over_a_change_of_the_clocks_are_refused_and_the_way_out_is_read(tmp_path, begin, minutes):
    berlin, first = ZoneInfo("Europe/Berlin"), dt.datetime(*begin, tzinfo=dt.UTC)
    local = [(first + i * dt.timedelta(minutes=minutes)).astimezone(berlin) for i in range(48 * 60 // minutes)]
    with pytest.raises(
        SourceError, match=r", as where clocks are put forward or back\. Write the times in UTC, or each"
    ):
        open_sound(table(tmp_path, [f"{one:%Y-%m-%dT%H:%M}" for one in local]))
    with open_sound(table(tmp_path, [one.isoformat() for one in local])) as sound:
        assert sound.start == first and sound.sample_rate == pytest.approx(1 / (60 * minutes))
    gap = [f"{first + i * dt.timedelta(minutes=20):%Y-%m-%dT%H:%M}" for i in range(100) if i != 5]
    with pytest.raises(SourceError, match=r"apart\. Resample it evenly"):
        open_sound(table(tmp_path, gap))

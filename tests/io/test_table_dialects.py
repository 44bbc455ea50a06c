"""Tables as programs and countries write them: the same numbers and the same rate, whatever stands between them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.errors import SourceError
from sonograph.io.audio import open as open_sound

NUMBERS = [(0.0, -1.5), (0.005, 2.25), (0.01, 1e-7), (0.015, -1234.5), (0.02, 0.0)]


def written(path, text, encoding="utf-8"):
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@st.composite
def tables(draw):
    """The bytes of a table, its rate and its numbers (channels, n)."""
    delimiter, decimal = draw(
        st.sampled_from([(",", "."), (";", "."), ("\t", "."), (" ", "."), (";", ","), ("\t", ",")])
    )
    rate = draw(st.sampled_from([0.1, 1.0, 12.5, 50.0, 200.0, 1000.0, 8000.0, 44_100.0]))
    n, channels = draw(st.integers(3, 60)), draw(st.integers(1, 3))
    number = st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.9g}"))
    values = draw(st.lists(st.lists(number, min_size=channels, max_size=channels), min_size=n, max_size=n))
    form = draw(st.sampled_from(["{!r}", "{:.12e}", "{:+.12g}"]))
    quoted = draw(st.booleans()) and delimiter != " "

    def field(value):
        text = form.format(float(value)).replace(".", decimal)
        return f'"{text}"' if quoted else text

    names = draw(st.sampled_from([["time"], ["Time (s)"], ["Time[s]"], ["t"], ["Zeit [s]"], ["timestamp"]]))
    names = names if delimiter != " " else [names[0].split(" ")[0].split("[")[0]]
    names += [f"channel{i}" for i in range(channels)]
    end = delimiter if draw(st.booleans()) and delimiter != " " else ""
    rows = [delimiter.join(field(x) for x in [i / rate, *row]) + end for i, row in enumerate(values)]
    head = draw(st.sampled_from([[], ["# made by hand"], [""], ["Device: x", ""]]))
    if delimiter in ",;\t" and draw(st.booleans()):
        head = [f"sep={delimiter}", *head]
    if draw(st.booleans()):
        rows.insert(draw(st.integers(1, n)), "")
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-16-le", "utf-16-be", "utf-32"]))
    text = newline.join([*head, delimiter.join(names) + (end if draw(st.booleans()) else ""), *rows]) + newline
    return text.encode(encoding), rate, np.array(values).T


@given(tables())
def test_a_table_in_any_dialect_gives_its_numbers_and_its_rate(tmp_path_factory, table):
    data, rate, values = table
    path = written(tmp_path_factory.mktemp("t") / "a.csv", data)
    with open_sound(path) as sound:
        assert sound.sample_rate == pytest.approx(rate, rel=1e-9)
        np.testing.assert_array_equal(sound.read(range(sound.n_samples)), values)
        assert sound.check().reason in ("", "counts")


@pytest.mark.parametrize("plain", [True, False])
def test_the_quick_way_and_the_slow_way_read_alike(tmp_path, plain):
    rng = np.random.default_rng(0)
    rows = [f"{i / 200},{x!r},{y:.3e}" for i, (x, y) in enumerate(rng.standard_normal((5000, 2)).tolist())]
    comment = [] if plain else ["# here the slow way begins"]
    text = "\n".join(["time,x,y", *rows[:2000], *comment, *rows[2000:]]) + "\n"
    with open_sound(written(tmp_path / "a.csv", text)) as sound:
        want = [[float(row.split(",")[c]) for row in rows] for c in (1, 2)]
        np.testing.assert_array_equal(sound.read(range(5000)), want)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ("0.02,1,2", "row 5 has 3 fields where 2 are expected"),
        ("0.02", "row 5 has 1 fields where 2 are expected"),
        ("0.02,zwei", "row 5 has 'zwei' where a number is expected"),
        ("0.02,1.5x", "row 5 has '1.5x' where a number is expected"),
        ("0.02,1 2", "row 5 has '1 2' where a number is expected"),
        ("0.02,1-2", "row 5 has '1-2' where a number is expected"),
        (" ,0.02 7", "row 5 has '0.02 7' where a number is expected"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path, odd, message):
    rows = [f"{i / 100},{i}.5" for i in range(30)]
    rows[3] = odd
    with pytest.raises(SourceError, match=rf"a\.csv: {message}"):
        open_sound(written(tmp_path / "a.csv", "\n".join(["time,x", *rows]) + "\n"))


def test_whole_numbers_first_and_then_a_decimal_comma(tmp_path):
    rows = "".join(f"{i};{i}\n" for i in range(600)) + "600;0,5\n"
    with open_sound(written(tmp_path / "a.csv", "time;x\n" + rows)) as sound:
        assert sound.read(range(600, 601))[0, 0] == 0.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time;x\n0,1;1.234,5\n0,2;1.234,5\n", r"has '1\.234,5', a number with points and commas"),
        (
            "It was a dark\nand stormy night, the\nrain fell.\n",
            r"no row of numbers in its first 3 lines; it begins with 'It was",
        ),
        ("<html><body>\nnot here\n</body></html>\n", "is an HTML page"),
    ],
)
def test_what_is_no_table_is_said(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        open_sound(written(tmp_path / "a.csv", text))


@pytest.mark.parametrize("word", ["", "NaN", "N/A", "null", "-", "#N/A"])
def test_a_word_for_nothing_is_missing(tmp_path, word):
    rows = "".join(f"{i / 10},{word if i == 3 else i + 0.5},{i / 8}\n" for i in range(20))
    with open_sound(written(tmp_path / "a.csv", "time,x,y\n" + rows)) as sound:
        values = sound.read(range(20))
        assert np.isnan(values[0, 3]) and np.isfinite(np.delete(values[0], 3)).all() and np.isfinite(values[1]).all()
        assert sound.check().reason == "not-finite"


def test_an_index_that_pandas_writes_is_no_channel(tmp_path):
    with open_sound(written(tmp_path / "a.csv", ",x\n0,0.5\n1,0.25\n2,0.125\n"), sample_rate=10) as sound:
        np.testing.assert_array_equal(sound.read(range(3)), [[0.5, 0.25, 0.125]])


@pytest.mark.parametrize(
    ("tail", "word", "n"),
    [
        ("0.4", "partial", 4),  # a field less
        ("0.40,", "partial", 4),
        ("0.40,1.", "partial", 4),
        ("0.40,1.2", "partial", 4),  # all others have two decimals
        ("0.40,-", "partial", 4),
        ("0.40,1.25", "ok", 5),
        ("0.40,1.25\n", "ok", 5),
    ],
)
def test_a_last_row_that_is_cut_is_left_out_and_said(tmp_path, tail, word, n):
    rows = "".join(f"0.{i}0,{i}.50\n" for i in range(4))
    with open_sound(written(tmp_path / "a.csv", f"time,x\n{rows}{tail}")) as sound:
        status = sound.check()
        assert (status.word, sound.n_samples) == (word, n)
        assert status.reason == ("row-cut" if word == "partial" else "")


def test_a_separator_ends_a_last_number_as_a_line_does(tmp_path):
    rows = "time,x,\n0.0,0.123,\n0.1,0.5,\n0.2,0.12,"
    with open_sound(written(tmp_path / "a.csv", rows)) as sound:
        assert (sound.check().word, sound.n_samples, sound.n_channels) == ("ok", 3, 1)


def test_a_last_number_that_may_be_cut_is_said(tmp_path):
    rows = "0.0,0.123456\n0.1,0.5\n0.2,0.12345"
    with open_sound(written(tmp_path / "a.csv", f"time,x\n{rows}")) as sound:
        status = sound.check()
        assert (status.word, status.reason, sound.n_samples) == ("warn", "row-cut", 3)
        assert "its last number, 0.12345, may be cut" in status.sentence


@pytest.mark.parametrize("at", range(1, 60))
def test_a_table_cut_at_any_byte_is_never_called_ok_with_another_number(tmp_path, at):
    rng = np.random.default_rng(1)
    values = [float(f"{x:.6g}") for x in rng.standard_normal(40)]
    text = "time,x\n" + "".join(f"{i / 100},{x!r}\n" for i, x in enumerate(values))
    with open_sound(written(tmp_path / "a.csv", text[:-at])) as sound:
        got = sound.read(range(sound.n_samples))[0]
        if sound.check().word == "ok":
            np.testing.assert_array_equal(got, values[: len(got)])


def test_zeros_behind_the_last_row_are_said(tmp_path):
    text = "time,x\n" + "".join(f"{i / 100},0.5\n" for i in range(20))
    with open_sound(written(tmp_path / "a.csv", text.encode() + bytes(4096))) as sound:
        assert sound.n_samples == 20
        assert sound.check().sentence.endswith(
            "ends in 4,096 zero bytes, as when a recorder loses power. They were left out."
        )

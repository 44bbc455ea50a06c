"""Series that are not sound files: tables and arrays, with a rate that is given or told by their times."""

from datetime import UTC, datetime

import numpy as np
import pytest
import soundfile

from sonograph.errors import SettingsError, SourceError
from sonograph.io.audio import open as open_sound
from sonograph.io.audio import read


def table(path, text):
    path.write_text(text)
    return path


def test_a_column_named_time_gives_the_rate(tmp_path):
    rows = "".join(f"{i / 250},{i},{-i}\n" for i in range(100))
    signal = read(table(tmp_path / "a.csv", "Time,left,right\n" + rows), unit="V")
    assert (signal.sample_rate, signal.unit) == (250.0, "V")
    np.testing.assert_array_equal(signal.samples, [np.arange(100), -np.arange(100)])


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("time [s],x", 1), ("t,x", 1), ("x,timestamp", 1), ("Time (s);x", 1), ("time_ms\tx", 1e-3), ("x,T [µs]", 1e-6),
        ("t,time,x", 1), ("temperature,time [ms],x", 1e-3), ("TIMESTAMP (ns),x", 1e-9),
    ],
)  # fmt: skip
def test_a_column_of_times_is_known_by_its_name_and_says_its_unit(tmp_path, header, unit):
    """200 samples a second, whatever the column counts in; what is beside it stays."""
    delimiter = next(d for d in "\t;," if d in header)
    names = header.split(delimiter)
    time = (
        names.index("time")
        if "time" in names
        else next(i for i, n in enumerate(names) if n[0] in "tT" and n != "temperature")
    )
    rows = [
        delimiter.join(f"{i / 200 / unit:.9g}" if c == time else f"{-i}" for c in range(len(names))) for i in range(50)
    ]
    signal = read(table(tmp_path / "a.csv", "\n".join([header, *rows])))
    assert signal.sample_rate == pytest.approx(200.0, rel=1e-9)
    assert signal.n_channels == len(names) - 1
    np.testing.assert_array_equal(np.atleast_2d(signal.samples)[0], -np.arange(50.0))


@pytest.mark.parametrize("delimiter", [" ", ",", ";", "\t"])
def test_what_numpy_savetxt_writes_has_its_header_in_a_comment(tmp_path, delimiter):
    x = np.stack([np.arange(100) / 50, np.random.default_rng(0).standard_normal(100)], axis=1)
    np.savetxt(tmp_path / "a.txt", x, delimiter=delimiter, header=f"of a floor\n{delimiter.join(['time', 'acc'])}")
    signal = read(tmp_path / "a.txt")
    assert signal.sample_rate == 50.0
    np.testing.assert_array_equal(signal.samples, x[:, 1])


def test_numbers_in_a_comment_are_no_row(tmp_path):
    signal = read(table(tmp_path / "a.txt", "# 7 8\n1 2\n3 4\n"), sample_rate=1)
    np.testing.assert_array_equal(signal.samples, [[1, 3], [2, 4]])


@pytest.mark.parametrize("text", ["t,x\n20.5,1\n20.1,2\n20.3,3\n", "# time went\n20.5 1\n20.1 2\n20.3 3\n"])
def test_a_temperature_and_a_sentence_are_no_time(tmp_path, text):
    signal = read(table(tmp_path / "a.csv", text), sample_rate=1)
    np.testing.assert_array_equal(signal.samples, [[20.5, 20.1, 20.3], [1, 2, 3]])


def test_times_of_day_give_the_rate_and_the_start(tmp_path):
    rows = "".join(f"2024-03-01T00:00:{i:02d}Z;{i}\n" for i in range(60))
    with open_sound(table(tmp_path / "a.csv", "time;x\n" + rows)) as sound:
        assert (sound.sample_rate, sound.start) == (1.0, datetime(2024, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("text", ["1\n2\n3\n", "# comment\nx\n1\n2\n3\n", "1\t\n2\t\n3\t\n"])
def test_a_rate_can_be_given_and_names_left_out(tmp_path, text):
    sound = read(table(tmp_path / "a.txt", text), sample_rate=10)
    np.testing.assert_array_equal(sound.read(range(3))[0], [1, 2, 3])


def test_an_empty_field_is_missing(tmp_path):
    sound = read(table(tmp_path / "a.csv", "a,b\n1,2\n,4\n"), sample_rate=10)
    assert np.isnan(sound.samples[0, 1]) and sound.samples[1, 1] == 4


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "time,x\n0,1\n1,2\n2.01,3\n3,4\n",
            {},
            r"the time in row 4 is 1.01 s after the one before; the others are 1 s",
        ),
        ("time,x\n0,1\n1,2\n3,3\n", {}, r"the time in row 4 is 2 s after"),
        ("time,x\n0,1\n0,2\n0,3\n", {}, r"all rows have the same time \(0 s\)"),
        ("time,x\n0,1\n", {}, r"a time in only one row"),
        ("x\n1\n2\n", {}, r"does not say how many samples a second it has\. Give sample_rate \(--sample-rate\)"),
        ("x,y\n1,2\n3\n", {"sample_rate": 1}, r"row 3 has 1 fields where 2 are expected"),
        ("timestamp,x\n1760000000000,1\n1760000000010,2\n", {}, r"has times as 1760000000000, too large for seconds"),
        ("t,x\n20.5,1\n20.1,2\n20.3,3\n", {}, r"does not say how many samples a second it has"),
        ("# local time\n20.5 1\n20.1 2\n20.3 2\n", {}, r"does not say how many samples a second it has"),
        ("Time (s),x\n0,1\n1,2\n3,3\n", {}, r"the time in row 4 is 2 s after"),
        ("x\n1\nzwei\n", {"sample_rate": 1}, r"row 3 has 'zwei' where a number is expected"),
        ("x,y\n1,2\n", {"time_column": "t"}, r"has no column 't'; its columns are: x, y"),
        ("x,y\n", {"sample_rate": 1}, r"has no row of numbers"),
        ("time\n1\n2\n", {}, r"has no column besides the time"),
        (f"x,y\n1,{'2' * 140_000}\n", {"sample_rate": 1}, r"row 2 has no fields that can be told \(it is too long\)"),
    ],
)
def test_a_table_that_cannot_be_a_series_is_refused(tmp_path, text, options, message):
    with pytest.raises(SourceError, match=r"a\.csv: .*" + message):
        open_sound(table(tmp_path / "a.csv", text), **options)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(tmp_path, end):
    (tmp_path / "a.csv").write_bytes(end.join(["time,x", "0,1", "1,2", "2,3"]).encode())
    np.testing.assert_array_equal(read(tmp_path / "a.csv").samples, [1, 2, 3])
    (tmp_path / "b.csv").write_bytes(end.join(["time,x", "0,1", "1,zwei"]).encode())
    with pytest.raises(SourceError, match="row 3 has 'zwei'"):
        read(tmp_path / "b.csv")


def test_what_a_sound_says_itself_is_not_given(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(10), 8000)
    np.save(tmp_path / "a.npy", np.zeros(10))
    with pytest.raises(SettingsError, match=r"sample_rate is 16000; .*a\.wav says its own.*resample the sound"):
        open_sound(tmp_path / "a.wav", sample_rate=16_000)
    for name, options in (("a.wav", {}), ("a.npy", {"sample_rate": 8000})):
        with pytest.raises(SettingsError, match=rf"time_column is 't'; .*{name} is no table and has no columns"):
            open_sound(tmp_path / name, time_column="t", **options)


def test_a_rate_must_be_one(tmp_path):
    with pytest.raises(SettingsError, match="sample_rate is 0; it must be above 0 Hz"):
        open_sound(table(tmp_path / "a.csv", "1\n2\n"), sample_rate=0)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<i2", "<i4", "i1"])
@pytest.mark.parametrize("shape", [(30,), (2, 15)])
def test_an_array_is_a_sound_at_the_rate_that_is_given(tmp_path, dtype, shape):
    values = (np.arange(30) * (3 if "i4" not in dtype else 3 << 20)).astype(dtype).reshape(shape)
    np.save(tmp_path / "a.npy", values)
    signal = read(tmp_path / "a.npy", sample_rate=100.0)
    scale = 2.0 ** (8 * values.itemsize - 1) if values.dtype.kind == "i" else 1.0
    np.testing.assert_allclose(signal.read(range(signal.n_samples)), np.atleast_2d(values / scale), rtol=1e-7)
    np.save(tmp_path / "b.npy", np.asfortranarray(values))
    np.testing.assert_array_equal(read(tmp_path / "b.npy", sample_rate=100.0).samples, signal.samples)


def test_an_array_that_holds_no_series_is_refused_and_never_run(tmp_path):
    np.save(tmp_path / "a.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(SourceError, match=r"a\.npy: holds Python objects, which could run code and are not read"):
        open_sound(tmp_path / "a.npy", sample_rate=1)
    np.save(tmp_path / "b.npy", np.zeros(100))
    (tmp_path / "b.npy").write_bytes((tmp_path / "b.npy").read_bytes()[:500])
    with pytest.raises(SourceError, match=r"b\.npy: promises 100 numbers and the file ends before"):
        open_sound(tmp_path / "b.npy", sample_rate=1)
    with pytest.raises(SourceError, match=r"b\.npy: does not say how many samples a second"):
        open_sound(tmp_path / "b.npy")


def test_times_that_are_not_alike_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"a\.csv: row 3 has 'later', which is no time as the rows before it"):
        open_sound(table(tmp_path / "a.csv", "time,x\n2024-01-01T00:00:00Z,1\nlater,2\n"))
    with pytest.raises(
        SourceError, match=r"a\.csv: row 3 has '2024-01-01T00:00:01', which is no time as the rows before it"
    ):
        open_sound(table(tmp_path / "a.csv", "time,x\n2024-01-01T00:00:00Z,1\n2024-01-01T00:00:01,2\n"))


def test_a_rate_that_is_given_goes_before_the_times(tmp_path):
    sound = read(table(tmp_path / "a.csv", "time,x\n0,1\n1,2\n9,3\n"), sample_rate=10)
    assert sound.sample_rate == 10 and sound.n_channels == 1

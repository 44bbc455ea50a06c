"""Units and counts of arrays: what is sound, and what is a number that was never turned into it."""

import pickle

import numpy as np
import pytest

from sonograph.errors import SettingsError
from sonograph.io.audio import open as open_sound
from tests.io.array_files import X, parquet


@pytest.mark.parametrize("kind", ["npy", "npz", "csv", "parquet"])
@pytest.mark.parametrize(
    ("dtype", "scale", "word"),
    [("i8", 1, "warn"), ("i4", 1, "warn"), ("f8", 1, "warn"), ("f4", 300, "warn"), ("f8", 1e-4, "ok"), ("i2", 1, "ok")],
)
def test_counts_are_warned_of_in_the_status_and_not_by_python(tmp_path, kind, dtype, scale, word):
    values, path = (np.arange(-500, 500) * scale).astype(dtype), tmp_path / f"a.{kind}"
    if kind == "csv":
        np.savetxt(path, values)
        word = "ok" if scale < 1 else "warn"  # in a text no number has a width
    {
        "npy": lambda: np.save(path, values),
        "npz": lambda: np.savez(path, values),
        "parquet": lambda: parquet(path, {"x": values}),
        "csv": int,
    }[kind]()
    with open_sound(path, sample_rate=100) as sound:
        status = sound.check()
        assert (status.word, status.reason) == (word, "counts" if word == "warn" else "")
    with open_sound(path, sample_rate=100, unit="counts") as sound:
        assert sound.check().word == "ok"
        np.testing.assert_array_equal(sound.read(range(1000))[0], values)  # as they are


def test_a_unit_from_a_file_beside_it_counts_as_one_that_is_given(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(1000))
    (tmp_path / "a.npy.toml").write_text('unit = "counts"')
    with open_sound(tmp_path / "a.npy", sample_rate=100) as sound:
        assert sound.check().word == "ok"
        np.testing.assert_array_equal(sound.read(range(1000))[0], np.arange(1000))


def test_a_unit_that_is_not_known_is_refused_unless_in_quotes(tmp_path):
    np.save(tmp_path / "a.npy", X)
    with pytest.raises(
        SettingsError,
        match=r"unit is 'furlong', which is not known; known are V, A, .*counts.*quotes with it: '\"furlong\"'",
    ):
        open_sound(tmp_path / "a.npy", sample_rate=1, unit="furlong")
    for typed, unit in (
        ('"furlong"', "furlong"),
        ("uPa", "µPa"),
        ("Volt", "V"),
        ("m/s^2", "m/s²"),
        ("mV", "mV"),
        ("FS", "FS"),
    ):
        with open_sound(tmp_path / "a.npy", sample_rate=1, unit=typed) as sound:
            assert sound.unit == unit
            assert pickle.loads(pickle.dumps(sound)).unit == unit


def test_a_unit_other_than_the_files_own_is_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time (s),X (g)\n" + "".join(f"{i / 100},{i % 7}\n" for i in range(200)))
    with open_sound(path, unit="m/s^2") as sound:
        status = sound.check()
        assert (status.word, status.reason, sound.unit) == ("warn", "unit", "m/s²")
        assert "in g; they are taken as m/s², as asked, and not converted" in status.sentence
    for own in ("g", None):
        with open_sound(path, unit=own) as sound:
            assert (sound.check().word, sound.unit) == ("ok", "g")

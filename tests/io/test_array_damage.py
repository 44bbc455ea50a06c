"""Files of arrays that are cut, damaged or hostile: one sentence or a sound, and nothing else is reached."""

import io
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import tables
from sonograph.errors import SonographError, SourceError
from sonograph.io.audio import open as open_sound
from tests.io.array_files import RATE, WRITERS, X, h5


@pytest.fixture(params=WRITERS)
def written(request, tmp_path):
    """One array at 8 kHz in volts, in each kind of file."""
    path = tmp_path / f"a.{request.param}"
    WRITERS[request.param](str(path))
    return path


@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_a_file_that_was_cut_is_never_ok(written, keep):
    data = written.read_bytes()
    written.write_bytes(data[: int(len(data) * keep)])
    try:
        with open_sound(written) as sound:
            assert sound.check().word == "partial"
            got = sound.read(range(sound.n_samples))[0]
            np.testing.assert_array_equal(got, X[: len(got)])
    except SourceError as error:
        assert f"{written.name}: " in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("seed", range(3))
def test_damage_is_a_sentence_or_a_sound_and_never_more(written, seed):
    rng, data = np.random.default_rng(seed), bytearray(written.read_bytes())
    for place in rng.integers(8, len(data), 12):
        data[place] = rng.integers(256)
    written.write_bytes(bytes(data))
    try:
        with open_sound(written, sample_rate=RATE) as sound:
            sound.check()
    except SourceError as error:
        assert written.name in str(error) and "Error" not in str(error)


def test_a_reader_that_crashes_takes_nothing_with_it(written, monkeypatch, tmp_path):
    (tmp_path / "dies").write_text("#!/bin/sh\nkill -ABRT $$\n")
    (tmp_path / "dies").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "dies"))
    with pytest.raises(SourceError, match=r"that cannot be read: its reader crashed or took too long"):
        open_sound(written)


def test_nothing_is_unpickled_and_no_other_file_is_reached(tmp_path):
    class Bomb:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    np.savez(tmp_path / "a.npz", x=np.array([Bomb(), Bomb()], object))
    with pytest.raises(SourceError, match="Python objects"):
        open_sound(tmp_path / "a.npz", sample_rate=1)
    assert not (tmp_path / "ran").exists()
    X.tofile(tmp_path / "secret")
    h5(tmp_path / "other.h5", x=X)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["link"] = h5py.ExternalLink("other.h5", "/x")
        file.create_dataset("outside", (1000,), "f8", external=[(str(tmp_path / "secret"), 0, 8000)])
        layout = h5py.VirtualLayout((1000,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (1000,))
        file.create_virtual_dataset("virtual", layout)
    for place in ("", ":/link", ":/outside", ":/virtual"):
        with pytest.raises(SourceError, match="holds no array"):
            open_sound(f"{tmp_path}/a.h5{place}", sample_rate=1)


@given(st.binary(max_size=60), st.integers(10, 127), st.integers(0, 60))
def test_a_header_of_numpy_with_anything_in_it_is_one_sentence_or_a_sound(junk, at, cut):
    """It is read as Python is, whose parser and tokenizer have errors of many kinds."""
    file = io.BytesIO()
    np.save(file, X.astype("float32"))
    data = file.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npy"
        path.write_bytes(data[:at] + junk + data[at + cut :])
        try:
            with open_sound(path, sample_rate=100) as sound:
                sound.check()
        except SonographError as error:
            assert "a.npy" in str(error)
            assert "\n" not in str(error)


@pytest.mark.parametrize("junk", [b"(\0", b"\0(", b"\x02", b"{{"])
def test_an_array_whose_header_no_parser_takes_is_one_sentence(tmp_path, junk):
    file = io.BytesIO()
    np.save(file, X)
    data = file.getvalue()
    (tmp_path / "a.npy").write_bytes(data[:10] + junk + data[10 + len(junk) :])
    with pytest.raises(SourceError, match=r"a\.npy: has a broken header of NumPy"):
        open_sound(tmp_path / "a.npy", sample_rate=100)


@pytest.mark.parametrize("junk", [b"(\0", b"\0(", b"\x02", b"{{"])
def test_a_table_whose_arrays_have_broken_headers_is_one_sentence(tmp_path, junk):
    whole = io.BytesIO()
    np.savez(whole, values=X)
    data = whole.getvalue()
    at = data.index(b"{'descr'")
    (tmp_path / "a.npz").write_bytes(data[:at] + junk + data[at + len(junk) :])
    with pytest.raises(SourceError, match=r"a\.npz: is not a whole table of Sonograph\. Write it again\."):
        tables.read(tmp_path / "a.npz")

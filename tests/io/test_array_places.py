"""One of several arrays in a file is named behind a colon."""

import numpy as np
import pytest
import scipy.io

from sonograph.errors import SourceError
from sonograph.io.audio import open as open_sound
from tests.io.array_files import RATE, X, h5, tdms


@pytest.mark.parametrize("ending", ["npz", "mat", "h5"])
def test_of_several_arrays_one_is_named_behind_a_colon(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    arrays = {"one": X, "two": -X, "fs": np.array(RATE)}
    {
        "npz": lambda: np.savez(path, **arrays),
        "mat": lambda: scipy.io.savemat(path, arrays),
        "h5": lambda: h5(path, one=X, two=-X),
    }[ending]()
    with pytest.raises(
        SourceError, match=rf"a\.{ending}: holds several arrays: /one \(.*1000\), /two .*as .*a\.{ending}:/one"
    ):
        open_sound(path)
    with open_sound(f"{path}:/two") as sound:
        assert sound.sample_rate == RATE
        np.testing.assert_array_equal(sound.read(range(1000))[0], -X)
        assert str(path) + ":/two" in repr(sound)
    with pytest.raises(SourceError, match=r":/three: holds no array '/three'; it holds /one"):
        open_sound(f"{path}:/three")


def test_a_place_in_a_group_a_structure_or_a_channel(tmp_path):
    h5(tmp_path / "a.h5", **{"run/x": X, "other/y": -X})
    scipy.io.savemat(tmp_path / "a.mat", {"data": {"x": X, "y": -X, "Fs": RATE}})
    tdms(tmp_path / "a.tdms", [X, -X], groups="gh")
    for place, sign in (("a.h5:/run/x", 1), ("a.h5:/other", -1), ("a.mat:/data/y", -1), ("a.tdms:/h/c1", -1)):
        with open_sound(tmp_path / place) as sound:
            np.testing.assert_array_equal(sound.read(range(1000))[0], sign * X)
            assert sound.sample_rate == RATE


def test_a_file_of_the_whole_name_goes_first(tmp_path):
    (tmp_path / "a.npz:").mkdir()
    np.savez(tmp_path / "a.npz", x=X, fs=RATE)
    np.savez(tmp_path / "a.npz:" / "x", y=-X, fs=RATE)
    (tmp_path / "a.npz:" / "x.npz").rename(tmp_path / "a.npz:" / "x")
    with open_sound(f"{tmp_path}/a.npz:/x") as sound:
        np.testing.assert_array_equal(sound.read(range(1000))[0], -X)


def test_a_place_in_a_file_that_has_none_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", X)
    with pytest.raises(SourceError, match=r"a\.npy:/x: has no place /x in it"):
        open_sound(f"{tmp_path}/a.npy:/x", sample_rate=1)


def test_the_calibration_beside_a_file_counts_for_its_places(tmp_path):
    h5(tmp_path / "a.h5", x=X)
    (tmp_path / "a.h5.toml").write_text("end_to_end = 176.0")
    with open_sound(f"{tmp_path}/a.h5:/x") as sound:
        assert sound.unit == "µPa"

"""Minutes and day files beside those of pbp, and where we differ from it on purpose, by value."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from tests import parity as table
from tests.archive import parity
from tests.archive.pbp_process import FULL_SCALE, SENSITIVITY, sounds

xarray = pytest.importorskip("xarray")


@pytest.mark.parametrize("name", ["flat 8000", "steep 8000", "flat 22050", "steep 22050"])
def test_minutes_are_those_of_pbp_in_every_band_but_the_last(name):
    found, (levels, hertz) = parity.ours(name), parity.theirs(name)
    assert np.ptp(found.levels) > (100 if "steep" in name else 4)
    np.testing.assert_allclose(found.levels[:, :-1], levels[:, :-1], rtol=0, atol=1e-3)
    np.testing.assert_allclose(found.frequencies, hertz, rtol=1e-7)


def test_the_last_band_holds_all_of_the_last_bin_and_pbp_s_half_of_it():
    """All power that lies at half the rate is below it: white noise reads 2.6 dB too little in a band of 0.55 Hz."""
    found, (levels, _) = parity.ours("flat 8000"), parity.theirs("flat 8000")
    low, high = found.edges[-1]
    assert (low, high) == pytest.approx((3999.4475, 4000), abs=1e-4)
    density = parity.bins_of(sg.Signal(sounds()["flat 8000"][1], 8000.0, "µPa", start=parity.BEGAN), 8000)
    first = (3999.5 - low) * density[-2]
    assert found.density[0, -1] == pytest.approx((first + density[-1]) / (high - low), rel=1e-9)
    assert 10 ** (levels[0, -1] / 10) == pytest.approx((first + density[-1] / 2) / (high - low), rel=1e-5)
    assert (found.levels - levels)[:, -1] == pytest.approx([2.65, 2.65], abs=0.01)


def test_beside_a_gap_pbp_glues_and_below_a_second_it_pads_with_zeros():
    found, (levels, _) = parity.ours("gaps 8000"), parity.theirs("gaps 8000")
    at = int(np.argmin(np.abs(found.frequencies - 1003.5)))
    assert found.levels[0, at] == pytest.approx(24.6, abs=0.1)  # the noise is 24.0, the tone 90.4 beside it
    assert levels[0, at] == pytest.approx(61.2, abs=0.1)
    assert found.frames.tolist() == [103, 0]
    assert np.isnan(found.levels[1]).all()
    assert levels[1, 100] == pytest.approx(32.06, abs=0.01)  # half a second and as much of zeros


def test_a_day_file_opens_beside_one_of_pbp(tmp_path):
    rate, samples = sounds()["flat 8000"]
    whole = (samples / FULL_SCALE).astype(np.float32)
    sg.write(tmp_path / "A1_20240501_043000.wav", sg.Signal(whole, float(rate)))
    (tmp_path / "calibration.toml").write_text(f"end_to_end = {SENSITIVITY}\n")
    timeline = sg.timeline(tmp_path, zone="UTC")
    [path] = archive.day_files(timeline, tmp_path)
    theirs, ours = (
        xarray.load_dataset(one, engine="h5netcdf", decode_timedelta=False)
        for one in (parity.PBP / "pbp_20240501.nc", path)
    )
    assert set(theirs.data_vars) == set(ours.data_vars) == {"psd", "effort", "sensitivity", "quality_flag"}
    for name in ("time", "frequency", "psd", "quality_flag", "effort"):
        assert (ours[name].dims, ours[name].dtype) == (theirs[name].dims, theirs[name].dtype), name
    np.testing.assert_array_equal(ours.time.values, theirs.time.values)
    np.testing.assert_array_equal(ours.frequency.values, theirs.frequency.values)
    np.testing.assert_array_equal(ours.effort.values, theirs.effort.values)
    np.testing.assert_allclose(ours.psd.values[:, :-1], theirs.psd.values[:, :-1], rtol=0, atol=1e-3)
    both = xarray.concat([theirs[["psd", "effort"]], ours[["psd", "effort"]]], "time", join="exact")
    assert both.sizes["time"] == 2880
    assert float(ours.sensitivity[0]) == -float(theirs.sensitivity[0])  # theirs is added, as it was typed


def test_the_page_on_parity_has_these_rows():
    text = (table.Path(__file__).parents[2] / "docs" / "parity.md").read_text("utf-8")
    for case in parity.cases(table.Case, table.library):
        assert f"| {case.preset} | {case.reference} |" in text
        assert table.difference(case) <= case.tolerance

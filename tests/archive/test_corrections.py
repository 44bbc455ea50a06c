"""A calibration that is corrected afterwards: by an exact factor where only scales change, else computed again."""

import numpy as np
import pytest

from sonograph import archive
from sonograph.archive.runs.verifying import status
from sonograph.errors import SettingsError
from tests.archive.archives import contents, record, scanned

WHOLE = "[[period]]\nend_to_end = {}\n"
CHANGED = """
[[period]]
end = {at}
end_to_end = 170.0
[[period]]
start = {at}
end_to_end = {after}
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corrected")
    record(folder, hours=(0, 1, 3))
    return folder


def kept(recordings, at, *texts):
    """An archive that was computed with the first of some periods, and planned again with the others."""
    for i, text in enumerate(texts):
        toml = at.parent / f"{i}.toml"
        toml.write_text(text)
        archive.plan(scanned(recordings), at=at, hours=1, calibrations=toml)
        if not i:
            archive.run(at, workers=0)
    return archive.open(at).minutes(), archive.minutes(scanned(recordings).timelines(calibrations=toml)[0])


def same(stored, whole):
    stored = {name: getattr(stored, name)[-len(whole) :] for name in ("density", "peak", "effort", "clipped", "spl")}
    there = stored["effort"] > 0
    assert there.sum() == 9
    for name in ("density", "peak", "spl"):
        np.testing.assert_allclose(stored[name][there], getattr(whole, name)[there], rtol=1e-6, err_msg=name)
    np.testing.assert_array_equal(stored["clipped"], whole.clipped)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (WHOLE.format(176), WHOLE.format(170)),
        (WHOLE.format(176), CHANGED.format(at="2024-05-01T05:00:00Z", after=164.0)),
        (
            CHANGED.format(at="2024-05-01T05:00:00Z", after=164.0),
            CHANGED.format(at="2024-05-01T06:00:00Z", after=161.0),
        ),
    ],
)
def test_another_scale_is_a_factor_and_nothing_is_computed_again(recordings, tmp_path, first, then):
    at = tmp_path / "a"
    stored, whole = kept(recordings, at, first, then)
    assert stored.level_unit == "dB re 1 µPa²/Hz"
    same(stored, whole)
    ran = archive.run(at, workers=0)
    assert (ran.done, ran.kept) == (0, 8)
    [line] = archive.open(at).history
    assert "nothing is computed again" in line["what"]
    assert archive.verify(at) == []


def test_an_archive_without_calibration_gets_one(recordings, tmp_path):
    archive.run(archive.plan(scanned(recordings), at=tmp_path / "a", hours=1), workers=0)
    before = archive.open(tmp_path / "a").minutes()
    (tmp_path / "c.toml").write_text(WHOLE.format(176))
    archive.plan(scanned(recordings), at=tmp_path / "a", calibrations=tmp_path / "c.toml")
    after = archive.open(tmp_path / "a").minutes()
    assert (before.unit, after.unit) == ("FS", "µPa")
    there = before.frames > 0
    np.testing.assert_allclose((after.levels - before.levels)[there], 176, atol=1e-9)


def test_back_again_is_what_was_stored_and_files_that_come_later_are_corrected_too(recordings, tmp_path):
    folder, at = tmp_path / "in", tmp_path / "a"
    record(folder, hours=(0, 1))
    kept(folder, at, WHOLE.format(176), WHOLE.format(170))
    record(folder, hours=(3,))
    archive.plan(scanned(folder), at=at)
    archive.run(at, workers=0)
    same(archive.open(at).minutes(), archive.minutes(scanned(folder).timelines(calibrations=tmp_path / "1.toml")[0]))
    archive.plan(scanned(folder), at=at, calibrations=tmp_path / "0.toml")
    stored = archive.open(at).minutes(start=scanned(folder).timelines()[0].start)
    whole = archive.minutes(scanned(folder).timelines(calibrations=tmp_path / "0.toml")[0])
    np.testing.assert_array_equal(stored.density, whole.density.astype(np.float32))
    assert len(archive.open(at).history) == 2


@pytest.mark.parametrize(
    "then",
    [
        CHANGED.format(at="2024-05-01T05:31:00Z", after=164.0),  # inside a cell's sound
        WHOLE.format(176) + "response = [[10, -3.0], [100, 0.0]]\n",
    ],
)
def test_what_is_no_factor_is_computed_again(recordings, tmp_path, then):
    at = tmp_path / "a"
    kept(recordings, at, WHOLE.format(176), then.replace("05:31:00", "05:31:20"))
    assert status(at)[0].todo > 0
    assert "computed again" in archive.open(at).history[0]["what"]
    archive.run(at, workers=0)
    [timeline] = scanned(recordings).timelines(calibrations=tmp_path / "1.toml")
    stored = archive.open(at).minutes(start=timeline.start)
    np.testing.assert_array_equal(stored.density, archive.minutes(timeline).density.astype(np.float32))


def test_levels_that_cannot_be_stop_the_plan(recordings, tmp_path):
    """A sign the wrong way round, of one receiver of two; nothing is made, nor changed where an archive is."""
    (tmp_path / "c.toml").write_text(CHANGED.format(at="2024-05-01T07:00:00Z", after=260.0))
    with pytest.raises(SettingsError, match=r"25\d dB re 1 µPa, which no sound has; check .*\(A, 2024-05-01 07:3"):
        archive.plan(scanned(recordings), at=tmp_path / "a", calibrations=tmp_path / "c.toml")
    assert not (tmp_path / "a" / "archive.json").exists()
    archive.plan(scanned(recordings), at=tmp_path / "a")
    before = contents(tmp_path / "a")
    with pytest.raises(SettingsError, match="no sound has"):
        archive.plan(scanned(recordings), at=tmp_path / "a", calibrations=tmp_path / "c.toml")
    assert contents(tmp_path / "a") == before


def test_an_ltsa_is_corrected_by_the_same_factor(recordings, tmp_path):
    for i, text in enumerate((WHOLE.format(176), CHANGED.format(at="2024-05-01T05:00:00Z", after=164.0))):
        (tmp_path / f"{i}.toml").write_text(text)
        products = ["minutes", {"name": "ltsa", "seconds": 30, "hertz": 20.0}]
        archive.plan(scanned(recordings), products, at=tmp_path / "a", hours=1, calibrations=tmp_path / f"{i}.toml")
        if not i:
            archive.run(tmp_path / "a", workers=0)
    assert archive.run(tmp_path / "a", workers=0).done == 0
    [timeline] = scanned(recordings).timelines(calibrations=tmp_path / "1.toml")
    held = archive.open(tmp_path / "a").held("ltsa")
    rows = held.product.rows(timeline)
    stored, whole = held.read(rows), held.product.compute(timeline, rows)
    for name in ("mean", "max"):
        np.testing.assert_allclose(stored[name], whole[name], rtol=1e-6)
    np.testing.assert_array_equal(stored["frames"], whole["frames"])

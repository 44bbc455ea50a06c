"""What a catalogue tells of a deployment, against what was put there; and its picture."""

import numpy as np
import pytest
from PIL import Image

from sonograph import archive
from sonograph.archive.catalogues.report import Cycle, report
from sonograph.archive.segments.moments import ns_of, stamp
from sonograph.errors import SettingsError
from sonograph.pictures.recorded import draw_coverage, shares
from tests.archive.recordings import after, audiomoth, noise, put, wav

RATE = 100


def deployed(folder):
    """A recorder of one minute in ten for a day, that missed an hour, and one that is 40 ppm slow and never stopped."""
    for number in range(144):
        if not 60 <= number < 66:
            rate = RATE if number < 100 else 2 * RATE
            put(folder, noise(60 * rate, number)[0], after(600 * number), rate, "N_{:%Y%m%d_%H%M%S}.wav")
    for number in range(72):
        began = after(3600 * number * (1 + 40e-6))
        put(folder, noise(3600 * RATE, 1000 + number)[0], began, RATE, "S_{:%Y%m%d_%H%M%S}.wav")
    return archive.scan(folder, zone="UTC")


def test_duty_cycle_gaps_drift_and_changes_are_those_that_were_made(tmp_path):
    told = report(deployed(tmp_path))
    first, second, steady = told.covered
    assert first.cycle == Cycle(60.0, 600.0) == second.cycle and steady.cycle is None
    assert [(stamp(a), stamp(b)) for a, b in first.odd_gaps] == [
        (stamp(ns_of(after(35_460))), stamp(ns_of(after(39_600))))
    ]
    assert len(first.gaps) == 93 and first.recorded == 94 * 60 and abs(first.share - 5640 / 59_460) < 1e-9
    assert first.drift_ppm is None and abs(steady.drift_ppm + 40) < 2
    assert steady.share == pytest.approx(1.0, abs=1e-4) and len(steady.joined.runs) == 1
    values = told.values()
    assert values["timelines"][0]["duty_cycle"] == {"recorded_seconds": 60.0, "every_seconds": 600.0}
    assert values["timelines"][0]["start"] == "2024-05-01T04:30:00Z" and values["n_files"] == 210
    assert [(one.kind, one.more.get("to")) for one in told.findings] == [("recorders", None), ("rate", 200.0)]


def test_an_overlap_a_clock_put_back_and_a_change_of_gain_are_told(tmp_path):
    for number, gain in enumerate(("low", "low", "high")):
        (tmp_path / f"{number}.wav").write_bytes(
            wav(noise(6000, number)[0], RATE, audiomoth(after(60 * number), gain=gain))
        )
    [gain] = report(archive.scan(tmp_path)).findings
    assert (gain.kind, gain.more["from"], gain.more["to"]) == ("gain", "low", "high")
    put(tmp_path / "b", noise(7200 * RATE, 5)[0], rate=RATE)
    put(tmp_path / "b", noise(7200 * RATE, 6)[0], after(3600), rate=RATE)
    put(tmp_path / "b", noise(3600 * RATE, 7)[0], after(3600 * 3 - 10), rate=RATE)
    found = report(archive.scan(tmp_path / "b", zone="UTC")).findings
    assert [one.kind for one in found] == ["hour-twice", "overlap"]
    assert "Name the zone by its place" in found[0].sentence and found[1].more["seconds"] == 10.0


def test_shares_of_stretches_are_those_of_the_samples(tmp_path):
    catalogue = deployed(tmp_path)
    covered = report(catalogue).covered[0]
    [timeline] = [one for one in catalogue.timelines() if one.recorder == "N" and one.sample_rate == RATE]
    edges = covered.start_ns + np.arange(0, 60_000, 777) * 10**9
    there = np.zeros(60_000 * RATE)
    for run in timeline.runs:
        there[run.start : run.stop] = 1.0
    wanted = [there[first * RATE : (first + 777) * RATE].mean() for first in range(0, 60_000 - 777, 777)]
    np.testing.assert_allclose(shares(covered, edges)[: len(wanted)], wanted, atol=1e-9)


def test_its_picture_is_blue_where_there_was_sound_and_grey_where_none(tmp_path):
    put(tmp_path, noise(6000)[0], rate=RATE)
    put(tmp_path, noise(6000, 1)[0], after(180), rate=RATE)
    told = report(archive.scan(tmp_path, zone="UTC"))
    draw_coverage(told, path=tmp_path / "c.png")
    pixels = np.asarray(Image.open(tmp_path / "c.png").convert("RGB")).astype(int)
    row = pixels[np.argmax((np.abs(pixels - (0, 114, 178)).sum(axis=2) < 12).sum(axis=1))]
    blue, grey = np.abs(row - (0, 114, 178)).sum(axis=1) < 12, np.abs(row - row[len(row) // 2]).sum(axis=1) < 6
    assert abs(blue.sum() / (blue | grey).sum() - 0.5) < 0.02
    assert blue[: len(row) // 2].sum() > 100 and blue[len(row) // 2 :].sum() > 100
    with pytest.raises(SettingsError, match=r'ends in "\.html"'):
        draw_coverage(told, path=tmp_path / "c.html")


def test_without_a_time_there_is_nothing_to_draw(tmp_path):
    (tmp_path / "take.wav").write_bytes(wav(noise(80)[0]))
    with pytest.raises(SettingsError, match="no recording tells its time"):
        draw_coverage(report(archive.scan(tmp_path)))

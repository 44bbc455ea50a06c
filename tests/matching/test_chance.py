"""The table of the benchmark on a small set: what is found, and what is not there and is not found."""

import numpy as np
import pytest

from benchmarks import finding
from benchmarks.queries import NAMES, foreign_songs
from benchmarks.songs import RATE, write_songs
from sonograph import SettingsError, Signal
from sonograph.matching import Index, calibrate
from sonograph.matching.recordings.fitting import constants_from, tail
from sonograph.matching.recordings.search import excesses
from sonograph.matching.recordings.verdict import SHIPPED


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """(index of 10 songs of 12 s, their paths, paths of sounds that are not in it)."""
    folder = tmp_path_factory.mktemp("small")
    paths = write_songs(folder / "songs", range(3000, 3010), 12.0)
    noises = write_songs(folder / "noises", range(950_000, 950_002), 5.0)
    index = Index.create(folder / "index")
    index.add_files([str(path) for path in paths])
    return index, paths, noises


def test_cuts_are_found_in_every_condition(small, capsys):
    index, paths, noises = small
    rows = finding.recall(index, paths, noises, seed=5, count=4, peers={})
    with capsys.disabled():
        print(finding.table(rows))
    share = {name: np.mean([row["ours"] for row in rows[name]]) for name in NAMES}
    assert np.mean(list(share.values())) >= 0.95
    assert all(share[name] == 1.0 for name in NAMES if not name.startswith(("noise", "phone", "3 s, 5", "reverb")))
    assert not any(row["wrong"] for cuts in rows.values() for row in cuts)
    errors = [row["error"] for row in rows["clean"]]
    assert np.median(errors) <= 0.005


def test_foreign_sounds_are_not_found_more_often_than_is_said(small):
    index, _, noises = small
    text, found = finding.calibration_table(index, noises, seed=6, count=40)
    assert "0 of 40 foreign sounds were accepted at 0.001" in text
    chances = np.array([index.constants.chance(excess) for excess, _ in found])
    assert (chances < 0.1).mean() <= 0.25


def test_a_tail_that_is_known_is_found_again(rng):
    values = 3.0 + rng.exponential(2.0, 20_000)
    rate, least, scale = tail(values)
    for stated in (0.1, 0.01, 0.001):
        limit = least + scale * np.log(rate / stated)
        assert stated / 1.5 < (values > limit).mean() < 1.5 * stated


def test_constants_tell_a_chance():
    assert SHIPPED.chance(-50.0) == 1.0
    assert SHIPPED.chance(1e6) == pytest.approx(0.0, abs=1e-300)
    chances = [SHIPPED.chance(excess) for excess in np.linspace(0, 60, 100)]
    assert chances == sorted(chances, reverse=True)


def test_calibrating_is_kept(small, tmp_path, monkeypatch):
    paths = small[1]
    copy = Index.create(tmp_path / "index")
    copy.add_files([str(path) for path in paths[:4]])
    monkeypatch.setattr("sonograph.matching.recordings.fitting.LEAST", 10)
    sounds = [Signal(y, float(RATE)) for y in foreign_songs(60_000, 10)]
    constants = calibrate(copy, sounds)
    assert constants == constants_from(*zip(*(excesses(copy, sound, 0.02) for sound in sounds), strict=True))
    assert Index.open(copy.path).constants == copy.constants == constants != SHIPPED
    copy.remove(str(paths[0]))
    copy.merge()
    assert Index.open(copy.path).constants == constants


def test_calibrating_needs_sounds(small):
    with pytest.raises(SettingsError, match="foreign holds 1 sounds; a chance of 1 in 1000 needs 200 or more"):
        calibrate(small[0], [Signal(np.zeros(20_000), 8000.0)])

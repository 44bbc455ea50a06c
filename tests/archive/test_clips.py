"""Features of clips in an archive are those of a loop over the files, bit for bit, whatever way they came about."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive, learning, tables
from sonograph.analysis.over_time import SUMMARY
from sonograph.archive.clip.features import STATUSES, ClipFeatures
from sonograph.archive.products.product import product_of
from sonograph.archive.stores.marks import Marks
from sonograph.errors import SettingsError, SourceError
from sonograph.extract.all_files import extract
from sonograph.extract.choice import Choice
from sonograph.extract.lengths import Length
from sonograph.learning.examples import Example
from tests.archive.archives import contents
from tests.archive.test_faults import KILLS, marked, started, written

RATE = 8000
LOG_MEL = sg.LogSettings(
    of=sg.BandSettings(of=sg.StftSettings(window_length=256, hop=128), bands=sg.MelBank(n_bands=12))
)
NAMED = {"features": ["pitch", "rms", "centroid"], "window": [0.05, False], "hop": [0.02, False]}
CHOICE = Choice(tuple(NAMED["features"]), Length(0.05, False), Length(0.02, False))
PRODUCTS = (
    ClipFeatures(LOG_MEL, "frames"),
    ClipFeatures(LOG_MEL),
    ClipFeatures(CHOICE),
    ClipFeatures(CHOICE, "frames"),
    ClipFeatures(sg.preset("whisper.80"), "frames"),
)


def noise(n_samples, seed):
    return (0.1 * np.random.default_rng(seed).standard_normal(n_samples)).astype(np.float32)


def put_clips(folder, count=21, lengths=(700, 1000, 2500)):
    """Clips of several lengths in folders of three labels, as old as each other; one of another rate and channels."""
    for i in range(count):
        path = folder / ("high", "low", "silent")[i % 3] / f"{i // 3:02}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        sg.write(path, sg.Signal(noise(lengths[i % len(lengths)], seed=i), float(RATE)))
        os.utime(path, (0, 10**9 + i))
    return folder


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = put_clips(tmp_path_factory.mktemp("clips"))
    path = folder / "low" / "stereo.wav"
    sg.write(path, sg.Signal(np.stack([noise(900, seed=s) for s in (50, 51)]), 16_000.0))
    os.utime(path, (0, 10**9))
    return folder


@pytest.fixture(scope="module")
def catalogue(sounds):
    return archive.clips(learning.from_folders(sounds))


@pytest.fixture(scope="module")
def quiet(catalogue, tmp_path_factory):
    at = tmp_path_factory.mktemp("archives") / "quiet"
    archive.run(archive.plan(catalogue, PRODUCTS, at=at, clips=4), workers=0)
    return at


def held(at, number=0, timeline="clips_8000Hz"):
    opened = archive.open(at)
    one = opened.held(opened.products[number], timeline)
    return one, one.read(one.rows)


def files_of(catalogue, rate=RATE):
    return [catalogue.path_of(one) for one in catalogue.segments if one.is_used and one.sample_rate == rate]


def test_clips_are_catalogued_with_their_labels_and_without_times(catalogue, tmp_path):
    assert dict(catalogue.labels) == {"high": 7, "low": 8, "silent": 7}
    assert [(one.sample_rate, one.n_channels, one.n_samples) for one in catalogue.sets()] == [
        (8000, 1, 21),
        (16000, 2, 1),
    ]
    assert all(one.utc_ns is None for one in catalogue.segments)
    for name in ("a.parquet", "a.jsonl"):
        catalogue.save(tmp_path / name)
        again = archive.Catalogue.open(tmp_path / name)
        assert type(again) is archive.Clips and again.segments == catalogue.segments


def test_a_table_of_frames_is_the_spectrogram_of_each_file(catalogue, quiet):
    one, found = held(quiet)
    assert one.arrays["features"].shape == (1, 12, 20)  # 2500 samples, hop 128, centred: 19 whole hops and one frame
    for row, path in enumerate(files_of(catalogue)):
        expected = sg.spectrogram(sg.read(path), LOG_MEL).values
        n_frames = expected.shape[1]
        assert found["frames"][row] == n_frames and found["samples"][row] == sg.read(path).n_samples
        np.testing.assert_array_equal(found["features"][row, 0, :, :n_frames], expected)
        assert np.isnan(found["features"][row, 0, :, n_frames:]).all()
    assert set(found["status"]) == {STATUSES.index("ok")}


def test_a_summary_is_that_of_the_frames_within_each_file(catalogue, quiet):
    """By NumPy alone: 256 samples every 128, centred, so that the first and the last frames reach over the ends."""
    _, found = held(quiet, 1)
    for row, path in enumerate(files_of(catalogue)):
        values = sg.spectrogram(sg.read(path), LOG_MEL).values
        starts = np.arange(values.shape[1]) * 128 - 128
        values = values[:, (starts >= 0) & (starts + 256 <= sg.read(path).n_samples)].astype(np.float64)
        expected = [values.mean(1), values.std(1), *np.percentile(values, (5, 25, 50, 75, 95), axis=1)]
        np.testing.assert_allclose(found["features"][row].reshape(12, 7), np.transpose(expected), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("number", [1, 2])
def test_rows_are_those_of_the_command_features(catalogue, quiet, tmp_path, number):
    product = PRODUCTS[number]
    extract(files_of(catalogue), product.settings, str(tmp_path / "a.npz"), summary=True, processes=1)
    table, (one, found) = tables.read(tmp_path / "a.npz"), held(quiet, number)
    np.testing.assert_array_equal(found["features"], table.values)
    assert tuple(one.arrays["features"].attributes["features"]) == table.names
    assert len(table.names) % len(SUMMARY) == 0


def test_features_by_name_have_a_table_of_frames_too(catalogue, quiet, tmp_path):
    extract(files_of(catalogue), CHOICE, str(tmp_path / "a.npz"), processes=1)
    table, (_, found) = tables.read(tmp_path / "a.npz"), held(quiet, 3)
    rows = [found["features"][i, 0, :, :n].T for i, n in enumerate(found["frames"])]
    np.testing.assert_array_equal(np.concatenate(rows), table.values)


def test_a_preset_is_computed_at_its_rate_and_channels_stay_apart(catalogue, quiet):
    _, found = held(quiet, 4)
    path = files_of(catalogue)[2]
    expected = sg.spectrogram(sg.resample(sg.read(path), 16_000), sg.preset("whisper.80")).values
    np.testing.assert_array_equal(found["features"][2, 0, :, : expected.shape[1]], expected)
    [path] = files_of(catalogue, 16_000)
    _, found = held(quiet, 0, "clips_16000Hz_2ch")
    np.testing.assert_array_equal(found["features"][0, :, :, :8], sg.spectrogram(sg.read(path), LOG_MEL).values)


@pytest.mark.parametrize(("clips", "workers", "parts"), [(5, 0, 3), (30, 2, 1), (7, 0, 1)])
def test_tasks_workers_and_parts_change_no_bit(catalogue, quiet, tmp_path, clips, workers, parts):
    at = tmp_path / "a"
    archive.plan(catalogue, PRODUCTS[:2], at=at, clips=clips)
    for part in range(1, parts + 1):
        archive.run(at, workers=workers, part=f"{part}/{parts}" if parts > 1 else None)
    archive.run(at, workers=0)
    for number in range(2):
        for name, values in held(at, number)[1].items():
            np.testing.assert_array_equal(values, held(quiet, number)[1][name], name)


def test_clips_that_come_later_are_computed_alone(sounds, catalogue, quiet, tmp_path):
    """The bytes of one run over all, but for what says where the clips are from."""
    items = learning.from_folders(sounds)
    products = (replace(PRODUCTS[0], most=20), PRODUCTS[1])  # the first nine are shorter than others
    few = archive.clips(items[:9])
    few.save(tmp_path / "few.jsonl")
    archive.run(archive.plan(tmp_path / "few.jsonl", products, at=tmp_path / "a", clips=4), workers=0)
    more = archive.clips(items, catalogue=tmp_path / "few.jsonl")
    assert more.read == len(items) - 9 and more.segments[:9] == few.segments
    ran = archive.run(archive.plan(more, at=tmp_path / "a"), workers=0)
    assert (ran.kept, ran.done) == (
        2 * 2,
        2 * 5,
    )  # two whole tasks of four clips; four more, and one of the stereo clip
    archive.run(archive.plan(more, products, at=tmp_path / "whole", clips=4), workers=0)
    found, expected = contents(tmp_path / "a"), contents(tmp_path / "whole")
    assert [name for name in expected if found.get(name) != expected[name]] in (
        [],
        ["catalogue"],
        ["archive.json", "catalogue"],
    )
    assert found.keys() == expected.keys()


def test_clips_at_fault_are_named_and_the_others_exact(tmp_path):
    folder = put_clips(tmp_path / "in", 9)
    cut, text = folder / "high" / "01.wav", folder / "low" / "01.wav"
    cut.write_bytes(cut.read_bytes()[:1000])
    catalogue = archive.clips(learning.from_folders(folder))
    text.write_bytes(b"RIFF" + b"no sound at all" * 100)
    as_it_was = archive.clips(learning.from_folders(folder))
    assert [(one.file, one.status) for one in as_it_was.faults] == [(str(cut), "partial"), (str(text), "failed")]
    ran = archive.run(archive.plan(as_it_was, PRODUCTS[1], at=tmp_path / "a"), workers=2)
    assert list(ran.failed) == ["high/01.wav"] and "partial" not in ran.refused
    one, found = held(tmp_path / "a")
    assert one.n_rows == 8
    row = [Path(path).parts[-2:] for path in files_of(as_it_was)].index(("high", "01.wav"))
    assert STATUSES[found["status"][row]] == "partial" and found["samples"][row] < 1000
    assert np.delete(found["status"], row).tolist() == [STATUSES.index("ok")] * 7
    assert len(catalogue) == 9


POISONED = """
import functools, sys
from sonograph import cli
from sonograph.archive.clip import features as clip_features
from sonograph.archive.runs import running
from sonograph.jobs.guard import Guard
from sonograph.jobs.places import Processes
from tests.jobs import poison
real = clip_features.FileSource

def poisoned(path, opening):
    for kind in ("segfault", "endless", "greedy"):
        if kind in path:
            poison.POISONS[kind]()
    return real(path, opening)

clip_features.FileSource = poisoned
running.Processes = functools.partial(Processes, guard=Guard(1 << 30, 1.0))
sys.exit(cli.main(["archive", "run", "a", "--processes", "2"]))
"""


def test_poison_clips_fail_alone(tmp_path):
    """Z-04: of 21 clips three kill, hang and fill the process that reads them."""
    folder = put_clips(tmp_path / "in")
    for number, kind in ((1, "segfault"), (3, "endless"), (4, "greedy")):
        (folder / "high" / f"{number:02}.wav").rename(folder / "high" / f"{number:02}_{kind}.wav")
    catalogue = archive.clips(learning.from_folders(folder))
    archive.plan(catalogue, PRODUCTS[1], at=tmp_path / "a", clips=8)
    process = subprocess.run(
        [sys.executable, "-c", POISONED], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert process.returncode == 3, process.stderr
    for kind, words in (("segfault", "SIGSEGV"), ("endless", "did not get on"), ("greedy", "more memory")):
        assert any(kind in line and words in line for line in process.stderr.splitlines()), process.stderr
    archive.run(archive.plan(catalogue, PRODUCTS[1], at=tmp_path / "whole"), workers=0)
    (_, found), (_, whole) = held(tmp_path / "a"), held(tmp_path / "whole")
    lost = np.flatnonzero(found["status"] != STATUSES.index("ok"))
    assert len(lost) == 3 and np.isnan(found["features"][lost]).all()
    kept = np.setdiff1d(np.arange(21), lost)
    np.testing.assert_array_equal(found["features"][kept], whole["features"][kept])
    names = {name for one in archive.status(tmp_path / "a") for name in one.faults}
    assert names == {"high/01_segfault.wav", "high/03_endless.wav", "high/04_greedy.wav"}


def test_a_run_that_is_killed_goes_on_and_gives_the_same_bytes(catalogue, tmp_path):
    """Z-01."""
    archive.plan(catalogue, PRODUCTS[:2], at=tmp_path / "a", clips=2)
    shutil.copytree(tmp_path / "a", tmp_path / "quiet")
    archive.run(tmp_path / "quiet", workers=0)
    for _ in range(KILLS // 3):
        count, process = len(written(tmp_path)), started(tmp_path)
        while len(written(tmp_path)) < count + 5 and process.poll() is None:
            pass
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert marked(tmp_path / "a")
    archive.run(tmp_path / "a", workers=0)
    assert contents(tmp_path / "a") == contents(tmp_path / "quiet")


def test_damage_is_named_by_its_clips_and_repaired_alone(quiet, tmp_path):
    shutil.copytree(quiet, tmp_path / "a")
    damaged = sorted((tmp_path / "a").glob("clips_8000Hz/clip_features/*/features/c/2/0/0/0"))[0]
    data = bytearray(damaged.read_bytes())
    data[30] ^= 1
    damaged.write_bytes(data)
    [found] = archive.verify(tmp_path / "a")
    assert "clips 8 to 11, made of 01.wav, 02.wav, 03.wav and 1 more" in found.sentence and len(found.sources) == 4
    archive.verify(tmp_path / "a", repair=True, workers=0)
    assert contents(tmp_path / "a") == contents(quiet)


@pytest.mark.parametrize("how", ["changed", "gone"])
def test_a_clip_that_is_not_what_it_was_is_never_mixed_in(tmp_path, how):
    folder = put_clips(tmp_path / "in", 6)
    plan = archive.plan(archive.clips(learning.from_folders(folder)), PRODUCTS[1], at=tmp_path / "a", clips=3)
    path = folder / "low" / "00.wav"
    path.unlink()
    if how == "changed":
        sg.write(path, sg.Signal(noise(800, seed=99), float(RATE)))
    ran = archive.run(plan, workers=0)
    assert ran.done == 1 and len(ran.refused) == 1 and "00.wav" in ran.refused[0]
    assert len(list(Marks(tmp_path / "a" / "ledger").all())) == 1
    again = archive.plan(archive.clips(learning.from_folders(folder)), at=tmp_path / "a")
    assert archive.run(again, workers=0).refused == []


def test_plain_values_make_the_same_product_and_digest():
    for product in PRODUCTS:
        again = product_of(product.to_dict())
        assert again == product and again.digest == product.digest
    assert product_of({"name": "clip_features", **NAMED}) == PRODUCTS[2]
    assert len({product.digest for product in PRODUCTS}) == len(PRODUCTS)


def test_what_cannot_be_is_refused(catalogue, quiet, tmp_path, sounds):
    recordings = tmp_path / "in"
    recordings.mkdir()
    sg.write(recordings / "A_20240501_040000.wav", sg.Signal(noise(RATE, seed=1), float(RATE)))
    for_minutes = archive.scan(recordings, zone="UTC")
    with pytest.raises(SettingsError, match="minutes is made of recordings"):
        archive.plan(catalogue, "minutes", at=tmp_path / "a")
    with pytest.raises(SettingsError, match="clip_features is made of clips"):
        archive.plan(for_minutes, "clip_features", at=tmp_path / "b")
    with pytest.raises(SettingsError, match="hours is given, which is for recordings"):
        archive.plan(catalogue, at=tmp_path / "c", hours=1)
    with pytest.raises(SettingsError, match="clips is given, which is for a catalogue of clips"):
        archive.plan(for_minutes, at=tmp_path / "c", clips=3)
    with pytest.raises(SettingsError, match="the archive has 4 in a task"):
        archive.plan(catalogue, at=quiet, clips=5)
    with pytest.raises(SettingsError, match="complex"):
        archive.plan(catalogue, ClipFeatures(sg.StftSettings(quantity="transform")), at=tmp_path / "d")
    with pytest.raises(SettingsError, match="listed twice"):
        archive.clips([("a.wav", "x"), ("a.wav", "y")])
    with pytest.raises(SettingsError, match="a clip is a whole file"):
        archive.clips([Example("a.wav", "x", start=1.0)])
    with pytest.raises(SourceError, match="at least one sound"):
        archive.clips([])
    with pytest.raises(SettingsError, match="one of recordings and not of clips"):
        archive.clips(["a.wav"], catalogue=for_minutes)
    long = sounds.parent / "long.wav"
    sg.write(long, sg.Signal(noise(9000, seed=1), float(RATE)))
    shutil.copytree(quiet, tmp_path / "grown")
    with pytest.raises(SettingsError, match=r"long.wav has 71 frames, more than the 20"):
        archive.plan(archive.clips([*learning.from_folders(sounds), str(long)]), at=tmp_path / "grown")

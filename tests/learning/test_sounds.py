"""Items, windows and the reading of them, without any library for learning."""

import multiprocessing
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Calibration, SettingsError, SourceError, resample
from sonograph.io.folders import sound_files
from sonograph.learning import Item, Windows, from_folders, from_table
from sonograph.learning.sounds import KEPT_OPEN, Sounds


def ramp(n_samples, channels=1, begin=0):
    """Every sample says where it lies: (n, channels) in whole steps of 16 bit."""
    return np.stack([(begin + np.arange(n_samples)) % 32_768 + c for c in range(channels)], axis=1).astype("int16")


@pytest.fixture
def folder(tmp_path):
    """Two labels, of two and one sounds, 1000, 250 and 2 channels' worth of 330 samples."""
    for name, n_samples, begin in (("robin/a.wav", 1000, 0), ("robin/b.flac", 250, 5000), ("wren/c.wav", 330, 9000)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, ramp(n_samples, begin=begin), 8000)
    return tmp_path


def steps(samples):
    """Samples as the whole numbers they were written as."""
    return np.rint(np.asarray(samples) * 32_768).astype(int)


# Which


def test_folders_are_labels_and_only_sounds_in_them_count(folder):
    (folder / "robin" / "notes.txt").write_text("loud")
    (folder / "robin" / ".hidden.wav").write_text("")
    (folder / ".cache").mkdir()
    (folder / "wren" / "later").mkdir()
    soundfile.write(folder / "wren" / "later" / "D.WAV", ramp(5), 8000)
    found = [(Path(path).name, label) for path, label in from_folders(folder)]
    assert found == [("a.wav", "robin"), ("b.flac", "robin"), ("c.wav", "wren"), ("D.WAV", "wren")]


@pytest.mark.parametrize("ending", ["WAV", "aac", "bw64", "mp2", "mp4", "snd", "wma", "caf", "opus", "m4a"])
def test_every_sound_that_the_command_finds_is_found_to_learn_from(tmp_path, ending):
    (tmp_path / "robin").mkdir()
    (tmp_path / "robin" / f"a.{ending}").write_bytes(b"")
    assert [item.path for item in from_folders(tmp_path)] == sound_files([str(tmp_path)])


def test_folders_without_sounds_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"is no folder\. Name the one that holds a folder for each label"):
        from_folders(tmp_path / "nowhere")
    with pytest.raises(SourceError, match="has no sounds in folders"):
        from_folders(tmp_path)


def test_a_table_names_files_beside_it(folder):
    table = folder / "table.csv"
    table.write_text("\ufeffpath,label,rating\nrobin/a.wav,loud,3\nwren/c.wav,,1\n", encoding="utf-8")
    assert from_table(table) == [Item(str(folder / "robin/a.wav"), "loud"), Item(str(folder / "wren/c.wav"), None)]
    rated = from_table(table, label="rating", folder="elsewhere")
    assert rated[0] == Item(str(Path("elsewhere/robin/a.wav")), "3")


def test_tables_that_cannot_be_used_are_refused_by_column_and_row(tmp_path):
    table = tmp_path / "table.csv"
    for text, message in (
        ("file,label\na.wav,x\n", "has no column 'path', but file, label"),
        ("path,label\n", "lists no sounds"),
        ("path,label\na.wav,x\n,y\n", "row 3 names no file"),
    ):
        table.write_text(text)
        with pytest.raises(SourceError, match=message):
            from_table(table)
    table.write_bytes(b"path,label\n\xff\xfe,x\n")
    with pytest.raises(SourceError, match="could not be read as a table"):
        from_table(table)


# Windows


@given(st.integers(1, 500), st.integers(1, 60), st.integers(1, 60))
def test_a_grid_covers_every_sample_and_no_window_is_all_padding(n_samples, length, hop):
    grid = Windows(length=length, hop=hop)
    starts = [grid.start(i, n_samples) for i in range(grid.count(n_samples))]
    assert starts == list(range(0, len(starts) * hop, hop))
    if hop <= length:
        assert set(range(n_samples)) <= {s for start in starts for s in range(start, start + length)}
        assert starts[-1] < n_samples


def test_crops_at_random_lie_inside_and_reach_everywhere():
    windows = Windows(length=100, random=1)
    starts = [windows.start(0, 110, item=item, epoch=epoch) for item in range(50) for epoch in range(20)]
    assert set(starts) == set(range(11))
    assert windows.start(0, 50) == 0
    counts = np.bincount(starts)
    assert counts.min() > 1000 / 11 / 2


def test_crops_follow_from_seed_epoch_and_number_alone():
    windows = Windows(length=10, random=3, seed=7)
    again = pickle.loads(pickle.dumps(windows))
    for key in ({"item": 4, "epoch": 2}, {"item": 5, "epoch": 2}, {"item": 4, "epoch": 3}):
        assert windows.start(1, 10**6, **key) == again.start(1, 10**6, **key)
    all_starts = {
        Windows(length=10, random=3, seed=seed).start(index, 10**9, item=item, epoch=epoch)
        for seed in range(3)
        for index in range(3)
        for item in range(3)
        for epoch in range(3)
    }
    assert len(all_starts) == 81


def test_windows_that_cannot_be_are_refused():
    with pytest.raises(SettingsError, match="length is 0; it must be 1 or more"):
        Windows(length=0)
    with pytest.raises(SettingsError, match="hop is 5; it must be None with random crops"):
        Windows(length=10, hop=5, random=1)


# Reading


def test_a_grid_gives_the_samples_of_every_file_with_zeros_after_the_last(folder):
    sounds = Sounds(from_folders(folder), Windows(length=400))
    assert (len(sounds), sounds.classes, sounds.sample_rate, sounds.n_channels) == (5, ("robin", "wren"), 8000.0, 1)
    expected = [
        (ramp(400), 0),
        (ramp(400, begin=400), 0),
        (np.concatenate([ramp(200, begin=800), np.zeros((200, 1))]), 0),
        (np.concatenate([ramp(250, begin=5000), np.zeros((150, 1))]), 0),
        (np.concatenate([ramp(330, begin=9000), np.zeros((70, 1))]), 1),
    ]
    for index, (samples, label) in enumerate(expected):
        got, number = sounds.window(index)
        assert (got.shape, got.dtype, number) == ((1, 400), np.float32, label)
        np.testing.assert_array_equal(steps(got), samples.T)
    with pytest.raises(IndexError):
        sounds.window(5)


def test_crops_are_the_samples_of_the_place_they_name(folder):
    sounds = Sounds(from_folders(folder), Windows(length=50, random=2, seed=1))
    for epoch in range(3):
        for index in range(len(sounds)):
            item, span = sounds.place(index, epoch)
            begin = {"a": 0, "b": 5000, "c": 9000}[Path(item.path).stem]
            np.testing.assert_array_equal(steps(sounds.window(index, epoch)[0]), ramp(50, begin=begin + span.start).T)


def test_channels_are_kept_or_averaged_when_asked(tmp_path):
    soundfile.write(tmp_path / "two.wav", ramp(100, channels=2), 8000)
    soundfile.write(tmp_path / "one.wav", ramp(100), 8000)
    both = [tmp_path / "two.wav", tmp_path / "one.wav"]
    with pytest.raises(SourceError, match=r"one.wav: has 1 channels, the files before it 2. Use mono=True"):
        Sounds(both, Windows(length=100))
    np.testing.assert_array_equal(steps(Sounds(both[:1], Windows(length=100)).window(0)[0]), ramp(100, 2).T)
    mixed = Sounds(both, Windows(length=100), mono=True)
    np.testing.assert_allclose(mixed.window(0)[0] * 32_768, np.arange(100) + 0.5, atol=1e-3)
    assert mixed.window(1)[0].shape == (100,)
    assert mixed.window(1)[1] == -1


def test_more_files_than_stay_open_are_all_read(tmp_path):
    for i in range(KEPT_OPEN + 5):
        soundfile.write(tmp_path / f"{i}.wav", ramp(20, begin=100 * i), 8000)
    paths = [tmp_path / f"{i}.wav" for i in range(KEPT_OPEN + 5)]
    sounds = Sounds(paths, Windows(length=20))
    for index in [*range(len(sounds)), 0, len(sounds) - 1]:
        assert steps(sounds.window(index)[0])[0, 0] == 100 * index
    assert len(sounds._open) == KEPT_OPEN


def in_child(sounds, queue):
    windows = [steps(sounds.window(i)[0]).tolist() for i in range(len(sounds))]
    queue.put((windows, sounds._process == os.getpid()))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_copy_in_another_process_opens_its_own_files(folder, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method}")
    sounds = Sounds(from_folders(folder), Windows(length=100))
    before = [steps(sounds.window(i)[0]).tolist() for i in range(len(sounds))]
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=in_child, args=(sounds, queue))
    child.start()
    here = [steps(sounds.window(i)[0]).tolist() for i in reversed(range(len(sounds)))]
    there, its_own = queue.get(timeout=60)
    child.join()
    assert its_own
    assert there == before == here[::-1]


# What the samples are in


def test_samples_are_in_the_unit_that_each_file_says(folder):
    plain = Sounds(from_folders(folder), Windows(length=100))
    assert (plain.unit, plain.calibration) == ("FS", None)
    for name in ("robin", "wren"):
        (folder / name / "calibration.toml").write_text("microphone = 50\nfull_scale = 1.0\nresponse = [[100, -3.0]]")
    heard = Sounds(from_folders(folder), Windows(length=100))
    assert (heard.unit, heard.calibration.response) == ("Pa", ((100.0, -3.0),))
    np.testing.assert_allclose(heard.window(0)[0], 20 * plain.window(0)[0], rtol=1e-6)
    given = Sounds(from_folders(folder), Windows(length=100), calibration=Calibration.volts(3.0))
    assert given.unit == "V"
    np.testing.assert_allclose(given.window(0)[0], 3 * plain.window(0)[0], rtol=1e-6)
    again = pickle.loads(pickle.dumps(given))
    np.testing.assert_array_equal(again.window(0)[0], given.window(0)[0])
    as_they_are = Sounds(from_folders(folder), Windows(length=100), calibration=False)
    np.testing.assert_array_equal(as_they_are.window(0)[0], plain.window(0)[0])


def test_pascals_and_full_scales_are_not_mixed_nor_receivers_that_hear_differently(folder):
    (folder / "wren" / "c.wav.toml").write_text("microphone = 50\nfull_scale = 1.0\nresponse = [[100, -3.0]]")
    with pytest.raises(SourceError, match=r"c.wav: is in Pa, the files before it in FS. Calibrate all .*=False"):
        Sounds(from_folders(folder), Windows(length=100))
    (folder / "robin" / "calibration.toml").write_text("microphone = 40\nfull_scale = 1.0")
    both = Sounds(from_folders(folder), Windows(length=100))
    assert both.unit == "Pa"  # they may differ in sensitivity
    with pytest.raises(SettingsError, match="the files have 2 responses over frequency; one module takes one off"):
        both.calibration  # noqa: B018


# Broken files


@pytest.fixture
def damaged(folder):
    """The folder with a file that is no sound, one at another rate, an empty one and a FLAC with a hole in it."""
    (folder / "robin" / "noise.wav").write_bytes(b"not a sound at all" * 10)
    soundfile.write(folder / "wren" / "d.wav", ramp(100), 11_025)
    soundfile.write(folder / "wren" / "e.wav", ramp(0), 8000)
    return folder


def test_a_broken_file_stops_everything_by_name(damaged):
    with pytest.raises(SourceError, match=r"noise\.wav"):
        Sounds(from_folders(damaged), Windows(length=100))
    good = [item for item in from_folders(damaged) if "noise" not in item.path]
    with pytest.raises(SettingsError, match=r"d\.wav has a sample rate of 11025 Hz, the files before it 8000 Hz; give"):
        Sounds(good, Windows(length=100))


def test_broken_files_are_left_out_and_listed_when_asked(damaged):
    with pytest.warns(RuntimeWarning, match=r"^2 of 6 files skipped; .* The first: .*noise\.wav: ") as warned:
        sounds = Sounds(from_folders(damaged), Windows(length=100), broken="skip", sample_rate=8000)
    assert len(warned) == 1
    assert [Path(path).name for path, _ in sounds.skipped] == ["noise.wav", "e.wav"]
    assert [Path(item.path).name for item in sounds.items] == ["a.wav", "b.flac", "c.wav", "d.wav"]
    assert len(sounds) == 10 + 3 + 4 + 1
    only = [item for item in from_folders(damaged) if Path(item.path).name in ("noise.wav", "e.wav")]
    with pytest.raises(SourceError, match=r"none of 2 files can be used; the first: .*noise"):
        Sounds(only, Windows(length=100), broken="skip")


def test_a_file_of_another_rate_is_not_broken(damaged):
    """It is not left out unsaid, but the way to have it is told."""
    good = [item for item in from_folders(damaged) if Path(item.path).name not in ("noise.wav", "e.wav")]
    with pytest.raises(SettingsError, match=r"d\.wav has a sample rate of 11025 Hz, .*, as sample_rate=8000"):
        Sounds(good, Windows(length=100), broken="skip")


def test_windows_of_a_resampled_file_are_those_of_the_resampled_sound(folder):
    sounds = Sounds(from_folders(folder), Windows(length=100, hop=70), sample_rate=3000)
    assert sounds.sample_rate == 3000
    for index in [*range(len(sounds)), 1, 0]:
        item, span = sounds.place(index)
        np.testing.assert_array_equal(sounds.window(index)[0], resample(item.path, 3000.0).read(span))
    again = pickle.loads(pickle.dumps(sounds))
    np.testing.assert_array_equal(again.window(1)[0], sounds.window(1)[0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_window_with_missing_samples_is_named_or_replaced(tmp_path, bad):
    whole, holed = tmp_path / "whole.wav", tmp_path / "holed.wav"
    samples = np.linspace(0, 0.5, 300, dtype="float32")
    soundfile.write(whole, samples, 8000, subtype="FLOAT")
    samples[150] = bad
    soundfile.write(holed, samples, 8000, subtype="FLOAT")
    strict = Sounds([holed, whole], Windows(length=100))
    assert np.isfinite(strict.window(0)[0]).all()
    with pytest.raises(
        SourceError, match=r"holed.wav: 1 of the samples 100 to 199 are missing or inf.*broken=\"skip\""
    ):
        strict.window(1)
    lenient = Sounds([holed, whole], Windows(length=100), broken="skip")
    with pytest.warns(
        RuntimeWarning, match=r"holed.wav: 1 of the samples 100 to 199 are missing or inf.*The next window"
    ):
        got, _ = lenient.window(1)
    np.testing.assert_array_equal(got, lenient.window(2)[0])


def test_a_file_that_is_gone_is_named(folder):
    sounds = Sounds(from_folders(folder), Windows(length=100))
    (folder / "robin" / "a.wav").unlink()
    with pytest.raises(SourceError, match=r"a\.wav"):
        sounds.window(0)


def test_arguments_that_cannot_be_are_refused(folder):
    with pytest.raises(SettingsError, match="broken is 'ignore'; it must be one of raise, skip"):
        Sounds(from_folders(folder), Windows(length=100), broken="ignore")
    with pytest.raises(SettingsError, match=r"windows is 100; it must be Windows\(length=…\)"):
        Sounds(from_folders(folder), 100)
    with pytest.raises(SourceError, match="items is empty"):
        Sounds([], Windows(length=100))

"""Clips of an archive for training: each once an epoch, to one worker of one rank, in an order that a seed decides."""

import itertools

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive, learning
from sonograph.errors import SettingsError, SourceError
from sonograph.learning.archived import ArchivedClips

MEL = sg.LogSettings(of=sg.BandSettings(of=sg.StftSettings(window_length=256, hop=128), bands=sg.MelBank(n_bands=8)))
COUNT = 45


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """45 clips of three labels, in shards of 8; the numbers of one are NaN but for its first frames, as it was cut."""
    folder = tmp_path_factory.mktemp("archived")
    rng = np.random.default_rng(2)
    for i in range(COUNT):
        path = folder / "in" / f"label{i % 3}" / f"{i:02}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        sg.write(path, sg.Signal((0.1 * rng.standard_normal(900)).astype(np.float32), 8000.0))
    catalogue = archive.clips(learning.from_folders(folder / "in"))
    archive.run(archive.plan(catalogue, archive.ClipFeatures(MEL, "frames"), at=folder / "a", clips=8), workers=0)
    return folder


@pytest.fixture
def clips(made):
    found = ArchivedClips(made / "a", seed=3, buffer=2)
    found.block = 4  # of what would be one block
    return found


def rows(clips, *given):
    return [row for row, _ in clips.read(*given)]


@pytest.mark.parametrize("parts", [1, 2, 5, 20])
def test_every_clip_comes_once_an_epoch_to_one_part(clips, parts):
    listed = [rows(clips, 1, part, parts) for part in range(parts)]
    assert sorted(itertools.chain(*listed)) == list(range(COUNT))
    assert max(map(len, listed)) - min(map(len, listed)) < 2 * clips.block  # one more, and the last one short


def test_numbers_and_labels_are_those_of_the_files(clips):
    for row, values in clips.read():
        path = clips.rows.paths[row]
        np.testing.assert_array_equal(values[0], sg.spectrogram(sg.read(path), MEL).values)
        assert clips.classes[clips.labels[row]] in path


def test_the_order_is_that_of_the_seed_and_the_epoch_and_mixes(made, clips):
    again = ArchivedClips(made / "a", seed=3, buffer=2)
    again.block = 4
    assert rows(clips, 2) == rows(again, 2) != rows(clips, 3)
    again.seed = 4
    assert rows(again, 2) != rows(clips, 2)
    mixed = rows(clips, 2)
    assert sum(b == a + 1 for a, b in itertools.pairwise(mixed)) < COUNT // 4
    plain = ArchivedClips(made / "a", shuffle=False)
    assert rows(plain, 7) == list(range(COUNT))


def test_blocks_are_read_whole_and_each_once(clips, monkeypatch):
    read, real = [], clips.rows.held.read
    monkeypatch.setattr(clips.rows.held, "read", lambda wanted, names: read.append(wanted) or real(wanted, names))
    assert len(rows(clips, 0)) == COUNT
    assert sorted(one.start for one in read) == list(range(0, COUNT, 4))


def test_a_data_loader_with_workers_gives_each_clip_once(made):
    torch = pytest.importorskip("torch", reason="Torch is not installed")
    dataset = learning.SoundDataset.from_archive(made / "a", seed=1)
    dataset._clips.block = 4
    for n_workers in (0, 2):
        loader = torch.utils.data.DataLoader(dataset, batch_size=10, num_workers=n_workers)
        batches = [(values, label) for values, label in loader]
        values = torch.cat([one for one, _ in batches])
        assert values.shape == (COUNT, 1, 8, 8) and values.dtype == torch.float32
        assert len(torch.unique(values, dim=0)) == COUNT
        assert torch.bincount(torch.cat([label for _, label in batches])).tolist() == [15, 15, 15]
    dataset.set_epoch(1)
    other = torch.cat([one for one, _ in torch.utils.data.DataLoader(dataset, batch_size=10)])
    assert not torch.equal(other, values)
    halves = [learning.SoundDataset.from_archive(made / "a", rank=i, ranks=2) for i in (0, 1)]
    for half in halves:
        half._clips.block = 4
    assert sum(len(list(half)) for half in halves) == COUNT
    with pytest.raises(SettingsError, match="rank is 2"):
        learning.SoundDataset.from_archive(made / "a", rank=2, ranks=2)


def test_clips_of_several_lengths_need_a_fill_and_what_cannot_be_read_is_left_out(made, tmp_path):
    long = tmp_path / "long.wav"
    sg.write(long, sg.Signal(np.ones(1500, np.float32), 8000.0))
    broken = tmp_path / "broken.wav"
    sg.write(broken, sg.Signal(np.ones(1500, np.float32), 8000.0))
    items = [*learning.from_folders(made / "in")[:3], (str(long), "long"), (str(broken), "long")]
    catalogue = archive.clips(items)
    plan = archive.plan(catalogue, archive.ClipFeatures(MEL, "frames"), at=tmp_path / "a")
    with pytest.raises(SourceError, match="not done yet"):
        ArchivedClips(tmp_path / "a")
    archive.run(plan, workers=0)
    with pytest.raises(SettingsError, match=r"has 8 frames, and others up to 12; say what .*fill=0.0"):
        ArchivedClips(tmp_path / "a")
    found = ArchivedClips(tmp_path / "a", fill=0.0)
    for row, values in found.read():
        assert np.isfinite(values).all() and (row > 2 or (values[..., 8:] == 0).all())
    found._has[4] = False
    assert sorted(rows(found)) == [0, 1, 2, 3]

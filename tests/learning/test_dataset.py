"""SoundDataset in Torch's own loader: workers, epochs, batches."""

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from torch.utils.data import DataLoader  # noqa: E402

from sonograph import LevelSettings, SettingsError, SourceError, StftSettings, read, spectrogram  # noqa: E402
from sonograph.learning import SoundDataset, SpectrogramModule, Windows, from_folders  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(12):
        path = tmp_path / ("high" if i % 2 else "low") / f"{i:02}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, rng.uniform(-1, 1, 3000 + 100 * i), 8000)
    return tmp_path


def all_of(dataset, **options):
    batches = list(DataLoader(dataset, batch_size=4, **options))
    return torch.cat([samples for samples, _ in batches]), torch.cat([labels for _, labels in batches])


def test_elements_are_tensors_and_numbers_of_labels(folder):
    dataset = SoundDataset(from_folders(folder), Windows(length=1000, random=1))
    assert repr(dataset) == "<SoundDataset: 12 windows of 0.125 s of 12 files, 2 classes, 8000 Hz, FS>"
    samples, label = dataset[0]
    assert (samples.shape, samples.dtype, label) == ((1, 1000), torch.float32, 0)
    assert (dataset.classes, dataset.sample_rate, len(dataset), dataset.skipped) == (("high", "low"), 8000.0, 12, [])
    item, span = dataset.place(0)
    there, _ = soundfile.read(item.path, start=span.start, stop=span.stop, dtype="float32")
    np.testing.assert_array_equal(samples[0].numpy(), there)
    assert SoundDataset(from_folders(folder), Windows(length=1000), mono=True)[0][0].shape == (1000,)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_any_number_of_workers_gives_the_same_crops(folder, method):
    dataset = SoundDataset(from_folders(folder), Windows(length=500, random=2, seed=3))
    dataset.set_epoch(5)
    alone = all_of(dataset)
    _ = dataset[0]  # a file is open when workers begin
    for workers in (1, 2) if method == "fork" else (2,):
        shared = all_of(dataset, num_workers=workers, multiprocessing_context=method)
        torch.testing.assert_close(shared, alone, rtol=0, atol=0)


def test_every_epoch_has_its_own_crops_and_they_come_again(folder):
    dataset = SoundDataset(from_folders(folder), Windows(length=500, random=1))
    epochs = []
    for epoch in (0, 1, 2):
        dataset.set_epoch(epoch)
        epochs.append(all_of(dataset)[0])
    assert not torch.equal(epochs[0], epochs[1])
    assert not torch.equal(epochs[1], epochs[2])
    dataset.set_epoch(1)
    assert torch.equal(all_of(dataset)[0], epochs[1])


def test_workers_that_stay_hear_of_the_next_epoch(folder):
    dataset = SoundDataset(from_folders(folder), Windows(length=500, random=1))
    loader = DataLoader(dataset, batch_size=4, num_workers=2, persistent_workers=True)
    for epoch in (0, 1, 4):
        dataset.set_epoch(epoch)
        there = torch.cat([samples for samples, _ in loader])
        assert torch.equal(there, torch.stack([dataset[i][0] for i in range(len(dataset))]))


def test_a_broken_file_is_named_also_from_a_worker(folder):
    dataset = SoundDataset(from_folders(folder), Windows(length=500))
    (folder / "high" / "03.wav").unlink()
    with pytest.raises(SourceError, match=r"03\.wav"):
        all_of(dataset, num_workers=1)
    (folder / "high" / "05.wav").write_bytes(b"nothing")
    with pytest.warns(RuntimeWarning, match="1 of 11 files skipped"):
        rest = SoundDataset(from_folders(folder), Windows(length=500), broken="skip")
    assert [path for path, _ in rest.skipped] == [str(folder / "high" / "05.wav")]
    with pytest.raises(SourceError, match=r"05\.wav"):
        SoundDataset(from_folders(folder), Windows(length=500))


def test_an_epoch_that_cannot_be_is_refused(folder):
    dataset = SoundDataset(from_folders(folder), Windows(length=500))
    with pytest.raises(SettingsError, match="epoch is -1; it must be"):
        dataset.set_epoch(-1)


def test_a_module_given_what_the_dataset_knows_has_the_levels_of_the_files(folder):
    for name in ("high", "low"):
        text = "microphone = 50\nfull_scale = 1.0\nresponse = [[500, -6.0], [2000, 6.0]]"
        (folder / name / "calibration.toml").write_text(text)
    dataset = SoundDataset(from_folders(folder), Windows(length=3000))
    settings = LevelSettings(of=StftSettings(window_length=256))
    module = SpectrogramModule(settings, dataset.sample_rate, unit=dataset.unit, calibration=dataset.calibration)
    wanted = spectrogram(read(dataset.items[0].path), settings)
    assert wanted.unit == "Pa"
    np.testing.assert_allclose(module(dataset[0][0])[0].numpy()[:, :40], wanted.values[:, :40], rtol=0, atol=0.01)

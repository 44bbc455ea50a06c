"""The two ways through a file agree: forward in blocks of any size, and anywhere by ranges."""

import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph.io.audio import open as open_sound
from tests.io import damaged

DATA = Path(__file__).parents[3] / "shared" / "data"
RECORDINGS = sorted(p for p in DATA.rglob("*") if p.suffix in (".wav", ".aif", ".flac", ".ogg", ".mp3"))
COUNT = 300_000
NAMES = (
    "WAV-PCM_24", "AIFF-PCM_16", "CAF-FLOAT", "FLAC-PCM_16", "OGG-VORBIS", "OGG-OPUS", "MP3-MPEG_LAYER_III", "WAV-ULAW",
    "WAV-MS_ADPCM", "CAF-ALAC_16",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    sound = damaged.sound(COUNT, 2)
    for name in NAMES:
        container, _, subtype = name.partition("-")
        (folder / name).write_bytes(damaged.encoded(sound, container, subtype))
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_any_range_is_what_the_blocks_hold(folder, name):
    with open_sound(folder / name) as sound:
        whole = np.concatenate(list(sound.blocks(4096)), axis=1)
        assert sound.status.word == "ok", sound.status
        assert whole.shape == (2, sound.n_samples) and sound.n_samples >= COUNT - 2000
        for size in (1, 777, 1 << 20):
            first = next(sound.blocks(size))
            np.testing.assert_array_equal(first, whole[:, : first.shape[1]])
        rng = np.random.default_rng(4)
        for first in rng.integers(0, sound.n_samples, 40):
            stop = min(sound.n_samples, int(first) + int(rng.integers(1, 20_000)))
            # MP3 carries bits from frame to frame, and the decoder's sums depend on where it started
            limit = 1e-6 if name.startswith("MP3") else 0
            np.testing.assert_allclose(sound.read(range(int(first), stop)), whole[:, first:stop], rtol=0, atol=limit)


@pytest.mark.parametrize("name", NAMES)
def test_blocks_of_any_size_hold_the_same_samples(folder, name):
    with open_sound(folder / name) as sound:
        whole, status = np.concatenate(list(sound.blocks(1 << 20)), axis=1), sound.status
        for size in (*(1 << power for power in range(5, 20, 2)), 999, COUNT, COUNT - 1, COUNT + 1, None):
            at = 0
            for block in sound.blocks(size):
                np.testing.assert_array_equal(block, whole[:, at : at + block.shape[1]])
                at += block.shape[1]
            assert at == whole.shape[1] and sound.status == status
        first = [block for block, _ in zip(sound.blocks(1), range(3000), strict=False)]
        np.testing.assert_array_equal(np.concatenate(first, axis=1), whole[:, :3000])


def test_many_channels_keep_their_order(tmp_path):
    for container, count in (("WAV", 1024), ("FLAC", 8), ("OGG", 12), ("AIFF", 255)):
        sound = np.tile((np.arange(count) + 1) / (count + 1) * 0.5, (3000, 1))
        path = tmp_path / container
        path.write_bytes(damaged.encoded(sound, container))
        with open_sound(path) as opened:
            assert opened.n_channels == count
            if container != "OGG":
                np.testing.assert_allclose(opened.read(range(100, 101))[:, 0], sound[0], atol=1e-4)
            else:
                time = np.arange(8000)[:, None] / damaged.RATE
                path.write_bytes(
                    damaged.encoded(0.5 * np.sin(2 * np.pi * (440 + 220 * np.arange(count)) * time), "OGG")
                )
        if container == "OGG":
            with open_sound(path) as opened:
                spectrum = np.abs(np.fft.rfft(opened.read(range(1000, 7000)), axis=1)).argmax(axis=1)
                wanted = (440 + 220 * np.arange(count)) * 6000 / damaged.RATE
                np.testing.assert_allclose(spectrum, wanted, atol=1)


def test_threads_may_share_a_sound(folder):
    with open_sound(folder / "FLAC-PCM_16") as sound:
        whole = sound.read(range(sound.n_samples))
        wrong = []

        def work(seed):
            rng = np.random.default_rng(seed)
            for first in rng.integers(0, COUNT - 5000, 20):
                if not np.array_equal(sound.read(range(first, first + 5000)), whole[:, first : first + 5000]):
                    wrong.append(first)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


def test_a_sound_sent_to_another_process_opens_its_file_again(folder):
    with open_sound(folder / "OGG-VORBIS", unit="V") as sound, pickle.loads(pickle.dumps(sound)) as again:
        assert again.unit == "V"
        np.testing.assert_array_equal(again.read(range(9, 99)), sound.read(range(9, 99)))


@pytest.mark.skipif(not RECORDINGS, reason=f"{DATA} is not there")
def test_recordings_are_read_as_libsndfile_reads_them():
    """Real files of many recorders and programs; those that only one of the two reads are left to the other tests."""
    compared = 0
    for path in RECORDINGS:
        try:
            with open_sound(path) as sound:
                wanted, rate = soundfile.read(path, dtype=sound.dtype.name, always_2d=True)
                samples = sound.read(range(sound.n_samples))
                status = sound.check()
        except OSError:
            continue
        except soundfile.SoundFileError:
            continue
        assert status.word in ("ok", "warn") or "early-eof" in path.name, (path, status)
        assert (sound.sample_rate, samples.shape) == (rate, wanted.T.shape), path
        np.testing.assert_allclose(
            samples, wanted.T, rtol=0, atol=1e-6 if path.suffix == ".mp3" else 0, err_msg=path.name
        )
        compared += 1
    assert compared > 50

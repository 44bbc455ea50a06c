"""The Torch engine: the cases of every engine, within the bounds of another engine, and in bounded memory."""

import pickle
import subprocess
import sys
import weakref

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from sonograph import BandSettings, SettingsError, Signal, StftSettings, engines, pieces, spectrogram  # noqa: E402
from sonograph.engines import Log, Work  # noqa: E402
from sonograph.engines.torch import Torch  # noqa: E402
from sonograph.settings import MelBank  # noqa: E402
from tests.engines.contract import (  # noqa: E402
    BOTH_PRECISIONS,
    SOME_BANDS,
    bands_of,
    definition,
    pixels_by_definition,
    planes_of,
    relative,
    run,
    sound,
    window_of,
)

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
EVERY_DEVICE = pytest.mark.parametrize("engine", [Torch(d) for d in DEVICES], ids=lambda engine: engine.device)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@EVERY_DEVICE
@BOTH_PRECISIONS
@pytest.mark.parametrize("quantity", ["power", "magnitude", "transform"])
@pytest.mark.parametrize(
    ("window_length", "hop", "n_fft"),
    [(16, 4, 16), (100, 33, 128), (400, 160, 512), (2048, 512, 2048), (1764, 441, 1764), (300, 700, 360), (5, 2, 90)],
)
def test_every_quantity_is_what_the_definition_says(engine, dtype, quantity, window_length, hop, n_fft):
    work = Work(window_of(window_length), hop, n_fft, quantity, ends=0.5)
    samples = sound(work, 21, channels=2, dtype=dtype)
    values, expected = run(engine, samples, work, 21), definition(samples, work, 21)
    eps = np.finfo(dtype).eps
    assert relative(values, expected) <= (8 if quantity == "power" else 4) * eps
    assert np.max(np.abs(values - expected)) <= 16 * eps * np.max(np.abs(expected))


@EVERY_DEVICE
@BOTH_PRECISIONS
@pytest.mark.parametrize("quantity", ["power", "magnitude"])
@pytest.mark.parametrize("n_fft", [32, 33, 2048])
def test_bands_are_weighted_sums_of_bins(engine, dtype, quantity, n_fft):
    work = Work(window_of(n_fft), n_fft // 4, n_fft, quantity, ends=0.5, bands=SOME_BANDS)
    samples = sound(work, 19, dtype=dtype)
    values, expected = run(engine, samples, work, 19), definition(samples, work, 19)
    assert relative(values, expected) <= 8 * np.finfo(dtype).eps
    np.testing.assert_array_equal(values[..., 2], 0)


@EVERY_DEVICE
@BOTH_PRECISIONS
@pytest.mark.parametrize("bands", [None, SOME_BANDS])
def test_levels_are_logarithms_of_what_would_have_been(engine, dtype, bands):
    work = Work(window_of(64), 16, 64, bands=bands, log=Log(10.0, 1e-3))
    samples = sound(work, 33, dtype=dtype)
    bound = 1e-4 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(run(engine, samples, work, 33), definition(samples, work, 33), rtol=0, atol=bound)


@EVERY_DEVICE
@BOTH_PRECISIONS
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["power", "magnitude", "transform", "level", "bands"])
def test_a_frame_that_holds_a_missing_sample_is_nan_and_no_other_changes(engine, dtype, bad, kind):
    quantity = kind if kind in ("magnitude", "transform") else "power"
    log, bands = Log(10.0, 1e-10) if kind == "level" else None, SOME_BANDS if kind == "bands" else None
    window = window_of(50)
    window[0] = 0  # as a periodic Hann window begins
    work = Work(window, 20, 64, quantity, bands=bands, log=log)
    samples = sound(work, 40, dtype=dtype)
    clean = run(engine, samples, work, 40)
    for at in (0, 333, 420, samples.shape[1] - 1):
        spoiled = samples.copy()
        spoiled[0, at] = bad
        values = run(engine, spoiled, work, 40)
        held = np.array([i * 20 <= at < i * 20 + 50 for i in range(40)])
        assert np.isnan(values[0, held]).all()
        np.testing.assert_array_equal(values[0, ~held], clean[0, ~held])


@EVERY_DEVICE
@pytest.mark.parametrize("kind", ["power", "level", "bands"])
@pytest.mark.parametrize(
    ("columns", "rows"),
    [([0, 40], [0, 17]), ([0, 1, 2, 5, 5, 30, 40], [0, 1, 2, 9, 17]), ([3, 4, 39], [2, 3, 17])],
)
def test_a_pass_gives_the_largest_of_each_pixel_and_the_sum_of_its_means(engine, kind, columns, rows):
    bands = bands_of(*[(q, [1.0, 0.5]) for q in range(17)]) if kind == "bands" else None
    log = Log(10.0, 1e-10) if kind == "level" else None
    work = Work(window_of(32), 8, 64 if kind == "bands" else 32, bands=bands, log=log)
    samples = sound(work, 40, channels=2, dtype="float64")
    samples[1, 100] = np.nan
    values = run(engine, samples, work, 40)
    planes = planes_of(engine, samples, work, columns, rows)
    for plane, want in zip(planes, pixels_by_definition(values, columns, rows), strict=True):
        np.testing.assert_allclose(plane, want, rtol=1e-13)


@EVERY_DEVICE
def test_pixels_do_not_depend_on_where_blocks_begin(engine):
    work = Work(window_of(2048), 700, 2048)
    samples = sound(work, 300)
    columns, rows = np.array([0, 7, 150, 300]), np.array([0, 5, 1025])
    results = []
    for memory in (1 << 20, 1 << 28):
        results.append(planes_of(Torch(engine.device, memory=memory), samples, work, columns, rows))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


class Held(TorchDispatchMode):
    """Bytes that tensors made inside hold, and the most they held at once."""

    def __init__(self):
        super().__init__()
        self.now, self.most, self._seen = 0, 0, set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, tuple | list) else [result]:
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        return result

    def _count(self, storage):
        key = storage.data_ptr()
        if key and key not in self._seen:
            self._seen.add(key)
            self.now += storage.nbytes()
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self._forget, key, storage.nbytes())

    def _forget(self, key, size):
        self._seen.discard(key)
        self.now -= size


@pytest.mark.parametrize("kind", ["power", "transform", "bands", "conditioned"])
@pytest.mark.parametrize("hop", [10, 512])
def test_a_long_sound_is_computed_within_the_memory_that_was_stated(kind, hop):
    work = Work(
        window_of(2048),
        hop,
        2048,
        "transform" if kind == "transform" else "power",
        ends=0.5,
        bands=SOME_BANDS if kind == "bands" else None,
        remove_dc=kind == "conditioned",
        preemphasis=0.97 if kind == "conditioned" else 0.0,
    )
    frames = 2000
    samples = sound(work, frames)
    engine = Torch("cpu", memory=4 << 20)
    small = run(engine, samples, work, frames)
    samples.setflags(write=False)  # so that what the engine takes of it is counted too
    with Held() as held:
        run(engine, samples, work, frames)
    assert 1 << 20 < held.most <= 4 << 20
    assert relative(small, run(engines.reference.Reference(), samples, work, frames)) <= 8 * np.finfo("f4").eps


AN_HOUR = """
import resource
import numpy as np
from sonograph import StftSettings, pieces
from sonograph.engines.torch import Torch
from sonograph.sounds.source import zeros_outside

class Hum:
    sample_rate, n_channels, unit, start = 2000.0, 1, "FS", None

    def __init__(self, seconds):
        self.n_samples = 2000 * seconds

    def read(self, samples):
        return zeros_outside(samples, self.n_samples, lambda inside: np.ones((1, len(inside)), "float32"))

def run(seconds):
    settings, engine = StftSettings(window_length=256), Torch("cpu", memory=4 << 20)
    frames = sum(p.values.shape[-1] for p in pieces(Hum(seconds), settings, at_most=2000, engine=engine))
    return frames, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

print(*run(60), *run(3600))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are counted in kilobytes on Linux")
def test_an_hour_in_pieces_takes_no_more_memory_than_a_minute():
    """Of the whole process, which knows of what Torch takes beside its tensors."""
    done = subprocess.run([sys.executable, "-c", AN_HOUR], capture_output=True, text=True, check=True)
    _, before, frames, after = map(int, done.stdout.split())
    assert frames == 1 + 3600 * 2000 // 64
    assert after - before < 16 << 10  # the powers alone are 58 MB


def test_a_frame_beyond_the_memory_is_left_to_the_reference_engine():
    work = Work(window_of(1 << 18), 1 << 16, 1 << 18)
    assert "more than memory 1048576" in Torch("cpu", memory=1 << 20).refuses(work, np.dtype("float32"))
    assert Torch("cpu", memory=1 << 25).refuses(work, np.dtype("float32")) is None


@EVERY_DEVICE
def test_spectrograms_and_pieces_run_on_the_device(engine):
    samples = np.random.default_rng(0).standard_normal((2, 20_000)).astype("float32")
    heard = Signal(samples, 16_000.0)
    settings = BandSettings(of=StftSettings(window_length=400, hop=160, n_fft=512), bands=MelBank(n_bands=40))
    ours = spectrogram(heard, settings, engine=engine)
    assert ours.engine == "torch"
    theirs = spectrogram(heard, settings, engine=engines.reference.Reference(dtype="float64"))
    assert relative(ours.values, theirs.values) <= 8 * np.finfo("f4").eps
    joined = np.concatenate([p.values for p in pieces(heard, settings, at_most=30, engine=engine)], axis=-1)
    assert relative(joined, theirs.values) <= 8 * np.finfo("f4").eps


@EVERY_DEVICE
def test_no_frames_and_no_channels_are_no_work(engine):
    work = Work(window_of(16), 4, 16)
    assert run(engine, np.zeros((1, 0), "float32"), work, 0).shape == (1, 0, 9)
    assert run(engine, np.zeros((0, 100), "float32"), work, 3).shape == (0, 3, 9)


@EVERY_DEVICE
def test_an_engine_survives_pickling(engine):
    assert pickle.loads(pickle.dumps(engine)) == engine


def test_what_cannot_be_is_refused_with_what_can():
    with pytest.raises(SettingsError, match=r"device is 'nowhere'; it must be one that Torch has here"):
        Torch("nowhere")
    if not torch.cuda.is_available():
        with pytest.raises(SettingsError, match=r"device is 'cuda'; it must be one that Torch has here"):
            Torch("cuda")
    with pytest.raises(SettingsError, match=r"dtype is 'float16'; it must be float32, float64 or None"):
        Torch(dtype="float16")
    with pytest.raises(SettingsError, match=r"memory is 1000; it must be 1048576 bytes or more"):
        Torch(memory=1000)

"""The Torch module against `spectrogram`, and as a layer: batches, gradients, precisions, compilers."""

import copy
import pickle
import shutil
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from sonograph import (  # noqa: E402
    BandSettings,
    LevelSettings,
    SettingsError,
    Signal,
    StftSettings,
    preset,
    preset_names,
    spectrogram,
)
from sonograph.engines.reference import Reference  # noqa: E402
from sonograph.frames import frames_of  # noqa: E402
from sonograph.learning import SpectrogramModule  # noqa: E402
from sonograph.learning.sizes import count, margins  # noqa: E402
from sonograph.settings import EDGES, Band, DeltaSettings, MelBank, PcenSettings, PyinCandidates, PyinSettings, stft_of  # noqa: E402

from .cases import CASES, LEVEL, LOG_MEL, MEL, MFCC, RATE, STFT, close, sounds, stage_kinds  # noqa: E402

EVERY_CASE = pytest.mark.parametrize("settings", CASES.values(), ids=CASES.keys())


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def exact(samples, settings, rate=RATE):
    """(channels, rows, frames) in float64, each channel a sound of its own."""
    one = [spectrogram(Signal(np.asarray(x, float), rate), settings, engine=Reference()).values for x in samples]
    return np.stack(one)


@EVERY_CASE
def test_it_has_the_numbers_of_spectrogram(settings):
    samples = sounds()
    expected = exact(samples, settings)
    double = SpectrogramModule(settings, RATE).double()(torch.from_numpy(samples).double()).numpy()
    assert double.shape == expected.shape
    np.testing.assert_array_equal(np.isnan(double), np.isnan(expected))
    assert np.nanmax(np.abs(double - expected)) <= 1e-10 * np.nanmax(np.abs(expected))
    single = SpectrogramModule(settings, RATE)(torch.from_numpy(samples)).numpy()
    assert single.dtype == ("complex64" if settings.quantity == "transform" else "float32")
    for mine, theirs in zip(single, expected, strict=True):
        close(settings, mine, theirs)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_has_the_numbers_of_spectrogram(name):
    settings = preset(name)
    rate = stft_of(settings).sample_rate or 16_000.0
    samples = sounds(6000, channels=2).astype(float)
    expected = exact(samples, settings, rate)
    values = SpectrogramModule(settings, rate).double()(torch.from_numpy(samples)).numpy()
    assert values.shape == expected.shape
    assert np.max(np.abs(values - expected)) <= 1e-9 * np.max(np.abs(expected))


@given(
    st.sampled_from(EDGES), st.integers(1, 20), st.integers(1, 20), st.integers(1, 90), st.booleans(), st.integers(0, 3)
)
def test_every_edge_of_every_length_is_that_of_spectrogram(edges, n, hop, n_samples, drop_last, more):
    settings = StftSettings(window_length=n, hop=min(hop, n), n_fft=n + more, edges=edges, drop_last=drop_last)
    samples = np.random.default_rng(0).standard_normal((1, n_samples))
    module = SpectrogramModule(settings, 8000.0).double()
    try:
        expected = exact(samples, settings, 8000.0)
    except SettingsError as error:
        with pytest.raises(SettingsError) as refused:
            module(torch.from_numpy(samples))
        assert str(refused.value) == str(error)
        return
    values = module(torch.from_numpy(samples)).numpy()
    assert values.shape == expected.shape
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12 * max(1, np.abs(expected).max(initial=0)))


@given(st.sampled_from(EDGES), st.integers(1, 60), st.integers(1, 60), st.integers(1, 500))
def test_sizes_are_those_that_frames_count(edges, n, hop, n_samples):
    settings = StftSettings(window_length=n, hop=min(hop, n), edges=edges)
    if edges == "reflect" and n_samples <= n // 2:
        return
    frames = len(frames_of(settings, n_samples))
    assert max(0, count(settings, n_samples)) == frames
    if frames:
        length = n_samples + sum(margins(settings, n_samples))
        assert 1 + (length - n) // settings.hop == frames


def test_a_sound_without_samples_has_no_frames():
    for settings, rows in ((MFCC, 13), (StftSettings(quantity="transform"), 1025)):
        values = SpectrogramModule(settings, RATE)(torch.zeros(2, 0))
        assert values.shape == (2, rows, 0)
    assert values.dtype == torch.complex64


def test_a_batch_without_sounds_has_the_shape_of_others():
    module = SpectrogramModule(CASES["standardised deltas"], RATE)
    assert module(torch.zeros(0, 2, 3000)).shape == (0, *module(torch.zeros(1, 2, 3000)).shape[1:])


@EVERY_CASE
def test_batches_and_channels_are_sounds_of_their_own(settings):
    samples = torch.from_numpy(sounds()[:, :2000])
    module = SpectrogramModule(settings, RATE)
    alone = torch.stack([module(x) for x in samples])
    together = module(torch.stack([samples, samples.flip(0)]))
    assert together.shape == (2, *alone.shape)
    near = {"rtol": 1e-5, "atol": 1e-5 * float(alone.abs().nan_to_num().max()), "equal_nan": True}
    torch.testing.assert_close(together[0], alone, **near)
    torch.testing.assert_close(together[1].flip(0), alone, **near)


@EVERY_CASE
def test_nothing_is_asked_of_the_device_before_all_is_computed(settings):
    """On a device that holds no numbers, whatever asked for one of them would fail."""
    module, samples = SpectrogramModule(settings, RATE), torch.zeros(2, 3000)
    wanted = module(samples)
    values = module.to("meta")(samples.to("meta"))
    assert (values.shape, values.dtype) == (wanted.shape, wanted.dtype)


class Steps(TorchDispatchMode):
    """How many operations Torch is asked for."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += 1
        return function(*args, **(kwargs or {}))


@EVERY_CASE
def test_no_step_is_taken_for_each_frame(settings):
    module = SpectrogramModule(settings, RATE)
    counts = []
    for n_samples in (4000, 32_000):
        with torch.inference_mode(), Steps() as steps:
            module(torch.zeros(n_samples))
        counts.append(steps.count)
    further = 3 * 10 if "pcen" in stage_kinds(settings) else 0  # its scan: as many rounds as frames have doublings
    assert counts[0] <= counts[1] <= counts[0] + further


@EVERY_CASE
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_frames_with_missing_samples_are_those_of_spectrogram(settings, bad):
    samples = sounds(channels=1).astype(float)
    samples[0, [2000, 2100]] = bad
    expected = exact(samples, settings)
    values = SpectrogramModule(settings, RATE).double()(torch.from_numpy(samples)).numpy()
    np.testing.assert_array_equal(np.isnan(values), np.isnan(expected))
    assert np.isnan(expected).any()
    assert not np.isnan(expected).all()
    here = ~np.isnan(expected)
    np.testing.assert_allclose(values[here], expected[here], rtol=0, atol=1e-10 * np.abs(expected[here]).max())


def test_a_single_missing_frame_leaves_its_own_first_difference_alone():
    """It is that of its neighbours; only their differences look at it."""
    settings = DeltaSettings(of=StftSettings(window_length=100, hop=100, edges="inside"), width=1, order=1)
    samples = np.random.default_rng(0).standard_normal((1, 1000))
    samples[0, 450] = np.nan
    expected = exact(samples, settings)
    values = SpectrogramModule(settings, RATE).double()(torch.from_numpy(samples)).numpy()
    assert np.isfinite(values[0, 51:, 4]).all()
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)


# As a layer


SMALL = StftSettings(window_length=16, hop=5, n_fft=20)
SMALL_MEL = BandSettings(
    of=SMALL, bands=tuple(Band(first=q, weights=(0.5, 1.0, 0.5), centre=2.0, low=1.0, high=3.0) for q in range(5))
)


def small(settings):
    """The same stages over a transform of 16 samples, so that gradients can be counted out."""
    import dataclasses

    if isinstance(settings, StftSettings):
        return dataclasses.replace(
            settings, window_length=16, hop=5, n_fft=20 + settings.n_fft % 2, input_scale=1.0, sample_rate=None
        )
    if isinstance(settings, BandSettings):
        return dataclasses.replace(SMALL_MEL, of=small(settings.of))
    changes = {"n_coefficients": 3} if settings.kind == "cepstra" else {}
    return dataclasses.replace(settings, of=small(settings.of), **changes)


LARGE = {"shape", "temporal", "autocorrelation", "yin", "pyin_candidates", "multitaper", "constant_q"}


@pytest.mark.parametrize("name", [name for name, settings in CASES.items() if not stage_kinds(settings) & LARGE])
def test_gradients_are_differences(name):
    module = SpectrogramModule(small(CASES[name]), 8000.0).double()
    samples = torch.from_numpy(np.random.default_rng(1).standard_normal((1, 53))).requires_grad_()
    assert torch.autograd.gradcheck(module, samples, eps=1e-6, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", [name for name, settings in CASES.items() if stage_kinds(settings) & LARGE])
def test_the_gradient_along_a_direction_is_the_difference_along_it(name):
    """Of what cannot be made small; rows that jump from one value to another have the same slope between the jumps."""
    module = SpectrogramModule(CASES[name], RATE).double()
    rng = np.random.default_rng(0)
    samples = torch.from_numpy(sounds(3000, seed=1).astype(float))
    direction = torch.from_numpy(rng.standard_normal(samples.shape)) * samples.std(-1, keepdim=True)
    size = module(samples).abs().nan_to_num().amax(-1, keepdim=True).clamp_min(1e-12)  # that no row outweighs others
    weights = torch.from_numpy(rng.standard_normal((*size.shape[:-1], 1))) / size

    def loss(x):
        values = module(x)
        parts = torch.view_as_real(values).sum(-1) if values.is_complex() else values
        return (parts * weights).nansum()

    samples.requires_grad_()
    slope = float(torch.autograd.grad(loss(samples), samples)[0].flatten() @ direction.flatten())
    with torch.no_grad():
        difference = float(loss(samples + 1e-7 * direction) - loss(samples - 1e-7 * direction)) / 2e-7
    assert slope == pytest.approx(difference, rel=1e-4)
    assert slope != 0


@EVERY_CASE
def test_gradients_of_silence_and_of_a_sound_with_a_hole_are_finite(settings):
    module = SpectrogramModule(settings, RATE)
    for spoil in (False, True):
        samples = torch.from_numpy(sounds(3000)).clone()
        samples[0] = 0
        if spoil:
            samples[1, 1500] = torch.nan
        samples.requires_grad_()
        values = module(samples)
        values.abs().nansum().backward()
        assert torch.isfinite(samples.grad).all()
        assert samples.grad[2].abs().sum() > 0


def test_bfloat16_is_computed_in_float32_whatever_is_around_it():
    samples = torch.from_numpy(sounds()).bfloat16()
    module = SpectrogramModule(LEVEL, RATE)
    wanted = module(samples.float())
    assert wanted.dtype == torch.float32
    torch.testing.assert_close(module(samples), wanted, rtol=0, atol=0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(module(samples), wanted, rtol=0, atol=0)
    network = torch.nn.Sequential(copy.deepcopy(module), torch.nn.Identity()).bfloat16()
    torch.testing.assert_close(network(samples), wanted, rtol=0, atol=0)


def test_tables_are_rounded_once_however_often_the_precision_changes():
    samples = torch.from_numpy(sounds())
    module = SpectrogramModule(MFCC, RATE)
    wanted = SpectrogramModule(MFCC, RATE).double()(samples.double())
    again = module.bfloat16().float().double()(samples.double())
    torch.testing.assert_close(again, wanted, rtol=0, atol=0)


def test_it_saves_nothing_and_can_be_copied():
    module = SpectrogramModule(DeltaSettings(of=MFCC), RATE)
    assert not module.state_dict()
    samples = torch.from_numpy(sounds())
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        torch.testing.assert_close(other(samples), module(samples), rtol=0, atol=0)
    assert "stft → log → cepstra → deltas" not in repr(module)
    assert "stft → cepstra → deltas, 39 rows, 16000 Hz" in repr(module)


def test_it_can_be_made_without_memory_and_filled_later():
    with torch.device("meta"):
        module = SpectrogramModule(MFCC, RATE)
    samples = torch.from_numpy(sounds())
    filled = module.to_empty(device="cpu")
    torch.testing.assert_close(filled(samples), SpectrogramModule(MFCC, RATE)(samples), rtol=0, atol=0)


def test_a_module_learns_through_it():
    """The pitch of a sine follows the gradient of its own mel bands down to that of another."""
    module = SpectrogramModule(LOG_MEL, RATE)
    t = torch.arange(4000) / RATE
    target = module(torch.sin(2 * torch.pi * 500 * t))
    gain = torch.tensor(0.1, requires_grad=True)
    optimiser = torch.optim.Adam([gain], lr=0.05)
    for _ in range(100):
        optimiser.zero_grad()
        (module(gain * torch.sin(2 * torch.pi * 500 * t)) - target).square().mean().backward()
        optimiser.step()
    assert gain.item() == pytest.approx(1.0, abs=0.01)


# Compilers


FURTHER = ["shape", "tempogram", "percussive bands", "loudness in time", "pitch", "multitaper", "constant-Q"]
EXPORTED = ["level", "magnitude", "kaldi with energy", "whisper", "deltas", "pcen", *FURTHER]


@pytest.mark.parametrize("name", ["transform", "candidates of pitch", "tonnetz", *EXPORTED])
def test_it_is_traced_whole_for_sounds_of_several_lengths(name):
    torch._dynamo.reset()
    module = SpectrogramModule(CASES[name], RATE)
    traced = torch.compile(module, backend="eager", fullgraph=True)
    for n_samples in (3000, 4000, 5000, 4567):
        samples = torch.from_numpy(sounds(n_samples))
        torch.testing.assert_close(traced(samples), module(samples), equal_nan=True)


def test_it_compiles():
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        pytest.skip("torch.compile needs a C++ compiler on a CPU")
    torch._dynamo.reset()
    module, samples = SpectrogramModule(LEVEL, RATE), torch.from_numpy(sounds())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's own
        values = torch.compile(module)(samples)
    torch.testing.assert_close(values, module(samples), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", EXPORTED)
def test_it_exports_to_onnx_for_batches_and_lengths_to_come(name, tmp_path):
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    import onnxruntime

    module = SpectrogramModule(CASES[name], RATE).eval()
    path = tmp_path / "module.onnx"
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("samples", min=2000)}
    fixed = name == "pcen"  # its scan takes as many steps as the sound has doublings of frames
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own
        torch.onnx.export(
            module, (torch.from_numpy(sounds()),), path, dynamo=True, dynamic_shapes=None if fixed else (axes,),
            verbose=False,
        )  # fmt: skip
    session = onnxruntime.InferenceSession(path)
    for n_samples, channels in ((5000, 3),) if fixed else ((5000, 3), (4321, 2), (9000, 1)):
        # noise: the runtime's own transform rounds more than Torch's, which bins far below a tone would show
        samples = np.random.default_rng(0).standard_normal((channels, n_samples)).astype("float32")
        (values,) = session.run(None, {session.get_inputs()[0].name: samples})
        expected = module(torch.from_numpy(samples)).numpy()
        assert values.shape == expected.shape
        for mine, theirs in zip(np.swapaxes(values, 0, 1), np.swapaxes(expected, 0, 1), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-4 * max(1, np.nan_to_num(abs(theirs)).max()))


# What it refuses


def test_what_cannot_be_is_refused_with_the_way_out():
    module = SpectrogramModule(STFT, RATE)
    with pytest.raises(SettingsError, match=r"samples are torch.int16 .*divide whole numbers by their full scale"):
        module(torch.zeros(3000, dtype=torch.int16))
    with pytest.raises(SettingsError, match="float16 has too little range"):
        module(torch.zeros(3000, dtype=torch.float16))
    with pytest.raises(SettingsError, match=r"samples are torch.float64; .*call .double\(\) on it"):
        module(torch.zeros(3000, dtype=torch.float64))
    with pytest.raises(SettingsError, match="sample_rate is 8000 Hz; these settings are for 16000 Hz"):
        SpectrogramModule(StftSettings(sample_rate=16_000.0), 8000.0)
    with pytest.raises(SettingsError, match=r"band 0 .* has no bin in it"):
        SpectrogramModule(BandSettings(of=StftSettings(window_length=64), bands=MelBank(n_bands=128)), RATE)
    inside = SpectrogramModule(StftSettings(edges="inside"), RATE)
    with pytest.raises(SettingsError, match="100 samples, fewer than window_length 2048"):
        inside(torch.zeros(100))


def test_a_stage_that_it_does_not_know_is_refused_by_name(monkeypatch):
    from sonograph.learning import links

    monkeypatch.delitem(links.LINKS, PcenSettings)
    with pytest.raises(SettingsError, match=r"settings hold PcenSettings; a Torch module does not compute it"):
        SpectrogramModule(PcenSettings(of=MEL), RATE)


def test_what_is_found_frame_after_frame_is_refused_with_the_reason():
    path = PyinSettings(of=PyinCandidates(of=StftSettings(window_length=1024)))
    with pytest.raises(SettingsError, match=r"settings hold PyinSettings; .*, as its path is found frame after frame"):
        SpectrogramModule(path, RATE)


def test_a_level_refers_to_the_unit_of_the_sound():
    samples = torch.from_numpy(sounds(channels=1))  # noise: rounding is far below its bins
    settings = LevelSettings(of=STFT)
    pascals = SpectrogramModule(settings, RATE, unit="Pa")(samples)
    full_scale = SpectrogramModule(settings, RATE)(samples)
    difference = 10 * np.log10(0.5 / 20e-6**2)
    loud = full_scale > -100
    assert loud.sum() > 1000
    torch.testing.assert_close(pascals[loud], full_scale[loud] + difference, rtol=0, atol=1e-3)

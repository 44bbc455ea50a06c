"""The Torch module as a layer of a network: gradients, precisions, copies, compilers.

SONOGRAPH_ALL=1 exports every case for sounds of any length, not one of each kind of stage.
"""

import copy
import dataclasses
import pickle
import shutil
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from sonograph import BandSettings, StftSettings  # noqa: E402
from sonograph.learning import SpectrogramModule  # noqa: E402
from sonograph.settings import (  # noqa: E402
    AffineSettings,
    Band,
    CepstralSettings,
    DeltaSettings,
    EnergySettings,
    OnsetSettings,
    RangeSettings,
    StandardSettings,
    TempogramSettings,
)
from tests.learning.cases import (  # noqa: E402
    CASES,
    EACH_ITS_OWN,
    KALDI,
    LEVEL,
    LOG_MEL,
    MFCC,
    RATE,
    constant_q,
    sounds,
    stage_kinds,
)
from tests.thorough import ALL  # noqa: E402

EVERY_CASE = pytest.mark.parametrize("settings", CASES.values(), ids=CASES.keys())


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


SMALL = StftSettings(window_length=16, hop=5, n_fft=20)
SMALL_MEL = BandSettings(
    of=SMALL, bands=tuple(Band(first=q, weights=(0.5, 1.0, 0.5), centre=2.0, low=1.0, high=3.0) for q in range(5))
)


def small(settings):
    """The same stages over a transform of 16 samples, so that gradients can be counted out."""
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
    sizes = module(samples).abs().nan_to_num()
    largest = sizes.amax(-1, keepdim=True).clamp_min(1e-6 * sizes.max())
    weights = torch.from_numpy(rng.standard_normal(sizes.shape)) / largest  # that no row outweighs others

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


@pytest.mark.parametrize("name", ["level", "shape", "pitch", "constant-Q", "multitaper", "tempogram", "tonnetz"])
def test_bfloat16_is_computed_in_float32_whatever_is_around_it(name):
    samples = torch.from_numpy(sounds()).bfloat16()
    module = SpectrogramModule(CASES[name], RATE)
    wanted = module(samples.float())
    assert wanted.dtype == torch.float32
    same = {"rtol": 0, "atol": 0, "equal_nan": True}
    torch.testing.assert_close(module(samples), wanted, **same)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(module(samples), wanted, **same)
    network = torch.nn.Sequential(copy.deepcopy(module), torch.nn.Identity()).bfloat16()
    torch.testing.assert_close(network(samples), wanted, **same)


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


LONGEST_CHAIN = StandardSettings(
    of=AffineSettings(
        of=DeltaSettings(of=EnergySettings(of=CepstralSettings(of=KALDI))),
        add=4.0,
        multiply=0.25,
    ),
    deviation=True,
)
"""What can follow one another, in one compilation."""
TEMPOGRAM = TempogramSettings(of=OnsetSettings(of=RangeSettings(of=LEVEL, span=30.0)), length=16)
ALONE = ["pcen", "shape", "percussive bands", "loudness in time", "pitch", "multitaper"]
EXPORTED = {
    "chain": LONGEST_CHAIN,
    "tempogram": TEMPOGRAM,
    **{name: CASES[name] for name in ALONE},
    "constant-Q": constant_q(low=800.0, n_bands=18),
}
TRACED = EXPORTED | {name: CASES[name] for name in ("transform", "candidates of pitch", "tonnetz")}
del TRACED["constant-Q"]  # tonnetz is of it


def test_every_kind_of_stage_is_compiled():
    exported = set().union(*map(stage_kinds, EXPORTED.values()))
    assert {"constant_q", *set().union(*map(stage_kinds, TRACED.values()))} >= exported
    assert {kind for settings in CASES.values() for kind in stage_kinds(settings)} - exported == {
        "norm", "autocorrelation", "pyin_candidates", "pitch_classes", "tonnetz",
    }  # fmt: skip


@pytest.mark.parametrize("name", TRACED if ALL else ("chain",))  # an export traces them too
def test_it_is_traced_whole_for_sounds_of_several_lengths(name):
    torch._dynamo.reset()
    module = SpectrogramModule(TRACED[name], RATE)
    traced = torch.compile(module, backend="eager", fullgraph=True)
    for n_samples in (3000, 4000, 5000, 4567):
        samples = torch.from_numpy(sounds(n_samples))
        torch.testing.assert_close(traced(samples), module(samples), equal_nan=True)


@pytest.mark.skipif(not ALL, reason="C++ takes 20 s: SONOGRAPH_ALL; the tests before trace it whole")
def test_it_compiles():
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        pytest.skip("torch.compile needs a C++ compiler on a CPU")
    torch._dynamo.reset()
    module, samples = SpectrogramModule(LEVEL, RATE), torch.from_numpy(sounds())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's own
        values = torch.compile(module)(samples)
    torch.testing.assert_close(values, module(samples), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", EXPORTED if ALL else ("chain",))
def test_it_exports_to_onnx_for_batches_and_lengths_to_come(name, tmp_path):
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    import onnxruntime

    module = SpectrogramModule(EXPORTED[name], RATE).eval()
    path = tmp_path / "module.onnx"
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("samples", min=2000)}
    fixed = name == "pcen"
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
        apart = (0, 2) if stage_kinds(EXPORTED[name]) & EACH_ITS_OWN else None
        largest = np.nanmax(abs(expected), axis=apart, keepdims=True)
        assert (np.isnan(values) == np.isnan(expected)).all()
        bound = 1e-3 if name == "pcen" else 1e-4  # ONNX has neither expm1 nor log1p
        assert np.nanmax(abs(values - expected) / largest) <= bound


FREE = {"chain": LONGEST_CHAIN, **CASES}
ONE_OF_EACH = {
    "chain", "largest 1", "odd density", "emphasis over the sound", "whisper", "shape", "percussive bands",
    "tempogram of odd length", "loudness in time", "normalised autocorrelation", "pitch",
    "candidates of pitch", "multitaper", "pcen", "tempogram", "envelope of odd frames", "tonnetz",
}  # fmt: skip


def test_one_of_each_kind_is_exported():
    kinds = {name: stage_kinds(settings) for name, settings in FREE.items()}
    assert set().union(*(kinds[name] for name in ONE_OF_EACH)) == set().union(*kinds.values())


@pytest.mark.parametrize(("name", "shape"), [("mfcc", ()), ("mfcc", (2, 2)), ("whisper", (1,))], ids=str)
def test_it_is_exported_for_sounds_of_any_length_and_any_fixed_number(name, shape):
    assert_exports(CASES[name], shape)


@pytest.mark.parametrize("name", FREE if ALL else sorted(ONE_OF_EACH))
def test_it_is_exported_for_sounds_of_any_length(name):
    assert_exports(FREE[name], (2,))


def assert_exports(settings, shape):
    module = SpectrogramModule(settings, RATE)
    length = torch.export.Dim("samples", min=2000, max=100_000)
    exported = torch.export.export(module, (noise(*shape, 4000),), dynamic_shapes=({len(shape): length},)).module()
    for n_samples in (2000, 4567, 20_000):
        samples = noise(*shape, n_samples)
        torch.testing.assert_close(exported(samples), module(samples), rtol=1e-4, atol=1e-3, equal_nan=True)


def noise(*shape):
    return torch.from_numpy(np.random.default_rng(0).standard_normal(shape).astype("float32"))


def test_it_is_exported_for_any_number_of_sounds_of_any_length():
    module = SpectrogramModule(MFCC, RATE)
    axes = {0: torch.export.Dim("sounds", max=64), 1: torch.export.Dim("samples", min=2000, max=100_000)}
    exported = torch.export.export(module, (noise(3, 4000),), dynamic_shapes=(axes,)).module()
    for shape in ((1, 2000), (5, 4567), (2, 20_000)):
        torch.testing.assert_close(exported(noise(*shape)), module(noise(*shape)), rtol=1e-4, atol=1e-3)

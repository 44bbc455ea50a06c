"""The same sounds through every door have the same numbers; a door without its library says which extra it needs."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from sonograph import MissingExtra, Signal, Stream, engines, pieces, spectrogram
from sonograph.engines.reference import Reference
from sonograph.learning.taken_apart import REASONS
from sonograph.settings import KINDS, whole_sound
from tests.learning.cases import CASES, RATE, close, sounds, stage_kinds


def whole(samples, settings):
    return spectrogram(Signal(samples, RATE), settings).values


def in_pieces(samples, settings):
    return np.concatenate([p.values for p in pieces(Signal(samples, RATE), settings, at_most=7)], axis=-1)


def as_a_stream(samples, settings):
    stream = Stream(settings, sample_rate=RATE)
    parts = [stream.push(block) for block in np.array_split(samples, 9)]
    return np.concatenate([p.values for p in (*parts, stream.finish()) if len(p.frames)], axis=-1)


def torch_engine(samples, settings):
    pytest.importorskip("torch", reason="Torch is not installed: make torch")
    from sonograph.engines.torch import Torch

    return spectrogram(Signal(samples, RATE), settings, engine=Torch()).values


def torch_module(samples, settings):
    torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")
    from sonograph.learning import SpectrogramModule

    return SpectrogramModule(settings, RATE)(torch.from_numpy(samples)).numpy()


def scikit_learn(samples, settings):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install '.[learn]'")
    from sonograph.learning import SpectrogramFeatures

    transformer = SpectrogramFeatures(settings, RATE, summary="frames").fit(samples[None])
    rows = len(transformer.row_names_)
    return transformer.transform(samples[None]).reshape(-1, rows).T


def tensorflow_function(samples, settings):
    from sonograph.learning import tensorflow

    return tensorflow.function(settings, RATE)(samples).numpy()


WAYS = [whole, in_pieces, as_a_stream, torch_engine, torch_module, scikit_learn]
if find_spec("tensorflow"):  # in an environment of its own: make test-tensorflow
    WAYS.append(tensorflow_function)
CAN = [
    pytest.param(way, settings, id=f"{way.__name__}-{name}")
    for name, settings in CASES.items()
    for way in WAYS
    if not (way in (in_pieces, as_a_stream) and whole_sound(settings))
    and not (way is scikit_learn and settings.quantity == "transform")
]


@pytest.mark.parametrize(("way", "settings"), CAN)
def test_every_door_leads_to_the_same_numbers(way, settings):
    for samples in sounds():
        exact = spectrogram(Signal(samples.astype(float), RATE), settings, engine=Reference()).values
        values = way(samples, settings)
        assert values.shape == exact.shape
        assert values.dtype == ("complex64" if settings.quantity == "transform" else "float32")
        close(settings, values, exact)


def test_the_cases_hold_every_kind_of_stage():
    kinds = set.union(*(stage_kinds(settings) for settings in CASES.values()))
    assert kinds == set(KINDS) - {settings.kind for settings in REASONS}


@pytest.mark.parametrize(
    ("module", "library", "message"),
    [
        ("sonograph.engines.torch", "torch", r"the Torch engine needs Torch: pip install '\.\[torch\]'"),
        ("sonograph.learning.torch.module", "torch", r"the Torch module needs Torch: pip install '\.\[torch\]'"),
        (
            "sonograph.learning.torch.dataset",
            "torch",
            r"the Torch Dataset needs Torch: pip install '\.\[torch\]'",
        ),
        (
            "sonograph.learning.sklearn",
            "sklearn.base",
            r"the transformer needs scikit-learn: pip install '\.\[learn\]'",
        ),
        (
            "sonograph.learning.tensorflow",
            "tensorflow",
            r"the TensorFlow function needs TensorFlow: pip install '\.\[tensorflow\]'",
        ),
    ],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch, module, library, message):
    import importlib

    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, library, None)  # as if it were not installed
    with pytest.raises(MissingExtra, match=message):
        importlib.import_module(module)


def test_the_door_itself_loads_nothing():
    heavy = ("numpy", "torch", "tensorflow", "sklearn")
    code = f"import sys, sonograph; dir(sonograph.learning); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_engine_that_is_used_unasked_is_not_torch():
    assert engines.default().name in ("compiled", "reference")

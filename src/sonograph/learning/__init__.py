"""The doors to training: the numbers of `spectrogram` in Torch, TensorFlow and scikit-learn, from one settings value.

    SpectrogramModule     a torch.nn.Module                  extra torch
    SummaryModule         the rows of a Summary as a torch.nn.Module   extra torch
    SoundDataset          windows of files for a DataLoader  extra torch
    SpectrogramFeatures   a scikit-learn transformer         extra learn
    augment               masks, shifts, gains and mixtures  extra torch
    tensorflow            a function and a tf.data source    extra tensorflow
    Summary               a sound as a row of numbers with names; no extra
    decompose             a few patterns and when each sounds       extra learn
    Embedding             the same by an ONNX file                     extra onnx
    Classifier, evaluate  what a sound is called, and how right that is; no extra for the default
    Item, Windows, from_folders, from_table: which sounds, and which parts of them; no extra

Each is loaded when it is used, and says which extra is missing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sonograph.learning.tensorflow as tensorflow
    import sonograph.learning.torch.augment as augment
    from sonograph.analysis.summaries import Summary as Summary
    from sonograph.learning.classifier import Classifier as Classifier
    from sonograph.learning.classifier import evaluate as evaluate
    from sonograph.learning.crops import Windows as Windows
    from sonograph.learning.decomposition import decompose as decompose
    from sonograph.learning.embedding import Embedding as Embedding
    from sonograph.learning.evaluation import Evaluation as Evaluation
    from sonograph.learning.items import Item as Item
    from sonograph.learning.items import from_folders as from_folders
    from sonograph.learning.items import from_table as from_table
    from sonograph.learning.sklearn import SpectrogramFeatures as SpectrogramFeatures
    from sonograph.learning.torch.dataset import SoundDataset as SoundDataset
    from sonograph.learning.torch.module import SpectrogramModule as SpectrogramModule
    from sonograph.learning.torch.summary import SummaryModule as SummaryModule

_HOME = {
    "Classifier": "classifier",
    "evaluate": "classifier",
    "decompose": "decomposition",
    "Embedding": "embedding",
    "Evaluation": "evaluation",
    "SpectrogramModule": "torch.module",
    "SummaryModule": "torch.summary",
    "SoundDataset": "torch.dataset",
    "SpectrogramFeatures": "sklearn",
    "Item": "items",
    "from_folders": "items",
    "from_table": "items",
    "Windows": "crops",
}

_BELOW = {"Summary": "sonograph.analysis.summaries"}
"""Names that other rooms have too, and where they are."""

_MODULES = {"augment": "torch.augment", "tensorflow": "tensorflow"}

__all__ = [*_HOME, *_BELOW, "augment", "tensorflow"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"sonograph.learning.{_MODULES[name]}")
    if name in _BELOW:
        return getattr(importlib.import_module(_BELOW[name]), name)
    if name not in _HOME:
        raise AttributeError(f"module 'sonograph.learning' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sonograph.learning.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""Options of an embedding: an ONNX file that makes vectors of sounds, and what it does not say itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from sonograph.cli import options
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.learning.embedding import Embedding

FLAGS = {
    "sample_rate": "--embedding-rate",
    "settings": "--embedding-settings",
    "output": "--embedding-output",
    "embedding": "--embedding",
}
"""What they are called on the command line."""


def add_embedding(group: Any) -> None:
    """The options with which a model learns from one."""
    group.add_argument(
        "--embedding",
        metavar="FILE",
        help="learn from the vectors that an ONNX file makes of samples or frames, in place of the summaries; "
        "'classify' wants the same file again. Needs onnxruntime, which runs its graph and nothing else of it",
    )
    group.add_argument("--embedding-rate", type=float, metavar="HZ", help="that it was trained on [as it says]")
    group.add_argument(
        "--embedding-settings",
        metavar="NAME|FILE",
        help="of the frames that it takes: a preset as kaldi.fbank, or a TOML [it takes samples]",
    )
    group.add_argument("--embedding-output", metavar="NAME", help="which of its outputs [the one that is called so]")


def embedding_of(arguments: argparse.Namespace) -> Embedding | None:
    """The one that was asked for; None for none.

    Raises
    ------
    SettingsError
        Its other options without it; what it says and is told does not go together.
    SourceError
        Its file cannot be used.
    """
    others = {name: getattr(arguments, name) for name in ("embedding_rate", "embedding_settings", "embedding_output")}
    if arguments.embedding is None:
        for name, value in others.items():
            if value is not None:
                raise SettingsError(f"--{name.replace('_', '-')} is given without --embedding; give both, or neither")
        return None
    from sonograph.learning.embedding import Embedding

    settings: Any = others["embedding_settings"]
    if settings is not None:
        settings = _settings(settings)
    with options.in_flags(FLAGS):
        return Embedding(arguments.embedding, others["embedding_rate"], settings, others["embedding_output"])


def _settings(given: str) -> Any:
    """Those of a preset or a file."""
    if given.lower().endswith(".toml"):
        return options.settings_in(given)
    with options.in_flags({"preset": "--embedding-settings"}):
        return options.preset_called(given)

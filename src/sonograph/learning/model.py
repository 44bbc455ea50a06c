"""Model: what was learnt, ready to answer; as a file it is data."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from sonograph.analysis.summaries import KERNELS, Summary
from sonograph.analysis.summaries.kernels import SEED, kernels_digest
from sonograph.errors import SettingsError, SourceError
from sonograph.jobs.identity import digest
from sonograph.learning import modelfile
from sonograph.learning.embedding import Embedding
from sonograph.learning.front_end import FrontEnd
from sonograph.learning.heldout import Fitted, log_probabilities


@dataclass(frozen=True, eq=False)
class Model:
    """What was learnt.

    facts : what `model.json` holds: classes, summary, sample_rate, accuracy …
    parts : what it is made of
    embedding : what makes rows of sounds, where it learnt from an ONNX file; None where that was not given
    """

    facts: dict[str, Any]
    parts: tuple[Fitted, ...]
    embedding: Embedding | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of probabilities."""
        return tuple(self.facts["classes"])

    @property
    def sample_rate(self) -> float:
        """Of the sounds that it hears, Hz; others are resampled to it."""
        return float(self.facts["sample_rate"])

    @cached_property
    def summary(self) -> Summary | Embedding:
        """What makes rows of sounds.

        Raises
        ------
        SettingsError
            An embedding whose file was not given.
        """
        if "embedding" not in self.facts:
            return Summary(tuple(self.facts["summary"]))
        if self.embedding is None:
            named = self.facts["embedding"]
            raise SettingsError(
                f"this model learnt from vectors of {named['file']} (SHA-256 {named['sha256'][:16]}…), which is no "
                f"part of it; give embedding: that file"
            )
        return self.embedding

    @cached_property
    def front_end(self) -> FrontEnd:
        """From sounds at its rate to rows."""
        return FrontEnd(self.summary, self.sample_rate)

    @cached_property
    def digest(self) -> str:
        """Another for a model that could answer otherwise: 32 hexadecimal digits."""
        arrays = [[part.kind, part.temperature, *(a.tobytes() for a in part.arrays.values())] for part in self.parts]
        rows = self.facts.get("embedding") or self.summary.digest
        return digest("model", list(self.classes), self.sample_rate, rows, arrays, digits=32)

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """(sounds, classes) of rows (sounds, numbers) of its summary, calibrated."""
        summary = None if "embedding" in self.facts else self.summary
        return np.asarray(np.exp(log_probabilities(self.parts, rows, summary)))

    def least_sure(self, share: float) -> float:
        """The probability below which the least sure share of held-out known sounds lay.

        Raises
        ------
        SettingsError
            A share that is not from 0 to below 1.
        """
        if not 0 <= share < 1:
            raise SettingsError(f"unknown is {share:g}; it must be a share of known sounds, 0 to below 1, as 0.1")
        levels = np.asarray(self.facts["held_out"]["sureness"])
        return float(np.interp(share, np.linspace(0, 1, len(levels)), levels))

    def save(self, path: str | os.PathLike[str]) -> int:
        """Write it, whole or not at all; its bytes.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        listed = [{"kind": part.kind, "temperature": part.temperature} for part in self.parts]
        return modelfile.save(path, self.facts | {"parts": listed}, {part.kind: part.arrays for part in self.parts})

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, embedding: str | os.PathLike[str] | None = None) -> Self:
        """Read one; nothing in it is run.

        embedding : the ONNX file that it learnt from, if it did; without it the model tells of itself and no more

        Raises
        ------
        SettingsError
            An embedding for a model that has none.
        SourceError
            It is not there, is no model, is of another version, or was damaged; an embedding with another digest.
        """
        facts, arrays = modelfile.load(path)
        parts = tuple(Fitted(p["kind"], float(p["temperature"]), arrays[p["kind"]]) for p in facts["parts"])
        model = cls({name: value for name, value in facts.items() if name != "parts"}, parts)
        embedded = "embedding" in facts
        try:
            n_numbers = facts["embedding"]["n_numbers"] if embedded else len(model.front_end.summary.names)
            model.probabilities(np.zeros((1, n_numbers)))
        except Exception:
            raise SourceError(f"{os.fspath(path)}: the sizes in it do not agree. Train it again.") from None
        if embedding is not None:
            if not embedded:
                raise SettingsError(
                    f"embedding is {os.fspath(embedding)}; {os.fspath(path)} learnt without: leave it out"
                )
            return cls(model.facts, parts, Embedding.of_dict(embedding, facts["embedding"]))
        if KERNELS in facts["summary"] and facts.get("kernels") != {"seed": SEED, "digest": kernels_digest()}:
            raise SourceError(f"{os.fspath(path)}: has other kernels than this version. Train it again.")
        return model

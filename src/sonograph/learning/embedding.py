"""Embedding: a network of somebody else, as an ONNX file from samples or frames to a vector, in place of a summary."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from sonograph.checks import number
from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import SettingsError, SourceError
from sonograph.io.sources import Sound, of_files
from sonograph.jobs.guard import alive
from sonograph.jobs.identity import digest
from sonograph.learning.onnx_graph import TYPES, Graph, Port, graph_of
from sonograph.named.given import settings_of
from sonograph.settings import Settings, from_dict, stft_of
from sonograph.settings.common import put
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal

LONGEST = 30.0
"""Seconds that are given at once to a network that takes any length."""
PROBED = 1.0
"""Seconds of silence on which such a network is tried once."""
CLOSE = 1e-6
"""Of silence, relative: its frames may be in another precision."""
RATES = ("sample_rate", "sampling_rate", "samplerate", "sample_rate_hz")
"""What metadata call the rate."""
VERSION = 1
"""Changes when a number does."""


@dataclass(frozen=True)
class Embedding:
    """A sound as the vector that an ONNX file makes of it; used where a `Summary` is.

    A sound is given in stretches of the length that the network takes, one after the other, the last of which ends
    with the sound; the row is the mean of their vectors. A sound that is shorter is followed by silence. Stretches
    with a missing sample, or of nothing but digital silence, count for nothing.

    Parameters
    ----------
    path
        Of the ONNX file: one input, samples (n,), (1, n) or (1, 1, n) or, with `settings`, frames (bands, frames) or
        (frames, bands), behind one or two axes of length 1 or without; one output that is a vector, or a vector for
        each frame, of which the mean is taken.
    sample_rate
        Hz, that the network was trained on. None: what its metadata say (`sample_rate`), or its settings.
    settings
        Of the frames that it takes, or a preset's name, as "kaldi.fbank"; None where it takes samples.
    output
        Which of its outputs. None: the only one, or the only one with "embedding" in its name.

    Raises
    ------
    MissingExtra
        onnxruntime is not installed.
    SettingsError
        A rate that nobody says; an input or an output of another shape.
    SourceError
        The file is not there, is no ONNX, keeps weights in other files, or cannot be run.

    Notes
    -----
    ONNX is data: a graph of onnxruntime's own operators, run on the processor; nothing of Python in it is.
    """

    path: str
    sample_rate: float | None = None
    settings: Settings | str | None = None
    output: str | None = None
    sha256: str = field(default="", repr=False)
    n_numbers: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        graph = graph_of(os.fspath(self.path), self.sha256)
        settings = None if self.settings is None else settings_of(self.settings)
        own = None if settings is None else stft_of(settings).sample_rate
        rate = next((one for one in (self.sample_rate, _rate_in(graph), own) if one is not None), None)
        if rate is None:
            raise SettingsError(f"{graph.name} does not say its sample rate; give sample_rate, in Hz")
        rate = number("sample_rate", rate, 0.0, above=True)
        if own not in (None, rate):
            raise SettingsError(f"sample_rate is {rate:g}; the settings are for {own:g} Hz: leave it out")
        output = _output_of(graph, self.output)
        object.__setattr__(self, "settings", settings)
        put(self, path=os.fspath(self.path), sample_rate=rate, output=output, sha256=graph.sha256)
        _axes_of(graph, self._n_rows)  # refuses what is neither samples nor such frames
        count = self.length or max(1, round(PROBED * rate / self._hop))
        vector = self._vector(np.repeat(self._silence, count, axis=1).astype(float))
        put(self, n_numbers=len(vector))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each number."""
        return tuple(f"embedding_{i}" for i in range(self.n_numbers))

    @property
    def digest(self) -> str:
        """Another for another file, rate, settings or output: 16 hexadecimal digits."""
        settings = "" if self.frames is None else self.frames.digest
        return digest("embedding", VERSION, self.sha256, self.rate, settings, self.output)

    @property
    def rate(self) -> float:
        """Of the sounds that it takes, Hz."""
        assert self.sample_rate is not None  # noqa: S101  # set when it was made
        return self.sample_rate

    @property
    def length(self) -> int | None:
        """Samples or frames that it takes at once; None for any number."""
        return _axes_of(self._graph, self._n_rows)[1]

    @property
    def frames(self) -> Settings | None:
        """The settings of the frames that it takes; None for samples."""
        assert not isinstance(self.settings, str)  # noqa: S101  # a name was looked up when it was made
        return self.settings

    def silent(self, values: np.ndarray) -> np.ndarray:
        """(columns,) of bool: which samples or frames are of digital silence alone."""
        still = np.abs(values - self._silence) <= CLOSE * (1 + np.abs(self._silence))
        return np.asarray(still.all(axis=0))

    def of(self, values: np.ndarray, *, frame_rate: float = 0.0) -> np.ndarray:
        """(numbers,) of samples (1, n) or frames (bands, n) at its rate; NaN where no stretch counts.

        Raises
        ------
        SourceError
            onnxruntime cannot run it on them.
        """
        n = values.shape[1]
        length = self.length or min(n, round(LONGEST * self.rate / self._hop))
        starts = [*range(0, max(n - length, 0), length), max(n - length, 0)]
        vectors = []
        for start in starts:
            part = values[:, start : start + length]
            if np.isfinite(part).all() and not self.silent(part).all():
                alive()
                vectors.append(self._vector(part))
        return np.mean(vectors, axis=0) if vectors else np.full(self.n_numbers, np.nan)

    def of_sound(self, source: Sound) -> np.ndarray:
        """(numbers,) of a sound of any rate; of several channels the mean is taken.

        Raises
        ------
        SourceError
            A file that cannot be read.
        """
        return _of_sound(source, self)

    def to_dict(self) -> dict[str, Any]:
        """What a model says of it: all but where the file lies."""
        return {
            "file": os.path.basename(os.fsdecode(self.path)),  # noqa: PTH119  # a name, whatever the system
            "sha256": self.sha256,
            "sample_rate": self.sample_rate,
            "settings": None if self.frames is None else self.frames.to_dict(),
            "output": self.output,
            "n_numbers": self.n_numbers,
        }

    @classmethod
    def of_dict(cls, path: str | os.PathLike[str], values: dict[str, Any]) -> Self:
        """The one that a model tells of, from the same file.

        Raises
        ------
        SourceError
            Another file.
        """
        settings = None if values["settings"] is None else from_dict(values["settings"])
        return cls(os.fspath(path), values["sample_rate"], settings, values["output"], values["sha256"])

    @property
    def _graph(self) -> Graph:
        return graph_of(self.path, self.sha256)

    @property
    def _hop(self) -> int:
        return 1 if self.frames is None else stft_of(self.frames).hop

    @property
    def _n_rows(self) -> int | None:
        return None if self.frames is None else len(self._silence)

    @cached_property
    def _silence(self) -> np.ndarray:
        """(rows, 1): what digital silence reads."""
        if self.frames is None:
            return np.zeros((1, 1))
        length = stft_of(self.frames).window_length
        still = spectrogram(Signal(np.zeros(4 * length, np.float32), self.rate), self.frames)
        return np.asarray(still.values[:, still.values.shape[1] // 2 :][:, :1])

    def _vector(self, part: np.ndarray) -> np.ndarray:
        """(numbers,) of a stretch, followed by silence where it is too short."""
        graph, output = self._graph, self.output or ""
        axes, length = _axes_of(graph, self._n_rows)
        if length is not None and part.shape[1] < length:
            part = np.concatenate([part, np.repeat(self._silence, length - part.shape[1], axis=1)], axis=1)
        turned = part.T if axes[-1] == "row" else part
        shape = [{"row": part.shape[0], "time": part.shape[1]}.get(axis, 1) for axis in axes]
        found = np.squeeze(graph.run(turned.reshape(shape), output).astype(float))
        found = found.reshape(1) if found.ndim == 0 else found
        if found.ndim > 2:
            raise SettingsError(
                f"output {output!r} of {graph.name} has shape {found.shape}; it must be a vector, or one for each frame"
            )
        vector = found.mean(axis=0) if found.ndim == 2 else found
        if not np.isfinite(vector).all():
            raise SourceError(f"{graph.name}: gives what is no number for some of these sounds.")
        return np.asarray(vector)


@of_files
def _of_sound(source: Sound, embedding: Embedding) -> np.ndarray:
    one = resample(mono(source), embedding.rate)  # type: ignore[arg-type]  # opened by `of_files`
    settings = embedding.frames
    values = one.read(range(one.n_samples)) if settings is None else spectrogram(one, settings).values
    return embedding.of(values)


def _rate_in(graph: Graph) -> float | None:
    """What the metadata say."""
    for name, value in graph.metadata.items():
        if name.strip().lower() in RATES:
            try:
                return float(value)
            except ValueError:
                raise SettingsError(
                    f"{graph.name} says {value!r} for its sample rate; give sample_rate, in Hz"
                ) from None
    return None


def _output_of(graph: Graph, name: str | None) -> str:
    """The output that is the vector."""
    names = [port.name for port in graph.outputs]
    if name is not None:
        if name not in names:
            raise SettingsError(f"output is {name!r}; {graph.name} has {', '.join(names)}")
        return name
    called = [one for one in names if "embedding" in one.lower()]
    for listed in (names, called):
        if len(listed) == 1:
            return listed[0]
    raise SettingsError(f"{graph.name} has {len(names)} outputs, {', '.join(names)}; give output: the one to take")


def _axes_of(graph: Graph, n_rows: int | None) -> tuple[tuple[str, ...], int | None]:
    """What each axis of the input is: "one", "row" or "time"; and how long the time is, None for any length.

    n_rows : of the frames; None for samples
    """
    if len(graph.inputs) != 1:
        names = ", ".join(port.name for port in graph.inputs)
        raise SettingsError(f"{graph.name} has {len(graph.inputs)} inputs, {names}; it must have one, the sound")
    port = graph.inputs[0]
    if port.type not in TYPES:
        raise SettingsError(f"{graph.name} takes {port.type}; it must take floating point numbers")
    shape = port.shape
    if n_rows is None:
        axes = ("one",) * (len(shape) - 1) + ("time",)
        if not 1 <= len(shape) <= 3 or not _ones(shape[:-1]):
            raise SettingsError(
                f"{graph.name} takes an array of shape {_words(port)}; samples are (n,), (1, n) or (1, 1, n); give "
                f"settings: those of its frames, if it takes frames"
            )
        return axes, shape[-1]
    if 2 <= len(shape) <= 4 and _ones(shape[:-2]):
        ones = ("one",) * (len(shape) - 2)
        if shape[-2] == n_rows:
            return (*ones, "row", "time"), shape[-1]
        if shape[-1] == n_rows:
            return (*ones, "time", "row"), shape[-2]
    raise SettingsError(
        f"{graph.name} takes an array of shape {_words(port)}, and these settings give {n_rows} rows; it must be "
        f"({n_rows}, frames) or (frames, {n_rows}), alone or behind one or two axes of length 1"
    )


def _ones(shape: tuple[int | None, ...]) -> bool:
    return all(n in (1, None) for n in shape)


def _words(port: Port) -> str:
    return f"({', '.join('any' if n is None else str(n) for n in port.shape)})"

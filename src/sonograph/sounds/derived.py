"""What sounds that are made of others have from them, and how the recording behind them is found."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.errors import SettingsError
from sonograph.limits import Limits
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.source import Signal, Source

if TYPE_CHECKING:
    import numpy as np


class Recorded(Source):
    """A Source in a file, which can be damaged, limited, and written to while it is read.

    path : as given
    limits : how much of it may be read
    """

    path: Any
    limits: Limits
    sample_rate: float = 0.0
    n_channels: int = 0
    unit: str = "FS"
    start: datetime | None = None
    calibration: Calibration | None = None
    is_complex: bool = False
    centre: float = 0.0

    @property
    def status(self) -> Any:
        """How it is, as far as it was read."""
        raise NotImplementedError

    @property
    def expected(self) -> int | None:
        """Samples of each channel that it promises; None where it promises nothing."""
        return None

    @property
    def n_promised(self) -> int:
        """Samples of each channel that are there or were promised; those that were not kept read as NaN."""
        return max(self.n_samples, self.expected or 0)

    @property
    def has_changed(self) -> bool:
        """Whether it was cut, grew or was written to since it was opened."""
        return False

    def again(self) -> Recorded:
        """The same as it is now, to be read from the beginning."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """The player that a notebook shows of it."""
        return _player(self)


class Derived(Source):
    """A sound that is made of another, and is like it where it does not say otherwise.

    source : the other
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    @property
    def sample_rate(self) -> float:
        """Samples per second, Hz."""
        return self.source.sample_rate

    @property
    def n_samples(self) -> int:
        """Samples of each channel."""
        return self.source.n_samples

    @property
    def n_promised(self) -> int:
        """Samples of each channel that are there or were promised."""
        return n_promised(self.source)

    @property
    def n_channels(self) -> int:
        """Channels."""
        return self.source.n_channels

    @property
    def unit(self) -> str:
        """What the samples are in."""
        return self.source.unit

    @property
    def start(self) -> datetime | None:
        """When the first sample was taken."""
        return self.source.start

    @property
    def calibration(self) -> Calibration | None:
        """That of the other, whose samples these are."""
        return self.source.calibration

    @property
    def is_complex(self) -> bool:
        """Whether samples are complex, as the other's are."""
        return is_complex(self.source)

    @property
    def centre(self) -> float:
        """What the receiver was tuned to, Hz."""
        return centre_of(self.source)

    @property
    def responses(self) -> tuple[tuple[int, Calibration], ...]:
        """Where the other's response changes."""
        return responses_of(self.source)

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.n_samples / self.sample_rate

    @property
    def words(self) -> str:
        """What was made of the other, for a caption; "" where it sounds the same."""
        return ""

    def over(self, source: Source) -> Source:
        """The same made of another."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """The player that a notebook shows of it."""
        return _player(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.source!r}>"


def recorded(sound: Any) -> Recorded | None:
    """The recording that a sound is, or is made of; None for one that was never in a file."""
    while isinstance(sound, Derived):
        sound = sound.source
    return sound if isinstance(sound, Recorded) else None


def _player(sound: Source) -> str:
    """What a notebook shows of a sound, with the name of its file."""
    from sonograph.sounds.player import html_of

    path = getattr(recorded(sound), "path", None)
    return html_of(sound, Path(os.fsdecode(path)).name if isinstance(path, str | os.PathLike) else "")


def ways(sound: Any) -> list[str]:
    """What was made of a recording, one after the other, in words."""
    found = []
    while isinstance(sound, Derived):
        found.append(sound.words)
        sound = sound.source
    return [words for words in reversed(found) if words]


def n_promised(sound: Source) -> int:
    """Samples of each channel that a sound has, or that its file promises: those that are missing read as NaN."""
    return sound.n_promised if isinstance(sound, Recorded | Derived) else sound.n_samples


def responses_of(sound: Source) -> tuple[tuple[int, Calibration], ...]:
    """Where the response of a sound changes; of one that says nothing of it, never."""
    found: tuple[tuple[int, Calibration], ...] = getattr(sound, "responses", ())
    return found


def is_complex(sound: Any) -> bool:
    """Whether the samples of a sound are complex; of one that says nothing of it, not."""
    return bool(getattr(sound, "is_complex", False))


def centre_of(sound: Any) -> float:
    """The frequency that reads 0 Hz in complex samples; 0 where that is not known."""
    return float(getattr(sound, "centre", 0.0))


def again(sound: Any) -> Any:
    """A sound whose recording is read from the beginning, as it is now."""
    if isinstance(sound, Derived):
        return sound.over(again(sound.source))
    return sound.again() if isinstance(sound, Recorded) else sound


def refuse_complex(sound: Any) -> None:
    """Refuse complex samples where they have no meaning: whoever looks at a sound, or opens a file of it, asks here.

    Raises
    ------
    SettingsError
        With what can be made of them.
    """
    if is_complex(sound):
        raise SettingsError(
            "the samples are complex (I/Q), and this is made for real ones; of complex ones there are spectrograms, "
            "pictures, the viewer, boxes (measure_box), other rates (resample) and means (welch)"
        )


def checked_source(source: Any, *, iq: bool = False) -> Source:
    """A source whose samples can be read, with what is usual for what a class of somebody's own does not say.

    iq : whether complex samples have a meaning to whoever asks; all that looks at a sound comes through here

    Raises
    ------
    SettingsError
        A path, an array, settings … and what to do with it; complex samples where they have no meaning.
    """
    kind = type(source).__name__
    if callable(getattr(source, "read", None)) and hasattr(source, "sample_rate"):
        if not iq:
            refuse_complex(source)
        return source if isinstance(source, Signal | Recorded | Derived) else Stated(source)
    if isinstance(source, str | os.PathLike):
        raise SettingsError(f"source is {os.fspath(source)!r}; open it first: sonograph.open({os.fspath(source)!r})")
    if hasattr(source, "__len__"):
        raise SettingsError(f"source is {kind}, which has no sample rate; give Signal(samples, sample_rate)")
    raise SettingsError(f"source is {kind}; it must be a Signal, an open file or another Source")


class Stated(Derived):
    """A source of somebody's own: as it says, and where it says nothing without start, calibration or hurry."""

    def __init__(self, source: Any) -> None:
        super().__init__(source)
        self._start = getattr(source, "start", None)
        self._calibration = getattr(source, "calibration", None)
        self._in_memory = bool(getattr(source, "in_memory", False))

    @property
    def start(self) -> datetime | None:
        """When the first sample was taken."""
        return self._start

    @property
    def calibration(self) -> Calibration | None:
        """What it says of its receiver."""
        return self._calibration

    @property
    def in_memory(self) -> bool:
        """Whether reading costs nothing."""
        return self._in_memory

    def over(self, source: Source) -> Stated:
        """Another."""
        return Stated(source)

    def read(self, samples: range) -> np.ndarray:
        """As it reads."""
        return self.source.read(samples)


def more_of(source: Any, name: str) -> Any:
    """What a source can do beyond what all can, by the name of the method; None where it cannot.

    >>> import numpy as np
    >>> more_of(Stated(Signal(np.zeros(8), 8000.0)), "effort")
    """
    while isinstance(source, Stated):
        source = source.source
    return getattr(source, name, None)

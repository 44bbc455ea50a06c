"""What stages share whose rows have names, and of those the ones that are measured on samples.

The latter follow the StftSettings at once and take from them only where frames lie; no transform is computed.
"""

from __future__ import annotations

from typing import ClassVar

from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, holds
from sonograph.settings.stft import StftSettings

PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
"""What the twelve pitch classes are called."""


class NamedRows(Stage):
    """What stages share whose rows each have a name of their own.

    alike : whether all rows are in one unit, so that they can be shown on one scale
    """

    alike: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        raise NotImplementedError

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"

    @property
    def rows(self) -> str:
        """What a row is."""
        return "feature"

    @property
    def n_rows(self) -> int | None:
        """Numbers per frame."""
        return len(self.names)

    def rows_after(self, n_rows: int) -> int:
        """Numbers per frame, of n_rows before."""
        return len(self.names)

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """A name for each row."""
        return self.names

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in, of samples in `unit`; "" where it is a plain number."""
        return ""


class Measure(NamedRows):
    """What stages share that are measured on samples."""

    from_samples: ClassVar[bool] = True

    of: StftSettings

    def check_rate(self, sample_rate: float) -> None:
        """Refuse a sample rate at which it cannot be measured."""

    def check_unit(self, unit: str) -> None:
        """Refuse samples in a unit in which it cannot be measured."""


def plain_frames(stage: Measure) -> StftSettings:
    """Refuse what a frame of samples as they are cannot have; their mean may be taken off."""
    name = type(stage).__name__
    holds(name, stage.of, StftSettings)
    for field, plain in (("preemphasis", 0), ("input_scale", 1)):
        if getattr(stage.of, field) != plain:
            raise SettingsError(f"{field} is {getattr(stage.of, field)}; {name} measures samples as they are: leave it")
    return stage.of


def frames_of_filters(stage: Measure) -> StftSettings:
    """Refuse frames that filters of the stage's own cannot have: no mean is taken off them, no sample skipped."""
    frames = plain_frames(stage)
    if frames.hop > frames.window_length:
        raise SettingsError(
            f"hop is {frames.hop}; with window_length {frames.window_length} {type(stage).__name__} would skip samples "
            f"that its filters must hear: take a shorter hop, or a longer window"
        )
    if frames.remove_dc:
        raise SettingsError(f"remove_dc is True; the filters of {type(stage).__name__} hear no offset: leave it out")
    return frames


def chosen(name: str, values: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Names out of those that are known, none twice."""
    if not isinstance(values, str | list | tuple):
        raise SettingsError(f"{name} is {values!r}; it must be a list of names out of {', '.join(known)}")
    listed = (values,) if isinstance(values, str) else tuple(values)
    for value in listed:
        if value not in known:
            raise SettingsError(f"{name} holds {value!r}; it must be of {', '.join(known)}")
    if not listed or len(set(listed)) < len(listed):
        raise SettingsError(f"{name} is {listed}; it must hold each name once, and at least one")
    return listed

"""How a file is opened, and how its sound is taken, as one value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from sonograph.errors import SettingsError
from sonograph.io.starts import checked_start, checked_zone
from sonograph.jobs.identity import digest
from sonograph.limits import Limits
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Source, checked_rate
from sonograph.units import checked_unit


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How a file is opened: what it does not say itself, or says wrongly. All of it checked before any file is.

    Parameters
    ----------
    sample_rate, time_column, unit, calibration, limits, raw, start, zone
        As `sonograph.open` takes them.
    mono
        Whether what is made of the sound is made of the mean of its channels.
    resample
        The sample rate at which it is taken, Hz; None: its own. After the mean.
    iq
        As `sonograph.open` takes it.

    Raises
    ------
    SettingsError
        A rate, a unit, samples without a header, a start or a zone that cannot be.

    Examples
    --------
    >>> Opening(unit="Pa").digest == Opening().but(unit="Pa").digest != Opening().digest
    True
    """

    sample_rate: float | None = None
    time_column: str | None = None
    unit: str | None = None
    calibration: Calibration | Literal[False] | None = None
    limits: Limits = dataclasses.field(default_factory=Limits)
    raw: str | None = None
    start: datetime | str | None = None
    zone: tzinfo | str | None = None
    mono: bool = False
    resample: float | None = None
    iq: bool = False

    def __post_init__(self) -> None:
        if self.sample_rate is not None:
            object.__setattr__(self, "sample_rate", checked_rate(self.sample_rate))
        if self.resample is not None:
            object.__setattr__(self, "resample", checked_rate(self.resample, "resample"))
        for name in ("mono", "iq"):
            if not isinstance(getattr(self, name), bool):
                raise SettingsError(f"{name} is {getattr(self, name)!r}; it must be True or False")
        if not isinstance(self.limits, Limits):
            raise SettingsError(f"limits is {self.limits!r}; it must be Limits(…)")
        if not (self.calibration is None or self.calibration is False or isinstance(self.calibration, Calibration)):
            raise SettingsError(
                f"calibration is {self.calibration!r}; it must be a Calibration, False for none, or None"
            )
        if self.unit is not None:
            checked_unit(self.unit)
        if self.raw is not None:
            from sonograph.io.numbers.raw import parsed

            parsed(self.raw)
        zone = None if self.zone is None else checked_zone(self.zone)
        if self.start is not None:
            start = checked_start(self.start, zone)
            object.__setattr__(self, "start", start)
            zone = zone if isinstance(start, str) else None  # a time has its own
        object.__setattr__(self, "zone", zone)

    @property
    def digest(self) -> str:
        """A name of this value, the same everywhere: 16 hexadecimal digits, others for other fields."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if isinstance(self.start, datetime):
            fields["start"] = self.start.isoformat()
        if not self.iq:  # digests that were made before there was one still hold
            del fields["iq"]
        return digest("Opening", {**fields, "zone": None if self.zone is None else str(self.zone)})

    def taken(self, source: Source) -> Source:
        """The sound of a file as it is taken: one channel where that is asked for, at the sample rate asked for.

        Raises
        ------
        SettingsError
            A rate that is 256 times that of the source or more, or as much less.

        Examples
        --------
        >>> import numpy as np
        >>> from sonograph import Signal
        >>> stereo = Signal(np.zeros((2, 48_000)), 48_000.0)
        >>> sound = Opening(mono=True, resample=16_000.0).taken(stereo)
        >>> sound.n_channels, sound.n_samples
        (1, 16000)
        """
        one = mono(source) if self.mono else source
        return one if self.resample is None else resample(one, self.resample, "resample", iq=True)

    def but(self, **changes: Any) -> Opening:
        """The same with other values; those that are None stay as they are.

        Raises
        ------
        SettingsError
            A name that is none of these, and as for the class.
        """
        names = [field.name for field in dataclasses.fields(self)] if changes else []
        for name in changes:
            if name not in names:
                raise SettingsError(f"{name} is not known here; a file is opened with {', '.join(names)}")
        given = {name: value for name, value in changes.items() if value is not None}
        return dataclasses.replace(self, **given) if given else self

"""How a file is opened, as one value."""

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
from sonograph.sounds.source import checked_rate
from sonograph.units import checked_unit


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How a file is opened: what it does not say itself, or says wrongly. All of it checked before any file is.

    Parameters
    ----------
    sample_rate, time_column, unit, calibration, limits, raw, start, zone
        As `sonograph.open` takes them.

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

    def __post_init__(self) -> None:
        if self.sample_rate is not None:
            object.__setattr__(self, "sample_rate", checked_rate(self.sample_rate))
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
        return digest("Opening", {**fields, "zone": None if self.zone is None else str(self.zone)})

    def but(self, **changes: Any) -> Opening:
        """The same with other values; those that are None stay as they are.

        Raises
        ------
        SettingsError
            A name that is none of these, and as for the class.
        """
        names = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            if name not in names:
                raise SettingsError(f"{name} is not known here; a file is opened with {', '.join(names)}")
        return dataclasses.replace(self, **{name: value for name, value in changes.items() if value is not None})

"""An echogram: what came back of each ping, over range; with all that is needed to label it truthfully."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.matching.sonar.targets import Target, targets_in

if TYPE_CHECKING:
    from sonograph.tables.rows import Held

GAINS = {"none": 0, "20 log R": 20, "40 log R": 40}
"""What is put onto a level for the way there and back, by its name, and how many times the logarithm of the range."""
UNITS = {"Sv": "dB re 1 m⁻¹", "TS": "dB re 1 m²"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Echogram:
    """What came back of each ping, over range.

    values : (ranges, pings) float32, dB, NaN where there is no data; memory runs ping by ping
    ranges : (ranges,) m, of the middle of each row
    times : (pings,) seconds from the start of the recording, when each ping was sent
    quantity : "level", "Sv" or "TS"
    unit : what `values` are in: "dBFS", "dB re 1 µPa", "dB re 1 m⁻¹" (Sv), "dB re 1 m²" (TS)
    gain : "none", "20 log R" or "40 log R", put onto a level for the way; of Sv and TS what belongs to them
    sound_speed, absorption : m/s and dB/m
    compressed : whether the pulse was compressed by its matched filter
    pulse_length, effective_length : seconds, of the pulse as it was sent, and as Sv counts it
    frequency : middle of the pulse's band, Hz
    bottom : (pings,) m, NaN where none was found; None where none was looked for
    start : when the recording began, or None
    facts : what else it was made with, as plain values
    """

    values: np.ndarray
    ranges: np.ndarray
    times: np.ndarray
    quantity: str
    unit: str
    gain: str
    sound_speed: float
    absorption: float
    compressed: bool
    pulse_length: float
    effective_length: float
    frequency: float
    bottom: np.ndarray | None = None
    start: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What a colour bar says: "Sv (dB re 1 m⁻¹)", "Level, 40 log R gain (dB re 1 µPa)" …"""
        if self.quantity in UNITS:
            return f"{self.quantity} ({self.unit})"
        return f"Level, {self.gain if self.gain != 'none' else 'no'} gain ({self.unit})"

    def select(
        self, *, ranges: tuple[float, float] | None = None, seconds: tuple[float, float] | None = None
    ) -> Echogram:
        """Part of it: ranges in [from, to) m, pings sent in [from, to) seconds.

        Raises
        ------
        SettingsError
            A span that ends before it begins.
        """
        for name, span in (("ranges", ranges), ("seconds", seconds)):
            if span is not None and not span[0] <= span[1]:
                raise SettingsError(f"{name} is {span}; it must begin before it ends")
        rows = slice(None) if ranges is None else slice(*np.searchsorted(self.ranges, ranges).tolist())
        pings = slice(None) if seconds is None else slice(*np.searchsorted(self.times, seconds).tolist())
        return replace(
            self,
            values=self.values[rows, pings],
            ranges=self.ranges[rows],
            times=self.times[pings],
            bottom=None if self.bottom is None else self.bottom[pings],
        )

    def mean(self) -> np.ndarray:
        """Mean over pings of what is there, taken in power, in dB: (ranges,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            power = 10 ** (self.values.astype(float) / 10)
            there = np.isfinite(self.values)
            count = there.sum(axis=1)
            return 10 * np.log10(np.where(there, power, 0).sum(axis=1) / np.where(count, count, np.nan))

    def targets(self, *, n: int = 10, least: float | None = None) -> list[Target]:
        """Echoes that stand out of the mean over pings, the strongest first.

        Parameters
        ----------
        n
            At most so many.
        least
            dB that one must stand above the median of what is around it; by default 10.
        """
        spread = self.sound_speed * self.pulse_length / 2
        step = float(self.ranges[1] - self.ranges[0]) if len(self.ranges) > 1 else 1.0
        onto = GAINS[self.gain] * np.log10(np.maximum(self.ranges, step))
        onto = onto + (2 * self.absorption * self.ranges if self.gain != "none" else 0)
        wide = None if self.compressed else self.sound_speed * self.effective_length / 2
        return targets_in(self.mean(), onto, self.ranges, spread, wide, n=n, least=least)

    def table(self) -> Held:
        """A row for each ping, a column for each range, as `sonograph.tables` writes them."""
        from sonograph.tables.rows import held

        names = tuple(f"range_{distance:.4f}_m" for distance in self.ranges)
        columns = [{"name": name, "unit": self.unit, "frequency": None} for name in names]
        facts = {"columns": columns, "unit": self.unit, "settings": self.described()}
        before = {"file": np.zeros(len(self.times)), "time": self.times}
        return held(np.ascontiguousarray(self.values.T), before, [self.facts.get("file", "")], names, facts)

    def described(self) -> dict[str, Any]:
        """How it was made, as plain values."""
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "gain": self.gain,
            "sound_speed": self.sound_speed,
            "sound_absorption": self.absorption,
            "frequency_nominal": self.frequency,
            "compressed": self.compressed,
            "transmit_duration_nominal": self.pulse_length,
            "tau_effective": self.effective_length,
            **self.facts,
        }

    def to_xarray(self) -> Any:
        """An xarray Dataset with echopype's names: `Sv` (or `TS`, or `level`), `ping_time`, `range`, and the rest.

        Raises
        ------
        MissingExtra
            xarray is not installed.
        """
        from sonograph.matching.sonar.echogram_files import to_xarray

        return to_xarray(self)

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
        """Write it, whole or not at all: .nc (NetCDF 3), .zarr, or a table (.csv, .jsonl, .npz, .parquet).

        Raises
        ------
        SettingsError
            Another ending.
        MissingExtra
            It needs a package that is not here.
        OutputError
            It cannot be written.
        """
        from sonograph.matching.sonar.echogram_files import write

        write(self, path, overwrite=overwrite)

    def __repr__(self) -> str:
        n_ranges, n_pings = self.values.shape
        reach = f"{self.ranges[0]:.4g} to {self.ranges[-1]:.4g} m" if n_ranges else "no range"
        return f"<Echogram: {n_pings} pings × {n_ranges} ranges, {reach}, {self.label}>"

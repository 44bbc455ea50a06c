"""Perceptual linear prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sonograph.checks import number, refuse_large, whole
from sonograph.errors import SettingsError
from sonograph.settings.bands import BandSettings
from sonograph.settings.cepstra import Coefficients
from sonograph.settings.common import put, rows_before
from sonograph.settings.logs import LogSettings


@dataclass(frozen=True, kw_only=True)
class PlpSettings(Coefficients, kind="plp"):
    """Perceptual linear prediction: cepstra of an all-pole model of what the ear hears (Hermansky 1990).

    Bands are weighed as loud as they sound at 40 phon, compressed, and taken for the spectrum whose poles are found. Of
    mel bands, as in Kaldi and HTK, or of Bark bands, as in the paper. c0 is the logarithm of the model's gain.

    Parameters
    ----------
    of
        Bands of power; or their natural logarithms, through RastaSettings perhaps (RASTA-PLP), whose exponentials are
        taken.
    order
        Poles: below the number of bands + 2.
    n_coefficients
        How many, c0 among them; at most order + 1.
    compression
        The power that loudness follows intensity by; Kaldi's is 0.33333.
    lifter
        L of the lifter 1 + L/2 sin(pi n / L) on coefficient n (HTK book, 5.14); 0 for none.

    Raises
    ------
    SettingsError
        Not of bands of power or of their natural logarithms; more poles or coefficients than there can be.

    Examples
    --------
    >>> from sonograph.settings import BarkBank, StftSettings
    >>> PlpSettings(of=BandSettings(of=StftSettings(), bands=BarkBank(n_bands=20))).n_rows
    13
    """

    of: Any
    order: int = 12
    n_coefficients: int = 13
    compression: float = 1 / 3
    lifter: float = 0.0

    def __post_init__(self) -> None:
        rows_before(self, ("power", "log"))
        put(
            self,
            order=whole("order", self.order, 1, memory=4096),
            n_coefficients=whole("n_coefficients", self.n_coefficients, 1),
            compression=number("compression", self.compression, 0.0, 1.0, above=True),
            lifter=number("lifter", self.lifter, 0.0),
        )
        if self.n_coefficients > self.order + 1:
            raise SettingsError(
                f"n_coefficients is {self.n_coefficients}; with order {self.order} it must be 1 to {self.order + 1}"
            )
        below = self.of
        while hasattr(below, "of") and not isinstance(below, BandSettings):
            if isinstance(below, LogSettings) and below.base != "e":
                raise SettingsError(f'base is "{below.base}"; PlpSettings take natural logarithms: set base="e"')
            below = below.of
        if not isinstance(below, BandSettings) or below.rows != "band":
            raise SettingsError("of holds no bands over frequency; PlpSettings weigh bands as loud as they sound")
        if self.of.n_rows is not None:
            self.rows_after(self.of.n_rows)

    @property
    def bands(self) -> BandSettings:
        """The bands that are weighed."""
        below = self.of
        while not isinstance(below, BandSettings):
            below = below.of
        return below

    def rows_after(self, n_rows: int) -> int:
        """As many as asked for; refused where the bands have no such model."""
        if self.order > n_rows + 1:
            raise SettingsError(f"order is {self.order}; with {n_rows} bands it must be 1 to {n_rows + 1}")
        refuse_large("order", self.order, self.order * n_rows, f"weights of {n_rows} bands")
        return self.n_coefficients

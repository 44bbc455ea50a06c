"""The continuous wavelet transform, as it is or sharpened by synchrosqueezing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.settings.by_octaves import ByOctaves
from sonograph.settings.common import OFF, put
from sonograph.settings.stft import StftSettings
from sonograph.settings.wavelet_shapes import SHAPES, Shape, shape_of

OCTAVES = 8
"""Below the highest band, where `for_rate` is not told the lowest."""


@dataclass(frozen=True, kw_only=True)
class WaveletSettings(ByOctaves, kind="wavelets"):
    """A continuous wavelet transform: rows an equal interval apart, each through equally many periods of a wavelet.

    Each value is the sum of the samples around the middle of the frame, weighed by the conjugate of a wavelet whose
    height falls with its length ("L1"): a sine reads the same however low it is, with the phase that it has there. A
    value is NaN where its own wavelet meets a missing sample; with edges "missing", as `for_rate` has it, at the ends
    of the sound too: the cone of influence. Wavelets end where they have fallen to 1e-5.

    Parameters
    ----------
    of
        Where frames lie: hop may be 1; the window must hold the longest wavelet: `for_rate` sees to it. And what the
        values are: its `quantity`; its `scaling`, where "spectrum" reads the mean square of a tone at its row,
        "density" noise per hertz, and "raw" the tone's amplitude (as a power, that squared).
    low
        The lowest row, Hz.
    n_bands, per_octave
        How many rows in all, and to the octave.
    wavelet
        ("morlet", w0): a Gaussian of w0 / 2π periods' deviation (Torrence and Compo 1998), w0 from 5 on; or ("morse",
        gamma, beta), as MATLAB has it by default: gamma 3, beta 20 (Olhede and Walden 2002). The name alone takes 6, or
        3 and 20. More of w0 or beta hears frequencies sharper, and times less so.
    squeezed
        Whether each value is added to the row at whose frequency its phase turns (Daubechies, Lu and Wu 2011); what
        would lie beyond the rows, to the first or last. The sum over the rows of a raw "transform" is then the analytic
        signal, to 1e-4 of what lies a wavelet's width or more within the ends of the rows.

    Raises
    ------
    SettingsError
        No row, a frequency not above 0, another wavelet; a density that is squeezed.

    Examples
    --------
    >>> settings = WaveletSettings.for_rate(48_000.0)
    >>> settings.n_bands, round(settings.centres[-1]), settings.of.hop
    (97, 17668, 256)
    """

    only_even = False

    of: StftSettings
    low: float
    n_bands: int
    per_octave: int = 12
    wavelet: tuple[Any, ...] = ("morlet", 6.0)
    squeezed: bool = field(default=False, metadata=OFF)

    def __post_init__(self) -> None:
        self.check_rows()
        put(self, wavelet=_checked(self.wavelet), squeezed=bool(self.squeezed))
        if self.squeezed and self.of.scaling == "density":
            raise SettingsError(
                'scaling is "density"; what is squeezed has no bandwidth to divide by: take "spectrum" or "raw"'
            )

    @classmethod
    def for_rate(
        cls,
        sample_rate: float,
        *,
        low: float | None = None,
        high: float | None = None,
        per_octave: int = 12,
        wavelet: str | tuple[Any, ...] = ("morlet", 6.0),
        squeezed: bool = False,
        hop: int | None = None,
        **stft: Any,
    ) -> WaveletSettings:
        """Rows from `low` to `high` whose window just holds the longest wavelet; `stft` are those of StftSettings.

        By default up to where the wavelet fits below half the sample rate, eight octaves; every hundredth of a second,
        or every sample of slow series; and edges "missing".
        """
        shape = shape_of(_checked(wavelet))
        rate = number("sample_rate", sample_rate, 0.0, above=True)
        highest = rate / 2 / shape.tenth
        high = highest if high is None else number("high", high, 0.0, above=True)
        low = high / 2**OCTAVES if low is None else number("low", low, 0.0, above=True)
        if high < low:
            raise SettingsError(f"high is {high:g} Hz; it must be {low:g} Hz or more, which is low")
        hop = 2 ** math.floor(math.log2(rate / 100)) if hop is None and rate > 100 else hop or 1
        rows: dict[str, Any] = {"low": low, "n_bands": math.floor(per_octave * math.log2(high / low) + 1e-9) + 1}
        rows |= {"per_octave": per_octave, "wavelet": wavelet, "squeezed": squeezed}
        frames: dict[str, Any] = {"hop": hop, "edges": "missing"} | stft
        small = cls(of=StftSettings(window_length=hop, **frames), **rows)
        return cls(of=StftSettings(window_length=max(hop, small.least_window(rate)), **frames), **rows)

    @property
    def shape(self) -> Shape:
        """The wavelet as numbers."""
        return shape_of(self.wavelet)

    def halves(self, sample_rate: float) -> tuple[float, ...]:
        """How many samples each row's wavelet reaches to each side of its middle, not rounded."""
        return tuple(self.shape.half * sample_rate / (2 * math.pi * f) for f in self.centres)

    def highest_heard(self, sample_rate: float) -> tuple[float, ...]:
        """Above which frequency each row hears nothing, Hz."""
        return tuple(self.shape.highest * f for f in self.centres)

    def highest_centre(self, sample_rate: float) -> float:
        """Below which frequency the highest row must lie: a wavelet hears a tenth at half the sample rate."""
        return sample_rate / 2 / self.shape.tenth * (1 + 1e-9)


def _checked(wavelet: Any) -> tuple[Any, ...]:
    """A wavelet's name and its numbers."""
    given = (wavelet,) if isinstance(wavelet, str) else tuple(wavelet) if isinstance(wavelet, list | tuple) else ()
    if not given or given[0] not in SHAPES:
        raise SettingsError(
            f'wavelet is {wavelet!r}; it must be "morlet" or "morse", or ("morlet", w0), ("morse", gamma, beta)'
        )
    usual = SHAPES[given[0]]
    if len(given) not in (1, 1 + len(usual)):
        raise SettingsError(f"wavelet is {wavelet!r}; {given[0]} has {', '.join(n for n, *_ in usual)} beside its name")
    values = given[1:] or [value for _, value, _, _ in usual]
    limits = zip(usual, values, strict=True)
    return given[0], *(number(f"{given[0]}'s {name}", value, low, high) for (name, _, low, high), value in limits)

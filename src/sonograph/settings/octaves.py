"""The base-10 grid of fractional octaves and of millidecades: which band is which, and what it is called."""

from __future__ import annotations

import math

from sonograph.settings.banks import MillidecadeBank, OctaveBank
from sonograph.units import short_hertz

LINEAR_BELOW = 435
"""Hz: hybrid millidecades are 1 Hz bands up to here (Martin et al. 2021)."""

NOMINAL = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
"""What the ten decidecades of a decade are called (IEC 61260-1, annex E)."""


def octave_at(frequency: float, per_octave: int) -> int:
    """The number of the band that holds a frequency, counted from the one at (odd) or above (even) 1 kHz.

    >>> octave_at(1000.0, 3), octave_at(20.0, 3)
    (0, -17)
    """
    return math.floor(math.log10(frequency / 1000) * per_octave / 0.3 + (0.5 if per_octave % 2 else 0) + 1e-9)


def octave_centre(number: int, per_octave: int) -> float:
    """Hz: 1000 G^(x/b), or 1000 G^((2x+1)/(2b)) for an even number of bands to the octave."""
    return float(1000 * 10 ** ((number + (0 if per_octave % 2 else 0.5)) * 0.3 / per_octave))


def first_millidecade() -> int:
    """The number of the first band, counted from 10 Hz, that follows those of 1 Hz."""
    return next(n for n in range(1600, 1700) if millidecade_centre(n) >= LINEAR_BELOW)


def millidecade_centre(number: int) -> float:
    """Hz, of the millidecade of this number, counted from 1 at 10 Hz."""
    return float(10 * 10 ** ((number - 0.5) / 1000))


def band_names(bank: OctaveBank | MillidecadeBank, n_bands: int) -> tuple[str, ...]:
    """A name for each band, by where it lies on the grid: the same at every sample rate, and no two alike.

    >>> band_names(OctaveBank(low=25.0), 4)
    ('band_25Hz', 'band_31.5Hz', 'band_40Hz', 'band_50Hz')
    """
    if isinstance(bank, MillidecadeBank):
        above = first_millidecade()
        above -= LINEAR_BELOW
        centres = [float(i) if i < LINEAR_BELOW else millidecade_centre(above + i) for i in range(n_bands)]
        digits = 4
    else:
        first, b = octave_at(bank.low, bank.per_octave), bank.per_octave
        if b in (1, 3):
            centres, digits = [_nominal((first + i) * 3 // b) for i in range(n_bands)], 3
        else:
            centres = [octave_centre(first + i, b) for i in range(n_bands)]
            digits = max(3, 1 + math.ceil(-math.log10(10 ** (0.3 / b) - 1)))
    return tuple(f"band_{short_hertz(centre, digits)}" for centre in centres)


def _nominal(decidecade: int) -> float:
    """Hz, of a decidecade counted from 1 kHz."""
    decade, step = divmod(decidecade, 10)
    return float(NOMINAL[step] * 10.0 ** (decade + 3))

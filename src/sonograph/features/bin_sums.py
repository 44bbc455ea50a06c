"""The sums over a frame's bins of which its shape is made: by a program, or by NumPy where none can be made."""

from __future__ import annotations

import numpy as np

from sonograph.engines.compiled import bin_sums

NEEDS = {
    "centroid": ("moment",),
    "bandwidth": ("moment", "spread"),
    "slope": ("moment",),
    "flatness": ("counted", "squares", "logs"),
    "entropy": ("weighed_logs",),
    "flux": ("change",),
}
"""Of which sums a feature is made, beside the total."""


class BinSums:
    """Sums over bins for some features. What each name stands for is at `engines.compiled.bin_sums`.

    least : what smaller values count as in "counted", "squares" and "logs"
    """

    def __init__(self, features: tuple[str, ...], frequencies: np.ndarray, least: float) -> None:
        wanted = {"total", *(name for feature in features for name in NEEDS.get(feature, ()))}
        self._own = tuple(name for name in bin_sums.OWN if name in wanted)
        self._beside = tuple(name for name in bin_sums.BESIDE if name in wanted)
        self._frequencies, self._least = frequencies, least

    def of(self, values: np.ndarray, before: np.ndarray | None) -> dict[str, np.ndarray]:
        """Each sum (frames,) of (frames, bins); "centroid" too, where there is a moment.

        before : (1, bins) of the frame before the first, whose change is NaN without
        """
        frequencies = self._frequencies.astype(values.dtype)
        found = dict(zip(self._own, self._sums(values, frequencies, self._own), strict=True))
        if "moment" in found:
            found["centroid"] = found["moment"] / found["total"]
        if self._beside:
            one_before = values[:1] if before is None else before
            totals = np.concatenate([*self._sums(one_before, frequencies, ("total",)), found["total"]])
            centres = found.get("centroid", found["total"])
            beside = bin_sums.sums_beside if bin_sums.able() else _sums_beside
            sums = beside(values, one_before, frequencies, centres, 1 / totals, self._beside)
            found |= zip(self._beside, sums, strict=True)
        if before is None and "change" in found:
            found["change"][:1] = np.nan
        return found

    def _sums(self, values: np.ndarray, frequencies: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        return (bin_sums.own_sums if bin_sums.able() else _own_sums)(values, frequencies, self._least, names)


def _own_sums(values: np.ndarray, frequencies: np.ndarray, least: float, names: tuple[str, ...]) -> np.ndarray:
    """What `bin_sums.own_sums` gives, where no program can be made."""
    real = values.dtype.type
    counted = np.maximum(values, real(least))
    made = {
        "total": lambda: np.add.reduce(values, axis=1),
        "moment": lambda: np.einsum("ij,j->i", values, frequencies),
        "counted": lambda: np.add.reduce(counted, axis=1),
        "squares": lambda: np.einsum("ij,ij->i", counted, counted),
        "logs": lambda: np.add.reduce(np.log2(counted), axis=1),
        "weighed_logs": lambda: np.einsum("ij,ij->i", values, np.log2(np.maximum(values, np.finfo(real).tiny))),
    }
    return np.stack([made[name]() for name in names])


def _sums_beside(
    values: np.ndarray,
    before: np.ndarray,
    frequencies: np.ndarray,
    centres: np.ndarray,
    shares: np.ndarray,
    names: tuple[str, ...],
) -> np.ndarray:
    """What `bin_sums.sums_beside` gives, where no program can be made."""
    parts, away = np.concatenate([before, values]) * shares[:, None], frequencies - centres[:, None]
    change = np.diff(parts, axis=0)
    made = {"spread": (away * away, values), "change": (change, change)}
    return np.stack([np.einsum("ij,ij->i", *made[name]) for name in names])


def bins_before(values: np.ndarray, share: float) -> np.ndarray:
    """(frames,) how many bins lie before the one up to which the sum of (frames, bins) is so much of the whole."""
    if bin_sums.able():
        return bin_sums.bins_before(values, share)
    sums = np.cumsum(values, axis=1)
    reached = sums >= values.dtype.type(share) * sums[:, -1:]
    reached[:, -1] = True  # of no number, too
    return np.asarray(np.argmax(reached, axis=1))

"""Which sounds are held out together, so that none is tested by a model that heard its file, its group or its twin."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from sonograph.errors import SettingsError

N_FOLDS = 5
MOST_LEFT_OUT = 10
"""Groups, up to which each is left out in turn."""


def bound(*keys: Sequence[Hashable | None]) -> np.ndarray:
    """(sounds,): a number for all that must stay together, as they share one of their keys; None shares nothing.

    >>> bound(["a.wav", "a.wav", "b.wav", "c.wav"], [None, "day 1", "day 1", "day 2"])
    array([0, 0, 0, 1])
    """
    parent = list(range(len(keys[0])))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for listed in keys:
        first: dict[Hashable, int] = {}
        for i, key in enumerate(listed):
            if key is not None:
                parent[root(i)] = root(first.setdefault(key, i))
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root(i), len(numbers)) for i in range(len(parent))], int)


def new_folds(y: np.ndarray, together: np.ndarray, n: int = N_FOLDS, seed: int = 0) -> np.ndarray:
    """(sounds,): a fold for each, those together in one, each class as evenly as may be; not more than there can be."""
    order = np.random.default_rng(seed).permutation(together.max() + 1)
    members = [np.flatnonzero(together == unit) for unit in order]
    members.sort(key=len, reverse=True)
    n_classes = int(y.max()) + 1
    units = [len(set(together[y == k])) for k in range(n_classes) if (y == k).any()]
    n = max(2, min(n, *units))
    counts = np.zeros((n, n_classes))
    fold = np.zeros(len(y), int)
    of_class = np.bincount(y, minlength=n_classes)
    for unit in members:
        here = np.bincount(y[unit], minlength=n_classes)
        shares = here / np.maximum(of_class, 1)
        cost = [(float((counts[k] / np.maximum(of_class, 1)) @ shares), counts[k].sum(), k) for k in range(n)]
        k = min(cost)[2]
        counts[k] += here
        fold[unit] = k
    return fold


def folds_for(
    y: np.ndarray,
    classes: Sequence[str],
    together: np.ndarray,
    published: Sequence[str | None] | None = None,
    grouped: bool = False,
    names: Sequence[str] = (),
) -> np.ndarray:
    """(sounds,): the fold of each: as published; each group in turn where they are few; else made anew.

    Raises
    ------
    SettingsError
        A class that lies in one file, group or fold only; published folds with a file or a group on both sides.
    """
    what = "group" if grouped else "file"
    if published is not None and any(fold is not None for fold in published):
        return _published(y, classes, together, published, names, what)
    for k, name in enumerate(classes):
        if len(set(together[y == k])) < 2:
            raise SettingsError(
                f"class {name!r} has one {what} only; it must have 2 or more, so that one is heard and another held "
                f"out: add some, or leave the class away"
            )
    n_units = int(together.max()) + 1
    return together.copy() if grouped and n_units <= MOST_LEFT_OUT else new_folds(y, together)


def _published(
    y: np.ndarray,
    classes: Sequence[str],
    together: np.ndarray,
    published: Sequence[str | None],
    names: Sequence[str],
    what: str,
) -> np.ndarray:
    lacking = [i for i, fold in enumerate(published) if fold is None]
    if lacking:
        name = f" ({names[lacking[0]]})" if names else ""
        raise SettingsError(f"{len(lacking)} of {len(y)} sounds have no fold{name}; give each one, or none")
    listed = sorted({str(fold) for fold in published}, key=lambda fold: (len(fold), fold))
    fold = np.array([listed.index(str(one)) for one in published])
    if len(listed) < 2:
        raise SettingsError(f"all sounds are in fold {listed[0]}; there must be 2 folds or more")
    for unit in np.unique(together):
        here = np.flatnonzero(together == unit)
        if len(set(fold[here])) > 1:
            a, b = here[0], here[np.flatnonzero(fold[here] != fold[here[0]])[0]]
            which = f"{names[a]} and {names[b]}" if names else f"sounds {a} and {b}"
            raise SettingsError(
                f"{which} are in folds {listed[fold[a]]} and {listed[fold[b]]}, and of one {what} or of the same "
                f"bytes; what is heard and what is held out must not share them"
            )
    for k, name in enumerate(classes):
        if len(set(fold[y == k])) < 2:
            raise SettingsError(f"class {name!r} lies in one fold only; it must lie in 2 or more")
    return fold

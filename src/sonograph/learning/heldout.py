"""Training with sounds held out: what each would be called by a model that did not hear it, and the model of all.

The temperature of a fold comes from folds inside the sounds that were heard, held out in turn; nothing that tests a
model has had a part in making it. Where there are many folds, a model without folds j and k serves twice: for j inside
k and for k inside j. Of few it would hear so much less than the model whose temperature is wanted that this would be
too high, so that there the sounds that were heard have folds of their own. Where each class has two sounds there are
no folds inside, and the temperature of a fold is that of the other folds' answers, by models that heard it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sonograph.analysis.summaries import Summary
from sonograph.learning.embedding import Embedding
from sonograph.learning.folds import new_folds
from sonograph.learning.probabilities import log_loss, log_softmax, temperature_of
from sonograph.learning.recipes import PARTS, RECIPES, Arrays, blended, columns

Tell = Callable[[str, int, int], None]
PAIRS_FROM = 5
"""Folds, from which on pairs of them are left out; a network, which takes minutes, leaves out pairs of three too."""


class Fitted(NamedTuple):
    """A part of a model: its kind, its temperature and its arrays."""

    kind: str
    temperature: float
    arrays: Arrays


class Trained(NamedTuple):
    """What training gives.

    parts : of the model of all sounds
    recipe : its name
    probabilities : (sounds, classes) as said by models that did not hear each
    chosen : the recipe in each fold
    losses : the log loss of each candidate on sounds held out inside the training of all
    """

    parts: list[Fitted]
    recipe: str
    probabilities: np.ndarray
    chosen: list[str]
    losses: dict[str, float]


def train(
    rows: np.ndarray,
    y: np.ndarray,
    folds: np.ndarray,
    together: np.ndarray,
    recipes: Sequence[str],
    tell: Tell = lambda step, done, total: None,
    summary: Summary | Embedding | None = None,
) -> Trained:
    """Fit recipes, and choose by inner folds where there are several.

    rows : (sounds, numbers)
    y, folds, together : (sounds,) class, fold, and what must stay on one side
    summary : what rows are of, where some parts do not hear all of it
    """
    n_classes = int(y.max()) + 1
    kinds = list(dict.fromkeys(kind for name in recipes for kind in RECIPES[name]))
    outer = np.unique(folds)
    rows_of = {kind: rows if summary is None else rows[:, columns(kind, summary)] for kind in kinds}
    plans = {kind: _inner_plan(y, folds, together, PARTS[kind].grouped) for kind in kinds}
    total = sum(len(plan) + len(outer) for plan in plans.values()) + max(len(RECIPES[name]) for name in recipes)
    done = 0

    def fitted(kind: str, trained_on: np.ndarray) -> Arrays:
        nonlocal done
        tell("training", done, total)
        done += 1
        more = (together[trained_on],) if PARTS[kind].grouped else ()
        return PARTS[kind].fit(rows_of[kind][trained_on], y[trained_on], n_classes, *more)

    inside = {}
    for kind in kinds:
        inside[kind] = {int(k): np.full((len(y), n_classes), np.nan) for k in outer}
        for trained_on, tests in plans[kind]:
            arrays = fitted(kind, trained_on)
            for k, test in tests:
                inside[kind][k][test] = PARTS[kind].scores(arrays, rows_of[kind][test])
    held_out = {kind: np.zeros((len(y), n_classes)) for kind in kinds}
    for kind in kinds:
        for k in outer:
            arrays = fitted(kind, folds != k)
            held_out[kind][folds == k] = PARTS[kind].scores(arrays, rows_of[kind][folds == k])
    probabilities, chosen = np.zeros((len(y), n_classes)), []
    for k in outer:
        trained_on = np.flatnonzero(folds != k)
        scores = {kind: inside[kind][int(k)][trained_on] for kind in kinds}
        if not _known(scores, y[trained_on]).any():
            # Two sounds a class: one number comes from how the other folds went.
            scores = {kind: held_out[kind][trained_on] for kind in kinds}
        temperatures, losses = _weighed(scores, y[trained_on], recipes)
        best = min(losses, key=lambda name: losses[name])
        chosen.append(best)
        test = folds == k
        parts = [log_softmax(held_out[kind][test] / temperatures[kind]) for kind in RECIPES[best]]
        probabilities[test] = np.exp(blended(parts) if len(parts) > 1 else parts[0])
    temperatures, losses = _weighed(held_out, y, recipes)
    best = min(losses, key=lambda name: losses[name])
    parts_of_all = [Fitted(kind, temperatures[kind], fitted(kind, np.ones(len(y), bool))) for kind in RECIPES[best]]
    tell("training", total, total)
    return Trained(parts_of_all, best, probabilities, chosen, losses)


def log_probabilities(
    parts: Sequence[Fitted], rows: np.ndarray, summary: Summary | Embedding | None = None
) -> np.ndarray:
    """(sounds, classes) by a model's parts; `summary` is what rows are of, where some parts do not hear all of it."""
    rows_of = [rows if summary is None else rows[:, columns(part.kind, summary)] for part in parts]
    listed = [
        log_softmax(PARTS[part.kind].scores(part.arrays, one) / part.temperature)
        for part, one in zip(parts, rows_of, strict=True)
    ]
    return blended(listed) if len(listed) > 1 else listed[0]


def _inner_plan(
    y: np.ndarray, folds: np.ndarray, together: np.ndarray, in_pairs: bool
) -> list[tuple[np.ndarray, list[tuple[int, np.ndarray]]]]:
    """What each inner model hears, and which sounds it scores for which outer folds: all as masks."""
    outer = np.unique(folds)
    if len(outer) >= (3 if in_pairs else PAIRS_FROM):
        return [
            ((folds != j) & (folds != k), [(int(k), folds == j), (int(j), folds == k)])
            for i, j in enumerate(outer)
            for k in outer[i + 1 :]
        ]
    plan = []
    for k in outer:
        trained_on = np.flatnonzero(folds != k)
        inner = np.full(len(y), -1)
        inner[trained_on] = new_folds(y[trained_on], np.unique(together[trained_on], return_inverse=True)[1])
        for j in np.unique(inner[trained_on]):
            rest = (folds != k) & (inner != j)
            if len(set(y[rest])) > 1:
                plan.append((rest, [(int(k), inner == j)]))
    return plan


def _known(scores: dict[str, np.ndarray], y: np.ndarray) -> np.ndarray:
    """(sounds,) of bool: which have a score of their own class by a model that heard of it."""
    known = np.ones(len(y), bool)
    for values in scores.values():
        known &= values[np.arange(len(y)), y] > -1e29  # NaN is not
    return known


def _weighed(
    scores: dict[str, np.ndarray], y: np.ndarray, recipes: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """The temperature of each kind and the log loss of each recipe, over held-out scores of classes that were heard."""
    known = _known(scores, y)
    y = y[known]
    temperatures = {kind: temperature_of(values[known], y) for kind, values in scores.items()}
    logs = {kind: log_softmax(values[known] / temperatures[kind]) for kind, values in scores.items()}
    losses = {}
    for name in recipes:
        listed = [logs[kind] for kind in RECIPES[name]]
        losses[name] = log_loss(blended(listed) if len(listed) > 1 else listed[0], y) if len(y) else 0.0
    return temperatures, losses

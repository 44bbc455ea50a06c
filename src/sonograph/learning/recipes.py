"""What a model can be made of: parts by name, each a function from rows to arrays, and one from arrays to scores.

Scores need NumPy alone, so that a model answers wherever it is read. `blend` is several parts, whose log probabilities
are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from sonograph.errors import SettingsError
from sonograph.learning import discriminant, forest, machine
from sonograph.learning.measures import log_softmax

Arrays = dict[str, np.ndarray]


class Part(NamedTuple):
    """A kind of part.

    fit : (rows, class numbers, classes) -> arrays
    scores : (arrays, rows) -> (sounds, classes)
    arrays : the axes of each of its arrays
    words : what it is called for people
    """

    fit: Callable[[np.ndarray, np.ndarray, int], Arrays]
    scores: Callable[[Arrays, np.ndarray], np.ndarray]
    arrays: Mapping[str, int]
    words: str


_LINEAR = {"mean": 1, "scale": 1, "coefficients": 2, "intercept": 1}

PARTS = {
    "discriminant": Part(discriminant.fit, discriminant.scores, _LINEAR, "linear discriminant, shrunk covariance"),
    "logistic": Part(machine.fit_logistic, discriminant.scores, _LINEAR, "logistic regression"),
    "svm": Part(machine.fit_svm, machine.svm_scores, machine.SVM, "support vectors, RBF kernel"),
    "trees": Part(forest.fit, forest.scores, forest.ARRAYS, "extremely randomised trees"),
}

RECIPES: dict[str, tuple[str, ...]] = {
    "discriminant": ("discriminant",),
    "logistic": ("logistic",),
    "svm": ("svm",),
    "trees": ("trees",),
    "discriminant+svm": ("discriminant", "svm"),
    "discriminant+trees": ("discriminant", "trees"),
    "discriminant+svm+trees": ("discriminant", "svm", "trees"),
}
"""What may be chosen, by name: the parts of each."""

DEFAULT = "discriminant"


def checked_recipe(name: str) -> str:
    """The name of a recipe, or "choose".

    Raises
    ------
    SettingsError
        Another.
    """
    if name != "choose" and name not in RECIPES:
        raise SettingsError(f"recipe is {name!r}; it must be one of {', '.join(RECIPES)}, or choose")
    return name


def blended(log_probabilities: list[np.ndarray]) -> np.ndarray:
    """Log probabilities of several parts as one: their mean, brought to a sum of 1."""
    return log_softmax(np.mean([np.maximum(one, -30.0) for one in log_probabilities], axis=0))

"""What a model can be made of: parts by name, each a function from rows to arrays, and one from arrays to scores.

Scores need NumPy alone, so that a model answers wherever it is read. `blend` is several parts, whose log probabilities
are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sonograph.analysis.summaries import EXCERPT, KERNELS, Summary
from sonograph.errors import SettingsError
from sonograph.learning import discriminant, forest, machine, network
from sonograph.learning.embedding import Embedding
from sonograph.learning.network_arrays import ARRAYS
from sonograph.learning.probabilities import log_softmax

Arrays = dict[str, np.ndarray]


class Part(NamedTuple):
    """A kind of part.

    fit : (rows, class numbers, classes) -> arrays; where it is `grouped`, it is told too what must stay on one side
    scores : (arrays, rows) -> (sounds, classes)
    arrays : the axes of each of its arrays
    words : what it is called for people
    hears : what of a sound it is told: "summaries", "kernels", "both" or "excerpt"
    grouped : whether it holds sounds out by itself, as to stop early
    """

    fit: Callable[..., Arrays]
    scores: Callable[[Arrays, np.ndarray], np.ndarray]
    arrays: Mapping[str, int]
    words: str
    hears: str = "summaries"
    grouped: bool = False


_LINEAR = {"mean": 1, "scale": 1, "coefficients": 2, "intercept": 1}

PARTS = {
    "discriminant": Part(discriminant.fit, discriminant.scores, _LINEAR, "linear discriminant, shrunk covariance"),
    "logistic": Part(machine.fit_logistic, discriminant.scores, _LINEAR, "logistic regression"),
    "svm": Part(machine.fit_svm, machine.svm_scores, machine.SVM, "support vectors, RBF kernel"),
    "trees": Part(forest.fit, forest.scores, forest.ARRAYS, "extremely randomised trees"),
    "kernels": Part(
        discriminant.fit_small, discriminant.scores, _LINEAR, "linear discriminant of random kernels", "kernels"
    ),
    "discriminant_with_kernels": Part(
        discriminant.fit_small, discriminant.scores, _LINEAR, "linear discriminant of summaries and kernels", "both"
    ),
    "network": Part(network.fit, network.scores, ARRAYS, "small convolutional network", "excerpt", grouped=True),
}

RECIPES: dict[str, tuple[str, ...]] = {
    "discriminant": ("discriminant",),
    "logistic": ("logistic",),
    "svm": ("svm",),
    "trees": ("trees",),
    "discriminant+svm": ("discriminant", "svm"),
    "discriminant+trees": ("discriminant", "trees"),
    "discriminant+svm+trees": ("discriminant", "svm", "trees"),
    "kernels": ("kernels",),
    "discriminant_with_kernels": ("discriminant_with_kernels",),
    "network": ("network",),
    "discriminant+network": ("discriminant", "network"),
}
"""By name: the parts of each."""

CHOICES = tuple(name for name, kinds in RECIPES.items() if "network" not in kinds)
"""Those compared by "choose": a network takes minutes where they take seconds."""
WITH_NETWORK = "discriminant+network"
LEAST_LOG = -30.0
"""Of a probability in a blend: no part alone can say never."""

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


def candidates(recipe: str, network: bool, summary: Summary | Embedding) -> list[str]:
    """The recipes that are fitted and compared: one, or those of "choose" that such rows are for.

    Raises
    ------
    SettingsError
        A name that is none; an embedding with a recipe that hears a log-mel of ours.
    """
    listed = list(CHOICES) if checked_recipe(recipe) == "choose" else [WITH_NETWORK if network else recipe]
    listed += [WITH_NETWORK] if network and WITH_NETWORK not in listed else []
    if isinstance(summary, Embedding):
        of_rows = [name for name in RECIPES if all(PARTS[kind].hears == "summaries" for kind in RECIPES[name])]
        listed = [name for name in listed if name in of_rows or recipe != "choose" or name == WITH_NETWORK]
        if others := [name for name in listed if name not in of_rows]:
            raise SettingsError(
                f"recipe is {others[0]!r}, which hears a log-mel of its own; with an embedding it must be one of "
                f"{', '.join(of_rows)}, or choose"
            )
    check_extras(listed)
    return listed


def rows_for(recipes: Sequence[str], summary: Summary | Embedding) -> Summary | Embedding:
    """The summary of which the rows are that some recipes are fitted to: kernels last, where one hears them.

    Raises
    ------
    SettingsError
        A summary that has kernels already.
    """
    if isinstance(summary, Embedding):
        return summary
    if KERNELS in summary.kinds:
        raise SettingsError(
            "summary names kernels, which the recipes kernels and discriminant_with_kernels add; leave them out of it"
        )
    if EXCERPT in summary.kinds:
        raise SettingsError("summary names excerpt, which the recipes of a network add; leave it out of it")
    hears = {PARTS[kind].hears for name in recipes for kind in RECIPES[name]}
    if hears == {"summaries"}:
        return summary
    kinds = summary.kinds if hears & {"summaries", "both"} else ()
    kinds += (KERNELS,) if hears & {"kernels", "both"} else ()
    return Summary(kinds + ((EXCERPT,) if "excerpt" in hears else ()))


def columns(kind: str, summary: Summary | Embedding) -> slice:
    """Which numbers of a summary a part hears."""
    names, hears = summary.names, PARTS[kind].hears
    last = next((i for i, name in enumerate(names) if name.startswith(f"{EXCERPT}_")), len(names))
    first = next((i for i, name in enumerate(names[:last]) if name.startswith(f"{KERNELS}_")), last)
    ends = {"summaries": (0, first), "kernels": (first, last), "both": (0, last), "excerpt": (last, len(names))}
    return slice(*ends[hears])


def check_extras(recipes: Sequence[str]) -> None:
    """Refuse recipes that could not be trained here, before any work is done.

    Raises
    ------
    MissingExtra
        A network without Torch.
    """
    if any("network" in RECIPES[name] for name in recipes):
        network.require_torch()


def blended(log_probabilities: list[np.ndarray]) -> np.ndarray:
    """Log probabilities of several parts as one: their mean, brought to a sum of 1."""
    return log_softmax(np.mean([np.maximum(one, LEAST_LOG) for one in log_probabilities], axis=0))

"""What a classifier is worth on sounds that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sonograph.learning.probabilities import LEAST, calibration_error, log_loss, wilson


class Mistake(NamedTuple):
    """A sound that was taken for another; `probability` is that of what it was taken for."""

    file: str
    label: str
    answer: str
    probability: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was said of every sound by a model that had not heard it, nor another of its file or group.

    Parameters
    ----------
    classes
        Names, in the order of columns.
    truth : (sounds,)
        The number of each sound's class.
    probabilities : (sounds, classes)
        Calibrated; as said while the sound was held out.
    fold : (sounds,)
        In which it was held out.
    files
        What each sound is called.
    recipes
        What was chosen in each fold, where there was a choice.
    """

    classes: tuple[str, ...]
    truth: np.ndarray
    probabilities: np.ndarray
    fold: np.ndarray
    files: tuple[str, ...]
    recipes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def answer(self) -> np.ndarray:
        """(sounds,) the class of the largest probability."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @cached_property
    def right(self) -> np.ndarray:
        """(sounds,) of bool."""
        return np.asarray(self.answer == self.truth)

    @cached_property
    def folds(self) -> tuple[float, ...]:
        """The accuracy of each fold."""
        return tuple(float(self.right[self.fold == k].mean()) for k in np.unique(self.fold))

    @property
    def accuracy(self) -> float:
        """The mean over folds of the share that is right."""
        return float(np.mean(self.folds))

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, 95 % (Wilson). Sounds of one file count as one."""
        n_files = len(set(self.files))
        return wilson(self.accuracy * n_files, n_files)

    @property
    def recall(self) -> np.ndarray:
        """(classes,) the share of each class's sounds that is right."""
        return np.array([self.right[self.truth == k].mean() for k in range(len(self.classes))])

    @property
    def balanced_accuracy(self) -> float:
        """The mean recall: what the accuracy would be if all classes had as many sounds."""
        return float(self.recall.mean())

    @property
    def majority(self) -> float:
        """The accuracy of who always says the class of most sounds."""
        return float(np.bincount(self.truth).max() / len(self.truth))

    @property
    def log_loss(self) -> float:
        """Mean of minus the natural logarithm of the probability of what it was."""
        return log_loss(np.log(np.maximum(self.probabilities, LEAST)), self.truth)

    @property
    def calibration_error(self) -> float:
        """How far the probability that is said lies from the share that is right, in the mean over ten bins."""
        return calibration_error(self.probabilities, self.truth)

    @property
    def confusion(self) -> np.ndarray:
        """(classes, classes) of counts: a row what it was, a column what was said."""
        n = len(self.classes)
        return np.bincount(self.truth * n + self.answer, minlength=n * n).reshape(n, n)

    def mistakes(self, most: int = 20) -> list[Mistake]:
        """The wrong answers of which it was most sure, the surest first: listen to them, as labels may be wrong too."""
        wrong = np.flatnonzero(~self.right)
        surest = wrong[np.argsort(-self.probabilities[wrong, self.answer[wrong]], kind="stable")][:most]
        return [
            Mistake(
                self.files[i],
                self.classes[self.truth[i]],
                self.classes[self.answer[i]],
                float(self.probabilities[i, self.answer[i]]),
            )
            for i in surest
        ]

    def to_dict(self) -> dict[str, Any]:
        """The numbers, ready for JSON."""
        return {
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "folds": list(self.folds),
            "balanced_accuracy": self.balanced_accuracy,
            "majority": self.majority,
            "log_loss": self.log_loss,
            "calibration_error": self.calibration_error,
            "classes": list(self.classes),
        }

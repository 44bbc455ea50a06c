"""Classifier: sounds in, labels and calibrated probabilities out; scikit-learn's manners without its import."""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from sonograph.analysis.summaries import EXCERPT, KERNELS, Summary
from sonograph.errors import SettingsError
from sonograph.io.opening import Opening
from sonograph.io.sources import Sound, is_path
from sonograph.learning.embedding import Embedding
from sonograph.learning.evaluation import Evaluation
from sonograph.learning.extra import scikit_learn
from sonograph.learning.filerows import Rows
from sonograph.learning.folds import bound, folds_for
from sonograph.learning.front_end import FrontEnd
from sonograph.learning.heldout import train
from sonograph.learning.model import Model
from sonograph.learning.recipes import DEFAULT, candidates, rows_for
from sonograph.learning.training import commonest_rate, facts_of
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample

_OPENING = {"calibration": False}


class Classifier:
    """What a sound is called, learnt from sounds; what `sonograph train` and `classify` use.

    Parameters
    ----------
    recipe
        "discriminant" (linear, with a shrunk covariance: needs only NumPy and SciPy), "svm", "trees", "logistic",
        "kernels" (a discriminant of random dilated kernels),
        "discriminant_with_kernels", blends as "discriminant+svm", or "choose":
        the best of them by folds inside the training. "network" (small and convolutional) and "discriminant+network"
        need Torch to learn and NumPy to answer, take minutes, and are not among those compared.
    summary
        What makes a row of a sound: a `Summary`, or an `Embedding`, an ONNX file in its place; `Summary()` by default.

    Attributes
    ----------
    classes_ : the labels, sorted
    evaluation_ : what it is worth on sounds held out of the training, in folds by file and group
    model_ : what was learnt

    Notes
    -----
    Sounds are paths, Signals or other Sources, of any length; of several channels the mean is taken, and sounds of
    another rate than most are resampled. It clones, and works in `cross_val_predict`; `evaluate` says how right it is
    faster, as it computes the rows once.

    Examples
    --------
    >>> from sonograph import signals
    >>> sounds = [make(0.3, sample_rate=8000, seed=k) for make in (signals.kick, signals.snare) for k in range(6)]
    >>> classifier = Classifier().fit(sounds, ["kick"] * 6 + ["snare"] * 6)
    >>> classifier.predict([signals.kick(0.3, sample_rate=8000, seed=9)]).tolist()
    ['kick']
    """

    def __init__(self, recipe: str = DEFAULT, summary: Summary | Embedding | None = None) -> None:
        self.recipe = recipe
        self.summary = summary

    def fit(
        self,
        X: Sequence[Sound],
        y: Sequence[str],
        groups: Sequence[Any] | None = None,
        folds: Sequence[Any] | None = None,
    ) -> Self:
        """Learn.

        Parameters
        ----------
        X
            Sounds.
        y
            Their labels.
        groups
            What must not be on both sides when it is tested: speaker, recorder, day.
        folds
            In which each is held out, as published; by default made anew.

        Raises
        ------
        MissingExtra
            A recipe that needs scikit-learn or Torch, which is not installed.
        SettingsError
            One class; a class in one file or group; folds with a file or a group on both sides; sequences of unequal
            length.
        SourceError
            A file that cannot be read.
        """
        sounds, labels = list(X), [str(label) for label in y]
        for name, given in (("y", y), ("groups", groups), ("folds", folds)):
            if given is not None and len(given) != len(sounds):
                raise SettingsError(
                    f"{name} has {len(given)} entries; it must have one for each of {len(sounds)} sounds"
                )
        classes = sorted(set(labels))
        if len(classes) < 2:
            raise SettingsError(f"all sounds are of one class, {', '.join(classes)!r}; there must be 2 classes or more")
        recipes = candidates(self.recipe, False, self._summary)
        rate, rates = _rate(sounds)
        rate = self._summary.rate if isinstance(self._summary, Embedding) else rate
        whole = rows_for(recipes, self._summary)
        rows = self._rows(sounds, rate, whole)
        numbers = np.array([classes.index(label) for label in labels])
        files = [os.fspath(one) if is_path(one) else f"sound {i}" for i, one in enumerate(sounds)]
        groups = None if groups is None else [None if group is None else str(group) for group in groups]
        together = bound(files, groups) if groups else bound(files)
        published = None if folds is None else [None if fold is None else str(fold) for fold in folds]
        fold = folds_for(numbers, classes, together, published, groups is not None, files)
        trained = train(rows, numbers, fold, together, recipes, summary=whole)
        chosen = dict(zip(map(str, np.unique(fold)), trained.chosen, strict=True)) if len(recipes) > 1 else {}
        self.evaluation_ = Evaluation(tuple(classes), numbers, trained.probabilities, fold, tuple(files), chosen)
        training = [[name, label] for name, label in zip(files, labels, strict=True)]
        facts = facts_of(rows_for([trained.recipe], self._summary), rate, rates, trained, self.evaluation_, training)
        embedding = self._summary if isinstance(self._summary, Embedding) else None
        self._take(Model(facts, tuple(trained.parts), embedding))
        return self

    def predict_proba(self, X: Sequence[Sound]) -> np.ndarray:
        """(sounds, classes), calibrated, in the order of `classes_`.

        Raises
        ------
        SettingsError
            Nothing was learnt yet.
        SourceError
            A file that cannot be read.
        """
        model = self._model()
        sounds = list(X)
        if not sounds:
            return np.empty((0, len(model.classes)))
        return model.probabilities(self._rows(sounds, model.sample_rate, model.summary))

    def predict(self, X: Sequence[Sound]) -> np.ndarray:
        """(sounds,) the most probable label of each."""
        probabilities = self.predict_proba(X)  # first, as it says that nothing was learnt yet
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def score(self, X: Sequence[Sound], y: Sequence[str]) -> float:
        """The share of sounds that get their label. Of sounds that were learnt it says nothing: see `evaluation_`."""
        return float(np.mean(self.predict(X) == np.array([str(label) for label in y])))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model, for `load` and `sonograph classify`: data, no pickle.

        Raises
        ------
        SettingsError
            Nothing was learnt yet.
        OutputError
            It cannot be written.
        """
        self._model().save(path)

    def to_onnx(self, path: str | os.PathLike[str]) -> None:
        """Write what was learnt as an ONNX graph, for programs without Sonograph: rows to calibrated probabilities.

        Its input "rows", (sounds, numbers) of float64, are rows of `model_.summary`; its output "probabilities" is
        (sounds, classes). Classes, sample rate, summary and the settings of its log-mel are in the file's metadata.
        Of discriminants, logistic regressions, random kernels, networks and blends of these.

        Raises
        ------
        MissingExtra
            onnx is not installed.
        SettingsError
            Nothing was learnt yet; a recipe with support vectors or trees.
        OutputError
            It cannot be written.
        """
        from sonograph.learning.onnx_export import write_onnx

        write_onnx(path, self._model())

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, embedding: str | os.PathLike[str] | None = None) -> Self:
        """A classifier out of a model's file, in which nothing is run. It has no `evaluation_`; `model_.facts` tells.

        embedding : the ONNX file that the model learnt from, if it did: the very same

        Raises
        ------
        SettingsError
            An embedding for a model that has none.
        SourceError
            It is no model, or was damaged; an embedding with another digest.
        """
        model = Model.load(path, embedding=embedding)
        kinds = tuple(kind for kind in model.facts["summary"] if kind not in (KERNELS, EXCERPT))
        loaded = cls(model.facts["recipe"], model.embedding or (Summary(kinds) if kinds else None))
        loaded._take(model)
        return loaded

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters, as scikit-learn asks for them."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **given: Any) -> Self:
        """Change parameters, as scikit-learn does.

        Raises
        ------
        SettingsError
            A name that is none.
        """
        for name, value in given.items():
            if name not in self.get_params():
                raise SettingsError(f"{name} is no parameter of Classifier; it has {', '.join(self.get_params())}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        return f"Classifier(recipe={self.recipe!r}, summary={self.summary!r})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        utils = scikit_learn("sklearn.utils")
        return utils.Tags(
            estimator_type="classifier",
            target_tags=utils.TargetTags(required=True),
            classifier_tags=utils.ClassifierTags(),
            input_tags=utils.InputTags(two_d_array=False, string=True),
        )

    @property
    def _summary(self) -> Summary | Embedding:
        return Summary() if self.summary is None else self.summary

    def _take(self, model: Model) -> None:
        self.model_, self.classes_ = model, np.array(model.classes)

    def _model(self) -> Model:
        if not hasattr(self, "model_"):
            raise SettingsError("this Classifier has learnt nothing yet; call fit first, or load a model")
        return self.model_

    def _rows(self, sounds: Sequence[Any], rate: float, summary: Summary | Embedding) -> np.ndarray:
        """(sounds, numbers)."""
        work = Rows(summary, rate, Opening().but(**_OPENING))
        front_end, rows = FrontEnd(summary, rate), []
        for sound in sounds:
            if is_path(sound):
                rows.append(work((os.fspath(sound), ((None, None),)))[1][0])
                continue
            source = resample(mono(sound), rate)
            columns = front_end.columns(source)
            rows.append(summary.of(columns, frame_rate=rate / front_end.hop))
            if not np.isfinite(rows[-1]).all():
                raise SettingsError("a sound has nothing but missing samples; leave it out")
        return np.array(rows)


def evaluate(
    sounds: Sequence[Sound],
    labels: Sequence[str],
    *,
    groups: Sequence[Any] | None = None,
    folds: Sequence[Any] | None = None,
    recipe: str = DEFAULT,
    summary: Summary | Embedding | None = None,
) -> Evaluation:
    """What a classifier is worth on sounds that it has not heard: every one is held out once.

    Parameters
    ----------
    sounds, labels
        Paths or Sources, and what they are called.
    groups
        What must not be on both sides: speaker, recorder, day. Up to ten are left out one by one.
    folds
        In which each is held out, as published; by default five are made, by file and group, classes as evenly as
        may be.
    recipe, summary
        As of `Classifier`.

    Raises
    ------
    SettingsError, SourceError
        As `Classifier.fit`.

    Examples
    --------
    >>> from sonograph import signals
    >>> sounds = [make(0.3, sample_rate=8000, seed=k) for make in (signals.kick, signals.snare) for k in range(6)]
    >>> found = evaluate(sounds, ["kick"] * 6 + ["snare"] * 6)
    >>> found.accuracy, found.majority, len(found.folds)
    (1.0, 0.5, 5)
    """
    return Classifier(recipe, summary).fit(sounds, labels, groups, folds).evaluation_


def _rate(sounds: Sequence[Any]) -> tuple[float, Counter[float]]:
    """The rate that most sounds have, and how many have which."""
    paths = [os.fspath(sound) for sound in sounds if is_path(sound)]
    rates: Counter[float] = commonest_rate(paths, Opening().but(**_OPENING))[1] if paths else Counter()
    rates.update(sound.sample_rate for sound in sounds if not is_path(sound))
    most = max(rates.values())
    return min(rate for rate, count in rates.items() if count == most), rates

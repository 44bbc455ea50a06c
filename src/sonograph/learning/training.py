"""From examples to a model and what it is worth: rows of files, folds, a fit; with every refusal in one place."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sonograph.analysis.summaries import KERNELS, Summary
from sonograph.analysis.summaries.kernels import SEED, kernels_digest
from sonograph.errors import SettingsError, SonographError, SourceError
from sonograph.io import audio
from sonograph.io.opening import Opening
from sonograph.jobs.identity import digest
from sonograph.jobs.workfolder import WorkFolder
from sonograph.learning.embedding import Embedding
from sonograph.learning.evaluation import Evaluation
from sonograph.learning.examples import Example
from sonograph.learning.filerows import Rows
from sonograph.learning.folds import bound, folds_for
from sonograph.learning.front_end import FrontEnd
from sonograph.learning.heldout import Tell, Trained, train
from sonograph.learning.kept import Done, through
from sonograph.learning.model import Model
from sonograph.learning.recipes import DEFAULT, candidates, rows_for
from sonograph.sounds.derived import refuse_complex


class Learnt(NamedTuple):
    """What training gives.

    faults : a sentence of each file that could not be used, or not whole
    records : how each file was
    notes : what else there is to say
    """

    model: Model
    evaluation: Evaluation
    faults: list[str]
    records: list[dict[str, Any]]
    notes: list[str]
    ours: bool


def commonest_rate(paths: Sequence[str], opening: Opening) -> tuple[float, Counter[float]]:
    """The rate that most files have, the lowest of several; and how many have which.

    Raises
    ------
    SourceError
        None can be opened.
    """
    rates: Counter[float] = Counter()
    first: SonographError | None = None
    for path in paths:
        try:
            with audio.open(path, opening=opening) as source:
                refuse_complex(source)
                rates[source.sample_rate] += 1
        except SonographError as error:
            first = first or error
    if not rates:
        raise SourceError(f"none of {len(paths)} files can be read; the first: {first}")
    most = max(rates.values())
    return min(rate for rate, count in rates.items() if count == most), rates


def learn(
    examples: Sequence[Example],
    folder: WorkFolder,
    *,
    recipe: str = DEFAULT,
    network: bool = False,
    summary: Summary | Embedding | None = None,
    opening: Opening | None = None,
    processes: int | str | None = None,
    tell_rows: Callable[[list[dict[str, Any]], bool], None] = lambda values, kept: None,
    tell: Tell = lambda step, done, total: None,
) -> Learnt:
    """Rows of all examples, held out in folds and fitted.

    Parameters
    ----------
    examples
        As `listed` gives them.
    folder
        Where rows are kept until all is done.
    recipe
        One of `RECIPES`, or "choose".
    summary
        What makes rows of sounds; the sounds of an embedding are brought to its rate.
    network
        Train a network too and blend it with the discriminant; with "choose" that is one candidate more.

    Raises
    ------
    MissingExtra
        A network without Torch.
    SettingsError
        One class; a class in one file or group; a file, a group or the same bytes on both sides.
    SourceError
        No file can be read.
    """
    summary = summary or Summary()
    recipes = candidates(recipe, network, summary)
    opening = opening or Opening().but(calibration=False)
    of_file: dict[str, list[int]] = {}
    for i, one in enumerate(examples):
        of_file.setdefault(os.path.abspath(one.path), []).append(i)  # noqa: PTH100  # Path.absolute keeps a/../a
    if len({one.label for one in examples}) < 2:
        raise SettingsError(f"all sounds are of one class, {examples[0].label!r}; there must be 2 classes or more")
    _refuse_twice(examples, of_file)
    rate, rates = commonest_rate([examples[listed[0]].path for listed in of_file.values()], opening)
    rate = summary.rate if isinstance(summary, Embedding) else rate
    items = [
        (examples[listed[0]].path, tuple((examples[i].start, examples[i].end) for i in listed))
        for listed in of_file.values()
    ]
    whole = rows_for(recipes, summary)
    work = Rows(whole, rate, opening)
    done = through(items, work, folder, processes=processes, tell=tell_rows)
    notes = _notes(rate, rates, done, summary)
    used = [(i, file, d) for file, (listed, d) in zip(of_file, zip(of_file.values(), done, strict=True), strict=True)
            for i in listed if not d.fault]  # fmt: skip
    rows = np.concatenate([d.array for d in done if not d.fault]) if used else np.empty((0, 0))
    kept = [examples[i] for i, _, _ in used]
    faults = [d.fault or d.values.get("warning", "") for d in done]
    faults = [fault for fault in faults if fault]
    left = {one.label for one in kept}
    gone = [label for label in dict.fromkeys(one.label for one in examples) if label not in left]
    if gone:
        why = f" ({faults[0].rstrip('.')})" if faults else ""
        raise SettingsError(f"class {gone[0]!r} has no file that can be used{why}; mend its files, or leave it out")
    hashes = [d.values["sha256"] for _, _, d in used]
    _refuse_twins(kept, hashes)
    classes = tuple(sorted(left))
    y = np.array([classes.index(one.label) for one in kept])
    grouped = any(one.group is not None for one in kept)
    together = bound([file for _, file, _ in used], [one.group for one in kept], hashes)
    names = [one.path for one in kept]
    folds = folds_for(y, classes, together, [one.fold for one in kept], grouped, names)
    trained = train(rows, y, folds, together, recipes, tell, whole)
    files = tuple(file for _, file, _ in used)
    chosen = dict(zip(map(str, np.unique(folds)), trained.chosen, strict=True)) if len(recipes) > 1 else {}
    evaluation = Evaluation(classes, y, trained.probabilities, folds, files, chosen)
    training = [[os.path.basename(p), one.label, h] for p, one, h in zip(files, kept, hashes, strict=True)]  # noqa: PTH119
    rows_of_best = rows_for([trained.recipe], summary)
    facts = facts_of(rows_of_best, rate, rates, trained, evaluation, training)
    model = Model(facts, tuple(trained.parts), summary if isinstance(summary, Embedding) else None)
    records = [d.values["record"] for d in done]
    return Learnt(model, evaluation, faults, records, notes, any(d.values.get("ours", False) for d in done))


def facts_of(
    summary: Summary | Embedding,
    rate: float,
    rates: Counter[float],
    trained: Trained,
    evaluation: Evaluation,
    training: list[list[str]],
) -> dict[str, Any]:
    """What a model says of itself."""
    kinds = () if isinstance(summary, Embedding) else summary.kinds
    settings = FrontEnd(summary, rate).settings
    sureness = np.percentile(evaluation.probabilities.max(axis=1), np.linspace(0, 100, 101))
    measured = {name: value for name, value in evaluation.to_dict().items() if name != "classes"}
    return {
        "sonograph": sys.modules["sonograph"].__version__,
        "classes": list(evaluation.classes),
        "sample_rate": rate,
        "rates": sorted(rates),
        "summary": list(kinds),
        **({"embedding": summary.to_dict()} if isinstance(summary, Embedding) else {}),
        **({"kernels": {"seed": SEED, "digest": kernels_digest()}} if KERNELS in kinds else {}),
        "settings": None if settings is None else settings.to_dict(),
        "settings_digest": summary.digest if settings is None else settings.digest,
        "recipe": trained.recipe,
        "candidates": trained.losses if len(trained.losses) > 1 else {},
        "n_sounds": len(evaluation.truth),
        "n_files": len(set(evaluation.files)),
        "sounds_of_class": np.bincount(evaluation.truth, minlength=len(evaluation.classes)).tolist(),
        "held_out": {
            **measured,
            "recall": evaluation.recall.tolist(),
            "sureness": sureness.tolist(),
        },
        "training_digest": digest("training", training, digits=32),
    }


def _notes(rate: float, rates: Counter[float], done: Sequence[Done], summary: Summary | Embedding) -> list[str]:
    notes = []
    others = sum(count for other, count in rates.items() if other != rate)
    if others:
        lowest = min(rates)
        lost = f"; those at {lowest:g} Hz hold nothing above {lowest / 2:g} Hz" if lowest < rate else ""
        are = "is" if others == 1 else "are"
        notes.append(
            f"{others} of {sum(rates.values())} files {are} resampled to {rate:g} Hz (soxr), which "
            f"{'the embedding takes' if isinstance(summary, Embedding) else 'most have'}{lost}."
        )
    silent = [d for d in done if not d.fault and d.values["silent"] > 0]
    if silent:
        share = sum(d.values["silent"] for d in silent) / len(silent)
        what = f"{len(silent)} files hold" if len(silent) > 1 else "1 file holds"
        notes.append(f"{what} digital silence ({share:.0%} of each on average), which is left out.")
    missing = [d for d in done if not d.fault and d.values["missing"]]
    if missing:
        what = f"{len(missing)} files lack" if len(missing) > 1 else "1 file lacks"
        notes.append(f"{what} samples, as {missing[0].values['file']}; those frames are left out.")
    return notes


def _refuse_twice(examples: Sequence[Example], of_file: dict[str, list[int]]) -> None:
    """Refuse the same part of a file listed twice, above all in two classes."""
    for listed in of_file.values():
        seen: dict[tuple[float | None, float | None], Example] = {}
        for i in listed:
            one = examples[i]
            other = seen.setdefault((one.start, one.end), one)
            if other is not one:
                how = "twice" if other.label == one.label else f"as {other.label!r} and as {one.label!r}"
                raise SettingsError(f"{one.path} is listed {how}; list each sound once")


def _refuse_twins(examples: Sequence[Example], hashes: Sequence[str]) -> None:
    """Refuse the same bytes in two classes."""
    seen: dict[Any, Example] = {}
    for one, sha in zip(examples, hashes, strict=True):
        other = seen.setdefault((sha, one.start, one.end), one)
        if other.label != one.label:
            raise SettingsError(
                f"{other.path} and {one.path} hold the same bytes, and are of classes {other.label!r} and "
                f"{one.label!r}; leave one of them out"
            )


@contextlib.contextmanager
def scratch() -> Any:
    """A folder of parts that is nobody's output and goes away."""
    import tempfile
    from pathlib import Path

    from sonograph.jobs.lock import alone

    with tempfile.TemporaryDirectory(prefix="sonograph-") as room, alone(Path(room) / "rows", room) as folder:
        yield folder

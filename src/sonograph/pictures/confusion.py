"""Pictures of what a classifier is worth: what it takes for what, and whether it is as sure as it is right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.learning.evaluation import Evaluation
from sonograph.learning.probabilities import reliability, wilson
from sonograph.pictures.out.save import FLAT, format_of, save
from sonograph.pictures.style import ours

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150
MOST = 40
"""Classes on a picture; of more, those that are taken for others most."""
BLUE, ORANGE = "#1f77b4", "#ff7f0e"


def draw_confusion(evaluation: Evaluation, *, path: str | os.PathLike[str] | None = None) -> Figure:
    """The confusion matrix: a row for what it was, a column for what it was called, in counts and shares of the row.

    Of more than 40 classes those are drawn that are taken for others most.

    Raises
    ------
    SettingsError
        A path of another ending.
    OutputError
        A path that cannot be written.
    """
    counts = evaluation.confusion
    wrong = counts.sum(axis=1) - np.diag(counts)
    shown = np.sort(np.argsort(-wrong, kind="stable")[:MOST])
    names = [_short(evaluation.classes[k]) for k in shown]
    of_row = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    counts, share = counts[np.ix_(shown, shown)], (counts / of_row)[np.ix_(shown, shown)]
    n = len(shown)
    side = max(4.6, 0.34 * n + 2.4)
    with ours():
        figure, axes = _figure(side + 0.9, side)
        image = axes.imshow(share, vmin=0, vmax=1, cmap="Blues", interpolation="nearest")
        for (i, j), count in np.ndenumerate(counts):
            if count:
                colour = "white" if share[i, j] > 0.6 else "black"
                axes.text(j, i, f"{count}", ha="center", va="center", color=colour, fontsize=7 if n > 12 else 8)
        axes.set_xticks(range(n), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
        axes.set_yticks(range(n), names, fontsize=8)
        axes.set_xlabel("was called")
        axes.set_ylabel("was")
        left = f" (the {n} of {len(evaluation.classes)} classes that are confused most)" if len(wrong) > n else ""
        low, high = evaluation.interval
        axes.set_title(
            f"{evaluation.accuracy:.1%} right ({low:.1%} to {high:.1%}), held out in {len(evaluation.folds)} folds"
            f"{left}",
            fontsize=9,
        )
        figure.colorbar(image, ax=axes, label="share of the row", shrink=0.8)
    return _saved(figure, path)


def draw_reliability(evaluation: Evaluation, *, path: str | os.PathLike[str] | None = None) -> Figure:
    """The reliability diagram: of sounds that were called so and so sure, the share that was right, with its interval.

    On the diagonal a probability means what it says; below it the classifier is too sure. Bars under it are the sounds.

    Raises
    ------
    SettingsError
        A path of another ending.
    OutputError
        A path that cannot be written.
    """
    bins = reliability(evaluation.probabilities, evaluation.truth)
    n = len(evaluation.truth)
    with ours():
        figure, axes = _figure(5.2, 5.6, 2, height_ratios=(4, 1))
        above, below = axes
        above.plot([0, 1], [0, 1], color="grey", lw=1, ls="--", label="as sure as right")
        for _, share, stated, right in bins:
            low, high = wilson(right * share * n, share * n)
            above.plot([stated, stated], [low, high], color=BLUE, lw=1.2)
        above.plot(
            [b[2] for b in bins],
            [b[3] for b in bins],
            "o-",
            color=BLUE,
            ms=5,
            clip_on=False,
            label="held-out sounds, 95 %",
        )
        above.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that was right")
        above.legend(loc="upper left", fontsize=8)
        above.set_title(f"calibration error {evaluation.calibration_error:.1%}, {n:,} sounds", fontsize=9)
        below.bar([b[0] - 0.05 for b in bins], [b[1] * n for b in bins], width=0.095, color=ORANGE)
        below.set(xlim=(0, 1), xlabel="probability of what it was called", ylabel="sounds")
    return _saved(figure, path)


def _figure(width: float, height: float, rows: int = 1, **ratios: Any) -> tuple[Figure, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sonograph.pictures.shown import Picture

    figure = Picture(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, 1, **ratios)


def _saved(figure: Figure, path: str | os.PathLike[str] | None) -> Figure:
    if path is not None:
        form = format_of(path)
        if form == "html":
            raise SettingsError(f'path ends in ".html"; this picture is {FLAT}')
        with written(path) as part:
            save(figure, part, form, {})
    return figure


def _short(name: str) -> str:
    """A name as an axis has room for, with nothing in it that Matplotlib takes for mathematics."""
    name = name.replace("$", r"\$")
    return name if len(name) <= 24 else f"{name[:23]}…"

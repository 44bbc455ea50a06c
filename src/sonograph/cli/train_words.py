"""What was learnt, and how right it is: as JSON, and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonograph.learning.training import Learnt


def facts(learnt: Learnt, seconds: float) -> dict[str, Any]:
    """What is told as JSON."""
    model = learnt.model
    return {
        **learnt.evaluation.to_dict(),
        "seconds": round(seconds, 3),
        "recall": dict(zip(model.classes, learnt.evaluation.recall.tolist(), strict=True)),
        "recipe": model.facts["recipe"],
        "recipes": learnt.evaluation.recipes,
        "candidates": model.facts["candidates"],
        "sounds": model.facts["n_sounds"],
        "files": model.facts["n_files"],
        "faults": len(learnt.faults),
        "sample_rate": model.sample_rate,
        "embedding": model.facts.get("embedding"),
        "training_digest": model.facts["training_digest"],
    }


def words(learnt: Learnt, seconds: float) -> list[str]:
    """The same for people."""
    evaluation, model = learnt.evaluation, learnt.model
    low, high = evaluation.interval
    worst = sorted(zip(evaluation.recall, model.classes, strict=True))[:3]
    return [
        f"accuracy            {evaluation.accuracy:.1%}  (95 % interval {low:.1%} to {high:.1%}; mean of "
        f"{len(evaluation.folds)} folds: {', '.join(f'{100 * one:.1f}' for one in evaluation.folds[:10])})",
        f"balanced accuracy   {evaluation.balanced_accuracy:.1%}",
        f"a majority guess    {evaluation.majority:.1%}",
        f"log loss            {evaluation.log_loss:.3f}",
        f"calibration error   {evaluation.calibration_error:.1%}",
        f"least recall        {', '.join(f'{name} {share:.0%}' for share, name in worst)}",
        f"recipe              {model.facts['recipe']}",
        f"sounds              {model.facts['n_sounds']:,} of {model.facts['n_files']:,} files, "
        f"{len(model.classes)} classes, {model.sample_rate:g} Hz",
        f"time                {seconds:.1f} s",
    ]

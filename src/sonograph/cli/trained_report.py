"""The folder of `sonograph train --report`: numbers, files, mistakes, and two pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonograph.learning.training import Learnt

MISTAKES = 200


def write_report(folder: str, learnt: Learnt, seconds: float) -> None:
    """Write all of it; files that are there are replaced.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    from sonograph.atomic import could_not_be_written, written
    from sonograph.cli.home import of_matplotlib
    from sonograph.cli.reading import write_records
    from sonograph.cli.train_words import facts
    from sonograph.errors import OutputError
    from sonograph.tables.cells import cell

    top = Path(folder)
    try:
        top.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(could_not_be_written(error, top, top)) from None
    evaluation = learnt.evaluation
    whole = facts(learnt, seconds) | {
        "notes": learnt.notes,
        "faulty": learnt.faults,
        "confusion": evaluation.confusion.tolist(),
    }
    with written(top / "report.json") as part:
        part.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    write_records(str(top / "files.jsonl"), learnt.records, [])
    with written(top / "mistakes.csv") as part:
        rows = [
            f"{cell(m.file)},{cell(m.label)},{cell(m.answer)},{m.probability:.4f}"
            for m in evaluation.mistakes(MISTAKES)
        ]
        text = "\n".join(["file,label,answer,probability", *rows]) + "\n"
        part.write_text(text, encoding="utf-8", errors="surrogateescape")
    with of_matplotlib():
        from sonograph.pictures.confusion import draw_confusion, draw_reliability

        draw_confusion(evaluation, path=top / "confusion.png")
        draw_reliability(evaluation, path=top / "reliability.png")

"""`sonograph train`: from a folder of sounds to a model, and what it is worth."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import embedded, exits, options, outputs, reading, workers
from sonograph.cli.exits import counted, talk
from sonograph.cli.train_words import facts, words
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.learning.training import Learnt

HELP = """Learn what sounds are called, from a folder of sounds for each class or from a table; write a model, and say
how right it is on sounds that it has not heard. They are held out file by file, or group by group, so that no window,
file or speaker is on both sides. It needs neither a graphics card nor a seed; 400 sounds of 5 s take less than half a
minute. A run that was interrupted goes on where it was."""

EXAMPLES = """examples:
  sonograph train birds/ -o birds.model
  sonograph train birds/ -o birds.model --choose --report report/
  sonograph train birds/ -o birds.model --network
  sonograph train esc50.csv --where esc10=True -o esc10.model
  sonograph train spoken/ --group '{label}_{group}_*' -o digits.model
  sonograph train calls.selections.txt -o calls.model --json
  sonograph train birds/ -o birds.model --embedding perch.onnx
"""

MISTAKES = 5
"""Told on a terminal; a report has more."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "source",
        metavar="FOLDER|TABLE",
        help="a folder with a folder of sounds for each class; or a CSV table with the columns file,label and perhaps "
        "fold, group, start, end; or a Raven table",
    )
    parser.add_argument("-o", "--output", required=True, metavar="MODEL", help="the model, as birds.model")
    what = options.group(parser, "what to learn from")
    what.add_argument(
        "--group",
        metavar="NAME",
        help="what must not be on both sides, as the speaker: a column of TABLE, or a pattern of file names as "
        "'*_{group}_*', '{label}_{group}_*' or a regular expression with one group in parentheses",
    )
    what.add_argument(
        "--where", action="append", default=[], metavar="COLUMN=VALUE", help="rows of TABLE to take, as esc10=True"
    )
    what.add_argument("--sounds", metavar="FOLDER", help="where TABLE's files lie [beside it, or in audio/ beside it]")
    how = options.group(parser, "how to learn")
    how.add_argument(
        "--choose",
        action="store_true",
        help="compare the linear discriminant with support vectors, trees, logistic regression, blends of them and "
        "random dilated kernels, by folds inside the training; take the best",
    )
    how.add_argument(
        "--network",
        action="store_true",
        help="train a small convolutional network too, and take the mean of its log probabilities and the "
        "discriminant's; with --choose it is one more to compare. Needs Torch to train, nothing to classify; takes "
        "minutes, as a network is trained for every pair of folds",
    )
    embedded.add_embedding(how)
    out = options.group(parser, "how to say it")
    out.add_argument(
        "--report",
        dest="report_folder",
        metavar="FOLDER",
        help="write there: report.json, files.jsonl, mistakes.csv, the confusion matrix and calibration as pictures",
    )
    out.add_argument("--json", action="store_true", help="one JSON object on standard output, for machines")
    out.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults and the result")
    run = options.group(parser, "how to run")
    workers.add(run, "at a time [all cores for 32 MB or more]")
    reading.add_limits(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train; return the exit code."""
    from sonograph.atomic import check_output, terminated_as_interrupt
    from sonograph.jobs.lock import alone
    from sonograph.learning.examples import listed

    workers.asked(arguments)
    if arguments.network and arguments.embedding is not None:
        raise SettingsError(
            "--network looks at a log-mel of its own, in place of which --embedding is; leave out one or the other"
        )
    embedding = embedded.embedding_of(arguments)
    flags = {"group": "--group", "where": "--where", "sounds": "--sounds"}
    with options.in_flags(flags):
        found = listed(arguments.source, group=arguments.group, where=arguments.where, sounds=arguments.sounds)
    sources = [] if Path(arguments.source).is_dir() else [arguments.source]
    sources += [] if embedding is None else [embedding.path]
    check_output(arguments.output, keep=(*sources, *(one.path for one in found.examples)))
    outputs.check(arguments)
    _check_report(arguments)
    for note in found.notes:
        talk(note)
    began = time.perf_counter()
    parts = Path(f"{arguments.output}.parts")
    try:
        with terminated_as_interrupt(), alone(parts, arguments.output) as folder:
            learnt = _learnt(arguments, found.examples, folder, embedding)
            size = learnt.model.save(arguments.output)
            foreign = folder.finish()
    except (KeyboardInterrupt, SystemExit) as end:
        talk(f"interrupted; the rows that are done are kept in {parts}, and the same command goes on from there.")
        return exits.INTERRUPTED if isinstance(end, KeyboardInterrupt) else exits.TERMINATED
    if foreign:
        talk(f"{parts}: holds what Sonograph did not put there, so it was left.")
    seconds = time.perf_counter() - began
    if arguments.report_folder is not None:
        from sonograph.cli.trained_report import write_report

        write_report(arguments.report_folder, learnt, seconds)
    return _told(arguments, learnt, seconds, size)


def _learnt(arguments: argparse.Namespace, examples: list[Any], folder: Any, embedding: Any) -> Learnt:
    from sonograph.cli.progress import Line, Progress
    from sonograph.io.opening import Opening
    from sonograph.learning.training import learn

    n_files = len({os.path.abspath(one.path) for one in examples})  # noqa: PTH100
    progress = Progress(n_files, "files", quiet=arguments.quiet)
    line = Line()

    def tell_rows(listed: list[dict[str, Any]], kept: bool) -> None:
        if kept:
            progress.skip(len(listed))
        else:
            progress.add(len(listed), seconds=sum(one.get("seconds", 0.0) for one in listed))

    def tell(step: str, done: int, total: int) -> None:
        import sys

        progress.clear()
        if arguments.quiet:
            return
        if sys.stderr.isatty():
            line.write(f"sonograph: {step}, {done} of {total} fits") if done < total else line.clear()
        elif done == 0:
            talk(f"{step}: {counted(total, 'fit')}, with sounds held out in turn and of all.")
        elif arguments.network and done < total:
            talk(f"{step}: {done} of {total} fits.")

    opening = Opening().but(limits=reading.limits(arguments), calibration=False)
    with options.in_flags({"group": "--group"}):
        learnt = learn(
            examples,
            folder,
            recipe="choose" if arguments.choose else "discriminant",
            network=arguments.network,
            summary=embedding,
            opening=opening,
            processes=workers.asked(arguments),
            tell_rows=tell_rows,
            tell=tell,
        )
    if progress.skipped and not arguments.quiet:
        talk(f"{counted(progress.skipped, 'file')} had been done by an earlier run.")
    return learnt


def _check_report(arguments: argparse.Namespace) -> None:
    """Refuse a folder of a report that could not be written, before any work is done."""
    if arguments.report_folder is None:
        return
    from sonograph.errors import OutputError

    folder = Path(arguments.report_folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is there and is no folder. Name another for --report.")
    if not folder.exists() and not folder.parent.is_dir():
        raise OutputError(f"{folder}: the folder {folder.parent} does not exist. Make it first, or name another.")


def _told(arguments: argparse.Namespace, learnt: Learnt, seconds: float, size: int) -> int:
    """Say how it went; the exit code."""
    evaluation, model = learnt.evaluation, learnt.model
    for note in learnt.notes:
        talk(note)
    for fault in learnt.faults:
        talk(fault)
    if learnt.faults:
        talk(f"{counted(len(learnt.faults), 'file')} had faults.")
    if arguments.json:
        print(json.dumps(facts(learnt, seconds) | {"model": arguments.output, "bytes": size}), flush=True)
    else:
        for line in words(learnt, seconds):
            print(line)
    if not arguments.quiet:
        talk(f"{arguments.output}: {size:,} bytes, {len(model.classes)} classes.")
        for one in evaluation.mistakes(MISTAKES):
            talk(f"{one.file}: is {one.label!r}, was taken for {one.answer!r} ({one.probability:.0%} sure).")
    if learnt.ours:
        return exits.BUG
    return exits.INPUT if learnt.faults else exits.DONE

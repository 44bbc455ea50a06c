"""`sonograph classify`: what sounds are, by a model, whole or second by second."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, outputs, reading, streams, workers
from sonograph.cli.classify_words import band_warning, words_of
from sonograph.cli.exits import counted, talk
from sonograph.cli.find import percent
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.learning.model import Model
    from sonograph.learning.segments import Segment

HELP = """Say what sounds are, by a model that 'sonograph train' wrote: one name for each file, or, with --window, what
is heard when. The probability beside a name is calibrated: of all that it calls 80 % sure, about 80 % are right, among
sounds like those that it learnt. It does not know what it never heard: --unknown refuses the least sure, which finds a
part of what is foreign, not all; better still, train it with a folder 'other' of such sounds."""

EXAMPLES = """examples:
  sonograph classify birds.model robin.wav
  sonograph classify birds.model night/ --window 5s --step 1s -o night.csv
  sonograph classify birds.model a.flac --window 3s --unknown 0.1 -o a.txt
  arecord -f S16_LE -r 48000 | sonograph classify birds.model - --window 3s
"""


def seconds(text: str) -> float:
    """A time: 5s, 500ms, 5.

    >>> seconds("5s"), seconds("500ms"), seconds("5")
    (5.0, 0.5, 5.0)
    """
    return float(options.length(text).value)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("model", metavar="MODEL", help="what 'sonograph train' wrote")
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a sound file, or a folder of them; - listens to standard input"
    )
    parser.add_argument(
        "--embedding",
        metavar="FILE",
        help="the ONNX file that MODEL learnt from, if it did: the very same, which 'sonograph info MODEL' names",
    )
    what = options.group(parser, "what to say")
    what.add_argument("--window", type=seconds, metavar="TIME", help="what is heard in each, as 5s [all of a file]")
    what.add_argument("--step", type=seconds, metavar="TIME", help="from one window to the next [window / 5]")
    what.add_argument(
        "--unknown",
        type=percent,
        metavar="SHARE",
        help="call unknown what is less sure than the least sure SHARE of held-out known sounds, as 0.1 [0]",
    )
    out = options.group(parser, "how to say it")
    out.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="a .txt (Audacity), .selections.txt (Raven), .csv or .jsonl [standard output]",
    )
    out.add_argument("--json", action="store_true", help="one JSON object a name and line, with all probabilities")
    out.add_argument("-q", "--quiet", action="store_true", help="only answers and faults")
    reading.add_report(out)
    run = options.group(parser, "how to run")
    workers.add(run, "at a time [all cores for 32 MB or more]")
    reading.add_limits(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Classify; return the exit code."""
    from sonograph.learning.model import Model
    from sonograph.learning.rolling import check_windows

    workers.asked(arguments)
    if arguments.window is None and arguments.step is not None:
        raise SettingsError(f"--step is {arguments.step:g} s without --window; give both, or neither")
    step = arguments.step if arguments.step is not None else (arguments.window or 0.0) / 5
    flags = {"window": "--window", "step": "--step", "unknown": "--unknown", "embedding": "--embedding"}
    with options.in_flags(flags):
        check_windows(arguments.window, step)
        model = Model.load(arguments.model, embedding=arguments.embedding)
        _ = model.summary  # refuses a model without its embedding before any sound is read
        least = model.least_sure(arguments.unknown or 0.0) if arguments.unknown else 0.0
    if arguments.unknown and not arguments.quiet:
        talk(
            f"what is less than {least:.0%} sure is called unknown, as {arguments.unknown:.0%} of held-out known "
            f"sounds were; a model does not know what it never heard, and most foreign sounds still get a name."
        )
    if streams.STANDARD in arguments.paths:
        from sonograph.cli.classify_heard import hear

        return hear(arguments, model, step, least)
    return _files(arguments, model, step, least)


def _files(arguments: argparse.Namespace, model: Model, step: float, least: float) -> int:
    """Classify files; the exit code."""
    from contextlib import ExitStack

    from sonograph.atomic import check_output, terminated_as_interrupt
    from sonograph.io.folders import sound_files
    from sonograph.jobs.lock import alone
    from sonograph.learning.answers import form_of, write_answers

    files = sound_files(arguments.paths)
    keep = (*files, arguments.model, *([arguments.embedding] if arguments.embedding else []))
    if arguments.output is not None:
        form = form_of(arguments.output)
        if form == "audacity" and len(files) > 1:
            raise SettingsError(
                f"-o is {arguments.output}, Audacity's labels, which are of one sound, and there are "
                f"{len(files)}; end it in .selections.txt, .csv or .jsonl"
            )
        check_output(arguments.output, keep=keep)
    outputs.check(arguments)
    with reading.report(arguments.report, list(keep)) as report, ExitStack() as stack:
        stack.enter_context(terminated_as_interrupt())
        if arguments.output is None:
            from sonograph.cli.home import temporary_folder

            parts = stack.enter_context(temporary_folder()) / "parts"
        else:
            parts = Path(f"{arguments.output}.parts")
        try:
            folder = stack.enter_context(alone(parts, arguments.output or "parts"))
            work = _Files(arguments, model, step, least, report)
            answers, codes = work.all_of(files, folder)
        except (KeyboardInterrupt, SystemExit) as end:
            if arguments.output is not None:
                talk(f"interrupted; what is done is kept in {parts}, and the same command goes on from there.")
            return exits.INTERRUPTED if isinstance(end, KeyboardInterrupt) else exits.TERMINATED
        if arguments.output is not None:
            write_answers(arguments.output, answers, model.classes, work.tops, keep=keep)
            if not arguments.quiet:
                count = sum(len(segments) for _, segments in answers)
                talk(f"{arguments.output}: {counted(count, 'label')} of {counted(len(answers), 'file')}.")
        folder.finish()
    return exits.worst(codes)


class _Files:
    """Files and what they are called."""

    def __init__(self, arguments: Any, model: Model, step: float, least: float, report: reading.Report) -> None:
        self.arguments, self.model, self.step, self.least, self.report = arguments, model, step, least, report
        self.tops: list[float] = []  # Hz, of each answer: what the model could hear of it
        self._told: set[str] = set()

    def all_of(self, files: list[str], folder: Any) -> tuple[list[tuple[str, list[Segment]]], set[int]]:
        """The answers of each file that can be read, and exit codes of the others."""
        from sonograph.cli.progress import Progress
        from sonograph.io.opening import Opening
        from sonograph.learning.filerows import Named
        from sonograph.learning.kept import through

        opening = Opening().but(limits=reading.limits(self.arguments), calibration=False)
        work = Named(self.model, self.arguments.window, self.step, opening)
        progress = Progress(len(files), "files", quiet=self.arguments.quiet or len(files) == 1)

        def tell(listed: list[dict[str, Any]], kept: bool) -> None:
            if kept:
                progress.skip(len(listed))
            else:
                progress.add(len(listed), seconds=sum(one.get("seconds", 0.0) for one in listed))

        items = [(file, ()) for file in files]
        done = through(items, work, folder, processes=workers.asked(self.arguments), tell=tell)
        progress.clear()
        answers: list[tuple[str, list[Segment]]] = []
        codes: set[int] = set()
        for file, one in zip(files, done, strict=True):
            self.report.add(file, one.values["record"])
            for words in (one.fault, one.values.get("warning", "")):
                if words:
                    talk(words)
                    codes.add(exits.BUG if one.values.get("ours") else exits.INPUT)
            if one.fault:
                continue
            self._tell_rate(file, one.values["was_rate"])
            segments = self.segments(one.array, one.values["seconds"])
            answers.append((file, segments))
            self.tops.append(min(one.values["was_rate"], self.model.sample_rate) / 2)
            if self.arguments.output is None:
                self._print(file, segments)
            elif not segments and not self.arguments.quiet:
                talk(f"{file}: is digital silence throughout, so it has no name.")
        return answers, codes

    def segments(self, array: Any, length: float) -> list[Segment]:
        """Stretches of a file, from what its windows are called."""
        import numpy as np

        from sonograph.learning.segments import Segments

        segments = Segments(self.model.classes, self.arguments.window, self.step, self.least)
        found: list[Segment] = []
        for start, *probabilities in array:
            complete = np.isfinite(probabilities).all()
            found += segments.push(float(start), np.array(probabilities) if complete else None)
        return found + list(segments.finish(length))

    def _tell_rate(self, file: str, rate: float) -> None:
        for kind, words in band_warning(self.model, rate).items():
            if kind not in self._told:
                self._told.add(kind)
                talk(f"{file}: {words}; others like it are not told.")

    def _print(self, file: str, segments: list[Segment]) -> None:
        from sonograph.io.status import shown
        from sonograph.learning.answers import as_dict

        for line in words_of(shown(file), segments, self.arguments.window is not None):
            if not self.arguments.json:
                print(line, flush=True)
        if self.arguments.json:
            for one in segments:
                print(json.dumps(as_dict(os.fsdecode(file), one, self.model.classes)), flush=True)

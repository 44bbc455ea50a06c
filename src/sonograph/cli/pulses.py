"""`sonograph pulses`: pings, clicks and knocks of sound files, and their echoes."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, outputs, reading, streams, workers
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.matching.pulses.pulse_finding import Pulses, PulseTrain

HELP = """Find pulses in sound files: pings, clicks, sonar, knocks. Band and length are found where they are not given.
Each row says when a pulse begins, how far it stands over the noise, how often an hour noise alone would do as much
here, and whether it is a pulse or the echo of one."""

EXAMPLES = """examples:
  sonograph pulses pings.wav
  sonograph pulses pings.wav --band 24k-26k --length 4ms -o pings.txt
  sonograph pulses survey/ --pulse chirp:12k-24k:4ms -o pings.selections.txt
  sonograph pulses porpoise.wav --per-hour 10 --json
"""
FLAGS = {name: f"--{name.replace('_', '-')}" for name in ("band", "length", "pulse", "per_hour", "echoes", "channel")}


def hertz(text: str) -> float:
    """A frequency: 24000, 24k, 24kHz.

    >>> hertz("24k"), hertz("950 Hz")
    (24000.0, 950.0)
    """
    match = re.fullmatch(r"([0-9.eE+]+)\s*(k?)(?:hz)?", text.strip(), re.IGNORECASE)
    try:
        return float(match[1]) * (1000 if match[2] else 1) if match else float("nan*")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be a frequency, as 24k or 24000") from None


def band(text: str) -> tuple[float, float]:
    """Two frequencies: 24k-26k.

    >>> band("24k-26k")
    (24000.0, 26000.0)
    """
    low, dash, high = text.partition("-")
    if not dash:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be two frequencies, as 24k-26k")
    return hertz(low), hertz(high)


def decibels(text: str) -> float:
    """A ratio: 10, 10dB.

    >>> decibels("10dB")
    10.0
    """
    try:
        return float(re.sub(r"\s*db$", "", text.strip(), flags=re.IGNORECASE))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be decibels, as 10dB") from None


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a sound file, or a folder of them")
    add_wanted(options.group(parser, "what to look for"))
    out = options.group(parser, "where to")
    out.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help=".txt (Audacity, of one file), .selections.txt (Raven), .csv or .jsonl [standard output]",
    )
    out.add_argument("--json", action="store_true", help="one JSON object a pulse and line, for machines")
    out.add_argument("-q", "--quiet", action="store_true", help="only answers and faults")
    reading.add_report(out)
    run = options.group(parser, "how to run")
    workers.add(run)
    reading.add_reading(parser)
    options.add_help(parser)


def add_wanted(what: Any) -> None:
    """What pulses are looked for, in a group of options."""
    what.add_argument("--band", type=band, metavar="LOW-HIGH", help="as 24k-26k [found by itself]")
    what.add_argument("--length", type=options.length, metavar="LENGTH", help="of a pulse, as 4ms [found by itself]")
    what.add_argument(
        "--pulse", metavar="PULSE", help="the one that was sent: a file, chirp:12k-24k:4ms or tone:12k:4ms"
    )
    what.add_argument(
        "--per-hour", type=float, default=1.0, metavar="R", help="false ones an hour that noise here may give [1]"
    )
    what.add_argument(
        "--echoes", type=decibels, default=10.0, metavar="DB", help="this far under a pulse before it is an echo [10]"
    )
    what.add_argument("--channel", type=int, metavar="N", help="only this one, from 0 [each by itself]")


def wanted(arguments: argparse.Namespace, sample_rate: float) -> Any:
    """What was asked for, of a sound of this rate."""
    from sonograph.matching.pulses.pulse_seeking import Wanted

    length = arguments.length
    seconds = (
        None if length is None else length.samples(sample_rate) / sample_rate if length.in_samples else length.value
    )
    with options.in_flags(FLAGS):
        return Wanted(arguments.band, seconds, arguments.pulse, arguments.per_hour, arguments.echoes, arguments.channel)


def run(arguments: argparse.Namespace) -> int:
    """Find; return the exit code."""
    from sonograph.io.folders import sound_files
    from sonograph.matching.hit_tables import check_table

    if streams.STANDARD in arguments.paths:
        raise SettingsError("- is given; name files, which are read twice where the band is not given")
    if arguments.json and arguments.output:
        raise SettingsError("--json is given with -o; end OUT in .jsonl, or leave out one or the other")
    workers.asked(arguments)
    wanted(arguments, 1.0)
    files = sound_files(arguments.paths)
    if arguments.output:
        check_table(arguments.output, len(files), keep=files)
    outputs.check(arguments)
    opening = reading.opening(arguments)
    with reading.report(arguments.report, files) as report:
        return _Search(arguments, opening, report).run(files)


@dataclass
class _Searched:
    """What came of a file: its pulses, if it could be read; what is to be said of it; how it was; what was raised."""

    file: str
    found: Pulses | None
    words: str
    record: dict[str, Any]
    code: int


def _searched(file: str, arguments: argparse.Namespace, opening: Any) -> _Searched:
    """A file's pulses; in a process of its own too."""
    from sonograph.io import audio
    from sonograph.io.examine import record, status_of

    try:
        return audio.settled(file, partial(_of_source, file, arguments), opening=opening)
    except SonographError as error:
        fault = str(error) if str(error).startswith(file) else f"{file}: {error}"
        return _Searched(file, None, fault, record(file, status_of(error)), exits.code_of_input(error))


def _of_source(file: str, arguments: argparse.Namespace, source: Any) -> _Searched:
    from sonograph.io.examine import record
    from sonograph.matching.pulses.pulse_finding import pulses_of

    with options.in_flags(FLAGS):
        found = pulses_of(source, wanted(arguments, source.sample_rate), os.fsdecode(file))
    status = source.status
    words = "" if status.word in ("ok", "empty") else status.sentence
    if status.word == "empty":
        words = status.sentence or f"{file}: holds no samples."
    bad = status.word in ("partial", "failed", "refused", "empty")
    return _Searched(file, found, words, record(file, status, source), exits.INPUT if bad else exits.DONE)


def _lost(file: str, how: str) -> _Searched:
    from sonograph.io.examine import record
    from sonograph.io.status import Status

    fault = f"{file}: it {how}. Convert it, or leave it out."
    return _Searched(file, None, fault, record(file, Status("failed", "crash", fault)), exits.INPUT)


class _Search:
    """Files, one after the other or several at a time."""

    def __init__(self, arguments: argparse.Namespace, opening: Any, report: reading.Report) -> None:
        self.arguments, self.opening, self.report = arguments, opening, report
        self.codes: set[int] = set()
        self.found: list[Pulses] = []

    def run(self, files: list[str]) -> int:
        """Find in each; the exit code."""
        from sonograph.cli.progress import Progress
        from sonograph.matching.each_file import each_file
        from sonograph.matching.hits import joined

        progress = Progress(len(files), "files", quiet=self.arguments.quiet or len(files) == 1)
        work = partial(_searched, arguments=self.arguments, opening=self.opening)
        for one in each_file(files, work, _lost, workers.asked(self.arguments)):
            progress.clear()
            self.report.add(one.file, one.record)
            self.codes.add(one.code)
            if one.words:
                talk(one.words)
            if one.found is not None:
                self._tell(one.file, one.found)
                progress.add(1, seconds=one.found.sounds[0].seconds)
        progress.clear()
        if self.arguments.output and (self.found or self.codes <= {exits.DONE}):
            joined(self.found).write(self.arguments.output)
        return exits.worst(self.codes)

    def _tell(self, file: str, found: Pulses) -> None:
        from sonograph.io.status import shown

        self.found.append(found)
        if not len(found) and not self.arguments.quiet:
            talk(f"{shown(file)}: {why_none(found, self.arguments.per_hour)}")
        if self.arguments.json:
            for row in found.to_dicts():
                print(json.dumps(row), flush=True)
        elif self.arguments.output:
            for train in found.trains if not self.arguments.quiet else ():
                talk(f"{shown(file)}: {train_in_words(train, found)}")
        else:
            for line in words(shown(file), found):
                print(line, flush=True)


def why_none(found: Pulses, per_hour: float) -> str:
    """Why there is no pulse, and what to do."""
    if not found.trains:
        return (
            "no pulses found: nothing stands out of the noise for a short time. Say where they are, if you know: "
            "--band 24k-26k --length 4ms, or --pulse."
        )
    over = found.trains[0].threshold
    return f"no pulses found: none is {over:.1f} dB over the noise, which it is {per_hour:g} times an hour by itself."


def train_in_words(train: PulseTrain, found: Pulses) -> str:
    """What was looked for and what came of it, in a line."""
    from sonograph.units import duration
    from sonograph.units import hertz as in_hertz

    several = f"channel {train.channel}: " if len(found.trains) > 1 else ""
    how = "found by itself: " if train.by_itself else ""
    every = ""
    if train.period is not None:
        every = f", every {train.period:.6g} s (± {train.period_error:.1g})"
    return (
        f"{several}{counted(train.n_pulses, 'pulse')} and {counted(train.n_echoes, 'echo').replace('echos', 'echoes')}"
        f"{every}; {how}{in_hertz(train.low)} to {in_hertz(train.high)}, {duration(train.length)} long, "
        f"{train.threshold:.1f} dB over the noise or more"
    )


def words(file: str, found: Pulses) -> Iterator[str]:
    """For people, a pulse a line."""
    for train in found.trains:
        yield f"{file}: {train_in_words(train, found)}"
    if not len(found):
        return
    unit = found[0].more["level_unit"]
    head = ("onset (s)", "peak (s)", "end (s)", "name", f"level ({unit})", "over noise (dB)", "per hour", "")
    several = len({hit.channel for hit in found}) > 1
    rows = [("channel", *head) if several else head]
    for hit in found:
        more = hit.more
        beside = f"{more['interval']:.6f} s after the one before" if more["interval"] is not None else ""
        if hit.name == "echo":
            beside = f"{more['under']:.1f} dB under the pulse {more['after']:.4f} s before"
        rate = f"{hit.per_hour:.1g}" if hit.per_hour >= 1e-9 else "< 1e-9"
        moments = (f"{hit.start:.6f}", f"{more['peak']:.6f}", f"{hit.end:.6f}")
        channel = (str(hit.channel),) if several else ()
        rows.append((*channel, *moments, hit.name, f"{more['level']:.1f}", f"{hit.score:.1f}", rate, beside))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        yield "  " + "  ".join([*cells, row[-1]]).rstrip()

"""`sonograph detect`: where sounds like some templates are heard in sound files."""

from __future__ import annotations

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, outputs, reading, streams, workers
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.matching.detection.detect_many import Search, Searched
    from sonograph.matching.hits import Hits

HELP = """Find sounds like a template in sound files, and all in folders: a call, a part of one, or every box of a table
of marks. The threshold is a rate: so many false alarms are expected in an hour of this very recording, told by the
template turned in time and in frequency. Each hit says how often an hour chance gives one as good."""

EXAMPLES = """examples:
  sonograph detect call.wav --in night.wav -o hits.txt
  sonograph detect night.wav@1:02.5-1:03.1,2k-8k --in birds/ -o a.selections.txt
  sonograph detect --templates labels.txt --of night.wav --in birds/ -o a.csv
  sonograph detect call.wav --not rain.wav --in birds/ --per-hour 0.1 -o a.jsonl
  sonograph detect wren=a.wav wren=b.wav --in birds/ --json --draw pictures/
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "templates",
        nargs="*",
        metavar="TEMPLATE",
        help="a sound, or a part of one: NAME=FILE@FROM-TO,LOW-HIGH; several of one name are one class",
    )
    what = options.group(parser, "what to look for, and where")
    what.add_argument(
        "--in", dest="paths", nargs="+", required=True, metavar="PATH", help="a sound file, or a folder of them"
    )
    what.add_argument("--templates", dest="marks", metavar="FILE", help="each box of a table of marks is a template")
    what.add_argument("--of", metavar="FILE", help="the recording that --templates is of")
    what.add_argument(
        "--not", dest="others", nargs="+", default=[], metavar="SOUND", help="sounds, or parts, that are not meant"
    )
    how = options.group(parser, "how to decide")
    how.add_argument(
        "--per-hour", type=float, default=1.0, metavar="R", help="false alarms expected in an hour, a class [1]"
    )
    how.add_argument("--min-score", type=float, metavar="S", help="a correlation besides, -1 to 1")
    how.add_argument(
        "--together", action="store_true", help="the files are parts of one recording: one threshold over all of them"
    )
    how.add_argument("--settings", metavar="FILE", help="a TOML of settings of the levels [that fit the templates]")
    out = options.group(parser, "how to say it")
    out.add_argument(
        "-o", "--output", metavar="OUT", help="a .txt (Audacity, one file), .selections.txt (Raven), .csv or .jsonl"
    )
    out.add_argument("--json", action="store_true", help="one JSON object a hit and line, for machines")
    out.add_argument("--draw", metavar="FOLDER", help="pictures with the hits drawn, in a folder")
    out.add_argument("--each", choices=("file", "hit"), default="file", help="what a picture is of [file]")
    run = options.group(parser, "how to run")
    workers.add(run)
    run.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    reading.add_report(run)
    reading.add_limits(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Detect; return the exit code."""
    from sonograph.io.folders import sound_files
    from sonograph.matching.detection.deciding import check_threshold

    _refuse(arguments)
    with options.in_flags({"per_hour": "--per-hour", "min_score": "--min-score"}):
        check_threshold(arguments.per_hour, arguments.min_score)
    files = sound_files(arguments.paths)
    _check_outputs(arguments, files)
    search = _search(arguments)
    with reading.report(arguments.report, files) as report:
        return _Detection(arguments, files, search, report).run()


def _refuse(arguments: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    if not arguments.templates and arguments.marks is None:
        raise SettingsError("no TEMPLATE is given; name a sound to look for, or a table of marks with --templates")
    if (arguments.marks is None) != (arguments.of is None):
        given, missing = ("--templates", "--of") if arguments.of is None else ("--of", "--templates")
        raise SettingsError(f"{given} is given without {missing}; a table of marks and its recording go together")
    workers.asked(arguments)
    if streams.STANDARD in [*arguments.templates, *arguments.paths]:
        raise SettingsError("- is given, and a threshold needs the whole recording; name a file")


def _search(arguments: argparse.Namespace) -> Search:
    """What is looked for."""
    from sonograph.io.opening import Opening
    from sonograph.matching.detection.detect_many import Search
    from sonograph.matching.detection.templates import of_marks, templates_of

    meant = [] if not arguments.templates else templates_of(arguments.templates)
    if arguments.marks is not None:
        meant += of_marks(arguments.marks, arguments.of)
    others = templates_of(arguments.others) if arguments.others else []
    settings = None if arguments.settings is None else options.settings_in(arguments.settings)
    return Search(meant, others, settings, Opening(limits=reading.limits(arguments), calibration=False))


def _check_outputs(arguments: argparse.Namespace, files: list[str]) -> None:
    from sonograph.io.replacing import Output
    from sonograph.matching.hit_tables import check_table

    read = [text.rpartition("@")[0] or text for text in (*arguments.templates, *arguments.others)]
    arguments.queries = [text.partition("=")[2] if "=" in text else text for text in read]
    written = [] if arguments.output is None else [Output(arguments.output)]
    if arguments.report is not None:
        written.append(Output(arguments.report, "--report", report=True))
    outputs.check(arguments, written)
    if arguments.output is not None:
        check_table(arguments.output, len(files), keep=[*files, *arguments.queries])
    if arguments.draw is not None:
        from sonograph.cli.drawn_hits import check_folder

        check_folder(arguments.draw)


class _Detection:
    """Files, one after the other or several at a time."""

    def __init__(self, arguments: argparse.Namespace, files: list[str], search: Search, report: reading.Report) -> None:
        from sonograph.cli.progress import Bar, Progress

        self.arguments, self.files, self.search, self.report = arguments, files, search, report
        self.codes: set[int] = set()
        self.notes: set[str] = set()
        self.bar = Bar(quiet=arguments.quiet or len(files) > 1)
        self.progress = Progress(len(files), "files", quiet=arguments.quiet or len(files) == 1)

    def run(self) -> int:
        """Search, decide, write; the exit code."""
        from sonograph.cli.watched import Watched
        from sonograph.matching.detection.deciding import decided
        from sonograph.matching.detection.detect_many import search_many
        from sonograph.matching.hits import joined

        watch = (lambda source: Watched(source, self.bar)) if len(self.files) == 1 else None
        found, parts = [], []
        for one in search_many(self.files, self.search, workers.asked(self.arguments), watch):
            self._tell(one)
            if one.found is not None and self.arguments.together:
                found.append(one.found)
            elif one.found is not None:
                hits = self._decided(one.file, lambda one=one: decided([one.found], *self._threshold()))
                if hits is not None:
                    parts.append(hits)
            self.progress.add(1, seconds=one.seconds)
        self._clear()
        if found and (hits := self._decided("", lambda: decided(found, *self._threshold()))) is not None:
            parts.append(hits)
        self._give(joined(parts), bool(parts))
        return exits.worst(self.codes)

    def _threshold(self) -> tuple[float, float | None]:
        return self.arguments.per_hour, self.arguments.min_score

    def _decided(self, file: str, decide: Any) -> Hits | None:
        """The hits, or a sentence why a rate cannot be told."""
        try:
            return decide()
        except SettingsError as error:
            self._clear()
            talk(f"{file}: {error}; --together and --min-score do" if file else f"{error} (--min-score)")
            self.codes.add(exits.INPUT)
            return None

    def _clear(self) -> None:
        self.progress.clear()
        self.bar.clear()

    def _tell(self, one: Searched) -> None:
        """Say what was wrong with a file, and what was changed to look in it."""
        self.report.add(one.file, one.record)
        sentence = one.fault or one.record.get("told", "")
        if sentence:
            self._clear()
            talk(sentence)
        if one.fault:
            error = one.error
            self.codes.add(exits.INPUT if error is None else exits.code_of_input(error))
        for note in () if one.found is None or self.arguments.quiet else one.found.hearing.notes:
            if note not in self.notes:
                self.notes.add(note)
                self._clear()
                talk(f"{note}.")

    def _give(self, hits: Hits, looked: bool) -> None:
        from sonograph.matching.hit_tables import write_hits

        arguments = self.arguments
        if not looked:
            return
        if arguments.output is not None:
            write_hits(arguments.output, hits)
        if arguments.json:
            for row in hits.to_dicts():
                print(json.dumps(row), flush=True)
        elif arguments.output is None:
            for line in words(hits, len(self.files) > 1):
                print(line, flush=True)
        if arguments.draw is not None:
            self._draw(hits)
        if not arguments.quiet:
            self._sum_up(hits)

    def _draw(self, hits: Hits) -> None:
        from sonograph.cli.drawn_hits import draw_hits

        for file, error in draw_hits(self.arguments.draw, hits, self.arguments.each):
            talk(f"{file}: {error}")
            self.codes.add(exits.code_of_input(error) if isinstance(error, SonographError) else exits.BUG)

    def _sum_up(self, hits: Hits) -> None:
        limit = (
            f"{self.arguments.per_hour:g} false alarm{'' if self.arguments.per_hour == 1 else 's'} an hour"
            if self.arguments.per_hour != math.inf
            else f"a score of {self.arguments.min_score:g}"
        )
        expected = self.arguments.per_hour * hits.hours
        chance = f", {expected:.2g} of them by chance" if math.isfinite(expected) else ""
        where = f" in {self.arguments.output}" if self.arguments.output else ""
        talk(f"{counted(len(hits), 'hit')}{where} at {limit}{chance}; {hits.hours:.4g} h were listened to.")


def words(hits: Hits, several: bool) -> list[str]:
    """Hits for people, one a line."""
    from sonograph.cli.progress import clock
    from sonograph.io.status import shown

    rows = [
        (
            shown(hit.file) if several else "",
            f"{clock(hit.start)} – {clock(hit.end)}",
            hit.name,
            f"score {hit.score:.2f}",
            "" if math.isnan(hit.per_hour) else f"chance {hit.per_hour:.2g}/h",
            "extrapolated" if hit.extrapolated else "",
        )
        for hit in hits
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width) for row in rows]
    return [line.rstrip() for line in lines]

"""`sonograph find`: which recording of an index a sound is, and where in it."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, outputs, reading, streams
from sonograph.cli.exits import talk
from sonograph.cli.find_words import answer, words
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.matching.recordings.folder import Index
    from sonograph.matching.recordings.matches import Match

HELP = """Find sound files in an index that 'sonograph index' made: which recording each is, from where to where, and
the chance that a recording which is not in the index would align as well. Five seconds are enough, in noise, through a
telephone or at another speed. 'No match' is an answer too. Of a long sound: what was played when."""

EXAMPLES = """examples:
  sonograph find heard.wav --index songs.index
  sonograph find radio.mp3 --index songs.index --start 7:00:00 --end 8:00:00
  arecord -f cd | sonograph find - --index songs.index
  sonograph find music/ --index songs.index --duplicates
  sonograph find heard.wav --index songs.index --draw heard.png
"""

ALIKE = 40
"""Matches that are looked at in search of duplicates: most are of the file itself."""


def percent(text: str) -> float:
    """A share: 2%, 0.02.

    >>> percent("2%"), percent("0.05")
    (0.02, 0.05)
    """
    try:
        return float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be a share, as 2% or 0.02") from None


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "queries", nargs="+", metavar="QUERY", help="a sound file, or a folder of them; - listens to standard input"
    )
    parser.add_argument("--index", required=True, metavar="INDEX", help="the folder that 'sonograph index' made")
    what = options.group(parser, "what to look for")
    what.add_argument("--start", type=options.moment, metavar="TIME", help="of the part of QUERY: 12.5 (s), 1:30 … [0]")
    what.add_argument("--end", type=options.moment, metavar="TIME", help="likewise [its end]")
    what.add_argument(
        "--duplicates", action="store_true", help="which of the files are the same recording as others in the index"
    )
    how = options.group(parser, "how to look")
    how.add_argument(
        "--speeds", type=percent, default=0.02, metavar="SHARE", help="how far the speed may differ, at most 10%% [2%%]"
    )
    how.add_argument(
        "--chance",
        type=float,
        default=1e-3,
        metavar="P",
        help="how often a recording that is not in the index may be called a match [0.001]",
    )
    how.add_argument("--most", type=int, default=5, metavar="N", help="matches at a time [5]")
    out = options.group(parser, "how to say it")
    out.add_argument("--json", action="store_true", help="one JSON object a query and line, for machines")
    out.add_argument("--draw", metavar="OUT", help="a picture of the best match: a .png, .svg, .pdf, .jpg …")
    out.add_argument("--must-match", action="store_true", help="exit with 5 where a query has no match")
    out.add_argument("-q", "--quiet", action="store_true", help="only answers and faults")
    reading.add_report(out)
    reading.add_limits(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Find; return the exit code."""
    from sonograph.io.folders import sound_files
    from sonograph.matching.recordings.folder import Index
    from sonograph.matching.recordings.search import MOST_SPEED, Wish

    if not 0 <= arguments.speeds <= MOST_SPEED:
        raise SettingsError(f"--speeds is {100 * arguments.speeds:g}%; it must be 0% to {100 * MOST_SPEED:g}%")
    with options.in_flags({"chance": "--chance", "speeds": "--speeds", "most": "--most"}):
        wish = Wish(arguments.chance, arguments.speeds, arguments.most)
    _refuse(arguments)
    if streams.STANDARD in arguments.queries:
        from sonograph.cli.find_listening import hear

        return hear(arguments, Index.open(arguments.index), wish)
    files = sound_files(arguments.queries)
    if arguments.draw is not None:
        from sonograph.atomic import check_output
        from sonograph.pictures.out.save import format_of

        format_of(arguments.draw)
        check_output(arguments.draw, keep=tuple(files))
    outputs.check(arguments)
    index = Index.open(arguments.index)
    if not len(index):
        talk(f"{arguments.index}: holds no recording yet; add some: sonograph index PATH -o {arguments.index} --add")
    with reading.report(arguments.report, files) as report:
        return _Search(arguments, index, wish, report).run(files)


def _refuse(arguments: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    cut = arguments.start is not None or arguments.end is not None
    if streams.STANDARD in arguments.queries:
        if len(arguments.queries) > 1:
            raise SettingsError("- is given with other queries; it listens until it is sure: find them by themselves")
        for name in ("start", "end", "duplicates", "draw", "report", *reading.READ_LIMITS):
            if getattr(arguments, name):
                raise SettingsError(f"--{name.replace('_', '-')} has no effect with -; leave out one or the other")
    if arguments.duplicates and (cut or arguments.draw):
        raise SettingsError("--duplicates is given with --start, --end or --draw; leave out one or the other")


class _Search:
    """Queries, one after the other."""

    def __init__(self, arguments: argparse.Namespace, index: Index, wish: Any, report: reading.Report) -> None:
        from sonograph.io.opening import Opening

        self.arguments, self.index, self.wish, self.report = arguments, index, wish, report
        self.codes: set[int] = set()
        self.unanswered = 0
        self.rates: set[float] = set()
        self.drawn = False
        self.reported: set[tuple[str, ...]] = set()  # duplicates, told once
        self.opening = Opening(limits=reading.limits(arguments), calibration=False)

    def run(self, files: list[str]) -> int:
        """Find each; the exit code."""
        from sonograph.cli.progress import Progress

        progress = Progress(len(files), "queries", quiet=self.arguments.quiet or len(files) == 1)
        for file in files:
            try:
                matches, part = self._matches(file)
            except SonographError as error:
                progress.clear()
                self.report.failed(file, error)
                talk(str(error) if str(error).startswith(file) else f"{file}: {error}")
                self.codes.add(exits.code_of_input(error))
                continue
            progress.clear()
            self._tell(file, matches, part)
            progress.add(1, seconds=part[1] - part[0])
        progress.clear()
        if self.arguments.draw and not self.drawn:
            talk(f"no match to draw; {self.arguments.draw} was not written.")
        return exits.worst(self.codes) or (
            exits.NO_MATCH if self.arguments.must_match and self.unanswered else exits.DONE
        )

    def _matches(self, file: str) -> tuple[list[Match], tuple[float, float]]:
        """The matches of a file, and from when to when it was looked for."""
        from sonograph.io import audio

        return audio.settled(file, lambda source: self._of_source(file, source), opening=self.opening)

    def _of_source(self, file: str, source: Any) -> tuple[list[Match], tuple[float, float]]:
        from sonograph.matching.recordings.search import find

        asked: Any = source
        first = 0.0
        if self.arguments.start is not None or self.arguments.end is not None:
            asked, first = _part(file, source, self.arguments)
        alone = self.arguments.duplicates
        matches = find(
            self.index,
            asked,
            chance=self.wish.chance,
            speeds=self.wish.speeds,
            most=self.wish.most + ALIKE if alone else self.wish.most,
        )
        status = source.status
        self.report.was(file, source)
        if status.word not in ("ok", "empty"):
            talk(status.sentence)
        if status.word in ("partial", "failed", "refused", "empty"):
            self.codes.add(exits.INPUT)
            if status.word == "empty":
                talk(status.sentence or f"{file}: holds no samples.")
        self._tell_rate(file, source)
        if alone:
            matches = [match for match in matches if not _same_file(match.recording, file)][: self.wish.most]
        moved = [match._replace(start=match.start + first, end=match.end + first) for match in matches]
        return moved, (first, first + asked.n_samples / asked.sample_rate)

    def _tell_rate(self, file: str, source: Any) -> None:
        from sonograph.io.status import shown

        wanted = self.index.settings.sample_rate
        if source.sample_rate != wanted and not self.rates and not self.arguments.quiet:
            self.rates.add(source.sample_rate)
            lost = ""
            if source.sample_rate / 2 < self.index.settings.high:
                lost = f"; above {source.sample_rate / 2:g} Hz there is nothing of it"
            talk(f"{shown(file)}: is at {source.sample_rate:g} Hz, resampled to {wanted:g} Hz (soxr){lost}.")

    def _tell(self, file: str, matches: list[Match], part: tuple[float, float]) -> None:
        from sonograph.io.status import shown

        if self.arguments.duplicates:
            pair = lambda match: tuple(sorted((os.fsdecode(file), match.recording)))  # noqa: E731
            self.unanswered += not matches
            matches = [match for match in matches if pair(match) not in self.reported]
            self.reported |= {pair(match) for match in matches}
            if not matches and not self.arguments.json:
                return
        else:
            self.unanswered += not matches
        if self.arguments.json:
            print(json.dumps(answer(file, matches, part)), flush=True)
        else:
            for line in words(shown(file), matches, self.arguments.duplicates):
                print(line, flush=True)
        if self.arguments.draw and matches and not self.drawn:
            from sonograph.cli.drawn_match import draw_match

            draw_match(self.index, file, min(matches, key=lambda match: match.chance), self.arguments.draw)
            self.drawn = True


def _part(file: str, source: Any, arguments: argparse.Namespace) -> tuple[Any, float]:
    """The part of a query that was asked for, and when it begins."""
    from sonograph.sounds.source import Signal

    rate = source.sample_rate
    first = int(arguments.start.samples(rate)) if arguments.start is not None else 0
    stop = int(arguments.end.samples(rate)) if arguments.end is not None else source.n_samples
    if first >= source.n_samples:
        raise SettingsError(f"--start is {first / rate:g} s; {file} ends at {source.n_samples / rate:g} s")
    if first >= stop:
        raise SettingsError(f"--start is {first / rate:g} s and --end {stop / rate:g} s; it must begin before it ends")
    samples = source.read(range(first, min(stop, source.n_samples)))
    return Signal(samples, rate, source.unit), first / rate


def _same_file(name: str, file: str) -> bool:
    """Whether a recording is a file itself, by its name or another way to it."""
    if name == os.fsdecode(file):
        return True
    try:
        return Path(name).samefile(file)
    except (OSError, ValueError):
        return False

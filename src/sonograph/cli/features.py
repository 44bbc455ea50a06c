"""`sonograph features`: features of many sound files into one table."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sonograph.checks import one_of
from sonograph.cli import chosen, exits, options, outputs, reading, streams, workers
from sonograph.cli.exits import counted, talk
from sonograph.cli.idle import refuse
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.io.opening import Opening

KINDS = ("mfcc", "bands", "modulation", "tangent", "envelope", "tonal", "kernels", "excerpt")
"""Of `learning.Summary`, which loads much."""

HELP = """Compute features of sound files, and of all in folders, into one table: a row for each frame, or for each file
with --summary. Rows keep the order of the files, whatever the number of processes. A run that was interrupted goes on
where it was when the same command is given again; files with faults are told at the end and never stop it."""

EXAMPLES = """examples:
  sonograph features birds/ -o birds.csv --feature rms,pitch --hop 10ms
  sonograph features robin.wav -o - --feature centroid --summary
  sonograph features birds/ -o birds.csv --summary mfcc,modulation,tonal
  sonograph features robin.wav -o robin.csv --preset librosa.mfcc
  sonograph features birds/ -o birds.npz --preset kaldi.fbank
  sonograph features birds/ -o birds.parquet --settings my.toml --summary
  sonograph presets kaldi.fbank > my.toml
"""


TEXTS = ("csv", "jsonl")
"""What goes to standard output."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a sound file, or a folder of them; - for standard input"
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="a .csv, .jsonl, .npz, .parquet or .zarr; - for standard output",
    )
    parser.add_argument("--format", metavar="NAME", help="of standard output: csv or jsonl [csv]")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT where it is there [it is kept]")
    how = options.group(parser, "what to compute")
    chosen.add(how)
    how.add_argument(
        "--summary",
        nargs="?",
        const=True,
        default=False,
        metavar="KINDS",
        help="one row a file: mean, deviation, percentiles 5 25 50 75 95 of each, over the frames within the sound; "
        "or, without any other settings, what 'train' learns from: one or several of mfcc,bands,modulation,tangent,"
        "envelope,tonal, and kernels,excerpt",
    )
    run = options.group(parser, "how to run")
    workers.add(run)
    run.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    reading.add_report(run)
    reading.add_taking(parser)
    reading.add_reading(parser, "bytes")
    options.add_defaults(parser)
    options.add_help(parser)


def reworded(given: list[str]) -> list[str]:
    """What was typed, with a path behind a plain --summary kept apart from it.

    >>> reworded(["features", "--summary", "birds/", "-o", "a.csv"])
    ['features', '--summary=', 'birds/', '-o', 'a.csv']
    >>> reworded(["features", "birds/", "--summary", "mfcc,tonal"])[-1]
    'mfcc,tonal'
    """
    words = list(given)
    for i, word in enumerate(words[:-1]):
        if len(word) > 4 and "--summary".startswith(word) and not words[i + 1].startswith("--"):
            kinds = re.fullmatch("[a-z]+(,[a-z]+)*", words[i + 1]) is not None
            known = kinds and all(name in KINDS for name in words[i + 1].split(","))
            if not known and (not kinds or os.path.lexists(words[i + 1])):
                words[i] = "--summary="
    return words


def run(arguments: argparse.Namespace) -> int:
    """Compute; return the exit code."""
    from sonograph.io.folders import sound_files

    arguments.summary = arguments.summary if arguments.summary != "" else True
    workers.asked(arguments)
    settings = _settings(arguments)
    reading.refuse_uncalibrated(arguments)
    opening = reading.opening(arguments)
    _check_rate(settings, opening)
    _check_format(arguments)
    with streams.inputs(arguments.paths) as paths, _table_of(arguments) as out:
        return _extracted(arguments, sound_files(paths), settings, opening, out)


def _check_format(arguments: argparse.Namespace) -> None:
    """Refuse a form of text that is none, and one of a file, whose ending tells it."""
    if arguments.output != streams.STANDARD:
        refuse(arguments, ("format",), f"-o {arguments.output}, whose ending tells the format")
        return
    refuse(arguments, ("overwrite",), "-o -")
    one_of("--format", arguments.format or "csv", TEXTS)


@contextlib.contextmanager
def _table_of(arguments: argparse.Namespace) -> Iterator[str]:
    """Where the table is written: what is to go to standard output, first into a folder of its own.

    Raises
    ------
    OutputError
        Standard output takes no more.
    """
    if arguments.output != streams.STANDARD:
        _check(arguments)
        yield arguments.output
        return
    outputs.check(arguments)
    from sonograph.atomic import terminated_as_interrupt
    from sonograph.cli.home import temporary_folder

    with terminated_as_interrupt(), temporary_folder() as folder:
        table = folder / f"table.{arguments.format or 'csv'}"
        yield str(table)
        if table.exists():
            with table.open("rb") as file:
                streams.put_out(file)


def _extracted(arguments: argparse.Namespace, files: list[str], settings: Any, opening: Opening, out: str) -> int:
    """Compute; say how far it is and how it went."""
    from sonograph.atomic import terminated_as_interrupt
    from sonograph.cli.progress import Progress
    from sonograph.extract.all_files import extract

    progress = Progress(len(files), "files", quiet=arguments.quiet)
    talker = _Told(
        progress, settings, asked=opening.resample is not None, summary=bool(arguments.summary), quiet=arguments.quiet
    )
    try:
        with terminated_as_interrupt():
            report = extract(
                files,
                settings,
                out,
                summary=bool(arguments.summary),
                opening=opening,
                processes=workers.asked(arguments),
                overwrite=arguments.overwrite,
                tell=talker.tell,
                shown=streams.plain,
            )
    except (KeyboardInterrupt, SystemExit) as end:
        progress.clear()
        how = "interrupted" if isinstance(end, KeyboardInterrupt) else "terminated"
        words = f"{how} after {progress.done:,} of {counted(len(files), 'file')}"
        if arguments.output == streams.STANDARD:
            talk(f"{words}; what was done is lost. Name a file, and the same command goes on from there.")
        else:
            where = f"kept in {out}.parts; the same command goes on from there."
            talk(f"{words}; {talker.n_kept:,} of them are {where}")
        return exits.INTERRUPTED if isinstance(end, KeyboardInterrupt) else exits.TERMINATED
    progress.clear()
    if arguments.report is not None:
        reading.write_records(arguments.report, [streams.plain_values(one.record) for one in report.files], files)
    return _ended(report, arguments, len(files))


def _check_rate(settings: Any, opening: Opening) -> None:
    """Refuse another rate beside settings that are for one."""
    from sonograph.analysis.summaries import Summary
    from sonograph.extract.choice import Choice
    from sonograph.settings import stft_of

    if opening.resample is None or isinstance(settings, Choice | Summary):
        return
    wanted = stft_of(settings).sample_rate
    if wanted not in (None, opening.resample):
        raise SettingsError(
            f"--resample is {opening.resample:g}; these settings are for {wanted:g} Hz, to which files are resampled "
            f"without being asked: leave it out"
        )


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be written or would destroy something, before any work is done."""
    from sonograph.atomic import check_output
    from sonograph.extract.all_files import parts_of
    from sonograph.io.replacing import Output
    from sonograph.tables.formats import beside, check_out

    check_out(arguments.output, overwrite=arguments.overwrite, keep=tuple(streams.named(arguments.paths)))
    if arguments.report is not None:
        check_output(arguments.report)
    written = outputs.of_options(arguments, folder=arguments.output.lower().endswith(".zarr"))
    written.append(Output(parts_of(arguments.output), "-o, whose parts are kept there", folder=True))
    if (other := beside(arguments.output)) is not None:
        written.append(Output(other, "-o, whose settings are kept there"))
    outputs.check(arguments, written)


class _Told:
    """What is said while files are done.

    n_kept : those that a run to come will not do again
    asked  : a rate was asked for, so that resampling is no news
    """

    def __init__(self, progress: Any, settings: Any, *, asked: bool, summary: bool, quiet: bool) -> None:
        self.n_kept, self._summary = 0, summary
        self._progress, self._settings, self._asked, self._quiet = progress, settings, asked, quiet
        self._kinds: set[str] = set()  # of what was said of one file and holds for others
        self._first_rate = 0.0
        self._lengths: set[tuple[float, float]] = set()  # sounds of which all was said that their length tells

    def tell(self, reports: list[Any], kept: bool) -> None:
        """What became of some files, and whether a run before did them."""
        self.n_kept += sum(1 for one in reports if not one.passing and streams.plain(one.file) == one.file)
        if kept:
            self._progress.skip(len(reports))
            return
        for one in reports if len(self._kinds) < 5 else ():
            notes = ({} if self._asked else _rate(one)) | self._unseen(one) | self._uncounted(one)
            for kind, words in (notes | self._of_other_bands(one)).items():
                if words and kind not in self._kinds and not (kind == "ends" and self._quiet):
                    self._kinds.add(kind)
                    self._progress.clear()
                    talk(f"{streams.plain(one.file)}: {words}.")
        self._progress.add(len(reports), seconds=sum(one.seconds for one in reports))

    def _unseen(self, report: Any) -> dict[str, str]:
        """What of a file its frames hardly see, where none as long was told of."""
        length = (report.sample_rate, report.seconds)
        if not report.n_rows or length in self._lengths:
            return {}
        self._lengths.add(length)
        return _unseen(self._settings, report)

    def _of_other_bands(self, report: Any) -> dict[str, str]:
        """That the numbers of a summary are of other bands than those of the first file."""
        from sonograph.analysis.summaries import Summary

        if not isinstance(self._settings, Summary) or not report.sample_rate:
            return {}
        self._first_rate = self._first_rate or report.sample_rate
        if report.sample_rate == self._first_rate:
            return {}
        return {
            "bands": f"is at {report.sample_rate:g} Hz where the first is at {self._first_rate:g}, and the bands of a "
            f"summary reach to half the rate, so that numbers of one name are of other bands; --resample brings all "
            f"to one rate"
        }

    def _uncounted(self, report: Any) -> dict[str, str]:
        """That a summary has columns without a number, as no frame lies within the sound."""
        if not (self._summary and report.n_uncounted):
            return {}
        which = "no frame" if report.n_valid == 0 else f"for {counted(report.n_uncounted, 'column')} no frame"
        return {"summary": f"{which} lies within it, so a summary has nothing to tell: take a shorter window"}


def _ended(report: Any, arguments: argparse.Namespace, n_files: int) -> int:
    """Say how it went; the exit code."""
    name = "standard output" if arguments.output == streams.STANDARD else arguments.output
    for bad in report.faults:
        talk(streams.plain(bad.fault))
    if report.kept and not arguments.quiet:
        talk(f"{counted(report.kept, 'file')} had been done by an earlier run.")
    if report.faults:
        talk(f"{len(report.faults):,} of {counted(n_files, 'file')} had faults.")
    if not report.n_rows:
        talk(f"no file gave features; {name} was not written.")
    elif not (arguments.quiet or arguments.output == streams.STANDARD):
        talk(f"{name}: {counted(report.n_rows, 'row')} of {counted(report.n_files, 'file')}.")
    if report.foreign:
        names = ", ".join(repr(name) for name in report.foreign[:3]) + (" …" if len(report.foreign) > 3 else "")
        talk(f"{arguments.output}.parts: holds what Sonograph did not put there ({names}), so it was left.")
    if any(bad.ours for bad in report.faults):
        return exits.BUG
    return exits.INPUT if report.faults else exits.DONE


def _rate(report: Any) -> dict[str, str]:
    """That a file is resampled, where it is."""
    if not report.sample_rate or report.was_rate in (0.0, report.sample_rate):
        return {}
    rate = f"{report.sample_rate:g} Hz (soxr), as the settings want"
    return {"rate": f"is at {report.was_rate:g} Hz; it and others like it are resampled to {rate}"}


def _unseen(settings: Any, report: Any) -> dict[str, str]:
    """What of a file its frames hardly see, by kind."""
    from sonograph.analysis.coverage import padding, unseen_ends
    from sonograph.analysis.summaries import Summary
    from sonograph.extract.choice import Choice

    rate, n_samples = report.sample_rate, round(report.seconds * report.sample_rate)
    settings = settings.settings(rate) if isinstance(settings, Summary) else settings
    listed = [group.settings for group in settings.groups(rate)] if isinstance(settings, Choice) else [settings]
    padded = next(filter(None, (padding(one, n_samples) for one in listed)), "")
    ends = next(filter(None, (unseen_ends(one, n_samples, rate) for one in listed)), "")
    return {
        kind: words and f"{words}; others like it are not told" for kind, words in (("padding", padded), ("ends", ends))
    }


def _summary(arguments: argparse.Namespace) -> Any:
    """The kinds of summary that were asked for."""
    from sonograph.analysis.summaries import Summary

    others = ("preset", "settings", "feature", "window", "hop", "edges", "remove_dc", "high_pass", "weighting")
    refuse(arguments, others, f"--summary {arguments.summary}, which has a log-mel of its own")
    try:
        return Summary(tuple(name.strip() for name in arguments.summary.split(",")))
    except SettingsError as error:
        raise SettingsError(re.sub("^(kind of summary|kinds) is", "--summary is", str(error))) from None


def _settings(arguments: argparse.Namespace) -> Any:
    return _summary(arguments) if isinstance(arguments.summary, str) else chosen.settings(arguments)

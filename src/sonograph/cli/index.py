"""`sonograph index`: landmarks of many sound files in a folder, in which `sonograph find` looks."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, reading, streams, workers
from sonograph.cli.exits import counted, talk
from sonograph.errors import OutputError, SettingsError

if TYPE_CHECKING:
    from sonograph.io.opening import Opening
    from sonograph.matching.recordings.folder import Index

HELP = """Put sound files, and all in folders, into an index: a folder of their landmarks, half a megabyte an hour, in
which 'sonograph find' knows a few seconds of them again. A run that was interrupted goes on where it was when the
same command is given again; a file that cannot be read is told and skipped."""

EXAMPLES = """examples:
  sonograph index music/ -o songs.index
  sonograph index new.flac -o songs.index --add
  sonograph index -o songs.index --list
  sonograph index -o songs.index --remove music/old.flac
  sonograph index whales/ -o whales.index --band 20 2000
"""

ACTIONS = ("remove", "merge", "check", "list")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a sound file, or a folder of them")
    parser.add_argument("-o", "--output", required=True, metavar="INDEX", help="the folder of the index")
    what = options.group(parser, "what to do with an index that is there")
    one = what.add_mutually_exclusive_group()
    one.add_argument("--add", action="store_true", help="add the files; those of the same name are replaced")
    one.add_argument("--remove", action="append", metavar="NAME", help="take a recording out; once for each")
    one.add_argument("--merge", action="store_true", help="make it one file again, without what was removed")
    one.add_argument("--check", action="store_true", help="read all of it, and say whether it is whole")
    one.add_argument("--list", action="store_true", help="say what it holds: a recording a line, after its length")
    how = options.group(parser, "how to compute")
    how.add_argument(
        "--band",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="that is looked at, Hz; frames are the shorter the higher it ends [200 5000]",
    )
    run = options.group(parser, "how to run")
    workers.add(run)
    run.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    reading.add_report(run)
    reading.add_limits(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Index; return the exit code."""
    action = next((name for name in ACTIONS if getattr(arguments, name)), None)
    if action is None:
        return _index(arguments)
    from sonograph.matching.recordings.folder import Index

    idle = [name for name in ("band", "processes", "report", *reading.READ_LIMITS) if getattr(arguments, name)]
    if arguments.paths or idle:
        given = arguments.paths[0] if arguments.paths else f"--{idle[0].replace('_', '-')}"
        raise SettingsError(f"{given} has no effect with --{action}; leave out one or the other")
    index = Index.open(arguments.output)
    if action == "list":
        _list(index)
    elif action == "remove":
        with options.in_flags({"name": "--remove"}):
            index.remove(*arguments.remove)
        _say(arguments, index, f"{counted(len(arguments.remove), 'recording')} removed; ")
    elif action == "merge":
        index.merge()
        _say(arguments, index, "merged; ")
    else:
        index.check()
        _say(arguments, index, "whole; ")
    return exits.DONE


def _index(arguments: argparse.Namespace) -> int:
    """Add files to an index, new or not."""
    from sonograph.io.folders import sound_files
    from sonograph.io.opening import Opening

    if not arguments.paths:
        raise SettingsError(
            "no PATH is given; name sound files or folders, or one of --remove, --merge, --check, --list"
        )
    if streams.STANDARD in arguments.paths:
        raise SettingsError("- is given, and a recording needs a name to be found by; name a file")
    workers.asked(arguments)
    settings = _settings(arguments)
    opening = Opening(limits=reading.limits(arguments), calibration=False)
    files = sound_files(arguments.paths)
    with reading.report(arguments.report, files) as report:
        return _added(arguments, _opened(arguments, settings, files), files, opening, report)


def _settings(arguments: argparse.Namespace) -> Any:
    from sonograph.matching.recordings.landmark_settings import LandmarkSettings

    if arguments.band is None:
        return None
    with options.in_flags({"low": "--band's low", "high": "--band's high"}):
        return LandmarkSettings(low=arguments.band[0], high=arguments.band[1])


def _opened(arguments: argparse.Namespace, settings: Any, files: list[str]) -> Index:
    """The index to add to: a new one, or one that is there and may be added to."""
    from sonograph.io.status import shown
    from sonograph.matching.recordings.folder import Index
    from sonograph.matching.recordings.manifest import NAME

    there = (Path(arguments.output) / NAME).exists()
    if not there and not arguments.add:
        return Index.create(arguments.output, settings)
    index = Index.open(arguments.output, settings)
    if not arguments.add:
        import os

        named = {os.fsdecode(file) for file in files}
        other = next((recording.name for recording in index.recordings if recording.name not in named), None)
        if other is not None:
            raise OutputError(
                f"{shown(arguments.output)}: exists already and holds other recordings, as {shown(other)}. "
                f"Add to it with --add, or name another."
            )
    return index


def _added(
    arguments: argparse.Namespace, index: Index, files: list[str], opening: Opening, report: reading.Report
) -> int:
    """Add; say how far it is and how it went."""
    from sonograph.cli.progress import Progress

    progress = Progress(len(files), "files", quiet=arguments.quiet)
    faults: list[Any] = []
    silent: list[str] = []
    rates: set[float] = set()

    def tell(found: list[Any], known: bool) -> None:
        if known:
            progress.skip(len(found))
            return
        for one in found:
            report.add(one.name, one.record)
            if one.fault:
                faults.append(one)
            elif not len(one.buckets):
                silent.append(one.name)
            if one.sample_rate not in (0.0, index.settings.sample_rate) and not rates:
                rates.add(one.sample_rate)
                progress.clear()
                _tell_rate(arguments, one, index)
        progress.add(len(found), seconds=sum(one.seconds for one in found))

    try:
        index.add_files(files, processes=workers.asked(arguments), opening=opening, tell=tell)
    except KeyboardInterrupt:
        progress.clear()
        talk(
            f"interrupted after {progress.done:,} of {counted(len(files), 'file')}; they are in {arguments.output}, "
            f"and the same command goes on from there."
        )
        return exits.INTERRUPTED
    progress.clear()
    return _summed_up(arguments, index, progress, faults, silent)


def _tell_rate(arguments: argparse.Namespace, one: Any, index: Index) -> None:
    from sonograph.io.status import shown

    if not arguments.quiet:
        talk(
            f"{shown(one.name)}: is at {one.sample_rate:g} Hz; it and others like it are resampled to "
            f"{index.settings.sample_rate:g} Hz (soxr), the rate of the landmarks."
        )


def _summed_up(arguments: argparse.Namespace, index: Index, progress: Any, faults: list[Any], silent: list[str]) -> int:
    """Say how it went; the exit code."""
    from sonograph.io.status import shown

    for bad in faults:
        talk(bad.fault)
    if silent and not arguments.quiet:
        others = f" and {counted(len(silent) - 1, 'other file')}" if len(silent) > 1 else ""
        talk(f"{shown(silent[0])}{others}: no landmarks, as in silence, tones and hum: they cannot be found again.")
    if progress.skipped and not arguments.quiet:
        talk(f"{counted(progress.skipped, 'file')} had been there, unchanged.")
    if faults:
        talk(f"{len(faults):,} of {counted(progress.total, 'file')} had faults.")
    _say(arguments, index, "")
    if any(bad.ours for bad in faults):
        return exits.BUG
    return exits.INPUT if faults else exits.DONE


def _say(arguments: argparse.Namespace, index: Index, done: str) -> None:
    from sonograph.io.status import shown

    if not arguments.quiet:
        seconds = index.seconds
        long = f"{seconds / 3600:,.4g} h" if seconds >= 3600 else f"{seconds / 60:.3g} min"
        long = long if seconds >= 120 else f"{seconds:.3g} s"
        talk(f"{shown(arguments.output)}: {done}{counted(len(index), 'recording')} of {long}.")


def _list(index: Index) -> None:
    from sonograph.cli.progress import clock
    from sonograph.io.status import shown

    for recording in index.recordings:
        length = round(index.settings.seconds(recording.n_frames), 1)  # it is known to a frame, 23 ms
        print(f"{clock(length)[:-1]}  {shown(recording.name)}")

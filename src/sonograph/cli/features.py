"""`sonograph features`: features of many sound files into one table."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from sonograph.cli import exits, options, outputs, reading, streams
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.io.opening import Opening

HELP = """Compute features of sound files, and of all in folders, into one table: a row for each frame, or for each file
with --summary. Rows keep the order of the files, whatever the number of processes. A run that was interrupted goes on
where it was when the same command is given again; files with faults are told at the end and never stop it."""

EXAMPLES = """examples:
  sonograph features birds/ -o birds.csv --feature rms,pitch --hop 10ms
  sonograph features robin.wav -o robin.csv --preset librosa.mfcc
  sonograph features birds/ -o birds.npz --preset kaldi.fbank
  sonograph features birds/ -o birds.parquet --settings my.toml --summary
  sonograph presets kaldi.fbank > my.toml
"""


class _List(argparse.Action):
    """Prints the features that have a name, and leaves."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from sonograph.named.features import feature_names, feature_words

        width = max(map(len, feature_names()))
        for name in feature_names():
            print(f"{name:<{width}}  {feature_words(name)}")
        parser.exit(exits.DONE)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a sound file, or a folder of them; - for standard input"
    )
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="a .csv, .jsonl, .npz, .parquet or .zarr")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT where it is there [it is kept]")
    how = options.group(parser, "what to compute")
    one = how.add_mutually_exclusive_group(required=True)
    one.add_argument("--preset", metavar="NAME", help="another library's numbers: 'sonograph presets' lists them")
    one.add_argument("--settings", metavar="FILE", help="a TOML of settings: 'sonograph presets NAME' prints one")
    one.add_argument(
        "--feature",
        action="append",
        metavar="NAMES",
        help="by name, side by side: rms,centroid,pitch. --list tells them all",
    )
    how.add_argument("--list", action=_List, help="say which features have a name, and leave")
    how.add_argument("--window", type=options.length, metavar="LENGTH", help="with --feature: 2048 or 25ms [2048]")
    how.add_argument("--hop", type=options.length, metavar="LENGTH", help="likewise [window / 4]")
    how.add_argument("--edges", metavar="NAME", help="likewise: zeros, reflect, inside, padded, kaldi or scipy [zeros]")
    options.add_cleaning(how)
    how.add_argument(
        "--summary", action="store_true", help="one row a file: mean, deviation, percentiles 5 25 50 75 95 of each"
    )
    run = options.group(parser, "how to run")
    run.add_argument(
        "--processes", type=int, metavar="N", help="at a time, each on one thread [all cores for 32 MB or more]"
    )
    run.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    reading.add_report(run)
    reading.add_reading(parser, "bytes")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compute; return the exit code."""
    from sonograph.io.folders import sound_files

    if arguments.processes is not None and arguments.processes < 1:
        raise SettingsError(f"--processes is {arguments.processes}; it must be 1 or more")
    settings = _settings(arguments)
    reading.refuse_uncalibrated(arguments)
    opening = reading.opening(arguments)
    with streams.inputs(arguments.paths) as paths:
        return _extracted(arguments, sound_files(paths), settings, opening)


def _extracted(arguments: argparse.Namespace, files: list[str], settings: Any, opening: Opening) -> int:
    """Compute; say how far it is and how it went."""
    from sonograph.atomic import check_output
    from sonograph.cli.progress import Progress
    from sonograph.extract.part import all_well
    from sonograph.extract.run import extract, parts_of
    from sonograph.io.replacing import Output
    from sonograph.tables.formats import check_out

    check_out(arguments.output, overwrite=arguments.overwrite, keep=tuple(streams.named(arguments.paths)))
    if arguments.report is not None:
        check_output(arguments.report)
    written = outputs.of_options(arguments, folder=arguments.output.lower().endswith(".zarr"))
    outputs.check(
        arguments, [*written, Output(parts_of(arguments.output), "-o, whose parts are kept there", folder=True)]
    )
    progress = Progress(len(files), "files", quiet=arguments.quiet)
    said, n_kept = set(), 0

    def tell(reports: list[Any], kept: bool) -> None:
        nonlocal n_kept
        if all_well(reports) and all(streams.plain(r.file) == r.file for r in reports):
            n_kept += len(reports)
        if kept:
            progress.skip(len(reports))
            return
        other = next((r for r in reports if r.was_rate not in (0.0, r.sample_rate) and r.sample_rate), None)
        if other is not None and "rate" not in said:
            said.add("rate")
            progress.clear()
            talk(
                f"{streams.plain(other.file)}: is at {other.was_rate:g} Hz; it and others like it are resampled to "
                f"{other.sample_rate:g} Hz (soxr), as the settings want."
            )
        for r in reports if len(said) < 3 else ():
            for kind, words in _unseen(settings, r).items():
                if words and kind not in said and not (kind == "ends" and arguments.quiet):
                    said.add(kind)
                    progress.clear()
                    talk(f"{streams.plain(r.file)}: {words}; others like it are not told.")
        progress.add(len(reports), seconds=sum(r.seconds for r in reports))

    try:
        report = extract(
            files,
            settings,
            arguments.output,
            summary=arguments.summary,
            opening=opening,
            processes=arguments.processes,
            overwrite=arguments.overwrite,
            tell=tell,
            shown=streams.plain,
        )
    except KeyboardInterrupt:
        progress.clear()
        where = f"kept in {arguments.output}.parts; the same command goes on from there."
        talk(f"interrupted after {progress.done:,} of {counted(len(files), 'file')}; {n_kept:,} of them are {where}")
        return exits.INTERRUPTED
    progress.clear()
    if arguments.report is not None:
        reading.write_records(arguments.report, [streams.plain_values(said.record) for said in report.files], files)
    return _told(report, arguments, len(files))


def _told(report: Any, arguments: argparse.Namespace, n_files: int) -> int:
    """Say how it went; the exit code."""
    for bad in report.faults:
        talk(streams.plain(bad.fault))
    if report.kept and not arguments.quiet:
        talk(f"{counted(report.kept, 'file')} had been done by an earlier run.")
    if report.faults:
        talk(f"{len(report.faults):,} of {counted(n_files, 'file')} had faults.")
    if not report.n_rows:
        talk(f"no file gave features; {arguments.output} was not written.")
    elif not arguments.quiet:
        talk(f"{arguments.output}: {counted(report.n_rows, 'row')} of {counted(report.n_files, 'file')}.")
    if report.foreign:
        names = ", ".join(repr(name) for name in report.foreign[:3]) + (" …" if len(report.foreign) > 3 else "")
        talk(f"{arguments.output}.parts: holds what Sonograph did not put there ({names}), so it was left.")
    if any(bad.ours for bad in report.faults):
        return exits.BUG
    return exits.INPUT if report.faults else exits.DONE


def _unseen(settings: Any, report: Any) -> dict[str, str]:
    """What of a file its frames hardly see, by kind."""
    from sonograph.analysis.coverage import padding, unseen_ends
    from sonograph.named.features import Choice

    if not report.n_rows:
        return {}
    rate, n_samples = report.sample_rate, round(report.seconds * report.sample_rate)
    listed = [group.settings for group in settings.groups(rate)] if isinstance(settings, Choice) else [settings]
    padded = next(filter(None, (padding(one, n_samples) for one in listed)), "")
    return {"padding": padded, "ends": next(filter(None, (unseen_ends(one, n_samples, rate) for one in listed)), "")}


def _choice(arguments: argparse.Namespace) -> Any:
    from sonograph.named.features import Choice

    names = tuple(name.strip() for listed in arguments.feature for name in listed.split(","))
    options.check_high_pass(arguments)
    high_pass = arguments.high_pass or 0.0
    choice = Choice(names, arguments.window, arguments.hop, arguments.edges, arguments.remove_dc, high_pass)
    if all(given is None or given.in_samples for given in (arguments.window, arguments.hop)):
        with options.in_flags():
            choice.frames(1.0)  # refuses what no sound could be cut into
    return choice


def _settings(arguments: argparse.Namespace) -> Any:
    if arguments.feature is not None:
        return _choice(arguments)
    for name in ("window", "hop", "edges"):
        if getattr(arguments, name) is not None:
            raise SettingsError(f"--{name} is given without --feature; a preset or a file of settings sets it")
    if arguments.preset is not None:
        with options.in_flags({"preset": "--preset"}):
            settings: Any = options.preset_called(arguments.preset)
    else:
        settings = options.settings_in(arguments.settings)
    if settings.quantity == "transform":
        raise SettingsError('the values are complex, and a table holds real numbers: set quantity = "power"')
    from sonograph.analysis.coverage import refuse_unseen

    refuse_unseen(settings)
    return options.cleaned(settings, arguments)

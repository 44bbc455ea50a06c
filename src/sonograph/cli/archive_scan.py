"""`sonograph archive scan`: from folders of recordings to a catalogue, and what it tells."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

from sonograph.cli import exits, options, outputs
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.archive.catalogues.findings import Finding
    from sonograph.archive.catalogues.report import Covered, Report

HELP = """Read the headers of recordings into a catalogue, and say what there is: coverage, gaps, overlaps, copies, duty
cycle, drift, changes of rate, gain or channels, and files that are broken. No sample is read; where CATALOGUE is there
already, only files that are new or changed are looked at."""

EXAMPLES = """examples:
  sonograph archive scan recordings/ -o all.parquet --zone UTC
  sonograph archive scan site1/ site2/ -o all.parquet --draw coverage.png
  sonograph archive scan harp/ -o harp.jsonl --json > harp.json
  sonograph archive scan st/ -o st.parquet --times logbook.csv --zone +02:00
  sonograph archive scan birds/ -o birds.parquet --clips
"""

FEW = 5
"""Findings of a kind, and gaps, that are told; --json tells all."""
UNPLACED = ("no-time", "clock-unset", "clock-changed")
"""What keeps a file from every timeline."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the action."""
    parser.add_argument("paths", nargs="+", metavar="SOURCE", help="a folder of recordings, or a sound file")
    out = options.group(parser, "where to")
    out.add_argument(
        "-o", "--output", required=True, metavar="CATALOGUE",
        help="a .parquet, or a .jsonl, which needs no package; another name: Parquet where pyarrow is there",
    )  # fmt: skip
    out.add_argument("--draw", metavar="PICTURE", help="a picture of coverage: a .png, .svg, .pdf, .jpg, .webp or .tif")
    out.add_argument("--json", action="store_true", help="what there is as one JSON object, for machines")
    out.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    when = options.group(parser, "when it was recorded")
    when.add_argument(
        "--times", metavar="TABLE", help="a CSV with columns file and start, which counts for more than the files"
    )
    when.add_argument(
        "--zone", metavar="NAME", help="of times without one: UTC, +02:00, Europe/Berlin [none is assumed]"
    )
    when.add_argument(
        "--join", type=float, metavar="SECONDS",
        help="by which a file may begin late or early, and still go on [as exact as its time: 1 s for names]",
    )  # fmt: skip
    when.add_argument(
        "--clock-check", nargs=2, action="append", metavar=("SAID", "TRUE"),
        help="what the recorder's clock said, and what was true then; once, or twice for its drift",
    )  # fmt: skip
    clips = options.group(parser, "sounds that stand for themselves")
    clips.add_argument(
        "--clips", action="store_true",
        help="each file is a clip that needs no time; its label is the folder that it lies in, or what a table of "
        "file,label says, which SOURCE then is",
    )  # fmt: skip
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Scan; return the exit code."""
    if arguments.clips:
        from sonograph.cli import scanned_clips

        return scanned_clips.run(arguments)
    from sonograph import archive
    from sonograph.archive.catalogues import stored
    from sonograph.archive.catalogues.report import report
    from sonograph.archive.catalogues.scanning import check_join
    from sonograph.atomic import check_output, name_of
    from sonograph.cli.progress import Progress
    from sonograph.errors import OutputError
    from sonograph.io.replacing import Output

    there = os.path.lexists(arguments.output)
    if there and not stored.is_one(arguments.output):
        raise OutputError(f"{name_of(arguments.output)}: is there already and is no catalogue. Name another file.")
    listed = [Output(arguments.output, overwrite=True)]
    if arguments.draw is not None:
        listed.append(Output(arguments.draw, "--draw"))
    outputs.check(arguments, listed)
    check_output(arguments.output)
    stored.form_of(arguments.output)
    if arguments.draw is not None:
        _check_picture(arguments.draw)
    progress = Progress(0, "files", quiet=arguments.quiet)
    if arguments.join is not None:
        check_join(arguments.join, "--join")

    def tell(done: int, total: int) -> None:
        progress.total = total
        progress.add(1)

    catalogue = archive.scan(
        arguments.paths, times=arguments.times, zone=arguments.zone, join=arguments.join,
        clock_check=arguments.clock_check, catalogue=arguments.output if there else None, workers=1, tell=tell,
    )  # fmt: skip
    progress.clear()
    catalogue.save(arguments.output)
    account = report(catalogue)
    if arguments.draw is not None:
        from sonograph.pictures.recorded import draw_coverage

        draw_coverage(account, path=arguments.draw)
    if arguments.json:
        print(json.dumps(account.values()))
    else:
        print("\n".join(lines(account)))
    for one in catalogue.faults:
        talk(one.sentence)
    unplaced = [one for one in account.findings if one.kind in UNPLACED]
    return exits.INPUT if catalogue.faults or unplaced else exits.DONE


def _check_picture(path: str) -> None:
    from sonograph.atomic import check_output
    from sonograph.pictures.out.save import FLAT, format_of

    if format_of(path) == "html":
        raise SettingsError(f'--draw ends in ".html"; this picture is {FLAT}')
    check_output(path)


def lines(account: Report) -> list[str]:
    """What a catalogue tells, for people."""
    values = account.values()
    read, total = values["n_read"], values["n_files"]
    known = "" if read == total else f", of which {read:,} are new or changed"
    found = [f"{counted(total, 'file')}, {_bytes(values['bytes'])}{known}; {counted(len(account.covered), 'timeline')}"]
    if account.covered:
        found += ["", *_table([_row(one) for one in account.covered])]
    for one in account.covered:
        found += _gaps(one, several=len(account.covered) > 1)
    by_kind: dict[str, list[Finding]] = {}
    for finding in account.findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    for kind, listed in by_kind.items():
        found += ["", *(one.sentence for one in listed[:FEW])]
        if len(listed) > FEW:
            found.append(f"… and {len(listed) - FEW:,} more of this sort ({kind}); --json tells all")
    return found


HEAD = ("recorder", "rate", "channels", "from (UTC)", "to (UTC)", "recorded", "of it", "runs", "duty cycle", "drift")


def _row(one: Covered) -> tuple[str, ...]:
    from sonograph.io.status import shown
    from sonograph.units import duration, rate

    values = one.values()
    cycle = "" if one.cycle is None else f"{duration(one.cycle.recorded)} every {duration(one.cycle.every)}"
    drift = "" if one.drift_ppm is None else f"{one.drift_ppm:+.1f} ppm"
    return (
        shown(one.recorder) or "-", rate(one.sample_rate), str(values["n_channels"]), _when(values["start"]),
        _when(values["end"]), duration(one.recorded), f"{one.share:.1%}", f"{len(one.joined.runs):,}", cycle, drift,
    )  # fmt: skip


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    kept = [i for i in range(len(HEAD)) if any(row[i] for row in rows)]
    listed = [HEAD, *rows]
    widths = {i: max(len(row[i]) for row in listed) for i in kept}
    return ["  ".join(row[i].ljust(widths[i]) for i in kept).rstrip() for row in listed]


def _gaps(one: Covered, *, several: bool) -> list[str]:
    """The longest gaps that are none of the duty cycle's."""
    from sonograph.archive.segments.moments import stamp
    from sonograph.io.status import shown
    from sonograph.units import duration

    odd = one.odd_gaps
    if not odd:
        return []
    of = f" of {shown(one.recorder) or 'the one without a name'} at {one.sample_rate:g} Hz" if several else ""
    beyond = " beyond the duty cycle" if one.cycle is not None else ""
    found = ["", f"{counted(len(odd), 'gap')}{of}{beyond}" + (", the longest:" if len(odd) > FEW else ":")]
    for start, end in sorted(odd[:FEW]):
        found.append(f"  {_when(stamp(start))} to {_when(stamp(end))}  {duration((end - start) / 1e9)}")
    return found


def _when(text: str) -> str:
    return text[:19].replace("T", " ")


def _bytes(count: int) -> str:
    from sonograph.units import prefix

    unit, name = prefix(float(count)) if count else (1.0, "")
    return f"{count / unit:.3g} {name}B"

"""`sonograph summary`: levels of days, months or all of an archive, as a table and as a picture."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sonograph.cli import archived, exits, options, outputs
from sonograph.cli.exits import talk
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.archive.levels.minutes import Minutes
    from sonograph.archive.levels.summary import LevelSummary
    from sonograph.archive.reading.kept import Kept

HELP = """Say how loud it was: for each day or month of an archive the mean of power, percentiles of the levels of its
minutes, and sound exposure, each of what was recorded; in all, in decidecades, or in bands of your own."""

EXAMPLES = """examples:
  sonograph summary site.archive
  sonograph summary site.archive --every day --bands bands.csv -o days.csv
  sonograph summary site.archive --every day --draw days.png --view levels
  sonograph summary site.archive --from 2024-05-01 --draw may.png
  sonograph summary site.archive --draw year.png --view spectrogram
"""

EVERY, VIEWS = ("day", "month", "all"), ("spectrum", "levels", "spectrogram")
PERCENTS = (5.0, 25.0, 50.0, 75.0, 95.0)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    archived.add_archive(parser)
    how = options.group(parser, "what to tell")
    how.add_argument("--every", choices=EVERY, default="month", help="of what, in UTC: day, month or all [month]")
    archived.add_bands(how, "broadband")
    how.add_argument(
        "--percentiles", nargs="+", type=float, metavar="P", default=PERCENTS,
        help="levels below which so many percent of the minutes lie: 95 is what some call L5 [5 25 50 75 95]",
    )  # fmt: skip
    how.add_argument(
        "--sel-of-whole", action="store_true",
        help="also the exposure if all of a stretch had been as loud as what was recorded of it",
    )  # fmt: skip
    out = options.group(parser, "where to")
    out.add_argument("-o", "--output", metavar="OUT", help="a table: a .csv, .jsonl or .parquet [it is printed]")
    out.add_argument("--draw", metavar="PICTURE", help="a picture: a .png, .svg, .pdf, .jpg, .webp or .tif")
    out.add_argument(
        "--view", choices=VIEWS, default="spectrum",
        help="spectrum: percentiles over frequency; levels: one stretch after another; spectrogram: of all [spectrum]",
    )  # fmt: skip
    out.add_argument("--json", action="store_true", help="the table as JSON lines on standard output, for machines")
    out.add_argument("-q", "--quiet", action="store_true", help="no progress, and no table where it is written")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Sum up; return the exit code."""
    from sonograph.archive.levels import summary_tables
    from sonograph.archive.levels.long_term import LongTerm
    from sonograph.archive.levels.summary import MILLIDECADES, Sums
    from sonograph.pictures.sound_levels import check_bands

    first, last = archived.stretch_of(arguments)
    bands, percents, whole = archived.bands_of(arguments), arguments.percentiles, arguments.sel_of_whole
    _check(arguments)
    kept, faults = archived.kept(arguments, first, last)
    table, spectra, columns = Sums(arguments.every, bands), None, None
    if arguments.draw is not None and arguments.view == "spectrum":
        spectra = Sums("all", MILLIDECADES)
    elif arguments.draw is not None and arguments.view == "spectrogram":
        columns = LongTerm(*kept.stretch(first, last))
    elif arguments.draw is not None:
        check_bands(len(bands) if not isinstance(bands, str) else {"broadband": 1}.get(bands, 99))
    for piece in _pieces(arguments, kept, first, last):
        for one in (table, spectra, columns):
            if one is not None:
                one.add(piece)
    if not table.summaries:
        talk("no sound was recorded in that time; there is nothing to tell")
        return exits.INPUT
    _draw(arguments, table.summaries, spectra, columns)
    if arguments.output is not None:
        summary_tables.write(arguments.output, table.summaries, percents, whole=whole)
    if arguments.json:
        for row in summary_tables.rows(table.summaries, percents, whole=whole):
            print(json.dumps(row))
    elif arguments.output is None and not (arguments.quiet and arguments.draw is not None):
        print("\n".join(_lines(table.summaries, percents, whole)))
    return archived.tell(faults)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be done, before any work."""
    from sonograph.archive.levels import summary_tables
    from sonograph.atomic import check_output
    from sonograph.pictures.out.save import FLAT, format_of

    for one in arguments.percentiles:
        if not 0 <= one <= 100:
            raise SettingsError(f"--percentiles holds {one:g}; each must be 0 to 100")
    if arguments.output is not None:
        summary_tables.check(arguments.output)
    if arguments.draw is not None and format_of(arguments.draw) == "html":
        raise SettingsError(f'--draw ends in ".html"; this picture is {FLAT}')
    if arguments.draw is None and arguments.view != "spectrum":
        raise SettingsError(f"--view {arguments.view} is given without --draw, which names the picture")
    outputs.check(arguments)
    for path in (arguments.output, arguments.draw):
        if path is not None:
            check_output(path)


def _pieces(arguments: argparse.Namespace, kept: Kept, first: Any, last: Any) -> Iterator[Minutes]:
    """The minutes day by day."""
    from sonograph.archive.levels.day import DAY
    from sonograph.archive.reading.day_by_day import days
    from sonograph.cli.progress import Progress

    start, stop = kept.stretch(first, last)
    progress = Progress(-(-(stop - start) // DAY), "days", quiet=arguments.quiet)
    for day in days(kept, start=first, end=last):
        yield day.minutes
        progress.add(1)
    progress.clear()


def _draw(arguments: argparse.Namespace, summaries: list[LevelSummary], spectra: Any, columns: Any) -> None:
    if arguments.draw is None:
        return
    from sonograph.pictures import long_term, sound_levels

    percents = sorted(arguments.percentiles)
    if spectra is not None:
        [whole] = spectra.summaries
        sound_levels.draw_level_percentiles(whole, percents=percents, path=arguments.draw)
    elif columns is not None:
        long_term.draw_long_term(columns, path=arguments.draw)
    else:
        sound_levels.draw_levels(summaries, percents=(percents[0], percents[-1]), path=arguments.draw)


def _lines(summaries: list[LevelSummary], percents: list[float], whole: bool) -> list[str]:
    """The table for people."""
    from sonograph.archive.levels.summary_tables import percentile_name, rows

    heads = ["from (UTC)", "recorded", "of it", "band", "mean", *(percentile_name(one) for one in percents), "SEL"]
    listed = [heads + ["SEL of whole"] * whole]
    for row in rows(summaries, percents, whole=whole):
        levels = ["mean_db", *(percentile_name(one) for one in percents), "sel_db", *["sel_whole_db"] * whole]
        told = ["" if row[name] is None else f"{row[name]:.1f}" for name in levels]
        started = row["start"][:16].replace("T", " ").removesuffix(" 00:00")
        listed.append([started, _hours(row["effort_s"]), f"{row['coverage']:.1%}", row["band"], *told])
    widths = [max(len(row[i]) for row in listed) for i in range(len(listed[0]))]
    numbers = {*range(1, 3), *range(4, len(heads) + whole)}
    first = summaries[0]
    words = f"mean of power and percentiles of minutes, {first.level_unit}; SEL of what was recorded, {first.sel_unit}"
    return [words, "", *(
        "  ".join(cell.rjust(width) if i in numbers else cell.ljust(width)
                  for i, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in listed
    )]  # fmt: skip


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"

"""`sonograph archive export`: what an archive holds as files that other programs read."""

from __future__ import annotations

import argparse
from datetime import datetime

from sonograph.cli import archived, exits, options, outputs
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError

HELP = """Write the minutes of an archive as files that other programs read, one for each day of UTC that holds sound:
netCDF in the forms of pbp and of SoundCoop, and CSV or Parquet as PAMscapes reads them. Missing is missing there.
Features of windows become one table, CSV or Parquet; so does an archive of clips, with files and labels, or tar files
that WebDataset reads."""

EXAMPLES = """examples:
  sonograph archive export site.archive -o days --to netcdf --prefix A1_
  sonograph archive export site.archive -o days --to netcdf \\
      --profile soundcoop --attributes site.toml --quality judged.csv
  sonograph archive export site.archive -o tables --to csv --bands decidecades
  sonograph archive export pump.archive -o tables --to csv --product features
  sonograph archive export birds.archive -o tables --to parquet
  sonograph archive export birds.archive -o shards --to webdataset
"""

FORMS = ("netcdf", "parquet", "csv", "webdataset")
PROFILES = ("pbp", "soundcoop")
PRODUCTS = ("minutes", "features")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the action."""
    archived.add_archive(parser, until="--until")
    out = options.group(parser, "where to")
    out.add_argument("-o", "--output", required=True, metavar="FOLDER", help="made, if it is not there")
    out.add_argument("--to", required=True, choices=FORMS, metavar="FORM", help=", ".join(FORMS))
    out.add_argument("--product", choices=PRODUCTS, default="minutes", help="minutes, or features of windows [minutes]")
    out.add_argument("--prefix", default="", metavar="TEXT", help="what names begin with, before the day [nothing]")
    out.add_argument("-q", "--quiet", action="store_true", help="say only what is at fault")
    how = options.group(parser, "of netCDF")
    how.add_argument(
        "--profile", choices=PROFILES, default="pbp",
        help="pbp: float32, from 0 Hz on; soundcoop: float64, from 0.1 Hz on, and cal_frequency [pbp]",
    )  # fmt: skip
    how.add_argument(
        "--attributes", action="append", metavar="FILE",
        help="what only you know, in TOML or in pbp's YAML: title, institution …; may be given again",
    )  # fmt: skip
    how.add_argument("--quality", metavar="FILE", help="what was judged: a CSV of start,end,freqMin,freqMax,quality")
    table = options.group(parser, "of CSV and Parquet")
    archived.add_bands(table, "millidecades")
    table.add_argument("--long", action="store_true", help="a row for each band: UTC, type, frequency, value")
    clips = options.group(parser, "of clips, to WebDataset")
    clips.add_argument("--clips", type=int, metavar="N", help="in a tar file [1000]")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Export; return the exit code."""
    from sonograph.archive.runs.plans import read_about
    from sonograph.archive.stores.files import files_of

    if read_about(files_of(arguments.archive)).get("clips"):
        from sonograph.cli import exported_clips

        return exported_clips.run(arguments)
    if arguments.to == "webdataset" or arguments.clips is not None:
        flag = "--clips" if arguments.clips is not None else "--to webdataset"
        raise SettingsError(f"{flag} is for an archive of clips, and {arguments.archive} is one of recordings")
    _check(arguments)
    first, last = archived.stretch_of(arguments)
    return (_features if arguments.product == "features" else _minutes)(arguments, first, last)


def _features(arguments: argparse.Namespace, first: datetime | None, last: datetime | None) -> int:
    from sonograph import archive

    outputs.check(arguments, ())
    name = archive.open(arguments.archive).named(arguments.timeline)
    path = archived.made_folder(arguments) / f"{arguments.prefix}{name}_features.{arguments.to}"
    faults = archive.feature_table(arguments.archive, path, to=arguments.to, timeline=name, start=first, end=last)
    if not arguments.quiet:
        print(path)
    return archived.tell(faults)


def _minutes(arguments: argparse.Namespace, first: datetime | None, last: datetime | None) -> int:
    from sonograph import archive
    from sonograph.archive.exports.tables import day_tables

    bands = archived.bands_of(arguments)
    outputs.check(arguments, ())
    found, faults = archived.kept(arguments, first, last)
    folder = archived.made_folder(arguments)
    if arguments.to == "netcdf":
        paths = archive.day_files(
            found, folder, prefix=arguments.prefix, profile=arguments.profile, attributes=arguments.attributes,
            quality=arguments.quality, start=first, end=last,
        )  # fmt: skip
    else:
        paths = day_tables(found, folder, to=arguments.to, prefix=arguments.prefix, bands=bands, long=arguments.long,
                           start=first, end=last)  # fmt: skip
    if not paths:
        talk("no sound was recorded in that time; nothing is written")
        return exits.INPUT
    if not arguments.quiet:
        print(f"{counted(len(paths), 'day')}: {paths[0]}" + (f" to {paths[-1].name}" if len(paths) > 1 else ""))
    return archived.tell(faults)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that would do nothing."""
    of_netcdf = [("--profile", arguments.profile != "pbp"), ("--attributes", arguments.attributes is not None),
                 ("--quality", arguments.quality is not None)]  # fmt: skip
    of_tables = [("--bands", arguments.bands != "millidecades"), ("--long", arguments.long)]
    if arguments.product == "features" and arguments.to == "netcdf":
        raise SettingsError("--to is netcdf, which is for minutes; of features it must be parquet or csv")
    what, idle = f"--to {arguments.to}", of_tables if arguments.to == "netcdf" else of_netcdf
    if arguments.product == "features":
        what, idle = "--product features", of_tables + of_netcdf
    for flag, given in idle:
        if given:
            raise SettingsError(f"{flag} is given with {what}, which has no such thing; leave it out")

"""`sonograph archive export` of an archive of clips: one table with files and labels, or tar files of WebDataset."""

from __future__ import annotations

import argparse

from sonograph.cli import archived, exits, outputs
from sonograph.cli.exits import counted, talk
from sonograph.cli.idle import refuse
from sonograph.errors import SettingsError

OF_RECORDINGS = ("attributes", "quality", "long")


def run(arguments: argparse.Namespace) -> int:
    """Export; return the exit code."""
    from sonograph.archive import ClipRows, clip_table, web_dataset
    from sonograph.archive.exports.webdataset import CLIPS

    _check(arguments)
    outputs.check(arguments, ())
    rows = ClipRows(arguments.archive, arguments.timeline)
    faults = rows.check_computed()
    folder = archived.made_folder(arguments)
    if arguments.to == "webdataset":
        clips = CLIPS if arguments.clips is None else arguments.clips
        paths, count = web_dataset(rows, folder, prefix=arguments.prefix, clips=clips)
        if count < len(rows):
            talk(f"{counted(len(rows) - count, 'clip')} without numbers left out")
        words = f"{counted(count, 'clip')}: {paths[0] if paths else folder}"
        words += f" to {paths[-1].name}" if len(paths) > 1 else ""
    else:
        path = folder / f"{arguments.prefix}{rows.name}.{arguments.to}"
        clip_table(rows, path, to=arguments.to)
        words = f"{counted(len(rows), 'clip')}: {path}"
    if not arguments.quiet:
        print(words)
    for name, fault in faults.items():
        talk(archived.lost(name, fault))
    return exits.INPUT if faults else exits.DONE


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what is of recordings, and options that would do nothing."""
    if arguments.to == "netcdf":
        raise SettingsError("--to is netcdf, which is for recordings; of clips it must be parquet, csv or webdataset")
    for flag, given in (
        ("--from", arguments.first is not None), ("--until", arguments.last is not None),
        ("--profile", arguments.profile != "pbp"),
        ("--product", arguments.product != "minutes"), ("--bands", arguments.bands != "millidecades"),
    ):  # fmt: skip
        if given:
            raise SettingsError(f"{flag} has no effect with an archive of clips; leave it out")
    refuse(arguments, OF_RECORDINGS, "an archive of clips")
    if arguments.to != "webdataset":
        refuse(arguments, ("clips",), f"--to {arguments.to}")

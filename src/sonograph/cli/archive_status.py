"""`sonograph archive status`: how far an archive is."""

from __future__ import annotations

import argparse
import json

from sonograph.cli import archived, exits, options
from sonograph.cli.exits import counted, talk

HELP = """Say how far an archive is: what is computed, what is still to do, and which files could not be read."""

EXAMPLES = """examples:
  sonograph archive status site.archive
  sonograph archive status site.archive --join
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the action."""
    parser.add_argument("archive", metavar="ARCHIVE", help="a folder of 'sonograph archive plan'")
    parser.add_argument(
        "--join",
        action="store_true",
        help="first join what 'archive run --part' did, once all have ended",
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object, for machines")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Tell; return the exit code."""
    from sonograph import archive
    from sonograph.archive.runs.parts import ledgers
    from sonograph.units import duration

    if arguments.join:
        archive.join(arguments.archive)
    found = archive.status(arguments.archive)
    faults = {name: words for one in found for name, words in one.faults.items()}
    if arguments.json:
        print(json.dumps({"products": [one.values() for one in found]}))
    else:
        for one in found:
            failed = f", {one.failed:,} with files that failed" if one.failed else ""
            print(f"{one.timeline} {one.product}: {counted(one.shards, 'shard')}: {one.done:,} computed{failed}, "
                  f"{one.empty:,} without sound, {one.todo:,} to do; {duration(one.seconds)} of sound")  # fmt: skip
    left = ledgers(arguments.archive)
    if left:
        talk(f"{counted(len(left), 'part')} of a run not joined yet: --join, once they have ended")
    for name, words in faults.items():
        talk(archived.lost(name, words))
    return exits.INPUT if faults else exits.DONE

"""`sonograph archive verify`: whether an archive is whole, and damage made good."""

from __future__ import annotations

import argparse
import json

from sonograph.cli import exits, options
from sonograph.cli.exits import counted, talk

HELP = """Look at every file of an archive, and at every file of sound that it was made of, and name what is not as it
was written: the array, the shard, and the sound that it was made of. --repair computes that again, and nothing else."""

EXAMPLES = """examples:
  sonograph archive verify site.archive
  sonograph archive verify site.archive --repair
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the action."""
    parser.add_argument("archive", metavar="ARCHIVE", help="a folder of 'sonograph archive plan'")
    parser.add_argument("--repair", action="store_true", help="compute what is damaged again")
    parser.add_argument("--processes", type=int, metavar="N", help="how many at a time [as the machine has cores]")
    parser.add_argument("--json", action="store_true", help="what was found as one JSON object, for machines")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Verify; return the exit code."""
    from sonograph import archive
    from sonograph.errors import SettingsError

    if arguments.processes is not None and arguments.processes < 1:
        raise SettingsError(f"--processes is {arguments.processes}; it must be 1 or more")
    found = archive.verify(arguments.archive, repair=arguments.repair, workers=arguments.processes)
    left = archive.verify(arguments.archive) if arguments.repair and found else found
    if arguments.json:
        print(json.dumps({"found": [one.values() for one in found], "left": [one.values() for one in left]}))
    else:
        for one in found:
            print(one.sentence)
        if not found:
            print("all is whole")
        elif arguments.repair:
            print(f"{counted(len(found) - len(left), 'fault')} made good")
    if arguments.repair:
        for one in left:
            talk(one.sentence)
    return exits.INPUT if left else exits.DONE

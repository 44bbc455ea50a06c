"""`sonograph archive`: months of recordings as one sound; each of its actions is a file, `archive_NAME`."""

from __future__ import annotations

import argparse
import importlib

from sonograph.cli import exits, options
from sonograph.cli.exits import talk

HELP = """Months of recordings as one sound: what there is, when, and an archive of its levels."""

EXAMPLES = """examples:
  sonograph archive scan recordings/ -o all.parquet --zone UTC
  sonograph archive plan all.parquet -o site.archive
  sonograph archive run site.archive
  sonograph archive export site.archive -o days/ --to netcdf
"""

ACTIONS = {
    "scan": "read the headers of recordings into a catalogue, and say what there is",
    "plan": "say what an archive shall hold, and what it will cost",
    "run": "compute what an archive shall hold and does not yet",
    "status": "say how far an archive is",
    "export": "write its minutes as files that other programs read, one for each day",
    "verify": "look whether an archive is whole, and make damage good",
}
"""The actions, in the order in which they are done."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The actions of the command."""
    from sonograph.cli.commands import add_command

    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions", prog="sonograph archive")
    for name, summary in ACTIONS.items():
        module = importlib.import_module(f"sonograph.cli.archive_{name}")
        add_command(actions, name, f"archive {name}", summary, module)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """No action was named."""
    talk(f"name an action: {', '.join(ACTIONS)} ('sonograph archive --help' tells more)")
    return exits.USAGE

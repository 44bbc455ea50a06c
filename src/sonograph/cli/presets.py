"""`sonograph presets`: other libraries' numbers, and standards' bands, by name."""

from __future__ import annotations

import argparse

from sonograph.cli import exits, options

HELP = """List the presets: settings that give another library's numbers, or the bands of a standard. With a NAME, print
its settings as TOML, to be changed and handed to --settings."""

EXAMPLES = """examples:
  sonograph presets
  sonograph presets librosa.mfcc > mfcc.toml
  sonograph features birds/ -o mfcc.csv --settings mfcc.toml
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a preset, as librosa.mfcc")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print; return the exit code."""
    from sonograph.named.presets import preset_names, preset_source
    from sonograph.settings import to_toml

    if arguments.name is not None:
        settings = options.preset_called(arguments.name)
        print(f"# {arguments.name}: {preset_source(arguments.name)}\n{to_toml(settings)}")
        return exits.DONE
    width = max(map(len, preset_names()))
    for name in preset_names():
        print(f"{name:<{width}}  {preset_source(name)}")
    return exits.DONE

"""The commands and their parsers. Each is one file with `HELP`, `arguments(parser)` and `run(arguments) -> exit code`.

A file is loaded when its command is asked for.
"""

from __future__ import annotations

import argparse
import importlib
import re
from typing import Any, NoReturn

from sonograph.cli import exits
from sonograph.cli.exits import talk

COMMANDS = {
    "draw": "draw the spectrogram of sound files as a picture",
    "info": "say what sound files hold: rate, channels, duration, format, peak and rms",
    "features": "compute features of many sound files into one table",
    "index": "put sound files into an index, in which a few seconds of them are found again",
    "find": "find which recording of an index a sound is, and where in it",
    "pulses": "find pings, clicks and knocks in sound files, their echoes, and how regularly they come",
    "detect": "find sounds like a template in sound files, at a rate of false alarms that you choose",
    "echogram": "turn a recording of an active sonar into an echogram: pings across, range downwards",
    "archive": "months of recordings as one sound: what there is, and its levels and pictures kept",
    "summary": "levels of days, months or a year of an archive: means, percentiles, exposure, pictures",
    "train": "learn what sounds are called, from a folder a class or a table; says how right it is",
    "classify": "say what sounds are, by a model that 'sonograph train' wrote",
    "listen": "write a WAV of a box of a spectrogram, or of what features keep of a sound",
    "view": "see and hear sound files of any length in the browser",
    "presets": "list other libraries' numbers by name, or print one as settings",
    "demo": "draw demonstration pictures of sounds that Sonograph makes itself",
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without a screen of usage. A number below 0 is no option, as -700k and -7e5."""

    def __init__(self, *names: Any, **given: Any) -> None:
        super().__init__(*names, **given)
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        for kind, words in (("int", "it must be a whole number"), ("float", "it must be a number")):
            message = re.sub(f"invalid {kind} value: (.*)", rf"\1; {words}", message)
        talk(f"{message.removeprefix('argument ')} ('{self.prog} --help' tells more)")
        raise SystemExit(exits.USAGE)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Fills lines with what a command is for; examples, which are indented, stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        fill = super()._fill_text if "\n  " in text else super(argparse.RawDescriptionHelpFormatter, self)._fill_text
        return fill(text, width, indent)


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The parser; with the options of one command alone, as no more is needed to run it."""
    top = _Parser(
        prog="sonograph",
        description="Pictures of sound you can trust.",
        epilog="examples:\n  sonograph demo\n  sonograph draw robin.wav -o robin.png\n  sonograph info *.flac\n\n"
        "'sonograph COMMAND --help' tells more of each.\n\n" + exits.TABLE,
        formatter_class=_Help,
    )
    top.add_argument("--version", action="store_true", help="print the version and leave")
    top.add_argument(
        "--print-completion", metavar="SHELL", help="print what bash or zsh needs to complete commands, and leave"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands", prog="sonograph")
    for name, summary in COMMANDS.items():
        if only is not None and name != only:
            commands.add_parser(name, help=summary)
            continue
        add_command(commands, name, name, summary, importlib.import_module(f"sonograph.cli.{name}"))
    return top


def add_command(commands: Any, name: str, whole: str, summary: str, module: Any) -> None:
    """Put a command, or an action of one, among others; `whole` is all that is typed for it."""
    command = commands.add_parser(
        name,
        help=summary,
        description=module.HELP,
        epilog=module.EXAMPLES + "\n" + exits.TABLE,
        formatter_class=_Help,
        add_help=False,
    )
    module.arguments(command)
    command.usage = _usage(whole, command)
    command.set_defaults(run=module.run)


def _usage(name: str, command: argparse.ArgumentParser) -> str:
    """A command with what it needs, in a line; its options follow anyway, by what they are for."""
    words = [f"sonograph {name}"]
    for action in command._actions:
        shown = action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar or ())
        if not action.option_strings:
            several = {"+": f"{shown} [{shown} ...]", "*": f"[{shown} ...]", "?": f"[{shown}]"}
            words.append(several.get(str(action.nargs), shown))
        elif action.required:
            words.append(f"{action.option_strings[0]} {shown}")
    return f"{' '.join(words)} [options]".replace("%", "%%")


def of_command(top: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    """The parser of one command."""
    (commands,) = (action for action in top._actions if action.dest == "command")
    found: argparse.ArgumentParser = commands.choices[name]  # type: ignore[index]
    return found

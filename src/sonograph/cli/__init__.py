"""The command `sonograph`: which command was asked for, and what its end means to a shell.

Nothing heavy is loaded here, NumPy included, so that help and mistyped options answer at once. Each command is one
file with `HELP`, `arguments(parser)` and `run(arguments) -> exit code`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import re
import sys
from collections.abc import Sequence
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
DRAWING = ("draw", "demo", "detect", "echogram", "archive", "summary")
"""Those that need Matplotlib."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without a screen of usage."""

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


def _of_action(
    name: str, command: argparse.ArgumentParser, words: list[str]
) -> tuple[str, argparse.ArgumentParser, list[str]]:
    """What is typed for a command, its parser and the words after it; where a command has actions, of the one asked."""
    actions = next((one for one in command._actions if one.dest == "action" and isinstance(one.choices, dict)), None)
    at = next((i for i, word in enumerate(words) if not word.startswith("-")), None)
    if actions is None or at is None:
        return name, command, words
    if words[at] not in actions.choices:  # type: ignore[operator]
        from sonograph.cli.foreign import refuse_action

        refuse_action(name, words[at], list(actions.choices))  # type: ignore[arg-type]
    return f"{name} {words[at]}", actions.choices[words[at]], words[at + 1 :]  # type: ignore[index]


def command() -> NoReturn:
    """What a shell runs. All is closed at its end: to take the interpreter apart as well would cost 20 ms."""
    gc.set_threshold(100_000)  # loading makes many objects and no garbage
    _fill_closed()
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        code = code if code == exits.OUTPUT else exits.report(error)  # it has been told where it came up
    os._exit(code)


def _fill_closed() -> None:
    """Put something where a standard stream is closed: Python has None there, and the next file takes its number.

    What is read there has ended, and what is written to standard output fails as to a full disk.
    """
    for name, access, mode in (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, access), mode))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = argparse.Namespace()
    try:
        arguments = _parsed(given)
        code = _run(arguments)
        sys.stdout.flush()
    except SystemExit as end:  # argparse has said what is wrong, or printed the help
        return end.code if isinstance(end.code, int) else exits.USAGE
    except BrokenPipeError:
        # the reader of our output has gone, as `| head` does; nothing may be flushed to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OUTPUT
    except BaseException as error:
        code = exits.report(error)
    _tell_of_defaults(arguments, code)
    return code


def _parsed(given: list[str]) -> argparse.Namespace:
    """What was typed, with what files of defaults say.

    Raises
    ------
    SettingsError
        A command, or an option of one, that is none.
    TextError
        A file of defaults that cannot be used.
    """
    at = next((i for i, word in enumerate(given) if not word.startswith("-")), len(given))
    asked = given[at] if at < len(given) and not any(word.startswith("--print") for word in given[:at]) else None
    if asked == "help":
        given = [*(word for word in given[at + 1 :] if word in COMMANDS), "--help"]
        at, asked = 0, given[0] if len(given) > 1 else None
    if asked is None:
        return parser().parse_args(given)
    from sonograph.cli import defaults, foreign

    if asked not in COMMANDS:
        foreign.refuse_command(asked, COMMANDS)
    top = parser(asked)
    name, options, after = _of_action(asked, of_command(top, asked), given[at + 1 :])
    foreign.refuse_unknown(name, options, after)
    usual = defaults.prepare(options)
    reworded = getattr(importlib.import_module(f"sonograph.cli.{asked}"), "reworded", list)
    arguments = top.parse_args(reworded(given))
    defaults.settle(arguments, options, usual)
    captioned = asked == "draw" and arguments.output is not None
    if not captioned and not getattr(arguments, "quiet", False) and (words := defaults.words_of(arguments)):
        talk(f"{words}.")
    return arguments


def _tell_of_defaults(arguments: argparse.Namespace, code: int) -> None:
    """Say which options of a command that was refused nobody typed."""
    if code == exits.USAGE and getattr(arguments, "chosen", None):
        from sonograph.cli.defaults import words_of

        if words := words_of(arguments):
            talk(f"{words}; --no-defaults leaves it alone")


def _print_completion(shell: str) -> int:
    from sonograph.checks import one_of
    from sonograph.cli.completion import SHELLS, script

    one_of("--print-completion", shell, SHELLS)
    top = parser()
    print(script(top, [of_command(top, name) for name in COMMANDS], shell))
    return exits.DONE


def _run(arguments: argparse.Namespace) -> int:
    if arguments.version:
        from sonograph import __version__

        print(f"sonograph {__version__}")
        return exits.DONE
    if arguments.print_completion is not None:
        return _print_completion(arguments.print_completion)
    if arguments.command is None:
        talk("name a command: " + ", ".join(COMMANDS) + " ('sonograph --help' tells more)")
        return exits.USAGE
    if arguments.command in DRAWING:
        from sonograph.cli.home import of_matplotlib

        with of_matplotlib():
            return int(arguments.run(arguments))
    return int(arguments.run(arguments))

"""The command `sonograph`: which command was asked for, and what its end means to a shell.

Nothing heavy is loaded here, NumPy included, so that help and mistyped options answer at once.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from sonograph.cli import exits
from sonograph.cli.commands import COMMANDS, of_command, parser
from sonograph.cli.exits import talk

DRAWING = ("draw", "demo", "detect", "echogram", "archive", "summary")
"""Those that need Matplotlib."""


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

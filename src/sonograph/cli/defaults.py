"""Options that a file of defaults gives: sonograph.toml beside the sounds, or in the user's configuration folder.

What is typed wins over both, and what lies beside the sounds over what is the user's. A file that came with sounds may
say how they are read, computed and shown; never what is written, what else is read, or how much is allowed.
"""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sonograph.cli.commands import of_command, parser
from sonograph.cli.idle import IDLE
from sonograph.cli.streams import STANDARD
from sonograph.errors import TextError

NAME = "sonograph.toml"
COMMANDS = ("draw", "info", "features", "listen")
"""Those that take defaults, each in a table of its name; above the tables stands what is for all that have it."""
SOUNDS = ("files", "paths", "file")
NEVER = ("output", "overwrite", "report", "labels", "settings", "help", "list", "formats", "no_defaults")
"""What only the command gives: files that are read or written, and what leaves."""
ALLOWANCES = ("processes", "scheduler", "max_channels", "max_samples", "max_seconds", "max_pixels", "max_bytes")
"""What the user's own file may give, and none beside sounds."""
SILENT = ("quiet", "json")
"""What changes nothing of a result."""
LENGTHS = ("window", "hop", "n_fft", "shape", "edges", "scaling")
CALIBRATED = ("end_to_end", "hydrophone", "microphone", "gain", "full_scale")
RIVALS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("preset", "settings"), (*LENGTHS, "feature", "over")),
    (("preset",), ("settings", "unit", *CALIBRATED)),
    (("feature",), ("scaling", "over")),
    (("range",), ("percentiles", "below")),
    (("percentiles",), ("below",)),
    (("unit",), CALIBRATED),
    (("end_to_end",), ("hydrophone", "microphone", "gain", "full_scale")),
    (("hydrophone",), ("microphone",)),
    (("quick",), ("loudness", "mono", "resample")),
)
"""What does not go together: a default gives way to what was given before it."""


@dataclass
class Chosen:
    """What files of defaults chose: for each option, as parsed arguments call it, the file."""

    of: dict[str, Path] = field(default_factory=dict)

    def by_file(self, arguments: argparse.Namespace, usual: Mapping[str, Any]) -> dict[Path, list[str]]:
        """The options that are as each file says; not those that would be so anyway."""
        by_file: dict[Path, list[str]] = {}
        for name, file in self.of.items():
            value = getattr(arguments, name)
            if name not in SILENT and value is not None and value is not False and value != usual.get(name):
                by_file.setdefault(file, []).append(f"--{name.replace('_', '-')}")
        return by_file


def prepare(parser: argparse.ArgumentParser) -> dict[str, Any]:
    """What options are where nothing gives them; until `settle` they are None, so that it is seen which were typed."""
    usual = {}
    for action in parser._actions:
        if action.option_strings and action.default is not argparse.SUPPRESS:
            usual[action.dest] = action.default
            action.default = None
    return usual


def settle(arguments: argparse.Namespace, parser: argparse.ArgumentParser, usual: dict[str, Any]) -> None:
    """Put in what was not typed: what files of defaults say, then what is usual.

    Raises
    ------
    TextError
        A file of defaults that cannot be read, or holds what cannot be.
    """
    chosen = Chosen()
    if arguments.command in COMMANDS and not arguments.no_defaults:
        for path, own in _files(arguments):
            before = {name: value for name, value in vars(arguments).items() if value is not None}
            for name, value in _values(path, arguments.command, parser, own=own).items():
                if name not in before and not _clash(name, value, before, arguments.command):
                    setattr(arguments, name, value)
                    chosen.of[name] = path
    arguments.chosen, arguments.usual = chosen, usual
    for name, value in usual.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)


def words_of(arguments: argparse.Namespace) -> str:
    """What files of defaults changed for these arguments; "" for nothing."""
    found = _changes(arguments)
    return "; ".join(f"{', '.join(names)} as {path} says" for path, names in found.items())


def caption_of(arguments: argparse.Namespace) -> str:
    """The same for a picture, which goes where nobody knows our folders."""
    found = _changes(arguments)
    where = {path: "the user's" if path == user_file() else "beside it" for path in found}
    words = [f"{', '.join(name[2:] for name in names)} ({where[path]})" for path, names in found.items()]
    return f"as {NAME} says: {', '.join(words)}" if words else ""


def _changes(arguments: argparse.Namespace) -> dict[Path, list[str]]:
    chosen = getattr(arguments, "chosen", None)
    return chosen.by_file(arguments, arguments.usual) if isinstance(chosen, Chosen) else {}


def user_file() -> Path | None:
    """Where the user's own defaults lie; None where there is no home."""
    given = os.environ.get("XDG_CONFIG_HOME")
    try:
        folder = Path(given) if given else Path.home() / ".config"
    except RuntimeError:
        return None
    return folder / "sonograph" / NAME


def _files(arguments: argparse.Namespace) -> Iterator[tuple[Path, bool]]:
    """The files of defaults that are there, the nearest first, and whether each is the user's own."""
    beside = _beside(arguments)
    if beside is not None:
        yield beside, False
    own = user_file()
    if own is not None and os.path.lexists(own) and (beside is None or not _same(own, beside)):
        yield own, True


def _beside(arguments: argparse.Namespace) -> Path | None:
    """The file beside the sounds, or in the folders that are named; refused where some have another than others."""
    from sonograph.io.door import split

    listed = [getattr(arguments, name) for name in SOUNDS if getattr(arguments, name, None)]
    sounds = [one for given in listed for one in (given if isinstance(given, list) else [given])]
    folders: dict[Path, str] = {}
    for sound in sounds:
        if sound != STANDARD:
            path = Path(os.fsdecode(split(sound)[0]))
            folders.setdefault(path if path.is_dir() else path.parent, os.fsdecode(sound))
    there = {folder / NAME: sound for folder, sound in folders.items() if os.path.lexists(folder / NAME)}
    if not there:
        return None
    first, *others = there
    without = next((sound for folder, sound in folders.items() if folder / NAME not in there), None)
    other = next((path for path in others if not _same(path, first) and _text(path) != _text(first)), None)
    if without is not None or other is not None:
        what = f"{other} differs from it" if without is None else f"{without} has none beside it"
        raise TextError(f"{first}: is for the sounds in its folder, and {what}. Take one at a time, or --no-defaults.")
    return first


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _text(path: Path) -> str:
    from sonograph.io.plain_text import text_of

    return text_of(path)


def _values(path: Path, command: str, parser: argparse.ArgumentParser, *, own: bool) -> dict[str, Any]:
    """What a file gives for a command, as parsed arguments hold it.

    Raises
    ------
    TextError
        It cannot be read, is no TOML, or has a key or a value that cannot be.
    """
    from sonograph.texts import toml_values

    try:
        held = toml_values(_text(path))
    except TextError as error:
        raise error if str(error).startswith(str(path)) else TextError(f"{path}: {error}.") from None
    actions = {name: _actions(parser if name == command else _parser_of(name), own=own) for name in COMMANDS}
    found: dict[str, Any] = {}
    for table, keys in _tables(held):
        if table is not None and (table not in COMMANDS or not isinstance(keys, dict)):
            raise TextError(f"{path}: {_no_key(table, keys, actions, own=own)}")
        for key, value in keys.items():
            plain = key.replace("-", "_")
            having = [name for name in ([table] if table else COMMANDS) if plain in actions[name]]
            if not having:
                raise TextError(f"{path}: {_no_key(key, value, actions, table, own=own)}")
            typed = _typed(key, value, actions[having[0]][plain], path)
            if command in having:
                found[plain] = typed
    return found


def _tables(held: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    """What is for all commands, then each table."""
    yield None, {key: value for key, value in held.items() if key not in COMMANDS and not isinstance(value, dict)}
    yield from ((key, value) for key, value in held.items() if key in COMMANDS or isinstance(value, dict))


def _actions(parser: argparse.ArgumentParser, *, own: bool) -> dict[str, argparse.Action]:
    """The options that a file may give."""
    left_out = NEVER if own else (*NEVER, *ALLOWANCES)
    return {
        action.dest: action for action in parser._actions if action.option_strings and action.dest not in left_out
    } | {
        option.lstrip("-").replace("-", "_"): action
        for action in parser._actions
        if action.dest not in left_out
        for option in action.option_strings
        if option.startswith("--")
    }


def _parser_of(name: str) -> argparse.ArgumentParser:
    return of_command(parser(name), name)


def _no_key(
    key: str, value: Any, actions: dict[str, dict[str, argparse.Action]], table: str | None = None, *, own: bool
) -> str:
    """Why a key is none that a file may give."""
    plain = key.replace("-", "_")
    if plain in NEVER:
        return f"{key} is given with a command alone, as it names a file or what is done with one"
    if plain in ALLOWANCES and not own:
        return f"{key} is an allowance; give it with the command, or in {user_file()}"
    names = sorted({name.replace("_", "-") for command in actions.values() for name in command})
    of = f"option of {table}" if table else "option that a file of defaults gives"
    from sonograph.settings.elsewhere import called_here

    ours = called_here(plain, on_a_picture=True).replace("_", "-")
    ours = {"window-length": "window", "sample-rate": "resample"}.get(ours, ours)
    near = (
        [ours] if ours in names and ours != key else difflib.get_close_matches(plain.replace("_", "-"), names, 2, 0.6)
    )
    if near and near != [key]:
        return f"{key} is no {of}; did you mean {', '.join(near)}?"
    if isinstance(value, dict):
        return f"{key} is no command that takes defaults; tables are {', '.join(COMMANDS)}"
    return f"{key} is no {of}; keys are named as the options of 'sonograph {table or 'draw'} --help'"


def _typed(key: str, value: Any, action: argparse.Action, path: Path) -> Any:
    """A value as the option would have it."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise TextError(f"{path}: {key} is {_by(value)}; it must be true or false")
        return value
    if action.nargs == "?" and isinstance(value, bool):
        return value  # the option alone, or none
    count = action.nargs if isinstance(action.nargs, int) else None
    if count is not None:
        if not isinstance(value, list) or len(value) != count:
            raise TextError(f"{path}: {key} is {_by(value)}; it must be a list of {count}, as [-80, 0]")
        return [_one(key, each, action, path) for each in value]
    several = isinstance(action, argparse._AppendAction)
    if several and isinstance(value, list):
        return [_one(key, each, action, path) for each in value]
    one = _one(key, value, action, path)
    return [one] if several else one


def _one(key: str, value: Any, action: argparse.Action, path: Path) -> Any:
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TextError(f"{path}: {key} is {_by(value)}; it must be what --{key.replace('_', '-')} takes")
    convert: Any = action.type or str
    try:
        return convert(str(value))
    except argparse.ArgumentTypeError as error:
        raise TextError(f"{path}: {key} is {error}") from None
    except (ValueError, TypeError, OverflowError):
        kind = {"int": "a whole number", "float": "a number"}.get(getattr(convert, "__name__", ""), "another")
        raise TextError(f"{path}: {key} is {_by(value)}; it must be {kind}") from None


def _by(value: Any) -> str:
    from sonograph.checks import short

    if isinstance(value, bool):
        return "true" if value else "false"
    return "a table" if isinstance(value, dict) else short(repr(value))


def _clash(name: str, value: Any, before: Mapping[str, Any], command: str) -> bool:
    """Whether a default does not go with what was given before it."""
    if value is False:
        return False
    if any((name in a and _any(b, before, value)) or (name in b and _any(a, before, value)) for a, b in RIVALS):
        return True
    if command == "draw" and before.get("output") is None and name in ("format", "bare", "no_axes", "dpi"):
        return True
    for reason, names in IDLE.items():
        is_reason = name == reason or (name == "view" and value == reason)
        was_reason = before.get(reason) not in (None, False) or before.get("view") == reason
        if (is_reason and _any(names, before, value)) or (was_reason and name in names):
            return True
    return False


def _any(names: tuple[str, ...], before: Mapping[str, Any], value: Any) -> bool:
    return any(before.get(name) not in (None, False) for name in names)

"""What is computed of files: settings by a preset or a file, or features by name; the same options for each command."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from sonograph.cli import exits, options
from sonograph.cli.idle import refuse
from sonograph.errors import SettingsError

IDLE = ("window", "hop", "edges", "remove_dc", "high_pass", "weighting")
"""What counts only beside one that says what to compute."""


class _List(argparse.Action):
    """Prints the features that have a name, and leaves."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from sonograph.named.features import feature_names, feature_words

        width = max(map(len, feature_names()))
        for name in feature_names():
            print(f"{name:<{width}}  {feature_words(name)}")
        parser.exit(exits.DONE)


def add(how: Any) -> None:
    """The options."""
    one = how.add_mutually_exclusive_group()
    one.add_argument("--preset", metavar="NAME", help="settings by name: 'sonograph presets' lists them")
    one.add_argument("--settings", metavar="FILE", help="a TOML of settings: 'sonograph presets NAME' prints one")
    one.add_argument(
        "--feature",
        action="append",
        metavar="NAMES",
        help="by name, side by side: rms,centroid,pitch. --list tells them all",
    )
    how.add_argument("--list", action=_List, help="say which features have a name, and leave")
    how.add_argument(
        "--window", type=options.window_length, metavar="LENGTH", help="with --feature: 2048 or 25ms [2048]"
    )
    how.add_argument("--hop", type=options.length, metavar="LENGTH", help="likewise [window / 4]")
    how.add_argument("--edges", metavar="NAME", help="zeros, reflect, inside, padded, kaldi, scipy or missing [zeros]")
    options.add_cleaning(how)


def settings(arguments: argparse.Namespace, *, required: bool = True) -> Any:
    """Settings, or a Choice of features by name; None where none are given and none need be.

    Raises
    ------
    SettingsError
        None are given, options that would do nothing, settings that a table cannot hold.
    """
    if arguments.feature is not None:
        return _choice(arguments)
    if arguments.preset is None and arguments.settings is None:
        if not required:
            refuse(arguments, IDLE, "no --feature, --preset or --settings")
            return None
        raise SettingsError(
            "one of the arguments --preset --settings --feature is required (--list tells the features)"
        )
    for name in ("window", "hop", "edges"):
        if getattr(arguments, name) is not None:
            raise SettingsError(f"--{name} is given without --feature; a preset or a file of settings sets it")
    if arguments.preset is not None:
        with options.in_flags({"preset": "--preset"}):
            found: Any = options.preset_called(arguments.preset)
    else:
        found = options.settings_in(arguments.settings)
    if found.quantity == "transform":
        raise SettingsError('the values are complex, and a table holds real numbers: set quantity = "power"')
    from sonograph.analysis.coverage import refuse_unseen

    refuse_unseen(found)
    return options.cleaned(found, arguments)


def _choice(arguments: argparse.Namespace) -> Any:
    from sonograph.extract.choice import Choice

    names = tuple(name.strip() for listed in arguments.feature for name in listed.split(","))
    options.check_high_pass(arguments)
    high_pass = arguments.high_pass or 0.0
    choice = Choice(
        names,
        arguments.window,
        arguments.hop,
        arguments.edges,
        arguments.remove_dc,
        high_pass,
        arguments.weighting or "Z",
    )
    if all(given is None or given.in_samples for given in (arguments.window, arguments.hop)):
        with options.in_flags():
            choice.frames(1.0)  # refuses what no sound could be cut into
    return choice

"""Options of `sonograph draw` that would change nothing: said, not passed over."""

from __future__ import annotations

import argparse

from sonograph.errors import SettingsError

COMPUTED = (
    "preset",
    "settings",
    "window",
    "hop",
    "n_fft",
    "shape",
    "edges",
    "scaling",
    "remove_dc",
    "feature",
)
COLOURED = ("axis", "frequencies", "vscale", "below", "range", "percentiles", "mean", "colours")
IDLE = {
    "waveform": (*COMPUTED, *COLOURED),
    "spectrum": ("mean", "colours", "start_time", "zone"),
    "difference": ("percentiles",),
    "mono": ("channel",),
    "no_axes": ("title", "start_time", "zone"),
    "bare": ("title", "dpi", "no_axes", "start_time", "zone"),
    "range": ("below",),
    "percentiles": ("below",),
}
"""What has no effect with a view or another option."""


def refuse_idle(arguments: argparse.Namespace) -> None:
    """Refuse options that would change nothing, each with the one that is the reason.

    Raises
    ------
    SettingsError
        The first of them.
    """
    for reason, names in IDLE.items():
        if reason == "range" and arguments.view == "difference":
            continue  # there --below says what silence is
        if arguments.view == reason or getattr(arguments, reason, None) not in (None, False):
            because = f"--{reason.replace('_', '-')}" if hasattr(arguments, reason) else f"--view {reason}"
            refuse(arguments, names, because)


def refuse(arguments: argparse.Namespace, names: tuple[str, ...], because: str) -> None:
    """Refuse options by name, with the reason why they have no effect.

    Raises
    ------
    SettingsError
        The first that was given.
    """
    chosen = getattr(arguments, "chosen", None)  # by a file of defaults
    for name in names:
        if chosen is not None and name in chosen.of:
            setattr(arguments, name, arguments.usual[name])  # nobody typed it
        value = getattr(arguments, name)
        if value is not None and value is not False:  # 0 is a value
            raise SettingsError(f"--{name.replace('_', '-')} has no effect with {because}; leave out one or the other")

"""Who does the work of a command on many files: processes of this machine, or the workers of a cluster."""

from __future__ import annotations

import argparse

from sonograph.errors import SettingsError

HERE = "at a time, each on one thread [all cores for 32 MB or more]"


def add(group: argparse._ArgumentGroup, here: str = HERE) -> None:
    """Add --processes and --scheduler; `here` says what the former does."""
    group.add_argument("--processes", type=int, metavar="N", help=here)
    group.add_argument(
        "--scheduler", metavar="ADDRESS",
        help="the Dask scheduler whose workers do it instead, tcp://HOST:8786; they see the files by the same paths",
    )  # fmt: skip


def asked(arguments: argparse.Namespace) -> int | str | None:
    """How many processes, or the address of a scheduler; None: as fits the files.

    Raises
    ------
    SettingsError
        There cannot be so many; both were given.
    """
    processes: int | None = arguments.processes
    scheduler: str | None = arguments.scheduler
    if processes is not None and processes < 1:
        raise SettingsError(f"--processes is {processes}; it must be 1 or more")
    if scheduler is None:
        return processes
    if processes is not None:
        raise SettingsError("--processes and --scheduler are given; the scheduler knows how many workers it has")
    if "://" not in scheduler:
        raise SettingsError(f"--scheduler is {scheduler!r}; it must be an address like tcp://HOST:8786")
    return scheduler

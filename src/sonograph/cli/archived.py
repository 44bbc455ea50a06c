"""What commands of a computed archive share: which one, from when to when, in which bands, into which folder."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options
from sonograph.cli.exits import talk
from sonograph.errors import OutputError, SettingsError

if TYPE_CHECKING:
    from sonograph.archive.reading.kept import Kept

SETS = ("broadband", "decidecades", "millidecades")


def add_archive(parser: argparse.ArgumentParser, until: str = "--to") -> None:
    """The archive, and from when to when of it; `until`: what the option for its end is called."""
    parser.add_argument("archive", metavar="ARCHIVE", help="a folder of 'sonograph archive plan', computed")
    which = options.group(parser, "what of it")
    which.add_argument("--from", dest="first", metavar="TIME", help="a day, 2024-05-01, or a time, in UTC [all]")
    which.add_argument(until, dest="last", metavar="TIME", help="a day, and with it, or a time, and before it [all]")
    parser.set_defaults(until=until)
    which.add_argument("--timeline", metavar="NAME", help="which recorder, where there are several")


def add_bands(group: Any, usual: str) -> None:
    """In which bands levels are told."""
    group.add_argument(
        "--bands", metavar="BANDS", default=usual,
        help=f"{', '.join(SETS)}, or a CSV with the columns name, low and high in hertz [{usual}]",
    )  # fmt: skip


def bands_of(arguments: argparse.Namespace) -> Any:
    """The bands that are asked for; a table of them is among what is read."""
    if arguments.bands in SETS:
        return arguments.bands
    if not Path(arguments.bands).suffix and not Path(arguments.bands).exists():
        raise SettingsError(f"--bands is {arguments.bands!r}; it must be one of {', '.join(SETS)}, or a CSV of bands")
    from sonograph.archive import read_bands

    arguments.band_table = arguments.bands
    return read_bands(arguments.bands)


def stretch_of(arguments: argparse.Namespace) -> tuple[datetime | None, datetime | None]:
    """From when to when, in UTC.

    Raises
    ------
    SettingsError
        A text that is no time; an end that is not behind the start.
    """
    first = None if arguments.first is None else _moment("--from", arguments.first)
    last = None if arguments.last is None else _moment(arguments.until, arguments.last)
    if last is not None and len(arguments.last.strip()) == len("2024-05-01"):
        last += timedelta(days=1)
    if first is not None and last is not None and not first < last:
        raise SettingsError(f"{arguments.until} is {arguments.last}, not behind --from {arguments.first}")
    return first, last


def _moment(flag: str, text: str) -> datetime:
    from sonograph.io.starts import moment_of

    moment = moment_of(text)
    if moment is None:
        raise SettingsError(f"{flag} is {text!r}; it must be a day or a time of UTC: 2024-05-01, 2024-05-01T04:30")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def kept(arguments: argparse.Namespace, first: datetime | None, last: datetime | None) -> tuple[Kept, dict[str, str]]:
    """The minutes of the archive, all computed between two times, and why of each file that could not be read."""
    from sonograph.archive.reading.kept import Kept

    found = Kept(arguments.archive, arguments.timeline)
    return found, found.check_computed(first, last)


def lost(file: str, words: str) -> str:
    """That a file could not be read, and why; of a clip there is a sentence."""
    return words if words.endswith(".") else f"{file}: {words}; what it holds is missing"


def tell(faults: dict[str, str]) -> int:
    """Say which files are missing in what was made; return the exit code."""
    for path, words in faults.items():
        talk(lost(path, words))
    return exits.INPUT if faults else exits.DONE


def made_folder(arguments: argparse.Namespace) -> Path:
    """The folder that is written into, made if it is not there; one within the archive is refused."""
    from sonograph.atomic import on_disk

    folder = on_disk(arguments.output)
    if Path(arguments.archive).resolve() in (folder.resolve(), *folder.resolve().parents):
        raise OutputError(f"{arguments.output}: is in the archive. Name another folder.")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{arguments.output}: is no folder and cannot be made. Name another.") from error
    return folder

"""Options for how files are read: what full scale is, tables, limits; and the report of how each file was."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sonograph.cli import options, streams
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.io.opening import Opening

CALIBRATION = ("unit", "end_to_end", "hydrophone", "microphone", "gain", "full_scale")
OPENING = {
    "sample_rate": "--sample-rate",
    "time_column": "--time-column",
    "raw": "--raw",
    "start": "--start-time",
    "zone": "--zone",
    "resample": "--resample",
    "iq": "--iq",
}
"""What is said of a file, by the name that `sonograph.open` has for it."""
LIMITS = ("channels", "samples", "seconds", "pixels", "bytes")

READ_LIMITS = tuple(f"max_{name}" for name in LIMITS[:3])
"""The options of how much of a file is read, as their values are called."""


def add_reading(parser: argparse.ArgumentParser, *more: str, gain: bool = True) -> None:
    """What the numbers in a file are, and how much is read; `more` names the limits on what is made of it.

    gain : whether --gain is the amplifier's alone
    """
    how = options.group(parser, "what the numbers are (a FILE.toml beside the file may say so too)")
    how.add_argument("--unit", metavar="NAME", help="they are in it as they are: Pa, m/s², FS (full scale) … [FS]")
    how.add_argument("--end-to-end", type=float, metavar="DB", help="full scale (peak) of the recorder, dB re 1 µPa")
    how.add_argument("--hydrophone", type=float, metavar="DB", help="its sensitivity, dB re 1 V/µPa: below 0")
    how.add_argument("--microphone", type=float, metavar="MV", help="its sensitivity, mV/Pa")
    if gain:
        how.add_argument("--gain", type=float, metavar="DB", help="of the amplifier behind it [0]")
    how.add_argument("--full-scale", type=float, metavar="V", help="what the converter reads as 1.0, volts (peak)")
    add_numbers(how)
    if "start" in more:
        when = options.group(parser, "when it was (a FILE.toml beside the file may say so too)")
        when.add_argument(
            "--start-time",
            metavar="TIME",
            help="of the first sample, with its zone; or a pattern that reads the file's name, as %%Y%%m%%d_%%H%%M%%S",
        )
        when.add_argument("--zone", metavar="ZONE", help="of a time that has none: Europe/Berlin, +02:00 or UTC")
    most = add_limits(parser)
    if "pixels" in more:
        most.add_argument("--max-pixels", type=int, metavar="N", help="of a picture [100 000 000]")
    if "bytes" in more:
        most.add_argument("--max-bytes", type=int, metavar="N", help="of a file's features, held in memory [4 GiB]")


def add_taking(parser: argparse.ArgumentParser) -> None:
    """How a sound is taken, whatever is made of it."""
    how = options.group(parser, "how to take the sound")
    how.add_argument("--mono", action="store_true", help="the mean of its channels [each by itself]")
    how.add_argument(
        "--resample", type=float, metavar="HZ", help="at this sample rate, after the mean [that of the file]"
    )


def add_limits(parser: argparse.ArgumentParser) -> Any:
    """How much of a file is read; the group of options, to which more may be added."""
    most = options.group(parser, "how much is allowed")
    most.add_argument("--max-channels", type=int, metavar="N", help="of a file [1024]")
    most.add_argument("--max-samples", type=int, metavar="N", help="of all channels of a file [10 000 000 000]")
    most.add_argument("--max-seconds", type=float, metavar="S", help="of a file [no limit]")
    return most


def add_numbers(how: Any) -> None:
    """Options of files that do not say all of what their numbers are, in a group of options."""
    how.add_argument(
        "--sample-rate", type=float, metavar="HZ", help="of a table, an array or a .cf32 that does not say"
    )
    how.add_argument(
        "--time-column", metavar="NAME", help="of a table, by name or number, where time [ms] or t is not it"
    )
    how.add_argument(
        "--raw",
        metavar="RATE:CHANNELS:FORMAT",
        help="of samples without a header, as 48000:2:s16le; s24be, f32le, mulaw …; 2.4e6:1:cu8 of I/Q",
    )
    how.add_argument("--iq", action="store_true", help="each two channels are I and Q of complex samples (radio)")


def add_report(out: Any) -> None:
    """The option of a report, in a group of options."""
    out.add_argument("--report", metavar="FILE", help="a line of JSON for each file: how it was, and why")


def limits(arguments: argparse.Namespace) -> Any:
    """How much is allowed."""
    from sonograph.limits import Limits

    given = {name: getattr(arguments, f"max_{name}", None) for name in LIMITS}
    for name, value in given.items():
        if value is not None and not value > 0:
            raise SettingsError(f"--max-{name} is {value:g}; it must be above 0")
    return Limits(**{name: value for name, value in given.items() if value is not None})


def opening(arguments: argparse.Namespace) -> Opening:
    """How files are opened; with a preset of a library without calibration, as its numbers know none.

    Raises
    ------
    SettingsError
        A calibration, a limit, a rate, a start or samples without a header that cannot be.
    """
    from sonograph.io.opening import Opening

    given: dict[str, Any] = {"limits": limits(arguments)}
    names = [name for name in CALIBRATION if getattr(arguments, name, None) is not None]
    if names:
        from sonograph.sounds.calibration import Calibration

        with options.in_flags({name: f"--{name.replace('_', '-')}" for name in CALIBRATION}):
            given["calibration"] = Calibration.from_values({name: getattr(arguments, name) for name in names})
    elif _is_of_library(arguments):
        given["calibration"] = False
    for name, flag in OPENING.items():
        given[name] = getattr(arguments, flag[2:].replace("-", "_"), None)
    given["mono"] = getattr(arguments, "mono", None)
    with options.in_flags(OPENING):
        return Opening().but(**given)


class Report:
    """How each file was, in the order of the command; the last word on a file counts."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Any]] = {}

    def was(self, file: str, source: Any, status: Any = None) -> None:
        """A file that was read, as it turned out; or one with a status of its own."""
        from sonograph.io.examine import record

        self._records[file] = streams.plain_values(record(file, status or source.status, source))

    def failed(self, file: str, error: SonographError) -> None:
        """A file that could not be used."""
        from sonograph.io.examine import record, status_of

        self._records[file] = streams.plain_values(record(file, status_of(error)))

    def add(self, file: str, record: dict[str, Any]) -> None:
        """A file of which all is known."""
        self._records[file] = streams.plain_values(record)

    @property
    def records(self) -> list[dict[str, Any]]:
        """One a file."""
        return list(self._records.values())


@contextlib.contextmanager
def report(path: str | None, keep: list[str]) -> Iterator[Report]:
    """A report that is written at the end, also when the work between fails or is interrupted.

    Raises
    ------
    OutputError
        It could not be written, known before any work is done.
    """
    from sonograph import atomic

    kept = Report()
    if path is None:
        yield kept
        return
    atomic.check_output(path, keep=tuple(keep))
    try:
        yield kept
    finally:
        write_records(path, kept.records, keep)


def write_records(path: str, records: list[dict[str, Any]], keep: list[str]) -> None:
    """JSON, a line a file."""
    from sonograph import atomic

    with atomic.written(path, keep=tuple(keep)) as part:
        part.write_text("".join(json.dumps(values) + "\n" for values in records), encoding="utf-8")


def metadata(source: Any) -> dict[str, Any]:
    """What a file says about itself, ready for JSON; what it does not say is left out."""
    facts = dataclasses.asdict(source.metadata)
    facts["start"] = facts["start"] and facts["start"].isoformat()
    return {name: value for name, value in facts.items() if value}


def refuse_uncalibrated(arguments: argparse.Namespace) -> None:
    """Refuse a calibration beside a preset whose numbers are those of another library."""
    given = [f"--{name.replace('_', '-')}" for name in CALIBRATION if getattr(arguments, name) is not None]
    if given and _is_of_library(arguments):
        raise SettingsError(f"{given[0]} is given with --preset, whose numbers know no calibration; leave one out")


def _is_of_library(arguments: argparse.Namespace) -> bool:
    """Whether the numbers of another library were asked for."""
    name = getattr(arguments, "preset", None)
    return name is not None and options.of_library(name)

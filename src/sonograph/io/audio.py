"""Opening a file: whatever it is called and however it was left, a Source or one sentence why not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from numbers import Real
from typing import Any, Literal, TypeVar

from sonograph.checks import short
from sonograph.errors import SettingsError, SonographError
from sonograph.io.filesource import FileSource
from sonograph.io.opening import Opening
from sonograph.io.status import Unreadable, shown
from sonograph.limits import Limits
from sonograph.settings.arguments import answered
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.derived import centre_of, refuse_complex
from sonograph.sounds.source import Signal, Source

Made = TypeVar("Made")


@answered
def open(
    path: str | bytes | os.PathLike[Any],
    *,
    sample_rate: float | None = None,
    time_column: str | None = None,
    unit: str | None = None,
    calibration: Calibration | Literal[False] | None = None,
    limits: Limits | None = None,
    raw: str | None = None,
    start: datetime | str | None = None,
    zone: tzinfo | str | None = None,
    iq: bool | None = None,
    opening: Opening | None = None,
) -> FileSource:
    """A sound file, or a table or array of numbers, as a Source.

    Parameters
    ----------
    path
        WAV, RF64, BW64, W64, AIFF, FLAC, Ogg, Opus, MP3, AU, CAF, SPHERE and what FFmpeg reads, told by content, not by
        name; tables ending in .csv, .tsv, .txt …; NPY, NPZ, MAT, Parquet, HDF5 and TDMS, of whose arrays one is named
        behind a colon, as "run.h5:/run/x", where there are several (docs/files.md). Or the URL of one in a bucket, on a
        server or in a file system of fsspec's, as "s3://bucket/a.wav" or "sftp://host/a.wav".
    sample_rate
        Samples per second of a table or array that does not say.
    time_column
        The column of a table that holds the time, where it is not called time, t or timestamp, alone or with its unit,
        as in time [ms]: its name or its number from 1; seconds where it says none.
    unit
        What the numbers are in; "FS" by default: 1.0 is full scale. One that is not known (`units.known_unit`) is taken
        in quotes of its own: '"furlong"'.
    calibration
        What full scale is in the world. By default what FILE.toml beside the file says, or calibration.toml in its
        folder, or the file's own metadata; False to look at none of them.
    limits
        How many channels and seconds are allowed; `Limits()` by default.
    raw
        What the samples of a file without a header are: "RATE:CHANNELS:FORMAT", as "48000:2:s16le"; of complex samples
        (I/Q) with a c before the format, as "2.4e6:1:cu8". A file called .cu8, .cs8, .cs16, .cf32 or .cf64 needs its
        sample_rate alone; SigMF (.sigmf-meta beside .sigmf-data) says all.
    start
        When the first sample was taken: a time with its zone, or a pattern that the file's name is read with, as
        "%Y%m%d_%H%M%S" or "%y%m%d%H%M%S". By default what FILE.toml or calibration.toml says (start, zone), or the file
        itself.
    zone
        Of a start that has none, or of the time that the file tells without one: a name as "Europe/Berlin", an offset
        as "+02:00", or "UTC". None is ever assumed.
    iq
        Whether each two channels of a file are the I and Q of complex samples, as radios write to WAV.
    opening
        All of these as one value, in which those that are given besides take the place of its own. What it says of how
        a sound is taken (mono, resample) `read` does, and is no matter of an open file.

    Raises
    ------
    SourceError
        The file is not there, holds no sound, or is broken where it must not be.
    LimitError
        More channels or seconds than allowed.
    SettingsError
        A calibration that cannot be, a unit or a zone that is not known, a pattern that does not fit the file's name,
        an option that such a file does not take; an opening that takes a sound otherwise than it is in its file.

    Examples
    --------
    >>> open("no such file.wav")
    Traceback (most recent call last):
    sonograph.io.status.Unreadable: no such file.wav: does not exist. Check the name.
    """
    given: dict[str, Any] = {"sample_rate": sample_rate, "time_column": time_column, "unit": unit, "raw": raw}
    given |= {"calibration": calibration, "limits": limits, "start": start, "zone": zone, "iq": iq}
    how = (opening or Opening()).but(**given)
    if how.mono or how.resample is not None:
        asked = "mono=True" if how.mono else f"resample={how.resample:g}"
        raise SettingsError(
            f"opening has {asked}, and an open file is as it is; read it so, or take opening.taken(open(path))"
        )
    return FileSource(path, how)


@answered
def read(
    path: str | bytes | os.PathLike[Any],
    *,
    start: float | datetime | str | None = None,
    end: float | None = None,
    mono: bool | None = None,
    resample: float | None = None,
    sample_rate: float | None = None,
    time_column: str | None = None,
    unit: str | None = None,
    calibration: Calibration | Literal[False] | None = None,
    limits: Limits | None = None,
    raw: str | None = None,
    zone: tzinfo | str | None = None,
    iq: bool | None = None,
    opening: Opening | None = None,
) -> Signal:
    """A sound file, or a table of numbers, in memory: all of it, or from one time to another.

    Parameters
    ----------
    start
        From where on, seconds from the beginning of the file. A time with its zone, or a pattern, says as in `open`
        when the first sample was taken.
    end
        To where, seconds; the end of the file by default.
    mono
        Whether to take the mean of the channels.
    resample
        The sample rate that it shall have, Hz; its own by default.
    path, sample_rate, time_column, unit, calibration, limits, raw, zone, iq, opening
        As `open` takes them.

    Returns
    -------
    Signal
        Missing samples are NaN. A part begins when its first sample was taken.

    Raises
    ------
    SettingsError
        A start or an end that the sound does not have; as `open`.
    SourceError
        As `open`.
    LimitError
        As `open`, or more bytes than allowed.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import signals, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.wav", signals.tone(440.0, 3.0))
    ...     read(f"{folder}/a.wav", start=1.5, end=2).n_samples
    24000
    """
    seconds = _seconds("start", start) if _is_number(start) else None
    given: dict[str, Any] = {"sample_rate": sample_rate, "time_column": time_column, "unit": unit, "raw": raw}
    given |= {"calibration": calibration, "limits": limits, "zone": zone, "mono": mono, "resample": resample, "iq": iq}
    how = (opening or Opening()).but(**given, start=None if _is_number(start) else start)
    until = None if end is None else _seconds("end", end)
    if until is not None and until <= (seconds or 0.0):
        raise SettingsError(f"end is {until:g} s; it must be after start, {seconds or 0:g} s")
    return settled(path, lambda file: _read(file, seconds, until), complex_too=True, opening=how)


def settled(path: Any, work: Callable[[FileSource], Made], *, complex_too: bool = False, **options: Any) -> Made:
    """What `work` makes of a file that is opened for it. Options as `open`, and an opening of any kind.

    complex_too : whether it has a use for complex samples, or refuses them itself

    `work` takes the sound as it is asked for, by `source.opening.taken(source)`.
    Where the file changed meanwhile, as one that is still being copied, all of it is done once more from the beginning;
    the status of the second reading is never better than "warn".
    """
    made: list[Made] = []
    try:
        with _file(path, **options) as source:
            if not complex_too:
                refuse_complex(source)
            try:
                made.append(work(source))
            except SonographError:
                if not source.has_changed:
                    raise
            if made and not source.has_changed:
                return made[0]
    except Unreadable as error:
        if error.reason != "changed":
            raise
    try:
        second = _file(path, **options)
    except SonographError:
        if made:
            return made[0]  # what was there, and its status, while it was
        raise
    with second:
        second.is_second = True
        return work(second)


def taken(path: Any, opening: Opening | None = None) -> Source:
    """A file, opened, as a sound that is taken as `opening` says; it holds the file open."""
    return (opening or Opening()).taken(_file(path, opening=opening))


def _file(path: Any, *, opening: Opening | None = None, **given: Any) -> FileSource:
    """An open file that knows how its sound is to be taken."""
    return open(path, **given) if opening is None else FileSource(path, opening.but(**given))


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _seconds(name: str, value: Any) -> float:
    """A place in a sound, seconds from its beginning."""
    if not _is_number(value) or not 0 <= value < 1e12:
        raise SettingsError(f"{name} is {short(repr(value))}; it must be seconds from the beginning, 0 or more")
    return float(value)


def _read(file: FileSource, start: float | None, end: float | None) -> Signal:
    source = file.opening.taken(file)
    part = _part(source, start, end)
    file.limits.check(shown(file.path), bytes=len(part) * source.n_channels * file.dtype.itemsize)
    samples = source.read(part)
    samples = samples if len(samples) > 1 else samples[0]
    began = source.start
    if began is not None and part.start:
        began += timedelta(seconds=part.start / source.sample_rate)
    return Signal(samples, source.sample_rate, source.unit, began, source.calibration, centre_of(source))


def _part(source: Source, start: float | None, end: float | None) -> range:
    """The samples from one time to another; a time past the end is refused, with where that is."""
    n, rate = source.n_samples, source.sample_rate
    first = 0 if start is None else round(start * rate)
    last = n if end is None else round(end * rate)
    for name, value, sample, most in (("start", start, first, max(0, n - 1)), ("end", end, last, n)):
        if value is not None and sample > most and not (sample == 0 and n == 0):
            raise SettingsError(f"{name} is {value:g} s; this sound ends at {n / rate:g} s")
    return range(first, max(first, last))

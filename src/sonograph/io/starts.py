"""When a sound began: as given, as its name says, as a TOML beside it says, or as the file itself does.

A time is one with its zone. One without is never taken for that of this machine, or for UTC: whoever knows the zone
says so. Where a zone has summer and winter time, an hour that comes twice, or not at all, is refused.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from sonograph.errors import SettingsError

_DIGITS = {
    "Y": r"\d{4}", "y": r"\d\d", "m": r"\d\d", "d": r"\d\d", "j": r"\d{3}", "H": r"\d\d", "M": r"\d\d", "S": r"\d\d",
    "f": r"\d{1,6}", "z": r"(?:[+-]\d\d:?\d\d|Z)", "%": "%",
}  # fmt: skip
"""What may stand in a name for each directive of a pattern, as `strftime` has them."""
FIRST_ROW = "table.first row"
"""The text that keeps when a table's first row was, where its dates have no zone."""
ZONES = "a name as Europe/Berlin, an offset as +02:00, or UTC"
EXAMPLE = datetime(2024, 5, 1, 4, 30, tzinfo=UTC)


def checked_zone(zone: Any) -> tzinfo:
    """A zone: a tzinfo, an offset from UTC, or a name of the tz database.

    Raises
    ------
    SettingsError
        It is none of these.

    Examples
    --------
    >>> checked_zone("+02:00"), checked_zone("-0330"), checked_zone("UTC")
    (datetime.timezone(datetime.timedelta(seconds=7200)), datetime.timezone(datetime.timedelta(days=-1, seconds=73800)),
     datetime.timezone.utc)
    """
    if isinstance(zone, tzinfo):
        return zone
    text = str(zone).strip()
    if text.upper() in ("UTC", "Z"):
        return UTC
    if found := re.fullmatch(r"(?:UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?", text, re.ASCII):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if offset <= timedelta(hours=14):
            return timezone(-offset if found[1] == "-" else offset)
    elif re.fullmatch(r"[A-Za-z][\w+\-/]*", text, re.ASCII):
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(text)
        except (OSError, ValueError, KeyError):
            pass
    raise SettingsError(f"zone is {zone!r}; it must be {ZONES}")


def checked_start(start: Any, zone: tzinfo | None) -> datetime | str:
    """A time with its zone, or a pattern of file names, which has one or is given one.

    Raises
    ------
    SettingsError
        It is neither, or no zone is known; a zone besides one that it has itself.
    """
    if isinstance(start, str) and "%" in start:
        _check_pattern(start)
        if has_zone(start) == (zone is not None):
            if zone is not None:
                raise SettingsError(f"start is {start!r}, which has a zone (%z), and zone is given; leave one out")
            raise SettingsError(f"start is {start!r}, which has no zone; give zone: {ZONES}")
        return start
    moment = moment_of(start)
    if moment is None:
        raise SettingsError(
            f"start is {str(start)[:60]!r}; it must be a time, as 2024-05-01T04:30:00+02:00, or a pattern of file "
            f"names, as %Y%m%d_%H%M%S"
        )
    if moment.tzinfo is None:
        if zone is None:
            raise SettingsError(f"start is {moment.isoformat()}, which has no zone; give zone: {ZONES}")
        return in_zone(moment, zone)
    if zone is not None:
        raise SettingsError(f"start is {moment.isoformat()}, which has a zone, and zone is given; leave one out")
    return moment


def moment_of(start: Any) -> datetime | None:
    """A time, or a text in ISO 8601, as a time with or without its zone; None where it is none."""
    if isinstance(start, datetime):
        return start
    try:
        return datetime.fromisoformat(str(start).strip().replace(" ", "T", 1))
    except ValueError:
        return None


def has_zone(start: Any) -> bool:
    """Whether a time, or a pattern of file names, has its zone."""
    if isinstance(start, str) and "%" in start:
        return "%z" in start.replace("%%", "")
    moment = moment_of(start)
    return moment is not None and moment.tzinfo is not None


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """A time that is read in a zone.

    Raises
    ------
    SettingsError
        The clock was put back or forward there at that time.
    """
    early, late = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        offsets = " or ".join(f"{one:%z}"[:3] + ":" + f"{one:%z}"[3:5] for one in (early, late))
        comes = "comes twice" if early.utcoffset() > late.utcoffset() else "does not come"  # type: ignore[operator]
        raise SettingsError(
            f"its start {moment.isoformat(' ')} {comes} in {zone}, where the clocks were changed; give the offset as "
            f"the zone: {offsets}"
        )
    return early


def start_in_name(name: str, pattern: str, zone: tzinfo | None) -> datetime:
    """The time that a file's name tells.

    Raises
    ------
    SettingsError
        The pattern does not fit, or fits twice with two times.

    Examples
    --------
    >>> start_in_name("5678.190405123015.wav", "%y%m%d%H%M%S", checked_zone("UTC")).isoformat()
    '2019-04-05T12:30:15+00:00'
    """
    _check_pattern(pattern)
    found: dict[datetime, None] = {}
    for text in re.findall(f"(?=({_expression(pattern)}))", name, re.ASCII):
        try:
            found[datetime.strptime(text, pattern)] = None
        except ValueError:  # the 99th of a month
            continue
    if not found:
        example = EXAMPLE.strftime(pattern)
        raise SettingsError(
            f"its name has no part that is {pattern}, as {example}; give a pattern that is in it, or the time itself"
        )
    if len(found) > 1:
        raise SettingsError(
            f"its name has {len(found)} times of the pattern {pattern}; write what is around the right one into it"
        )
    [moment] = found
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise SettingsError(f"its name tells a time without a zone; give zone: {ZONES}")
    return in_zone(moment, zone)


def local_time(fields: dict[str, str]) -> datetime | None:
    """A time without zone that a file itself tells: GUANO's, a date in ISO 8601, a Broadcast Wave's, a table's."""
    whole = " ".join(fields.get(f"bext.Origination{part}", "") for part in ("Date", "Time"))
    bext = re.fullmatch(r"(\d{4})\D(\d\d)\D(\d\d) (\d\d)\D(\d\d)\D(\d\d)", whole, re.ASCII)
    listed = [fields.get(name, "") for name in ("guano.Timestamp", "comment.DATE", "INFO.ICRD", FIRST_ROW)]
    listed += ["{}-{}-{}T{}:{}:{}".format(*bext.groups())] if bext else []
    for text in listed:
        if not re.search(r"\d:\d\d", text):  # a day alone is no time
            continue
        moment = moment_of(text)
        if moment is not None and moment.tzinfo is None:
            return moment
    return None


def _check_pattern(pattern: str) -> None:
    names = re.findall("%(.?)", pattern, re.DOTALL)
    for name in names:
        if name not in _DIGITS:
            known = ", ".join(f"%{one}" for one in _DIGITS)
            raise SettingsError(f"start is {pattern!r}; of %{name} no time can be read: it may have {known}")
    repeated = next((name for name in names if name != "%" and names.count(name) > 1), None)
    if repeated:
        raise SettingsError(f"start is {pattern!r}, which has %{repeated} twice; once is enough")
    if not ({"Y", "y"} & set(names) and ("j" in names or {"m", "d"} <= set(names)) and "H" in names):
        raise SettingsError(f"start is {pattern!r}; it must tell the day and the hour, as %Y%m%d_%H%M%S does")


def _expression(pattern: str) -> str:
    parts = re.split("%(.)", pattern, flags=re.DOTALL)
    whole = "".join(_DIGITS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts))
    # a number is whole where the pattern begins or ends with one
    return ("" if parts[0] else r"(?<!\d)") + whole + ("" if parts[-1] else r"(?!\d)")


def name_of_file(path: Any) -> str:
    """A file's name without its folders."""
    return os.path.basename(os.fsdecode(path))  # noqa: PTH119  # paths may be bytes

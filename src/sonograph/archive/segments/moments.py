"""Times as whole nanoseconds since 1970 UTC, as datetimes, and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sonograph.checks import short
from sonograph.errors import SettingsError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ns_of(moment: datetime) -> int:
    """Nanoseconds since 1970 of a time with its zone.

    >>> ns_of(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005000
    """
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def zoned(name: str, moment: datetime) -> datetime:
    """A time that was given, which must have its zone.

    Raises
    ------
    SettingsError
        It has none, or is no time.
    """
    if not isinstance(moment, datetime):
        raise SettingsError(f"{name} is {short(repr(moment))}; it must be a datetime with its zone")
    if moment.tzinfo is None:
        raise SettingsError(f"{name} is {moment.isoformat()}, which has no zone; give one: tzinfo=timezone.utc")
    return moment


def moment_at(utc_ns: int) -> datetime:
    """A time since 1970 in UTC, to the microsecond below it."""
    return _EPOCH + timedelta(microseconds=utc_ns // 1000)


def stamp(utc_ns: int) -> str:
    """A time as text, in ISO 8601, to the millisecond where it has any.

    >>> stamp(1_500_000_000), stamp(0)
    ('1970-01-01T00:00:01.500Z', '1970-01-01T00:00:00Z')
    """
    moment = moment_at(utc_ns)
    form = "milliseconds" if moment.microsecond else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=form) + "Z"

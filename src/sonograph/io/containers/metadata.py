"""What a file says about itself: when it was recorded, by what, and whatever else is written in it.

Nothing here is trusted: text is made printable and short, a time counts only with its zone, and a broken chunk is
as good as none.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

from sonograph.io.containers import xwav
from sonograph.io.containers.chunks import Chunk
from sonograph.io.door import OpenFile

_MOST_FIELDS = 1000
_LONGEST = 2000
_AUDIOMOTH = re.compile(
    r"Recorded at (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))? (\d\d)/(\d\d)/(\d{4})"
    r"(?: \(UTC(?:([+-]\d{1,2})(?::?(\d\d))?)?\))?"
    r".* (?:by (AudioMoth [0-9A-F]{16})|during deployment [0-9A-F]{16})"
)
_AUDIOMOTH_GAIN = re.compile(r"at (?:gain setting (\d)|((?:low|medium|high)(?:-(?:low|medium|high))?) gain)")
_AUDIOMOTH_BATTERY = re.compile(r"battery (?:state )?was ((?:(?:less|greater) than |[<>]=? ?)?\d+\.\d+ ?V)")
_AUDIOMOTH_TEMPERATURE = re.compile(r"temperature was (-?\d+\.\d+ ?C)")
_AIFF_TEXTS = (b"NAME", b"AUTH", b"ANNO", b"(c) ")


@dataclass(frozen=True)
class Metadata:
    """What a file says about itself.

    start : when the first sample was taken, with its zone; None where the file does not say so
    device : what recorded it
    gain, sensitivity, battery, temperature : as the file words them
    fields : all its texts by name, as "INFO.ICMT", "guano.Timestamp", "bext.Originator"
    cues : (sample, label) marks
    raw_files : the parts of an XWAV, each with its time, rate and gain
    """

    start: datetime | None = None
    device: str = ""
    gain: str = ""
    sensitivity: str = ""
    battery: str = ""
    temperature: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    cues: tuple[tuple[int, str], ...] = ()
    raw_files: tuple[xwav.RawFile, ...] = ()


def of_chunks(file: OpenFile, chunks: Iterable[Chunk], *, big: bool = False) -> Metadata:
    """What the chunks around the samples say."""
    chunks = list(chunks)
    fields: dict[str, str] = {}
    marks: dict[int, int] = {}
    labels: dict[int, str] = {}
    for chunk in chunks:
        if len(fields) > _MOST_FIELDS:
            break
        if chunk.name == b"LIST":
            _list(chunk.body(file), big, fields, labels)
        elif chunk.name == b"bext":
            fields |= dict(_bext(chunk.body(file, 602)))
        elif chunk.name == b"guan":
            fields |= dict(_guano(chunk.body(file)))
        elif chunk.name == b"iXML":
            fields |= dict(_ixml(chunk.body(file)))
        elif chunk.name == b"cue ":
            marks |= dict(_cues(chunk.body(file), big))
        elif chunk.name in _AIFF_TEXTS:
            fields[f"AIFF.{chunk.name.decode().strip()}"] = printable(chunk.body(file, _LONGEST))
    cues = tuple(sorted((sample, labels.get(number, "")) for number, sample in marks.items()))
    found, harp = of_fields(fields, cues), next((chunk for chunk in chunks if chunk.name == b"harp"), None)
    if harp is None or not (listed := xwav.raw_files(file, chunks, harp)):
        return found
    device, gain = xwav.device(file, harp) or found.device, found.gain or f"{listed[0].gain}"
    return replace(found, raw_files=listed, start=found.start or listed[0].start, device=device, gain=gain)


def of_fields(fields: dict[str, str], cues: tuple[tuple[int, str], ...] = ()) -> Metadata:
    """The time, the device, the gain and the sensitivity that texts tell."""
    fields = {name: value for name, value in fields.items() if value}
    if not fields:
        return Metadata(cues=cues)
    comment = next((value for value in fields.values() if _AUDIOMOTH.match(value)), "")
    moth = _AUDIOMOTH.match(comment)
    device = (
        (moth.group(10) or fields.get("INFO.IART", ""))
        if moth
        else " ".join(filter(None, map(fields.get, ("guano.Make", "guano.Model"))))
    )
    return Metadata(
        start=_start(fields),
        device=device or fields.get("bext.Originator", ""),
        gain=_said(_AUDIOMOTH_GAIN, comment) or _named("gain", fields),
        sensitivity=_named("sensitivity", fields),
        battery=_said(_AUDIOMOTH_BATTERY, comment) or _named("battery", fields),
        temperature=_said(_AUDIOMOTH_TEMPERATURE, comment) or _named("temperature", fields),
        fields=fields,
        cues=cues,
    )


def _said(pattern: re.Pattern[str], comment: str) -> str:
    found = pattern.search(comment)
    return next(filter(None, found.groups()), "") if found else ""


def _named(word: str, fields: dict[str, str]) -> str:
    return next((value for name, value in fields.items() if word in name.lower()), "")


def _start(fields: dict[str, str]) -> datetime | None:
    """The first time that has a zone: GUANO's, an AudioMoth's, or one in ISO 8601."""
    for name in ("guano.Timestamp", "comment.DATE", "INFO.ICRD", "iXML.BWF_ORIGINATION_DATETIME"):
        try:
            moment = datetime.fromisoformat(fields.get(name, "").replace(" ", "T", 1))
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return moment
    for value in fields.values():
        found = _AUDIOMOTH.match(value)
        if found:
            hour, minute, second, fraction, day, month, year, ahead, minutes, _ = found.groups()
            offset = timedelta(hours=int(ahead or 0), minutes=int(f"{(ahead or '+')[0]}{minutes or 0}"))
            try:
                zone = timezone(offset) if offset else UTC  # firmware that does not name the zone kept UTC
                return datetime(
                    int(year), int(month), int(day), int(hour), int(minute), int(second),
                    int((fraction or "0").ljust(6, "0")), zone,
                )  # fmt: skip
            except ValueError:
                return None
    return None


def printable(data: bytes) -> str:
    """Bytes as printable text of one line: UTF-8, otherwise Latin-1, up to the first NUL."""
    data = data.split(b"\0", 1)[0][:_LONGEST]
    try:
        string = data.decode()
    except UnicodeDecodeError:
        string = data.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in string).split())


def _list(body: bytes, big: bool, fields: dict[str, str], labels: dict[int, str]) -> None:
    kind, position, order = body[:4], 4, "big" if big else "little"
    while position + 8 <= len(body) and len(fields) < _MOST_FIELDS:
        name, size = body[position : position + 4], int.from_bytes(body[position + 4 : position + 8], order)  # type: ignore[arg-type]
        content = body[position + 8 : position + 8 + size]
        if kind == b"INFO" and name.isalnum():
            fields[f"INFO.{name.decode()}"] = printable(content)
        elif kind == b"adtl" and name in (b"labl", b"note") and len(content) > 4:
            labels.setdefault(int.from_bytes(content[:4], order), printable(content[4:]))  # type: ignore[arg-type]
        position += 8 + size + size % 2


def _bext(body: bytes) -> Iterator[tuple[str, str]]:
    places = (("Description", 0, 256), ("Originator", 256, 288), ("OriginatorReference", 288, 320))
    for name, first, stop in (*places, ("OriginationDate", 320, 330), ("OriginationTime", 330, 338)):
        yield f"bext.{name}", printable(body[first:stop])
    if len(body) >= 346:
        yield "bext.TimeReference", str(int.from_bytes(body[338:346], "little"))


def _guano(body: bytes) -> Iterator[tuple[str, str]]:
    for line in body.decode("utf-8", "replace").rstrip("\0").splitlines()[:_MOST_FIELDS]:
        name, colon, value = line.partition(":")
        if colon:
            yield f"guano.{printable(name.encode())}", printable(value.encode())


def _ixml(body: bytes) -> Iterator[tuple[str, str]]:
    """Elements that hold nothing but text; no entity is followed."""
    content = body.decode("utf-8", "replace")
    for found in re.finditer(r"<(\w{1,64})>([^<>]{1,2000})</\1>", content):
        yield f"iXML.{found.group(1)}", printable(found.group(2).encode())


def _cues(body: bytes, big: bool) -> Iterator[tuple[int, int]]:
    for position in range(4, min(len(body), 4 + 24 * _MOST_FIELDS) - 23, 24):
        number, _, _, _, _, sample = struct.unpack(">II4sIII" if big else "<II4sIII", body[position : position + 24])
        yield number, sample


def vorbis_comments(body: bytes) -> dict[str, str]:
    """The comments of FLAC and Ogg."""
    fields: dict[str, str] = {}
    position = 4 + int.from_bytes(body[:4], "little")
    count = int.from_bytes(body[position : position + 4], "little")
    position += 4
    for _ in range(min(count, _MOST_FIELDS)):
        size = int.from_bytes(body[position : position + 4], "little")
        if position + 4 > len(body) or size > len(body) - position - 4:
            break
        name, equals, value = body[position + 4 : position + 4 + size].partition(b"=")
        if equals:
            fields[f"comment.{printable(name).upper()}"] = printable(value)
        position += 4 + size
    return fields

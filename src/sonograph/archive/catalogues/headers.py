"""What a file says of itself, without a sample of it being looked at: its segments, before their times are decided."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sonograph.archive.catalogues import soundtrap
from sonograph.archive.catalogues.beside import NOTHING, Near
from sonograph.archive.segments.segment import SECOND, Segment, calibration_text
from sonograph.errors import SonographError
from sonograph.io.containers.metadata import Metadata, of_fields
from sonograph.io.examine import status_of
from sonograph.io.filesource import FileSource
from sonograph.io.opened_files import opened_file, state_of
from sonograph.io.opening import Opening
from sonograph.io.status import Unreadable, read_error, shown
from sonograph.limits import Limits
from sonograph.sounds.derived import refuse_complex

ALL = Limits(samples=None)
"""A catalogue reads no sample, so a sound may be of any length."""
HEAD = 1 << 16
"""Bytes at the front of an object in a bucket that are asked for; few headers have more."""
ENDS = 1 << 13
"""Bytes at each end of a file that may be the same as another which are looked at first."""


def segments_of(path: str, near: Near = NOTHING) -> list[Segment]:
    """The segments of a file, without their times: one or more, or one of no samples that says why."""
    beside, log = near.beside, near.log
    try:
        file = opened_file(path, near.names, HEAD)
        with FileSource(path, Opening(limits=ALL), file) as source:
            refuse_complex(source)
            found = _segments(path, source, log)
            ends = _print(source)
    except SonographError as error:
        return [at_fault(path, error, near)]
    except OSError as error:
        return [at_fault(path, Unreadable(f"{shown(path)}: {read_error(0, error).what}", "read-error"), near)]
    return [replace(one, beside=beside, print=ends) for one in found]


def at_fault(path: str, error: SonographError, near: Near) -> Segment:
    """The row of a file of which nothing can be used."""
    status, beside = status_of(error), near.beside
    size = mtime_ns = 0
    with contextlib.suppress(OSError, ValueError):
        size, mtime_ns = near.state or state_of(path)
    return Segment(
        path, size=size, mtime_ns=mtime_ns, status=status.word, reason=status.reason, sentence=status.sentence,
        beside=beside,
    )  # fmt: skip


def whole_of(path: str, near: Near = NOTHING) -> Segment:
    """A file as one segment, whatever it tells of its times."""
    try:
        with FileSource(path, Opening(limits=ALL), opened_file(path, near.names)) as source:
            found = _whole(path, source)
    except SonographError as error:
        return at_fault(path, error, near)
    except OSError as error:
        return at_fault(path, Unreadable(f"{shown(path)}: {read_error(0, error).what}", "read-error"), near)
    return replace(found, beside=near.beside)


def _whole(path: str, source: FileSource) -> Segment:
    n_samples, status = source.n_samples, source.unread()
    return Segment(
        path, n_samples=n_samples, sample_rate=source.sample_rate, n_channels=source.n_channels,
        gain=source.metadata.gain, size=source.size, mtime_ns=source.modified_ns, status=status.word,
        reason=status.reason, sentence="" if status.reason == "header" else status.sentence, format=source.format,
        dtype=source.dtype.name, unit=source.unit, calibration=calibration_text(source.calibration),
    )  # fmt: skip


def _segments(path: str, source: FileSource, log: str | None) -> list[Segment]:
    whole, facts = _whole(path, source), _facts(source)
    if source.metadata.raw_files:
        return _of_raw_files(whole, source.metadata, facts)
    gaps: tuple[soundtrap.Gap, ...] = ()
    if log is not None:
        logged = soundtrap.log_in(_text(log))
        gaps = logged.gaps
        if logged.start is not None:
            facts["times"]["soundtrap"] = logged.start.isoformat(timespec="microseconds")
        whole = replace(whole, gain=whole.gain or logged.gain)
    return _between(replace(whole, told=json.dumps(facts)), gaps)


def _between(whole: Segment, gaps: tuple[soundtrap.Gap, ...]) -> list[Segment]:
    """What lies between the gaps of a SoundTrap; zeros that it was given in their place are left out."""
    found, first, late = [], 0, 0  # `late`: how much longer time has passed than the samples from 0 on took, ns
    for gap in sorted(gaps, key=lambda gap: gap.sample):
        if not first <= gap.sample <= whole.n_samples:
            continue
        found.append(_part(whole, first, gap.sample, late))
        first = min(whole.n_samples, gap.sample + gap.filled)
        late += gap.microseconds * 1000 - round(gap.filled * SECOND / whole.sample_rate)
    found.append(_part(whole, first, whole.n_samples, late))
    return [one for one in found if one.n_samples] or [whole]


def _part(whole: Segment, first: int, stop: int, late: int) -> Segment:
    after = round(first * SECOND / whole.sample_rate) + late
    return replace(whole, first_sample=first, n_samples=stop - first, after_ns=after)


def _of_raw_files(whole: Segment, metadata: Metadata, facts: dict[str, Any]) -> list[Segment]:
    """A segment for each raw file of an XWAV, as far as the file holds its samples."""
    start = metadata.raw_files[0].start
    facts["times"]["harp"] = start.isoformat(timespec="milliseconds")
    facts_text, found = json.dumps(facts), []
    for raw in metadata.raw_files:
        count = min(raw.n_samples, whole.n_samples - raw.first_sample)
        if count > 0:
            after = (raw.start - start) // _MICROSECOND * 1000
            found.append(
                replace(
                    whole,
                    first_sample=raw.first_sample,
                    n_samples=count,
                    sample_rate=raw.sample_rate,
                    gain=f"{raw.gain}",
                    after_ns=after,
                    told=facts_text,
                )
            )
    return found or [replace(whole, told=facts_text)]


_MICROSECOND = datetime.resolution


def _facts(source: FileSource) -> dict[str, Any]:
    """All that a file's own header says of its time, by origin, and what took it."""
    fields, times = source.metadata.fields, {}
    if source.start is not None and source.start != source.metadata.start:
        times["toml"] = source.start.isoformat()
    if (bext := _bext(fields, source.sample_rate)) is not None:
        times["bext"] = bext
    for name in ("iXML.BWF_ORIGINATION_DATETIME", "iXML.ORIGINATION_DATETIME"):
        if fields.get(name):
            times["ixml"] = fields[name]
    day, hour = (fields.get(f"iXML.BWF_ORIGINATION_{part}", "") for part in ("DATE", "TIME"))
    if day and hour:
        times.setdefault("ixml", f"{day.replace(':', '-')}T{hour}")
    if fields.get("guano.Timestamp"):
        times["guano"] = fields["guano.Timestamp"]
    for name, value in fields.items():
        if value.startswith("Recorded at") and (start := of_fields({name: value}).start) is not None:
            times["audiomoth"] = start.isoformat()
            break
    for name in ("comment.DATE", "INFO.ICRD"):
        if re.search(r"\d:\d\d", fields.get(name, "")):
            times.setdefault("tag", fields[name])
    return {"times": times, "device": _device(source.metadata)}


def _bext(fields: dict[str, str], sample_rate: float) -> str | None:
    """The origination time of a Broadcast Wave, to the sample where its time reference agrees."""
    whole = f"{fields.get('bext.OriginationDate', '')} {fields.get('bext.OriginationTime', '')}"
    found = re.fullmatch(r"(\d{4})\D(\d\d)\D(\d\d) (\d\d)\D(\d\d)\D(\d\d)", whole, re.ASCII)
    if not found:
        return None
    seconds = 3600 * int(found[4]) + 60 * int(found[5]) + int(found[6])
    reference = int(fields.get("bext.TimeReference", "0")) / sample_rate
    fraction = f"{reference - seconds:.6f}"[1:] if 0 <= reference - seconds < 0.9999995 and reference else ""
    return "{}-{}-{}T{}:{}:{}".format(*found.groups()) + fraction


def _device(metadata: Metadata) -> str:
    """What tells one recorder from another: its own number. A make or a model alone does not."""
    fields = metadata.fields
    if metadata.raw_files or metadata.device.startswith("AudioMoth "):
        return metadata.device
    serial = next((fields[name] for name in ("guano.Serial", "guano.Serial Number") if fields.get(name)), "")
    return " ".join(filter(None, (fields.get("guano.Model", ""), serial))) if serial else ""


def _print(source: FileSource) -> str:
    """A short digest of the size, the head and the tail of a file."""
    return hashlib.blake2b(source.ends(ENDS) + b"%d" % source.size, digest_size=12).hexdigest()


def content_of(path: str) -> str:
    """A digest of all bytes of a file; "" where it cannot be read."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        file = opened_file(path)
    except SonographError:
        return ""
    try:
        position = 0
        while part := file.at(position, 1 << 20):
            digest.update(part)
            position += len(part)
    except OSError:
        return ""
    finally:
        file.close()
    return digest.hexdigest()


def _text(path: str) -> str:
    file = opened_file(path)
    try:
        return file.at(0, soundtrap.MOST).decode("utf-8", "replace")
    except OSError:
        raise file.error("read-error", f"could not be read; it tells the gaps of {shown(path)}.") from None
    finally:
        file.close()

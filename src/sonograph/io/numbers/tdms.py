"""TDMS: what LabVIEW and FlexLogger record. The channels of a group that were sampled together are one sound."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, BinaryIO

import nptdms
import numpy as np

from sonograph.io.numbers.series import Series
from sonograph.io.numbers.variables import LARGEST, RefusedError, kind_of_fault, number_of, words_of
from sonograph.io.status import Fault

_UNITS = ("unit_string", "NI_UnitDescription", "Unit")


def read(opened: BinaryIO, inside: str) -> Series:
    """The only group's channels, or those that are named, as /group or /group/channel."""
    wanted, cut = inside.strip("/"), _is_cut(opened)
    opened.seek(0)
    file = nptdms.TdmsFile.read_metadata(opened)
    every = [c for group in file.groups() for c in group.channels() if (len(c) or cut) and c.dtype.kind not in "MOU"]
    chosen = [c for c in every if not wanted or wanted in (_name(c), c.group_name)]
    listed = ", ".join(f"/{_name(c)} ({len(c):,})" for c in every[:10]) or "none"
    if not chosen:
        what = f"holds no channel {inside!r}; it holds {listed}. Name one of them." if wanted else "holds no samples."
        raise RefusedError("no-array", what)
    if len({(0 if cut else len(c), _step(c), c.group_name) for c in chosen}) > 1:
        one = f"FILE:/{_name(chosen[0])}"
        raise RefusedError("several", f"holds several sounds: {listed}. Name a channel behind a colon, as {one}.")
    if sum(len(c) for c in chosen) * 8 > LARGEST:
        raise RefusedError("too-large", f"holds {len(chosen[0]):,} samples, more than can be read. Save it as WAV.")
    opened.seek(0)
    full = nptdms.TdmsFile.read(opened)
    values = [np.asarray(full[c.group_name][c.name][:]) for c in chosen]
    for value in values:
        if fault := kind_of_fault(value.dtype):
            raise RefusedError(fault[0], f"{fault[1]}.")
    faults, longest = [], max(map(len, values))
    if cut:
        what = f"is cut: it promises more than the {longest:,} samples that are there."
        faults.append(Fault("partial", "data-cut", f"{what} Copy it again if you have the original."))
        values = [np.concatenate([v.astype(float), np.full(longest - len(v), np.nan)]) for v in values]
    if len({v.dtype for v in values}) > 1:
        values = [v.astype(float) for v in values]
    step = _step(chosen[0])
    units = {next((words_of(c.properties[u]) for u in _UNITS if u in c.properties), "") for c in chosen}
    fields = {f"column.{i}": _name(c) for i, c in enumerate(chosen)}
    text, decoder = f"TDMS, {values[0].dtype.name}", f"npTDMS {nptdms.__version__}"
    unit = units.pop() if len(units) == 1 else ""
    return Series(np.stack(values), text, 1 / step if step else None, unit, _start(chosen[0]), fields, faults, decoder)


def _is_cut(opened: BinaryIO) -> bool:
    """Whether a segment promises more than is there, or was never finished, as where power was lost."""
    size = opened.seek(0, 2)
    position = 0
    while position < size:
        opened.seek(position)
        lead = opened.read(28)
        if len(lead) < 28 or lead[:4] != b"TDSm":
            return True
        order: Any = "big" if lead[4] & 1 << 6 else "little"
        position += 28 + int.from_bytes(lead[12:20], order)
    return position > size


def _name(channel: Any) -> str:
    return f"{channel.group_name}/{channel.name}"


def _step(channel: Any) -> float | None:
    """Seconds between samples, where they are told."""
    step = number_of(channel.properties.get("wf_increment"))
    return step if step and step > 0 else None


def _start(channel: Any) -> datetime | None:
    """When the first sample was taken; TDMS keeps UTC."""
    moment = channel.properties.get("wf_start_time")
    offset = number_of(channel.properties.get("wf_start_offset")) or 0.0
    if not isinstance(moment, np.datetime64) or np.isnat(moment):
        return None
    us = int(moment.astype("datetime64[us]").astype(np.int64)) + round(offset * 1e6)
    return datetime.fromtimestamp(us // 10**6, UTC).replace(microsecond=us % 10**6) if us > 0 else None

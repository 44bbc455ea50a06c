"""A model as a file that is data: one ZIP, stored, of `model.json` and plain arrays. Reading one runs nothing.

    model.json          what it is, its classes, its summary and rate, how it was trained and what it is worth
    arrays/KIND.NAME    NPY of 32- or 64-bit floats, finite; which there are follows from the kinds of its parts

The ZIP's comment holds a SHA-256 of all before it, so that no changed byte is overlooked. Sizes are limited before
anything is read, names are fixed, and no path out of the file is used.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.atomic import name_of, written
from sonograph.errors import SourceError
from sonograph.io.door import OpenFile
from sonograph.io.status import cause
from sonograph.learning.facts import are_facts, is_number
from sonograph.learning.network_arrays import fits_together
from sonograph.learning.recipes import PARTS

FORMAT, VERSION = "sonograph-classifier", 1
LARGEST = 1 << 28
"""Bytes of a model."""
MOST_CLASSES = 100_000
_MARK = b"sonograph sha256 "
_DATE = (1980, 1, 1, 0, 0, 0)


def save(path: str | os.PathLike[str], facts: dict[str, Any], arrays: dict[str, dict[str, np.ndarray]]) -> int:
    """Write a model, whole or not at all; its bytes.

    facts : as JSON can hold them
    arrays : of each part, by its kind

    Raises
    ------
    OutputError
        It cannot be written.
    """
    held = io.BytesIO()
    head = {"format": FORMAT, "version": VERSION, **facts}
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as file:
        file.writestr(zipfile.ZipInfo("model.json", _DATE), json.dumps(head, indent=1, allow_nan=False))
        for kind, listed in arrays.items():
            for name in PARTS[kind].arrays:
                one = io.BytesIO()
                value = np.ascontiguousarray(listed[name]) if np.ndim(listed[name]) else np.asarray(listed[name])
                np.lib.format.write_array(one, value, version=(1, 0), allow_pickle=False)
                file.writestr(zipfile.ZipInfo(_name(kind, name), _DATE), one.getvalue())
        file.comment = _MARK + b"0" * 64
    data = held.getvalue()[:-64]
    data += hashlib.sha256(data).hexdigest().encode()
    with written(path) as part:
        part.write_bytes(data)
    return len(data)


def is_model(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as a model does."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            begin = file.read(40)
    except (OSError, ValueError):
        return False
    return begin.startswith(b"PK\x03\x04") and begin[30:40] == b"model.json"


def load(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, dict[str, np.ndarray]]]:
    """The facts of a model, and the arrays of each of its parts.

    Raises
    ------
    SourceError
        It is not there, is no model, is of another version, or was damaged.
    """
    name = name_of(path)
    file = OpenFile(path)
    try:
        if file.size > LARGEST:
            raise SourceError(f"{name}: has {file.size:,} bytes; a model has at most {LARGEST:,}. Name a model.")
        data = file.at(0, file.size)
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{name}: could not be read ({cause(error)}).") from None
    finally:
        file.close()
    if not data.startswith(b"PK\x03\x04") or data[30:40] != b"model.json":
        raise SourceError(f"{name}: is no model. Name a file that 'sonograph train' wrote.")
    if data[-64 - len(_MARK) : -64] != _MARK or data[-64:] != hashlib.sha256(data[:-64]).hexdigest().encode():
        raise SourceError(f"{name}: was changed or cut since it was written. Copy it again.")
    try:
        return _read(data)
    except SourceError as error:
        raise SourceError(f"{name}: {error}") from None
    except Exception as error:  # whatever a crafted file makes its reader say
        raise SourceError(f"{name}: is no whole model ({type(error).__name__}). Train it again.") from None


def _read(data: bytes) -> tuple[dict[str, Any], dict[str, dict[str, np.ndarray]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        listed = file.infolist()
        if any(one.compress_type != zipfile.ZIP_STORED or one.file_size > len(data) for one in listed):
            raise SourceError("a part of it is compressed, or larger than the file. Train it again.")
        head = json.loads(file.read("model.json"))
        if head.get("format") != FORMAT:
            raise SourceError("is no model. Name a file that 'sonograph train' wrote.")
        if head.get("version") != VERSION:
            raise SourceError(
                f"is a model of version {head.get('version')!r}, and this reads version {VERSION}. "
                f"Use the Sonograph that wrote it ({head.get('sonograph', 'not said')}), or train again."
            )
        kinds = [part["kind"] for part in head["parts"]]
        if not kinds or len(set(kinds)) < len(kinds) or not set(kinds) <= set(PARTS):
            raise SourceError(f"is made of {', '.join(map(str, kinds))}, which this version does not know.")
        wanted = {_name(kind, name) for kind in kinds for name in PARTS[kind].arrays} | {"model.json"}
        names = [one.filename for one in listed]
        if len(names) != len(wanted) or set(names) != wanted:
            raise SourceError("holds other parts than a model has. Train it again.")
        arrays = {
            kind: {name: _array(file.read(_name(kind, name)), axes) for name, axes in PARTS[kind].arrays.items()}
            for kind in kinds
        }
    _check(head, arrays)
    return head, arrays


def _array(data: bytes, axes: int) -> np.ndarray:
    value = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False, max_header_size=1000)
    if value.dtype.str not in ("<f4", "<f8") or value.ndim != axes or not np.isfinite(value).all():
        raise SourceError("an array of it is of another kind, or holds what is no number. Train it again.")
    return value


def _check(head: dict[str, Any], arrays: dict[str, dict[str, np.ndarray]]) -> None:
    """Refuse what could not answer: classes, temperatures, and sizes that do not agree."""
    classes = head["classes"]
    fine = isinstance(classes, list) and 2 <= len(classes) <= MOST_CLASSES and len(set(classes)) == len(classes)
    fine = fine and all(isinstance(name, str) and name for name in classes)
    fine = fine and all(is_number(part["temperature"]) and part["temperature"] > 0 for part in head["parts"])
    fine = fine and is_number(head["sample_rate"]) and 0 < head["sample_rate"] < 1e9
    if not fine:
        raise SourceError("its classes, its rate or its temperatures cannot be. Train it again.")
    if not are_facts(head):
        raise SourceError("what it says of itself cannot be. Train it again.")
    if "network" in arrays and not fits_together(arrays["network"], len(classes)):
        raise SourceError("the sizes of its arrays do not agree. Train it again.")
    for listed in arrays.values():
        if "mean" in listed and not (listed["mean"].shape == listed["scale"].shape and (listed["scale"] > 0).all()):
            raise SourceError("the sizes of its arrays do not agree. Train it again.")
        if "coefficients" in listed:
            n, m = listed["coefficients"].shape
            if n != len(classes) or listed["intercept"].shape != (n,) or listed["mean"].shape != (m,):
                raise SourceError("the sizes of its arrays do not agree. Train it again.")


def _name(kind: str, name: str) -> str:
    return f"arrays/{kind}.{name}.npy"

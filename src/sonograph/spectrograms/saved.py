"""A spectrogram in a file: an NPZ of NumPy that says what its numbers are, and is read without running anything in it.

`values`, `times` and `frequencies` (where rows have one) are what another program looks for; `about` is JSON.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.atomic import name_of, written
from sonograph.errors import OutputError, SettingsError, SonographError, SourceError
from sonograph.settings.walk import from_saved

if TYPE_CHECKING:
    from sonograph.spectrograms.values import Spectrogram

VERSION = 1
HERTZ = ("bin", "band")


def save(spectrogram: Spectrogram, path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Write it, whole or not at all.

    Raises
    ------
    SettingsError
        A name of another ending.
    OutputError
        The file is there and is no spectrogram of ours, or cannot be written.
    """
    if Path(path).suffix.lower() != ".npz":
        raise SettingsError(f"path is {os.fspath(path)!r}; a spectrogram is saved as .npz")
    if Path(path).exists() and not overwrite and not _is_ours(path):
        raise OutputError(
            f"{name_of(path)}: exists already and is no saved spectrogram. Name another, or overwrite=True."
        )
    about = {
        "spectrogram": VERSION,
        "settings": spectrogram.settings.to_dict(),
        "frames": [spectrogram.frames.start, spectrogram.frames.stop],
        "valid": [spectrogram.valid.start, spectrogram.valid.stop],
        "first_row": spectrogram.first_row,
        "sample_rate": spectrogram.sample_rate,
        "quantity": spectrogram.quantity,
        "unit": spectrogram.unit,
        "value_unit": spectrogram.value_unit,
        "reference": spectrogram.reference,
        "start": None if spectrogram.start is None else spectrogram.start.isoformat(),
        "engine": spectrogram.engine,
        "centre": spectrogram.centre,
    }
    arrays = {"values": spectrogram.values, "times": spectrogram.times, "about": np.array(json.dumps(about))}
    if spectrogram.rows in HERTZ:
        arrays["frequencies"] = spectrogram.frequencies
    with written(path) as part, part.open("wb") as out:
        np.savez(out, **arrays)  # type: ignore[arg-type]


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of a Spectrogram that was saved.

    Raises
    ------
    SourceError
        It is not there, is damaged, or is something else.
    """
    name = name_of(path)
    if not Path(path).is_file():
        raise SourceError(f"{name}: does not exist. Check the name.")
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if "about" not in arrays.files or "values" not in arrays.files:
                raise SourceError(f"{name}: holds no spectrogram of Sonograph, but {_listed(arrays.files)}.")
            about, values = json.loads(str(arrays["about"])), arrays["values"]
        if not isinstance(about, dict) or about.get("spectrogram") != VERSION:
            later = "a spectrogram of a later Sonograph" if isinstance(about, dict) and "spectrogram" in about else ""
            raise SourceError(f"{name}: holds {later or 'no spectrogram of Sonograph'}.")
        return _fields(about, values)
    except SourceError:
        raise
    except Exception as error:  # of many kinds: a broken zip, a header that is none, settings that cannot be
        raise SourceError(f"{name}: is damaged, or no whole NPZ. Save the spectrogram again.") from error


def _fields(about: dict[str, Any], values: np.ndarray) -> dict[str, Any]:
    frames, valid = (range(*about[name]) for name in ("frames", "valid"))
    if values.dtype.kind not in "fc" or values.ndim not in (2, 3) or values.shape[-1] != len(frames):
        raise ValueError("values are not those of the frames")
    start = about["start"]
    by_frame = np.swapaxes(np.ascontiguousarray(np.swapaxes(values, -1, -2)), -1, -2)
    return {
        "values": by_frame,
        "frames": frames,
        "valid": valid,
        "first_row": int(about["first_row"]),
        "sample_rate": float(about["sample_rate"]),
        "settings": from_saved(about["settings"]),
        "quantity": str(about["quantity"]),
        "unit": str(about["unit"]),
        "reference": about["reference"],
        "start": None if start is None else datetime.fromisoformat(start),
        "engine": str(about["engine"]),
        "centre": float(about.get("centre", 0.0)),
    }


def _is_ours(path: str | os.PathLike[str]) -> bool:
    try:
        load(path)
    except SonographError:
        return False
    return True


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:4])}{' …' if len(names) > 4 else ''}" if names else "nothing"

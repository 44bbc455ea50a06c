"""Writing SigMF: samples of a radio as floats, I and Q in turns, and beside them, as JSON, what they are."""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.atomic import name_of, written
from sonograph.errors import OutputError
from sonograph.io.numbers.sigmf import DATA, META
from sonograph.io.replacing import Output, check_outputs, sound_input
from sonograph.io.steps import blocks
from sonograph.sounds.derived import centre_of, is_complex
from sonograph.sounds.source import Source

VERSION = "1.2.0"
"""Of the Signal Metadata Format (sigmf.org)."""


def is_sigmf(path: str | os.PathLike[str]) -> bool:
    """Whether a path is called as one of the two files.

    >>> is_sigmf("a.sigmf-meta"), is_sigmf("a.wav")
    (True, False)
    """
    return Path(path).suffix.lower() in (META, DATA)


def write_sigmf(path: str | os.PathLike[str], sound: Source, *, overwrite: bool) -> None:
    """Both files, each in one rename, the metadata last; missing samples stay missing (NaN).

    Raises
    ------
    OutputError
        One of them is there and may not be replaced, or is the one that is read; what `written` cannot write.
    """
    data, meta = (Path(path).with_suffix(suffix) for suffix in (DATA, META))
    for one in (data, meta):
        if one.exists() and not overwrite:
            raise OutputError(
                f"{name_of(one)}: is a sound that is there already. Name another file, or allow it with overwrite=True."
            )
    check_outputs([Output(one, "path", overwrite=overwrite) for one in (data, meta)], sound_input(sound))
    kind = np.dtype(sound.read(range(0)).dtype)
    with written(meta) as about, written(data) as samples:
        with samples.open("wb") as out:
            for _, block in blocks(sound):
                out.write(np.ascontiguousarray(block.T, kind.newbyteorder("<")).tobytes())
        about.write_text(json.dumps(_metadata(sound, kind), indent=1) + "\n", encoding="utf-8")


def _metadata(sound: Source, kind: np.dtype) -> dict[str, Any]:
    bits = kind.itemsize * (4 if is_complex(sound) else 8)
    about: dict[str, Any] = {
        "core:datatype": f"{'c' if is_complex(sound) else 'r'}f{bits}_le",
        "core:sample_rate": sound.sample_rate,
        "core:version": VERSION,
        "core:recorder": "Sonograph",
    }
    if sound.n_channels > 1:
        about["core:num_channels"] = sound.n_channels
    capture: dict[str, Any] = {"core:sample_start": 0}
    if centre_of(sound):
        capture["core:frequency"] = centre_of(sound)
    if sound.start is not None:
        capture["core:datetime"] = sound.start.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"global": about, "captures": [capture], "annotations": []}

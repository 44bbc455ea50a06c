"""Writing FLAC and Ogg Vorbis, through libsndfile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

import numpy as np

from sonograph.errors import OutputError
from sonograph.io.steps import blocks, refuse_missing, steps_of
from sonograph.io.texts_of_sounds import put_in_file
from sonograph.sounds.source import Source

FORMATS = {".flac": "FLAC", ".ogg": "OGG"}
AT_ONCE = 1 << 16
"""Samples: libsndfile ends the process where it is handed a minute of Vorbis at once."""
MOST_CHANNELS = {"FLAC": 8, "OGG": 255}
HIGHEST_RATE = {"FLAC": 655_350, "OGG": 200_000}


def write_compressed(
    out: BinaryIO,
    sound: Source,
    format: str,
    *,
    bits: int,
    dither: bool,
    texts: Mapping[str, str],
    start: datetime | None,
) -> None:
    """A sound as FLAC of so many bits, or as Ogg Vorbis.

    Raises
    ------
    OutputError
        A rate or a number of channels that such a file cannot have; samples that are not there; of FLAC, beyond full
        scale.
    """
    import soundfile

    rate = sound.sample_rate
    if rate != int(rate) or rate > HIGHEST_RATE[format]:
        raise OutputError(
            f"sample_rate is {rate!r} Hz; {format} holds whole numbers to {HIGHEST_RATE[format]}: resample the sound"
        )
    if sound.n_channels > MOST_CHANNELS[format]:
        raise OutputError(f"the sound has {sound.n_channels} channels; {format} can have {MOST_CHANNELS[format]}")
    subtype = f"PCM_{bits}" if format == "FLAC" else "VORBIS"
    try:
        with soundfile.SoundFile(out, "w", int(rate), sound.n_channels, subtype, format=format) as file:
            put_in_file(file, texts, start)
            if format == "FLAC":
                for steps in steps_of(sound, bits, dither=dither, at_once=AT_ONCE):
                    file.write(steps << (32 - bits))
                return
            for first, block in blocks(sound, AT_ONCE):
                refuse_missing(block, first, rate, "Ogg Vorbis")
                file.write(np.ascontiguousarray(block.T, np.float32))
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise OutputError(f"{format} was not written: {str(error).strip()}") from None

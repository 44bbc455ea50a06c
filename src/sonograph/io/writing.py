"""Writing a WAV: 32-bit floats, so that nothing is clipped or rounded to 16 bits."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from sonograph.atomic import written
from sonograph.errors import OutputError, SettingsError
from sonograph.io.replacing import Output, check_outputs, keep_other, sound_input
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source

MOST = (1 << 32) - 100  # bytes of samples that a WAV can count
MOST_IN_FRAME = (1 << 16) - 1  # bytes of one sample of all channels
AT_ONCE = 1 << 20  # samples of all channels


@answered
def write(path: str | os.PathLike[str], sound: Source, *, overwrite: bool = False) -> None:
    """Write a sound as a WAV of 32-bit floats, so that it can be heard; what was there is replaced in one rename.

    Parameters
    ----------
    path
        Ends in .wav.
    sound
        Samples in FS, of any length: it is read in blocks. Missing samples (NaN) stay missing.
    overwrite
        Whether another sound that is there may be replaced; the one that is read never is.

    Raises
    ------
    SettingsError
        Samples in another unit than FS; another ending.
    OutputError
        The file cannot be written, is another sound, or is the one that is read; or a WAV cannot hold the sound: 4 GiB,
        rates that are not whole numbers.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import read, signals
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.wav", signals.kick())
    ...     read(f"{folder}/a.wav").duration == signals.kick().duration
    True
    """
    sound = checked_source(sound)
    if sound.unit != "FS":
        raise SettingsError(
            f"the sound is in {sound.unit}; a WAV is read in FS: give Signal(samples / full_scale, sample_rate)"
        )
    if Path(path).suffix.lower() != ".wav":
        raise SettingsError(f"{os.fspath(path)}: only WAV files are written; let the name end in .wav")
    output = Output(path, "path", overwrite=overwrite, wav=True)
    check_outputs([output], sound_input(sound))
    with written(path, replacing=keep_other(output)) as part, part.open("wb") as out:
        write_wav(out, sound)


def write_wav(out: BinaryIO, signal: Source) -> None:
    """A sound as a WAV of 32-bit floats (format 3 of Microsoft's RIFF specification, with its fact chunk).

    Raises
    ------
    OutputError
        More than a WAV can hold, 4 GiB; a sample rate that is not a whole number, or so many samples or channels a
        second that its header cannot say it.
    """
    channels, n = signal.n_channels, signal.n_samples
    size, rate = 4 * channels * n, signal.sample_rate
    if size > MOST:
        raise OutputError(f"a WAV cannot hold {size:,} bytes of samples, at most {MOST:,}; write a part of the sound")
    if rate != int(rate):
        raise OutputError(f"sample_rate is {rate!r} Hz; a WAV holds whole numbers: resample the sound first")
    if 4 * channels > MOST_IN_FRAME or 4 * channels * rate >= 1 << 32:
        raise OutputError(
            f"the sound has {channels} channels at {rate:g} Hz; a WAV can have {MOST_IN_FRAME // 4}, and 4 GiB a second"
        )
    form = struct.pack("<HHIIHHH", 3, channels, int(rate), int(rate) * 4 * channels, 4 * channels, 32, 0)
    out.write(struct.pack("<4sI4s4sI", b"RIFF", 4 + 26 + 12 + 8 + size, b"WAVE", b"fmt ", len(form)) + form)
    out.write(struct.pack("<4sII4sI", b"fact", 4, n, b"data", size))
    step = max(1, AT_ONCE // channels)
    for first in range(0, n, step):
        block = signal.read(range(first, min(n, first + step)))
        out.write(np.ascontiguousarray(block.T, "<f4").tobytes())

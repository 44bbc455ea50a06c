"""Writing a sound: a WAV of 32-bit floats, in which nothing is clipped or rounded; or whole numbers, FLAC, Ogg."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np

from sonograph.atomic import written
from sonograph.checks import short
from sonograph.errors import OutputError, SettingsError
from sonograph.io.compressed import FORMATS, write_compressed
from sonograph.io.replacing import Output, check_outputs, keep_other, sound_input
from sonograph.io.sigmf_writing import is_sigmf, write_sigmf
from sonograph.io.steps import blocks, steps_of
from sonograph.io.texts_of_sounds import checked_texts, riff_list
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source, is_complex
from sonograph.sounds.source import Source

MOST = (1 << 32) - (1 << 16)  # bytes of samples that a WAV can count, and its texts
MOST_IN_FRAME = (1 << 16) - 1  # bytes of one sample of all channels
BITS = {".wav": (16, 24, 32), ".flac": (16, 24), ".ogg": ()}
"""Whole numbers that a file can hold, by its ending."""


@answered
def write(
    path: str | os.PathLike[str],
    sound: Source,
    *,
    bits: int | None = None,
    dither: bool = False,
    metadata: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a sound, so that it can be heard; what was there is replaced in one rename.

    Parameters
    ----------
    path
        Ends in .wav, .flac or .ogg (Vorbis, which is not the sound bit for bit); or in .sigmf-meta, of complex samples
        (I/Q) above all, whose data lie beside it and whose centre is written too.
    sound
        Samples in FS, of any length: it is read in blocks. Its start is written with it. Missing samples (NaN) stay
        missing in a WAV of floats and in SigMF, and are refused elsewhere.
    bits
        16, 24, and in a WAV 32: whole numbers of so many bits, rounded to the nearest. By default a WAV has 32-bit
        floats, in which nothing is rounded or clipped, and a FLAC 24 bits.
    dither
        Whether triangular noise of one step to each side is added before rounding, so that the error does not follow
        the sound. The same sound gives the same file. What was whole numbers of these bits already needs none.
    metadata
        What the file says of it: title, artist, comment, album, genre, copyright, software.
    overwrite
        Whether another sound that is there may be replaced; the one that is read never is.

    Raises
    ------
    SettingsError
        Samples in another unit than FS; another ending; bits that such a file does not have.
    OutputError
        The file cannot be written, is another sound, or is the one that is read; samples beyond full scale or missing
        ones where whole numbers are written; none at all in FLAC and SigMF; or such a file cannot hold the sound: of
        WAV 4 GiB, rates that are not whole numbers.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import read, signals
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.wav", signals.kick())
    ...     write(f"{folder}/a.flac", signals.kick(), bits=16, metadata={"title": "A drum"})
    ...     read(f"{folder}/a.flac").duration == signals.kick().duration
    True
    """
    sound, texts = checked_source(sound, iq=True), checked_texts(metadata)
    suffix = Path(path).suffix.lower()
    if is_complex(sound) and not is_sigmf(path):
        raise SettingsError(
            "the samples are complex (I/Q), and a sound file holds real ones: let the name end in .sigmf-meta, or give "
            "Signal(np.stack([samples.real, samples.imag]), sample_rate), and read that with iq=True"
        )
    if sound.unit != "FS":
        kind = "SigMF" if is_sigmf(path) else suffix[1:].upper() or "WAV"
        raise SettingsError(
            f"the sound is in {sound.unit}; a {kind} is read in FS: give Signal(samples / full_scale, sample_rate)"
        )
    if not sound.n_samples and (is_sigmf(path) or suffix == ".flac"):
        raise OutputError(
            "the sound has 0 samples, of which a FLAC or SigMF is an empty file: let the name end in .wav"
        )
    if is_sigmf(path):
        for name, value in (("bits", bits), ("dither", dither or None), ("metadata", metadata)):
            if value is not None:
                raise SettingsError(
                    f"{name} is {short(repr(value))}; SigMF is written in floats as they are: leave it out"
                )
        write_sigmf(path, sound, overwrite=overwrite)
        return
    if suffix not in BITS:
        raise SettingsError(
            f"{os.fspath(path)}: WAV, FLAC, Ogg and SigMF are written; let the name end in .wav, .flac, .ogg or "
            f".sigmf-meta"
        )
    bits = 24 if bits is None and suffix == ".flac" else bits
    _check_bits(suffix, bits, dither)
    output = Output(path, "path", overwrite=overwrite, wav=suffix == ".wav")
    check_outputs([output], sound_input(sound))
    with written(path, replacing=keep_other(output)) as part, part.open("wb") as out:
        if suffix == ".wav":
            write_wav(out, sound, bits=bits, dither=dither, texts=texts, start=sound.start)
        else:
            format = FORMATS[suffix]
            write_compressed(out, sound, format, bits=bits or 0, dither=dither, texts=texts, start=sound.start)


def _check_bits(suffix: str, bits: int | None, dither: bool) -> None:
    if bits is not None and (isinstance(bits, bool) or bits not in BITS[suffix]):
        there = ", ".join(map(str, BITS[suffix]))
        way = f"a {suffix[1:].upper()} has {there}" if there else "an Ogg Vorbis has none: leave it out"
        floats = ", or 32-bit floats where it is left out" if suffix == ".wav" else ""
        raise SettingsError(f"bits is {short(repr(bits))}; {way}{floats}")
    if dither and bits is None:
        raise SettingsError("dither is True, and nothing is rounded; give bits, or leave it out")


def write_wav(
    out: BinaryIO,
    signal: Source,
    *,
    bits: int | None = None,
    dither: bool = False,
    texts: Mapping[str, str] | None = None,
    start: datetime | None = None,
) -> None:
    """A sound as a WAV of 32-bit floats, or of whole numbers (Microsoft's RIFF specification: formats 3 and 1).

    Raises
    ------
    OutputError
        More than a WAV can hold, 4 GiB; a sample rate that is not a whole number, or so many samples or channels a
        second that its header cannot say it; what whole numbers cannot hold.
    """
    width = 4 if bits is None else bits // 8
    channels, n = signal.n_channels, signal.n_samples
    size, rate = width * channels * n, signal.sample_rate
    if size > MOST:
        raise OutputError(f"a WAV cannot hold {size:,} bytes of samples, at most {MOST:,}; write a part of the sound")
    if rate != int(rate):
        raise OutputError(f"sample_rate is {rate!r} Hz; a WAV holds whole numbers: resample the sound first")
    if width * channels > MOST_IN_FRAME or width * channels * rate >= 1 << 32:
        raise OutputError(
            f"the sound has {channels} channels at {rate:g} Hz; a WAV can have {MOST_IN_FRAME // width}, and 4 GiB a "
            f"second"
        )
    form = struct.pack("<HHIIHH", 3 if bits is None else 1, channels, int(rate), int(rate) * width * channels,
                       width * channels, 8 * width)  # fmt: skip
    floats = bits is None
    form += b"\0\0" if floats else b""
    fact = struct.pack("<4sII", b"fact", 4, n) if floats else b""
    texts_chunk, pad = riff_list(texts or {}, start), size % 2
    whole = 4 + 8 + len(form) + len(fact) + 8 + size + pad + len(texts_chunk)
    out.write(struct.pack("<4sI4s4sI", b"RIFF", whole, b"WAVE", b"fmt ", len(form)) + form + fact)
    out.write(struct.pack("<4sI", b"data", size))
    for block in _floats(signal) if bits is None else _packed(signal, bits, dither=dither):
        out.write(block)
    out.write(b"\0" * pad + texts_chunk)


def _floats(signal: Source) -> Iterator[bytes]:
    for _, block in blocks(signal):
        yield np.ascontiguousarray(block.T, "<f4").tobytes()


def _packed(signal: Source, bits: int, *, dither: bool) -> Iterator[bytes]:
    for steps in steps_of(signal, bits, dither=dither):
        whole = np.ascontiguousarray(steps, "<i4")
        yield whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()

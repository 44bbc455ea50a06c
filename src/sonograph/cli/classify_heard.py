"""`sonograph classify -`: what is heard on standard input, said as soon as it is known."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, reading
from sonograph.cli.classify_words import band_warning, words_of
from sonograph.cli.exits import talk
from sonograph.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from sonograph.learning.model import Model
    from sonograph.learning.segments import Segment

NAME = "standard input"


def hear(arguments: argparse.Namespace, model: Model, step: float, least: float) -> int:
    """Name a sound that comes through a pipe; the exit code."""
    from sonograph.io.piped import HEAD, is_wav
    from sonograph.learning.answers import write_answers

    if len(arguments.paths) > 1:
        raise SettingsError("- is given with other paths; it listens until it ends: classify them by themselves")
    for name in ("report", "processes", *reading.READ_LIMITS):
        if getattr(arguments, name):
            raise SettingsError(f"--{name.replace('_', '-')} has no effect with -; leave out one or the other")
    if arguments.output is not None:
        from sonograph.atomic import check_output
        from sonograph.learning.answers import form_of

        form_of(arguments.output)
        check_output(arguments.output, keep=(arguments.model,))
    head = sys.stdin.buffer.read(HEAD)
    if not head:
        raise SourceError("standard input: is empty. Pipe a sound file into it.")
    blocks, rate, n_channels = _piped(head) if is_wav(head) else _ended(head)
    for words in band_warning(model, rate).values():
        talk(f"{NAME}: {words}.")
    found: list[Segment] = []
    for one in _segments(blocks, rate, n_channels, model, arguments.window, step, least):
        found.append(one)
        if arguments.output is None:
            _print(arguments, model, one)
    if arguments.output is not None:
        top = min(rate, model.sample_rate) / 2
        write_answers(arguments.output, [("-", found)], model.classes, [top], keep=(arguments.model,))
    elif not found:
        print(words_of(NAME, [], False)[0])
    return exits.DONE


def _print(arguments: argparse.Namespace, model: Model, one: Segment) -> None:
    from sonograph.learning.answers import as_dict

    if arguments.json:
        print(json.dumps(as_dict("-", one, model.classes)), flush=True)
    else:
        print(words_of(NAME, [one], arguments.window is not None)[0], flush=True)


def _segments(
    blocks: Iterator[Any],
    rate: float,
    n_channels: int,
    model: Model,
    window: float | None,
    step: float,
    least: float,
) -> Iterator[Segment]:
    """Stretches of a sound that comes in blocks (channels, n)."""
    import numpy as np

    from sonograph.learning.rolling import Rolling
    from sonograph.learning.segments import Segments

    rolling = Rolling(model.front_end, window, step)
    segments = Segments(model.classes, window, step, least)
    n_samples = 0

    def named(windows: Iterator[tuple[float, Any]]) -> Iterator[Segment]:
        for start, row in windows:
            finite = np.isfinite(row).all()
            yield from segments.push(start, model.probabilities(row[None])[0] if finite else None)

    def counted() -> Iterator[Any]:
        nonlocal n_samples
        for block in _at_rate(blocks, rate, model.sample_rate):
            n_samples += len(block)
            yield block

    for columns in model.front_end.stream(counted()):
        yield from named(rolling.push(columns))
    if n_samples:
        yield from named(rolling.finish(n_samples))
    yield from segments.finish(n_samples / model.sample_rate)


def _at_rate(blocks: Iterator[Any], rate: float, wanted: float) -> Iterator[Any]:
    """The mean of the channels, block by block, at the model's rate."""
    import numpy as np

    if rate == wanted:
        for block in blocks:
            yield block.mean(axis=0)
        return
    import soxr

    resampler = soxr.ResampleStream(rate, wanted, 1, dtype="float32")
    for block in blocks:
        yield resampler.resample_chunk(np.ascontiguousarray(block.mean(axis=0), np.float32))
    yield resampler.resample_chunk(np.empty(0, np.float32), last=True)


def _piped(head: bytes) -> tuple[Iterator[Any], float, int]:
    from sonograph.io.piped import PipedWav

    wav = PipedWav(sys.stdin.buffer, head)
    return wav.blocks(), wav.sample_rate, wav.n_channels


def _ended(head: bytes) -> tuple[Iterator[Any], float, int]:
    """What is no WAV is kept until it ends."""
    import tempfile
    from pathlib import Path

    from sonograph.cli import streams
    from sonograph.io import audio

    talk(f"{NAME}: is no WAV, and is classified when it has ended.")
    with tempfile.TemporaryDirectory(prefix="sonograph-") as folder:
        path = Path(folder) / NAME
        with path.open("wb") as file:
            file.write(head)
            while part := sys.stdin.buffer.read(1 << 20):
                file.write(part)
        try:
            sound = audio.read(os.fspath(path), calibration=False)
        except SourceError as error:
            raise SourceError(streams.plain(str(error))) from None
    samples = sound.read(range(sound.n_samples))
    return iter([samples]), sound.sample_rate, sound.n_channels

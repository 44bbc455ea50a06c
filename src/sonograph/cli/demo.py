"""`sonograph demo`: pictures of sounds that Sonograph makes itself, so that nothing else is needed to see it work."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import options, outputs
from sonograph.cli.exits import talk
from sonograph.errors import OutputError

if TYPE_CHECKING:
    from sonograph.sounds.source import Signal

DAWN = "dawn.wav"
"""A recording to view."""

HELP = """Draw demonstration pictures of sounds that Sonograph makes itself: a tone that wavers in fading noise, a
guitar, a kick and a snare drum, and a train of sonar pings. The last four lie beside their pictures as sound files, to
try the other commands on; and two minutes of a chorus at dawn, to be viewed. The paths are printed."""

EXAMPLES = """examples:
  sonograph demo
  sonograph demo -o pictures
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    out = options.group(parser, "where to")
    out.add_argument("-o", "--output", metavar="DIR", default="demo", help="the folder, made if need be [demo]")
    out.add_argument("--overwrite", action="store_true", help="replace sounds that are there [they are kept]")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draw every demonstration, and write its sound if it is one of full scale; print the paths."""
    from sonograph.atomic import on_disk
    from sonograph.drawing.calls import draw
    from sonograph.io.writing import write

    os.environ["MPLBACKEND"] = "agg"  # no window is opened, and a name that is none would stop Matplotlib
    folder = on_disk(arguments.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: this folder cannot be made ({error.strerror}). Name another with -o.") from None
    shown = [(folder / f"{name}.png", *more) for name, *more in demonstrations()]
    sounds = {path.with_suffix(".wav"): sound for path, sound, *_ in shown if sound.unit == "FS"}
    sounds[folder / DAWN] = dawn()
    _check(arguments, [path for path, *_ in shown], sounds)
    for path, sound, settings, changes in shown:
        draw(sound, settings, path=path, overwrite=arguments.overwrite, **changes)
        print(path, flush=True)
        if path.with_suffix(".wav") in sounds:
            write(path.with_suffix(".wav"), sound, overwrite=arguments.overwrite)
            print(path.with_suffix(".wav"), flush=True)
    write(folder / DAWN, sounds[folder / DAWN], overwrite=arguments.overwrite)
    print(folder / DAWN, flush=True)
    talk(f"see and hear it in the browser: sonograph view {shlex.quote(os.fspath(folder / DAWN))}")
    return 0


def _check(arguments: argparse.Namespace, pictures: list[Path], sounds: dict[Path, Signal]) -> None:
    """Refuse to write over sounds that are there; the demonstration's own, of an earlier run, hold the same."""
    from io import BytesIO

    from sonograph.io.replacing import Output
    from sonograph.io.writing import write_wav

    others = []
    for path, sound in sounds.items():
        whole = BytesIO()
        write_wav(whole, sound)
        if not (
            path.is_file() and path.stat().st_size == len(whole.getvalue()) and path.read_bytes() == whole.getvalue()
        ):
            others.append(path)
    outputs.check(arguments, [Output(path, overwrite=arguments.overwrite) for path in (*pictures, *others)])


def demonstrations() -> Iterator[tuple[str, Signal, Any, dict[str, Any]]]:
    """Name, sound, settings and look of each picture."""
    from sonograph import signals
    from sonograph.settings import LevelSettings, StftSettings

    fm = StftSettings(window_length=512, hop=128)
    yield "fm", signals.fm(), fm, {"view": "both", "below": 60.0, "title": "A wavering tone of 2 V rms in fading noise"}
    # as librosa's stft and amplitude_to_db(ref=max): 22 050 Hz, frames of 2048 every 512, decibels below the maximum
    librosa = LevelSettings(of=StftSettings(window_length=2048, hop=512, scaling="raw"), reference="max")
    for name in ("guitar", "kick", "snare"):
        sound = getattr(signals, name)(sample_rate=22_050.0)
        yield name, sound, librosa, {"title": name.capitalize()}
    pings = StftSettings(window_length=512, hop=128)
    sonar = _in_noise(signals.pings(amplitude=0.9))
    yield "pings", sonar, pings, {"view": "both", "title": "Sonar pings and their echoes"}


def dawn() -> Signal:
    """Two minutes of many callers, far and near, over a sea."""
    from dataclasses import replace

    from sonograph import signals

    calls = signals.chorus(120.0, per_minute=30.0, rms=0.02, levels=8.0, sample_rate=24_000.0, seed=4)
    surf = signals.sea(120.0, rms=0.02, swell=5.0, sample_rate=24_000.0, seed=5)
    return replace(calls, samples=(calls.samples + surf.samples).astype("f4"))


def _in_noise(sound: Signal) -> Signal:
    """A sound at sea: with noise of 60 dB less."""
    from dataclasses import replace

    from sonograph import signals

    sea = signals.white_noise(sound.duration, rms=1e-3, sample_rate=sound.sample_rate)
    return replace(sound, samples=sound.samples + sea.samples[..., : sound.n_samples])

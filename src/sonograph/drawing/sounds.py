"""What there is to draw: sounds with their names, marks and lines, and them on a sheet."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.errors import SettingsError, SonographError
from sonograph.named.given import settings_of
from sonograph.pictures.settings import PictureSettings
from sonograph.settings import Settings
from sonograph.sounds.derived import again, checked_source, is_complex, recorded
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram
from sonograph.spectrograms.described import usual

if TYPE_CHECKING:
    from sonograph.io.opening import Opening
    from sonograph.pictures.parts import Composition, Fault, Named


def all_named(sound: Any, settings: Settings | str | None, labels: Any, over: Any) -> list[Named]:
    """One sound, a list, or a dictionary of them by name."""
    if isinstance(sound, Mapping):
        return [replace(named(one, settings, labels, over), name=name) for name, one in sound.items()]
    return [named(one, settings, labels, over) for one in (sound if isinstance(sound, list | tuple) else [sound])]


def named(
    sound: Any,
    settings: Settings | str | None = None,
    labels: Any = None,
    over: Any = (),
    opening: Opening | None = None,
) -> Named:
    """A sound with its name (of a file, its own), its marks and lines; `opening` says how a file is opened."""
    from sonograph.io.mark import Mark
    from sonograph.io.marks import read_marks
    from sonograph.pictures.parts import Named

    settings = None if settings is None else settings_of(settings)
    several = labels if isinstance(labels, list | tuple) else ()
    right = labels is None or isinstance(labels, str | os.PathLike | list | tuple)
    if not right or not all(isinstance(one, Mark) for one in several):
        raise SettingsError(f"labels is {type(labels).__name__}; it must be the path of a file of labels, or Marks")
    marks = tuple(labels or ()) if not isinstance(labels, str | os.PathLike) else read_marks(labels, _file_of(sound))
    if isinstance(sound, str | os.PathLike):
        from sonograph.io import audio

        opened = audio.taken(sound, opening)
        settings = settings or _unasked(opened)
        return Named(
            opened, Path(sound).name, settings, marks=marks, over=lines_over(over, settings, opened.sample_rate)
        )
    sound = sound.sharpened() if hasattr(sound, "sharpened") else sound  # reassigned
    if isinstance(sound, Spectrogram) and settings is not None:
        raise SettingsError("settings are given with a spectrogram, which is computed already; draw it without")
    if not isinstance(sound, Spectrogram) and not (hasattr(sound, "read") and hasattr(sound, "sample_rate")):
        called = "give what it gives back, as draw(kurtogram(sound)); else " if callable(sound) else ""
        raise SettingsError(
            f"the sound is a {type(sound).__name__}; {called}it must be a path, a Source, "
            f"a Signal (of samples and their rate) or a Spectrogram"
        )
    if not isinstance(sound, Spectrogram):
        sound = checked_source(sound, iq=True)
        settings = settings or _unasked(sound)
    return Named(sound, "", settings, marks=marks, over=lines_over(over, settings, sound.sample_rate))


def _unasked(sound: Source) -> Settings | None:
    """What complex samples, and a series that is too slow for a sound, are shown by where nobody chose; else None."""
    from sonograph.settings import SLOW, StftSettings

    if is_complex(sound):
        return usual(sound)
    return StftSettings.for_series(sound.n_samples) if sound.sample_rate < SLOW else None


def _file_of(sound: Any) -> Any:
    """The file that a sound is read from; None where it is in memory."""
    if isinstance(sound, str | os.PathLike):
        return sound
    recording = recorded(sound)
    return None if recording is None else recording.path


def lines_over(over: Any, settings: Settings | None, sample_rate: float) -> tuple[Settings, ...]:
    """Features that lie over a spectrogram; those given by name have its frames."""
    listed = tuple(over) if isinstance(over, list | tuple) else (over,)
    if not listed:
        return ()
    from sonograph.named.features import feature
    from sonograph.settings import StftSettings, stft_of

    stft = StftSettings() if settings is None else stft_of(settings)
    if stft.sides == "two":
        raise SettingsError(
            "over is given, and the samples are complex (I/Q); those lines are of real ones: leave it out"
        )
    alike = ("window_length", "hop", "edges", "remove_dc", "high_pass", "weighting")
    frames = StftSettings(**{name: getattr(stft, name) for name in alike})
    return tuple(feature(one, frames, sample_rate=sample_rate) if isinstance(one, str) else one for one in listed)


def composed(
    sounds: list[Named], look: PictureSettings, on_fault: Fault | None = None, *, live: bool = False
) -> tuple[Composition | None, list[Named]]:
    """Sounds on a sheet, and those sounds; all of it once more from the beginning where a file changed meanwhile.

    live : whether it is for axes that can be zoomed
    """
    from sonograph.pictures.compose import compose

    faults: list[tuple[Named, SonographError]] = []
    composition = compose(sounds, look, on_fault=lambda *fault: faults.append(fault), live=live)
    if any(_has_changed(named) for named in sounds):
        with contextlib.suppress(SonographError):  # it opens no more: what was there is drawn
            sounds = [replace(named, sound=again(named.sound)) if _has_changed(named) else named for named in sounds]
            faults.clear()
            composition = compose(sounds, look, on_fault=lambda *fault: faults.append(fault), live=live)
    for named, error in faults:
        if on_fault is None:
            raise error
        on_fault(named, error)
    return composition, sounds


def _has_changed(named: Named) -> bool:
    recording = recorded(named.sound)
    return recording is not None and recording.has_changed

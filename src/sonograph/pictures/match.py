"""A picture of a match: the sound that was looked for above its place in the recording, and the peaks that agree."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.io import audio
from sonograph.io.status import shown
from sonograph.matching.recordings.landmark import landmarks, query_peaks
from sonograph.matching.recordings.landmark_settings import WINDOW, LandmarkSettings
from sonograph.matching.recordings.matches import Match
from sonograph.pictures.figure import paint_on
from sonograph.pictures.out.save import FLAT, format_of, save
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.settings import StftSettings
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source
from sonograph.sounds.mono import mono
from sonograph.sounds.source import Signal, Source

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FRAMES, CELLS = 1.5, 1.0
"""How near a peak of the query must lie to where one of the recording says it is."""

LONGEST = 30.0
"""Seconds of a match that are drawn."""

SIZE = (1200, 860)
DPI = 150
FAINT, AGREES = "#ffffff", "#30d5ff"


@dataclass(frozen=True)
class Beside:
    """One of the two sounds of a match.

    source : it
    name : what it is called
    seconds : from when to when the match lies in it
    """

    source: Source
    name: str
    seconds: tuple[float, float]


@answered
def draw_match(
    query: str | os.PathLike[str] | Source,
    match: Match,
    *,
    recording: str | os.PathLike[str] | Source | None = None,
    settings: LandmarkSettings | None = None,
    path: str | os.PathLike[str] | None = None,
) -> Figure:
    """A picture of a match: the sound that was looked for above its place in the recording, with the peaks of both.

    Peaks that agree in time and frequency, once the match's speed is allowed for, are blue in both; the others are
    faint. Of a long match the first 30 s are drawn.

    Parameters
    ----------
    query
        The sound that was looked for, a file or a Source.
    match
        What `Index.find` answered.
    recording
        The recording; by default the file that `match.recording` names.
    settings
        Those of the index; `LandmarkSettings()` by default.
    path
        Where to write it, ending in .png, .svg, .pdf, .jpg, .webp or .tif.

    Returns
    -------
    matplotlib Figure
        With an Agg canvas.

    Raises
    ------
    SourceError
        A file that is not there or cannot be read.
    OutputError
        A path that cannot be written.
    """
    form = None if path is None else format_of(path)
    if form == "html":
        raise SettingsError(f'path ends in ".html"; a match is {FLAT}')
    found: str | os.PathLike[str] | Source = match.recording if recording is None else recording
    with contextlib.ExitStack() as stack:
        sounds = [_opened(sound, stack) for sound in (query, found)]
        names = [_name(query, "query"), _name(found, match.recording)]
        figure = _figure(sounds, names, match, settings or LandmarkSettings())
    if path is not None and form is not None:
        files = tuple(sound for sound in (query, found) if isinstance(sound, str | os.PathLike))
        with written(path, keep=files) as part:
            save(figure, part, form, {})
    return figure


def _opened(sound: str | os.PathLike[str] | Source, stack: contextlib.ExitStack) -> Source:
    if isinstance(sound, str | os.PathLike):
        sound = stack.enter_context(audio.open(sound, calibration=False))
    return checked_source(sound)


def _name(sound: str | os.PathLike[str] | Source, otherwise: str) -> str:
    return shown(Path(sound).name if isinstance(sound, str | os.PathLike) else otherwise)


def _figure(sounds: list[Source], names: list[str], match: Match, settings: LandmarkSettings) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sonograph.pictures.shown import Picture

    long = min(match.end - match.start, LONGEST)
    upper = Beside(sounds[0], names[0], (match.start, match.start + long))
    lower = Beside(sounds[1], names[1], (match.offset, match.offset + long * match.speed))
    asked, kept = _peaks(upper, settings, query=True), _peaks(lower, settings, query=False)
    pairs = _agreeing(asked, kept, match, settings)
    with ours():
        figure = Picture(figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(2, 1)
        for panel, beside, peaks, agree in zip(axes, (upper, lower), (asked, kept), pairs.T, strict=True):
            _paint(panel, beside, peaks, np.unique(agree), settings)
        axes[0].set_xlabel("")
        words = f"{match.votes} votes, speed {match.speed:.3f}, chance {match.chance:.1g}"
        figure.suptitle(f"{len(pairs)} peaks in both (blue); {words}", fontsize=8)
    return figure


def _peaks(beside: Beside, settings: LandmarkSettings, *, query: bool) -> np.ndarray:
    """(2, n): seconds in the sound and hertz of the peaks near its part of the match."""
    margin = 1.0
    rate = beside.source.sample_rate
    first = max(0, int((beside.seconds[0] - margin) * rate))
    stop = min(beside.source.n_samples, int((beside.seconds[1] + margin) * rate))
    part = Signal(beside.source.read(range(first, max(first, stop))), rate, beside.source.unit)
    found = query_peaks(part, settings)[0] if query else landmarks(part, settings).peaks
    seconds = (found.times * settings.stft.hop + WINDOW / 2) / settings.sample_rate + first / rate
    return np.stack([seconds, found.frequencies])


def _agreeing(asked: np.ndarray, kept: np.ndarray, match: Match, settings: LandmarkSettings) -> np.ndarray:
    """(n, 2): numbers of the peaks of query and recording that are the same."""
    if not asked.size or not kept.size:
        return np.zeros((0, 2), int)
    seconds = (asked[0] - match.start) * match.speed + match.offset
    late = (seconds[:, None] - kept[0]) * settings.frames_per_second / FRAMES
    scale = np.vectorize(settings.warped)
    off = (scale(asked[1] / match.speed)[:, None] - scale(kept[1])) / CELLS
    distance = np.hypot(late, off)
    nearest = distance.argmin(axis=1)
    good = distance[np.arange(len(nearest)), nearest] <= 1
    return np.stack([np.flatnonzero(good), nearest[good]], axis=1)


def _paint(axes: Axes, beside: Beside, peaks: np.ndarray, agree: np.ndarray, settings: LandmarkSettings) -> None:
    source = mono(beside.source)
    top = min(settings.high, source.sample_rate / 2)
    stft = StftSettings.for_rate(source.sample_rate)
    look = PictureSettings(seconds=beside.seconds, frequencies=(settings.low, top), axis="mel", below=70)
    paint_on(axes, Named(source, beside.name, stft), look, live=False)
    axes.set_title(beside.name, fontsize=8, loc="left")
    left, right = axes.get_xlim()
    inside = (peaks[0] >= left) & (peaks[0] <= right)
    other = inside & ~np.isin(np.arange(peaks.shape[1]), agree)
    same = inside & np.isin(np.arange(peaks.shape[1]), agree)
    axes.set_autoscale_on(False)
    axes.plot(*peaks[:, other], "o", ms=3, mfc="none", mec=FAINT, mew=0.5, alpha=0.5)
    axes.plot(*peaks[:, same], "o", ms=5, mfc="none", mec=AGREES, mew=1.2)

"""draw and show: from a file, a sound or a spectrogram to a picture, in one call."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, cast

from sonograph.atomic import written
from sonograph.errors import OutputError, SettingsError, SonographError
from sonograph.matching.sonar.echograms import Echogram
from sonograph.named.given import settings_of
from sonograph.pictures.settings import PictureSettings
from sonograph.settings import BandSettings, Settings
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import again, checked_source, is_complex, recorded
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram
from sonograph.spectrograms.described import usual

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sonograph.analysis.lufs import Loudness
    from sonograph.analysis.reassignment import Reassigned
    from sonograph.analysis.spectrum import Spectrum
    from sonograph.io.opening import Opening
    from sonograph.pictures.parts import Composition, Fault, Named

Sound = Union[str, os.PathLike[str], Source, Spectrogram, Echogram, "Spectrum", "Loudness", "Reassigned"]


class _AsLook:
    """A keyword that was not given: None would be a value of some of them."""

    def __repr__(self) -> str:
        return "as look has it"


AS_LOOK: Any = _AsLook()
FIELDS = tuple(field.name for field in fields(PictureSettings))


def _changed(look: PictureSettings | None, arguments: Mapping[str, Any]) -> PictureSettings:
    """A look, changed by those of a function's arguments that are settings and were given."""
    given = {name: arguments[name] for name in FIELDS if arguments.get(name, AS_LOOK) is not AS_LOOK}
    return (look or PictureSettings()).but(**given)


@answered
def draw(
    sound: Sound | Sequence[Sound] | Mapping[str, Sound],
    settings: Settings | str | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    look: PictureSettings | None = None,
    labels: Any = None,
    over: Any = (),
    times: Any = None,
    unit: str = "",
    ax: Any = None,
    overwrite: bool = False,
    view: str = AS_LOOK,
    seconds: tuple[float | None, float | None] = AS_LOOK,
    axis: str | None = AS_LOOK,
    frequencies: tuple[float, float] | None = AS_LOOK,
    channel: int | None = AS_LOOK,
    vscale: str = AS_LOOK,
    below: float = AS_LOOK,
    range: tuple[float, float] | None = AS_LOOK,
    percentiles: tuple[float, float] | None = AS_LOOK,
    colours: str | None = AS_LOOK,
    theme: str = AS_LOOK,
    reduction: str = AS_LOOK,
    size: tuple[int, int] | None = AS_LOOK,
    dpi: float | None = AS_LOOK,
    axes: bool = AS_LOOK,
    title: str | None = AS_LOOK,
) -> Any:
    """A picture of a sound: time across, frequency up, level in colour; or of several, a panel each on one scale.

    Parameters
    ----------
    sound
        A path, a Source, a Signal or a Spectrogram, or a list of them, or a dictionary of them by name. A file of any
        length is read in blocks. Or results: a `Spectrum`, or several on one panel, a `Loudness`, a `Reassigned`, an
        `Echogram`.
    settings
        What to compute, or a preset's name; `StftSettings()` by default, of a series below
        10 Hz `StftSettings.for_series`. Of a power the level is drawn, with the
        reference that belongs to the sound's unit; `LevelSettings(of=…, reference="max")` draws decibels below the
        maximum.
    path
        Where to write it, ending in .png, .svg, .pdf, .jpg, .webp or .tif, or of a surface in .html, a page to turn it;
        the file is there whole or not at all.
    look
        What the picture shows, and how.
    labels
        What is marked on it: the path of an Audacity label track or a Raven selection table, or `Mark`s.
    over
        Features drawn over the spectrogram as lines in hertz: "pitch" (of sounds up to some 40 minutes), "yin",
        "centroid" or "rolloff", which are then of the same frames, or settings of your own; one or several.
    times, unit
        Of a matrix of your own (rows, columns), which then is the sound: the middle of each column in seconds, and what
        its numbers are in; `frequencies` are then those of its rows. `Spectrogram.from_array` takes more of it.
    ax
        Matplotlib axes of yours to draw on, or a list of as many as the view has panels; a colour bar is put beside
        them. Zooming makes the pixels anew for what is shown, and its ticks.
    overwrite
        Whether a sound that is there under the name of `path` may be replaced; one that is drawn never is.
    view, seconds, axis, frequencies, channel, vscale, below, range, percentiles
        The settings of `look` by name, which change it: below=60, colours="viridis", seconds=(1, 2.5), view="both" …
        `PictureSettings` says what each is.
    colours, theme, reduction, size, dpi, axes, title
        Likewise.

    Returns
    -------
    matplotlib Figure
        With an Agg canvas; no window is opened, and a notebook shows it where it is the last value of a cell. Axes are
        in seconds and hertz. With `ax`: the image and its colour
        bar, as `.image` and `.colour_bar`.

    Raises
    ------
    SettingsError
        Settings that cannot be, or that this sound cannot have.
    SourceError
        A file that cannot be read.
    OutputError
        A path that cannot be written, or that is a sound.

    Examples
    --------
    >>> from sonograph import signals
    >>> figure = draw(signals.tone(1000.0, 1.0), below=60)
    >>> figure.axes[0].get_xlabel(), figure.axes[1].get_ylabel()
    ('Time (s)', 'Level (dBFS)')
    """
    from sonograph.pictures.figure import figure_of
    from sonograph.pictures.out.recipe import text
    from sonograph.pictures.out.save import format_of, save

    matrix = _matrix(sound, times, frequencies, unit)
    sound, frequencies = (sound, frequencies) if matrix is None else (matrix, AS_LOOK)
    look = _changed(look, locals())
    format = None if path is None else format_of(path)
    if path is not None:
        _check_path(path, sound, labels, overwrite)
    if (curves := _curves(sound, settings, labels, over)) is not None:
        return _draw_curves(curves, look, path, format, ax)
    if isinstance(sound, Echogram):
        return _echogram(sound, look, path, (settings, labels, over, ax))
    sounds = _all_named(sound, settings, labels, over)
    if ax is not None:
        from sonograph.pictures.figure import paint_on

        if path is not None:
            raise SettingsError("ax is given with a path; save the figure of those axes, which is yours")
        return paint_on(ax, sounds, look)
    composition = cast("Composition", composed(sounds, look)[0])  # None only where faults are told, not raised
    figure = figure_of(composition)
    if path is not None and format is not None:
        with written(path) as part:
            if format == "html":
                part.write_text(composition.main.page(composition), "utf-8")
            else:
                save(figure, part, format, text(composition))
    return figure


@answered
def draw_bands(
    settings: BandSettings | str,
    *,
    sample_rate: float,
    path: str | os.PathLike[str] | None = None,
    look: PictureSettings | None = None,
    overwrite: bool = False,
    axis: str | None = AS_LOOK,
    frequencies: tuple[float, float] | None = AS_LOOK,
    theme: str = AS_LOOK,
    size: tuple[int, int] | None = AS_LOOK,
    dpi: float | None = AS_LOOK,
    axes: bool = AS_LOOK,
    title: str | None = AS_LOOK,
) -> Figure:
    """A filter bank as its curves: the weight of each bin in each band, over frequency.

    Parameters
    ----------
    settings
        The bands, and the transform whose bins they weigh.
    sample_rate
        Of the sounds that they are for, Hz.
    path
        Where to write it, ending in .png, .svg, .pdf, .jpg, .webp or .tif.
    look
        How the picture looks; of a bank only these count:
    axis, frequencies, theme, size, dpi, axes, title
        As for `draw`.
    overwrite
        Whether a sound that is there under the name of `path` may be replaced.

    Raises
    ------
    SettingsError
        Settings that are no bands, or that a sound of this rate cannot have.
    OutputError
        A path that cannot be written.

    Examples
    --------
    >>> from sonograph import MelBank, StftSettings
    >>> mel = BandSettings(of=StftSettings(window_length=512), bands=MelBank(n_bands=20))
    >>> len(draw_bands(mel, sample_rate=16_000.0).axes[0].lines)
    20
    """
    look = _changed(look, locals())
    from sonograph.pictures.bank import bank_figure
    from sonograph.pictures.out.save import FLAT, format_of, save

    format = None if path is None else format_of(path)
    if format == "html":
        raise SettingsError(f'path ends in ".html"; a filter bank is {FLAT}')
    if path is not None:
        _check_path(path, (), None, overwrite)
    figure = bank_figure(settings_of(settings), sample_rate, look)
    if path is not None and format is not None:
        with written(path) as part:
            save(figure, part, format, {})
    return figure


@answered
def show(
    sound: Sound | Sequence[Sound] | Mapping[str, Sound],
    settings: Settings | str | None = None,
    *,
    look: PictureSettings | None = None,
    labels: Any = None,
    over: Any = (),
    times: Any = None,
    unit: str = "",
    view: str = AS_LOOK,
    seconds: tuple[float | None, float | None] = AS_LOOK,
    axis: str | None = AS_LOOK,
    frequencies: tuple[float, float] | None = AS_LOOK,
    channel: int | None = AS_LOOK,
    vscale: str = AS_LOOK,
    below: float = AS_LOOK,
    range: tuple[float, float] | None = AS_LOOK,
    percentiles: tuple[float, float] | None = AS_LOOK,
    colours: str | None = AS_LOOK,
    theme: str = AS_LOOK,
    reduction: str = AS_LOOK,
    size: tuple[int, int] | None = AS_LOOK,
    dpi: float | None = AS_LOOK,
    axes: bool = AS_LOOK,
    title: str | None = AS_LOOK,
) -> None:
    """Show the picture that `draw` makes: in the cell of a notebook, else in a window, until it is closed.

    Parameters as for `draw`. Windows are Matplotlib's: MPLBACKEND names their kind. In a cell a surface can be turned,
    where Plotly is installed.

    Raises
    ------
    OutputError
        There is no screen to open a window on.
    """
    from sonograph.pictures.figure import figure_of

    matrix = _matrix(sound, times, frequencies, unit)
    sound, frequencies = (sound, frequencies) if matrix is None else (matrix, AS_LOOK)
    look = _changed(look, locals())
    cell = _in_notebook()
    if (curves := _curves(sound, settings, labels, over)) is not None:
        from sonograph.pictures.curves import curves_figure
        from sonograph.pictures.out.notebook import show_figure

        figure = curves_figure(curves, look, None if cell else _window)
        show_figure(figure) if cell else _wait()
        return
    composition = cast("Composition", composed(_all_named(sound, settings, labels, over), look, live=not cell)[0])
    if cell:
        from sonograph.pictures.out.notebook import show_in_cell

        show_in_cell(composition)
    else:
        sheet = composition.sheet
        figure_of(composition, _window((sheet.width, sheet.height), look.dpi_shown))
        _wait()


def _matrix(sound: Any, times: Any, frequencies: Any, unit: str) -> Spectrogram | None:
    """A matrix with its axes; None where it is something else that is drawn."""
    is_array = hasattr(sound, "ndim") and hasattr(sound, "dtype") and sound.ndim > 1 and not hasattr(sound, "dims")
    if is_array and times is not None:
        rows = None if frequencies is AS_LOOK else frequencies
        return Spectrogram.from_array(sound, times=times, frequencies=rows, unit=unit)
    if is_array:
        raise SettingsError(
            f"the sound is an array of shape {sound.shape}; of a matrix say when its columns are: "
            f"draw(matrix, times=…, frequencies=…, unit=…); samples are drawn as Signal(samples, sample_rate)"
        )
    if times is not None or unit != "":
        raise SettingsError("times or unit is given, which are those of a matrix; what is drawn is none: leave it out")
    return None


def _curves(sound: Any, settings: Any, labels: Any, over: Any) -> dict[str, Any] | None:
    """Results that are curves by their names; None where it is sounds that are drawn."""
    several = sound if isinstance(sound, list | tuple | Mapping) else [sound]
    if not any(type(one).__name__ in ("Spectrum", "Loudness") for one in _values(several)):
        return None  # without loading what those are of
    from sonograph.pictures.curves import is_curve

    if not any(map(is_curve, _values(several))):
        return None
    if settings is not None or labels is not None or over != ():
        raise SettingsError("settings, labels or over are given with a result that is computed already; leave them out")
    if isinstance(several, Mapping):
        return dict(several)
    return {"": several[0]} if len(several) == 1 else {str(i): one for i, one in enumerate(several, 1)}


def _values(several: Any) -> Sequence[Any]:
    return list(several.values()) if isinstance(several, Mapping) else list(several)


def _draw_curves(curves: dict[str, Any], look: PictureSettings, path: Any, format: str | None, ax: Any) -> Any:
    from sonograph.pictures.curves import curves_figure, curves_on
    from sonograph.pictures.figure import Painted
    from sonograph.pictures.out.save import FLAT, save

    if ax is not None:
        if path is not None:
            raise SettingsError("ax is given with a path; save the figure of those axes, which is yours")
        curves_on(ax, curves, look)
        return Painted(None, None)
    if format == "html":
        raise SettingsError(f'path ends in ".html"; curves are {FLAT}')
    figure = curves_figure(curves, look)
    if path is not None and format is not None:
        with written(path) as part:
            save(figure, part, format, {})
    return figure


def _all_named(sound: Any, settings: Settings | str | None, labels: Any, over: Any) -> list[Named]:
    """One sound, a list, or a dictionary of them by name."""
    if isinstance(sound, Mapping):
        return [replace(named(one, settings, labels, over), name=name) for name, one in sound.items()]
    return [named(one, settings, labels, over) for one in (sound if isinstance(sound, list | tuple) else [sound])]


def named(
    sound: Sound,
    settings: Settings | str | None = None,
    labels: Any = None,
    over: Any = (),
    opening: Opening | None = None,
) -> Named:
    """A sound with its name (of a file, its own), its marks and lines; `opening` says how a file is opened."""
    from sonograph.io.marks import Mark, read_marks
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
        raise SettingsError(
            f"the sound is a {type(sound).__name__}; it must be a path, a Source, a Signal (of samples and their rate) "
            f"or a Spectrogram"
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


def _echogram(echogram: Echogram, look: PictureSettings, path: Any, more: tuple[Any, ...]) -> Figure:
    """A picture of an echogram, which is computed already and lies on axes of its own."""
    from sonograph.pictures.echogram import draw_echogram

    for name, given in zip(("settings", "labels", "over", "ax"), more, strict=True):
        if given is not None and given != ():
            raise SettingsError(f"{name} is given with an echogram, which takes none; leave it out")
    return draw_echogram(echogram, path=path, look=look)


def _check_path(path: Any, sound: Any, labels: Any, overwrite: bool) -> None:
    """Refuse a path that is a sound, or what is drawn."""
    from sonograph.io.replacing import Input, Output, check_outputs, sound_input

    several = sound.values() if isinstance(sound, Mapping) else sound if isinstance(sound, list | tuple) else [sound]
    inputs = [one for each in several for one in sound_input(each)]
    inputs += [Input(labels, "the labels")] if isinstance(labels, str | os.PathLike) else []
    check_outputs([Output(path, "path", overwrite=overwrite)], inputs)


def _has_changed(named: Named) -> bool:
    recording = recorded(named.sound)
    return recording is not None and recording.has_changed


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


def _in_notebook() -> bool:
    """Whether a cell shows what is displayed: in Jupyter, without a backend that opens windows there."""
    import sys

    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython  # type: ignore[import-not-found,unused-ignore]

    if get_ipython() is None or not hasattr(get_ipython(), "kernel"):
        return False
    matplotlib = sys.modules.get("matplotlib")
    backend = "" if matplotlib is None else str(dict.__getitem__(matplotlib.rcParams, "backend"))  # chooses none
    return not any(name in backend.lower() for name in ("ipympl", "widget", "nbagg"))


def _window(pixels: tuple[int, int], dpi: float) -> Figure:
    """The figure of a new window, which is seen when pyplot shows it."""
    import matplotlib
    from matplotlib import pyplot

    if matplotlib.get_backend().lower() in ("agg", "pdf", "svg", "ps", "cairo", "template", "pgf"):
        raise OutputError("there is no screen to show the picture on; write it to a file: draw(…, path='picture.png')")
    return pyplot.figure(figsize=(pixels[0] / dpi, pixels[1] / dpi), dpi=dpi)


def _wait() -> None:
    from matplotlib import pyplot

    pyplot.show()

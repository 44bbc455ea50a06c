"""draw, draw_bands and show."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union, cast

from sonograph.atomic import written
from sonograph.drawing.look import AS_LOOK, changed
from sonograph.drawing.results import curves_in, draw_apart, draw_curves, is_apart, matrix_in
from sonograph.drawing.sounds import all_named, composed
from sonograph.drawing.windows import in_notebook, wait, window
from sonograph.errors import SettingsError
from sonograph.matching.sonar.echograms import Echogram
from sonograph.named.given import settings_of
from sonograph.pictures.settings import PictureSettings
from sonograph.settings import BandSettings, Settings
from sonograph.settings.arguments import answered
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sonograph.analysis.kurtogram import Kurtogram
    from sonograph.analysis.lufs import Loudness
    from sonograph.analysis.orders import Orders
    from sonograph.analysis.reassignment import Reassigned
    from sonograph.analysis.spectrum import Spectrum
    from sonograph.pictures.parts import Composition

Sound = Union[
    str, os.PathLike[str], Source, Spectrogram, Echogram, "Spectrum", "Loudness", "Reassigned", "Kurtogram", "Orders"
]


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
        `Echogram`, a `Kurtogram`, `Orders`.
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

    matrix = matrix_in(sound, times, frequencies, unit)
    sound, frequencies = (sound, frequencies) if matrix is None else (matrix, AS_LOOK)
    look = changed(look, locals())
    format = None if path is None else format_of(path)
    if path is not None:
        _check_path(path, sound, labels, overwrite)
    if (curves := curves_in(sound, settings, labels, over)) is not None:
        return draw_curves(curves, look, path, format, ax)
    if is_apart(sound):
        return draw_apart(sound, look, (settings, labels, over, ax), path)
    sounds = all_named(sound, settings, labels, over)
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
    look = changed(look, locals())
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

    matrix = matrix_in(sound, times, frequencies, unit)
    sound, frequencies = (sound, frequencies) if matrix is None else (matrix, AS_LOOK)
    look = changed(look, locals())
    cell = in_notebook()
    curves = curves_in(sound, settings, labels, over)
    if curves is not None or is_apart(sound):
        from sonograph.pictures.curves import curves_figure
        from sonograph.pictures.out.notebook import show_figure

        there = None if cell else window
        if curves is None:
            figure = draw_apart(sound, look, (settings, labels, over, None), window=there)
        else:
            figure = curves_figure(curves, look, there)
        show_figure(figure) if cell else wait()
        return
    composition = cast("Composition", composed(all_named(sound, settings, labels, over), look, live=not cell)[0])
    if cell:
        from sonograph.pictures.out.notebook import show_in_cell

        show_in_cell(composition)
    else:
        sheet = composition.sheet
        figure_of(composition, window((sheet.width, sheet.height), look.dpi_shown))
        wait()


def _check_path(path: Any, sound: Any, labels: Any, overwrite: bool) -> None:
    """Refuse a path that is a sound, or what is drawn."""
    from sonograph.io.replacing import Input, Output, check_outputs, sound_input

    several = sound.values() if isinstance(sound, Mapping) else sound if isinstance(sound, list | tuple) else [sound]
    inputs = [one for each in several for one in sound_input(each)]
    inputs += [Input(labels, "the labels")] if isinstance(labels, str | os.PathLike) else []
    check_outputs([Output(path, "path", overwrite=overwrite)], inputs)

"""What is drawn and is no sound: a matrix of your own, and results on axes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sonograph.atomic import written
from sonograph.drawing.look import AS_LOOK
from sonograph.errors import SettingsError
from sonograph.matching.sonar.echograms import Echogram
from sonograph.pictures.settings import PictureSettings
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def matrix_in(sound: Any, times: Any, frequencies: Any, unit: str) -> Spectrogram | None:
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


def curves_in(sound: Any, settings: Any, labels: Any, over: Any) -> dict[str, Any] | None:
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


def draw_curves(curves: dict[str, Any], look: PictureSettings, path: Any, format: str | None, ax: Any) -> Any:
    """Curves as a figure, written to a path where there is one, or on axes that are there."""
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


def echogram_figure(echogram: Echogram, look: PictureSettings, path: Any, more: tuple[Any, ...]) -> Figure:
    """A picture of an echogram, which is computed already and lies on axes of its own."""
    from sonograph.pictures.echogram import draw_echogram

    for name, given in zip(("settings", "labels", "over", "ax"), more, strict=True):
        if given is not None and given != ():
            raise SettingsError(f"{name} is given with an echogram, which takes none; leave it out")
    return draw_echogram(echogram, path=path, look=look)

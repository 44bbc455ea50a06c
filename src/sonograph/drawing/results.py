"""What is drawn and is no sound: a matrix of your own, and results on axes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sonograph.atomic import written
from sonograph.drawing.look import AS_LOOK
from sonograph.errors import SettingsError
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


def is_apart(sound: Any) -> bool:
    """Whether something is a result that lies on axes of its own."""
    return type(sound).__name__ in ("Echogram", "Kurtogram", "Orders")  # without loading what those are of


def draw_apart(
    result: Any, look: PictureSettings, more: tuple[Any, ...], path: Any = None, window: Any = None
) -> Figure:
    """A picture of a result that is computed already and lies on axes of its own."""
    name = {"Orders": "order map"}.get(type(result).__name__, type(result).__name__.lower())
    for given, value in zip(("settings", "labels", "over", "ax"), more, strict=True):
        if value is not None and value != ():
            article = "an" if name[0] in "aeiou" else "a"
            raise SettingsError(f"{given} is given with {article} {name}, which takes none; leave it out")
    if name == "echogram":
        from sonograph.pictures.echogram import draw_echogram

        return draw_echogram(result, path=path, look=look, window=window)
    if name == "order map":
        from sonograph.pictures.order_map import draw_orders

        return draw_orders(result, path=path, look=look, window=window)
    from sonograph.pictures.kurtogram import draw_kurtogram

    return draw_kurtogram(result, path=path, look=look, window=window)

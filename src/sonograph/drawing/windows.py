"""Where a picture is shown: in a cell of a notebook, or in a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonograph.errors import OutputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def in_notebook() -> bool:
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


def window(pixels: tuple[int, int], dpi: float) -> Figure:
    """The figure of a new window, which is seen when pyplot shows it."""
    import matplotlib
    from matplotlib import pyplot

    if matplotlib.get_backend().lower() in ("agg", "pdf", "svg", "ps", "cairo", "template", "pgf"):
        raise OutputError("there is no screen to show the picture on; write it to a file: draw(…, path='picture.png')")
    return pyplot.figure(figsize=(pixels[0] / dpi, pixels[1] / dpi), dpi=dpi)


def wait() -> None:
    """Show the windows until they are closed."""
    from matplotlib import pyplot

    pyplot.show()

"""`show` opens a window where there is a screen, and says what to do where there is none."""

import os
import shutil
import subprocess
import sys
import types
from base64 import b64decode
from io import BytesIO

import matplotlib
import pytest
from matplotlib import pyplot
from matplotlib.backend_bases import MouseEvent
from PIL import Image

from sonograph import OutputError, SettingsError, kurtogram, show, signals

SOUND = signals.tone(1000.0, 1.0, sample_rate=8000.0)


@pytest.fixture
def closed():
    yield
    pyplot.close("all")


@pytest.mark.parametrize("backend", ["agg", "pdf", "svg"])
def test_without_a_screen_one_sentence_names_the_way_out(backend, monkeypatch):
    monkeypatch.setattr(matplotlib, "get_backend", lambda: backend)
    with pytest.raises(
        OutputError, match=r"there is no screen to show the picture on; .* draw\(…, path='picture.png'\)"
    ):
        show(SOUND)


def test_a_window_of_its_own_size_holds_the_picture(monkeypatch, closed):
    seen = []
    monkeypatch.setattr(matplotlib, "get_backend", lambda: "tkagg")
    monkeypatch.setattr(pyplot, "show", lambda: seen.append(pyplot.gcf().canvas))
    show(SOUND, size=(640, 400), dpi=100, over="centroid", labels=None)
    [canvas] = seen
    assert canvas.get_width_height() == (640, 400)
    assert canvas.figure.axes[0].get_xlabel() == "Time (s)"
    assert [line.get_label() for line in canvas.figure.axes[0].lines] == ["centroid"]


def test_a_result_on_axes_of_its_own_is_shown_in_a_window_too(monkeypatch, closed):
    seen = []
    monkeypatch.setattr(matplotlib, "get_backend", lambda: "tkagg")
    monkeypatch.setattr(pyplot, "show", lambda: seen.append(pyplot.gcf().canvas))
    show(kurtogram(SOUND, 2), size=(640, 400), dpi=100)
    [canvas] = seen
    assert canvas.get_width_height() == (640, 400)
    assert canvas.figure.axes[1].get_ylabel() == "Spectral kurtosis"


@pytest.fixture
def cell(monkeypatch):
    """What a cell displays."""
    shown = []
    inside, display = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    inside.get_ipython = lambda: types.SimpleNamespace(kernel=1)
    display.display = lambda bundle, raw: shown.append(bundle)
    monkeypatch.setitem(sys.modules, "IPython", inside)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


@pytest.mark.parametrize("view", ["both", "surface"])
def test_what_is_pressed_in_a_window_reaches_its_tools(view, monkeypatch, closed):
    pressed, opened = [], pyplot.figure

    def with_tools(**given):
        window = opened(**given)
        window.canvas.mpl_connect(
            "button_press_event", pressed.append
        )  # as the toolbar of a window does when it is made
        return window

    monkeypatch.setattr(matplotlib, "get_backend", lambda: "tkagg")
    monkeypatch.setattr(pyplot, "figure", with_tools)
    monkeypatch.setattr(pyplot, "show", lambda: None)
    show(SOUND, view=view, size=(640, 400), dpi=80)
    canvas = pyplot.gcf().canvas
    canvas.callbacks.process("button_press_event", MouseEvent("button_press_event", canvas, 300, 200, 1))
    assert [event.inaxes for event in pressed] == [canvas.figure.axes[-2]]


def test_a_notebook_shows_the_picture_in_its_cell(cell):
    show(SOUND, size=(640, 400))
    with Image.open(BytesIO(b64decode(cell[0]["image/png"]))) as image:
        assert image.size == (640, 400)


def test_without_plotly_a_cell_has_the_picture_of_a_surface_and_says_what_turns_it(cell, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    show(SOUND, view="surface", size=(640, 400))
    assert "needs Plotly: pip install '.[html]'" in capsys.readouterr().out
    assert [set(one) for one in cell] == [{"image/png", "text/plain"}]


def test_what_only_draw_can_do_is_refused():
    with pytest.raises(
        SettingsError, match=r"^path is no argument of show; it takes sound, settings, look, labels, over"
    ):
        show(SOUND, path="a.png")


WINDOW = """
import sonograph
from matplotlib import pyplot
wait = pyplot.show
def shown():
    window = pyplot.gcf().canvas.manager.window
    window.after(200, lambda: (print(window.winfo_width(), window.winfo_viewable()), pyplot.close("all")))
    wait()
pyplot.show = shown
sonograph.show(sonograph.signals.tone(1000.0, 1.0), size=(900, 400), dpi=100)
print("closed")
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="no Xvfb to open a window on")
def test_a_real_window_opens_and_closes():
    pytest.importorskip("tkinter")
    command = ["xvfb-run", "-a", sys.executable, "-c", WINDOW]
    done = subprocess.run(
        command, env=os.environ | {"MPLBACKEND": "tkagg"}, capture_output=True, check=True, text=True, timeout=120
    )
    size, closed = done.stdout.split("\n")[:2]
    assert (size.split()[1], closed) == ("1", "closed")
    assert int(size.split()[0]) >= 900

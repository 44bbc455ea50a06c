import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import MissingExtra, SettingsError, Signal, StftSettings, draw, signals
from sonograph.pictures.compose import compose
from sonograph.pictures.kinds.surface import _extent
from sonograph.pictures.kinds.surface_points import points
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from tests.pictures.sounds import APART, clicks
from tests.pictures.test_figure import nothing_is_cut_off

SURFACE = PictureSettings(view="surface")


def test_the_surface_has_its_peak_at_the_click_and_its_floor_at_the_range():
    composition = compose([Named(clicks(2000, [600]), "", APART)], SURFACE)
    time, _, levels = points(composition.main.raster, composition)
    assert time[int(levels.max(axis=0).argmax())] == pytest.approx(600.5 * 64 / 8000, abs=16 / 240)
    assert levels.max() == pytest.approx(0, abs=0.1)
    assert levels.min() >= -80.1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_axes_are_labelled_with_true_numbers(theme):
    figure = draw(signals.fm(), StftSettings(window_length=512), view="surface", axis="mel", theme=theme, title="FM")
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_zlabel()) == ("Time (s)", "Level (dB re 1 V)")
    assert axes.get_ylabel() == "Frequency (Hz, mel scale)"
    assert axes.get_zlim() == pytest.approx(figure.axes[1].get_ylim())
    nothing_is_cut_off(figure)


def test_nothing_of_the_surface_is_cut_off():
    figure = draw(signals.fm(), StftSettings(window_length=512), view="surface", title="FM")
    surface = figure.axes[0].collections[0]
    assert not surface.get_clip_on()


@pytest.mark.parametrize("size", [(640, 400), (500, 900), (1600, 500)])
def test_the_box_fills_the_sheet_beside_the_colour_bar(size):
    figure = draw(signals.fm(), StftSettings(window_length=512), view="surface", title="FM", size=size, dpi=90)
    nothing_is_cut_off(figure)
    drawn = _extent(figure.axes[0], figure).extents
    bar, notes = figure.axes[1].get_window_extent(), figure.texts[-1].get_window_extent()
    assert drawn[2] < bar.x0
    assert drawn[3] < notes.y0 + 1
    assert max((drawn[2] - drawn[0]) / bar.x0, (drawn[3] - drawn[1]) / notes.y0) > 0.9


def test_a_surface_is_of_one_channel():
    two = Signal(np.random.default_rng(0).standard_normal((2, 8000)), 8000.0)
    with pytest.raises(SettingsError, match=r'view is "surface"; it shows one channel: choose it'):
        draw(two, view="surface")
    with pytest.raises(SettingsError, match="it is of one sound, not of 2"):
        draw([signals.fm(), signals.fm()], view="surface")
    draw(two, view="surface", channel=1)


HOSTILE = '</title><script>alert(1)</script><img src=x onerror=alert(2)>" & <b>'
OWN = re.compile(r"<br>|<span style='font-size: 12px; color: #[0-9a-f]+'>|</span>|<extra></extra>")


def words_in(value):
    """Every text in plain values."""
    if isinstance(value, str):
        return [value]
    listed = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [word for one in listed for word in words_in(one)]


@pytest.mark.parametrize("by", ["title", "file", "unit"])
def test_a_page_holds_no_mark_up_but_its_own(tmp_path, monkeypatch, by):
    """Neither where HTML is read nor in the words of the figure, where Plotly reads some of it."""
    pytest.importorskip("plotly")
    monkeypatch.chdir(tmp_path)
    sound = Signal(np.sin(np.arange(8000) / 3), 8000.0, HOSTILE if by == "unit" else "FS")
    if by == "file":
        name = HOSTILE.replace("/", "") + ".wav"
        soundfile.write(name, sound.samples, 8000)
        sound = name
    title = {"title": HOSTILE} if by == "title" else {}
    draw(sound, StftSettings(window_length=512), view="surface", path="a.html", **title)
    page = Path("a.html").read_text("utf-8")
    head = page[: page.index("<body>")]
    assert head.count("<title>") == head.count("</title>") == 1 and "<script" not in head
    call = page[page.rindex("Plotly.newPlot(") :]
    data, end = json.JSONDecoder().raw_decode(call, call.index("["))
    layout, _ = json.JSONDecoder().raw_decode(call, call.index("{", end))
    words = words_in([data, layout])
    assert any("&lt;script&gt;" in text for text in words)
    assert not [text for text in words if "<" in OWN.sub("", text)]


def test_a_page_stands_alone(tmp_path):
    pytest.importorskip("plotly")
    draw(signals.fm(), StftSettings(window_length=512), view="surface", path=tmp_path / "a.html", title="F <M>")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>F &lt;M&gt;</title>" in page
    assert "F <M>" not in page
    own = page[: page.index("<script")] + page[page.rindex("<script") :]  # without Plotly itself
    assert "src=" not in own
    assert "href=" not in own
    assert "Level (dB re 1 V)" in own
    assert '"ambient":1.0,"diffuse":0.0' in own
    assert 4e6 < len(page) < 6e6


def test_a_page_needs_plotly_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingExtra, match=r"a page to turn needs Plotly: pip install '\.\[html\]'"):
        draw(signals.fm(), view="surface", path=tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_is_of_a_surface(tmp_path):
    with pytest.raises(SettingsError, match='view is "spectrogram"; an HTML page shows a surface'):
        draw(signals.fm(), path=tmp_path / "a.html")


def test_a_surface_in_an_svg_is_a_picture_whose_colours_no_seams_pale(tmp_path):
    draw(signals.fm(), StftSettings(window_length=512), view="surface", path=tmp_path / "a.svg")
    page = (tmp_path / "a.svg").read_text("utf-8")
    assert page.count("<image") >= 1
    assert len(page) < 1e6

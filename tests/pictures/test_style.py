"""What the reader has set of Matplotlib changes nothing in our pictures, and everything on axes of theirs."""

import os
import subprocess
import sys
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from matplotlib import style
from matplotlib.figure import Figure

from sonograph import BandSettings, MelBank, StftSettings, draw, draw_bands, feature, signals
from sonograph.pictures.letters import FONT
from tests.pictures.sounds import pixels

SOUND = signals.tone(1000.0, 1.0, sample_rate=8000.0)
WILD = {
    "savefig.bbox": "tight",
    "savefig.dpi": 30,
    "savefig.transparent": True,
    "figure.autolayout": True,
    "image.origin": "upper",
    "image.interpolation": "bilinear",
    "axes.grid": True,
    "axes.unicode_minus": False,
    "axes.formatter.use_locale": True,
    "xtick.direction": "inout",
    "ytick.right": True,
    "font.size": 23,
    "lines.linewidth": 9,
    "hatch.linewidth": 9,
    "text.hinting": "default",
    "legend.frameon": False,
    "path.sketch": (3, 100, 2),
}
PICTURES = {
    "spectrogram": lambda: draw(SOUND, labels=None, view="both"),
    "lines": lambda: draw(SOUND, feature("pitch"), size=(600, 600)),
    "over": lambda: draw(SOUND, over="centroid"),
    "spectrum": lambda: draw(SOUND, view="spectrum"),
    "surface": lambda: draw(SOUND, view="surface"),
    "bank": lambda: draw_bands(BandSettings(of=StftSettings(), bands=MelBank(n_bands=9)), sample_rate=16_000.0),
}


@pytest.mark.parametrize("name", PICTURES)
def test_our_pictures_do_not_follow_the_readers_settings(name):
    want = pixels(PICTURES[name]())
    with matplotlib.rc_context(WILD):
        np.testing.assert_array_equal(pixels(PICTURES[name]()), want)
    with style.context(["dark_background", "ggplot"]):
        np.testing.assert_array_equal(pixels(PICTURES[name]()), want)


def test_fonts_of_the_reader_help_out_and_ours_comes_first():
    with matplotlib.rc_context({"font.family": ["monospace"]}):
        figure = draw(SOUND, title="A tone")
        assert figure.texts[0].get_fontfamily() == [FONT, "monospace"]


def test_axes_of_the_reader_keep_their_letters_and_colours():
    with matplotlib.rc_context({"axes.labelsize": 17, "axes.labelcolor": "red", "xtick.labelsize": 5}):
        axes = Figure().subplots()
        painted = draw(SOUND, ax=axes)
        assert (axes.xaxis.label.get_fontsize(), axes.yaxis.label.get_color()) == (17, "red")
        assert painted.colour_bar.ax.yaxis.label.get_fontsize() == 17
        assert (axes.yaxis.label.get_fontsize(), axes.get_xticklabels()[0].get_fontsize()) == (17, 5)
    with style.context("dark_background"):
        axes = Figure().subplots()
        draw(SOUND, ax=axes)
        assert axes.yaxis.label.get_color() == "white"


@pytest.mark.parametrize("variables", [{"MPLBACKEND": "no such backend"}, {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}])
def test_the_command_follows_no_variable_of_the_readers(variables, tmp_path):
    from sonograph.io.writing import write_wav

    with (tmp_path / "a.wav").open("wb") as file:
        write_wav(file, SOUND)
    made = []
    for extra in ({}, variables):
        command = [sys.executable, "-m", "sonograph", "draw", "a.wav", "-o", "a.png"]
        done = subprocess.run(command, cwd=tmp_path, env=os.environ | extra, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        made.append((tmp_path / "a.png").read_bytes())
    assert made[0] == made[1]


def test_a_figure_saved_by_the_reader_is_whole():
    file = BytesIO()
    draw(SOUND).savefig(file, format="png")
    assert file.getvalue()[:4] == b"\x89PNG"


def test_letters_that_our_font_has_not_are_looked_for_and_what_no_font_has_is_said(monkeypatch):
    from sonograph.pictures import letters

    assert letters.missing(["Größe, 10⁻³ µPa ♯", "a"]) == ""
    assert letters.missing(["⃒ 鳥鳥"]) == "⃒鳥"  # U+20D2, which Matplotlib's STIX has
    families, without = letters.found_for("⃒\U0010ff00")  # and one for private use
    assert families
    assert without == "\U0010ff00"
    assert letters.note(["plain"]) == ""
    monkeypatch.setattr(letters, "_fonts", list)
    figure = draw(SOUND, title="鳥")
    assert "no font here has U+9CE5: install one" in figure.texts[-1].get_text()
    monkeypatch.undo()
    drawn = draw(SOUND, title="a⃒")
    title = next(text for text in drawn.texts if text.get_text() == "a⃒")
    assert title.get_fontfamily()[0] == "DejaVu Sans"
    assert set(families) & set(title.get_fontfamily())


def test_small_and_large_pictures_have_letters_to_read():
    small, usual, large = (draw(SOUND, size=size, title="A tone") for size in ((300, 200), (1200, 720), (3840, 2160)))
    heights = []
    for figure in (small, usual, large):
        renderer = figure.canvas.get_renderer()
        figure.draw(renderer)
        labels = figure.axes[0].get_xticklabels()
        heights.append(min(label.get_window_extent(renderer).height for label in labels if label.get_text()))
        assert figure.axes[0].get_window_extent().width > 0.5 * figure.bbox.width
    assert heights[0] >= 6  # pixels
    assert heights[2] / 2160 == pytest.approx(heights[1] / 720, rel=0.1)

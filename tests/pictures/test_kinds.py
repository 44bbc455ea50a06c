"""Kinds of panels: each declares its limits, and one more needs nothing but its class and its place in a view."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sonograph import SettingsError, Signal, draw, feature, pictures, signals, spectrogram
from sonograph.io.marks import Mark
from sonograph.pictures import settings
from sonograph.pictures.axes import put_ticks
from sonograph.pictures.compose import compose
from sonograph.pictures.kinds.kind import Content
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.ticks import decimal
from sonograph.pictures.views import VIEWS, View
from tests.pictures.test_figure import nothing_is_cut_off, texts

SOUND = signals.tone(1000.0, 0.5)
KINDS = {kind for view in VIEWS.values() for kind in (*view.kinds, *view.of_lines)}
SOURCE = Path(pictures.__file__).parent


@dataclass(frozen=True, eq=False)
class Histogram(Content):
    """How often a sample has which value: a kind that only this test knows."""

    over_time = False
    needs_samples = True
    takes_marks = False
    note_lines = 1
    counts: np.ndarray
    values: np.ndarray

    @classmethod
    def make(cls, part, box, look, engine):
        return cls(*np.histogram(part.named.sound.read(part.span), bins=50))

    def paint(self, axes, panel, composition):
        axes.stairs(self.counts, self.values)

    def side_ticks(self, panel):
        return lambda axes, low, high: (decimal(low, high, 5), "Samples")

    def axis_below(self, axes, panel, look, *, last):
        put_ticks(axes.xaxis, decimal(*axes.get_xlim(), 5))
        axes.set_xlabel("Value")


@pytest.fixture
def histogram(monkeypatch):
    monkeypatch.setitem(VIEWS, "histogram", View((Histogram,)))
    monkeypatch.setattr(settings, "VIEWS", (*settings.VIEWS, "histogram"))


def test_every_view_that_may_be_named_is_one():
    assert tuple(VIEWS) == settings.VIEWS


def test_a_kind_of_ones_own_is_drawn_with_its_axes_and_words(histogram):
    figure = draw({"one": SOUND, "other": SOUND}, view="histogram")
    assert [axes.get_ylabel() for axes in figure.axes] == ["Samples"] * 2
    assert figure.axes[-1].get_xlabel() == "Value"
    assert {"one", "other", "sampled at 48000 Hz"} <= set(texts(figure))
    nothing_is_cut_off(figure)


def test_a_panel_with_an_axis_of_its_own_has_room_for_it_below_and_others_only_below_the_last(histogram):
    stereo = Named(Signal(np.stack([SOUND.samples] * 2), 48_000.0))
    for view, room in (("histogram", [True, True]), ("spectrum", [True, True]), ("waveform", [False, True])):
        panels = compose([stereo], PictureSettings(view=view)).panels
        assert [panel.last for panel in panels] == room


def test_the_limits_that_a_kind_declares_are_kept(histogram):
    with pytest.raises(SettingsError, match='view is "histogram"; a spectrogram has no samples'):
        draw(spectrogram(SOUND), view="histogram")
    with pytest.raises(SettingsError, match='view is "histogram"; labels have no place on it'):
        draw(SOUND, view="histogram", labels=[Mark(0.1, 0.2, "here")])
    with pytest.raises(SettingsError, match='view is "histogram"; features lie over a spectrogram'):
        draw(SOUND, view="histogram", over="centroid")


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_kind_takes_is_what_it_draws_and_the_rest_is_refused(view):
    kinds, sounds = VIEWS[view].kinds, [SOUND] * (VIEWS[view].kinds[0].n_sounds or 1)
    marked = {"labels": [Mark(0.1, 0.2, "here")]}
    takes = {
        "marks": (all(kind.takes_marks for kind in kinds), sounds, marked),
        "over": (any(kind.takes_over for kind in kinds), sounds, {"over": "centroid"}),
        "spectrograms": (not any(kind.needs_samples for kind in kinds), [spectrogram(s) for s in sounds], {}),
        "three": (all(kind.n_sounds is None for kind in kinds), [SOUND] * 3, {}),
    }
    for what, (taken, given, options) in takes.items():
        if taken:
            assert draw(given, view=view, size=(500, 900), dpi=60, **options).axes, what
        else:
            with pytest.raises(SettingsError):
                draw(given, view=view, **options)


@pytest.mark.parametrize("view", VIEWS)
def test_all_panels_of_a_kind_share_one_range_and_know_what_was_computed(view):
    named = [Named(SOUND, name) for name in "ab"][: VIEWS[view].kinds[0].n_sounds or 2]
    composition = compose(named, PictureSettings(view=view, dpi=60))
    assert set(composition.ranges) == {type(panel.content) for panel in composition.panels} == set(VIEWS[view].kinds)
    assert all(low < high for low, high in composition.ranges.values())
    for content in composition.contents:
        assert content.computed is None or content.computed.n_rows > 0


def test_features_that_are_lines_have_a_panel_for_each_and_the_sound_behind():
    composition = compose([Named(SOUND, "", feature("pitch"))], PictureSettings())
    assert [panel.row for panel in composition.panels] == list(range(len(composition.main.lines.names)))
    assert composition.main.behind.unit == SOUND.unit


def test_no_other_file_asks_which_kind_a_panel_is():
    names = {kind.__name__ for kind in KINDS}
    others = [path for path in SOURCE.rglob("*.py") if path.parent.name != "kinds" and path.name != "views.py"]
    assert len(others) > 10
    for path in others:
        asked = [ast.unparse(node.args[1]) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if _is_asking(node)]
        assert not [what for what in asked if names & set(re.findall(r"\w+", what))], path.name


def _is_asking(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance"


def test_composing_a_plain_picture_loads_no_features_as_lines_and_no_matplotlib():
    code = (
        "import sys; from sonograph import signals; from sonograph.pictures.compose import compose; "
        "from sonograph.pictures.parts import Named; from sonograph.pictures.settings import PictureSettings; "
        "compose([Named(signals.tone(1000.0, 0.1))], PictureSettings(view='both')); "
        "heavy = ('matplotlib', 'PIL', 'sonograph.pixels.lines', 'sonograph.pixels.distribution'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

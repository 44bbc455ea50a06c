import itertools
from pathlib import Path

import pytest

from sonograph import SettingsError, draw, mono, signals
from sonograph import open as open_sound
from sonograph.cli import main
from sonograph.io.marks import Mark
from sonograph.io.writing import write


def test_marks_lie_where_they_say(tmp_path):
    marks = (Mark(0.25, 0.5, "here $x$", 1000.0, 2000.0), Mark(0.75, 0.8, "there"), Mark(5.0, 6.0, "after the end"))
    for axis in ("linear", "log"):
        figure = draw(signals.tone(1000.0, 1.0), labels=marks, axis=axis, path=tmp_path / "a.png")
        axes = figure.axes[0]
        first, second = axes.patches
        assert first.get_bbox().bounds == (0.25, 1000, 0.25, 1000)
        assert second.get_bbox().y1 == 24_000
        assert [t.get_text() for t in axes.texts] == ["here $x$", "there"]


def test_words_of_marks_do_not_lie_on_each_other():
    crowd = [Mark(0.05 * i, 0.05 * i + 0.5, f"call number {i}") for i in range(60)]
    figure = draw(signals.tone(440.0, 3.0, sample_rate=8000.0), labels=crowd)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    assert len(figure.axes[0].patches) == 60
    assert 20 <= len(boxes) < 60
    apart = [a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0 for a, b in itertools.combinations(boxes, 2)]
    assert all(apart)


@pytest.mark.parametrize("view", ["waveform", "both"])
def test_marks_are_on_a_waveform_too_as_high_as_it_is(view):
    figure = draw(signals.tone(440.0, 3.0, sample_rate=8000.0), view=view, labels=[Mark(1.0, 2.0, "here", 300, 600)])
    [box] = [patch for patch in figure.axes[0].patches if patch.get_width() == 1.0]
    assert (box.get_x(), box.get_y(), box.get_y() + box.get_height()) == (1.0, *figure.axes[0].get_ylim())
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes[:2]].count(["here"]) == 1


def test_labels_that_have_no_place_are_refused():
    with pytest.raises(SettingsError, match='view is "spectrum"; labels have no place on it'):
        draw(signals.tone(440.0, 1.0), view="spectrum", labels=[Mark(0.1, 0.2)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two sounds, and a table of marks in both and in a third."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.wav", "b.wav", "c.wav"):
        write(name, signals.tone(440.0, 2.0, sample_rate=8000.0))
    rows = "0.2\t0.5\ta.wav\tAn owl\n9.3\t9.6\tB.WAV\tA wren\t0.3\n0.1\t0.2\tx.wav\tA cod\n"
    Path("marks.txt").write_text(f"Begin Time (s)\tEnd Time (s)\tBegin File\tCommon Name\tFile Offset (s)\n{rows}")
    return tmp_path


def words_on(figure):
    return [[text.get_text() for text in axes.texts] for axes in figure.axes if axes.texts]


@pytest.mark.parametrize("way", [str, Path, open_sound, lambda name: mono(open_sound(name))])
def test_each_sound_has_the_marks_of_its_own_file(folder, way):
    assert words_on(draw([way("a.wav"), way("b.wav")], labels="marks.txt")) == [["An owl"], ["A wren"]]


def test_a_sound_of_no_file_has_them_all(folder):
    assert words_on(draw(signals.tone(440.0, 12.0, sample_rate=8000.0), labels="marks.txt")) == [
        ["An owl", "A wren", "A cod"]
    ]


def test_the_command_draws_the_marks_of_each_file_and_says_where_there_are_none(folder, capsys):
    assert main(["draw", "-q", "a.wav", "b.wav", "--labels", "marks.txt", "-o", "a.svg"]) == 0
    text = Path("a.svg").read_text()
    assert "An owl" in text and "A wren" in text and "A cod" not in text and not capsys.readouterr().err
    assert main(["draw", "-q", "c.wav", "--labels", "marks.txt", "-o", "c.svg"]) == 0
    assert capsys.readouterr().err == "sonograph: marks.txt: none of its 3 marks is of c.wav, so none is drawn on it.\n"

import itertools

import pytest

from sonograph import SettingsError, SourceError, draw, signals
from sonograph.io.marks import Mark, read_marks


def write(tmp_path, words):
    path = tmp_path / "labels.txt"
    path.write_text(words)
    return path


def test_audacity_labels_with_and_without_frequencies(tmp_path):
    path = write(tmp_path, "1.5\t2.5\ta wren\n\\\t2000.0\t8000.0\n3\t3\n\\\t-1\t-1\n4\t5\tlast\n")
    assert read_marks(path) == (
        Mark(1.5, 2.5, "a wren", 2000.0, 8000.0),
        Mark(3.0, 3.0, ""),
        Mark(4.0, 5.0, "last"),
    )


def test_raven_selections_are_counted_once_for_all_views(tmp_path):
    head = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies\n"
    rows = (
        "1\tWaveform 1\t1\t0.5\t1.5\t100\t900\tcod\n1\tSpectrogram 1\t1\t0.5\t1.5\t100\t900\tcod\n2\tS\t1\t2\t3\t5\t6\n"
    )
    assert read_marks(write(tmp_path, head + rows)) == (
        Mark(0.5, 1.5, "cod", 100.0, 900.0),
        Mark(2.0, 3.0, "", 5.0, 6.0),
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("hello\n", r"labels.txt: holds no two numbers where a mark should be \(line 1\). Give Audacity labels"),
        ("1\t2\ta\n3\tx\tb\n", r"\(line 2\)"),
        ("5\t2\ta\n", r"a mark is 5 to 2 s; it must begin before it ends \(line 1\)"),
        ("1\t2\ta\0b\n", r"labels.txt: is no table of marks"),
    ],
)
def test_what_is_no_table_of_marks_is_one_sentence(words, said, tmp_path):
    with pytest.raises(SourceError, match=said):
        read_marks(write(tmp_path, words))


def test_a_missing_table_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match=r"no\.txt: does not exist\. Check the name\."):
        read_marks(tmp_path / "no.txt")
    with pytest.raises(SettingsError, match="a mark is nan to 1 s"):
        Mark(float("nan"), 1.0)


def test_marks_lie_where_they_say(tmp_path):
    marks = (Mark(0.25, 0.5, "here $x$", 1000.0, 2000.0), Mark(0.75, 0.8, "there"), Mark(5.0, 6.0, "after the end"))
    for axis in ("linear", "log"):
        figure = draw(signals.tone(1000.0, 1.0), labels=marks, axis=axis, path=tmp_path / "a.png")
        axes = figure.axes[0]
        first, second = axes.patches
        assert first.get_bbox().bounds == (0.25, 1000, 0.25, 1000)
        assert second.get_bbox().y1 == 24_000
        assert [t.get_text() for t in axes.texts] == ["here $x$", "there"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_words_may_be_long_and_lines_end_as_on_any_system(end, tmp_path):
    words = "la " * 50_000
    (tmp_path / "labels.txt").write_bytes(end.join([f"1\t2\t{words}", "", "3\t4\tb"]).encode())
    assert read_marks(tmp_path / "labels.txt") == (Mark(1.0, 2.0, words), Mark(3.0, 4.0, "b"))


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

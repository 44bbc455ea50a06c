"""Tables of marks as other programs write them: what they say, and back again without a byte that nobody changed."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.io.marks import Mark, marks_of, read_marks, write_marks

RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tBegin File\tPeak\tSpecies\n"
    "1\tWaveform 1\t1\t0.500000000\t1.5\t100.0\t900.0\ta.wav\t440\tcod\n"
    "2\tWaveform 1\t1\t2.0\t3.0\t5\t6\tb.wav\n"
    "1\tSpectrogram 1\t1\t0.500000000\t1.5\t100.0\t900.0\ta.wav\t440\tcod\n"
    "\n"
    "3\tSpectrogram 1\t1\t4\t5\t\t\t\t\trow without frequencies\n"
)
BIRDNET = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCommon Name\tSpecies Code\t"
    "Confidence\tBegin Path\tFile Offset (s)\n"
    "1\tSpectrogram 1\t1\t3.0\t6.0\t0\t15000\tEurasian Wren\teurwre\t0.8114\tC:\\birds\\A.WAV\t3.0\n"
    "2\tSpectrogram 1\t1\t603.0\t606.0\t0\t15000\tTawny Owl\ttawowl\t0.5\t/home/me/b.wav\t3.0\n"
)
AUDACITY = (
    "1.500000\t2.500000\ta wren\n\\\t2000.000000\t8000.000000\n3,25\t3,25\n\\\t-1.0\t-1.0\n\n4\t5\tone\ttab\tmore"
)
TABLES = {
    "raven": RAVEN.encode(),
    "raven, Windows": RAVEN.replace("\n", "\r\n").encode(),
    "raven without a last line end": RAVEN.rstrip("\n").encode(),
    "raven of Latin letters": RAVEN.replace("cod", "Dorsch\xe4").encode("cp1252"),
    "birdnet": BIRDNET.encode(),
    "audacity": AUDACITY.encode(),
    "audacity, old Macintosh": AUDACITY.replace("\n", "\r").encode(),
    "audacity with a mark of the byte order": b"\xef\xbb\xbf" + AUDACITY.encode(),
    "odd letters": "1\t2\ta\u2028b\x0bc\x85d\n".encode(),
    "odd bytes": b"1\t2\ta\x81b\n",
}


@pytest.fixture
def table(tmp_path):
    def write(content):
        (tmp_path / "marks.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "marks.txt"

    return write


# Read


def test_audacity_labels_with_and_without_frequencies(table):
    assert read_marks(table(AUDACITY)) == (
        Mark(1.5, 2.5, "a wren", 2000.0, 8000.0),
        Mark(3.25, 3.25),
        Mark(4.0, 5.0, "one\ttab\tmore"),
    )


def test_a_raven_selection_is_one_mark_for_all_its_views_with_all_its_columns(table):
    cod, other, without = read_marks(table(RAVEN))
    assert (cod.start, cod.end, cod.words, cod.low, cod.high, cod.file) == (0.5, 1.5, "cod", 100.0, 900.0, "a.wav")
    assert dict(cod.extra) == {
        "Selection": "1", "View": "Waveform 1", "Channel": "1", "Begin File": "a.wav", "Peak": "440",
    }  # fmt: skip
    assert (other.words, other.low, other.high) == ("", 5.0, 6.0)
    assert (without.words, without.low, without.high) == ("row without frequencies", None, None)


def test_two_alike_in_one_view_are_two(table):
    assert len(read_marks(table(RAVEN.replace("Spectrogram 1", "Waveform 1")))) == 4


@pytest.mark.parametrize(
    "column", ["Annotation", "Species", "Common Name", "common name", "Label", "Call Type", "Tags", "Species Code"]
)
def test_words_are_known_under_many_names(column, table):
    text = f"Begin Time (s)\tEnd Time (s)\tScore\t{column}\n0.2\t0.5\t7\tOwl\n"
    assert read_marks(table(text)) == (Mark(0.2, 0.5, "Owl", extra={"Score": "7"}),)


def test_the_common_name_is_more_than_the_code(table):
    assert [mark.words for mark in read_marks(table(BIRDNET))] == ["Eurasian Wren", "Tawny Owl"]


@pytest.mark.parametrize("file", ["a.wav", "A.wav", "elsewhere/a.WAV", b"/x/a.wav"])
def test_marks_of_another_file_are_left_out(table, file):
    assert [mark.words for mark in read_marks(table(RAVEN), file)] == ["cod", "row without frequencies"]
    assert [mark.words for mark in read_marks(table(AUDACITY), file)] == ["a wren", "", "one\ttab\tmore"]
    assert [mark.words for mark in read_marks(table(BIRDNET), file)] == ["Eurasian Wren"]


def test_a_place_inside_a_file_has_the_marks_of_that_file(table, tmp_path):
    (tmp_path / "run.h5").touch()
    path = table("Begin Time (s)\tEnd Time (s)\tBegin File\n1\t2\trun.h5\n3\t4\tx\n")
    assert [mark.start for mark in read_marks(path, f"{tmp_path}/run.h5:/run/x")] == [1.0]


@pytest.mark.parametrize("column", ["Begin File", "Begin Path", "File", "file", "Filename", "File Name"])
def test_a_file_is_known_under_many_names(column, table):
    path = table(f"Begin Time (s)\tEnd Time (s)\t{column}\n1\t2\ta.wav\n3\t4\tb.wav\n")
    assert [mark.start for mark in read_marks(path, "b.wav")] == [3.0]


def test_a_mark_of_a_table_over_several_files_lies_where_it_is_in_its_own(table):
    [owl] = read_marks(table(BIRDNET), "b.wav")
    assert (owl.start, owl.end, owl.words) == (3.0, 6.0, "Tawny Owl")
    assert read_marks(table(BIRDNET))[1].start == 603.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("hello\n", r"marks.txt: holds no two numbers where a mark should be \(line 1\). Give Audacity labels"),
        ("1\t2\ta\n3\tx\tb\n", r"\(line 2\)"),
        ("5\t2\ta\n", r"a mark is 5 to 2 s; it must begin before it ends \(line 1\)"),
        ("1\t2\ta\n\\\t9\t3\n", r"a mark is 9 to 3 Hz; its low must not be above its high \(line 2\)"),
        ("1\t2\ta\0b\n", r"marks.txt: is no table of marks"),
        (RAVEN.replace("100.0", "low"), r"marks.txt: has 'low' for a frequency \(line 2\)\. Give a number, or none"),
        (RAVEN.replace("100.0", "nan"), r"low of a mark is nan Hz; it must be 0 or more, or None .*\(line 2\)"),
    ],
)
def test_what_is_no_table_of_marks_is_one_sentence(words, message, table):
    with pytest.raises(SourceError, match=message):
        read_marks(table(words))


def test_a_missing_table_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match=r"no\.txt: does not exist\. Check the name\."):
        read_marks(tmp_path / "no.txt")
    with pytest.raises(SettingsError, match="a mark is nan to 1 s"):
        Mark(float("nan"), 1.0)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_words_may_be_long_and_lines_end_as_on_any_system(end, table):
    words = "la " * 50_000
    assert read_marks(table(end.join([f"1\t2\t{words}", "", "3\t4\tb"]))) == (
        Mark(1.0, 2.0, words),
        Mark(3.0, 4.0, "b"),
    )


# Written back


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("way", [list, lambda marks: marks[::-1], lambda marks: pickle.loads(pickle.dumps(marks))])
def test_a_table_that_nobody_changed_is_the_same_to_the_byte(content, way, table, tmp_path):
    marks = way(read_marks(table(content)))
    write_marks(tmp_path / "marks.txt", marks)
    assert (tmp_path / "marks.txt").read_bytes() == content
    write_marks(tmp_path / "again.txt", marks, "raven" if b"Begin Time" in content else "audacity")
    assert (tmp_path / "again.txt").read_bytes() == content


def test_only_what_was_changed_is_other(table):
    path = table(RAVEN)
    cod, other, without = read_marks(path)
    write_marks(path, [replace(cod, words="ling", end=1.25), other, replace(without, low=20.0)])
    wanted = RAVEN.replace(
        "0.500000000\t1.5\t100.0\t900.0\ta.wav\t440\tcod", "0.500000000\t1.25\t100.0\t900.0\ta.wav\t440\tling"
    )
    assert path.read_text() == wanted.replace("4\t5\t\t\t\t", "4\t5\t20.000000\t\t\t")


def test_a_label_is_changed_in_its_lines_and_keeps_its_comma(table):
    path = table(AUDACITY)
    wren, point, last = read_marks(path)
    write_marks(path, [replace(wren, low=None, high=None), replace(point, end=3.5, low=50.0), replace(last, words="b")])
    assert path.read_text() == "1.500000\t2.500000\ta wren\n3,25\t3,50\n\\\t50.000000\t-1.000000\n\n4\t5\tb"


def test_marks_that_are_taken_out_leave_no_line_and_others_follow(table):
    path = table(RAVEN)
    marks = read_marks(path)
    write_marks(path, [marks[2], Mark(7.25, 8.5, "new", 1.0, 2.0, {"Score": "0.5"})])
    lines = path.read_text().split("\n")
    assert lines[0] == RAVEN.split("\n")[0] + "\tScore"
    assert lines[1:] == [
        "",
        "3\tSpectrogram 1\t1\t4\t5\t\t\t\t\trow without frequencies\t",
        "4\tSpectrogram 1\t1\t7.250000000\t8.500000000\t1.000000000\t2.000000000\t\t\tnew\t0.5",
        "",
    ]


def test_a_mark_cut_in_two_keeps_its_columns(table):
    path = table(BIRDNET)
    wren, owl = read_marks(path)
    write_marks(path, [replace(wren, end=4.5), replace(wren, start=4.5), owl])
    first, second, third = read_marks(path)
    assert [(m.start, m.end, m.extra["Confidence"]) for m in (first, second, third)] == [
        (3.0, 4.5, "0.8114"), (603.0, 606.0, "0.5"), (4.5, 6.0, "0.8114"),
    ]  # fmt: skip


def test_a_mark_moved_within_its_file_is_moved_in_the_table_that_goes_over_several(table, tmp_path):
    [owl] = read_marks(table(BIRDNET), "b.wav")
    write_marks(tmp_path / "moved.txt", [replace(owl, start=4.0)])
    [cells] = [line.split("\t") for line in (tmp_path / "moved.txt").read_text().splitlines()[1:]]
    assert (cells[3], cells[4], cells[11]) == ("604.0", "606.0", "4.0")
    assert read_marks(tmp_path / "moved.txt", "b.wav") == (
        replace(owl, start=4.0, extra={**owl.extra, "File Offset (s)": "4.0"}),
    )
    write_marks(tmp_path / "still.txt", [owl])
    assert (tmp_path / "still.txt").read_text().splitlines()[1] == BIRDNET.splitlines()[2]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=9)
MARKS = st.builds(
    lambda start, length, words, low, width, extra: Mark(
        start, start + length, words, low, None if low is None else low + width, {k: v for k, v in extra.items() if v}
    ),
    st.floats(0, 1e6), st.floats(0, 1e5), WORDS, st.none() | st.floats(0, 1e5), st.floats(0, 1e5),
    st.dictionaries(st.sampled_from(["Score", "Begin File", "Détail"]), WORDS.map(str.strip), max_size=3),
)  # fmt: skip


@given(st.lists(MARKS, max_size=5))
def test_any_marks_come_back_from_either_form(tmp_path_factory, marks):
    path = tmp_path_factory.mktemp("marks") / "a.txt"
    write_marks(path, marks, "audacity")
    assert read_marks(path) == tuple(replace(mark, extra={}) for mark in marks)
    write_marks(path, marks, "raven", overwrite=True)
    ours = {"Selection", "View", "Channel"}
    back = read_marks(path)
    assert [replace(m, extra={k: v for k, v in m.extra.items() if v and k not in ours}) for m in back] == marks
    if marks:
        write_marks(path, back)
    assert read_marks(path) == back


def test_what_a_cell_cannot_hold_is_refused_and_nothing_written(tmp_path):
    for form in ("audacity", "raven"):
        with pytest.raises(SettingsError, match=r"'one\\ntwo'; it must hold neither tabs nor line ends"):
            write_marks(tmp_path / "a.txt", [Mark(1.0, 2.0, "one\ntwo")], form)
    with pytest.raises(SettingsError, match="form is 'csv'; it must be one of audacity, raven"):
        write_marks(tmp_path / "a.txt", [Mark(1.0, 2.0)], "csv")
    assert not list(tmp_path.iterdir())


def test_letters_that_an_old_encoding_lacks_make_it_utf8(table):
    path = table(TABLES["raven of Latin letters"])
    marks = read_marks(path)
    write_marks(path, [replace(marks[0], words="鱈"), *marks[1:]])
    assert read_marks(path)[0].words == "鱈"


def test_no_other_file_is_written_over_and_none_that_changed(table, tmp_path):
    path = table(AUDACITY)
    marks = read_marks(path)
    (tmp_path / "other.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"other\.txt: exists already\."):
        write_marks(tmp_path / "other.txt", marks)
    path.write_text(AUDACITY + "\n6\t7\tby another")
    with pytest.raises(OutputError, match=r"marks\.txt: was written to since its marks were read\. Read it again\."):
        write_marks(path, marks)
    write_marks(path, marks, overwrite=True)
    assert path.read_text() == AUDACITY


def test_from_one_form_to_the_other(table, tmp_path):
    write_marks(tmp_path / "labels.txt", read_marks(table(BIRDNET), "b.wav"), "audacity")
    assert (tmp_path / "labels.txt").read_text() == ("3.000000\t6.000000\tTawny Owl\n\\\t0.000000\t15000.000000\n")
    assert marks_of(read_marks(tmp_path / "labels.txt"), "any.wav") == (Mark(3.0, 6.0, "Tawny Owl", 0.0, 15_000.0),)

"""What to learn from as it lies on a disk: folders, tables, public sets as published, and what is refused."""

import pytest

from sonograph import SettingsError, SourceError
from sonograph.learning.examples import Example, listed
from sonograph.learning.name_patterns import Pattern


def files(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return root


def short(found):
    return [(one.path.rsplit("/", 1)[-1], one.label, one.fold, one.group) for one in found.examples]


def test_a_folder_a_class(tmp_path):
    files(tmp_path, "wren/2.wav", "robin/1.wav", "robin/notes.txt", "robin/.3.wav", "papers/a.txt", "loose.wav")
    found = listed(tmp_path)
    assert short(found) == [("1.wav", "robin", None, None), ("2.wav", "wren", None, None)]
    assert any("papers: holds no sound, so it is no class" in note for note in found.notes)
    assert any("1 sound lies in no folder of a class, as loose.wav" in note for note in found.notes)


def test_esc10_as_folders(tmp_path):
    files(tmp_path, "001 - Dog bark/1-30226-A.ogg", "001 - Dog bark/5-9032-A.ogg", "002 - Rain/3-1-B.ogg")
    found = listed(tmp_path)
    assert short(found) == [
        ("1-30226-A.ogg", "Dog bark", "1", None),
        ("5-9032-A.ogg", "Dog bark", "5", None),
        ("3-1-B.ogg", "Rain", "3", None),
    ]
    assert "the folds are those that file names begin with" in found.notes[0]


def test_a_strange_name_among_those_of_esc10_is_told(tmp_path):
    files(tmp_path, "001 - Dog bark/1-30226-A.ogg", "001 - Dog bark/mine.ogg", "002 - Rain/3-1-B.ogg")
    found = listed(tmp_path)
    assert {one.fold for one in found.examples} == {None} and {one.label for one in found.examples} == {
        "Dog bark",
        "Rain",
    }
    assert "not all names begin with a fold as in ESC-10, as mine, so the folds are made anew" in found.notes[0]


def test_other_folders_keep_their_names(tmp_path):
    files(tmp_path, "001 - Dog bark/1-30226-A.ogg", "rain/3-1-B.ogg")
    assert [(one.label, one.fold) for one in listed(tmp_path).examples] == [("001 - Dog bark", None), ("rain", None)]


def test_esc50_as_a_table(tmp_path):
    files(tmp_path, "audio/1-1-A-0.wav", "audio/2-1-A-0.wav", "audio/1-2-A-5.wav", "meta/x")
    table = tmp_path / "meta" / "esc50.csv"
    table.write_text(
        "filename,fold,target,category,esc10,src_file,take\n1-1-A-0.wav,1,0,dog,True,1,A\n"
        "2-1-A-0.wav,2,0,dog,True,7,A\n1-2-A-5.wav,1,5,cat,False,2,A\n"
    )
    found = listed(table, where=["esc10=True"], group="src_file")
    assert short(found) == [("1-1-A-0.wav", "dog", "1", "1"), ("2-1-A-0.wav", "dog", "2", "7")]
    assert found.examples[0].path == f"{tmp_path}/meta/../audio/1-1-A-0.wav".replace("meta/../", "")


def test_a_table_of_parts(tmp_path):
    table = tmp_path / "calls.csv"
    table.write_text("file;label;start;end;group\na.wav;wren;1.5;2;day 1\na.wav;robin;3;;day 1\n", encoding="utf-8-sig")
    path = str(tmp_path / "a.wav")
    assert listed(table).examples == [
        Example(path, "wren", None, "day 1", 1.5, 2.0),
        Example(path, "robin", None, "day 1", 3.0, None),
    ]


def test_marks_are_parts(tmp_path):
    raven = tmp_path / "a.selections.txt"
    raven.write_text("Begin Time (s)\tEnd Time (s)\tBegin File\tSpecies\n1.5\t2.0\ta.wav\twren\n3\t4\tb.wav\trobin\n")
    assert listed(raven).examples == [
        Example(str(tmp_path / "a.wav"), "wren", None, None, 1.5, 2.0),
        Example(str(tmp_path / "b.wav"), "robin", None, None, 3.0, 4.0),
    ]
    labels = tmp_path / "night.txt"
    labels.write_text("1.0\t2.0\twren\n")
    with pytest.raises(SourceError, match=r"does not say of which sound its marks are. Put the sound beside it"):
        listed(labels)
    files(tmp_path, "night.flac")
    assert listed(labels).examples == [Example(str(tmp_path / "night.flac"), "wren", None, None, 1.0, 2.0)]


def test_names_tell_label_and_speaker(tmp_path):
    files(tmp_path, "7_jackson_32.wav", "0_theo_1.wav")
    for pattern in ("{label}_{group}_*", r"(?P<label>\d)_(?P<group>[a-z]+)_"):
        assert short(listed(tmp_path, group=pattern)) == [
            ("0_theo_1.wav", "0", None, "theo"),
            ("7_jackson_32.wav", "7", None, "jackson"),
        ]
    with pytest.raises(SourceError, match=r"has no sounds in folders.*'\{label\}_\{group\}_\*'"):
        listed(tmp_path)


def test_names_in_folders_tell_the_speaker(tmp_path):
    files(tmp_path, "seven/7_jackson_32.wav")
    for pattern in ("*_{group}_*", "_([a-z]+)_"):
        assert short(listed(tmp_path, group=pattern)) == [("7_jackson_32.wav", "seven", None, "jackson")]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("speaker", "it must be a pattern of file names with a {group} in it"),
        ("(a", "it is no regular expression"),
        ("(a)(b)", "it must have one group in parentheses"),
        ("{label}_*", "with a {group} in it"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern, words):
    with pytest.raises(SettingsError) as found:
        Pattern(pattern)
    assert words in str(found.value)


def test_a_name_that_does_not_fit_is_told(tmp_path):
    files(tmp_path, "a/1.wav", "b/x_y_z.wav")
    with pytest.raises(SettingsError, match=r"which 1.wav does not fit; change the pattern"):
        listed(tmp_path, group="*_{group}_*")


@pytest.mark.parametrize("other", ["Dog bark", "dog_bark", "DOG  BARK", "dog bark "])
def test_labels_that_sound_alike_are_refused(tmp_path, other):
    table = tmp_path / "t.csv"
    table.write_text(f"file,label\na.wav,dog bark\nb.wav,{other}\n")
    if other.strip() == "dog bark":
        assert {one.label for one in listed(table).examples} == {"dog bark"}
        return
    with pytest.raises(SettingsError, match=f"labels 'dog bark' and '{other}' differ by case or spaces only"):
        listed(table)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,sort\na,b\n", "has no column 'label', but name, sort"),
        ("label\nb\n", "has no column 'file', but label"),
        ("file,label\n,b\n", "row 2 names no file"),
        ("file,label\na.wav,\n", "row 2 has no label"),
        ("file,label,start,end\na.wav,b,2,1\n", "row 2 is 2 to 1 s; it must begin before it ends"),
        ("file,label,start\na.wav,b,soon\n", "row 2 has 'soon' for a time"),
        ("file,label\n", "lists no sound"),
        ("", "has no column 'file', but none"),
    ],
)
def test_a_table_that_cannot_be_is_refused(tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(SourceError, match=words):
        listed(tmp_path / "t.csv")


def test_options_that_do_not_fit_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text("file,label,day\na.wav,b,1\n")
    with pytest.raises(SettingsError, match=r"group is 'speaker'; it must be a column of t.csv \(file, label, day\)"):
        listed(tmp_path / "t.csv", group="speaker")
    with pytest.raises(SettingsError, match=r"where is 'day=2'; no row of t.csv has that"):
        listed(tmp_path / "t.csv", where=["day=2"])
    with pytest.raises(SettingsError, match=r"where is 'hour=2'; it must be COLUMN=VALUE of file, label, day"):
        listed(tmp_path / "t.csv", where=["hour=2"])
    with pytest.raises(SettingsError, match="it is for a table"):
        listed(tmp_path, where=["day=1"])
    with pytest.raises(SourceError, match="is neither a folder nor a table"):
        listed(tmp_path / "nowhere")
    (tmp_path / "t.wav").write_bytes(b"RIFF\xff\xfe\x00")
    with pytest.raises(SourceError, match="is no text in UTF-8"):
        listed(tmp_path / "t.wav")

"""A CSV comes back as it was, whatever its files are called, and runs nothing in a spreadsheet."""

import csv
import io
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.cli import main
from sonograph.tables.cells import cell

RUN = "=+-@\t\r\n＝＋－＠"
names = st.text(st.characters(blacklist_categories=("Cs",)) | st.sampled_from("=+-@'\"\t\r\n,; \\"), max_size=12)


def undone(text):
    """What a reader of the table does."""
    return text.removeprefix("'")


@given(st.lists(names, min_size=1, max_size=4))
def test_a_text_comes_back_from_its_cell(texts):
    (row,) = csv.reader(io.StringIO(",".join(map(cell, ["0", *texts])) + "\n", newline=""))
    for text, read in zip(texts, row[1:], strict=True):
        shown = "".join(c if unicodedata.category(c) != "Cc" or c in "\t\r\n" else repr(c)[1:-1] for c in text)
        if not set(text) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"):
            assert undone(read) == shown


@given(names)
def test_no_cell_begins_as_a_formula_does_or_moves_a_cursor(text):
    (row,) = csv.reader(io.StringIO("0," + cell(text) + "\n", newline=""))
    assert row[1][:1] not in tuple(RUN)
    assert row[1].lstrip()[:1] not in tuple("=+-@")
    assert not [c for c in row[1] if unicodedata.category(c) == "Cc" and c not in "\t\r\n"]
    if any(c in text for c in "\r\n"):
        assert cell(text)[0] == cell(text)[-1] == '"'


ODD = (
    "two\nlines.wav", "re\rturn.wav", "ta\tb.wav", "=1+1.wav", "+1.wav", "-1.wav", "@SUM(A1).wav", "\t=1.wav",
    "\r=1.wav", " =1.wav", "'quoted.wav", "'=1.wav", 'a "b", c.wav', "=cmd|' calc'!A0.wav", "a;b.wav",
    "\u3000wide.wav", "no\u00a0break.wav",
)  # fmt: skip
ESCAPED = {"\x1b[2Jgone.wav": "\\x1b[2Jgone.wav", "\x07.wav": "\\x07.wav", "a\u202egnp.wav": "a\\u202egnp.wav"}


@pytest.mark.skipif(os.name != "posix", reason="Windows allows no such names")
@pytest.mark.parametrize("summary", [[], ["--summary"]], ids=["frames", "summary"])
def test_a_table_of_files_with_any_name_is_read_as_it_was_meant(wav, here, summary):
    sound = Path(wav).read_bytes()
    expected = []
    for name in (*ODD, *ESCAPED):
        Path(name).write_bytes(sound)
        expected.append(ESCAPED.get(name, name))
    given = ["features", "-o", "a.csv", "--feature", "rms", "-q", *summary, "--", *ODD, *ESCAPED]
    assert main(given) == 0
    text = Path("a.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(dict.fromkeys(undone(row["file"]) for row in rows)) == expected
    assert len(rows) % len(expected) == 0 and {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        assert float(row["sample_rate"]) == 8000 and None not in row
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c not in "\t\r\n"]


def test_numbers_below_zero_stay_numbers(wav, here):
    assert main(["features", wav, "-o", "a.csv", "--preset", "librosa.mfcc", "-q"]) == 0
    (_, *rows) = csv.reader(io.StringIO(Path("a.csv").read_text()))
    values = [text for row in rows for text in row[1:] if text not in ("true", "false")]
    assert any(text.startswith("-") for text in values) and not any("'" in text for text in values)
    assert all(float(text) == float(text) for text in values)

"""Damaged, hostile and odd files: each gives what its manifest expects, and none reaches beyond itself.

The corpus of 630 files is made by ../shared/tools/make_bad_corpus.py where that is there; the set in damaged.py, which
holds one of each sort, always.
"""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sonograph.io.audio import open as open_sound
from tests.io import damaged
from tests.io.children import ask

MAKER = Path(__file__).parents[3] / "shared" / "tools" / "make_bad_corpus.py"
PYTHON = re.compile(
    r"""\bb['"]|\\x[0-9a-f]{2}|\[Errno|errno|Traceback|[a-z]Error\b|Exception|<class|object at|\bNone\b"""
)
"""What only a programmer reads; a file's own name is left out before it is searched."""
ALLOWED = {
    "accept": {"ok"},
    "warn": {"warn"},
    "partial": {"partial"},
    "empty": {"empty"},
    "reject": {"failed", "refused"},
    "limit": {"refused"},
    "any": {"ok", "warn", "partial", "empty", "failed", "refused"},
}
OTHERWISE = {"wav-data-size-half": ("warn", 8000)}
"""What the corpus takes for bytes that are not samples goes on as the sound does, and its RIFF size covers it."""
CLEAN = {"wav-cut": "wav-clean-stereo", "wav": "wav-clean-pcm16", "aiff": "aiff-clean", "flac": "flac-clean"}
LOSSY = {"ogg": "ogg-clean", "mp3": "mp3-clean"}


def complaints(name, expectation, good, said):
    """What is wrong with what a child said of a file."""
    if "died" in said or said["kind"] == "foreign":
        return f"{name}: {said}"
    wrong = []
    if said["kind"] not in ALLOWED[expectation]:
        wrong.append(f"is {said['kind']}, expected {expectation}")
    if good is not None and expectation in ("accept", "warn") and said["n_samples"] != good:
        wrong.append(f"has {said['n_samples']} samples of {good}")
    if good is not None and expectation == "partial" and said["n_samples"] < good:
        wrong.append(f"has {said['n_samples']} samples, fewer than {good}")
    if not said.get("agree", True) or not said.get("anywhere", True) or said.get("channels"):
        wrong.append("blocks and ranges differ")
    sentence = said["sentence"]
    if said["kind"] != "ok" and (not sentence or "\n" in sentence or "Traceback" in sentence or len(sentence) > 700):
        wrong.append(f"says {sentence!r}")
    if PYTHON.search(sentence.partition(": ")[2]):
        wrong.append(f"speaks Python: {sentence!r}")
    if said["touched"]:
        wrong.append(f"reached for {said['touched']}")
    if said["megabytes"] > 400:
        wrong.append(f"took {said['megabytes']:.0f} MB")
    return f"{name}: {'; '.join(wrong)} ({sentence})" if wrong else ""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    if not MAKER.exists():
        pytest.skip(f"{MAKER} is not there")
    folder = tmp_path_factory.mktemp("corpus")
    made = [sys.executable, str(MAKER), str(folder / "all"), "1"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    with (folder / "all" / "manifest.csv").open(errors="surrogateescape", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["kind"] in OTHERWISE:
            row["expectation"], row["good_frames"] = OTHERWISE[row["kind"]]
    if os.geteuid() == 0:  # root may read what nobody may
        rows = [row for row in rows if not row["file"].endswith("unreadable.wav")]
    return folder / "all", rows


def test_every_file_of_the_corpus_gives_what_its_manifest_expects(corpus):
    folder, rows = corpus
    before = sorted(folder.rglob("*"))
    said = ask(folder / row["file"] for row in rows)
    wrong = [
        complaints(row["file"], row["expectation"], int(row["good_frames"]) if row["good_frames"] else None, answer)
        for row, answer in zip(rows, said, strict=True)
    ]
    assert not [line for line in wrong if line]
    assert sorted(folder.rglob("*")) == before


def test_what_is_there_of_a_damaged_file_is_the_sound_and_in_its_place(corpus):
    folder, rows = corpus
    for row in rows:
        if row["expectation"] != "partial" or "bytes" in row["kind"]:
            continue
        kind = "wav-cut" if row["kind"].startswith("wav-cut-") and row["kind"].endswith("pc") else row["format"]
        clean = CLEAN.get(kind) or LOSSY[kind]
        with (
            open_sound(folder / row["format"] / f"{clean}.{row['format']}") as whole,
            open_sound(folder / row["file"]) as part,
        ):
            count = min(whole.n_samples, part.n_samples)
            wanted, found = whole.read(range(count)), part.read(range(count))
            heard = ~np.isnan(found)
            assert heard[:, : int(row["good_frames"] or 0)].all(), row["file"]
            if row["kind"] in ("ogg-page-zeros", "ogg-page-random"):
                continue  # the page is whole and numbered, so only the count of samples tells
            np.testing.assert_allclose(
                found[heard], wanted[heard], atol=1e-6 if kind in LOSSY else 0, err_msg=row["file"]
            )


def test_one_of_each_sort_of_damage(tmp_path):
    cases = list(damaged.cases())
    for case in cases:
        (tmp_path / case.name).write_bytes(case.data)
    said = ask(tmp_path / case.name for case in cases)
    wrong = [complaints(c.name, c.expectation, c.good, answer) for c, answer in zip(cases, said, strict=True)]
    assert not [line for line in wrong if line]


def test_the_oracle_has_teeth():
    said = {"kind": "ok", "sentence": "", "n_samples": 5, "touched": [], "megabytes": 50, "agree": False}
    assert "expected partial" in complaints("a", "partial", 10, said)
    assert "fewer than 10" in complaints("a", "partial", 10, said)
    assert "differ" in complaints("a", "accept", 5, said)
    for text in ("a: is b'MP3 '", "a: no ([Errno 5] Input)", "a: ValueError", "a: is None"):
        assert "speaks Python" in complaints("a", "any", None, {**said, "sentence": text, "agree": True})
    assert "foreign" in complaints("a", "any", None, {"kind": "foreign"})
    assert "9" in complaints("a", "any", None, {"died": 9})

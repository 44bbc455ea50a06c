"""Clips by the command: scan with labels, plan by features or settings, run, and what is refused."""

import json

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive, cli


@pytest.fixture
def birds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for label, pitch in (("robin", 900.0), ("wren", 1500.0)):
        (tmp_path / "birds" / label).mkdir(parents=True)
        for i in range(3):
            sg.write(f"birds/{label}/{i}.wav", sg.signals.tone(pitch + i, 0.25, sample_rate=8000.0))
    return tmp_path


def said(capsys):
    out, err = capsys.readouterr()
    return out.strip().splitlines(), err.strip().splitlines()


def test_a_folder_of_labels_becomes_an_archive_of_features(birds, capsys):
    assert cli.main(["archive", "scan", "birds", "-o", "clips.jsonl", "--clips", "-q"]) == 0
    out, err = said(capsys)
    assert out[1:] == ["8000 Hz: 6 clips, 1.5 s", "2 labels: robin 3, wren 3"] and err == []
    assert cli.main(["archive", "plan", "clips.jsonl", "-o", "a", "--feature", "centroid,rms", "--window", "25ms"]) == 0
    out, _ = said(capsys)
    assert out[0] == "clips_8000Hz: 6 clips, 1.5 s of sound" and "1 task of 32 clips, 1 to do" in out[1]
    assert cli.main(["archive", "run", "a", "-q"]) == 0
    held = archive.open("a").held("clip_features")
    names = held.arrays["features"].attributes["features"]
    found = held.read(held.rows)["features"][:, names.index("centroid_mean")]
    np.testing.assert_allclose(found, [900, 901, 902, 1500, 1501, 1502], rtol=0.02)
    with pytest.raises(sg.SettingsError, match=r"^a is made of clips, which have no time; look at their files$"):
        archive.open("a").sounds()  # which the viewer asks for


def test_clips_that_are_shorter_than_a_window_are_named(birds, capsys):
    assert cli.main(["archive", "scan", "birds", "-o", "clips.jsonl", "--clips", "-q"]) == 0
    assert cli.main(["archive", "plan", "clips.jsonl", "-o", "a", "--feature", "rms"]) == 0
    assert cli.main(["archive", "run", "a", "-q"]) == 3
    assert capsys.readouterr().err.count("no frame lies within it, so its summary is missing.") == 6
    assert np.isnan(archive.open("a").held("clip_features").read(range(6))["features"]).all()


def test_a_table_says_the_labels_and_what_has_none_is_told(birds, capsys):
    table = "file,label\nbirds/robin/0.wav,a\nbirds/wren/1.wav,b\n"
    (birds / "table.csv").write_text(table)
    assert cli.main(["archive", "scan", "table.csv", "-o", "t.jsonl", "--clips", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["labels"] == {"a": 1, "b": 1} and found["sets"][0]["n_clips"] == 2
    assert cli.main(["archive", "scan", "birds/robin", "-o", "u.jsonl", "--clips", "-q"]) == 0
    out, err = said(capsys)
    assert len(out) == 2 and "have no labels" in err[0]


def test_a_clip_at_fault_is_a_row_and_told(birds, capsys):
    (birds / "birds" / "wren" / "9.wav").write_bytes(b"")
    assert cli.main(["archive", "scan", "birds", "-o", "clips.jsonl", "--clips", "-q"]) == 3
    assert "9.wav: is empty" in capsys.readouterr().err
    assert len(archive.Catalogue.open("clips.jsonl")) == 7


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["scan", "birds", "-o", "c.jsonl", "--clips", "--zone", "UTC"], "--zone has no effect with --clips"),
        (["scan", "birds/robin/0.wav", "-o", "c.jsonl", "--clips"], "no folder and no table"),
        (["plan", "c.jsonl", "-o", "a", "--hop", "10ms"], "--hop has no effect with no --feature"),
        (["plan", "c.jsonl", "-o", "a", "--frames", "--products", "minutes"], "--products is given with features"),
    ],
)
def test_what_would_do_nothing_is_refused(birds, capsys, words, reason):
    assert cli.main(["archive", *words]) == 2
    assert reason in capsys.readouterr().err

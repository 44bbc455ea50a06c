"""`sonograph features --summary KINDS`: the rows that training looks at, as a table."""

import csv
import json

import numpy as np
import pytest
import soundfile

from sonograph import Signal
from sonograph.analysis.summaries.kinds import KINDS
from sonograph.cli import features, main
from sonograph.learning import Summary
from tests.learning import made

RATE = made.RATE


@pytest.fixture
def sounds(tmp_path):
    (tmp_path / "birds").mkdir()
    for seed in range(3):
        soundfile.write(tmp_path / "birds" / f"{seed}.wav", made.sound("sweep", seed), RATE)
    return tmp_path / "birds"


def extract(*words):
    return main(["features", *map(str, words), "-q"])


def rows_of(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def test_the_command_names_the_kinds_there_are():
    assert set(features.KINDS) == set(KINDS)


def test_three_doors_give_one_row(sounds, tmp_path):
    assert extract(sounds, "-o", tmp_path / "a.npz", "--summary", "mfcc,modulation,tonal") == 0
    summary = Summary(("mfcc", "modulation", "tonal"))
    held = np.load(tmp_path / "a.npz")
    paths = sorted(sounds.iterdir())
    wanted = np.array([summary.of_sound(path) for path in paths])
    assert tuple(held["names"].tolist()) == summary.names
    np.testing.assert_array_equal(held["values"], wanted)
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sonograph.learning import SpectrogramFeatures

    transformer = SpectrogramFeatures(summary=summary).fit(paths)
    np.testing.assert_array_equal(transformer.transform(paths), wanted)
    assert transformer.get_feature_names_out().tolist() == list(summary.names)


def test_several_channels_count_by_their_mean(tmp_path):
    one, other = made.sound("hum", 1), made.sound("sweep", 2)
    soundfile.write(tmp_path / "two.wav", np.stack([one, other], axis=1), RATE, "FLOAT")
    assert extract(tmp_path / "two.wav", "-o", tmp_path / "a.csv", "--summary", "envelope") == 0
    (row,) = rows_of(tmp_path / "a.csv")
    wanted = Summary("envelope").of_sound(Signal((one + other) / 2, RATE))
    np.testing.assert_allclose([float(row[name]) for name in Summary("envelope").names], wanted, rtol=1e-5, atol=1e-6)
    assert row["n_channels"] == "2"


def test_a_plain_summary_may_stand_before_a_path(sounds, tmp_path, monkeypatch, capsys):
    assert extract("--summary", sounds, "-o", tmp_path / "a.csv", "--feature", "rms") == 0
    assert "rms_p50" in rows_of(tmp_path / "a.csv")[0]
    monkeypatch.chdir(tmp_path)
    assert extract("--summary", "birds", "-o", "b.csv", "--feature", "rms") == 0
    assert len(rows_of(tmp_path / "b.csv")) == 3
    capsys.readouterr()


def test_files_of_defaults_give_either(sounds, tmp_path):
    (sounds / "sonograph.toml").write_text('[features]\nsummary = "envelope"\n')
    assert extract(sounds, "-o", tmp_path / "a.csv") == 0
    assert "envelope_peak_at" in rows_of(tmp_path / "a.csv")[0]
    (sounds / "sonograph.toml").write_text('[features]\nsummary = true\nfeature = "rms"\n')
    assert extract(sounds, "-o", tmp_path / "b.csv") == 0
    assert "rms_p50" in rows_of(tmp_path / "b.csv")[0]


def test_the_table_has_its_settings_beside_it(sounds, tmp_path):
    assert extract(sounds, "-o", tmp_path / "a.npz", "--summary", "mfcc") == 0
    held = json.loads(str(np.load(tmp_path / "a.npz")["settings"]))
    assert held["summary"] == ["mfcc"] and held["settings"] == Summary("mfcc").settings(RATE).to_dict()


def test_other_rates_are_told(sounds, tmp_path, capsys):
    soundfile.write(sounds / "9.wav", made.sound("sweep", 9, rate=16_000), 16_000)
    assert extract(sounds, "-o", tmp_path / "a.csv", "--summary", "mfcc") == 0
    assert "9.wav: is at 16000 Hz where the first is at 8000, and the bands of a summary" in capsys.readouterr().err
    assert extract(sounds, "-o", tmp_path / "b.csv", "--summary", "mfcc", "--resample", "8000") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--summary", "mffc"], "--summary is 'mffc'; it must be one of mfcc, bands, modulation"),
        (["--summary", "mfcc,mfcc"], "--summary is mfcc, mfcc; name each once"),
        (["--summary", "mfcc", "--feature", "rms"], "--feature has no effect with --summary mfcc"),
        (["--summary", "mfcc", "--window", "512"], "--window has no effect with --summary mfcc"),
        (["--summary"], "one of the arguments --preset --settings --feature is required"),
    ],
)
def test_what_cannot_be_is_refused(sounds, tmp_path, capsys, words, says):
    assert extract(sounds, "-o", tmp_path / "a.csv", *words) == 2
    assert says in capsys.readouterr().err


def test_a_broken_file_and_an_empty_one_are_told(sounds, tmp_path, capsys):
    (sounds / "bad.wav").write_bytes(b"RIFF")
    soundfile.write(sounds / "none.wav", np.zeros(0), RATE)
    assert extract(sounds, "-o", tmp_path / "a.csv", "--summary", "mfcc") == 3
    assert len(rows_of(tmp_path / "a.csv")) == 3
    err = capsys.readouterr().err
    assert "bad.wav" in err and "none.wav" in err

"""How a sound is taken, whatever is made of it: `--mono`, `--resample`; and tables on standard output."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import sonograph as sg
from sonograph import cli
from sonograph.io.opening import Opening
from sonograph.pictures.out.recipe import recipe_in

RATE = 44_100


@pytest.fixture
def stereo(here):
    """Two seconds: 1 kHz on the left, 3 kHz on the right, of half of full scale."""
    t = np.arange(2 * RATE) / RATE
    soundfile.write("st.wav", 0.5 * np.sin(2 * np.pi * np.outer(t, [1000, 3000])), RATE, subtype="FLOAT")
    return "st.wav"


def information(capsys, *words):
    assert cli.main(["info", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_info_tells_of_the_mean_at_another_rate(stereo, capsys):
    """Two tones of an eighth each in mean square: 6 dB and 3 dB less than a full-scale sine."""
    found = information(capsys, stereo, "--mono", "--resample", "16000", "--loudness")
    assert (found["n_channels"], found["sample_rate"], found["n_samples"]) == (1, 16_000, 32_000)
    assert found["rms"] == pytest.approx(20 * np.log10(0.5 / 2 * np.sqrt(2)), abs=0.01)
    assert found["taken"] == ["mean of 2 channels", "resampled from 44100 Hz to 16000 Hz"]
    assert found["loudness"] is not None and found["status"] == "ok"
    plain = information(capsys, stereo)
    assert "taken" not in plain and plain["rms"] == pytest.approx(20 * np.log10(0.5), abs=0.01)
    assert cli.main(["info", "--quick", "--mono", stereo]) == 2
    assert "--mono has no effect with --quick" in capsys.readouterr().err


def test_a_picture_says_how_its_sound_was_taken(stereo, capsys):
    assert cli.main(["draw", stereo, "-o", "a.png", "--mono", "--resample", "16000"]) == 0
    recipe = recipe_in("a.png")
    assert recipe["sounds"][0]["sample_rate"] == 16_000 and recipe["sounds"][0]["channels"] == [0]
    assert recipe["sounds"][0]["taken"] == ["mean of 2 channels", "resampled from 44100 Hz to 16000 Hz"]
    from PIL import Image

    with Image.open("a.png") as image:
        assert image.text["Description"].endswith("; mean of 2 channels, resampled from 44100 Hz to 16000 Hz")
    for channel in "01":
        assert cli.main(["draw", stereo, "-o", "a.png", "--mono", "--channel", channel]) == 2
        assert "--channel has no effect with --mono" in capsys.readouterr().err


def test_features_and_listen_take_the_same_sound(stereo):
    """Of the mean of two tones of a half each, the rms is a quarter."""
    assert cli.main(["features", stereo, "-o", "a.csv", "--feature", "rms", "--mono", "--resample", "8000"]) == 0
    rows = list(csv.DictReader(Path("a.csv").read_text().splitlines()))
    assert {(row["channel"], row["sample_rate"]) for row in rows} == {("0", "8000")}
    assert float(rows[len(rows) // 2]["rms"]) == pytest.approx(0.25, abs=1e-3)
    assert cli.main(["listen", stereo, "-o", "l.wav", "--mono", "--resample", "8000"]) == 0
    with sg.open("l.wav") as heard:
        assert (heard.n_channels, heard.sample_rate, heard.n_samples) == (1, 8000, 16_000)
    wanted = sg.resample(sg.mono(stereo), 8000.0).read(range(4000, 12_000))
    np.testing.assert_array_equal(sg.read("l.wav").samples[4000:12_000], wanted[0])


def test_a_rate_beside_settings_that_are_for_another_is_refused(stereo, capsys):
    words = ["features", stereo, "-o", "a.csv", "--preset", "kaldi.fbank", "--resample", "8000"]
    assert cli.main(words) == 2
    assert (
        "--resample is 8000; these settings are for 16000 Hz, to which files are resampled" in capsys.readouterr().err
    )
    assert cli.main([*words[:-1], "16000", "-q"]) == 0


def test_another_way_to_take_a_sound_is_another_opening_and_an_open_file_is_as_it_is(stereo):
    plain = Opening()
    assert len({plain.digest, Opening(mono=True).digest, Opening(resample=8000.0).digest}) == 3
    taken = sg.read(stereo, opening=Opening(mono=True, resample=16_000.0))
    assert (taken.n_channels, taken.sample_rate, taken.n_samples) == (1, 16_000, 32_000)
    with pytest.raises(sg.SettingsError, match="opening has mono=True, and an open file is as it is"):
        sg.open(stereo, opening=Opening(mono=True))
    with pytest.raises(sg.SettingsError, match="resample is -1; it must be above 0 Hz"):
        Opening(resample=-1)
    with pytest.raises(sg.SettingsError, match="mono is 1; it must be True or False"):
        Opening(mono=1)


@pytest.mark.parametrize("form", [(), ("--format", "jsonl")])
def test_a_table_goes_to_standard_output_and_talk_beside_it(stereo, here, capfdbinary, form):
    assert cli.main(["features", stereo, "-o", "-", "--feature", "rms", "--summary", *form]) == 0
    out, err = capfdbinary.readouterr()
    assert (out, err) == (written(here, stereo, form), b"")
    text = out.decode()
    listed = [json.loads(line) for line in text.splitlines()] if form else list(csv.DictReader(io.StringIO(text)))
    assert [row["file"] for row in listed] == [stereo]
    assert sorted(path.name for path in here.iterdir()) == ["st.wav"]


def written(here, sound, form):
    """The same table in a file, which is taken away."""
    name = "t.jsonl" if form else "t.csv"
    assert cli.main(["features", sound, "-o", name, "--feature", "rms", "--summary", "-q"]) == 0
    data = Path(name).read_bytes()
    for path in here.glob("t.*"):
        path.unlink()
    return data


def test_what_standard_output_cannot_be_is_refused(stereo, capsys):
    base = ["features", stereo, "--feature", "rms", "-o"]
    for words, message in (
        (["-", "--format", "xml"], "--format is 'xml'; it must be one of csv, jsonl"),
        (["a.csv", "--format", "csv"], "--format has no effect with -o a.csv, whose ending tells the format"),
        (["-", "--overwrite"], "--overwrite has no effect with -o -"),
    ):
        assert cli.main([*base, *words]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_standard_output_is_said_and_the_input_is_kept(stereo):
    words = [sys.executable, "-m", "sonograph", "features", stereo, "-o", "-", "--feature", "rms"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (
        4,
        "sonograph: standard output: could not be written (No space left on device).\n",
    )
    before = Path(stereo).read_bytes()
    with Path(stereo).open("ab") as itself:
        done = subprocess.run(words, stdout=itself, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 4 and "is the input" in done.stderr
    assert Path(stereo).read_bytes() == before

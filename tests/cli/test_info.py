import json
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from sonograph import cli


def test_a_sine_of_half_of_full_scale_is_6_db_below_it(wav, capsys):
    assert cli.main(["info", "--json", wav]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["peak"] == pytest.approx(-6.02, abs=0.01)
    assert facts["rms"] == pytest.approx(-6.02, abs=0.01)
    assert facts["rms_without_offset"] == pytest.approx(facts["rms"], abs=1e-3)
    assert facts["offset"] == [pytest.approx(0, abs=1e-4)]
    del facts["peak"], facts["rms"], facts["offset"], facts["rms_without_offset"]
    assert facts == {
        "file": "tone.wav",
        "status": "ok",
        "reason": "",
        "sentence": "",
        "read": "all",
        "metadata": {},
        "format": "WAV, 16 bit PCM",
        "sample_rate": 8000.0,
        "n_channels": 1,
        "n_samples": 4000,
        "n_finite": 4000,
        "duration": 0.5,
        "start": None,
        "unit": "FS",
    }


def test_people_read_a_fact_a_line(wav, capsys):
    assert cli.main(["info", wav]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == wav
    assert "  duration    0.500 s, 4000 samples" in lines
    assert "  peak        -6.02 dBFS" in lines


def test_silence_has_no_level(here, capsys):
    soundfile.write("silent.wav", np.zeros((100, 2)), 8000)
    assert cli.main(["info", "silent.wav"]) == 0
    assert capsys.readouterr().out.count("silence") == 2
    cli.main(["info", "--json", "silent.wav"])
    facts = json.loads(capsys.readouterr().out)
    assert (facts["peak"], facts["rms"], facts["n_channels"]) == (None, None, 2)


@pytest.mark.parametrize("samples", [np.full(8000, np.nan), np.full(10, -np.inf), np.zeros(0)])
def test_what_is_missing_is_no_silence(here, capsys, samples):
    soundfile.write("gone.wav", samples, 8000, subtype="FLOAT")
    cli.main(["info", "gone.wav"])
    lines = capsys.readouterr().out.splitlines()
    assert "  peak        no data" in lines and "  rms         no data" in lines
    cli.main(["info", "--json", "gone.wav"])
    facts = json.loads(capsys.readouterr().out)
    assert (facts["peak"], facts["rms"], facts["n_finite"]) == (None, None, 0)


def test_half_a_sound_is_silence_and_half_is_missing(here, capsys):
    x = np.zeros((100, 2))
    x[50:, 1] = np.nan
    soundfile.write("half.wav", x, 8000, subtype="FLOAT")
    assert cli.main(["info", "half.wav"]) == 0
    assert capsys.readouterr().out.count("silence") == 2
    cli.main(["info", "--json", "half.wav"])
    assert json.loads(capsys.readouterr().out)["n_finite"] == 150


def test_a_fault_is_told_once_and_its_word_stands_where_ok_would(wav, here, capsys):
    (here / "cut.wav").write_bytes((here / wav).read_bytes()[:4000])
    x = 0.25 * (-1.0) ** np.arange(1000)
    x[10] = np.nan
    soundfile.write("odd.wav", x, 8000, subtype="FLOAT")
    for file, code, status in (
        ("cut.wav", 3, "partial (data-cut)"),
        ("odd.wav", 0, "warn (not-finite)"),
        (wav, 0, "ok"),
    ):
        assert cli.main(["info", file]) == code
        said = capsys.readouterr()
        assert said.out.splitlines()[-1] == f"  status      {status}"
        assert said.err.count("\n") == (file != wav)
        assert said.err.startswith(f"sonograph: {file}: " if file != wav else "")


def test_standard_input_is_a_file_among_others(wav, here):
    sound = (here / wav).read_bytes()
    command = [sys.executable, "-m", "sonograph", "info", "--json", "-", wav, "--report", "report.jsonl"]
    done = subprocess.run(command, input=sound, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    piped, named = map(json.loads, done.stdout.splitlines())
    assert piped.pop("file") == "standard input" and named.pop("file") == wav
    assert piped == named
    done = subprocess.run(command, input=sound[:4000], capture_output=True)
    assert done.returncode == 3
    assert done.stderr.startswith(b"sonograph: standard input: the header promises") and done.stderr.count(b"\n") == 1
    records = [json.loads(line) for line in (here / "report.jsonl").read_text().splitlines()]
    assert [record["file"] for record in records] == ["standard input", wav]
    assert records[0]["sentence"].startswith("standard input: the header promises")


def test_samples_that_are_not_numbers_are_left_out(here, capsys):
    x = np.full(1000, 0.25, np.float32)
    x[10], x[20] = np.nan, np.inf
    soundfile.write("odd.wav", x, 8000, subtype="FLOAT")
    assert cli.main(["info", "--json", "odd.wav"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["peak"] == pytest.approx(-12.04, abs=0.01)
    assert facts["status"] == "warn"


def test_samples_whose_square_is_no_number_have_a_peak_and_no_rms(here, capsys):
    soundfile.write("huge.wav", np.full(100, 1e200), 8000, subtype="DOUBLE")
    assert cli.main(["info", "--json", "huge.wav"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["peak"], facts["rms"], facts["status"]) == (4000.0, None, "warn")
    assert cli.main(["info", "huge.wav"]) == 0
    assert "  rms         more than numbers can hold\n" in capsys.readouterr().out


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_tone_of_minus_23_dbfs_in_both_channels_has_minus_23_lufs(here, capsys, rate):
    """EBU Tech 3341, test 1: 1 kHz, 20 s."""
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(20 * rate) / rate)
    soundfile.write("ebu.wav", np.stack([tone, tone], 1), rate, subtype="FLOAT")
    assert cli.main(["info", "--loudness", "--json", "ebu.wav"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["loudness"] == pytest.approx(-23.0, abs=0.1) and facts["loudness_sentence"] == ""
    assert cli.main(["info", "--loudness", "ebu.wav"]) == 0
    assert f"  loudness    {facts['loudness']:.2f} LUFS\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("samples", "more", "sentence"),
    [
        (np.full(3000, 0.5), [], "the sound has 3000 samples; loudness needs 3200 or more, 400 ms"),
        (np.zeros(8000), [], "nothing is louder than -70 LUFS"),
        (np.full(8000, 0.5), ["--microphone", "50", "--full-scale", "1"], 'unit is "Pa"; loudness is of samples in FS'),
        (np.full((8000, 7), 0.5), [], "the sound has 7 channels"),
    ],
)
def test_why_a_sound_has_no_loudness_is_said(here, capsys, samples, more, sentence):
    soundfile.write("a.wav", samples, 8000)
    assert cli.main(["info", "--loudness", "--json", "a.wav", *more]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["loudness"] is None and sentence in facts["loudness_sentence"]
    assert cli.main(["info", "--loudness", "a.wav", *more]) == 0
    assert f"  loudness    none: {facts['loudness_sentence']}\n" in capsys.readouterr().out
    assert cli.main(["info", "a.wav", *more]) == 0
    assert "loudness" not in capsys.readouterr().out


def test_one_bad_file_among_many_leaves_the_others_said(wav, here, capsys):
    assert cli.main(["info", "--json", "missing.wav", wav]) == 3
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["status"] for line in lines] == ["failed", "ok"]
    assert "missing.wav: does not exist" in said.err


def test_a_calibrated_file_is_in_its_own_unit(wav, here, capsys):
    (here / f"{wav}.toml").write_text("microphone = 1000.0\nfull_scale = 1.0\n")  # 1 V/Pa: full scale is 1 Pa
    assert cli.main(["info", "--json", wav]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["unit"] == "Pa"
    assert facts["rms"] == pytest.approx(93.98 - 6.02 - 3.01, abs=0.01)  # 1 Pa is 93.98 dB re 20 µPa
    assert facts["peak"] == pytest.approx(93.98 - 6.02, abs=0.01)
    assert cli.main(["info", wav]) == 0
    assert "rms         84.95 dB re 20 µPa" in capsys.readouterr().out


def infos(capsys, *arguments):
    code = cli.main(["info", "--json", *arguments])
    out = capsys.readouterr()
    return code, [json.loads(line) for line in out.out.splitlines()], out.err


def test_quick_believes_the_header_and_never_says_ok(wav, here, capsys, monkeypatch):
    x = np.zeros(30_000)
    soundfile.write("a.flac", x, 48_000)
    soundfile.write("a.ogg", x, 48_000)
    (here / "cut.wav").write_bytes((here / wav).read_bytes()[:4000])
    power_lost = bytearray((here / wav).read_bytes())
    power_lost[40:44] = bytes(4)
    (here / "lost.wav").write_bytes(power_lost)
    monkeypatch.setattr("sonograph.io.filesource.pull", None)  # no sample is asked for
    code, found, said = infos(capsys, wav, "a.flac", "a.ogg", "cut.wav", "lost.wav", "--quick", "--report", "r.jsonl")
    assert code == 3
    assert "cut.wav" in said
    assert "lost.wav: was not read; " in said and "a.flac" not in said
    assert [(f["status"], f["reason"], f["read"]) for f in found] == [
        ("unread", "header", "header"),
        ("unread", "header", "header"),
        ("unread", "header", "header"),
        ("partial", "data-cut", "header"),
        ("unread", "length-unknown", "header"),
    ]
    assert [f["n_samples"] for f in found] == [4000, 30_000, 30_000, 1978, 4000]
    assert {f[name] for f in found for name in ("peak", "rms", "n_finite")} == {None}
    reported = [json.loads(line) for line in (here / "r.jsonl").read_text().splitlines()]
    assert [record["status"] for record in reported] == ["unread", "unread", "unread", "partial", "unread"]
    assert all(record["decoded"] is None and "peak" not in record for record in reported)
    assert cli.main(["info", wav, "--quick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  peak        not read" in lines and "  status      unread (header)" in lines
    assert cli.main(["info", wav, "--quick", "--loudness"]) == 2
    assert "--loudness has no effect with --quick" in capsys.readouterr().err


@pytest.mark.parametrize("quiet", [False, True])
def test_a_long_sound_shows_how_far_it_is(wav, capsys, monkeypatch, quiet):
    monkeypatch.setattr("sonograph.cli.progress.PATIENCE", -1.0)
    monkeypatch.setattr("sonograph.io.filesource.BLOCK", 500)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    clock = iter(range(10_000))
    monkeypatch.setattr("sonograph.cli.progress.time.monotonic", lambda: float(next(clock)))
    assert cli.main(["info", wav, "--loudness", *["-q"] * quiet]) == 0
    said = capsys.readouterr().err
    shares = [int(share) for share in re.findall(r"(\d+)%", said)]
    assert shares == ([] if quiet else sorted(shares))
    assert quiet or (shares[0] < 20 and shares[-1] == 100)


@pytest.mark.parametrize(("offset", "warns"), [(0.02, False), (-0.3, True)])
def test_an_offset_that_stands_out_is_told_with_the_rms_without_it(here, capsys, offset, warns):
    tone = 0.1 * np.sin(2 * np.pi * 100 * np.arange(8000) / 8000)
    soundfile.write("offset.wav", np.stack([tone + offset, tone + offset / 2], axis=1), 8000, subtype="FLOAT")
    assert cli.main(["info", "--json", "offset.wav"]) == 0
    out, talk = capsys.readouterr()
    facts = json.loads(out)
    assert facts["offset"] == pytest.approx([offset, offset / 2], abs=1e-6)
    assert facts["rms_without_offset"] == pytest.approx(-20.0, abs=1e-3)
    want = "its offset of -0.3, -0.15 FS is over half of its rms; without it the rms is -20.00 dBFS"
    assert (want in talk) == warns and (not warns or "--high-pass HZ" in talk)
    cli.main(["info", "offset.wav"])
    assert f"  offset      {offset:g}, {offset / 2:g} FS" in capsys.readouterr().out
    cli.main(["info", "--quick", "offset.wav"])
    assert "  offset      not read" in capsys.readouterr().out


def test_nothing_but_an_offset_is_silence_without_it(here, capsys):
    soundfile.write("flat.wav", np.full(500, 0.5), 8000, subtype="FLOAT")
    cli.main(["info", "--json", "flat.wav"])
    out, talk = capsys.readouterr()
    assert json.loads(out)["rms_without_offset"] is None
    assert "its offset of 0.5 FS is over half of its rms; without it the rms is silence" in talk


@pytest.mark.parametrize(
    ("rate", "words"),
    [(20_000_000, "20000000 Hz"), (1e-5, "0.00001 Hz (one every 27 h 47 min)"), (44_100.5, "44100.5 Hz")],
)
def test_a_sample_rate_is_written_out(tmp_path, capsys, rate, words):
    np.save(tmp_path / "a.npy", np.random.default_rng(1).normal(size=1000) / 10)
    assert cli.main(["info", str(tmp_path / "a.npy"), "--sample-rate", str(rate)]) == 0
    assert f"sample rate {words}\n" in capsys.readouterr().out


def test_levels_and_octaves_are_told_for_people_and_machines(here, capsys):
    rate = 8000
    t = np.arange(4 * rate) / rate
    x = np.stack([0.5 * np.sin(2 * np.pi * 125.9 * t), 0.05 * np.sin(2 * np.pi * 1000 * t)])
    soundfile.write("hum.wav", x.T, rate, subtype="FLOAT")
    calibrated = ["--microphone", "50", "--full-scale", "1"]  # 1.0 is 20 Pa
    assert cli.main(["info", "--levels", "A", "--octaves", "3", "--json", "hum.wav", *calibrated]) == 0
    facts = json.loads(capsys.readouterr().out)
    high = 20 * np.log10(0.05 / 2**0.5 * 20 / 20e-6)
    assert facts["levels_unit"] == facts["bands_unit"] == "dB re 20 µPa, A-weighted"
    assert facts["levels"]["LAeq"][1] == pytest.approx(high, abs=0.05)
    assert facts["levels"]["LAeq"][0] == pytest.approx(high + 20 - 16.1, abs=0.15)
    thirds = {one["band"]: one["levels"] for one in facts["bands"]}
    assert thirds["band_125Hz"][0] == pytest.approx(high + 20 - 16.1, abs=0.15)
    assert thirds["band_1kHz"][1] == pytest.approx(high, abs=0.05)
    assert cli.main(["info", "--levels", "Z", "--octaves", "1", "hum.wav"]) == 0
    words = capsys.readouterr().out
    assert "  levels      dBFS\n    LZeq      -6.02  -26.02\n" in words and "\n    125Hz     -6.02  " in words
    assert "20 µPa" not in words  # nothing is claimed that no calibration says


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--octaves", "0"], 2, "--octaves is 0; it must be 1 or more"),
        (["--levels", "A", "--quick"], 2, "--levels"),
    ],
)
def test_levels_that_cannot_be_told_are_answered(here, capsys, options, code, says):
    soundfile.write("short.wav", np.zeros(1000), 8000)
    assert cli.main(["info", *options, "short.wav"]) == code
    assert says in capsys.readouterr().err


def test_a_sound_that_no_meter_reads_is_told_why_and_stops_no_other(here, capsys):
    soundfile.write("short.wav", np.zeros(3), 2000)
    assert cli.main(["info", "--levels", "A", "--octaves", "3", "short.wav"]) == 0
    words = capsys.readouterr().out
    assert '  levels      none: weighting is "A"; it needs a sample rate of 4000 Hz' in words
    assert "  bands       none: low is " in words

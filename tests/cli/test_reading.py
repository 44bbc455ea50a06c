"""Calibration, limits and reports, as people type them."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import __version__, cli, preset
from sonograph import open as open_sound
from sonograph.cli.reading import READ_LIMITS
from sonograph.limits import Limits
from sonograph.pictures.out.recipe import recipe_in


def facts(capsys, *words):
    assert cli.main(["info", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_recorder_of_176_db_reads_as_its_maker_says(here, capsys):
    """SoundTrap's example: -70 dBFS is 103 dB re 1 µPa."""
    sine = 10 ** (-70 / 20) * np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    soundfile.write("trap.wav", sine, 48_000, subtype="FLOAT")
    said = facts(capsys, "trap.wav", "--end-to-end", "176")
    assert said["unit"] == "µPa"
    assert said["rms"] == pytest.approx(176 - 70 - 3.01, abs=0.01)
    same = facts(capsys, "trap.wav", "--hydrophone", "-166", "--gain", "-10", "--full-scale", "1")
    assert same["rms"] == pytest.approx(said["rms"], abs=0.01)


def test_a_pistonphone_reads_its_level(here, capsys):
    """114 dB re 20 µPa on a microphone of 50 mV/Pa into a converter of 1 V."""
    rms = 20e-6 * 10 ** (114 / 20) * 0.050
    soundfile.write("piston.wav", rms * np.sqrt(2) * np.sin(2 * np.pi * 250 * np.arange(8000) / 8000), 8000, "FLOAT")
    said = facts(capsys, "piston.wav", "--microphone", "50", "--full-scale", "1")
    assert said["rms"] == pytest.approx(114.0, abs=0.01)


@pytest.mark.parametrize(
    "command", [["info"], ["draw", "-o", "a.png"], ["features", "-o", "a.csv", "--settings", "s.toml"]]
)
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--end-to-end", "-176"], "--end-to-end is -176; it must be above 0 dB re 1 µPa: did you mean 176?"),
        (["--hydrophone", "165", "--full-scale", "1"], "--hydrophone is 165; it must be below 0 dB re 1 V/µPa"),
        (["--microphone", "50"], "--full-scale is missing; it must be the volts"),
        (["--gain", "20"], "--full-scale is missing; it must be the volts"),
        (["--end-to-end", "176", "--gain", "20"], "--end-to-end holds gain and --full-scale already"),
        (["--end-to-end", "1e9"], "full scale would be"),
        (["--microphone", "50", "--full-scale", "1", "--gain", "-1000000000"], "full scale would be"),
        (["--microphone", "50", "--full-scale", "1", "--gain", "nan"], "--gain is nan; it must be a number"),
        (["--unit", "V", "--full-scale", "1"], "--unit holds gain and --full-scale already"),
        (["--unit", "V", "--microphone", "1"], "--unit and --microphone are both given"),
        (["--unit", ""], "--unit is empty; it must be a name"),
        (["--max-seconds", "0"], "--max-seconds is 0; it must be above 0"),
    ],
)
def test_a_sign_the_wrong_way_round_is_noticed_before_any_file_is_read(command, flags, message, wav, here, capsys):
    (here / "s.toml").write_text('kind = "stft"\n')
    assert cli.main([command[0], wav, *command[1:], *flags]) == 2
    assert message in capsys.readouterr().err
    assert not (here / "a.png").exists()


@pytest.mark.parametrize("says", ["flag", "file beside it", "calibration.toml", "python"])
def test_the_numbers_of_a_table_are_in_the_unit_that_is_named(says, here, capsys):
    """1 m/s² rms is 0 dB re 1 m/s²."""
    x = np.sqrt(2) * np.sin(2 * np.pi * 50 * np.arange(1000) / 1000)
    (here / "floor.csv").write_text("\n".join(["time,acc", *(f"{i / 1000:.3f},{v:.9f}" for i, v in enumerate(x))]))
    name = {"file beside it": "floor.csv.toml", "calibration.toml": "calibration.toml"}.get(says)
    if name is not None:
        (here / name).write_text('unit = "m/s²"\n')
    if says == "python":
        assert open_sound("floor.csv", unit="m/s²").unit == "m/s²"
        return
    flags = ["--unit", "m/s²"] if says == "flag" else []
    said = facts(capsys, "floor.csv", *flags)
    assert said["unit"] == "m/s²"
    assert said["rms"] == pytest.approx(0.0, abs=1e-3) and said["peak"] == pytest.approx(3.01, abs=0.01)
    assert cli.main(["info", "floor.csv", *flags]) == 0
    assert "rms         0.00 dB re 1 m/s²" in capsys.readouterr().out
    assert cli.main(["draw", "floor.csv", "-o", "a.png", "--window", "256", *flags]) == 0
    assert recipe_in(here / "a.png")["unit"] == "dB re 1 m/s²"
    assert cli.main(["features", "floor.csv", "-o", "a.npz", "--feature", "rms", "--window", "100", "-q", *flags]) == 0
    with np.load("a.npz") as table:
        assert str(table["unit"]) == "m/s²"
        np.testing.assert_allclose(np.median(table["values"]), 1.0, rtol=0.05)


def test_the_unit_that_is_named_counts_for_more_than_a_file_of_calibration(wav, here, capsys):
    (here / f"{wav}.toml").write_text("end_to_end = 176.0\n")
    assert facts(capsys, wav, "--unit", "FS")["rms"] == pytest.approx(-6.02, abs=0.01)
    (here / "table.csv").write_text("p\n" + "1000000\n-1000000\n" * 50)  # µPa, whose full scale none is known of
    assert facts(capsys, "table.csv", "--sample-rate", "10", "--unit", "µPa")["rms"] == pytest.approx(120.0, abs=1e-3)


def test_a_calibration_beside_a_preset_is_refused(wav, capsys):
    for command in (["draw", wav, "-o", "a.png"], ["features", wav, "-o", "a.csv"]):
        assert cli.main([*command, "--preset", "librosa.mel", "--end-to-end", "176"]) == 2
        assert "--end-to-end is given with --preset, whose numbers know no calibration" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--max-seconds", "0.1"], "tone.wav: has 0.5 seconds; it must be at most 0.1. Allow more with --max-seconds"),
        (["--max-channels", "1"], "two.wav: has 2 channels; it must be at most 1. Allow more with --max-channels"),
    ],
)
def test_a_file_over_a_limit_is_refused_and_the_others_are_done(flags, message, wav, here, capsys):
    soundfile.write("two.wav", np.zeros((100, 2)), 8000)
    soundfile.write("small.wav", np.full(100, 0.5), 8000)
    assert cli.main(["info", "--json", wav, "two.wav", "small.wav", *flags]) == 3
    said = capsys.readouterr()
    assert message in said.err
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["file"] for line in lines if line["status"] == "ok"][-1] == "small.wav"
    assert {"refused"} == {line["status"] for line in lines if line["status"] != "ok"}
    assert {"limit"} == {line["reason"] for line in lines if line["status"] != "ok"}


def test_a_picture_over_a_limit_is_refused_before_work(wav, here, capsys):
    assert cli.main(["draw", wav, "-o", "a.png", "--size", "800x600", "--max-pixels", "1000"]) == 2
    assert "the picture: has 480,000 pixels; it must be at most 1,000" in capsys.readouterr().err
    assert not (here / "a.png").exists()


def test_features_over_a_limit_are_refused_before_work(wav, here, capsys):
    command = ["features", wav, "-o", "a.csv", "--preset", "librosa.mfcc", "--max-bytes"]
    assert cli.main([*command, "500"]) == 3
    assert "tone.wav: has 640 bytes; it must be at most 500. Allow more with --max-bytes" in capsys.readouterr().err
    assert cli.main([*command, "640"]) == 0


@pytest.mark.parametrize(
    "command", [["info"], ["draw", "-o", "a.png"], ["features", "-o", "a.csv", "--preset", "librosa.mfcc"]]
)
def test_a_report_has_a_line_for_each_file(command, wav, here, capsys):
    whole = (here / wav).read_bytes()
    (here / "cut.wav").write_bytes(whole[:4000])
    (here / "text.wav").write_text("this is a letter, not a sound, and long enough to be one")
    files = [wav, "cut.wav", "text.wav", "missing.wav"]
    assert cli.main([command[0], *files, *command[1:], "--report", "report.jsonl"]) == 3
    lines = [json.loads(line) for line in (here / "report.jsonl").read_text().splitlines()]
    assert sorted(line["file"] for line in lines) == sorted(files)
    by_file = {line["file"]: line for line in lines}
    assert {name: line["status"] for name, line in by_file.items()} == {
        wav: "ok",
        "cut.wav": "partial",
        "text.wav": "failed",
        "missing.wav": "failed",
    }
    assert by_file["cut.wav"]["expected"] == 4000
    assert {line["sonograph"] for line in lines} == {__version__}
    if command[0] == "features":
        assert by_file[wav]["settings"] == preset("librosa.mfcc").digest
    assert by_file["cut.wav"]["decoded"] == (4000 - 44) // 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_said_before_work(wav, here, capsys):
    for report in ("no/such/folder.jsonl", wav):
        assert cli.main(["draw", wav, "-o", "a.png", "--report", report]) == 4
    assert "is the input. Name another file" in capsys.readouterr().err
    assert not (here / "a.png").exists()


READING = (
    "info P.wav", "info P.png", "info P.model", "draw P.wav -o a.png", "draw WAV -o a.png --labels P.txt",
    "draw WAV -o a.png --settings P.toml", "features P.wav -o a.csv --preset librosa.mfcc",
    "features WAV -o a.csv --settings P.toml", "listen P.wav -o b.wav", "index P.wav -o ix",
    "listen P.npz -o b.wav --preset librosa.mel",
    "find WAV --index P.ix", "detect P.wav --in WAV", "detect WAV --in P.wav", "detect WAV --not P.wav --in WAV",
    "detect --templates P.txt --of WAV --in WAV", "detect WAV --settings P.toml --in WAV", "pulses P.wav",
    "pulses WAV --pulse P.wav", "echogram P.wav -o a.png", "echogram WAV -o a.png --pings P.txt",
    "echogram WAV -o a.png --pulse P.wav", "train P.csv -o a.model", "classify P.model WAV",
)  # fmt: skip


@pytest.mark.parametrize("line", READING)
def test_a_pipe_is_refused_at_once_wherever_a_file_is_read(line, wav, here, capsys):
    words = [wav if word == "WAV" else word.replace("P.", "pipe.") for word in line.split()]
    pipe = next(word for word in words if word.startswith("pipe."))
    os.mkfifo(pipe)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(30)  # who waits for the pipe waits for ever
    try:
        assert cli.main(words) == 3
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert f"{pipe}: is " in capsys.readouterr().err


@pytest.mark.parametrize("first", ["none.wav", "empty.wav"])
def test_an_index_begins_with_what_can_be_read(first, wav, here, capsys):
    (here / "empty.wav").write_bytes(b"")
    assert cli.main(["index", first, wav, "-o", "ix"]) == 3
    assert f"{first}: " in capsys.readouterr().err
    assert cli.main(["index", "-o", "ix", "--list"]) == 0
    assert Path(wav).name in capsys.readouterr().out


def test_a_table_without_times_is_given_its_rate(here, capsys):
    (here / "tide.csv").write_text("height\n" + "\n".join(str(i % 5) for i in range(100)) + "\n")
    assert facts(capsys, "tide.csv", "--sample-rate", "10")["duration"] == 10.0


@pytest.mark.parametrize(
    ("command", "code"),
    [(["info"], 2), (["draw", "-o", "a.png"], 2), (["features", "-o", "a.csv", "--feature", "rms"], 3)],
)
def test_a_sound_that_says_its_rate_is_given_no_other(wav, capsys, command, code):
    for flags, says in (
        (["--sample-rate", "16000"], "--sample-rate is 16000; tone.wav says its own"),
        (["--time-column", "t"], "--time-column is 't'; tone.wav is no table"),
    ):
        assert cli.main([command[0], wav, *command[1:], *flags]) == code
        assert says in capsys.readouterr().err


def test_what_a_file_says_about_itself_is_passed_on(here, capsys):
    with soundfile.SoundFile("said.wav", "w", 8000, 1) as file:
        file.comment = "dawn chorus"
        file.write(np.full(100, 0.5))
    said = facts(capsys, "said.wav")
    assert "dawn chorus" in said["metadata"]["fields"].values()


def test_every_command_that_limits_what_it_reads_has_the_options_that_a_refusal_names():
    limited = []
    for name in cli.COMMANDS:
        (commands,) = [action for action in cli.parser(name)._actions if action.dest == "command"]
        helps = {action.dest: action.help for action in commands.choices[name]._actions}
        if "max_channels" in helps:
            limited.append(name)
            assert {name for name in READ_LIMITS if name not in helps} == set()
            assert f"[{Limits().samples:,}]".replace(",", " ") in helps["max_samples"]
            assert Limits().seconds is None and "[no limit]" in helps["max_seconds"]
    assert {"draw", "features", "find", "index", "info", "listen"} <= set(limited)

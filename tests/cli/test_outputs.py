"""No output of any command is written over an input, another output or a sound, whatever its name leads through."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import Signal, StftSettings, cli, draw, draw_bands, mono, preset, resample, write
from sonograph import open as open_sound
from sonograph.cli import outputs
from sonograph.errors import OutputError
from sonograph.io.replacing import Input, Output, check_outputs, is_sound

ENDINGS = {"draw": ".png", "features": ".csv", "listen": ".wav", "info": ".jsonl"}
READS = {
    "draw": ("sound", "settings", "labels", "beside", "of its folder"),
    "features": (
        "sound",
        "in a folder",
        "linked in a folder",
        "settings",
        "beside",
        "of its folder",
        "of a folder in it",
    ),
    "listen": ("sound", "settings", "beside", "of its folder"),
    "info": ("sound", "beside", "of its folder"),
}
NAMED = ("sound", "settings", "labels")  # may be called anything
WRITES = {"draw": ("-o", "--report"), "features": ("-o", "--report"), "listen": ("-o",), "info": ("--report",)}
LINKS = ("link", "hard link")
WAYS = ("as it is", "detour", "absolute", "through a linked folder", *LINKS)


def tone(path):
    soundfile.write(path, 0.5 * np.sin(np.arange(4000) / 3), 8000, subtype="PCM_16", format="WAV")


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Makes everything that a command can read, and says what it is called: by a name that -o takes, where asked."""
    monkeypatch.chdir(tmp_path)

    def furnish(ending=None):
        for folder in ("birds/inner", "elsewhere", "detour"):
            Path(folder).mkdir(parents=True)
        names = {"sound": ".wav", "settings": ".toml", "labels": ".txt"}
        names = {name: name + (ending or usual) for name, usual in names.items()}
        for sound in (names["sound"], "birds/robin.wav", "birds/inner/wren.wav", "elsewhere/owl.wav"):
            tone(sound)
        Path("birds/owl.wav").symlink_to("../elsewhere/owl.wav")
        Path(names["settings"]).write_text('kind = "stft"\nwindow_length = 256\n')
        Path(names["labels"]).write_text("0.1\t0.2\ta wren\n")
        names["beside"], names["of its folder"] = f"{names['sound']}.toml", "calibration.toml"
        names["of a folder in it"] = "birds/inner/calibration.toml"
        for place in (
            *(names[one] for one in ("beside", "of its folder", "of a folder in it")),
            "birds/calibration.toml",
        ):
            Path(place).write_text("end_to_end = 176.0\n")
        names["in a folder"], names["linked in a folder"] = "birds/inner/wren.wav", "elsewhere/owl.wav"
        return names

    return furnish


def command(name, names, *words):
    """A command that reads all that it can."""
    given = {
        "draw": [names["sound"], "--settings", names["settings"], "--labels", names["labels"], "-q", "--overwrite"],
        "features": [names["sound"], "birds", "--settings", names["settings"], "-q", "--overwrite"],
        "listen": [names["sound"], "--settings", names["settings"], "--rounds", "1", "--overwrite"],
        "info": [names["sound"]],
    }
    return [name, *given[name], *words]


def fresh(name, but=()):
    """The -o that a command cannot do without, where nothing is."""
    return ["-o", f"fresh{ENDINGS[name]}"] if "-o" in WRITES[name] and "-o" not in but else []


def alias(path, way, ending=""):
    """Another name of a file."""
    if way == "detour":
        return f"detour/../{path}"
    if way == "absolute":
        return os.path.abspath(path)  # noqa: PTH100
    if way == "through a linked folder":
        Path("door").symlink_to(".")
        return f"door/{path}"
    if way == "link":
        Path(f"alias{ending}").symlink_to(path)
    if way == "hard link":
        Path(f"alias{ending}").hardlink_to(path)
    return f"alias{ending}" if way in LINKS else path


def state():
    """All files: which they are and what is in them."""
    paths = [path for path in sorted(Path().rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_ino, path.is_symlink(), path.read_bytes()) for path in paths}


PAIRS = [
    (name, flag, read, way)
    for name in READS
    for flag in WRITES[name]
    for read in READS[name]
    for way in WAYS
    if flag == "--report" or read in NAMED or way in LINKS  # -o must end as it should
]


@pytest.mark.parametrize(("name", "flag", "read", "way"), PAIRS)
def test_no_output_is_written_over_an_input(room, capsys, name, flag, read, way):
    """Not even where it may be replaced."""
    ending = ENDINGS[name] if flag == "-o" else ".jsonl"
    names = room(ending if flag == "-o" else None)
    out = alias(names[read], way, ending)
    before = state()
    assert cli.main(command(name, names, flag, out, *fresh(name, (flag,)))) == 4
    said = capsys.readouterr().err
    assert said.startswith((f"sonograph: {out}: is ", f"sonograph: {Path(out).resolve()}: is "))
    assert "Name another file for" in said
    assert any(what in said for what in ("is the input", f"is what --{read} reads", "is a calibration of ")), said
    assert state() == before


@pytest.mark.parametrize("way", [way for way in WAYS if way not in LINKS])
@pytest.mark.parametrize("there", [True, False], ids=["there", "new"])
@pytest.mark.parametrize("name", [name for name in WRITES if len(WRITES[name]) > 1])
def test_no_output_is_written_over_another(room, capsys, name, way, there):
    names, out = room(), f"out{ENDINGS[name]}"
    if there:
        Path(out).write_text('{"status": "ok"}\n')
    words = command(name, names, "-o", out, "--report", alias(out, way))
    before = state()
    assert cli.main(words) == 4
    assert "would be written twice, for -o and for --report. Name two files." in capsys.readouterr().err
    assert state() == before


@pytest.mark.parametrize("way", LINKS)
def test_two_names_of_one_file_are_one_output(room, capsys, way):
    names = room()
    Path("out.png").write_bytes(b"\x89PNG of before")
    words = command("draw", names, "-o", "out.png", "--report", alias("out.png", way, ".jsonl"))
    before = state()
    assert cli.main(words) == 4
    assert "would be written twice" in capsys.readouterr().err and state() == before


def test_a_link_to_where_nothing_is_is_that_place(room, capsys):
    names = room()
    Path("a.jsonl").symlink_to("out.csv")
    before = state()
    assert cli.main(command("features", names, "-o", "out.csv", "--report", "a.jsonl")) == 4
    assert "would be written twice" in capsys.readouterr().err and state() == before


def test_names_that_some_disks_do_not_tell_apart_are_one_output(room, capsys):
    names = room()
    for first, second in (("out.csv", "OUT.csv"), ("caf\u00e9.csv", "cafe\u0301.csv")):
        assert cli.main(command("features", names, "-o", first, "--report", second)) == 4
        assert "would be written twice" in capsys.readouterr().err


def test_a_report_is_no_calibration_of_a_run_to_come(room, capsys):
    names = room()
    Path("sound.wav.toml").unlink()
    before = state()
    for name in ("draw", "features", "info"):
        assert cli.main(command(name, names, "--report", "sound.wav.toml", *fresh(name))) == 4
        assert "sound.wav.toml: is a calibration of sound.wav" in capsys.readouterr().err
    assert state() == before


@pytest.mark.parametrize("inside", ["out.csv.parts", "out.csv.parts/report.jsonl"])
def test_nothing_else_is_written_where_parts_are_kept(room, capsys, inside):
    names = room()
    assert cli.main(command("features", names, "-o", "out.csv", "--report", inside)) == 4
    said = capsys.readouterr().err
    assert "would be written twice" in said or "does not exist" in said
    Path("out.csv.parts").mkdir(mode=0o700)
    assert cli.main(command("features", names, "-o", "out.csv", "--report", inside)) == 4
    said = capsys.readouterr().err
    assert "which is written as a whole" in said or "is a folder" in said
    assert list(Path("out.csv.parts").iterdir()) == []


def test_sounds_in_a_folder_that_would_be_replaced_are_kept(room, capsys):
    pytest.importorskip("zarr", reason="the extra zarr is not installed")
    room()
    Path("out.zarr").mkdir()
    Path("out.zarr/zarr.json").write_text("{}")
    tone("out.zarr/wren.wav")
    before = state()
    way = ["--feature", "rms", "-o", "out.zarr", "--overwrite"]
    for given in (["out.zarr"], ["out.zarr/wren.wav"], ["birds"]):
        assert cli.main(["features", *given, *way]) == 4
        assert "out.zarr: " in capsys.readouterr().err and state() == before
    Path("out.zarr/wren.wav").unlink()
    assert cli.main(["features", "birds", *way, "--report", "out.zarr/report.jsonl"]) == 4
    assert "lies in out.zarr, which is written as a whole" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "aiff", "cut", "csv"])
@pytest.mark.parametrize(("name", "flag"), [(name, flag) for name in WRITES for flag in WRITES[name]])
def test_a_sound_that_is_there_is_kept(room, capsys, name, flag, kind):
    """Told by what is in it, and also where it is damaged; the way out is --overwrite, but for a report."""
    names, out = room(), f"other{ENDINGS[name] if flag == '-o' else '.jsonl'}"
    if kind == "csv":
        Path(out).write_text("time,a\n" + "".join(f"{i / 100},{i}\n" for i in range(100)))
    else:
        format = {"cut": "WAV"}.get(kind, kind.upper())
        soundfile.write(out, 0.1 * np.sin(np.arange(4000) / 5), 8000, format=format)
        if kind == "cut":
            Path(out).write_bytes(Path(out).read_bytes()[:4000])
    words = [word for word in command(name, names, flag, out, *fresh(name, (flag,))) if word != "--overwrite"]
    before = state()
    assert cli.main(words) == 4
    said = capsys.readouterr().err
    assert f"{out}: is a sound that is there already. Name another file" in said or "exists already" in said
    assert ("--overwrite" in said) == (flag == "-o")
    assert state() == before
    if flag == "-o":
        assert cli.main([*words, "--overwrite"]) == 0
        assert Path(out).read_bytes() != before[out][2]


@pytest.mark.parametrize("was", ["notes", "settings", "picture"])
@pytest.mark.parametrize("name", ["draw", "features", "info"])
def test_a_report_replaces_nothing_but_a_report(room, capsys, name, was):
    names = room()
    content = {"notes": b"dear all\n", "settings": b'kind = "stft"\n', "picture": b"\x89PNG\r\n\x1a\n" + bytes(99)}
    Path("r.jsonl").write_bytes(content[was])
    before = state()
    assert cli.main(command(name, names, "--report", "r.jsonl", *fresh(name))) == 4
    assert "r.jsonl: is there already and is no report. Name another file." in capsys.readouterr().err
    assert state() == before
    Path("r.jsonl").write_bytes(b"")
    for _ in range(2):  # an empty file, as mktemp makes it, and a report of before
        assert cli.main(command(name, names, "--report", "r.jsonl", *fresh(name))) == 0
        assert '"status": "ok"' in Path("r.jsonl").read_text()


@pytest.mark.parametrize("place", ["guitar.wav", "fm.png", "kick.png"])
def test_a_demonstration_keeps_the_sounds_that_are_there(here, capsys, place):
    Path("demo").mkdir()
    tone(f"demo/{place}")
    before = state()
    assert cli.main(["demo"]) == 4
    assert f"demo/{place}: is a sound that is there already" in capsys.readouterr().err
    assert state() == before


def test_a_demonstration_can_be_drawn_again(here, capsys):
    assert cli.main(["demo"]) == 0
    first = {name: data for name, (_, _, data) in state().items()}
    assert cli.main(["demo"]) == 0
    assert {name: data for name, (_, _, data) in state().items()} == first
    tone("demo/snare.wav")
    assert cli.main(["demo"]) == 4
    assert cli.main(["demo", "--overwrite"]) == 0
    assert {name: data for name, (_, _, data) in state().items()} == first


def test_standard_streams_are_files_too(room):
    """`draw - -o - < a.wav >> a.wav` would put a picture behind the sound."""
    import subprocess
    import sys

    names = room()
    before = state()
    for given in (names["sound"], "-"):
        with Path(names["sound"]).open("rb") as sound, Path(names["sound"]).open("ab") as out:
            done = subprocess.run(
                [sys.executable, "-m", "sonograph", "draw", given, "-o", "-"],
                stdin=sound,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert done.returncode == 4 and "is the input" in done.stderr, done.stderr
    assert state() == before


def test_from_python_it_is_the_same(room):
    names = room()
    sound = Signal(np.sin(np.arange(4000) / 3), 8000.0)
    before = state()
    opened = open_sound(names["sound"], calibration=False)
    for source in (opened, mono(opened), resample(opened, 4000.0), resample(mono(opened), 4000.0)):
        with pytest.raises(OutputError, match=r"sound\.wav: is the input"):
            write(names["sound"], source, overwrite=True)
    with pytest.raises(OutputError, match=r"sound\.wav: is a sound that is there already"):
        write(names["sound"], sound)
    tone("owl.png")
    Path("labels.svg").write_text("0.1\t0.2\ta wren\n")
    before = state()
    for one in ("owl.png", [sound, "owl.png"], {"owl": Path("owl.png")}, open_sound("owl.png")):
        with pytest.raises(OutputError, match=r"owl\.png: is the input"):
            draw(one, path="owl.png", overwrite=True)
    with pytest.raises(OutputError, match=r"labels\.svg: is the labels"):
        draw(sound, labels="labels.svg", path="labels.svg")
    bands = preset("librosa.mel")
    for refused in (
        lambda: draw(sound, path="owl.png"),
        lambda: draw_bands(bands.of, sample_rate=8000.0, path="owl.png"),
    ):
        with pytest.raises(OutputError, match=r"owl\.png: is a sound that is there already"):
            refused()
    assert state() == before
    draw(sound, StftSettings(window_length=256), path="owl.png", overwrite=True)
    assert not is_sound("owl.png")
    write("new.wav", sound)
    write("new.wav", sound)  # which holds the same: nothing is lost
    with pytest.raises(OutputError, match=r"new\.wav: is a sound that is there already"):
        write("new.wav", Signal(np.zeros(4000), 8000.0))
    write("new.wav", Signal(np.zeros(4000), 8000.0), overwrite=True)


def test_every_option_that_names_a_file_is_known_to_the_one_check():
    """An option that is added one day is not forgotten."""
    known = {*outputs.SOUNDS, *outputs.READ, *outputs.WRITTEN}
    for name in cli.COMMANDS:
        (commands,) = [action for action in cli.parser(name)._actions if action.dest == "command"]
        for action in commands.choices[name]._actions:
            if action.metavar in ("FILE", "PATH", "OUT", "DIR", "FOLDER", "INDEX", "QUERY"):
                assert action.dest in known, (name, action.dest)


def test_the_check_compares_every_output_with_every_input(tmp_path):
    """Each of several, first and last."""
    places = [tmp_path / name for name in "abc"]
    for place in places:
        place.write_text("")
    for out, given in itertools.product(places, repeat=2):
        listed = [Output(tmp_path / "x"), Output(out, "--other"), Output(tmp_path / "y", "--third")]
        inputs = [Input(tmp_path / "before"), Input(given, "the third"), Input(tmp_path / "after")]
        if out == given:
            with pytest.raises(OutputError, match=r"is the third\. Name another file for --other\."):
                check_outputs(listed, inputs)
        else:
            check_outputs(listed, inputs)

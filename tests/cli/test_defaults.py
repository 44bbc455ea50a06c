"""sonograph.toml: options that a file gives, beside the sounds or the user's own."""

import csv
import json
from pathlib import Path

import pytest

from sonograph import cli
from sonograph.cli import defaults
from sonograph.pictures.out.recipe import recipe_in


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The user's own file, to be written."""
    folder = tmp_path / "home of settings"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    (folder / "sonograph").mkdir(parents=True)
    return folder / "sonograph" / "sonograph.toml"


def drawn(*words):
    assert cli.main(["draw", *words, "-o", "a.png"]) == 0
    return recipe_in("a.png")


def test_what_is_typed_wins_over_the_folder_and_the_folder_over_the_user(wav, own, capsys):
    plain = drawn(wav)
    own.write_text('window = 256\ncolours = "grey"\n[draw]\ntheme = "dark"\n')
    Path("sonograph.toml").write_text('colours = "viridis"\n[features]\nfeature = "rms"\n[draw]\nhop = 32\n')
    recipe = drawn(wav, "--hop", "64")
    assert recipe["settings"][0]["of"]["window_length"] == 256
    assert recipe["settings"][0]["of"]["hop"] == 64
    assert (recipe["look"]["colours"], recipe["look"]["theme"]) == ("viridis", "dark")
    assert recipe["sounds"][0]["defaults"] == "as sonograph.toml says: colours (beside it), window, theme (the user's)"
    assert drawn(wav, "--no-defaults") == plain and "defaults" not in plain["sounds"][0]
    assert capsys.readouterr().err == ""


def test_other_commands_say_it_and_take_what_is_theirs(wav, own, capsys):
    Path("sonograph.toml").write_text('mono = true\n[features]\nfeature = ["rms", "peak"]\nwindow = "64ms"\n')
    assert cli.main(["features", wav, "-o", "-", "--summary"]) == 0
    out, err = capsys.readouterr()
    assert "sonograph: --mono, --feature, --window as sonograph.toml says.\n" in err
    (row,) = csv.DictReader(out.splitlines())
    assert {"rms_mean", "peak_mean"} <= set(row)
    assert cli.main(["features", wav, "-o", "-", "--summary", "--feature", "crest", "-q"]) == 0
    out, err = capsys.readouterr()
    assert "crest_mean" in out and "rms_mean" not in out and err == ""
    assert cli.main(["info", wav, "--json", "--no-defaults"]) == 0
    assert json.loads(capsys.readouterr().out)["n_channels"] == 1


def test_a_default_gives_way_to_what_it_does_not_go_with(wav, own):
    """Each would be refused if it had been typed."""
    own.write_text('window = 256\ncolours = "viridis"\nrange = [-90, -5]\nbelow = 70\ndpi = 100\nunit = "V"\n')
    assert drawn(wav, "--preset", "librosa.mel")["settings"][0]["of"]["of"]["window_length"] == 2048
    assert drawn(wav, "--below", "40")["look"].get("range") is None
    assert drawn(wav, "--view", "spectrum")["look"]["view"] == "spectrum"
    assert drawn(wav, "--feature", "rms")["look"]["dpi"] == 100
    assert cli.main(["draw", wav, "-o", "b.png", "--bare"]) == 0
    assert drawn(wav, "--end-to-end", "176")["unit"] == "dB re 1 µPa"
    own.write_text('preset = "librosa.mel"\nview = "waveform"\nno-axes = true\n')
    assert (
        drawn(wav, "--window", "512", "--colours", "grey", "--title", "a")["settings"][0]["of"]["window_length"] == 512
    )


def test_a_refusal_tells_what_nobody_typed(wav, own, capsys):
    own.write_text("hop = 2000\n")
    assert cli.main(["draw", wav, "-o", "a.png", "--window", "512"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("sonograph: --hop is 2000; with --window 512 it must be 1 to 512")
    assert second == f"sonograph: --hop as {own} says; --no-defaults leaves it alone"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hop_length = 512", "hop_length is no option that a file of defaults gives; did you mean hop?"),
        ('[draw]\nvmin = "a"', "vmin is no option of draw; did you mean range?"),
        ("[draw]\nrang = [1, 2]", "rang is no option of draw; did you mean range?"),
        ("[plot]\nhop = 3", "plot is no command that takes defaults; tables are draw, info, features, listen"),
        ("zork = 3", "zork is no option that a file of defaults gives; keys are named as the options of"),
        ("[info]\nwindow = 3", "window is no option of info"),
        ('output = "a.png"', "output is given with a command alone"),
        ("overwrite = true", "overwrite is given with a command alone"),
        ("max-bytes = 9", "max-bytes is an allowance; give it with the command, or in "),
        ("processes = 99", "processes is an allowance"),
        ("range = 3", "range is 3; it must be a list of 2, as [-80, 0]"),
        ("range = [1, 2, 3]", "range is [1, 2, 3]; it must be a list of 2"),
        ('mono = "yes"', "mono is 'yes'; it must be true or false"),
        ("window = true", "window is true; it must be what --window takes"),
        ("window = [1]", "window is [1]; it must be what --window takes"),
        ('window = "hann"', "what the window is like is --shape hann"),
        ('below = "loud"', "below is 'loud'; it must be a number"),
        ("channel = 1.5", "channel is 1.5; it must be a whole number"),
        ("draw = 3", "draw is"),
        ("a = " + "[" * 200 + "]" * 200, "is nested more than 64 levels deep"),
        ("a = 1" + "0" * 5000, "holds a number of more digits"),
        ("mono = true\nmono = false", "is not TOML"),
        ("window", "is not TOML"),
        ('title = "' + "x" * (5 << 20) + '"', "must have at most"),
        (b"\xff\xfe\x00", "is not text; it must be TOML in UTF-8"),
    ],
)
def test_what_a_file_beside_sounds_may_not_say_is_named(wav, here, capsys, text, message):
    data = text if isinstance(text, bytes) else text.encode()
    Path("sonograph.toml").write_bytes(data)
    assert cli.main(["draw", wav, "-o", "a.png"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("sonograph: sonograph.toml: ") and message in err and err.count("\n") == 1
    assert not Path("a.png").exists()
    assert cli.main(["draw", wav, "-o", "a.png", "--no-defaults", "--bare"]) == 0


def test_the_user_may_allow_more_or_less(wav, own, capsys):
    own.write_text("max-seconds = 0.1\n")
    assert cli.main(["info", wav]) == 3
    assert "it must be at most 0.1" in capsys.readouterr().err
    own.unlink()
    own.symlink_to("nowhere")
    assert cli.main(["info", wav]) == 3
    assert "is a link to a file that does not exist" in capsys.readouterr().err


def test_sounds_of_folders_that_differ_are_taken_apart(wav, here, capsys):
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "x.wav").write_bytes(Path(wav).read_bytes())
    Path("a/sonograph.toml").write_text("hop = 100\n")
    both = ["a/x.wav", "b/x.wav", "-o", "a.png"]
    assert cli.main(["draw", *both]) == 3
    assert (
        "a/sonograph.toml: is for the sounds in its folder, and b/x.wav has none beside it." in capsys.readouterr().err
    )
    Path("b/sonograph.toml").write_text("hop = 200\n")
    assert cli.main(["draw", *both]) == 3
    assert "and b/sonograph.toml differs from it" in capsys.readouterr().err
    Path("b/sonograph.toml").write_text("hop = 100\n")
    assert cli.main(["draw", *both]) == 0
    assert {one["hop"] for one in (each["of"] for each in recipe_in("a.png")["settings"])} == {100}


def test_every_default_has_a_rule_for_what_it_does_not_go_with():
    """Names in the rules are options, so that none is lost when one is called otherwise."""
    known = {
        name
        for command in defaults.COMMANDS
        for name in vars(
            cli.parser(command).parse_args([command, "x", "-o", "y"] if command != "info" else [command, "x"])
        )
    }
    named = {name for pair in defaults.RIVALS for side in pair for name in side}
    assert named | set(defaults.NEVER) - {"help", "list", "formats"} | set(defaults.ALLOWANCES) <= known

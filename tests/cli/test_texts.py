"""TOML and JSON of people: values or a sentence, whatever the text is."""

import json
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import SettingsError, TextError, cli, from_dict, from_toml, preset, preset_names, to_toml
from sonograph.sounds.calibration import Calibration
from sonograph.texts import DEEPEST, LONGEST, json_values, toml_values

DEEP = 100_000
HOSTILE = {
    "lists": ("a = " + "[" * DEEP, "is nested more than 64 levels deep"),
    "lists that close": ("a = " + "[" * DEEP + "]" * DEEP, "is nested more than 64 levels deep"),
    "tables": ("a = " + "{a = " * DEEP, "is nested more than 64 levels deep"),
    "keys": (".".join("a" * DEEP) + " = 1", "is nested more than 64 levels deep"),
    "headers": ("[" + ".".join("a" * DEEP) + "]", "is nested more than 64 levels deep"),
    "quoted keys": ('"a".' * DEEP + "a = 1", "is nested more than 64 levels deep"),
    "digits": ("a = " + "1" * 5000, "holds a number of more digits"),
    "hexadecimal": ("a = 1e" + "9" * 5000, ""),
    "length": ("#" * (LONGEST + 1), r"has 4,194,305 characters; it must have at most 4,194,304"),
    "no value": ("a = ", "is not TOML"),
    "a string that does not end": ('a = "' + "[" * 1000, "is not TOML|is nested"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_toml_is_a_sentence_at_once(name):
    text, words = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(TextError, match=f"^mine.toml: {words}"):
        from_toml(text, "mine.toml") if words else _refused(text)
    with pytest.raises(SettingsError, match=f"^it {words}|is not known here"):
        Calibration.from_toml(text)
    assert time.process_time() - began < 3  # a parser that is asked needs minutes, or ends the process


def _refused(text):
    """What is TOML, and no settings."""
    with pytest.raises(SettingsError):
        from_toml(text)
    raise TextError("mine.toml: ")


@pytest.mark.parametrize("text", ["[" * DEEP, '{"a":' * DEEP, "1" * 5000, "[1", "", '"' + "a" * LONGEST + '"'])
def test_hostile_json_is_a_sentence(text):
    with pytest.raises(TextError, match=r"^(is nested more|holds a number|is not JSON|has 4,194,306 char)"):
        json_values(text)


def test_brackets_and_dots_in_words_are_no_nesting():
    words = "[{." * 1000
    assert toml_values(f"a = '{words}'\nb = \"{words}\\\"\"\n# {words}\nc = '''{words}\n{words}'''")["a"] == words
    assert toml_values("a = [" + ", ".join(["1.5"] * 1000) + "]")["a"] == [1.5] * 1000
    assert json_values(json.dumps([words, "\\" + words])) == [words, "\\" + words]


@given(st.integers(1, 2 * DEEPEST))
def test_nesting_is_counted(depth):
    for text, values in (("a = " + "[" * depth + "]" * depth, toml_values), ("[" * depth + "]" * depth, json_values)):
        if depth <= DEEPEST:
            values(text)
        else:
            with pytest.raises(TextError, match="nested more than 64"):
                values(text)


def test_every_preset_comes_back_from_its_text():
    for name in preset_names():
        assert from_toml(to_toml(preset(name))) == preset(name)


def test_settings_nested_without_end_are_refused_in_python_too():
    values = {"kind": "stft"}
    for _ in range(DEEP):
        values = {"kind": "affine", "of": values}
    with pytest.raises(SettingsError, match="a dict of settings is nested more than 64 levels deep"):
        from_dict(values)


def _pipe(path):
    os.mkfifo(path)


def _device(path):
    path.symlink_to("/dev/zero")


NO_TEXT = {
    "a pipe": (_pipe, "is a pipe, not a file"),
    "a device": (_device, "is a device, not a file"),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "nothing": (lambda path: path.symlink_to("gone"), "is a link to a file that does not exist"),
    "no text": (lambda path: path.write_bytes(b"\xff\xfe\x00"), "is not text; it must be TOML in UTF-8"),
    "too long": (
        lambda path: path.write_bytes(b"#" * 5_000_000),
        "has 5,000,000 bytes; a file of TOML must have at most",
    ),
    "deep": (lambda path: path.write_text("a = " + "[" * DEEP), "is nested more than 64 levels deep"),
    "digits": (lambda path: path.write_text("gain = " + "1" * 5000), "holds a number of more digits"),
}


@pytest.mark.parametrize("kind", NO_TEXT)
@pytest.mark.parametrize("name", ["--settings", "tone.wav.toml", "calibration.toml"])
def test_a_file_of_settings_that_is_none_is_one_sentence_and_exit_3(wav, here, capsys, kind, name):
    make, words = NO_TEXT[kind]
    path = here / name.replace("--settings", "mine.toml")
    make(path)
    for command in (["draw", wav, "-o", "a.png"], ["features", wav, "-o", "a.npz"], ["info", wav]):
        if name == "--settings" and command[0] == "info":
            continue
        given = ["--settings", "mine.toml"] if name == "--settings" else []
        given = ["--feature", "rms"] if command[0] == "features" and not given else given
        assert cli.main([*command, *given]) == 3
        said = capsys.readouterr().err
        assert words in said, said
        assert [line.startswith("sonograph: ") for line in said.splitlines()] == [True] * len(said.splitlines())
        assert len(said) < 400
        assert not (here / "a.png").exists() and not (here / "a.npz").exists()

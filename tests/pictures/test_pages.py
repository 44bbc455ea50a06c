"""The code of the gallery runs and draws what the pages show; the commands on them are right.

That of the two tutorials is run as notebooks: test_notebook.py.
"""

import argparse
import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest
from PIL import Image

from sonograph import cli, feature_names
from sonograph.cli import draw
from sonograph.cli.idle import refuse_idle

DOCS = Path(__file__).parents[2] / "docs"
spec = importlib.util.spec_from_file_location("make_gallery", DOCS / "make_gallery.py")
gallery = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gallery)
GALLERY = [DOCS / "gallery" / "README.md", DOCS / "gallery" / "features.md"]
PAGES = [*GALLERY, *(DOCS / "guide" / f"{n}.md" for n in ("visualising", "learning_from_audio"))]


@pytest.mark.parametrize("page", [*GALLERY, DOCS / "guide" / "coming_from.md"], ids=lambda p: p.stem)
def test_the_code_on_a_page_draws_its_pictures(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gallery.run(page)
    for shown in gallery.pictures_of(page):
        with Image.open(tmp_path / f"{Path(shown).stem}.png") as drawn, Image.open(page.parent / shown) as kept:
            assert drawn.size == kept.size


def test_the_generator_knows_every_page_with_pictures():
    assert set(PAGES) <= set(gallery.PAGES)


COMMANDS = [
    command for page in GALLERY for command in re.findall(r"^    sonograph (draw .*)$", page.read_text("utf-8"), re.M)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_on_the_page_is_one(command):
    arguments = cli.parser("draw").parse_args(shlex.split(command))
    draw._look(arguments)
    refuse_idle(arguments)
    assert arguments.output


def test_every_option_of_the_command_has_its_place_on_the_page():
    table = (DOCS / "gallery" / "README.md").read_text("utf-8").split("## Every option")[1]
    named = set(re.findall(r"`(--?[a-z][a-z-]*)`", table))
    parser = argparse.ArgumentParser(add_help=False)
    draw.arguments(parser)
    assert named == {option for action in parser._actions for option in action.option_strings}


def test_every_feature_has_its_picture():
    page = (DOCS / "gallery" / "features.md").read_text("utf-8") + (DOCS / "gallery" / "README.md").read_text("utf-8")
    code = "".join(gallery.CODE.findall(page))
    in_code = {"mel": "librosa.mel", "mfcc": "librosa.mfcc", "chroma": "librosa.chroma", "cqt": "ConstantQSettings"}
    special = {"tempogram": "TempogramSettings", "autocorrelation": "AutocorrelationSettings"}
    for name in feature_names():
        assert f'"{name}"' in code or (in_code | special)[name] in code, name


def test_the_palettes_are_written_by_their_script(tmp_path, monkeypatch):
    script = (DOCS / "make_palettes.py").read_text("utf-8")
    kept = (DOCS.parent / "src/sonograph/pictures/palettes.py").read_text("utf-8")
    monkeypatch.setattr(sys, "argv", ["make_palettes"])
    names = {"__file__": str(tmp_path / "docs" / "make_palettes.py")}
    (tmp_path / "src/sonograph/pictures").mkdir(parents=True)
    exec(script, names)  # noqa: S102
    assert (tmp_path / "src/sonograph/pictures/palettes.py").read_text("utf-8") == kept

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sonograph import cli, examine, read, spectrogram
from sonograph.cli.demo import demonstrations


def test_the_demonstration_draws_what_it_says(here, capsys):
    assert cli.main(["demo", "-o", "pictures"]) == 0
    said = capsys.readouterr()
    paths = [Path(line) for line in said.out.splitlines()]
    assert said.err == "sonograph: see and hear it in the browser: sonograph view pictures/dawn.wav\n"
    assert [p.stem for p in paths if p.suffix == ".png"] == ["fm", "guitar", "kick", "snare", "pings"]
    assert [p.stem for p in paths if p.suffix == ".wav"] == ["guitar", "kick", "snare", "pings", "dawn"]
    for path in paths:
        if path.suffix == ".png":
            assert np.asarray(Image.open(path).convert("L")).std() > 20
        else:
            assert examine(path).word == "ok"
            assert 0.01 < np.abs(read(path).samples).max() <= 1


@pytest.mark.parametrize(("name", "frames"), [("guitar", 168), ("kick", 54), ("snare", 81)])
def test_the_drums_are_as_in_the_tutorial(name, frames):
    sound, settings = next((s, how) for n, s, how, _ in demonstrations() if n == name)
    levels = spectrogram(sound, settings).values
    assert levels.shape == (1025, frames)
    assert levels.max() == 0


def test_a_folder_that_cannot_be_made_is_4(here, capsys):
    (here / "file").touch()
    assert cli.main(["demo", "-o", "file/demo"]) == 4
    assert "this folder cannot be made" in capsys.readouterr().err

"""`sonograph draw … -o FOLDER/`: a picture for each file, and nothing that is there destroyed."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from sonograph import cli

SMALL = ["--size", "400x260", "--dpi", "60"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("in/a.wav", "in/a.flac", "in/deep/a.wav", "in/deep/b.wav", "other/a.wav"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, rng.uniform(-0.5, 0.5, 4000), 8000)
    return tmp_path


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def test_a_folder_becomes_a_folder_of_pictures_and_no_two_meet(here, capsys):
    assert cli.main(["draw", "in", "-o", "out/", *SMALL]) == 0
    assert files_in("out") == ["a.flac.png", "a.wav.png", "deep/a.wav.png", "deep/b.wav.png"]
    for name in files_in("out"):
        with Image.open(here / "out" / name) as image:
            assert image.size == (400, 260)
            assert image.text["Title"] == Path(name).name.removesuffix(".png")
    assert "out/: 4 pictures of 4 files." in capsys.readouterr().err


def test_files_of_one_name_in_several_folders_keep_their_folders(here):
    assert cli.main(["draw", "in/a.wav", "other", "in/a.wav", "-o", "out/", "-q", "--format", "webp", *SMALL]) == 0
    assert files_in("out") == ["in/a.wav.webp", "other/a.wav.webp"]
    with Image.open(here / "out/in/a.wav.webp") as image:
        assert (image.format, image.size) == ("WEBP", (400, 260))


def test_a_file_that_is_broken_costs_no_other_its_picture(here, capsys):
    (here / "in/bad.wav").write_bytes(b"RIFF")
    assert cli.main(["draw", "in", "-o", "out/", "--report", "how.jsonl", *SMALL]) == 3
    assert "bad.wav.png" not in files_in("out")
    assert len(files_in("out")) == 4
    said = capsys.readouterr().err
    assert "in/bad.wav" in said
    assert "out/: 4 pictures of 5 files." in said
    assert (here / "how.jsonl").read_text().count("\n") == 5


def test_the_pictures_may_lie_beside_the_sounds_and_never_over_them(here, capsys):
    assert cli.main(["draw", "in/deep", "-o", "in/deep/", "-q", *SMALL]) == 0
    assert files_in("in/deep") == ["a.wav", "a.wav.png", "b.wav", "b.wav.png"]
    sound = (here / "in/a.wav").read_bytes()
    (here / "in/a.wav.png").write_bytes(sound)  # a sound under the name of a picture
    assert cli.main(["draw", "in", "-o", "in/", *SMALL]) == 4
    assert "is a sound that is there already" in capsys.readouterr().err
    assert (here / "in/a.wav.png").read_bytes() == sound
    (here / "in/deep/b.wav.png").unlink()
    (here / "in/deep/b.wav.png").hardlink_to(here / "in/a.wav")  # an input by another name
    assert cli.main(["draw", "in/deep/b.wav", "in/a.wav", "-o", "in/deep/../", "--overwrite", *SMALL]) == 4
    assert (here / "in/a.wav").read_bytes() == sound


def test_one_picture_of_a_folder_is_refused_with_the_way_to_many(here, capsys):
    assert cli.main(["draw", "in", "-o", "a.png"]) == 3
    assert "in: is a folder. For a picture of each sound in it: -o pictures/." in capsys.readouterr().err
    assert cli.main(["draw", "in", "-o", "out/", "--view", "difference"]) == 2
    assert "--view difference is of two files" in capsys.readouterr().err
    (here / "file").write_text("no folder")
    assert cli.main(["draw", "in", "-o", "file/", *SMALL]) == 4
    assert "cannot be made" in capsys.readouterr().err
    assert not (here / "out").exists()


def test_a_folder_of_radio_files_is_drawn(tmp_path, monkeypatch):
    from sonograph import Signal, write

    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    turning = np.exp(-2j * np.pi * 0.1 * np.arange(9000)).astype("complex64")
    write("in/a.sigmf-meta", Signal(turning, 1e6, centre=100e6))
    for _ in range(2):  # the second time pictures are there, which might have been what is read
        assert cli.main(["draw", "in", "-o", "out/", "-q"]) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.sigmf-meta.png"]

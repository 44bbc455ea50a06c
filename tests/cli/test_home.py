"""A machine that gives no room: no home that can be written, no folder for temporary files, a disk that fills."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sonograph import cli

COMMAND = (sys.executable, "-m", "sonograph")


def run(*arguments, file=None, largest=None, **environment):
    """A command in a process of its own; `largest`: the bytes that a file may have."""
    shell = f"ulimit -f {largest // 1024}; " if largest else ""
    unset = {name: os.environ[name] for name in os.environ if not name.startswith(("MPL", "XDG"))}
    return subprocess.run(
        ["bash", "-c", shell + 'exec "$@"', "bash", *COMMAND, *arguments],
        capture_output=True, text=True, timeout=120, env=unset | environment,
        **({"stdin": file} if hasattr(file, "read") else {"input": file} if file else {"stdin": subprocess.DEVNULL}),
    )  # fmt: skip


def test_a_home_that_cannot_be_written_is_no_ones_business(wav, here):
    (here / "temporary").mkdir()
    (here / "file").write_text("")
    for nowhere in ({"HOME": "/proc/nothing"}, {"HOME": str(here), "MPLCONFIGDIR": str(here / "file")}):
        done = run("draw", wav, "-o", "a.png", "-q", TMPDIR=str(here / "temporary"), **nowhere)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert list((here / "temporary").iterdir()) == []
    assert (here / "a.png").exists()


def test_a_matplotlib_that_has_a_home_keeps_it(wav, here, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(here / "mine"))
    assert cli.main(["draw", wav, "-o", "a.png", "-q"]) == 0
    assert os.environ["MPLCONFIGDIR"] == str(here / "mine")
    assert not [path for path in (here / "mine").iterdir() if path.name.startswith("tmp")]


def test_standard_input_that_there_is_no_room_for_is_one_sentence(wav, here):
    (here / "temporary").mkdir()

    with Path("/dev/zero").open("rb") as endless:
        for command in (("info", "-"), ("draw", "-", "-o", "a.png"), ("listen", "-", "-o", "b.wav")):
            done = run(*command, file=endless, largest=1 << 20, TMPDIR=str(here / "temporary"))
            assert done.returncode == 4
            assert done.stderr.count("\n") == 1
            folder = here / "temporary"
            assert f"standard input: could not be kept in {folder} (file too large, " in done.stderr
            assert "after 1,048,576 bytes)" in done.stderr
            assert "set TMPDIR" in done.stderr
            assert list(folder.iterdir()) == []
    assert not (here / "a.png").exists()


def test_no_folder_for_temporary_files_is_one_sentence(wav, here, monkeypatch, capsys):
    def refused(*_, **__):
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refused)
    assert cli.main(["info", "-"]) == 4
    said = capsys.readouterr().err
    assert said == (
        "sonograph: temporary files: no folder for them can be made (no usable temporary directory found). "
        "Set TMPDIR to a folder that can be written.\n"
    )
    monkeypatch.setenv("MPLCONFIGDIR", "/proc/nothing")
    assert cli.main(["draw", wav, "-o", "a.png", "-q"]) == 4
    assert capsys.readouterr().err == said


def test_standard_input_that_cannot_be_read_is_one_sentence(here, monkeypatch, capsys):
    class Broken:
        def read(self, _):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": Broken()}))
    assert cli.main(["info", "-"]) == 3
    assert capsys.readouterr().err.startswith("sonograph: standard input: could not be read (input/output error).")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_labels_that_are_no_file_are_refused_at_once(wav, here, capsys, kind):
    {"pipe": os.mkfifo, "device": lambda p: Path(p).symlink_to("/dev/zero"), "folder": os.mkdir}[kind]("labels.txt")
    assert cli.main(["draw", wav, "--labels", "labels.txt", "-o", "a.png", "-q"]) == 3
    assert f"labels.txt: is a {kind}" in capsys.readouterr().err

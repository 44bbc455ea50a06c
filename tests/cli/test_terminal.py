import os
import pty
import subprocess
import sys
import time

import pytest

from sonograph import Signal, cli
from sonograph.cli.progress import Bar, Progress
from sonograph.cli.watched import Watched


def on_a_terminal(command, **environment):
    """What a command writes to a terminal, and its exit code."""
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM")} | environment
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=env)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    _, errors = process.communicate()
    os.close(ours)
    return said.decode(), errors.decode(), process.returncode


def test_a_colour_terminal_shows_the_picture(wav):
    said, errors, code = on_a_terminal([sys.executable, "-m", "sonograph", "draw", wav], TERM="xterm-256color")
    assert (code, errors) == (0, "")
    assert "▀" in said
    assert "dBFS" in said
    assert "38;5;" in said


@pytest.mark.parametrize("idle", [["--format", "svg"], ["--bare"], ["--no-axes"], ["--dpi", "90"]])
def test_what_a_picture_in_the_terminal_cannot_have_is_refused(wav, idle):
    command = [sys.executable, "-m", "sonograph", "draw", wav, *idle]
    said, errors, code = on_a_terminal(command, TERM="xterm-256color")
    assert (said, code) == ("", 2)
    assert f"{idle[0]} has no effect with a picture in the terminal" in errors


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}])
def test_a_plain_terminal_is_told_of_o(wav, environment):
    _, errors, code = on_a_terminal([sys.executable, "-m", "sonograph", "draw", wav], **environment)
    assert code == 2
    assert "name the picture: -o picture.png" in errors


def test_no_picture_is_thrown_at_a_terminal(wav):
    said, errors, code = on_a_terminal([sys.executable, "-m", "sonograph", "draw", wav, "-o", "-"], TERM="xterm")
    assert (said, code) == ("", 2)
    assert "standard output is a terminal" in errors


class Terminal:
    encoding = "utf-8"

    def __init__(self, is_terminal):
        self.said, self.is_terminal = "", is_terminal

    def write(self, words):
        self.said += words

    def flush(self):
        pass

    def isatty(self):
        return self.is_terminal


@pytest.mark.parametrize(("terminal", "quiet"), [(True, False), (True, True), (False, False)])
def test_progress_is_said_after_a_second_to_a_terminal_alone(terminal, quiet, monkeypatch):
    screen, clock = Terminal(terminal), [0.0]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    bar = Bar(quiet=quiet)
    source = Watched(Signal([0.0] * 100, 8000.0), bar)
    source.read(range(50))
    assert screen.said == ""
    clock[0] = 2.0
    source.read(range(50, 75))
    assert ("00:00 left" in screen.said and " 75% ███" in screen.said) == (terminal and not quiet)
    bar.clear()
    shown = screen.said.rstrip("\r").rpartition("\r")
    assert not shown[2].strip() and len(shown[2]) >= len(shown[0].strip("\r"))


@pytest.mark.parametrize("terminal", [True, False])
def test_files_that_are_done_are_counted_on_a_terminal_and_in_a_log(terminal, monkeypatch):
    screen, clock = Terminal(terminal), [0.0]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    progress = Progress(40, "files", quiet=False)
    for clock[0] in (0.05, 5.0, 9.0, 10.0):
        progress.add(10, seconds=50.0)
    said = [
        "20 of 40 files, 4 files/s, 20 × real time, 00:05 left",
        "30 of 40 files, 3.33 files/s, 17 × real time, 00:03 left",
    ]
    last = "40 of 40 files, 4 files/s, 20 × real time, 00:00 left"
    if terminal:
        shown = [line.rstrip() for line in screen.said.split("\r") if line.strip()]
        assert [line[:4] for line in shown] == [" 50%", " 75%", "100%"]
        assert all(line.endswith(words) for line, words in zip(shown, [*said, last], strict=True))
    else:
        assert screen.said == f"sonograph: {last}\n"
    before = len(screen.said)
    progress.clear()
    assert screen.said[before:].strip() == "" and (len(screen.said) > before) == terminal


def test_quiet_is_an_option(wav, here):
    assert cli.main(["draw", wav, "-o", "a.png", "-q"]) == 0

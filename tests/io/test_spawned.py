"""Processes that read for us end with us, however we end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.io.test_av import M4A

LIBRARIES = {"av": M4A, "nptdms": b"TDSm" + bytes(200)}
"""Of FFmpeg and of arrays, and how the files begin that they read."""

SLOW = """
from pathlib import Path
Path(__file__).with_name("begun").touch()
while True:
    "".join(str(i) for i in range(1000))
"""
"""In place of either library: it is at work, and says nothing."""


def children(parent):
    """The processes of one process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, of = entry.joinpath("stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(of) == parent and state != "Z":
                found.append(int(entry.name))
    return found


def wait_for(true, seconds):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    return true()


@pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_process_that_reads_for_us_ends_with_us_after_kill_9(tmp_path, monkeypatch, library):
    (tmp_path / "sound").write_bytes(LIBRARIES[library])
    (tmp_path / f"{library}.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    script = f"import sonograph; sonograph.open({str(tmp_path / 'sound')!r})"
    with subprocess.Popen([sys.executable, "-c", script]) as run:
        try:
            assert wait_for((tmp_path / "begun").exists, 20)
            (child,) = children(run.pid)
        finally:
            run.send_signal(signal.SIGKILL)
    ended = wait_for(lambda: not Path(f"/proc/{child}").exists(), 5)
    if not ended:
        os.kill(child, signal.SIGKILL)
    assert ended

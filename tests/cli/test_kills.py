"""Runs that are killed at random times: the next goes on, gives what an uninterrupted run gives, and leaves nothing.

SONOGRAPH_KILLS=30 kills thirty times each way, with each signal; without it, with one.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

REPEATS = int(os.environ.get("SONOGRAPH_KILLS", "1"))
N_FILES = 40

# the command, which notes each file that it computes, and takes its time for it
COMMAND = """
import os, sys, time
from pathlib import Path
from sonograph import cli
from sonograph.extract import part
real = part._rows

def noted(file, out, wanted):
    time.sleep(0.01)
    report = real(file, out, wanted)
    with open("done", "ab", 0) as done:
        done.write(f"{file}\\n".encode())
    return report

part._rows = noted
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sounds").mkdir()
    rng = np.random.default_rng(0)
    for i in range(N_FILES):
        soundfile.write(f"sounds/{i:02}.wav", 0.1 * rng.standard_normal(3000 + 50 * i), 16_000)
    Path("sounds/07.wav").write_bytes(Path("sounds/07.wav").read_bytes()[:3000])
    Path("sounds/11.wav").write_text("no sound")
    return tmp_path


def begin(out):
    command = [sys.executable, "-c", COMMAND, "features", "sounds", "-o", out, "--preset", "kaldi.fbank", "-q"]
    return subprocess.Popen(
        [*command, "--overwrite", "--processes", "2", "--report", f"{out}.report"], stderr=subprocess.PIPE, text=True
    )


def content(path):
    return {str(p.relative_to(path)): p.read_bytes() for p in Path(path).rglob("*") if p.is_file()} or path.read_bytes()


def family(of):
    """Processes of this one's group, which is its own."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = entry.joinpath("stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == of and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")
@pytest.mark.parametrize(
    ("out", "number"),
    [
        (out, number)
        for out, quick in {"out.npz": signal.SIGTERM, "out.csv": signal.SIGINT, "out.zarr": signal.SIGKILL}.items()
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
        if REPEATS > 1 or number == quick
    ],
)
def test_a_run_killed_at_any_moment_is_resumed_to_the_same(room, number, out):
    if out.endswith("zarr"):
        pytest.importorskip("zarr")
    with begin(out) as whole:
        said = whole.stderr.read()
    assert whole.returncode == 3, said
    want = content(Path(out))
    records = Path(f"{out}.report").read_text()
    Path("done").unlink()
    chance = np.random.default_rng(int(number))
    for _ in range(REPEATS):
        subprocess.run(["rm", "-rf", out, f"{out}.json", "done"], check=True)
        marked, killed = [], 0
        while True:
            strike_at = int(chance.integers(1, N_FILES + 8))
            began = len(Path("done").read_text().splitlines()) if Path("done").exists() else 0
            with begin(out) as run:
                while run.poll() is None:
                    done = len(Path("done").read_text().splitlines()) if Path("done").exists() else 0
                    if done - began >= strike_at and killed < 5:
                        break
                    time.sleep(0.002)
                children = family(run.pid)
                run.send_signal(number)
                said = run.stderr.read()  # ends once nobody holds it
            gone = time.monotonic() + 5
            while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < gone:
                time.sleep(0.005)
            assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
            if run.returncode == 3:
                break
            killed += 1
            code = {signal.SIGKILL: (-9,), signal.SIGTERM: (143, -15), signal.SIGINT: (130, -2)}[number]
            assert run.returncode in code, said
            assert "Traceback" not in said or run.returncode == -2, said
            if run.returncode in (130, 143):
                word = "interrupted" if run.returncode == 130 else "terminated"
                assert f"{word} after" in said and "the same command goes on from there" in said, said
            marked.append(ledger(out))
        assert content(Path(out)) == want
        assert Path(f"{out}.report").read_text() == records
        assert not Path(f"{out}.parts").exists()
        left = {path.name for path in room.iterdir() if path.name.startswith(".")}
        assert not left or number == signal.SIGKILL, left
        computed = Counter(Path("done").read_text().splitlines())
        assert set(computed) == {f"sounds/{i:02}.wav" for i in range(N_FILES)}
        after = Counter(file for files in marked for file in files)  # how many runs knew that it was done
        for file, count in computed.items():
            assert count <= killed + 1 - after[file], file
        for path in left:
            subprocess.run(["rm", "-rf", path], check=True)


def ledger(out):
    """The files that a run to come need not do."""
    path = Path(f"{out}.parts/ledger")
    if not path.exists():
        return []
    files = []
    for line in path.read_bytes().split(b"\n"):
        words = line.partition(b" ")[2]
        try:
            files += [report["file"] for report in json.loads(words)[3][1]]
        except (ValueError, IndexError):
            continue
    return files

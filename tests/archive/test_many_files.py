"""Few bad files among very many cost themselves alone. SONOGRAPH_ALL=1: one in a thousand, and 1 % of 20,000."""

import os
import random
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from sonograph import archive
from tests.archive.archives import RATE, scanned
from tests.archive.recordings import BEGAN, noise, put, wav
from tests.thorough import ALL

KINDS = {"segfault": "SIGSEGV", "endless": "did not get on", "greedy": "more memory"}


def began(number):
    """Of a file: every other minute."""
    return BEGAN + timedelta(minutes=2 * number)


@pytest.mark.parametrize("kind", KINDS if ALL else ["segfault"])
def test_one_poison_among_many_fails_alone_and_all_others_are_exact(tmp_path, kind):
    """Z-04: it costs the same few processes whatever number of files there is."""
    count = 1000 if ALL else 40
    bad = count // 2 + 3
    for i in range(count):
        put(tmp_path / "in" / (kind if i == bad else "good"), noise(5 * RATE, seed=i)[0], began(i), RATE)
    for name in ("quiet", "a"):
        archive.plan(scanned(tmp_path / "in"), at=tmp_path / name, hours=1)
    archive.run(tmp_path / "quiet", workers=0)
    found = subprocess.run(
        [sys.executable, "-m", "tests.archive.poisoned", "archive", "run", "a", "--processes", "2"],
        cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, timeout=500, check=False,
    )  # fmt: skip
    assert found.returncode == 3, found.stderr
    [line] = [line for line in found.stderr.splitlines() if "what it holds is missing" in line]
    assert kind in line and KINDS[kind] in line
    assert len((tmp_path / "started").read_bytes()) <= 10
    whole, stored = (archive.open(tmp_path / one).minutes(start=BEGAN) for one in ("quiet", "a"))
    others = np.arange(len(whole)) != 2 * bad
    assert (whole.effort[::2] == 5).all() and not stored.effort[2 * bad] and np.isnan(stored.density[2 * bad]).all()
    for name in ("density", "effort", "peak"):
        np.testing.assert_array_equal(getattr(stored, name)[others], getattr(whole, name)[others])
    [held] = archive.status(tmp_path / "a")
    assert (list(held.faults), held.failed, held.todo) == ([f"A_{began(bad):%Y%m%d_%H%M%S}.wav"], 1, 0)


def emptied(data):
    return b""


def no_sound(data):
    return b"no sound at all\n" * 20


def cut(data):
    return data[: 44 + (len(data) - 44) // 4 * 2]


def cut_in_the_header(data):
    return data[:30]


DAMAGE = {emptied: "failed", no_sound: "failed", cut: "partial", cut_in_the_header: "failed"}


def test_one_file_in_a_hundred_is_damaged_and_a_second_run_computes_nothing(tmp_path):
    """Z-08: each file is counted once, in its class; the others are exact; looked at again, few are read."""
    count, held = 20_000 if ALL else 200, 50
    chance = random.Random(8)
    bad = dict(zip(chance.sample(range(count), count // 100 + 2), [*DAMAGE] * count, strict=False))
    peaks, efforts, classes = np.full(2 * count, np.nan), np.zeros(2 * count), Counter()
    for i in range(count):
        whole = noise(held, seed=i)[0]
        path = put(tmp_path / "in" / f"{i // 1000:03}", whole, began(i), RATE)
        if i in bad:
            path.write_bytes(bad[i](wav(whole, RATE)))
        kept = {"failed": 0, "partial": held // 2}.get(DAMAGE[bad[i]], held) if i in bad else held
        classes[DAMAGE[bad[i]] if i in bad else "unread"] += 1
        efforts[2 * i] = kept / RATE
        peaks[2 * i] = np.abs(whole[0, :kept]).max() / 32_768 if kept else np.nan
    catalogue = scanned(tmp_path / "in")
    catalogue.save(tmp_path / "c.jsonl")
    assert Counter(one.status for one in catalogue.segments) == classes and classes.total() == count
    ran = archive.run(archive.plan(catalogue, at=tmp_path / "a", hours=24), workers=0)
    assert not ran.failed and not ran.refused
    found = archive.open(tmp_path / "a").minutes(start=BEGAN)
    last = len(found)
    assert last >= 2 * max(i for i in range(count) if efforts[2 * i]) + 1
    np.testing.assert_array_equal(found.effort, efforts[:last])
    np.testing.assert_array_equal(np.ravel(found.peak), peaks[:last].astype(np.float32))
    again = archive.scan(str(tmp_path / "in"), zone="UTC", catalogue=tmp_path / "c.jsonl")
    assert again.segments == catalogue.segments and again.read <= classes["failed"]
    second = archive.run(archive.plan(again, at=tmp_path / "a"), workers=0)
    assert (second.done, second.empty) == (0, 0) and second.kept == ran.done + ran.empty

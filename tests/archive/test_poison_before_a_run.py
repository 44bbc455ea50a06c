"""A file that ends, hangs or fills the process that reads it costs neither `archive scan` nor `archive plan`."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sonograph import archive
from tests.archive.archives import RATE
from tests.archive.recordings import BEGAN, noise, put
from tests.thorough import ALL

KINDS = {"segfault": "SIGSEGV", "endless": "did not get on", "greedy": "more memory"}


def command(folder, *words):
    """The command line, to which poisons are poison: its exit code, output and errors."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.archive.poisoned", *words], cwd=folder, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, timeout=300, check=False,
    )  # fmt: skip
    return found.returncode, found.stdout, found.stderr


def recorded(folder, count, poisons, calibration=""):
    """Files of half a minute in consecutive hours, some of them in folders whose names are poison."""
    for i in range(count):
        put(folder / poisons.get(i, "good"), noise(30 * RATE, seed=i)[0], BEGAN + timedelta(hours=i), RATE)
    for one in folder.iterdir() if calibration else ():
        (one / "calibration.toml").write_text(calibration)


@pytest.mark.parametrize("kind", KINDS if ALL else ["segfault"])
def test_a_header_that_is_poison_is_a_row_that_says_so_and_all_others_are_as_without_it(tmp_path, kind):
    recorded(tmp_path / "in", 100, {70: f"{kind}_header"})
    code, out, said = command(tmp_path, "archive", "scan", "in", "-o", "c.jsonl", "--zone", "UTC")
    [line] = [line for line in said.splitlines() if kind in line]
    assert (code, KINDS[kind] in line) == (3, True), said
    assert out.startswith("100 files")
    found = archive.Catalogue.open(tmp_path / "c.jsonl").segments
    [bad] = [one for one in found if one.status == "failed"]
    assert bad.reason == {"segfault": "crash", "endless": "time", "greedy": "memory"}[kind]
    expected = archive.scan(str(tmp_path / "in"), zone="UTC").segments
    times = {Path(one.file).name: (one.utc_ns, one.n_samples, one.print) for one in expected}
    assert len(found) == 100
    for one in found:
        assert one == bad or times[Path(one.file).name] == (one.utc_ns, one.n_samples, one.print)


@pytest.mark.parametrize("kind", KINDS if ALL else ["segfault"])
def test_plan_measures_and_looks_at_levels_though_files_are_poison(tmp_path, kind):
    """Of four hours that are measured one has the poison; of ten minutes whose levels are looked at, as well."""
    recorded(tmp_path / "in", 4, {2: kind}, "end_to_end = 170.0\n")
    archive.scan(str(tmp_path / "in"), zone="UTC").save(tmp_path / "c.jsonl")
    words = ("archive", "plan", "c.jsonl", "-o", "a", "--hours", "1", "--measure")
    code, out, said = command(tmp_path, *words)
    assert code == 3 and KINDS[kind] in said and "the time was measured without them" in said, said
    assert "of one core, as a few minutes took here" in out and "next: sonograph archive run a" in out
    assert archive.status(tmp_path / "a")[0].todo == 8
    assert archive.open(tmp_path / "a").about["timelines"][0]["unit"] == "µPa"  # so levels were looked at


def test_plan_says_where_nothing_could_be_measured(tmp_path):
    recorded(tmp_path / "in", 1, {0: "segfault"})
    archive.scan(str(tmp_path / "in"), zone="UTC").save(tmp_path / "c.jsonl")
    code, out, _ = command(tmp_path, "archive", "plan", "c.jsonl", "-o", "a", "--measure")
    assert code == 3 and "how long it takes could not be measured" in out and "of one core" not in out

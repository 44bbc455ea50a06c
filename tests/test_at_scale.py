"""What is worked out on paper for a petabyte, by hand; and that the page says what was measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import scale_page
from benchmarks.scale_paper import Case, Costs, foreseen

ROOT = Path(__file__).parents[1]
# 100 MB an hour, 10 s of a core; tasks of two hours, 5 ms each
COSTS = Costs(read=1e8, written=2e6, core_seconds=10, objects=26, marks=2, mark_bytes=1000, task_seconds=0.005, hours=2)


def test_ten_workers_compute_a_thousand_hours_in_a_thousand_seconds():
    found = foreseen(Case(1e11, 10, 1e9), COSTS)
    assert (found.hours_of_sound, found.tasks, found.objects, found.marks) == (1000, 500, 13_000, 1000)
    assert (found.mark_bytes, found.written) == (500_000, 2e9)
    assert found.reading == 1e8  # 1e11 bytes in 1000 s
    assert found.scheduler == pytest.approx(0.0025)  # 500 tasks of 5 ms in 1000 s
    assert found.store == pytest.approx(0.1)
    assert (found.pace, found.hours) == ("workers", pytest.approx(1000 / 3600))


def test_a_task_too_many_is_a_task():
    assert foreseen(Case(1.0001e11, 10, 1e9), COSTS).tasks == 501


# a task is 20 s of a core, so 4000 workers ask for 200 a second, which are 5 ms each
@pytest.mark.parametrize(("workers", "share", "pace"), [(3900, 0.975, "workers"), (4100, 1.025, "scheduler")])
def test_the_scheduler_sets_the_pace_where_its_share_is_above_1(workers, share, pace):
    found = foreseen(Case(1e15, workers, 1e15), COSTS)
    assert found.scheduler == pytest.approx(share)
    assert found.pace == pace
    assert found.hours == pytest.approx(max(1e8 / workers, 5e6 * 0.005) / 3600)


# a worker reads 10 MB/s, so 1000 of them 10 GB/s
@pytest.mark.parametrize(("store", "pace"), [(10.1e9, "workers"), (9.9e9, "store")])
def test_the_store_sets_the_pace_where_it_gives_less_than_workers_read(store, pace):
    found = foreseen(Case(1e15, 1000, store), COSTS)
    assert found.reading == pytest.approx(10e9)
    assert found.pace == pace
    assert found.hours == pytest.approx(1e15 / min(store, 10e9) / 3600)


def test_longer_tasks_ask_less_of_the_scheduler_and_compute_as_long():
    case = Case(1e15, 1000, 1e15)
    short, long = foreseen(case, COSTS), foreseen(case, replace(COSTS, hours=8))
    assert short.scheduler == pytest.approx(4 * long.scheduler)
    assert short.hours == long.hours


def test_the_page_is_what_was_measured():
    found = json.loads((ROOT / "benchmarks" / "at_scale.json").read_text("utf-8"))
    page = scale_page.page(found)
    assert (ROOT / "docs" / "scale.md").read_text("utf-8") == page
    assert "**Simulated**" in page

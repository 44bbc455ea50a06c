"""A plan of very many tasks and its coordinator, with no cluster: `benchmarks.coordinator`, by names."""

from benchmarks import coordinator


def a_plan(files, hours):
    """Processor time and time, s, and memory at most, MB, of planning, of running all, and of a run of nothing."""
    _, _, plan, run, again = coordinator.measured(files, hours)
    steps = {"plan": plan, "run": run, "again": again}
    return {"files": files, "tasks": hours} | {
        name: {"cpu_s": one[1], "s": one[2], "mb": one[3]} for name, one in steps.items()
    }

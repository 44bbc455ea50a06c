"""Time several ways of doing one job in turns, so that a machine that slows down slows all of them."""

import gc
import statistics
import time
from pathlib import Path

STATUS = Path("/proc/self/status")


def in_turns(ways, rounds):
    """{name: (median wall s, median CPU s, peak MB beyond what was held before)} of callables without arguments.

    Each is called once before the clock starts, for plans, caches and compilers.
    """
    peaks = {name: peak_memory(way) for name, way in ways.items()}
    wall = {name: [] for name in ways}
    cpu = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            began, used = time.perf_counter(), time.process_time()
            result = way()
            wall[name].append(time.perf_counter() - began)
            cpu[name].append(time.process_time() - used)
            del result
    return {name: (statistics.median(wall[name]), statistics.median(cpu[name]), peaks[name]) for name in ways}


def peak_memory(way):
    """Megabytes that a call needs at its highest, its result included; nan where the system does not tell."""
    way()
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
        before = _kilobytes("VmRSS")
        result = way()
        peak = (_kilobytes("VmHWM") - before) / 1024
    except OSError:
        return float("nan")
    del result
    return peak


def _kilobytes(field):
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1])


def table(title, results, ours, seconds_of_sound):
    """A Markdown table: ratios first, each peer's time over ours."""
    base = results[ours][0]
    lines = [
        f"\n**{title}**\n",
        "| | time / ours | ms | CPU ms | peak MB | sound s per s |",
        "|---|---|---|---|---|---|",
    ]
    for name, (wall, cpu, peak) in sorted(results.items(), key=lambda item: item[1][0]):
        speed = seconds_of_sound / wall
        lines.append(f"| {name} | {wall / base:.2f} | {wall * 1e3:.1f} | {cpu * 1e3:.1f} | {peak:.0f} | {speed:,.0f} |")
    return "\n".join(lines)

"""docs/scale.md from measured costs."""

from benchmarks.scale_paper import Case, Costs, foreseen

CASES = (Case(1e12, 8, 1e9), Case(50e12, 100, 5e9), Case(1e15, 1000, 10e9))

HEAD = """# At scale

What an archive of minutes and overview takes, worked out from what its parts cost when they were measured.
**No petabyte was computed, and no thousand machines were there**; what was simulated is called that.
Written by `make plan-at-scale` from `benchmarks/at_scale.json`, where it keeps what it measures.
Each part was measured by itself. All in one go, and small, is a test, by hand: 48 hours by a cluster of two
that loses a worker, in a store that fails (`tests/archive/test_in_one_go.py`).

## What is assumed

- Recordings have 96 kHz, 16 bits and one channel, in files of ten minutes.
- FLAC has {flac_bytes:.2f} bytes a sample, as was measured of quiet noise; WAV has 2.
- A task is {hours} hours, as `archive plan` chooses at this rate.
- A worker is one core, as fast as the one that was measured. Nothing fails.
- The store gives 1, 5 and 10 GB/s to all workers together (assumed, not measured); each file is fetched from it once.
- One scheduler and one coordinator hand out tasks one after another, while workers read and compute.

## What it comes to
"""

ROWS = (
    ("hours of sound", lambda one: f"{one.hours_of_sound:,.0f}"),
    ("tasks", lambda one: f"{one.tasks:,}"),
    ("objects", lambda one: _count(one.objects)),
    ("marks; bytes of the ledger", lambda one: f"{_count(one.marks)}; {_bytes(one.mark_bytes)}"),
    ("bytes written", lambda one: _bytes(one.written)),
    ("read while all workers are busy, MB/s", lambda one: f"{one.reading / 1e6:,.0f}"),
    ("share of the store", lambda one: f"{one.store:.2f}"),
    ("share of scheduler and coordinator", lambda one: f"{one.scheduler:.2f}"),
    ("hours", lambda one: f"{one.hours:,.1f}"),
    ("the pace is set by", lambda one: f"the {one.pace}"),
)


def costs_of(found, ending, hours=None):
    """What measured parts say of one kind of file; in tasks of so many hours."""
    sound, each = found[ending], found[ending]["hours_a_task"]
    return Costs(
        read=sound["file_bytes_an_hour"], written=sound["written_an_hour"], core_seconds=sound["core_s_an_hour"],
        objects=sound["objects_a_task"], marks=sound["marks_a_task"],
        mark_bytes=sound["marks_a_task"] * sound["bytes_a_mark"], task_seconds=task_ms(found) / 1e3,
        hours=hours or each,
    )  # fmt: skip


def task_ms(found):
    """Of scheduler and coordinator, a task, ms: an empty one through both, and what the coordinator does beside it."""
    return found["empty"]["ms"] + own_ms(found)


def own_ms(found):
    """Of the coordinator, a task, ms: to make its work, and to mark it."""
    ran = found["coordinator"]
    return 1e3 * ran["run"]["s"] / ran["tasks"]


def page(found):
    """The whole page."""
    flac, wav = found["flac"], found["wav"]
    lines = [HEAD.format(flac_bytes=2 * flac["file_bytes_an_hour"] / wav["file_bytes_an_hour"],
                         hours=flac["hours_a_task"])]  # fmt: skip
    for ending in ("flac", "wav"):
        costs = costs_of(found, ending)
        all_of = [foreseen(case, costs) for case in CASES]
        names = " | ".join(f"{_bytes(case.bytes)}, {case.workers:,} workers" for case in CASES)
        lines += [f"| {ending.upper()} | {names} |", "|---|---|---|---|"]
        lines += [f"| {words} | {' | '.join(of(one) for one in all_of)} |" for words, of in ROWS]
        short = (foreseen(case, costs_of(found, ending, hours=1)) for case in CASES)
        shares = " | ".join(f"{one.scheduler:.2f}" for one in short)
        lines += [f"| their share in tasks of an hour | {shares} |", ""]
    lines += [
        "Workers wait for what has a share above 1: the largest share is how many times as long the run takes.",
        "", "## What was measured", "",
        "| what | FLAC | WAV |", "|---|---|---|",
        _pair("seconds of sound a core-second", found, lambda one: f"{3600 / one['core_s_an_hour']:,.0f}"),
        _pair("of each run", found, lambda one: ", ".join(f"{3600 / each:,.0f}" for each in one["each"])),
        _pair("bytes of files an hour, MB", found, lambda one: f"{one['file_bytes_an_hour'] / 1e6:,.0f}"),
        _pair("bytes asked of the system an hour, MB", found, lambda one: f"{one['read_an_hour'] / 1e6:,.0f}"),
        _pair("bytes written an hour, MB", found, lambda one: f"{one['written_an_hour'] / 1e6:,.1f}"),
        _pair("objects a task", found, lambda one: f"{one['objects_a_task']:,.0f}"),
        _pair("marks a task", found, lambda one: f"{one['marks_a_task']:,.1f}"),
        _pair("bytes a mark", found, lambda one: f"{one['bytes_a_mark']:,.0f}"),
        _pair("marks a second, on the disk", found, lambda one: f"{one['marks_a_second']:,.0f}"),
        "",
        "What is asked of the system beyond the bytes of the files, it has at hand.\nShards of an overview, four a "
        "task, end where no hour does, and a task reads on to the end of its last: by the plan's own arithmetic\n"
        "tasks of four hours of minutes and overview at this rate read 1.11 times the sound of two months.\n"
        + _when(flac, f"Runs of {flac['hours']} hours by one process, by the processor's time", "flac wav"),
        "",
        *_cluster(found), *_plan(found), *_store(found),
    ]  # fmt: skip
    return "\n".join(lines)


def _cluster(found):
    empty, many = found["empty"], found["simulated"]
    rows = (
        ("tasks", "{tasks:,}"),
        ("s of sleep a task", "{seconds:.0f}"),
        ("ms a task, by the clock", "{ms:.1f}"),
        ("ms a task of the scheduler's processor", "{scheduler_cpu_ms:.1f}"),
        ("ms a task of the coordinator's processor", "{coordinator_cpu_ms:.1f}"),
    )
    yield "**Through a real Dask scheduler**, in a process of its own, each task with 10 kB of work to hand over:"
    yield ""
    yield f"| | empty tasks, {empty['workers']} workers | {many['workers']:,} simulated workers |"
    yield "|---|---|---|"
    for words, form in rows:
        yield f"| {words} | {form.format(**{'seconds': 0} | empty)} | {form.format(**many)} |"
    for who in ("scheduler", "coordinator"):
        cells = (", ".join(f"{mb:.0f}" for mb in one[f"{who}_mb"]) for one in (empty, many))
        yield f"| MB of the {who}: after a tenth, at the end, at most | {' | '.join(cells)} |"
    asked = 1e3 * many["seconds"] / many["workers"]
    yield f"| ms a task, were all workers always busy | | {asked:.1f} |"
    yield f"| time that workers were busy, the first and the last tasks too | | {100 * many['busy']:.0f} % |"
    yield ""
    yield (
        f"**Simulated**: Dask's own workers, with connections and beats of their own, in {many['processes']} processes "
        "of this machine;\nin place of a child process that computes, each slept. "
        + _when(empty, "Workers, scheduler and coordinator shared the cores,\nso that an empty task is an upper bound",
                "empty simulated")
    )  # fmt: skip
    yield "Wanted of 100,000 empty tasks: 5 ms each, and memory that does not grow."
    yield _memory(found["memory"])
    yield from (one["note"] for one in (empty, many) if "note" in one)
    yield ""


def _memory(kept):
    as_it_is, without = (", ".join(f"{mb:.0f}" for mb in kept[way]) for way in ("as it is", "without"))
    later = 1e6 * (kept["as it is"][-1] - kept["as it is"][1]) / (kept["tasks"] / 2)
    return (
        "What grows in the scheduler is a list that Dask keeps of all that was submitted (`SpanMetadata`), until no "
        "task is left: its logs end\nat 1,000 entries each, this has no limit. "
        f"After each quarter of {kept['tasks']:,} tasks without a child process it had {as_it_is} MB, which are "
        f"{later / 1e3:.1f} kB a task; where `Span.add_metadata` does nothing, {without} MB. "
        "Nothing of Sonograph's is kept there.\n" + _when(kept, "Two workers of this machine", "memory")
    )


def _plan(found):
    plan, ran = found["plan"], found["coordinator"]
    yield (
        "**A plan without a cluster**, of recordings that are not there; all tasks are handed out, made and marked, "
        "and nothing is computed:"
    )
    yield ""
    yield "| step | " + " | ".join(f"{one['tasks']:,} tasks, {one['files']:,} with sound" for one in (plan, ran)) + " |"
    yield "|---|---|---|"
    for step, words in (("plan", "planning"), ("run", "handing out and marking all"), ("again", "a run of nothing")):
        cells = (f"{one[step]['s']:.0f} s, {one[step]['mb']:.0f} MB" for one in (plan, ran))
        yield f"| {words} | {' | '.join(cells)} |"
    yield ""
    own, empty = own_ms(found), found["empty"]["ms"]
    both = f"{own:.1f} ms a task of its own, beside the {empty:.1f} ms of one through the scheduler"
    yield _when(ran, f"So the coordinator takes {both}; the tables above have both", "plan coordinator")
    yield ""


def _store(found):
    store = found["store"]
    usual, late, refusing = (store["ways"][way] for way in ("", "late", "late, refusing"))
    yield (
        f"**An emulated store** (moto behind a proxy of faults, on this machine): recordings and archive in it, "
        f"{store['tasks']} tasks of an hour at {store['rate'] / 1e3:.0f} kHz, two workers:"
    )
    yield ""
    yield "| answers | s | over the first | requests a task | refused |"
    yield "|---|---|---|---|---|"
    for words, one in (
        ("at once", usual), (f"{1e3 * store['late_s']:.0f} ms late", late),
        (f"as late, and 503 to {100 * store['share']:.0f} % of all", refusing),
    ):  # fmt: skip
        over = one["s"] / usual["s"]
        yield f"| {words} | {one['s']:.1f} | {over:.2f} | {one['requests_a_task']:.0f} | {one['refused']} |"
    yield ""
    yield _when(store, f"All {store['objects']} objects had the same bytes each way; each way ran once", "store")
    yield ""


def _pair(words, found, of):
    return f"| {words} | {of(found['flac'])} | {of(found['wav'])} |"


def _when(one, words, parts):
    return (
        f"{words}\n({one['on']}; {one['machine']}; a load of {one['load']} before). "
        f"To repeat: `python -m benchmarks.at_scale --only {parts}`."
    )


def _bytes(count):
    units = ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B"))
    return next(f"{count / of:,.3g} {unit}" for of, unit in units if count >= of)


def _count(count):
    return f"{count / 1e6:,.2f} million" if count >= 1e6 else f"{count:,.0f}"

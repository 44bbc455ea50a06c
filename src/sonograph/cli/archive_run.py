"""`sonograph archive run`: compute what an archive shall hold and does not yet."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING

from sonograph.cli import archived, exits, options, workers
from sonograph.cli.exits import counted, talk

if TYPE_CHECKING:
    from sonograph.archive.runs.coordinator import Ran

HELP = """Compute what an archive shall hold and does not yet, on all cores. It can be ended at any moment; given again,
it goes on where it was. A file that cannot be read is left out, and told; all others are done."""

EXAMPLES = """examples:
  sonograph archive run site.archive
  sonograph archive run site.archive --processes 8 --json > progress.jsonl
  sonograph archive run site.archive --part 3/16
"""

EVERY = 1.0
"""Seconds from one line of JSON to the next."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the action."""
    parser.add_argument("archive", metavar="ARCHIVE", help="a folder of 'sonograph archive plan'")
    how = options.group(parser, "how")
    workers.add(how, "how many at a time [as the machine has cores]")
    how.add_argument(
        "--part", metavar="K/N",
        help="only every N-th task, from the K-th on, for N jobs that know nothing of each other; "
        "'archive status --join' joins what they did",
    )  # fmt: skip
    how.add_argument("--json", action="store_true", help="progress and the end as lines of JSON, for machines")
    how.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compute; return the exit code."""
    from sonograph import archive
    from sonograph.cli.progress import Progress

    progress = Progress(0, "tasks", quiet=arguments.quiet or arguments.json)
    began = last = time.monotonic()
    before = 0.0

    def tell(done: int, total: int, seconds: float) -> None:
        nonlocal before, last
        now = time.monotonic()
        progress.total = total
        progress.add(done - progress.done, seconds=seconds - before)
        before = seconds
        if arguments.json and now - last >= EVERY:
            last = now
            _line(event="progress", done=done, total=total, seconds_of_sound=seconds, elapsed=now - began)

    ran = archive.run(arguments.archive, workers=workers.asked(arguments), part=arguments.part, tell=tell)
    progress.clear()
    if arguments.json:
        _line(event="end", elapsed=time.monotonic() - began, **ran.values())
    elif not arguments.quiet:
        print(_summary(ran))
    for path, words in ran.failed.items():
        talk(archived.lost(path, words))
    for words in ran.refused:
        talk(words)
    return exits.INPUT if ran.failed or ran.refused else exits.DONE


def _line(**values: object) -> None:
    print(json.dumps(values))
    sys.stdout.flush()


def _summary(ran: Ran) -> str:
    from sonograph.units import duration

    sound = f", {duration(ran.seconds)} of sound" if ran.done else ""
    others = f"{ran.empty:,} more without sound, {ran.kept:,} were there already"
    return f"{counted(ran.done, 'shard')} computed{sound}; {others}"

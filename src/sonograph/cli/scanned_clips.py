"""`sonograph archive scan --clips`: a catalogue of sounds that stand for themselves, and what it tells."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, outputs
from sonograph.cli.exits import counted, talk
from sonograph.cli.idle import refuse
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.archive import Clips

OF_RECORDINGS = ("draw", "times", "zone", "join", "clock_check")
FEW = 10
"""Labels that are told; --json tells all."""


def run(arguments: argparse.Namespace) -> int:
    """Scan; return the exit code."""
    from sonograph import archive
    from sonograph.archive.catalogues import stored
    from sonograph.atomic import check_output, name_of
    from sonograph.cli.progress import Progress
    from sonograph.errors import OutputError
    from sonograph.io.replacing import Output

    refuse(arguments, OF_RECORDINGS, "--clips, which tell no time")
    there = os.path.lexists(arguments.output)
    if there and not stored.is_one(arguments.output):
        raise OutputError(f"{name_of(arguments.output)}: is there already and is no catalogue. Name another file.")
    outputs.check(arguments, [Output(arguments.output, overwrite=True)])
    check_output(arguments.output)
    stored.form_of(arguments.output)
    items, notes = _listed(arguments.paths)
    progress = Progress(0, "files", quiet=arguments.quiet)

    def tell(done: int, total: int) -> None:
        progress.total = total
        progress.add(1)

    found = archive.clips(items, catalogue=arguments.output if there else None, workers=1, tell=tell)
    progress.clear()
    found.save(arguments.output)
    print(json.dumps(_values(found)) if arguments.json else "\n".join(_lines(found)))
    for words in [*notes, *(one.sentence for one in found.faults)]:
        talk(words)
    return exits.INPUT if found.faults else exits.DONE


def _listed(paths: Sequence[str]) -> tuple[list[Any], list[str]]:
    """The files and labels of folders and of a table, and what there is to say of how they were found."""
    from sonograph.io.folders import folders_in, sound_files, sounds_in
    from sonograph.learning.examples import listed

    items: list[Any] = []
    notes: list[str] = []
    for path in paths:
        if Path(path).is_dir() and not any(sounds_in(folder) for folder in folders_in(path)):
            items += sound_files([path])
            notes.append(f"{path}: has no sounds in folders, so its clips have no labels.")
            continue
        if Path(path).is_file() and Path(path).suffix.lower() not in (".csv", ".tsv", ".txt"):
            raise SettingsError(
                f"{path} is no folder and no table; --clips takes folders of sounds, or a CSV of file,label"
            )
        found = listed(path)
        items += found.examples
        notes += found.notes
    return items, notes


def _values(found: Clips) -> dict[str, Any]:
    """What a catalogue of clips tells, as JSON can hold it."""
    return {
        "n_clips": len(found), "n_read": found.read, "bytes": sum(one.size for one in found.segments),
        "labels": dict(sorted(found.labels.items())),
        "sets": [{"sample_rate": one.sample_rate, "n_channels": one.n_channels, "unit": one.unit,
                  "n_clips": one.n_samples, "seconds": one.duration} for one in found.sets()],
        "faults": [{"file": one.file, "status": one.status, "reason": one.reason, "sentence": one.sentence}
                   for one in found.faults],
    }  # fmt: skip


def _lines(found: Clips) -> list[str]:
    """The same for people."""
    from sonograph.units import duration, prefix, rate

    values = _values(found)
    unit, name = prefix(float(values["bytes"])) if values["bytes"] else (1.0, "")
    known = "" if found.read == len(found) else f", of which {found.read:,} are new or changed"
    lines = [f"{counted(len(found), 'clip')}, {values['bytes'] / unit:.3g} {name}B{known}"]
    for one in found.sets():
        channels = "" if one.n_channels == 1 else f", {one.n_channels} channels"
        lines.append(f"{rate(one.sample_rate)}{channels}: {counted(one.n_samples, 'clip')}, {duration(one.duration)}")
    labels = found.labels.most_common()
    if any(label for label, _ in labels):
        listed = ", ".join(f"{label or 'without a label'} {count:,}" for label, count in labels[:FEW])
        more = f", and {len(labels) - FEW:,} more" if len(labels) > FEW else ""
        lines.append(f"{counted(len(labels), 'label')}: {listed}{more}")
    return lines

"""`sonograph archive plan`: what an archive shall hold, and what it will cost."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from sonograph.cli import chosen, exits, options
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.archive.clip.features import ClipFeatures
    from sonograph.archive.runs.foretold import Foretold

HELP = """Say what an archive shall hold: products of all recordings in a catalogue. Nothing is computed yet; coverage,
bytes, tasks, time and memory are told. Where ARCHIVE is there already, it is extended by the files that the catalogue
has now, and by products."""

EXAMPLES = """examples:
  sonograph archive plan all.parquet -o site.archive
  sonograph archive plan all.parquet -o site.archive \\
      --calibrations periods.toml --measure
  sonograph archive plan all.parquet -o s3://bucket/site.archive
  sonograph archive plan clips.parquet -o clips.archive --feature rms,centroid
  sonograph archive plan clips.parquet -o clips.archive --preset whisper.80 \\
      --frames
"""

PRODUCTS = ("minutes", "overview", "ltsa", "spectrogram", "features", "clip_features")
"""Those of `archive.products`, which is not loaded for a help text."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the action."""
    parser.add_argument("catalogue", metavar="CATALOGUE", help="what there is: a file of 'sonograph archive scan'")
    out = options.group(parser, "where to")
    out.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="ARCHIVE",
        help="a folder, made if it is not there; or s3://bucket/name, gs://…, az://…",
    )
    out.add_argument("--json", action="store_true", help="the plan as one JSON object, for machines")
    what = options.group(parser, "what to compute")
    what.add_argument(
        "--products", metavar="NAMES",
        help=f"of {', '.join(PRODUCTS)}, with commas between them [what it has already, or minutes; of clips "
        "clip_features]",
    )  # fmt: skip
    what.add_argument(
        "--channel", type=int, metavar="N", help="of minutes, from 0; needed where recordings have several"
    )
    what.add_argument(
        "--start", metavar="TIME", help="from when on, a full hour with its zone [00:00 UTC of the first day]"
    )
    what.add_argument(
        "--hours", type=int, metavar="N", help="of a task: 1, 2, 3, 4, 6, 8, 12 or 24 [some seconds of work]"
    )
    what.add_argument("--calibrations", metavar="TOML", help="periods of calibration [what the files say]")
    what.add_argument(
        "--measure", action="store_true", help="compute a few minutes, to tell the time that all will take"
    )
    clips = options.group(parser, "of clips, which 'archive scan --clips' lists")
    chosen.add(clips)
    clips.add_argument(
        "--frames",
        action="store_true",
        help="a table of the frames of each clip [one row: mean, deviation, percentiles]",
    )
    clips.add_argument("--clips", type=int, metavar="N", help="of a task [some seconds of work]")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plan; return the exit code."""
    from sonograph import archive
    from sonograph.archive.runs.foretold import foretell

    plan = archive.plan(
        arguments.catalogue, _products(arguments), at=arguments.output, start=_start(arguments.start),
        hours=arguments.hours, calibrations=arguments.calibrations, clips=arguments.clips,
    )  # fmt: skip
    forecast = foretell(plan, measure=arguments.measure)
    print(json.dumps(forecast.values()) if arguments.json else "\n".join(_lines(forecast, arguments.output)))
    for words in forecast.unmeasured:
        talk(words)
    return exits.INPUT if forecast.unmeasured else exits.DONE


def _products(arguments: argparse.Namespace) -> list | None:
    settings = chosen.settings(arguments, required=False)
    if settings is not None or arguments.frames:
        return [_clip_features(arguments, settings)]
    names = None if arguments.products is None else [one.strip() for one in arguments.products.split(",")]
    if arguments.channel is None:
        return names
    return [{"name": one, "channel": arguments.channel} for one in names or ["minutes"]]


def _clip_features(arguments: argparse.Namespace, settings: Any) -> ClipFeatures:
    from sonograph.archive import ClipFeatures
    from sonograph.archive.products.features import USUAL

    for flag, value in (("--products", arguments.products), ("--channel", arguments.channel)):
        if value is not None:
            raise SettingsError(f"{flag} is given with features of clips, which are all that is computed; leave it out")
    return ClipFeatures(settings or USUAL, "frames" if arguments.frames else "summary")


def _start(text: str | None):  # type: ignore[no-untyped-def]
    from datetime import datetime

    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--start is {text!r}; it must be a time with its zone, as 2024-05-01T00:00:00Z") from None


def _lines(forecast: Foretold, output: str) -> list[str]:
    from sonograph.units import duration

    found = []
    for one in forecast.timelines:
        if one.clips:
            found.append(f"{one.name}: {counted(one.clips, 'clip')}, {duration(one.seconds)} of sound")
            continue
        found.append(f"{one.name}: {one.start[:10]} to {one.end[:10]}, {duration(one.seconds)} of sound, "
                     f"{one.seconds / one.span:.1%} of the time")  # fmt: skip
    size = counted(forecast.clips, "clip") if forecast.clips else counted(forecast.hours, "hour")
    found.append(
        f"{', '.join(forecast.products)}: {counted(forecast.tasks, 'task')} of {size}, "
        f"{forecast.todo:,} to do with sound; at most {_bytes(forecast.bytes)} on the disk, "
        f"{_bytes(forecast.memory)} of memory a process"
    )
    if forecast.work is not None:
        found.append(f"about {duration(forecast.work)} of one core, as a few minutes took here")
    elif forecast.unmeasured:
        found.append("how long it takes could not be measured")
    return [*found, "", f"next: sonograph archive run {output}"]


def _bytes(count: float) -> str:
    from sonograph.units import prefix

    unit, name = prefix(float(count)) if count else (1.0, "")
    return f"{count / unit:.3g} {name}B"

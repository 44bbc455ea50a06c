"""`sonograph echogram`: what came back of each ping of a recording, over range."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, outputs, reading, streams
from sonograph.cli.exits import counted, talk
from sonograph.cli.pulses import band, decibels
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.matching.sonar.echograms import Echogram

HELP = """Turn a plain recording of an active sonar into an echogram: pings across, range downwards. Pings are found, or
given; a known pulse is compressed. With a calibration and the source level, target strength (TS) or volume
backscattering strength (Sv)."""

EXAMPLES = """examples:
  sonograph echogram survey.wav -o survey.png
  sonograph echogram a.wav -o a.png --pulse chirp:12k-24k:4ms --bottom
  sonograph echogram a.wav -o a.png --temperature 8 --salinity 33 --depth 20
  sonograph echogram a.wav -o a.nc --pulse sent.wav --end-to-end 180 \\
      --source-level 200 --quantity TS
"""
GAINS = {"none": "none", "20log": "20 log R", "40log": "40 log R"}
NAMES = (
    "pings", "ping_interval", "first_ping", "pulse", "band", "length", "sound_speed", "temperature", "salinity",
    "depth", "step", "blind", "absorption", "quantity", "source_level", "beam", "noise", "bottom", "channel",
)  # fmt: skip
FLAGS = {name: f"--{name.replace('_', '-')}" for name in NAMES} | {"ranges": "--range", "gain": "--gain"}


def span(text: str) -> tuple[float, float]:
    """Two ranges: 5:150.

    >>> span("5:150"), span("0-40m")
    ((5.0, 150.0), (0.0, 40.0))
    """
    match = re.fullmatch(r"([0-9.]+)\s*m?\s*[:-]\s*([0-9.]+)\s*m?", text.strip())
    try:
        return float(match[1]), float(match[2])  # type: ignore[index]  # refused where there is none
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r}; it must be two ranges in metres, as 0:150") from None


def gain(text: str) -> str | float:
    """What is put onto a level for the way; or an amplifier's gain in dB.

    >>> gain("40log"), gain("20 log R"), gain("26dB")
    ('40 log R', '20 log R', 26.0)
    """
    name = re.sub(r"[\s_]*(log)[\s_]*r?$", r"\1", text.strip().lower())
    if name in GAINS:
        return GAINS[name]
    try:
        return decibels(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"{text!r}; it must be one of {', '.join(GAINS)}, or an amplifier's gain in dB"
        ) from None


class _Gain(argparse.Action):
    """Two gains under one name: for the way there and back, and of the amplifier."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        setattr(namespace, "way" if isinstance(values, str) else "gain", values)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="PATH", help="a sound file")
    out = options.group(parser, "where to")
    out.add_argument(
        "-o", "--output", required=True, metavar="OUT",
        help="a picture (.png, .svg, .pdf …), .nc, .zarr, or a table (.csv, .jsonl, .npz, .parquet)",
    )  # fmt: skip
    out.add_argument("--targets", action="store_true", help="print the echoes that stand out, the strongest first")
    out.add_argument("-q", "--quiet", action="store_true", help="only answers and faults")
    reading.add_report(out)
    _add_pings(options.group(parser, "the pings"))
    _add_water(options.group(parser, "the water"))
    _add_shown(options.group(parser, "what to show"))
    how = options.group(parser, "how it looks (of a picture)")
    how.add_argument("--below", type=float, metavar="DB", help="how far the colours reach down [80]")
    how.add_argument("--colours", metavar="NAME", help="magma, viridis, grey … [magma]")
    how.add_argument("--size", type=options.size, metavar="WxH", help="pixels [1200x720]")
    how.add_argument("--title", metavar="WORDS", help="[the name of the file]")
    reading.add_reading(parser, "start", "bytes", gain=False)
    parser.set_defaults(way=None)
    options.add_help(parser)


def _add_pings(what: Any) -> None:
    what.add_argument("--pings", metavar="TABLE", help="when each was sent: Audacity labels or a Raven table [found]")
    what.add_argument("--ping-interval", type=float, metavar="S", help="seconds from ping to ping, where it is regular")
    what.add_argument("--first-ping", type=float, metavar="S", help="when, with --ping-interval [found]")
    what.add_argument(
        "--pulse", metavar="PULSE", help="the one that was sent: a file, chirp:12k-24k:4ms or tone:12k:4ms"
    )
    what.add_argument("--no-compress", action="store_true", help="leave a known pulse as long as it is")
    what.add_argument("--band", type=band, metavar="LOW-HIGH", help="of a pulse that is not known [found]")
    what.add_argument("--length", type=options.length, metavar="LENGTH", help="of a pulse that is not known [found]")
    what.add_argument("--channel", type=int, default=0, metavar="N", help="of the file, from 0 [0]")


def _add_water(water: Any) -> None:
    water.add_argument("--sound-speed", type=float, metavar="M/S", help="[1500, or by the temperature]")
    water.add_argument(
        "--temperature", type=float, metavar="C",
        help="°C: sound speed by Mackenzie 1981, absorption by Francois and Garrison 1982",
    )  # fmt: skip
    water.add_argument("--salinity", type=float, default=35.0, metavar="S", help="[35]")
    water.add_argument("--depth", type=float, default=0.0, metavar="M", help="of the water that this is, m [0]")
    water.add_argument("--absorption", type=float, metavar="DB/M", help="[0, or by the temperature]")


def _add_shown(shown: Any) -> None:
    shown.add_argument(
        "--range", type=span, dest="ranges", metavar="FROM:TO", help="m [0 to where the next ping begins]"
    )
    shown.add_argument("--step", type=float, metavar="M", help="that a row is the mean over [a sample's]")
    shown.add_argument("--blind", type=float, metavar="M", help="no data up to there [half the pulse]")
    shown.add_argument(
        "--gain",
        type=gain,
        action=_Gain,
        metavar="NAME",
        help="onto a level: none, 20log or 40log [40log]; a number is the amplifier's, dB, of the calibration",
    )
    shown.add_argument("--quantity", metavar="NAME", help="level, TS or Sv; the last two need a calibration [level]")
    shown.add_argument("--source-level", type=float, metavar="DB", help="dB re 1 µPa m, for TS and Sv")
    shown.add_argument("--beam", type=decibels, metavar="DB", help="two-way beam angle, 10 log ψ, for Sv: -20.6 …")
    shown.add_argument("--noise", action="store_true", help="take the noise off; what hardly stands over it is no data")
    shown.add_argument("--bottom", action="store_true", help="find the bottom, and draw it")


def run(arguments: argparse.Namespace) -> int:
    """Make it; return the exit code."""
    from sonograph.matching.sonar import echogram_files
    from sonograph.pictures.out.save import FORMATS

    if arguments.file == streams.STANDARD:
        raise SettingsError("- is given; name a file, which is read twice")
    if arguments.quantity in ("TS", "Sv") and arguments.way is not None:
        raise SettingsError(f"--gain is given with --quantity {arguments.quantity}, which has its own; leave it out")
    is_picture = Path(arguments.output).suffix.lower().lstrip(".") in (*FORMATS, "jpeg", "tiff")
    look = _look(arguments) if is_picture else None
    if is_picture:
        from sonograph.atomic import check_output
        from sonograph.pictures.out.save import format_of

        format_of(arguments.output)
        check_output(arguments.output, keep=(arguments.file,))
    else:
        for name in ("below", "colours", "size", "title"):
            if getattr(arguments, name) is not None:
                raise SettingsError(f"--{name} has no effect on {arguments.output}, which is no picture; leave it out")
        echogram_files.check(arguments.output, keep=(arguments.file,))
    outputs.check(arguments)
    opening = reading.opening(arguments)
    with reading.report(arguments.report, [arguments.file]) as report:
        found, code = _made(arguments, opening, report)
        if is_picture:
            from sonograph.pictures.echogram import draw_echogram

            draw_echogram(found, path=arguments.output, look=look)
        else:
            found.write(arguments.output)
    if not arguments.quiet:
        talk(f"{arguments.output}: {in_words(found)}")
    if arguments.targets:
        for target in found.targets():
            print(f"{target.range:.3f} m  {target.strength:.1f} {found.unit}  {target.over:.0f} dB over what is around")
    return code


def _made(arguments: argparse.Namespace, opening: Any, report: reading.Report) -> tuple[Echogram, int]:
    from sonograph.io import audio

    def work(source: Any) -> tuple[Echogram, int]:
        from sonograph.matching.sonar.ranging import Asked, echogram_of

        given = {name: getattr(arguments, name) for name in NAMES if getattr(arguments, name) is not None}
        if arguments.length is not None:
            given["length"] = arguments.length.samples(source.sample_rate) / source.sample_rate
        given |= {"ranges": arguments.ranges, "compress": not arguments.no_compress, "limits": opening.limits}
        given |= {"gain": arguments.way or GAINS["40log"]}
        with options.in_flags(FLAGS):
            found = echogram_of(source, Asked(**given))
        report.was(arguments.file, source)
        status = source.status
        if status.word not in ("ok", "empty"):
            talk(status.sentence)
        return found, exits.INPUT if status.word in ("partial", "failed", "refused") else exits.DONE

    return audio.settled(arguments.file, work, opening=opening)


def _look(arguments: argparse.Namespace) -> Any:
    from sonograph.pictures.settings import PictureSettings

    given = {name: getattr(arguments, name) for name in ("below", "colours", "size", "title")}
    return PictureSettings(**{name: value for name, value in given.items() if value is not None})


def in_words(found: Echogram) -> str:
    """What it is, in a line."""
    n_ranges, n_pings = found.values.shape
    by = {"found": "found by themselves", "given": "as given", "interval": "by their interval"}[found.facts["pings_by"]]
    speed = f"sound at {found.sound_speed:.6g} m/s" + (
        f" ({found.facts['sound_speed_by']})" if "sound_speed_by" in found.facts else ""
    )
    return (
        f"{counted(n_pings, 'ping')} ({by}), {n_ranges:,} ranges to {found.ranges[-1]:.4g} m, {speed}, {found.label}"
        f"{' of the compressed pulse' if found.compressed else ''}"
    )

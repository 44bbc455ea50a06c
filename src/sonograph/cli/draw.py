"""`sonograph draw`: sound files become one picture, a panel each."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options
from sonograph.cli.exits import talk
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.pictures.panels import Named

HELP = """Draw the spectrogram of a sound file as a picture: time across, frequency up, level in colour. Several files
make a panel each, on one scale; the channels of a file are stacked."""

EXAMPLES = """examples:
  sonograph draw robin.wav -o robin.png
  sonograph draw robin.wav -o robin.png --window 25ms --hop 10ms --range -80 0
  sonograph draw concert.flac -o solo.pdf --start 1:30 --end 2:10 --view both
  sonograph draw before.wav after.wav -o compared.svg --below 60 --colours viridis
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a sound file")
    out = options.group(parser, "where to")
    out.add_argument("-o", "--output", metavar="OUT", help="the picture: a name ending in .png, .svg or .pdf")
    out.add_argument("--format", metavar="NAME", help="png, svg or pdf [the ending of OUT]")
    what = options.group(parser, "what to show")
    what.add_argument("--start", type=options.moment, metavar="TIME", help="12.5 (s), 1:30 or 4410samples [the start]")
    what.add_argument("--end", type=options.moment, metavar="TIME", help="likewise [the end]")
    what.add_argument("--channel", type=int, metavar="N", help="one channel, 0 for the first [all, stacked]")
    what.add_argument("--view", metavar="NAME", help="spectrogram, waveform or both [spectrogram]")
    what.add_argument(
        "--axis", metavar="NAME", help="of the frequencies: linear, log, mel, bark, erb or musical (notes) [linear]"
    )
    what.add_argument("--frequencies", type=float, nargs=2, metavar=("LOW", "HIGH"), help="Hz [all]")
    options.add_stft(parser)
    look = options.group(parser, "how it looks")
    look.add_argument("--below", type=float, metavar="DB", help="how far below the loudest level shown [80]")
    look.add_argument(
        "--range",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="the levels of the colours, dB, instead of --below",
    )
    look.add_argument(
        "--colours", "--colors", metavar="NAME", help="magma, viridis, cividis, grey …; grey_r reversed [magma]"
    )
    look.add_argument("--mean", action="store_true", help="a pixel is the mean of what it covers [its maximum]")
    look.add_argument("--size", type=options.size, metavar="WxH", help="pixels [1200x720, taller for several panels]")
    look.add_argument("--dpi", type=float, metavar="N", help="pixels per inch: how large the letters are [150]")
    look.add_argument("--title", metavar="WORDS", help="'' for none [the file's name]")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draw; return the exit code."""
    from sonograph.files import check_output
    from sonograph.pictures.panels import picture
    from sonograph.pictures.save import format_of

    if arguments.output is None:
        raise SettingsError("no output is named; name the picture: -o picture.png")
    format = format_of(arguments.output, arguments.format)
    look = _look(arguments)
    options.check_stft(arguments)
    check_output(arguments.output, keep=tuple(arguments.files))
    codes: set[int] = set()

    def fault(name: str, error: SonographError) -> None:
        words = str(error)
        talk(words if name in words else f"{name}: {words}")
        codes.add(exits.code_of(error) or exits.BUG)

    sounds = _opened(arguments, fault)
    if sounds:
        figure = picture(sounds, look, on_fault=lambda named, error: fault(named.name, error))
        if figure is not None:
            from sonograph.drawing import write

            write(figure, arguments.output, format, keep=tuple(arguments.files))
    for sound in sounds:
        status = getattr(sound.sound, "status", None)  # of a file: how it was, now that it has been read
        if status is not None and status.word not in ("ok", "empty"):
            talk(status.sentence)
            if status.word != "warn":
                codes.add(exits.INPUT)
    return exits.worst(codes)


def _opened(arguments: argparse.Namespace, fault: Any) -> list[Named]:
    """The files that open, with what is computed of each."""
    from sonograph.drawing import named
    from sonograph.pictures.settings import checked_seconds

    sounds = []
    for file in arguments.files:
        try:
            opened = named(file)
            rate = opened.sound.sample_rate
            seconds = tuple(when and when.samples(rate) / rate for when in (arguments.start, arguments.end))
            settings = options.stft(arguments, rate)
            sounds.append(dataclasses.replace(opened, settings=settings, seconds=checked_seconds(seconds)))
        except SonographError as error:
            fault(file, error)
    return sounds


def _look(arguments: argparse.Namespace) -> Any:
    """What the picture shows, and how."""
    from sonograph.pictures.settings import PictureSettings

    asked = {
        "view": arguments.view,
        "axis": arguments.axis,
        "frequencies": arguments.frequencies,
        "channel": arguments.channel,
        "below": arguments.below,
        "range": arguments.range,
        "colours": arguments.colours,
        "reduction": "mean" if arguments.mean else None,
        "size": arguments.size,
        "dpi": arguments.dpi,
        "title": arguments.title,
    }
    return PictureSettings(**{name: value for name, value in asked.items() if value is not None})

"""`sonograph draw`: sound files become one picture, a panel each."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import drawn_folder, drawn_joined, exits, look, options, outputs, reading, streams
from sonograph.cli.defaults import caption_of
from sonograph.cli.exits import talk
from sonograph.cli.faults import Faults
from sonograph.cli.idle import COLOURED, refuse, refuse_idle
from sonograph.cli.progress import Bar, Progress
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.io.opening import Opening
    from sonograph.pictures.parts import Named
    from sonograph.pictures.settings import PictureSettings

HELP = """Draw the spectrogram of a sound file as a picture: time across, frequency up, level in colour. Several files
make a panel each, on one scale, or with -o FOLDER/ a picture each; the channels of a file are stacked."""

EXAMPLES = """examples:
  sonograph draw robin.wav -o robin.png
  sonograph draw robin.wav -o robin.png --window 25ms --hop 10ms --range -80 0
  sonograph draw robin.wav -o robin.png --preset librosa.mel
  sonograph draw robin.wav -o robin.png --feature pitch --view both
  sonograph draw concert.flac -o solo.pdf --start 1:30 --end 2:10 --view both
  sox in.aiff -t wav - | sonograph draw - -o - > out.png
  sonograph draw before.wav after.wav -o compared.svg --colours viridis
  sonograph draw recordings/ -o pictures/ --format webp
  sonograph draw recordings/ --joined -o month.png --zone UTC
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a sound file, or with -o FOLDER/ a folder of them; - for standard input",
    )
    out = options.group(parser, "where to")
    out.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="a .png, .svg, .pdf, .jpg, .webp, .tif or .html; FOLDER/ for a picture of each file; - for standard "
        "output [the terminal]",
    )
    outputs.add_overwrite(out)
    out.add_argument(
        "--format", metavar="NAME", help="png, svg, pdf, jpg, webp, tif or html (of a surface) [the ending of OUT; png]"
    )
    out.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    reading.add_report(out)
    out.add_argument("--bare", action="store_true", help="only the pixels, as a small PNG: quick, for scripts")
    what = options.group(parser, "what to show")
    what.add_argument(
        "--joined", action="store_true", help="consecutive files, or a folder of them, as one sound with its gaps"
    )
    look.add(what, look.SHOWN)
    what.add_argument(
        "--labels", metavar="FILE", help="marks to draw over it: an Audacity label track or a Raven selection table"
    )
    what.add_argument(
        "--over", metavar="NAMES", help="features as lines over it, of the same frames: pitch, yin, centroid, rolloff"
    )
    what.add_argument(
        "--feature",
        metavar="NAME",
        help="a feature instead: rms, pitch, onset, mfcc, chroma …; with --view both above it",
    )
    options.add_stft(parser)
    reading.add_taking(parser)
    reading.add_reading(parser, "pixels", "start")
    look.add(options.group(parser, "how it looks"), look.LOOKS)
    options.add_defaults(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draw; return the exit code."""
    os.environ["MPLBACKEND"] = "agg"  # no window is opened, and a name that is none would stop Matplotlib
    terminal, folder = arguments.output is None, drawn_folder.is_folder(arguments.output)
    if terminal and not _has_colours():
        from sonograph.pictures.out.save import FORMATS

        last = arguments.files[-1]
        is_picture = Path(last).suffix.lower()[1:] in FORMATS and not os.path.lexists(last)
        raise SettingsError(f"no output is named; name the picture: -o {last if is_picture else 'picture.png'}")
    format = "" if terminal else _format(arguments)
    if terminal:
        refuse(arguments, ("format", "bare", "no_axes", "dpi"), "a picture in the terminal")
    refuse_idle(arguments)
    if arguments.joined:
        drawn_joined.check(arguments)
    picture = _look(arguments)
    options.check_settings(arguments)
    options.check_high_pass(arguments)
    if arguments.feature is not None:
        _settings(arguments, 48_000.0)
    reading.refuse_uncalibrated(arguments)
    opening = reading.opening(arguments)
    if picture.size is not None:
        opening.limits.check("the picture", pixels=picture.size[0] * picture.size[1])
    keep = tuple(streams.named(arguments.files))
    if folder:
        return _draw_each(arguments, picture, opening, format)
    if not terminal:
        streams.check_output(arguments.output, keep)
    outputs.check(arguments)
    bar = Bar(quiet=arguments.quiet)
    with streams.inputs(arguments.files) as files, reading.report(arguments.report, list(keep)) as report:
        faults = Faults(bar, report)
        with _composed(files, arguments.files, arguments, opening, picture, faults) as composition:
            if composition is not None and terminal:
                _print(composition)
            elif composition is not None:
                with streams.output(arguments.output, keep) as file:
                    _write(composition, file, format, bare=arguments.bare)
    return exits.worst(faults.codes)


def _draw_each(arguments: argparse.Namespace, picture: PictureSettings, opening: Opening, format: str) -> int:
    """A picture of each file in a folder; return the exit code."""
    if picture.view == "difference":
        raise SettingsError("--view difference is of two files; with -o FOLDER/ each is drawn by itself")
    found = drawn_folder.places(arguments.files, arguments.output, format)
    drawn_folder.check(arguments, found)
    keep, drawn = tuple(streams.named([place.file for place in found])), 0
    progress = Progress(len(found), "files", quiet=arguments.quiet)
    with (
        streams.inputs([place.file for place in found]) as files,
        reading.report(arguments.report, list(keep)) as report,
    ):
        faults = Faults(progress, report)
        for file, place in zip(files, found, strict=True):
            with _composed([file], [place.named], arguments, opening, picture, faults) as composition:
                if composition is None:
                    progress.add(1)
                    continue
                drawn_folder.make(place.output)
                with streams.output(place.output, keep) as out:
                    _write(composition, out, format, bare=arguments.bare)
                drawn += 1
                progress.add(1, seconds=sum(len(p.span) / p.named.sound.sample_rate for p in composition.parts))
    progress.clear()
    if not arguments.quiet:
        talk(f"{arguments.output}: {exits.counted(drawn, 'picture')} of {exits.counted(len(found), 'file')}.")
    return exits.worst(faults.codes)


@contextlib.contextmanager
def _composed(
    files: list[str],
    given: list[str],
    arguments: argparse.Namespace,
    opening: Opening,
    picture: PictureSettings,
    faults: Faults,
) -> Iterator[Any]:
    """Files as one picture, perhaps None; at the end it is said how they were."""
    sounds, composition = _opened(files, given, arguments, opening, faults), None
    if sounds:
        from sonograph.drawing.sounds import composed

        composition, sounds = composed(sounds, picture, lambda named, error: faults.tell(named.name, error))
        faults.bar.clear()
        if composition is not None and composition.computed:
            for part in composition.parts:
                if part.cut:
                    talk(f"{streams.plain(part.named.name)}: {part.cut}.")
                if beyond := _beyond(part, picture):
                    talk(f"{streams.plain(part.named.name)}: {beyond}.")
                if part.padding:
                    talk(f"{streams.plain(part.named.name)}: {part.padding}. Take a shorter one: --window.")
    yield composition
    for sound in sounds:
        faults.look_at(sound.sound)


def _beyond(part: Any, picture: PictureSettings) -> str:
    """That frequencies were asked for which the sound does not reach; "" where it reaches all of them."""
    from sonograph.units import rate

    half = part.named.sound.sample_rate / 2
    if picture.frequencies is None or picture.frequencies[1] <= half:
        return ""
    return f"frequencies end at {rate(half)}, half the sample rate; {rate(picture.frequencies[1])} was asked for"


def _opened(
    files: list[str], given: list[str], arguments: argparse.Namespace, opening: Opening, faults: Faults
) -> list[Named]:
    """The files that open, with what is computed of each."""
    from sonograph.drawing.sounds import lines_over, named
    from sonograph.io.marks import marks_of, read_marks
    from sonograph.pictures.kinds.line import count_lines
    from sonograph.pictures.settings import checked_seconds
    from sonograph.sounds.derived import is_complex

    marks = read_marks(arguments.labels) if arguments.labels else ()
    sounds = []
    for file, name in zip(files[:1] if arguments.joined else files, given, strict=not arguments.joined):
        try:
            if arguments.joined:
                opened = drawn_joined.opened(files, opening, faults, quiet=arguments.quiet)
            else:
                drawn_folder.refuse_folder(file)
                mine = marks_of(marks, None if name == streams.STANDARD else file)
                opened = named(file, labels=mine, opening=opening)
                if marks and not mine:
                    faults.bar.clear()
                    talk(f"{arguments.labels}: none of its {len(marks):,} marks is of {file}, so none is drawn on it.")
            rate = opened.sound.sample_rate
            seconds = tuple(when and when.samples(rate) / rate for when in (arguments.start, arguments.end))
            options.check_high_pass(arguments, rate)
            settings = _settings(arguments, rate, opened.settings, two_sided=is_complex(opened.sound))
            if count_lines(settings) and arguments.view in (None, "spectrogram"):
                refuse(arguments, COLOURED, "features that are lines")
            with options.in_flags({"feature": "--over"}):
                over = lines_over(arguments.over.split(",") if arguments.over else (), settings, rate)
            watched = faults.watched(opened.sound)
            sounds.append(
                dataclasses.replace(
                    opened,
                    sound=watched,
                    settings=settings,
                    seconds=checked_seconds(seconds),
                    over=over,
                    origin=caption_of(arguments),
                )
            )
        except SonographError as error:
            faults.tell(file, error)
    return sounds


CHOOSING = ("window", "hop", "n_fft", "shape", "edges", "scaling", "preset", "settings", "feature")
"""Options that say what is computed; without one, a slow series is shown as suits it."""


def _settings(arguments: argparse.Namespace, sample_rate: float, usual: Any = None, *, two_sided: bool = False) -> Any:
    """What to compute: the spectrogram, or a feature of its frames; `usual` where nothing was chosen.

    two_sided : whether samples are complex
    """
    from sonograph.settings import with_stft

    chosen = any(getattr(arguments, name) is not None for name in CHOOSING)
    settings = options.settings(arguments, sample_rate) if chosen or usual is None else usual
    settings = options.cleaned(settings, arguments)
    settings = with_stft(settings, sides="two") if two_sided else settings
    if arguments.feature is None:
        return settings
    from sonograph.named.features import feature
    from sonograph.settings import StftSettings

    for name in ("preset", "settings", "scaling", "over"):
        if getattr(arguments, name) is not None:
            raise SettingsError(f"--feature is given with --{name}; leave out one or the other")
    assert isinstance(settings, StftSettings)  # noqa: S101  # neither preset nor a file
    return feature(arguments.feature, settings, sample_rate=sample_rate)


def _has_colours() -> bool:
    """Whether standard output is a terminal with colours."""
    kind = os.environ.get("TERM", "dumb")
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and ("color" in kind or _has_true_colour())


def _has_true_colour() -> bool:
    return os.environ.get("COLORTERM", "") in ("truecolor", "24bit")


def _print(composition: Any) -> None:
    from sonograph.pictures.out.terminal import text_of

    sys.stdout.write(text_of(composition, true_colour=_has_true_colour()))


def _format(arguments: argparse.Namespace) -> str:
    from sonograph.pictures.out.save import format_of

    folder = drawn_folder.is_folder(arguments.output)
    plain = folder or arguments.output == streams.STANDARD or (arguments.bare and not Path(arguments.output).suffix)
    asked = arguments.format or ("png" if plain else None)
    format = format_of(arguments.output, asked)
    if arguments.bare and format != "png":
        raise SettingsError(f"format is {format!r}; a bare picture is a png (--no-axes draws the others)")
    return format


def _write(composition: Any, file: Any, format: str, *, bare: bool) -> None:
    from sonograph.pictures.out.recipe import text

    if bare:
        from sonograph.pictures.out.bare import save_bare

        save_bare(composition, file, text(composition))
        return
    from sonograph.pictures.figure import figure_of
    from sonograph.pictures.out.save import save

    if format == "html":
        page = composition.main.page(composition).encode()
        file.write(page) if hasattr(file, "write") else file.write_bytes(page)
    else:
        save(figure_of(composition), file, format, text(composition))


def _look(arguments: argparse.Namespace) -> PictureSettings:
    """What the picture shows, and how: in a terminal, and bare, only the pixels."""
    fixed: dict[str, Any] = {"axes": False} if arguments.bare else {}
    if arguments.output is None:
        from sonograph.pictures.out.terminal import size_for

        fixed = {"axes": False, "size": arguments.size or size_for(*shutil.get_terminal_size())}
    return look.look_of(arguments, **fixed)

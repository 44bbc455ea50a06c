"""`sonograph view`: sounds of any length in the browser."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, options, reading, streams
from sonograph.cli.exits import counted, talk
from sonograph.cli.idle import refuse
from sonograph.errors import SettingsError, SonographError

if TYPE_CHECKING:
    from sonograph.settings import Settings
    from sonograph.sounds.source import Source
    from sonograph.web.recordings import Recordings

HELP = """See and hear sound files of any length in the browser: zoom from a day to a click, listen, read levels,
measure and mark. Folders are searched. The levels are those that 'sonograph features' computes. Only this machine can
look, and only by the address that is printed; Ctrl-C ends it."""

EXAMPLES = """examples:
  sonograph view robin.flac
  sonograph view recordings/ --labels labels/
  sonograph view site.archive
  sonograph view night.wav --marks hits.csv --labels .
  sonograph view bats/ --window 256 --hop 64 --range -110 -30
  sonograph view robin.flac --no-browser --port 9000
"""
AXES = ("linear", "log", "mel", "note")
NAMED = 100
"""Files that are opened before anything is served."""
CACHE = 4 << 30
"""Bytes."""
SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def size(text: str) -> int:
    """Bytes: 500MB, 4GB, 1000000.

    >>> size("500MB"), size("4 GB")
    (500000000, 4000000000)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", text.strip().lower())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be a size, as 500MB or 4GB")
    return round(float(match[1]) * SIZES[match[2]])


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a sound file, a folder of them, or an archive")
    how = options.group(parser, "how to serve it")
    how.add_argument("--port", type=int, default=8765, metavar="N", help="or the next that is free; 0 for any [8765]")
    how.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="others can come with the token [127.0.0.1: nobody]"
    )
    how.add_argument("--no-browser", action="store_true", help="only print the address")
    how.add_argument("-q", "--quiet", action="store_true", help="only the address and faults")
    mine = options.group(parser, "marks")
    mine.add_argument("--labels", metavar="DIR", help="read marks here and write them, a file a recording [no writing]")
    mine.add_argument("--marks", dest="hits", metavar="FILE", help="hits or marks to look through, confirm and refuse")
    begin = options.group(parser, "how the page begins")
    begin.add_argument("--axis", metavar="NAME", help="of the frequencies: linear, log, mel or note [linear]")
    begin.add_argument("--range", nargs=2, type=float, metavar=("LOW", "HIGH"), help="levels of the colours, dB")
    begin.add_argument("--colours", "--colors", metavar="NAME", help="magma, viridis, cividis, grey … [magma]")
    kept = options.group(parser, "what is kept of overviews, to be there at once next time")
    kept.add_argument("--cache", metavar="DIR", help="where [in your cache folder]")
    kept.add_argument("--cache-size", type=size, metavar="SIZE", help="at most, the oldest goes first [4GB]")
    kept.add_argument("--no-cache", action="store_true", help="nothing on disk")
    options.add_stft(parser)
    reading.add_taking(parser)
    reading.add_reading(parser, "start")
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve; return the exit code."""
    if streams.STANDARD in arguments.paths:
        raise SettingsError("- is given, and a viewer reads a sound again and again; name a file")
    from sonograph.web.server import check_extra, listening, open_browser, serve

    check_extra()
    options.check_settings(arguments)
    options.check_high_pass(arguments)
    reading.refuse_uncalibrated(arguments)
    opening, begin, cache = reading.opening(arguments), _begin(arguments), _cache(arguments)
    from sonograph.web.labels import Labels
    from sonograph.web.recordings import Recordings
    from sonograph.web.tiles import Tiles
    from sonograph.web.viewer import Viewer

    recordings = Recordings.of_paths(arguments.paths, opening)
    _tell_of_faults(recordings, arguments.paths)
    labels = Labels(recordings, _path(arguments.labels), _path(arguments.hits))
    labels.check()
    tiles = Tiles(cache=cache, cache_bytes=CACHE if arguments.cache_size is None else arguments.cache_size)
    if tiles.problem and arguments.cache is not None:
        talk(f"{tiles.problem} Until then overviews are computed anew.")
    sock = listening(arguments.host, arguments.port, talk)
    viewer = Viewer(recordings, begin, tiles=tiles, labels=labels)

    def ready(where: str) -> None:
        print(where, flush=True)
        if not arguments.quiet:
            talk(f"{counted(len(recordings), 'recording')} can be viewed there; Ctrl-C ends it.")
        _warn_of_host(arguments.host)
        if not arguments.no_browser:
            open_browser(where, talk)

    serve(viewer, sock, arguments.host, ready=ready)
    return exits.DONE


def _tell_of_faults(recordings: Recordings, paths: list[str]) -> None:
    """Say which of the files that were named cannot be viewed; those in folders are told on the page.

    Raises
    ------
    SonographError
        None of them can be.
    """
    faults: list[SonographError] = []
    named = [one for one in recordings if one.path in paths][:NAMED]
    for recording in named:
        try:
            recordings.sound(recording.id)
        except SonographError as error:
            faults.append(error)
    if faults and len(faults) == len(recordings):
        raise faults[0]
    for fault in faults:
        talk(str(fault))


def _warn_of_host(host: str) -> None:
    from sonograph.web.server import is_local

    if not is_local(host):
        talk(
            f"--host {host} lets other machines come: whoever has the whole address, with its token, sees and hears "
            f"these recordings, and what goes over the network can be listened to."
        )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _cache(arguments: argparse.Namespace) -> Path | None:
    """The folder of what is kept; None where nothing is to be, or can be: then all is computed anew."""
    if arguments.no_cache:
        refuse(arguments, ("cache", "cache_size"), "--no-cache")
        return None
    if arguments.cache is not None:
        return Path(arguments.cache)
    from sonograph.engines.compiled.build import cache_directory

    home = cache_directory()
    return None if home is None else home / "tiles"


def _begin(arguments: argparse.Namespace) -> Any:
    """How the page begins."""
    from sonograph.checks import one_of
    from sonograph.pictures.colours import PERCEPTUAL
    from sonograph.pictures.settings import PictureSettings
    from sonograph.settings import StftSettings
    from sonograph.web.viewer import Look

    if arguments.axis is not None:
        one_of("--axis", arguments.axis, AXES)
    if arguments.colours is not None:
        one_of("--colours", arguments.colours.removesuffix("_r"), tuple(PERCEPTUAL))
    with options.in_flags({"range": "--range"}):
        levels = PictureSettings(range=arguments.range).range if arguments.range else None

    def settings(source: Source) -> Settings:
        found: Settings = options.cleaned(options.settings(arguments, source.sample_rate), arguments)
        overviews = getattr(source, "overviews", None)
        if overviews and found == StftSettings():  # nobody chose: what the archive holds is there at once
            chosen: Settings = overviews[0].settings
            return chosen
        return found

    return Look(settings, levels, arguments.colours or "magma", arguments.axis or "linear")

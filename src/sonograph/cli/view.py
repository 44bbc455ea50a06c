"""`sonograph view`: sounds of any length in the browser."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, look, options, reading, streams
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.settings import Settings
    from sonograph.sounds.source import Source

HELP = """See and hear sound files of any length in the browser: zoom from a day to a click, listen, read levels. The
levels are those that 'sonograph features' computes. Folders are searched. Only this machine can look, and only by the
address that is printed; Ctrl-C ends it."""

EXAMPLES = """examples:
  sonograph view robin.flac
  sonograph view recordings/
  sonograph view bats/ --window 256 --hop 64 --range -110 -30
  sonograph view robin.flac --no-browser --port 9000
"""
SHOWN = ("axis", "range", "colours")
"""Options of `draw` that say how the page begins."""
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
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a sound file, or a folder of them")
    how = options.group(parser, "how to serve it")
    how.add_argument("--port", type=int, default=8765, metavar="N", help="or the next that is free; 0 for any [8765]")
    how.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="others can come with the token [127.0.0.1: nobody]"
    )
    how.add_argument("--no-browser", action="store_true", help="only print the address")
    how.add_argument("-q", "--quiet", action="store_true", help="only the address and faults")
    look.add(
        options.group(parser, "how the page begins"), tuple(f for f in (*look.SHOWN, *look.LOOKS) if f.name in SHOWN)
    )
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
    opening = reading.opening(arguments)
    begin = _begin(arguments)
    from sonograph.web.recordings import Recordings
    from sonograph.web.viewer import Viewer

    recordings = Recordings.of_paths(arguments.paths, opening)
    sock = listening(arguments.host, arguments.port, talk)
    viewer = Viewer(recordings, begin)

    def ready(where: str) -> None:
        print(where, flush=True)
        if not arguments.quiet:
            talk(f"{counted(len(recordings), 'recording')} can be viewed there; Ctrl-C ends it.")
        _warn_of_host(arguments.host)
        if not arguments.no_browser:
            open_browser(where, talk)

    serve(viewer, sock, arguments.host, ready=ready)
    return exits.DONE


def _warn_of_host(host: str) -> None:
    from sonograph.web.server import is_local

    if not is_local(host):
        talk(
            f"--host {host} lets other machines come: whoever has the whole address, with its token, sees and hears "
            f"these recordings, and what goes over the network can be listened to."
        )


def _begin(arguments: argparse.Namespace) -> Any:
    """How the page begins."""
    from sonograph.pictures.settings import PictureSettings
    from sonograph.web.viewer import Look

    looks = {"axis": arguments.axis, "range": arguments.range, "colours": arguments.colours}
    with options.in_flags({name: f"--{name}" for name in looks}):
        shown = PictureSettings().but(**{name: value for name, value in looks.items() if value is not None})

    def settings(source: Source) -> Settings:
        found: Settings = options.cleaned(options.settings(arguments, source.sample_rate), arguments)
        return found

    return Look(settings, shown.range, shown.colours_shown, shown.axis or "linear")

"""`sonograph find -`: listening to standard input until it is sure."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits
from sonograph.cli.exits import talk
from sonograph.cli.find_words import answer, words

if TYPE_CHECKING:
    from sonograph.matching.recordings.folder import Index
    from sonograph.matching.recordings.matches import Match

NAME = "standard input"


def hear(arguments: argparse.Namespace, index: Index, wish: Any) -> int:
    """Answer as soon as it is sure, or at the end; the exit code."""
    from sonograph.io.piped import HEAD, is_wav

    stream = sys.stdin.buffer
    head = stream.read(HEAD)
    if not head:
        from sonograph.errors import SourceError

        raise SourceError("standard input: is empty. Pipe a sound file into it.")
    matches, seconds = _of_wav(arguments, index, wish, head) if is_wav(head) else _of_file(index, wish, head)
    if arguments.json:
        print(json.dumps(answer("-", matches, (0.0, seconds))), flush=True)
    else:
        for line in words(NAME, matches):
            print(line, flush=True)
    return exits.NO_MATCH if arguments.must_match and not matches else exits.DONE


def _of_wav(arguments: argparse.Namespace, index: Index, wish: Any, head: bytes) -> tuple[list[Match], float]:
    """Listen second by second; what it is, and how many seconds were heard."""
    from sonograph.cli.progress import Line
    from sonograph.io.piped import PipedWav

    wav = PipedWav(sys.stdin.buffer, head)
    listener = index.listen(
        wav.sample_rate, n_channels=wav.n_channels, chance=wish.chance, speeds=wish.speeds, most=wish.most
    )
    line, second = Line(), 0
    for block in wav.blocks():
        matches = listener.push(block)
        if matches:
            line.clear()
            return matches, listener.seconds
        if int(listener.seconds) > second and not arguments.quiet:
            second = int(listener.seconds)
            words = f"sonograph: {second} s heard, no match yet"
            if sys.stderr.isatty():
                line.write(words)
            else:
                print(words, file=sys.stderr, flush=True)
    line.clear()
    return listener.finish(), listener.seconds


def _of_file(index: Index, wish: Any, head: bytes) -> tuple[list[Match], float]:
    """Keep what is no WAV until it ends, and find that; how many seconds it has."""
    import tempfile
    from pathlib import Path

    from sonograph.cli import streams
    from sonograph.errors import SourceError
    from sonograph.io import audio
    from sonograph.matching.recordings.indexed_sound import AS_IT_IS
    from sonograph.matching.recordings.search import find

    talk(f"{NAME}: is no WAV, and is looked for when it has ended")
    with tempfile.TemporaryDirectory(prefix="sonograph-") as folder:
        path = Path(folder) / NAME
        with path.open("wb") as file:
            file.write(head)
            while part := sys.stdin.buffer.read(1 << 20):
                file.write(part)
        try:
            with audio.open(path, opening=AS_IT_IS) as source:
                matches = find(index, source, chance=wish.chance, speeds=wish.speeds, most=wish.most)
                return matches, source.duration
        except SourceError as error:
            raise SourceError(streams.plain(str(error))) from None

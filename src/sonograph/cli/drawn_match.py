"""The picture of `sonograph find --draw`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sonograph.errors import SourceError

if TYPE_CHECKING:
    from sonograph.matching.recordings.folder import Index
    from sonograph.matching.recordings.matches import Match


def draw_match(index: Index, query: str, match: Match, out: str) -> None:
    """Draw a query beside its place in a recording, which must still be where it was when it was indexed.

    Raises
    ------
    SourceError
        The recording's file is not there, or cannot be read.
    OutputError
        The picture cannot be written.
    """
    from sonograph.io.status import shown
    from sonograph.pictures.match import draw_match as draw

    if not Path(match.recording).is_file():
        raise SourceError(
            f"{shown(match.recording)}: is not there to be drawn. Run this where the names in the index lead to files."
        )
    draw(query, match, settings=index.settings, path=out)

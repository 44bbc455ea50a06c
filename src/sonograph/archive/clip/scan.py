"""From files and their labels to a catalogue of clips, by their headers; a second look reads only what changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from sonograph.archive.catalogues.beside import Beside
from sonograph.archive.catalogues.catalogue import Catalogue, Clips
from sonograph.archive.catalogues.looking import Looked, segments
from sonograph.archive.catalogues.scanning import is_same
from sonograph.archive.segments.clip import Clip
from sonograph.archive.segments.segment import Segment
from sonograph.errors import SettingsError, SourceError
from sonograph.settings.arguments import answered


@answered
def clips(
    items: Iterable[Any],
    *,
    catalogue: str | os.PathLike[str] | Clips | None = None,
    workers: int = 0,
    tell: Callable[[int, int], None] | None = None,
) -> Clips:
    """Look at the headers of sound files that stand for themselves, with their labels. They need to tell no time.

    Parameters
    ----------
    items
        (path, label) pairs, as `learning.from_folders` and `learning.from_table` give them, or paths. What has a fold
        or a group keeps it.
    catalogue
        An earlier one, or where it is: files that did not change are not looked at again, and keep their place. What is
        new comes behind.
    workers
        Processes that read headers, each with limits, as in `scan`. 0: in this process.
    tell
        Called with how many files are done and how many there are.

    Returns
    -------
    Clips
        Files that are broken are rows with a status and a reason.

    Raises
    ------
    SourceError
        No item; a catalogue that cannot be used.
    SettingsError
        A file that is listed twice, or by a part of it; a catalogue that is none of clips.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import learning, signals, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("high", "low"):
    ...         os.mkdir(f"{folder}/{name}")
    ...         write(f"{folder}/{name}/1.wav", signals.tone(440.0, 1.0, sample_rate=8000.0))
    ...     found = clips(learning.from_folders(folder))
    ...     len(found), dict(found.labels)
    (2, {'high': 1, 'low': 1})
    """
    before = Catalogue.open(catalogue) if isinstance(catalogue, str | os.PathLike) else catalogue
    if before is not None and not isinstance(before, Clips):
        raise SettingsError("catalogue is one of recordings and not of clips; name another file")
    listed = _listed(items)
    known = {} if before is None else {one.file: one for one in before.segments}
    beside, new, found = Beside({}), list[Looked](), dict[str, Clip]()

    def take(path: str, one: Segment) -> None:
        found[path] = Clip(**one.row() | listed[path])
        if tell is not None:
            tell(len(found), len(listed))

    for path in listed:
        near, kept = beside.of(path), known.get(path)
        if kept is not None and kept.beside == near.beside and is_same(path, kept, near):
            take(path, kept)
        else:
            new.append(Looked(path, near, whole=True))
    for path, [one] in segments(new, workers):
        take(path, one)
    order = [path for path in known if path in found]
    order += [path for path in listed if path not in known]
    return Clips(tuple(found[path] for path in order), folder=os.getcwd(), read=len(new))  # noqa: PTH109


def _listed(items: Iterable[Any]) -> dict[str, dict[str, str]]:
    """The label, fold and group of each path."""
    found: dict[str, dict[str, str]] = {}
    for item in items:
        alone = isinstance(item, str | os.PathLike)
        path = os.fspath(item if alone else item[0])
        label = None if alone else item[1]
        for end in ("start", "end"):
            if getattr(item, end, None) is not None:
                raise SettingsError(f"{path} is listed with its {end}; a clip is a whole file: cut it first")
        if path in found:
            raise SettingsError(f"{path} is listed twice; list each file once")
        more = {name: getattr(item, name, None) or "" for name in ("fold", "group")}
        found[path] = {"label": label or "", **more}
    if not found:
        raise SourceError("items is empty: give at least one sound, as from_folders does.")
    return found

"""The views of a picture: which kinds of panels each has, from the top."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sonograph.pictures.kinds.compared import Difference
from sonograph.pictures.kinds.kind import Content
from sonograph.pictures.kinds.level import Level
from sonograph.pictures.kinds.line import Line, count_lines
from sonograph.pictures.kinds.spectrum import SpectrumLines
from sonograph.pictures.kinds.surface import Surface
from sonograph.pictures.kinds.wave import Wave
from sonograph.pictures.parts import Named


class View(NamedTuple):
    """The kinds of panels of each sound.

    of_lines : those of features that are lines, where they are others
    heights  : of kinds that are not as tall as elsewhere
    """

    kinds: tuple[type[Content], ...]
    of_lines: tuple[type[Content], ...] = ()
    heights: Mapping[type[Content], int] = MappingProxyType({})

    def kinds_of(self, named: Named) -> tuple[type[Content], ...]:
        """Those that one sound has."""
        return self.of_lines if self.of_lines and count_lines(named.shown) else self.kinds

    def tall(self, kind: type[Content]) -> int:
        """The height of a kind of panel against the others; pixels, on a sheet whose size nobody chose."""
        return self.heights.get(kind, kind.tall)


VIEWS = {
    "spectrogram": View((Level,), of_lines=(Line,)),
    "waveform": View((Wave,)),
    "both": View((Wave, Level), of_lines=(Line, Level), heights={Wave: 105}),
    "spectrum": View((SpectrumLines,)),
    "surface": View((Surface,)),
    "difference": View((Difference,)),
}

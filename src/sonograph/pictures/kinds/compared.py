"""The kind of panel that is the difference of two sounds: the levels of one less those of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from sonograph.pictures.kinds.level import Level
from sonograph.pictures.parts import Part
from sonograph.pixels.difference import common_span, difference
from sonograph.pixels.raster import Pixels
from sonograph.pixels.rasterise import raster
from sonograph.units import duration

if TYPE_CHECKING:
    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Panel
    from sonograph.pictures.settings import PictureSettings


@dataclass(frozen=True, eq=False)
class Pair(Part):
    """Two sounds as one part of a picture: as much of both as the shorter one lasts."""

    first: Part = field(kw_only=True)
    second: Part = field(kw_only=True)
    shorter_by: float = field(default=0.0, kw_only=True)

    @property
    def cut(self) -> str:
        """How much is shown of how much, where one sound is longer."""
        if not self.shorter_by:
            return ""
        shown = len(self.span) / self.named.sound.sample_rate
        return f"cut to the shorter sound, {duration(shown)} of {duration(shown + self.shorter_by)}"

    def of(self, span: range) -> Pair:
        """The same of other samples of both, the span in those of the first."""
        rate, other = self.first.named.sound.sample_rate, self.second.named.sound.sample_rate
        second = range(round(span.start * other / rate), max(1, round(span.stop * other / rate)))
        return replace(self, span=span, first=self.first.of(span), second=self.second.of(second))


@dataclass(frozen=True, eq=False)
class Difference(Level):
    """The level of the first sound less that of the second, pixel by pixel."""

    takes_over = False
    vscales = ("level",)
    n_sounds = 2

    @classmethod
    def gathered(cls, parts: Sequence[Part], look: PictureSettings) -> list[Part]:
        """The two as one, named after both."""
        one, other = super().gathered(parts, look)
        rates = one.named.sound.sample_rate, other.named.sound.sample_rate
        spans = common_span(one.span, rates[0], other.span, rates[1])
        name = f"{one.named.name or 'first'} − {other.named.name or 'second'}"
        lasts = [len(part.span) / rate for part, rate in zip((one, other), rates, strict=True)]
        longer = abs(lasts[0] - lasts[1]) if abs(lasts[0] - lasts[1]) > 1 / min(rates) else 0.0
        both = replace(one, span=spans[0]), replace(other, span=spans[1])
        named = replace(one.named, name=name)
        first, second = both
        return [Pair(named, spans[0], one.channels, one.live, first=first, second=second, shorter_by=longer)]

    @classmethod
    def range_of(cls, panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
        """As far below zero as above."""
        shown = [panel.content.raster.levels[panel.channel] for panel in panels if isinstance(panel.content, Level)]
        most = max((float(np.nanmax(np.abs(levels))) for levels in shown if not np.isnan(levels).all()), default=0.0)
        return look.range or (-(most or 1.0), most or 1.0)

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The pixels of both, one less the other."""
        assert isinstance(part, Pair)  # noqa: S101  # as gathered
        both = part.first, part.second
        rates = [one.named.sound.sample_rate for one in both]
        frequencies = look.frequencies or ((0.0, min(rates) / 2) if rates[0] != rates[1] else None)
        rasters = []
        for one in both:
            mean, salient = look.reduction == "mean", look.reduction == "salient"
            size = box.width, box.height
            pixels = Pixels(*size, one.span, look.axis, frequencies, mean, salient=salient)
            rasters.append(raster(one.named.sound, one.named.settings, pixels, engine))
        apart = difference(rasters[0], rasters[1], look.below)[0]
        if not part.live:
            return cls(apart)
        from sonograph.pictures.live import Remaker

        return cls(apart, (), Remaker(cls, part, look, apart))

    def caption(self, composition: Composition) -> str:
        """What the colours span, and what counts as silence."""
        silence = f"{composition.look.below:g} dB below the louder sound is silence"
        return f"{super().caption(composition)}; {silence}"

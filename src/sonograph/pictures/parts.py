"""What a picture is made of before it is drawn: sounds, their parts, panels, and the composition of all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonograph import units
from sonograph.analysis.coverage import padding, unseen_ends
from sonograph.errors import SonographError
from sonograph.io.mark import Mark
from sonograph.pictures import words
from sonograph.pictures.layout import Box, Sheet
from sonograph.pictures.settings import PictureSettings
from sonograph.settings import Settings, StftSettings, stft_of
from sonograph.sounds.derived import ways
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from sonograph.pictures.kinds.kind import Computed, Content


@dataclass(frozen=True)
class Named:
    """A sound, what it is called on the picture (perhaps nothing), what is computed of it, and which part is shown.

    seconds : from when to when; None: as the picture's settings say
    marks   : what is drawn over its panels
    over    : the features that are drawn over its spectrogram, as lines
    origin  : what of it a file of defaults chose, and which file; "" for nothing
    """

    sound: Source | Spectrogram
    name: str = ""
    settings: Settings | None = None
    seconds: tuple[float | None, float | None] | None = None
    marks: tuple[Mark, ...] = ()
    over: tuple[Settings, ...] = ()
    origin: str = ""

    @property
    def shown(self) -> Settings | None:
        """What its numbers are: its own settings, or those of a spectrogram that is drawn as it is."""
        return self.sound.settings if isinstance(self.sound, Spectrogram) else self.settings


Fault = Callable[[Named, SonographError], None]


@dataclass(frozen=True, eq=False)
class Part:
    """What is shown of one sound: its samples and channels; `live`: on axes that can be zoomed."""

    named: Named
    span: range
    channels: list[int]
    live: bool = False

    def of(self, span: range) -> Part:
        """The same of other samples."""
        return dataclasses.replace(self, span=span)

    @property
    def cut(self) -> str:
        """That less of it is shown than was asked for; "" where all is."""
        return ""

    @property
    def filters(self) -> list[str]:
        """What the sound passes before frames are cut, in words."""
        return [] if self.named.settings is None else words.filters(stft_of(self.named.settings))

    @property
    def padding(self) -> str:
        """That no frame lies within the sound, and what that does to levels; "" where one does."""
        sound, settings = self.named.sound, self.named.settings or StftSettings()
        return "" if isinstance(sound, Spectrogram) else padding(settings, sound.n_samples)

    @property
    def unseen(self) -> str:
        """What of the sound its frames hardly see, where it is shown; "" for nothing."""
        sound, settings = self.named.sound, self.named.settings or StftSettings()
        if isinstance(sound, Spectrogram):
            return ""
        whole = self.span.start == 0 and self.span.stop >= sound.n_samples
        ends = unseen_ends(settings, sound.n_samples, sound.sample_rate) if whole else ""
        return self.padding or ends


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel: a channel of a part, in a box of pixels.

    content : what it shows, with the other panels of its kind; the kind is its type
    heading : words above it, perhaps none
    last    : it is the lowest of its sound, and has the times below it
    row     : which feature it shows, where each has a panel of its own
    """

    part: Part
    channel: int
    content: Content
    heading: str
    last: bool
    box: Box
    row: int = 0


@dataclass(frozen=True, eq=False)
class Composition:
    """All that a picture shows, in pixels, before it is drawn.

    ranges : the lowest and the highest value that the panels of each kind have room for
    """

    look: PictureSettings
    sheet: Sheet
    panels: list[Panel]
    ranges: Mapping[type[Content], tuple[float, float]]

    @property
    def parts(self) -> list[Part]:
        """Of every sound, once."""
        return list({id(panel.part): panel.part for panel in self.panels}.values())

    @property
    def contents(self) -> list[Content]:
        """What is shown of every sound, by kind, each once."""
        return list({id(panel.content): panel.content for panel in self.panels}.values())

    @property
    def computed(self) -> list[Computed]:
        """What was computed of every sound: nothing for a waveform."""
        return [one.computed for one in self.contents if one.computed is not None]

    @property
    def main(self) -> Content:
        """What the range and the unit of the picture are those of: colours, where there are any."""
        return max(self.contents, key=lambda content: (content.coloured, content.computed is not None))

    @property
    def levels(self) -> tuple[float, float]:
        """The lowest and the highest level of the colours, or of the spectra, dB."""
        return self.ranges[type(self.main)]

    @property
    def title(self) -> str:
        """As asked; else the name of the one sound. Several have a heading each."""
        return title_of(self.parts, self.look)

    @property
    def words(self) -> list[str]:
        """What people called things: the title, the sounds, the marks."""
        marks = [mark.words for part in self.parts for mark in part.named.marks]
        return [words.printable(one) for one in (self.title, *(part.named.name for part in self.parts), *marks)]

    def marks_on(self, panel: Panel) -> list[Mark]:
        """The marks of a panel; their words stand on the colours of their sound, where there are any."""
        others = [other for other in self.panels if other.part is panel.part and other.content.coloured]
        wordless = bool(others) and not panel.content.coloured
        return [dataclasses.replace(mark, words="") if wordless else mark for mark in panel.part.named.marks]


def title_of(parts: Sequence[Part], look: PictureSettings) -> str:
    """As asked; else the name of the one sound."""
    if look.title is not None:
        return look.title
    return parts[0].named.name if len(parts) == 1 else ""


def ways_of(parts: Sequence[Part]) -> str:
    """What was made of the sounds before anything was computed, and what a file of defaults chose, as a line."""
    made = {", ".join(ways(part.named.sound)): None for part in parts}
    taken = (
        next(iter(made)) if len(made) == 1 else "the sounds differ: " + "; ".join(one or "one as it is" for one in made)
    )
    return "; ".join(filter(None, (taken, *dict.fromkeys(part.named.origin for part in parts))))


def notes(composition: Composition) -> list[str]:
    """The small lines: what was computed, what the colours span, what is missing; and how the sound was taken."""
    return [*_notes(composition), *filter(None, [ways_of(composition.parts)])]


def _notes(composition: Composition) -> list[str]:
    look, contents = composition.look, sorted(composition.contents, key=lambda content: not content.leads)
    counted = [one for one in contents if one.leads] or [one for one in contents if one.computed is not None]
    computed = [one.computed for one in counted if one.computed is not None]
    if not computed:
        rates = sorted({part.named.sound.sample_rate for part in composition.parts})
        passed = dict.fromkeys(one for part in composition.parts for one in part.filters)
        return [", ".join(["sampled at " + ", ".join(units.rate(rate) for rate in rates), *passed])]
    unseen = dict.fromkeys(filter(None, (part.unseen for part in composition.parts)))
    lines = {words.settings_line(one.settings, one.sample_rate, one.rows, one.n_rows): None for one in computed}
    first = next(iter(lines)) if len(lines) == 1 else _differing(computed)
    second = "; ".join(dict.fromkeys(filter(None, (one.caption(composition) for one in contents))))
    if look.percentiles is not None:
        second += " (percentiles {:g} to {:g})".format(*look.percentiles)
    if look.reduction == "mean":
        second += ", a pixel is the mean of what it covers"
    elif look.reduction == "salient":
        second += ", a pixel is the mean of what it covers, with peaks that noise would hardly give"
    missing, n_frames = sum(one.missing for one in computed), sum(one.n_frames for one in computed)
    in_part = sum(getattr(one, "in_part", 0) for one in computed)
    if missing or in_part:
        some = f", {in_part} more in part" if in_part else ""
        second = ", ".join(filter(None, (second, f"{missing} of {n_frames} frames {counted[0].no_data}{some}")))
    cut = dict.fromkeys(filter(None, (part.cut for part in composition.parts)))
    second = "; ".join(filter(None, (second, *cut, *unseen)))
    return [first, second or "a point for each frame"]


def _differing(computed: Sequence[Computed]) -> str:
    """Of settings that are not the same in each panel, what is: the windows' time, of sounds of unlike rates."""
    lines = {words.window_in_time(one.settings, one.sample_rate) for one in computed}
    several_rates = len({one.sample_rate for one in computed}) > 1
    return (
        f"{lines.pop()} in each panel" if len(lines) == 1 and several_rates else "settings differ from panel to panel"
    )

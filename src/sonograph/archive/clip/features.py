"""Features of clips: any settings, or features by name; one row for each file, or a table of its frames."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

import numpy as np

from sonograph import engines
from sonograph.analysis.over_time import SUMMARY, summary_names
from sonograph.archive.products.features import USUAL
from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts
from sonograph.archive.segments.segment import calibration_in
from sonograph.archive.timelines.clip_set import ClipPart, ClipSet, short_name
from sonograph.archive.timelines.timeline import Changed, Timeline, changed
from sonograph.checks import one_of, whole
from sonograph.errors import LimitError, MissingExtra, SettingsError
from sonograph.extract.choice import Choice
from sonograph.extract.clip import summed_up, values_of
from sonograph.extract.layout import Layout
from sonograph.extract.lengths import Length
from sonograph.extract.report import OF_A_FILE, of_error, of_status
from sonograph.extract.sound import in_memory
from sonograph.frames import frames_of
from sonograph.io.filesource import FileSource
from sonograph.io.opening import Opening
from sonograph.io.status import WORDS, shown
from sonograph.settings import Settings, from_dict, stft_of
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Source

STATUSES = ("", *WORDS)
"""What the numbers of `status` mean; 0 for a clip that was never computed."""
FORMS = ("summary", "frames")
_ANY = datetime(1970, 1, 1, tzinfo=UTC)
"""When a clip begins: nothing asks, and so nothing beside its file is looked for again."""


@dataclass(frozen=True)
class ClipFeatures(Product):
    """Features of each clip: what `sonograph features` gives of its file, as float32.

    settings : any, or a Choice of features by name
    form : "summary": mean, deviation and percentiles of each over the frames within the clip, one row a clip; "frames":
        (channels, rows, frames) of each clip, missing (NaN) behind its end
    most : of "frames": how many a clip has at most; 0: as many as the longest has when it is planned
    """

    name: ClassVar[str] = "clip_features"
    grid: ClassVar[str] = "clips"
    settings: Settings | Choice = USUAL
    form: str = "summary"
    most: int = 0

    def __post_init__(self) -> None:
        one_of("form", self.form, FORMS)
        whole("most", self.most, 0)
        if self.most and self.form == "summary":
            raise SettingsError(f"most is {self.most}; a summary has no frames: leave it out")

    def fitted(self, timelines: list[ClipSet]) -> ClipFeatures:
        """The same with room for the longest clip.

        Raises
        ------
        SettingsError
            There is room for fewer frames than it has.
        """
        if self.form == "summary":
            return self
        longest = 0
        for clips in timelines:
            rate = self._rate(clips.sample_rate)
            one = max(clips.clips, key=lambda part: part.samples)
            n_samples = -(-one.samples * rate // clips.sample_rate)
            count = len(frames_of(self._first(rate), int(n_samples)))
            if self.most and count > self.most:
                raise SettingsError(
                    f"{shown(one.path)} has {count:,} frames, more than the {self.most:,} that there is room for; "
                    f"plan another archive"
                )
            longest = max(longest, count)
        return self if self.most else replace(self, most=max(1, longest))

    def _rate(self, sample_rate: float) -> float:
        """At which a clip is computed."""
        own = None if isinstance(self.settings, Choice) else stft_of(self.settings).sample_rate
        return sample_rate if own is None else own

    def _first(self, rate: float) -> Settings:
        """Where frames lie."""
        return self.settings.frames(rate) if isinstance(self.settings, Choice) else self.settings

    def _layout(self, sound: SoundFacts) -> Layout:
        return Layout.of(self.settings, self._rate(sound.sample_rate), sound.unit, sound.n_channels)

    def columns(self, sound: SoundFacts) -> tuple[list[str], list[str]]:
        """What the columns of a table of it are called, and their units."""
        columns = self._layout(sound).columns
        names, units = [one.name for one in columns], [one.unit for one in columns]
        if self.form == "frames":
            return names, units
        return list(summary_names(names)), [unit for unit in units for _ in SUMMARY]

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """`features` (clips, columns) or (clips, channels, columns, frames), and of each clip the others.

        `status` is a number in `STATUSES`; `samples` and `frames` are how many there are.
        """
        names, units = self.columns(sound)
        about = {"features": names, "units_of_features": units}
        shape: tuple[int, ...] = (len(names),)
        dims: tuple[str, ...] = ("feature",)
        if self.form == "frames":
            shape, dims = (sound.n_channels, len(names), max(1, self.most)), ("channel", "feature", "frame")
        return {
            "features": ArrayFacts("float32", np.nan, shape, dims, attributes=about),
            "status": ArrayFacts("uint8", 0, attributes={"meanings": list(STATUSES)}),
            "samples": ArrayFacts("int64", 0),
            "frames": ArrayFacts("int64", 0),
        }

    def check(self, sound: SoundFacts) -> None:
        """Refuse settings that no clip like these can have."""
        self._layout(sound)

    def rows(self, timeline: Timeline) -> range:
        """The clips."""
        return range(timeline.n_samples)

    def samples(self, timeline: Timeline, rows: range) -> range:
        """The clips themselves."""
        return rows

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """As `Product.walk`."""
        sound = SoundFacts.of(timeline)
        out = {
            name: np.full((len(rows), *fact.shape), fact.fill, fact.dtype) for name, fact in self.arrays(sound).items()
        }
        layout, engine = self._layout(sound), engines.default(threads=1)
        for part in timeline.parts:
            if not isinstance(part, ClipPart) or part.start not in rows:
                continue
            yield range(part.start, part.stop)
            row = part.start - rows.start
            values, status, samples, frames = self._of(part, sound, layout, engine, timeline)
            out["status"][row], out["samples"][row], out["frames"][row] = STATUSES.index(status), samples, frames
            if values is not None:
                out["features"][row, ..., : values.shape[-1]] = values
        return out

    def _of(
        self, part: ClipPart, sound: SoundFacts, layout: Layout, engine: Any, timeline: Timeline
    ) -> tuple[np.ndarray | None, str, int, int]:
        """The numbers of a clip, its status, its samples and its frames; what is wrong is noted in the set."""
        faults: dict[str, str] = timeline.faults if isinstance(timeline, ClipSet) else {}
        opening = Opening(calibration=calibration_in(part.calibration) or False, start=_ANY)
        try:
            with FileSource(part.path, opening) as opened:
                if (opened.size, opened.modified_ns) != (part.size, part.mtime_ns):
                    raise changed(part, "since it was looked at")
                source: Source = in_memory(opened)
                if opened.has_changed:
                    raise changed(part, "while it was read")
                status, n_samples = opened.status, source.n_samples
                if (source.sample_rate, source.n_channels) != (sound.sample_rate, sound.n_channels):
                    raise changed(part, "since it was looked at")
                rate = self._rate(sound.sample_rate)
                source = source if rate == source.sample_rate else resample(source, rate)
                values = values_of(source, layout, engine, opened.limits, part.path)
                n_frames = values.shape[-1]
                if self.form == "summary":
                    valid = layout.valid(source.n_samples)
                    values = summed_up(values, valid).ravel()
                    if not any(valid):
                        faults[short_name(part.path)] = (
                            f"{shown(part.path)}: no frame lies within it, so its summary is missing. Take a shorter "
                            f"window, or leave it out."
                        )
                elif n_frames > self.most:
                    raise LimitError(f"{shown(part.path)}: has {n_frames:,} frames, and there is room for "
                                     f"{self.most:,}. Plan another archive.")  # fmt: skip
        except (Changed, MissingExtra):
            raise
        except Exception as error:
            report = of_error(part.path, error)
            if report.record["reason"] in OF_A_FILE:
                raise  # another run may find it otherwise
            faults[short_name(part.path)] = report.fault
            return None, report.record["status"], 0, 0
        fault, _ = of_status(part.path, status)
        if fault:
            faults[short_name(part.path)] = fault
        return values, status.word, n_samples, n_frames

    def to_dict(self) -> dict[str, Any]:
        """As `Product.to_dict`."""
        values: dict[str, Any] = {"name": self.name, "form": self.form, "most": self.most}
        if not isinstance(self.settings, Choice):
            return values | {"settings": self.settings.to_dict()}
        one = self.settings
        lengths = {name: None if length is None else list(length)
                   for name, length in (("window", one.window), ("hop", one.hop))}  # fmt: skip
        more = {"edges": one.edges, "remove_dc": one.remove_dc, "high_pass": one.high_pass, "weighting": one.weighting}
        return values | {"features": list(one.names)} | lengths | more

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """As `Product.from_dict`: `settings`, or `features` by name with what a Choice has."""
        given = {name: value for name, value in values.items() if name != "name"}
        own = {name: given.pop(name) for name in ("form", "most") if name in given}
        if "features" in given:
            return cls(_choice(given), **own)
        settings = given.pop("settings", None)
        if given:
            raise SettingsError(f"{next(iter(given))} is no setting of {cls.name}; it has settings or features, form")
        return cls(**own) if settings is None else cls(_settings(settings), **own)


def _settings(given: Any) -> Settings:
    return from_dict(given) if isinstance(given, Mapping) else given


def _choice(given: Mapping[str, Any]) -> Choice:
    """A Choice of plain values."""
    names, values = given["features"], {name: value for name, value in given.items() if name != "features"}
    known = [one.name for one in fields(Choice)][1:]
    for name in values:
        if name not in known:
            raise SettingsError(f"{name} is no setting of features by name; they have {', '.join(known)}")
    for name in ("window", "hop"):
        if isinstance(values.get(name), list | tuple):
            values[name] = Length(*values[name])
    listed = names.split(",") if isinstance(names, str) else names
    return Choice(tuple(name.strip() for name in listed), **values)

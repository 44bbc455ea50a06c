"""Months of recordings: a catalogue of what there is, timelines that join it, and the clocks that say when it was.

from sonograph import archive

catalogue = archive.scan("recordings/", zone="UTC")
[timeline] = catalogue.timelines()      # a Source, whose gaps are missing
timeline.clock.time_at(0), timeline.effort(range(48_000))
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonograph.archive.catalogues.catalogue import Catalogue as Catalogue
    from sonograph.archive.catalogues.catalogue import Clips as Clips
    from sonograph.archive.catalogues.findings import Finding as Finding
    from sonograph.archive.catalogues.scanning import scan as scan
    from sonograph.archive.clip.features import ClipFeatures as ClipFeatures
    from sonograph.archive.clip.scan import clips as clips
    from sonograph.archive.exports.clip_tables import clip_table as clip_table
    from sonograph.archive.exports.netcdf import day_files as day_files
    from sonograph.archive.exports.tables import day_tables as day_tables
    from sonograph.archive.exports.webdataset import web_dataset as web_dataset
    from sonograph.archive.exports.windows import feature_table as feature_table
    from sonograph.archive.levels.bands import Band as Band
    from sonograph.archive.levels.bands import BandMinutes as BandMinutes
    from sonograph.archive.levels.bands import decidecades as decidecades
    from sonograph.archive.levels.bands import read_bands as read_bands
    from sonograph.archive.levels.counts import LevelCounts as LevelCounts
    from sonograph.archive.levels.day import Day as Day
    from sonograph.archive.levels.long_term import LongTerm as LongTerm
    from sonograph.archive.levels.minutes import Minutes as Minutes
    from sonograph.archive.levels.minutes import minutes as minutes
    from sonograph.archive.levels.summary import LevelSummary as LevelSummary
    from sonograph.archive.levels.summary import summarise as summarise
    from sonograph.archive.products.cells import Cells as Cells
    from sonograph.archive.reading.clip_rows import ClipRows as ClipRows
    from sonograph.archive.reading.day_by_day import days as days
    from sonograph.archive.reading.opened import Archive as Archive
    from sonograph.archive.reading.opened import open as open
    from sonograph.archive.runs.coordinator import Ran as Ran
    from sonograph.archive.runs.parts import join as join
    from sonograph.archive.runs.planning import plan as plan
    from sonograph.archive.runs.plans import Plan as Plan
    from sonograph.archive.runs.running import run as run
    from sonograph.archive.runs.verifying import Damage as Damage
    from sonograph.archive.runs.verifying import status as status
    from sonograph.archive.runs.verifying import verify as verify
    from sonograph.archive.segments.clip import Clip as Clip
    from sonograph.archive.segments.segment import Segment as Segment
    from sonograph.archive.timelines.clock import Clock as Clock
    from sonograph.archive.timelines.clock import ClockCheck as ClockCheck
    from sonograph.archive.timelines.periods import Period as Period
    from sonograph.archive.timelines.periods import read_periods as read_periods
    from sonograph.archive.timelines.timeline import Timeline as Timeline

_HOMES = {
    "catalogues.catalogue": ("Catalogue", "Clips"),
    "catalogues.findings": ("Finding",),
    "catalogues.scanning": ("scan",),
    "segments.segment": ("Segment",),
    "clip.features": ("ClipFeatures",),
    "segments.clip": ("Clip",),
    "reading.clip_rows": ("ClipRows",),
    "clip.scan": ("clips",),
    "exports.clip_tables": ("clip_table",),
    "exports.webdataset": ("web_dataset",),
    "exports.netcdf": ("day_files",),
    "exports.tables": ("day_tables",),
    "exports.windows": ("feature_table",),
    "levels.bands": ("Band", "BandMinutes", "decidecades", "read_bands"),
    "levels.counts": ("LevelCounts",),
    "levels.day": ("Day",),
    "reading.day_by_day": ("days",),
    "levels.long_term": ("LongTerm",),
    "levels.minutes": ("Minutes", "minutes"),
    "levels.summary": ("LevelSummary", "summarise"),
    "reading.opened": ("Archive", "open"),
    "products.cells": ("Cells",),
    "runs.coordinator": ("Ran",),
    "runs.parts": ("join",),
    "runs.planning": ("plan",),
    "runs.plans": ("Plan",),
    "runs.running": ("run",),
    "runs.verifying": ("Damage", "status", "verify"),
    "timelines.clock": ("Clock", "ClockCheck"),
    "timelines.periods": ("Period", "read_periods"),
    "timelines.timeline": ("Timeline",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sonograph.archive' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sonograph.archive.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

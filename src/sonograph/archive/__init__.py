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
    from sonograph.archive.catalogue import Catalogue as Catalogue
    from sonograph.archive.cells import Cells as Cells
    from sonograph.archive.clip import Clip as Clip
    from sonograph.archive.clip_catalogue import Clips as Clips
    from sonograph.archive.clip_features import ClipFeatures as ClipFeatures
    from sonograph.archive.clip_rows import ClipRows as ClipRows
    from sonograph.archive.clip_scan import clips as clips
    from sonograph.archive.clip_tables import clip_table as clip_table
    from sonograph.archive.clock import Clock as Clock
    from sonograph.archive.clock import ClockCheck as ClockCheck
    from sonograph.archive.day_by_day import Day as Day
    from sonograph.archive.day_by_day import days as days
    from sonograph.archive.findings import Finding as Finding
    from sonograph.archive.level_counts import LevelCounts as LevelCounts
    from sonograph.archive.level_summary import LevelSummary as LevelSummary
    from sonograph.archive.level_summary import summarise as summarise
    from sonograph.archive.long_term import LongTerm as LongTerm
    from sonograph.archive.minute_bands import Band as Band
    from sonograph.archive.minute_bands import BandMinutes as BandMinutes
    from sonograph.archive.minute_bands import decidecades as decidecades
    from sonograph.archive.minute_bands import read_bands as read_bands
    from sonograph.archive.minute_levels import Minutes as Minutes
    from sonograph.archive.minute_levels import minutes as minutes
    from sonograph.archive.minute_tables import day_tables as day_tables
    from sonograph.archive.netcdf import day_files as day_files
    from sonograph.archive.opened import Archive as Archive
    from sonograph.archive.opened import open as open
    from sonograph.archive.parts import join as join
    from sonograph.archive.periods import Period as Period
    from sonograph.archive.periods import read_periods as read_periods
    from sonograph.archive.planning import plan as plan
    from sonograph.archive.plans import Plan as Plan
    from sonograph.archive.running import Ran as Ran
    from sonograph.archive.running import run as run
    from sonograph.archive.scanning import scan as scan
    from sonograph.archive.segments import Segment as Segment
    from sonograph.archive.timeline import Timeline as Timeline
    from sonograph.archive.verifying import Damage as Damage
    from sonograph.archive.verifying import status as status
    from sonograph.archive.verifying import verify as verify
    from sonograph.archive.webdataset import web_dataset as web_dataset

_WHERE = {
    "LevelCounts": "level_counts", "LevelSummary": "level_summary", "LongTerm": "long_term",
    "summarise": "level_summary", "Day": "day_by_day", "day_tables": "minute_tables", "days": "day_by_day",
    "Band": "minute_bands", "BandMinutes": "minute_bands", "decidecades": "minute_bands", "read_bands": "minute_bands",
    "Clip": "clip", "ClipFeatures": "clip_features", "Clips": "clip_catalogue", "clips": "clip_scan",
    "ClipRows": "clip_rows", "clip_table": "clip_tables", "web_dataset": "webdataset",
    "Catalogue": "catalogue", "Cells": "cells", "Clock": "clock", "ClockCheck": "clock", "Finding": "findings",
    "Archive": "opened", "Damage": "verifying", "status": "verifying", "verify": "verifying",
    "Minutes": "minute_levels", "day_files": "netcdf", "minutes": "minute_levels", "Period": "periods",
    "read_periods": "periods", "scan": "scanning",
    "Plan": "plans", "Ran": "running", "Segment": "segments", "Timeline": "timeline", "open": "opened",
    "join": "parts", "plan": "planning", "run": "running",
}  # fmt: skip

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'sonograph.archive' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sonograph.archive.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""What is in a box that was drawn on the page: measured from the recording, as the library does."""

from __future__ import annotations

import threading
from typing import Any

from sonograph.analysis.boxes import measured
from sonograph.pixels.shown import shown as power_of
from sonograph.settings import LevelSettings
from sonograph.web.layers import Shown
from sonograph.web.work import Cancelled


def box_of(
    shown: Shown, channel: int, samples: range, band: tuple[float, float], cancelled: threading.Event
) -> dict[str, Any]:
    """Each measure by its name: its value, its unit, and what Raven calls it.

    Raises
    ------
    SettingsError
        A box that is none.
    Cancelled
        The event was set.
    """

    def between() -> None:
        if cancelled.is_set():
            raise Cancelled

    source = shown.sound.source
    power: Any
    power, reference, _ = power_of(shown.settings, source.unit)
    settings = LevelSettings(of=power, reference=reference)
    seconds = samples.start / source.sample_rate, samples.stop / source.sample_rate
    box = measured(source, settings, seconds, band, channel, between)
    return {"channel": channel, "measures": box.to_dict()}

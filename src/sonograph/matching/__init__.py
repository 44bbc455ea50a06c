"""Find the same recording: from a few noisy seconds to their place among thousands of hours, with a stated chance.

    index = sonograph.matching.Index.create("songs.index")
    index.add("a_song.flac")
    index.find("five_seconds.wav")

A sound is known by landmarks: pairs of peaks of its spectrogram. An index keeps them sorted in files that never change;
a search looks up those of a query and asks where many of them say the same.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonograph.matching.detect_stream import DetectStream as DetectStream
    from sonograph.matching.echograms import Echogram as Echogram
    from sonograph.matching.fitting import calibrate as calibrate
    from sonograph.matching.folder import Index as Index
    from sonograph.matching.hits import Hit as Hit
    from sonograph.matching.hits import Hits as Hits
    from sonograph.matching.hits import Listened as Listened
    from sonograph.matching.landmark import Landmarks as Landmarks
    from sonograph.matching.landmark import LandmarkStream as LandmarkStream
    from sonograph.matching.landmark import landmarks as landmarks
    from sonograph.matching.landmark_settings import LandmarkSettings as LandmarkSettings
    from sonograph.matching.listening import Listener as Listener
    from sonograph.matching.matches import Match as Match
    from sonograph.matching.pulse_finding import Pulses as Pulses
    from sonograph.matching.pulse_finding import PulseTrain as PulseTrain
    from sonograph.matching.pulse_stream import PulseStream as PulseStream
    from sonograph.matching.targets import Target as Target
    from sonograph.matching.templates import Template as Template

_HOME = {
    "DetectStream": "detect_stream",
    "Echogram": "echograms",
    "Hit": "hits",
    "Hits": "hits",
    "Index": "folder",
    "LandmarkSettings": "landmark_settings",
    "LandmarkStream": "landmark",
    "Landmarks": "landmark",
    "Listened": "hits",
    "Listener": "listening",
    "Match": "matches",
    "PulseStream": "pulse_stream",
    "PulseTrain": "pulse_finding",
    "Pulses": "pulse_finding",
    "Target": "targets",
    "Template": "templates",
    "calibrate": "fitting",
    "landmarks": "landmark",
}
__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sonograph.matching' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sonograph.matching.{_HOME[name]}"), name)
    globals()[name] = value
    return value

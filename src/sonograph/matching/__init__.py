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
    from sonograph.matching.detection.detect_stream import DetectStream as DetectStream
    from sonograph.matching.detection.templates import Template as Template
    from sonograph.matching.hits import Hit as Hit
    from sonograph.matching.hits import Hits as Hits
    from sonograph.matching.hits import Listened as Listened
    from sonograph.matching.pulses.pulse_finding import Pulses as Pulses
    from sonograph.matching.pulses.pulse_finding import PulseTrain as PulseTrain
    from sonograph.matching.pulses.pulse_stream import PulseStream as PulseStream
    from sonograph.matching.recordings.fitting import calibrate as calibrate
    from sonograph.matching.recordings.folder import Index as Index
    from sonograph.matching.recordings.landmark import Landmarks as Landmarks
    from sonograph.matching.recordings.landmark import LandmarkStream as LandmarkStream
    from sonograph.matching.recordings.landmark import landmarks as landmarks
    from sonograph.matching.recordings.landmark_settings import LandmarkSettings as LandmarkSettings
    from sonograph.matching.recordings.listening import Listener as Listener
    from sonograph.matching.recordings.matches import Match as Match
    from sonograph.matching.sonar.echogram_stream import EchogramStream as EchogramStream
    from sonograph.matching.sonar.echograms import Echogram as Echogram
    from sonograph.matching.sonar.targets import Target as Target

_HOME = {
    "DetectStream": "detection.detect_stream",
    "Echogram": "sonar.echograms",
    "EchogramStream": "sonar.echogram_stream",
    "Hit": "hits",
    "Hits": "hits",
    "Index": "recordings.folder",
    "LandmarkSettings": "recordings.landmark_settings",
    "LandmarkStream": "recordings.landmark",
    "Landmarks": "recordings.landmark",
    "Listened": "hits",
    "Listener": "recordings.listening",
    "Match": "recordings.matches",
    "PulseStream": "pulses.pulse_stream",
    "PulseTrain": "pulses.pulse_finding",
    "Pulses": "pulses.pulse_finding",
    "Target": "sonar.targets",
    "Template": "detection.templates",
    "calibrate": "recordings.fitting",
    "landmarks": "recordings.landmark",
}
__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sonograph.matching' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sonograph.matching.{_HOME[name]}"), name)
    globals()[name] = value
    return value

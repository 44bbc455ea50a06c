"""From sound to sound: what is struck or held of it, slower or higher, without the silence around it."""

from sonograph.effects.parts import harmonic as harmonic
from sonograph.effects.parts import percussive as percussive
from sonograph.effects.silence import split as split
from sonograph.effects.silence import trim as trim
from sonograph.effects.vocoder import pitch_shift as pitch_shift
from sonograph.effects.vocoder import time_stretch as time_stretch

__all__ = ["harmonic", "percussive", "pitch_shift", "split", "time_stretch", "trim"]

"""Synthetic sounds whose answer is known: what a picture or a level is checked against.

Each is a pure function of its parameters and, where chance comes in, of a seed: the same call gives
the same samples. The spectrum each must show stands in its Notes; a sound whose frequency moves has
a second function that gives its frequency at any time.
"""

from sonograph.signals.calls import call, call_notes, call_shapes
from sonograph.signals.echo_sounder import echo_sounder
from sonograph.signals.instruments import G_MAJOR, guitar, kick, pluck, snare
from sonograph.signals.noise import pink_noise, white_noise
from sonograph.signals.sonar import pings, whistle, whistle_frequency
from sonograph.signals.surroundings import chorus, reverberant, sea
from sonograph.signals.swing import fm, fm_frequency
from sonograph.signals.tones import chirp, chirp_frequency, clicks, tone

__all__ = [
    "G_MAJOR",
    "call",
    "call_notes",
    "call_shapes",
    "chirp",
    "chirp_frequency",
    "chorus",
    "clicks",
    "echo_sounder",
    "fm",
    "fm_frequency",
    "guitar",
    "kick",
    "pings",
    "pink_noise",
    "pluck",
    "reverberant",
    "sea",
    "snare",
    "tone",
    "whistle",
    "whistle_frequency",
    "white_noise",
]

"""Sentences in the words of a shell: where settings and functions speak Python, options are named that are typed."""

from __future__ import annotations

import re

FLAGS = {
    "window_length": "--window",
    "hop": "--hop",
    "n_fft": "--n-fft",
    "window": "--shape",
    "edges": "--edges",
    "scaling": "--scaling",
    "remove_dc": "--remove-dc",
    "high_pass": "--high-pass",
    "weighting": "--weighting",
    "view": "--view",
    "axis": "--axis",
    "below": "--below",
    "range": "--range",
    "percentiles": "--percentiles",
    "colours": "--colours",
    "theme": "--theme",
    "size": "--size",
    "dpi": "--dpi",
    "title": "--title",
    "channel": "--channel",
    "frequencies": "--frequencies",
    "mono": "--mono",
    "resample": "--resample",
    "time_column": "--time-column",
    "raw": "--raw",
    "unit": "--unit",
    "feature": "--feature",
    "preset": "--preset",
    "zone": "--zone",
}
"""What settings, and arguments of functions, are called on the command line."""

_NAMES = "|".join(FLAGS)
_LONG = "|".join(name for name in FLAGS if "_" in name)
_PLACE = r"(?:^|(?<=: )|(?<=; )|(?<=or use )|(?<=use ))"
_WORDS = (
    (rf'\b({_NAMES})="([^"]*)"', lambda found: f"{FLAGS[found[1]]} {found[2]}"),
    (rf"\b({_NAMES})=True\b", lambda found: FLAGS[found[1]]),
    (rf"\b({_NAMES})=(-?[\d.]+)", lambda found: f"{FLAGS[found[1]]} {found[2]}"),
    (r'\b(\w+)="([^"]*)"', lambda found: f'{found[1]} = "{found[2]}" in a file of settings'),
    (
        r"these settings are for ([\d.e+]+) Hz: resample the sound first",
        lambda found: f"these settings are for {found[1]} Hz: give --resample {found[1]}",
    ),
    (
        r"sample_rate is ([\d.e+]+); (.* says its own.*), or resample the sound$",
        lambda found: f"--sample-rate is {found[1]}; {found[2]}, or give --resample {found[1]}",
    ),
    (rf"{_PLACE}({_NAMES})(?= is (?:given|-|'|\d|\"|nan|inf))", lambda found: FLAGS[found[1]]),
    (rf"(?<![\w./=-])({_LONG})(?![\w./=-])", lambda found: FLAGS[found[1]]),
    (r"\bn_bands is (\d+); the highest lies", lambda found: f"the highest of its {found[1]} bands lies"),
    (r"\bhold ([A-Z][a-z]+)Settings\b", lambda found: f"hold the stage {found[1].lower()}"),
    (r"(--[a-z-]+) is True\b", lambda found: f"{found[1]} is set"),
    (r"(?<![\w./=-])\w+ \((--[a-z-]+)\)", lambda found: found[1]),
    (r"(?<![\w./=-])sample_rate(?= is | \d)", lambda found: "the sample rate"),
    (
        r"(with --window \S+ it must be 1 to \S+), or samples would be skipped",
        lambda found: f"{found[1]}, or samples would be skipped; a longer --window allows more",
    ),
    (r"(?<=; )pass samples\.T$", lambda found: "turn it, so that a channel is a row"),
)


def in_command(words: str) -> str:
    """A sentence in the words of the command.

    >>> in_command('the sound has 9 samples, fewer than window_length 64; shorten the window or use edges="zeros"')
    'the sound has 9 samples, fewer than --window 64; shorten the window or use --edges zeros'
    """
    if re.search(r"\.toml: ", words):
        return words  # keys of a file are called what they are called there
    for pattern, instead in _WORDS:
        words = re.sub(pattern, instead, words)
    return words

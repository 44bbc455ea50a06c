"""What other libraries call our settings, and which of ours has one: said to whoever types a name that is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

TYPES: list[Any] = []
"""Every settings type and bank; each enters itself."""

ELSEWHERE = {
    "hop_length": "hop",
    "frame_shift": "hop",
    "noverlap": "hop, window_length - noverlap",
    "overlap": "hop, window_length - overlap",
    "win_length": "window_length",
    "frame_length": "window_length",
    "nperseg": "window_length",
    "nfft": "n_fft",
    "mfft": "n_fft",
    "center": 'edges, "zeros" or "reflect" where center is True and "inside" where it is not',
    "pad_mode": "edges",
    "snip_edges": 'edges, "inside" where snip_edges is True and "kaldi" where it is not',
    "detrend": "remove_dc",
    "sr": "sample_rate",
    "fs": "sample_rate",
    "n_mels": "n_bands",
    "num_mel_bins": "n_bands",
    "n_bins": "n_bands",
    "n_filters": "n_bands",
    "nfilt": "n_bands",
    "NFFT": "window_length",
    "numcep": "n_coefficients",
    "num_ceps": "n_coefficients",
    "pre_emphasis": "preemphasis",
    "preemph": "preemphasis",
    "mode": "quantity",
    "power": 'quantity, "power" or "magnitude"',
    "normalized": "scaling",
    "nfilters": "n_bands",
    "Fs": "sample_rate",
    "samplerate": "sample_rate",
    "sampling_rate": "sample_rate",
    "fmin": "low",
    "f_min": "low",
    "fmax": "high",
    "f_max": "high",
    "htk": 'formula, "htk" or "slaney"',
    "mel_scale": "formula",
    "n_mfcc": "n_coefficients",
    "ref": "reference",
    "ref_value": "reference",
    "amin": "floor",
    "top_db": "span, of RangeSettings",
    "bins_per_octave": "per_octave",
    "return_onesided": 'sides, "one" or "two"',
    "onesided": 'sides, "one" or "two"',
    "fft_mode": 'sides, "one" or "two"',
}
"""Their name, and ours."""

PICTURE = {
    "cmap": "colours",
    "colormap": "colours",
    "colourmap": "colours",
    "color_map": "colours",
    "colour_map": "colours",
    "colors": "colours",
    "color": "colours",
    "colour": "colours",
    "palette": "colours",
    "vmin": "range, as (vmin, vmax)",
    "vmax": "range, as (vmin, vmax)",
    "zmin": "range, as (zmin, zmax)",
    "zmax": "range, as (zmin, zmax)",
    "clim": "range",
    "color_range": "range",
    "top_db": "below",
    "db_range": "below",
    "dynamic_range": "below",
    "y_axis": "axis",
    "yscale": "axis",
    "freq_scale": "axis",
    "frequency_scale": "axis",
    "fscale": "axis",
    "fmin": "frequencies, as (fmin, fmax)",
    "fmax": "frequencies, as (fmin, fmax)",
    "f_min": "frequencies, as (f_min, f_max)",
    "f_max": "frequencies, as (f_min, f_max)",
    "flim": "frequencies",
    "freq_range": "frequencies",
    "frequency_range": "frequencies",
    "ylim": "frequencies",
    "xlim": "seconds",
    "offset": "seconds, as (offset, offset + duration)",
    "duration": "seconds, as (offset, offset + duration)",
    "start": "seconds, as (start, end)",
    "end": "seconds, as (start, end)",
    "tmin": "seconds, as (tmin, tmax)",
    "tmax": "seconds, as (tmin, tmax)",
    "time_range": "seconds",
    "figsize": "size, width and height in pixels",
    "width": "size, as (width, height) in pixels",
    "height": "size, as (width, height) in pixels",
    "kind": "view",
    "style": "theme",
    "channels": "channel",
    "annotations": "labels",
    "marks": "labels",
    "fname": "path",
    "filename": "path",
    "file": "path",
    "out": "path",
    "output": "path",
    "outfile": "path",
    "output_path": "path",
    "save": "path",
    "save_path": "path",
    "savefig": "path",
}
"""The same of pictures: what a picture shows and where it is written. It goes before `ELSEWHERE` where one is drawn."""


def fields_of(settings: Any) -> tuple[str, ...]:
    """The names of what can be given to a settings type or value."""
    return tuple(field.name for field in dataclasses.fields(settings) if field.init)


def owners_of(name: str) -> list[str]:
    """The settings types and banks that have a setting of this name, three at most."""
    return [one.__name__ for one in TYPES if name in fields_of(one)][:3]


def example_of(name: str) -> str:
    """Settings in which a setting of this name stands, as they are typed."""
    owner = next(one for one in TYPES if name in fields_of(one))
    if not owner.__name__.endswith("Settings"):
        return f"BandSettings(of=StftSettings(), bands={owner.__name__}({name}=…))"
    before = "of=StftSettings(), " if "of" in fields_of(owner) else ""
    return f"{owner.__name__}({before}{name}=…)"


def called_here(name: str, *, on_a_picture: bool = False) -> str:
    """What another library's name is called here, however its words are joined; "" where it is none that is known.

    A name of ours comes back as it is written in Python.

    >>> called_here("hop-length"), called_here("cmap", on_a_picture=True), called_here("n-fft"), called_here("zork")
    ('hop', 'colours', 'n_fft', '')
    """
    plain = name.lstrip("-").replace("-", "_")
    tables = (PICTURE, ELSEWHERE) if on_a_picture else (ELSEWHERE,)
    for theirs in (plain, plain.lower()):
        for table in tables:
            if theirs in table:
                return table[theirs].partition(",")[0]
    ours = {value.partition(",")[0] for table in tables for value in table.values()}
    return plain if plain in ours or owners_of(plain) else ""


def what_is_meant(name: str, known: Sequence[str], has: str) -> str:
    """The end of a sentence that refuses a name: what it is called here, and of what it is a setting.

    >>> what_is_meant("nperseg", ("window_length", "hop"), "it has window_length, hop")
    'it is called window_length'
    """
    import difflib

    ours = ELSEWHERE.get(name, name)
    field = ours.partition(",")[0]
    if field in known:
        return f"it is called {ours}"
    owners = owners_of(field)
    if owners:
        return f"it is {ours}, of {', '.join(owners[:-1])}{' or ' if owners[1:] else ''}{owners[-1]}"
    if ours != name:
        return f"it is called {ours}"
    near = difflib.get_close_matches(name, known, 3, 0.7)
    return f"did you mean {', '.join(near)}?" if near else has

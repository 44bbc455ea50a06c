"""Arguments that a function does not take, answered: whoever types another library's name is told ours."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sonograph.checks import SHORT, short
from sonograph.errors import SettingsError
from sonograph.settings.elsewhere import ELSEWHERE, PICTURE, example_of, owners_of, what_is_meant

P = ParamSpec("P")

PATHS = {"str", "bytes", "os.PathLike[str]", "os.PathLike[Any]"}
KINDS = {
    "Spectrogram": "a Spectrogram, as spectrogram(sound) gives",
    "Opening": "an Opening(…)",
    "PictureSettings": "a PictureSettings(…)",
    "Limits": "Limits(…)",
    "Match": "a Match, as Index.find gives",
    "LandmarkSettings": "LandmarkSettings(…)",
}
"""Types that are told apart by their name, as this room knows none of them; and what gives one."""
Made = TypeVar("Made")

SUBJECTS = ("y", "x", "audio", "data", "samples", "signal", "sound", "waveform", "wav", "S")
RATES = ("sr", "fs", "Fs", "rate", "sample_rate", "samplerate", "sampling_rate")
PLACES_IN = {"seconds": ("time", "times", "t"), "hertz": ("frequency", "freq", "frequencies", "freqs", "f")}
"""What others call a place in a spectrogram."""
PLACES = ("offset", "duration", "seconds", "tmin", "tmax", "stop", "frame_offset", "num_frames", "frames")
"""What other libraries call the sound, its rate, and the part of it that is read."""


def answered(function: Callable[P, Made]) -> Callable[P, Made]:
    """A function that refuses names it does not take, and values without a name, in a sentence."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name not in ("self", "cls")]
    bound = len(inspect.signature(function).parameters) - len(parameters)
    known = tuple(p.name for p in parameters)
    by_place = [p.name for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    owner, _, last = function.__qualname__.rpartition(".")
    name, most = owner if last == "__init__" else last, len(by_place) + bound

    kinds = {p.name: found for p in parameters if (found := _kinds_of(p))}

    @wraps(function)
    def door(*given: P.args, **named: P.kwargs) -> Made:
        for one in named:
            if one not in known:
                raise SettingsError(f"{one} is no argument of {name}; {_meant(one, name, known, by_place)}")
        if len(given) > most:
            count = len(given) - most + len(by_place)
            others = [p for p in known if p not in by_place]
            by_name = f", and by name {', '.join(others)}" if others else ""
            places = " and ".join(by_place) if by_place else "nothing"
            raise SettingsError(f"{name} is given {count} values in a row; it takes {places}{by_name}")
        for one, value in (*zip(by_place, given[bound:], strict=False), *named.items()):
            if one in kinds:
                _refuse_kind(one, value, kinds[one])
        return function(*given, **named)

    return door


def _kinds_of(parameter: inspect.Parameter) -> frozenset[str]:
    """What a signature says that an argument is, where that is a path or one of `KINDS`; nothing else is looked at."""
    annotation = parameter.annotation if isinstance(parameter.annotation, str) else ""
    parts = frozenset(part.strip() for part in annotation.split("|"))
    known = parts <= {*PATHS, *KINDS, "None"} and bool(parts & {"os.PathLike[str]", "os.PathLike[Any]", *KINDS})
    return parts if known else frozenset()


def _refuse_kind(name: str, value: object, kinds: frozenset[str]) -> None:
    classes = {one.__name__ for one in type(value).__mro__}
    of_text = ("str" in kinds and isinstance(value, str)) or ("bytes" in kinds and isinstance(value, bytes))
    is_path = bool(kinds & PATHS) and isinstance(value, os.PathLike)
    if of_text or is_path or classes & kinds or (value is None and "None" in kinds):
        return
    wanted = ["a path"] if kinds & PATHS else []
    wanted += [KINDS[kind] for kind in sorted(kinds & set(KINDS))]
    raise SettingsError(f"{name} is {_called(value)}; it must be {' or '.join(wanted)}")


def _called(value: object) -> str:
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value) if isinstance(value, str | bytes) and len(value) <= SHORT else short(value)
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def _meant(one: str, name: str, known: tuple[str, ...], by_place: list[str]) -> str:
    has = f"it takes {', '.join(known)}"
    if one in SUBJECTS and by_place and by_place[0] in ("source", "sound"):
        return f"the sound comes first, as {by_place[0]}: a path, Signal(samples, sample_rate) or another Source"
    if one in RATES and "resample" in known:
        return "resample takes the sound at another rate; sample_rate is that of numbers which do not say theirs"
    if one in PLACES and {"start", "end"} <= set(known):
        return "what is read is from start to end, both in seconds"
    if one in RATES and "rate" in known:
        return "it is called rate"
    if one in RATES and by_place and by_place[0] in ("source", "sound"):
        return "a sound carries its rate: Signal(samples, sample_rate)"
    for ours, theirs in PLACES_IN.items():
        if one in theirs and ours in known:
            return f"it is called {ours}"
    if (ours := PICTURE.get(one, "")) and ours.partition(",")[0] in known:
        return f"it is called {ours}"
    field = ELSEWHERE.get(one, one).partition(",")[0]
    owners = owners_of(field)
    if owners and field not in known and "settings" in known:
        example = example_of(field)
        return f"it is {field}, a setting: {name}(…, {example}), or settings.but({field}=…)"
    return what_is_meant(one, known, has)

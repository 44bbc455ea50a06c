"""Options that commands share: text from people, parsed here and judged by the settings."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sonograph.errors import SettingsError, TextError
from sonograph.extract.lengths import Length
from sonograph.notes import note
from sonograph.weightings import WEIGHTINGS

if TYPE_CHECKING:
    from sonograph.settings import Settings

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
}
"""What settings are called on the command line."""

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
LONGEST = 1e15
"""Samples or seconds of a length: more than any sound has, and few enough to reckon with."""


def length(text: str) -> Length:
    """A number of samples, or a time: 1024, 25ms, 0.5s.

    >>> length("25ms").samples(16_000), length("1024").samples(16_000)
    (400, 1024)
    """
    match = re.fullmatch(r"([0-9.eE+-]+)\s*(s|ms|us|µs)?", text.strip())
    try:
        number = float(match[1]) if match else None
    except ValueError:
        number = None
    if match is None or number is None or not abs(number) <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be samples (1024) or a time (25ms, 0.5s)")
    if match[2] is None:
        return Length(int(number) if number == int(number) else number, True)
    return Length(number * TIME_UNITS[match[2]], False)


def window_length(text: str) -> Length:
    """A length; the name of a window, which other programs call so, is told its option."""
    if re.fullmatch(r"[a-z_]+(:[\d.]+)?", text.strip().lower()):
        raise argparse.ArgumentTypeError(
            f"{text!r}; it must be samples (1024) or a time (25ms); what the window is like is --shape {text}"
        )
    return length(text)


def frequency(text: str) -> float:
    """A frequency: hertz, thousands of them with k, or a note, as A4 or Bb3.

    >>> frequency("8e3"), frequency("-700k"), frequency("A3")
    (8000.0, -700000.0, 220.0)
    """
    found = note(text)
    if found is not None:
        return found
    number = re.sub(r"\s*hz$", "", text.strip(), flags=re.IGNORECASE)
    try:
        return float(number[:-1]) * 1000 if number[-1:] in ("k", "K") else float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be hertz, as 440 or 4k, or a note, as A4") from None


def moment(text: str) -> Length:
    """A time: seconds (12.5), min:s (1:30), h:min:s (1:02:03) or samples (4410 samples).

    >>> moment("1:30").value, moment("1:02:03.5").value, moment("4410samples").samples(8_000)
    (90.0, 3723.5, 4410)
    """
    if match := re.fullmatch(r"(\d{1,15})\s*samples?", text.strip()):
        return Length(int(match[1]), True)
    match = re.fullmatch(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,12}(?:\.\d*)?|\.\d+)\s*s?", text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be seconds (12.5), min:s (1:30), h:min:s or 4410samples")
    hours, minutes, seconds = match.groups()
    return Length(3600.0 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds), False)


def size(text: str) -> tuple[int, int]:
    """Width and height: 1200x700.

    >>> size("1200x700")
    (1200, 700)
    """
    match = re.fullmatch(r"(-?\d+)\s*[x×]\s*(-?\d+)", text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r}; it must be width and height in pixels, as 1200x700")
    return int(match[1]), int(match[2])


def window(text: str) -> Any:
    """A window's name, or name:value for those with a parameter: hann, gaussian:200.

    >>> window("hann"), window("gaussian:200")
    ('hann', ('gaussian', 200.0))
    """
    name, colon, value = text.partition(":")
    if not colon:
        return name
    try:
        return name, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}; what follows the colon must be a number, as gaussian:200"
        ) from None


def group(parser: argparse.ArgumentParser, question: str) -> Any:
    """Options that answer one question of the reader."""
    return parser.add_argument_group(question)


def add_defaults(parser: argparse.ArgumentParser) -> None:
    """The option that leaves files of defaults alone."""
    group(parser, "defaults").add_argument(
        "--no-defaults",
        action="store_true",
        help="leave sonograph.toml alone, beside the files and in your configuration folder",
    )


def add_help(parser: argparse.ArgumentParser) -> None:
    """The option of help, last and alone."""
    parser.add_argument_group("help").add_argument("-h", "--help", action="help", help="print this and leave")


def add_stft(parser: argparse.ArgumentParser) -> None:
    """How to compute."""
    how = group(parser, "how to compute")
    how.add_argument("--preset", metavar="NAME", help="settings by name, as librosa.mel, kaldi.fbank, third_octaves")
    how.add_argument("--settings", metavar="FILE", help="settings as TOML, as 'sonograph presets NAME' prints them")
    how.add_argument("--window", type=window_length, metavar="LENGTH", help="samples (1024) or time (25ms) [2048]")
    how.add_argument("--hop", type=length, metavar="LENGTH", help="likewise, at most the window [window / 4]")
    how.add_argument("--n-fft", type=int, metavar="N", help="samples per transform, zeros after the window [window]")
    how.add_argument(
        "--shape",
        type=window,
        metavar="NAME",
        help="of the window: hann, hamming, blackman, flattop …, gaussian:SAMPLES, kaiser:BETA [hann]",
    )
    how.add_argument("--edges", metavar="NAME", help="zeros, reflect, inside, padded, kaldi, scipy or missing [zeros]")
    how.add_argument(
        "--scaling",
        metavar="NAME",
        help="spectrum (a tone reads its level), density or raw [spectrum]",
    )
    add_cleaning(how)


def add_cleaning(how: Any) -> None:
    """What is taken off before anything is computed, in a group of options."""
    how.add_argument("--remove-dc", action="store_true", help="take its mean off each frame, as an offset shifts it")
    how.add_argument(
        "--high-pass",
        type=frequency,
        metavar="HZ",
        help="take off what lies below first: 24 dB per octave",
    )
    how.add_argument(
        "--weighting",
        choices=WEIGHTINGS,
        metavar="NAME",
        help="hear it as A or C weighting does (IEC 61672-1) [Z: as is]",
    )


def cleaned(settings: Any, arguments: argparse.Namespace) -> Any:
    """Settings that take off what was asked for, whatever they are."""
    changes: dict[str, Any] = {"remove_dc": True} if arguments.remove_dc else {}
    if arguments.high_pass is not None:
        check_high_pass(arguments)
        changes["high_pass"] = arguments.high_pass
    if arguments.weighting is not None:
        changes["weighting"] = arguments.weighting
    if not changes:
        return settings
    from sonograph.settings import with_stft

    with in_flags():
        return with_stft(settings, **changes)


def check_high_pass(arguments: argparse.Namespace, sample_rate: float | None = None) -> None:
    """Refuse a frequency that none, or that a sound of this rate, can be cut at."""
    hertz = arguments.high_pass
    if hertz is None:
        return
    if not 0 < hertz < LONGEST:
        raise SettingsError(f"--high-pass is {hertz:g}; it must be above 0 Hz")
    if sample_rate is not None:
        from sonograph.sounds.highpass import check_high_pass as check

        with in_flags():
            check(hertz, sample_rate)


@contextlib.contextmanager
def in_flags(flags: Mapping[str, str] = FLAGS) -> Iterator[None]:
    """Refusals in the words of the command: a setting that a sentence begins with, and any with a _ in its name."""
    first = "|".join(flags)
    inside = "|".join([name for name in flags if "_" in name] or ["(?!)"])
    try:
        yield
    except SettingsError as error:
        words = re.sub(
            rf"^({first})\b|\b({inside})\b|(?<= and )({first})(?= are both)|(?<=; give )({first})(?=:)",
            lambda found: flags[found[0]],
            str(error),
        )
        raise SettingsError(words) from None


def settings(arguments: argparse.Namespace, sample_rate: float) -> Settings:
    """The settings that were asked for, for a sound of this rate; what takes something off it is put in by `cleaned`.

    Raises
    ------
    SettingsError
        They cannot be; a preset together with parts of its own.
    """
    asked = {
        "window_length": None if arguments.window is None else arguments.window.samples(sample_rate),
        "hop": None if arguments.hop is None else arguments.hop.samples(sample_rate),
        "n_fft": arguments.n_fft,
        "window": arguments.shape,
        "edges": arguments.edges,
        "scaling": arguments.scaling,
    }
    from sonograph.settings import StftSettings

    given = {name: value for name, value in asked.items() if value is not None}
    whole = {name: getattr(arguments, name) for name in ("preset", "settings") if getattr(arguments, name) is not None}
    if not whole:
        with in_flags():
            return StftSettings(**given)
    if given and [*whole] == ["preset"] and not of_library(arguments.preset):
        with in_flags():
            changed: Settings = preset_called(arguments.preset).but(**given)
            return changed
    if given or len(whole) > 1:
        names = [*(f"--{name}" for name in whole), *(FLAGS[name] for name in given)]
        why = ", which it sets" if given else ""
        raise SettingsError(f"{names[0]} is given with {', '.join(names[1:])}{why}; leave out one or the other")
    if "settings" in whole:
        return settings_in(arguments.settings)
    with in_flags({"preset": "--preset"}):
        return preset_called(arguments.preset)


def preset_called(name: str) -> Settings:
    """A preset; where its name is near to none, how to find them."""
    from sonograph.checks import refuse_near
    from sonograph.named.presets import preset, preset_names

    if name in preset_names():
        return preset(name)
    refuse_near("preset", name, preset_names())
    raise SettingsError(f"preset is {name!r}; 'sonograph presets' lists those that there are")


def of_library(name: str) -> bool:
    """Whether a preset has the numbers of a library, which say all of how they are computed; so does a name of none."""
    from sonograph.named.presets import is_of_library, preset_names

    return name not in preset_names() or is_of_library(name)


def settings_in(path: str) -> Settings:
    """The settings in a file of TOML.

    Raises
    ------
    TextError
        The file cannot be read, or is no TOML.
    SettingsError
        It holds settings that cannot be.
    """
    from sonograph.io.plain_text import text_of
    from sonograph.io.status import shown
    from sonograph.settings import from_toml

    text = text_of(path)
    try:
        return from_toml(text, shown(path))
    except TextError:
        raise  # which names it
    except SettingsError as error:
        raise SettingsError(f"{shown(path)}: {error}") from None


def check_settings(arguments: argparse.Namespace) -> None:
    """Refuse what no sound could be computed with, before any is opened."""
    lengths = (arguments.window, arguments.hop)
    if all(given is None or given.in_samples for given in lengths):
        settings(arguments, 1.0)

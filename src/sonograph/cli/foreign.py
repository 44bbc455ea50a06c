"""Words that a command does not know, answered: another program's by ours and the value typed, slips by what is near.

What settings and pictures are called in other libraries is one table, `sonograph.settings.elsewhere`; here is what it
becomes on a command line, and what sox, FFmpeg and Audacity call what they have.
"""

from __future__ import annotations

import argparse
import difflib
import math
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from sonograph.cli.commands import COMMANDS as OURS
from sonograph.cli.commands import of_command, parser
from sonograph.errors import SettingsError

COMMANDS = {
    "plot": "draw",
    "show": "draw",
    "render": "draw",
    "spectrogram": "draw",
    "specgram": "draw",
    "spec": "draw",
    "stat": "info",
    "stats": "info",
    "probe": "info",
    "soxi": "info",
    "identify": "info",
    "extract": "features",
    "mfcc": "features",
    "play": "listen",
    "search": "find",
    "match": "find",
    "add": "index",
    "list": "presets",
}
"""What people call our commands."""

Values = Mapping[str, str]


def _two(flag: str, low: tuple[str, ...], high: tuple[str, ...], both: tuple[str, ...]) -> Callable[[Values], str]:
    """Two numbers under one option of ours."""

    def words(values: Values) -> str:
        pair = next((re.split(r"[,:x ]+", values[name].strip("()[]")) for name in both if name in values), [])
        if len(pair) != 2:
            pair = [
                next((values[n] for n in names if values.get(n)), word)
                for names, word in ((low, "LOW"), (high, "HIGH"))
            ]
        return f"{flag} {pair[0]} {pair[1]}"

    return words


def _size(values: Values) -> str:
    width = next((values[n] for n in ("width", "x") if values.get(n)), "W")
    height = next((values[n] for n in ("height", "y", "Y") if values.get(n)), "H")
    return f"--size {width}x{height}"


def _of_inches(values: Values) -> str:
    """Matplotlib's size in inches, at our 150 pixels to each."""
    found = re.findall(r"[\d.]+", values.get("figsize", ""))
    return "--size {}x{}".format(*(round(150 * float(one)) for one in found)) if len(found) == 2 else "--size WxH"


def _times(values: Values) -> str:
    start = next((values[n] for n in ("offset", "ss", "S", "tmin") if values.get(n)), "")
    if stop := next((values[n] for n in ("tmax", "to") if values.get(n)), ""):
        return " ".join(filter(None, (start and f"--start {start}", f"--end {stop}")))
    length = next((values[n] for n in ("duration", "d", "t") if values.get(n)), "")
    if not length:
        return f"--start {start or 'TIME'}"
    try:
        end = f"{float(start or 0) + float(length):g}"
    except ValueError:
        end = "END"
    return " ".join(filter(None, (start and f"--start {start}", f"--end {end}")))


def _hop(values: Values) -> str:
    """The hop of windows that overlap: samples, a share, or per cent."""
    text = next((values[n] for n in ("noverlap", "overlap") if values.get(n)), "")
    length = next((values[n] for n in (*_WINDOWS, "window") if values.get(n)), "2048")
    try:
        samples, n = float(text.rstrip("%")), int(length)
    except ValueError:
        return "--hop LENGTH (the window less the overlap)"
    share = samples / 100 if text.endswith("%") else samples if 0 < samples < 1 else math.nan
    hop = n - samples if math.isnan(share) else n * (1 - share)
    return f"--hop {max(1, round(hop))}"


def _rate(values: Values) -> str:
    rate = next((values[n] for n in (*_RATES, "ar", "r") if values.get(n)), "HZ")
    return f"--resample {rate}"


def _edges(values: Values) -> str:
    text = (values.get("center") or values.get("snip_edges") or "").lower()
    whole = "inside" if "snip_edges" in values else "zeros"
    other = "kaldi" if "snip_edges" in values else "inside"
    return f"--edges {other if text in ('false', '0', 'no') else whole}"


def _title_or_time(values: Values) -> str:
    """-t is the title for sox, and how long for FFmpeg."""
    text = values.get("t", "")
    return _times(values) if re.fullmatch(r"[\d.:]+", text) else f"--title {text or 'WORDS'}"


def _constant(words: str) -> Callable[[Values], str]:
    return lambda values: words


_RANGE = _two(
    "--range", ("vmin", "zmin", "db_min", "min_db"), ("vmax", "zmax", "db_max", "max_db"), ("clim", "color_range")
)
_BAND = _two(
    "--frequencies",
    ("fmin", "f_min", "min_freq", "freq_min", "lowcut", "min_frequency", "minimum_frequency"),
    ("fmax", "f_max", "max_freq", "freq_max", "highcut", "max_frequency", "maximum_frequency"),
    ("flim", "freq_range", "frequency_range", "ylim", "band"),
)
_RATES = ("sr", "fs", "Fs", "samplerate", "sampling_rate", "target_sr", "rate")
_WINDOWS = ("win_length", "nperseg", "NFFT", "frame_length", "window_size", "win_size", "fft_size", "wlen")

SPECIAL: dict[str, Callable[[Values], str]] = {
    **dict.fromkeys(("vmin", "vmax", "zmin", "zmax", "clim", "color_range", "db_min", "db_max", "min_db"), _RANGE),
    **dict.fromkeys(("fmin", "fmax", "f_min", "f_max", "min_freq", "max_freq", "freq_min", "freq_max"), _BAND),
    **dict.fromkeys(("min_frequency", "max_frequency", "minimum_frequency", "maximum_frequency"), _BAND),
    **dict.fromkeys(("flim", "freq_range", "frequency_range", "ylim", "lowcut", "highcut"), _BAND),
    **dict.fromkeys(("width", "height", "x", "y", "Y"), _size),
    **dict.fromkeys(("offset", "duration", "ss", "to", "tmin", "tmax", "S", "d"), _times),
    **dict.fromkeys(("noverlap", "overlap"), _hop),
    **dict.fromkeys((*_RATES, "ar", "r"), _rate),
    **dict.fromkeys(("center", "snip_edges"), _edges),
    **dict.fromkeys(("log", "logy", "log_frequency", "log_freq", "logscale"), _constant("--axis log")),
    **dict.fromkeys(("m", "monochrome", "grayscale", "greyscale", "grey", "gray"), _constant("--colours grey")),
    **dict.fromkeys(("l", "light"), _constant("--theme light")),
    "figsize": _of_inches,
    "dark": _constant("--theme dark"),
    "t": _title_or_time,
    "detrend": _constant("--remove-dc"),
}
"""Their name, and the words of ours for the values that are typed."""

PLAIN = {
    **dict.fromkeys(("window_size", "win_size", "fft_size", "wlen"), "--window"),
    **dict.fromkeys(("window_type", "window_function", "wintype", "win_type", "window_shape", "w"), "--shape"),
    **dict.fromkeys(("zero_padding", "padding", "zero_pad"), "--n-fft"),
    **dict.fromkeys(("scale", "freq_axis", "y_scale", "frequency_axis"), "--axis"),
    **dict.fromkeys(("z", "db", "range_db", "top_db"), "--below"),
    **dict.fromkeys(("i", "input", "infile", "in"), ""),
    **dict.fromkeys(("out", "outfile", "output_file", "out_file", "save", "fname", "filename"), "-o"),
    **dict.fromkeys(("f", "force"), "--overwrite"),
    **dict.fromkeys(("j", "jobs", "threads", "workers", "n_jobs", "num_workers"), "--processes"),
    **dict.fromkeys(("ac", "to_mono", "downmix"), "--mono"),
    **dict.fromkeys(("onesided", "return_onesided", "fft_mode"), "--iq"),
    **dict.fromkeys(("highpass", "hpf", "high_pass_filter"), "--high-pass"),
    **dict.fromkeys(("silent", "no_progress"), "--quiet"),
    **dict.fromkeys(("ext", "extension", "type"), "--format"),
    **dict.fromkeys(("resample_to", "resample_rate", "resampling"), "--resample"),
    **dict.fromkeys(("config", "conf", "params"), "--settings"),
    **dict.fromkeys(("calibration", "sensitivity"), "--end-to-end"),
    **dict.fromkeys(("noaxes", "axes_off", "raw_pixels"), "--no-axes"),
}
"""Their name, and the option of ours that takes the same value."""

VALUES = {
    "--axis": {"hz": "linear", "lin": "linear", "logarithmic": "log", "cqt_hz": "log", "cqt_note": "musical"},
    "--shape": {
        "hanning": "hann",
        "rectangular": "boxcar",
        "rect": "boxcar",
        "rectangle": "boxcar",
        "triangular": "bartlett",
    },
}
"""What values of some options are called elsewhere."""

SWITCHES = ("--mono", "--iq", "--overwrite", "--quiet", "--no-axes")


def refuse_unknown(name: str, parser: argparse.ArgumentParser, words: list[str]) -> None:
    """Refuse options that a command has not, with what they are called here.

    words : those after the command

    Raises
    ------
    SettingsError
        The sentence, of all of them.
    """
    known = parser._option_string_actions
    typed = list(_typed(words, known))
    if not typed:
        return
    values = {_plain(one): value for one, value in (*typed, *_typed(words, {}))}
    ours: dict[str, list[str]] = {}
    rest = []
    for one, value in typed:
        if words_of := _ours(one, value, values, name, known):
            ours.setdefault(words_of, []).append(one)
        else:
            rest.append(one)
    sentences = []
    if ours:
        theirs = list(dict.fromkeys(one for listed in ours.values() for one in listed))
        are, them = ("is no option", "it is") if len(theirs) == 1 else ("are no options", "they are")
        sentences.append(f"{_listed(theirs)} {are} of {name}; {them} {' '.join(ours)}")
    sentences += [f"{one} is no option of {name}; {_meant(one, name, known)}" for one in dict.fromkeys(rest)]
    raise SettingsError(". ".join(sentences))


def refuse_command(asked: str, commands: Mapping[str, str]) -> None:
    """Refuse a command that is none.

    Raises
    ------
    SettingsError
        With what it is called here, or how a file of this name is drawn.
    """
    if os.path.isfile(asked):  # noqa: PTH113
        raise SettingsError(f"{asked} is no command; to draw it: sonograph draw {asked} -o picture.png")
    ours = COMMANDS.get(asked.lower()) or next(iter(difflib.get_close_matches(asked, commands, 1, 0.6)), "")
    meant = f"did you mean {ours}?" if ours else f"it must be one of {', '.join(commands)}"
    raise SettingsError(f"{asked} is no command; {meant}")


def refuse_action(command: str, asked: str, actions: list[str]) -> NoReturn:
    """Refuse an action that a command has not.

    Raises
    ------
    SettingsError
        With those that it has.
    """
    near = next(iter(difflib.get_close_matches(asked, actions, 1, 0.6)), "")
    meant = f"did you mean {command} {near}?" if near else f"it must be one of {', '.join(actions)}"
    raise SettingsError(f"{asked} is no action of {command}; {meant}")


def _typed(words: list[str], known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options among words that are not known, nor the beginning of one that is; each with what follows it."""
    found = []
    for i, word in enumerate(words):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if not re.match(r"--?[^\W\d]", word) or name in known:
            continue
        if name.startswith("--") and any(one.startswith(name) for one in known):
            continue
        if not name.startswith("--") and name[:2] in known:  # -oOUT
            continue
        after = words[i + 1] if i + 1 < len(words) and re.match(r"[^-]|-[\d.]", words[i + 1]) else ""
        found.append((name, value if equals else after))
    return found


def _plain(option: str) -> str:
    return option.lstrip("-").replace("-", "_")


def _ours(option: str, value: str, values: Values, command: str, known: Mapping[str, Any]) -> str:
    """What an option of others is here, with its value; "" where it is none that this command has."""
    from sonograph.cli.look import LOOKS, SHOWN
    from sonograph.cli.options import FLAGS
    from sonograph.settings.elsewhere import called_here

    plain = _plain(option)
    for one in (plain, plain.lower()):
        if one in SPECIAL:
            words = SPECIAL[one](values)
            return words if words.split()[0] in known else ""
        if one in PLAIN:
            if not PLAIN[one]:
                return f"{value or 'FILE'} without it"
            return _with(PLAIN[one], value) if PLAIN[one] in known else ""
    field = called_here(plain, on_a_picture=command == "draw")
    flags = {flag.field: flag.flags[0] for flag in (*SHOWN, *LOOKS)} if command == "draw" else {}
    flag = (flags | FLAGS | {"path": "-o"}).get(field) or f"--{(field or plain).replace('_', '-')}"
    return _with(flag, value) if flag in known else ""


def _with(flag: str, value: str) -> str:
    """An option with its value, if it takes one; values that have another name here by ours."""
    value = VALUES.get(flag, {}).get(value.lower(), value.lower() if flag in VALUES else value)
    return flag if flag in SWITCHES or not value else f"{flag} {value}"


def _meant(option: str, command: str, known: Mapping[str, Any]) -> str:
    """What may be meant by an option that is no other program's, or of which this command has none."""
    from sonograph.settings.elsewhere import called_here, owners_of

    field = called_here(_plain(option), on_a_picture=command == "draw")
    if field and owners_of(field) and "--settings" in known and (example := _example(field)):
        return (
            f"it is {field}, which settings have: sonograph presets {example} > my.toml, change {field} there, and "
            f"give --settings my.toml"
        )
    near = difflib.get_close_matches(option.lower(), [one for one in known if one.startswith("--")], 3, 0.7)
    if near:
        return f"did you mean {', '.join(near)}?"
    if have := _others(option):
        return f"{_listed(have)} {'has' if len(have) == 1 else 'have'} it"
    return f"'sonograph {command} --help' lists them"


def _example(field: str) -> str:
    """A preset whose settings have a field."""
    from sonograph.named.presets import preset, preset_names
    from sonograph.settings import to_toml

    return next((name for name in preset_names() if re.search(rf"^{field} = ", to_toml(preset(name)), re.M)), "")


def _others(option: str) -> list[str]:
    """The commands that have an option."""
    return [name for name in OURS if option in of_command(parser(name), name)._option_string_actions]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

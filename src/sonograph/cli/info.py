"""`sonograph info`: what sound files hold, one after the other."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

from sonograph.cli import exits, options, reading, streams
from sonograph.cli.exits import talk
from sonograph.errors import SettingsError, SonographError
from sonograph.units import level_unit, reference_power

PNG = b"\x89PNG\r\n\x1a\n"

HELP = """Say what sound files hold: format, sample rate, channels, duration, and the peak and rms of all samples in
dBFS (a full-scale sine has a peak and an rms of 0 dBFS). Every sample is read, in blocks; for --loudness twice. Of a
picture that sonograph drew: how it was made."""

EXAMPLES = """examples:
  sonograph info robin.wav
  sonograph info --loudness programme.wav
  sonograph info --json *.flac > files.jsonl
  sonograph info picture.png
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a sound file; - for standard input")
    out = options.group(parser, "how to say it")
    out.add_argument("--json", action="store_true", help="one JSON object a line, for machines")
    out.add_argument("--loudness", action="store_true", help="of the whole sound too, in LUFS (ITU-R BS.1770-4)")
    reading.add_report(out)
    reading.add_reading(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say what each file holds; return the exit code."""
    codes = set()
    opening = reading.opening(arguments)
    keep = streams.named(arguments.files)
    with streams.inputs(arguments.files) as files, reading.report(arguments.report, keep) as report:
        for i, file in enumerate(files):
            try:
                facts = facts_of(file, report, loud=arguments.loudness, **opening)
            except SonographError as error:
                codes.add(exits.code_of_input(error))
                report.failed(file, error)
                facts = _failed(file, error)
            facts = streams.plain_values(facts)
            if facts["sentence"]:
                talk(facts["sentence"])
            if facts["status"] in ("partial", "failed", "refused", "empty") and "format" in facts:
                codes.add(exits.INPUT)
            if arguments.json:
                print(json.dumps(facts), flush=True)
            elif "format" in facts:
                print(("\n" if i else "") + words(facts), flush=True)
    return exits.worst(codes)


def _failed(file: str, error: SonographError) -> dict[str, Any]:
    """What there is to say of a file that could not be opened."""
    from sonograph.io.examine import status_of

    status = status_of(error)
    return {"file": file, "status": status.word, "reason": status.reason, "sentence": status.sentence}


def facts_of(file: str, report: reading.Report, *, loud: bool, **opening: Any) -> dict[str, Any]:
    """What a file holds, ready for JSON; `loud`: its loudness too.

    peak, rms : dB; None in silence, where there is no data, and where the square of a sample is no number
    n_finite : samples of all channels that are numbers, neither missing nor infinite
    """
    from sonograph.io import audio

    if made := _recipe(file):
        return {"file": file, "status": "ok", "reason": "", "sentence": "", "format": "PNG", "recipe": made}
    return audio.settled(file, lambda source: _facts(file, source, report, loud), **opening)


def _facts(file: str, source: Any, report: reading.Report, loud: bool) -> dict[str, Any]:
    status, tally = source.check(), source.tally
    report.was(file, source)
    full = source.unit == "FS"  # AES17: a full-scale sine has a peak and an rms of 0 dBFS
    reference = reference_power(source.unit, "spectrum")
    least = (1.0, 0.5) if full else (reference, reference)
    return {
        "file": file,
        "status": status.word,
        "reason": status.reason,
        "sentence": status.sentence,
        "format": source.format,
        "sample_rate": source.sample_rate,
        "n_channels": source.n_channels,
        "n_samples": source.n_samples,
        "n_finite": tally.finite,
        "duration": source.duration,
        "start": source.start.isoformat() if source.start else None,
        "unit": source.unit,
        "peak": _decibels(tally.loudest, least[0]),
        "rms": _decibels(tally.rms, least[1]),
        **(_loudness(source) if loud else {}),
        "metadata": reading.metadata(source),
    }


def _loudness(source: Any) -> dict[str, Any]:
    """The loudness in LUFS, None in silence or where there is none; and a sentence of why that is so."""
    from sonograph.analysis.lufs import ABSOLUTE, loudness

    try:
        integrated = loudness(source).integrated
    except SettingsError as error:
        return {"loudness": None, "loudness_sentence": str(error)}
    if math.isinf(integrated):
        return {"loudness": None, "loudness_sentence": f"nothing is louder than {ABSOLUTE:g} LUFS"}
    return {"loudness": round(integrated, 3), "loudness_sentence": ""}


def _recipe(file: str) -> dict[str, Any] | None:
    """How a picture was made, if the file is one that says so."""
    try:
        if not Path(file).is_file():  # a pipe would be waited for
            return None
        with Path(file).open("rb") as opened:
            if opened.read(len(PNG)) != PNG:
                return None
    except (OSError, ValueError):
        return None  # the reader of sounds says what is wrong
    from sonograph.pictures.out.recipe import recipe_in

    return recipe_in(file)


def words(facts: dict[str, Any]) -> str:
    """The same for people, a fact a line."""
    from sonograph.io.status import shown

    name = shown(facts["file"])
    if "recipe" in facts:
        return "\n".join([name, *(f"  {k:<12}{json.dumps(v)}" for k, v in facts["recipe"].items())])
    minutes, seconds = divmod(facts["duration"], 60)
    hours, minutes = divmod(int(minutes), 60)
    clock = f" ({hours}:{minutes:02}:{seconds:06.3f})" if facts["duration"] >= 60 else ""
    unit = level_unit(facts["unit"], "spectrum", reference_power(facts["unit"], "spectrum"))
    rows = [
        ("format", facts["format"]),
        ("sample rate", f"{facts['sample_rate']:g} Hz"),
        ("channels", f"{facts['n_channels']}"),
        ("duration", f"{facts['duration']:.3f} s{clock}, {facts['n_samples']} samples"),
        ("start", facts["start"]),
        ("peak", _level(facts, "peak", unit)),
        ("rms", _level(facts, "rms", unit)),
        ("loudness", _loudness_words(facts)),
        ("device", facts["metadata"].get("device")),
        ("status", facts["status"] + (f" ({facts['reason']})" if facts["reason"] else "")),
    ]
    return "\n".join([name, *(f"  {name:<12}{value}" for name, value in rows if value is not None)])


def _decibels(amplitude: float, reference: float) -> float | None:
    """The level of an amplitude, dB re the power `reference`; None where it has none."""
    if not 0 < amplitude < math.inf:
        return None
    return round(20 * math.log10(amplitude) - 10 * math.log10(reference), 3)


def _loudness_words(facts: dict[str, Any]) -> str | None:
    if "loudness" not in facts:
        return None
    value = facts["loudness"]
    return f"none: {facts['loudness_sentence']}" if value is None else f"{value:.2f} LUFS"


def _level(facts: dict[str, Any], name: str, unit: str) -> str:
    if facts[name] is not None:
        return f"{facts[name]:.2f} {unit}"
    if not facts["n_finite"]:
        return "no data"
    return "silence" if facts["peak"] is None else "more than numbers can hold"

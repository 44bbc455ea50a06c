"""`sonograph info`: what sound files hold, one after the other."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sonograph.cli import exits, info_box, info_levels, info_words, options, outputs, reading, streams
from sonograph.cli.exits import talk
from sonograph.cli.idle import refuse
from sonograph.cli.progress import Bar
from sonograph.errors import SettingsError, SonographError
from sonograph.units import reference_power
from sonograph.weightings import WEIGHTINGS

if TYPE_CHECKING:
    from sonograph.io.opening import Opening
    from sonograph.io.part_text import Part
    from sonograph.io.tally import Offset, Tally
    from sonograph.sounds.source import Source

PNG = b"\x89PNG\r\n\x1a\n"
AT_ONCE = 1 << 20
"""Samples of all channels that are counted at a time."""

HELP = """Say what sound files hold: format, sample rate, channels, duration, the peak and rms of all samples in dBFS
(a full-scale sine has a peak and an rms of 0 dBFS), and the offset (mean) of each channel. Every sample is read, in
blocks, and again for --loudness, --levels and --octaves; with --quick none, the header is believed, and the status
says "unread". Of a picture that sonograph drew: how it was made. Of a model that sonograph trained: its classes, its
accuracy, its settings."""

EXAMPLES = """examples:
  sonograph info robin.wav
  sonograph info --loudness programme.wav
  sonograph info --levels A --octaves 3 street.wav
  sonograph info robin.wav --box 1.2-1.9,2k-8k
  sonograph info --json *.flac > files.jsonl
  sonograph info --quick ocean/*.wav
  sonograph info picture.png
  sonograph info birds.model
"""


class _Formats(argparse.Action):
    """Prints what can be read, as --help prints help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from sonograph.io.readable import as_text

        print(as_text())
        parser.exit()


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a sound file; - for standard input")
    out = options.group(parser, "how to say it")
    out.add_argument("--json", action="store_true", help="one JSON object a line, for machines")
    out.add_argument("--formats", action=_Formats, nargs=0, help="list all that can be read, and leave")
    out.add_argument(
        "--loudness",
        action="store_true",
        help="loudness (LUFS), its range and true peak too (ITU-R BS.1770-4, EBU Tech 3342)",
    )
    out.add_argument(
        "--levels",
        choices=WEIGHTINGS,
        metavar="NAME",
        help="Leq, Lmax, L90 … as a sound level meter reads them, A, C or Z weighted (IEC 61672-1)",
    )
    out.add_argument(
        "--octaves",
        type=int,
        metavar="N",
        help="the level of each octave (1), third of an octave (3) … (IEC 61260-1), weighted as --levels",
    )
    out.add_argument(
        "--box", metavar=info_box.METAVAR, help="what is in a box of each channel's spectrogram, as 1.2-1.9,2k-8k"
    )
    reading.add_report(out)
    run = options.group(parser, "how to go about it")
    run.add_argument("--quick", action="store_true", help="believe the header and read no sample: no peak, no rms")
    run.add_argument("-q", "--quiet", action="store_true", help="no progress, only faults")
    reading.add_taking(parser)
    reading.add_reading(parser, "start")
    options.add_defaults(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say what each file holds; return the exit code."""
    codes = set()
    if arguments.quick:
        refuse(arguments, ("loudness", "levels", "octaves", "box", "mono", "resample"), "--quick")
    opening, box = reading.opening(arguments), info_box.parsed(arguments.box)
    meters = {name: getattr(arguments, name) for name in info_levels.READS if getattr(arguments, name)}
    if arguments.octaves is not None and arguments.octaves < 1:
        raise SettingsError(f"--octaves is {arguments.octaves}; it must be 1 or more bands in an octave")
    facts_in = _header if arguments.quick else partial(_facts, box=box, meters=meters)
    keep = streams.named(arguments.files)
    outputs.check(arguments)
    with streams.inputs(arguments.files) as files, reading.report(arguments.report, keep) as report:
        for i, file in enumerate(files):
            bar = Bar(quiet=arguments.quiet)
            try:
                work = partial(facts_in, file, report=report, bar=bar)
                facts = facts_of(file, work, opening)
            except SonographError as error:
                codes.add(exits.code_of_input(error))
                report.failed(file, error)
                facts = _failed(file, error)
            bar.clear()
            facts = streams.plain_values(facts)
            if facts["sentence"] and facts["reason"] != "header":
                talk(facts["sentence"])
            if facts.pop("offset_stands_out", False):
                talk(info_words.of_offset(facts))
            if facts["status"] in ("partial", "failed", "refused", "empty") and "format" in facts:
                codes.add(exits.INPUT)
            if arguments.json:
                print(json.dumps(facts), flush=True)
            elif "format" in facts or "model" in facts:
                print(("\n" if i else "") + info_words.words(facts), flush=True)
    return exits.worst(codes)


def _failed(file: str, error: SonographError) -> dict[str, Any]:
    """What there is to say of a file that could not be opened."""
    from sonograph.io.examine import status_of

    status = status_of(error)
    return {"file": file, "status": status.word, "reason": status.reason, "sentence": status.sentence}


def facts_of(file: str, work: Callable[[Any], dict[str, Any]], opening: Opening) -> dict[str, Any]:
    """What a file holds, ready for JSON: what `work` says of a sound, or how a picture was made."""
    from sonograph.io import audio

    if model := _model(file):
        return model
    if recipe := _recipe(file):
        return {"file": file, "status": "ok", "reason": "", "sentence": "", "format": "PNG", "recipe": recipe}
    return audio.settled(file, work, complex_too=True, opening=opening)


def _header(file: str, source: Any, report: reading.Report, bar: Bar) -> dict[str, Any]:
    """What the header says; the numbers of samples that were not read are None."""
    status = source.unread()
    report.was(file, source, status)
    n_samples = source.n_samples_undecoded
    return {
        "file": file,
        "status": status.word,
        "reason": status.reason,
        "sentence": status.sentence,
        "read": "header",
        "format": source.format,
        "sample_rate": source.sample_rate,
        "n_channels": source.n_channels,
        "n_samples": n_samples,
        "n_finite": None,
        "duration": None if n_samples is None else n_samples / source.sample_rate,
        "start": source.start.isoformat() if source.start else None,
        "unit": source.unit,
        "peak": None,
        "rms": None,
        "offset": None,
        "rms_without_offset": None,
        "metadata": reading.metadata(source),
    }


def _facts(
    file: str, source: Any, report: reading.Report, bar: Bar, box: Part | None, meters: dict[str, Any]
) -> dict[str, Any]:
    """What all of the file holds.

    peak, rms : dB; None in silence, where there is no data, and where the square of a sample is no number
    n_finite : samples of all channels that are numbers, neither missing nor infinite
    offset : the mean of each channel, in the samples' unit; None where it has no such sample
    rms_without_offset : dB, as rms
    """
    from sonograph.io.tally import Offset
    from sonograph.sounds.derived import ways
    from sonograph.sounds.iq import parted

    sound = source.opening.taken(source)
    times = 1 + sum(info_levels.READS[name] for name in meters) + (sound is not source)
    bar.total, bar.done = times * (source.expected or 0), 0
    offset = Offset(source.n_channels * (1 + source.is_complex))
    for block in source.blocks():
        bar.add(block.shape[1])
        offset.add(parted(block))
    status, tally = source.status, source.tally
    report.was(file, source)
    if sound is not source:
        tally, offset = _counted(sound, bar)
    full = source.unit == "FS"  # AES17: a full-scale sine has a peak and an rms of 0 dBFS
    reference = reference_power(source.unit, "spectrum")
    least = (1.0, 0.5) if full else (reference, reference)
    return {
        "file": file,
        "status": status.word,
        "reason": status.reason,
        "sentence": status.sentence,
        "read": "all",
        "format": source.format,
        **({"taken": ways(sound)} if sound is not source else {}),
        "sample_rate": sound.sample_rate,
        "n_channels": sound.n_channels,
        **({"is_complex": True, "centre": source.centre or None} if source.is_complex else {}),
        "n_samples": sound.n_samples,
        "n_finite": tally.finite,
        "duration": sound.n_samples / sound.sample_rate,
        "start": source.start.isoformat() if source.start else None,
        "unit": source.unit,
        "peak": _decibels(tally.loudest, least[0]),
        "rms": _decibels(tally.rms, least[1]),
        "offset": [None if mean is None else float(f"{mean:.6g}") for mean in offset.means],
        "rms_without_offset": _decibels(offset.rms_without, least[1]),
        "offset_stands_out": offset.stands_out,
        **_meters(sound, meters, bar),
        **info_box.facts(file, sound, box),
        "metadata": reading.metadata(source),
    }


def _counted(sound: Source, bar: Bar) -> tuple[Tally, Offset]:
    """What is counted of a sound that is taken otherwise than it is in its file."""
    from sonograph.io.tally import Offset, Tally
    from sonograph.sounds.derived import is_complex
    from sonograph.sounds.iq import parted

    tally, offset = Tally(), Offset(sound.n_channels * (1 + is_complex(sound)))
    at_once = max(1, AT_ONCE // sound.n_channels)
    for first in range(0, sound.n_samples, at_once):
        block = parted(sound.read(range(first, min(first + at_once, sound.n_samples))))
        tally.add(block)
        offset.add(block)
        bar.add(block.shape[1])
    return tally, offset


def _meters(sound: Source, asked: dict[str, Any], bar: Bar) -> dict[str, Any]:
    """What meters read that were asked for."""
    weighting = asked.get("levels", "Z")
    return {
        **(info_levels.loudness_facts(sound, bar) if "loudness" in asked else {}),
        **(info_levels.levels_facts(sound, weighting, bar) if "levels" in asked else {}),
        **(info_levels.octaves_facts(sound, asked["octaves"], weighting, bar) if "octaves" in asked else {}),
    }


def _model(file: str) -> dict[str, Any] | None:
    """What a model says of itself, if the file is one."""
    if _begin(file, 40)[30:] != b"model.json":
        return None
    from sonograph.learning.model import Model

    facts = Model.load(file).facts
    return {"file": file, "status": "ok", "reason": "", "sentence": "", "model": facts}


def _recipe(file: str) -> dict[str, Any] | None:
    """How a picture was made, if the file is one that says so."""
    if _begin(file, len(PNG)) != PNG:
        return None
    from sonograph.pictures.out.recipe import recipe_in

    return recipe_in(file)


def _begin(file: str, count: int) -> bytes:
    """The first bytes of a regular file; of anything else none, as the reader of sounds says what is wrong with it."""
    from sonograph.errors import SourceError
    from sonograph.io.door import OpenFile

    try:
        opened = OpenFile(file)
    except SourceError:
        return b""
    try:
        return opened.at(0, count)
    except OSError:
        return b""
    finally:
        opened.close()


def _decibels(amplitude: float, reference: float) -> float | None:
    """The level of an amplitude, dB re the power `reference`; None where it has none."""
    if not 0 < amplitude < math.inf:
        return None
    return round(20 * math.log10(amplitude) - 10 * math.log10(reference), 3)

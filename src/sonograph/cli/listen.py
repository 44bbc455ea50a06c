"""`sonograph listen`: a WAV of a part of a sound, or of what features keep of it."""

from __future__ import annotations

import argparse
import dataclasses
import os
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sonograph.cli import exits, options, outputs, reading, streams
from sonograph.cli.exits import counted, talk
from sonograph.errors import SettingsError, SourceError
from sonograph.extract.lengths import Length

if TYPE_CHECKING:
    import numpy as np

    from sonograph.sounds.source import Signal, Source

HELP = """Write a WAV of what a box of a spectrogram holds, between two times and two frequencies; or, with --preset or
--settings, of what features keep of a sound: phases are found anew (Griffin and Lim). The features may also come from
a .npz that 'sonograph features' wrote with the same settings."""

EXAMPLES = """examples:
  sonograph listen robin.wav -o song.wav --box 1.2 2.5 2000 8000
  sonograph listen robin.wav -o heard.wav --preset librosa.mel
  sonograph listen robin.npz -o heard.wav --preset librosa.mfcc --rounds 100
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", help="a sound file, - for standard input; or a .npz of features")
    out = options.group(parser, "where to")
    out.add_argument("-o", "--output", required=True, metavar="OUT", help="a .wav; - for standard output")
    outputs.add_overwrite(out)
    what = options.group(parser, "what to hear")
    what.add_argument(
        "--box",
        nargs=4,
        metavar=("START", "END", "LOW", "HIGH"),
        help="from and to, as 12.5 (s), 1:30 or 4410samples; lowest and highest frequency, Hz [all]",
    )
    reading.add_numbers(options.group(parser, "what the numbers are, where the file does not say"))
    options.add_stft(parser)
    reading.add_taking(parser)
    how = options.group(parser, "how to find phases")
    how.add_argument("--rounds", type=int, default=32, metavar="N", help="of Griffin and Lim [32]")
    how.add_argument("--seed", type=int, default=0, metavar="N", help="of the phases that it begins with [0]")
    reading.add_limits(parser)
    options.add_defaults(parser)
    options.add_help(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the WAV; return the exit code."""
    from sonograph.io.replacing import keep_other
    from sonograph.io.writing import write_wav

    if arguments.rounds < 1:
        raise SettingsError(f"--rounds is {arguments.rounds}; it must be 1 or more")
    box = _box(arguments.box) if arguments.box else None
    features = arguments.preset is not None or arguments.settings is not None
    table = arguments.file.endswith(".npz") and _is_table(arguments.file)
    if table and not features:
        raise SettingsError(f"{arguments.file}: name the settings it was computed with: --preset or --settings")
    options.check_settings(arguments)
    options.check_high_pass(arguments)
    for name in ("remove_dc", "high_pass", "weighting", "mono", "resample") if table else ():
        if name in arguments.chosen.of:
            setattr(arguments, name, None)  # nobody typed it
        elif getattr(arguments, name) not in (None, False):
            flag = f"--{name.replace('_', '-')}"
            raise SettingsError(
                f"{flag} is given with a .npz of features, which are computed: compute them with {flag}"
            )
    if Path(arguments.output).suffix.lower() not in ("", ".wav"):
        raise SettingsError(f"the output is {arguments.output!r}; it must end in .wav, as a WAV is what is written")
    keep = tuple(streams.named([arguments.file]))
    streams.check_output(arguments.output, keep)
    written = outputs.of_options(arguments, wav=True)
    outputs.check(arguments, written)
    with streams.inputs([arguments.file]) as (path,):
        if table:
            sound, code = _from_table(path, arguments, box), exits.DONE
        else:
            from sonograph.io.audio import settled

            sound_of = _from_features if features else _of_a_box
            sound, status = settled(
                path,
                lambda file: (
                    sound_of(_cleaned(file.opening.taken(file), arguments), arguments, box),
                    file.status,
                ),
                opening=reading.opening(arguments).but(calibration=False),
            )
            code = _told(status)
    sound = _without_gaps(_without_offset(sound) if arguments.remove_dc else sound)
    _warn_of_peak(sound)
    with streams.output(arguments.output, keep, keep_other(written[0])) as file:
        if hasattr(file, "write"):
            write_wav(file, sound)
        else:
            with file.open("wb") as opened:
                write_wav(opened, sound)
    return code


@dataclasses.dataclass(frozen=True)
class _Box:
    start: Length
    end: Length
    hertz: tuple[float, float]

    def samples(self, source: Source) -> range:
        """The samples between its times, of those that there are."""
        first, last = (int(moment.samples(source.sample_rate)) for moment in (self.start, self.end))
        if first >= last:
            raise SettingsError(f"--box begins at sample {first} and ends at {last}; it must begin before it ends")
        if first >= source.n_samples:
            raise SettingsError(
                f"--box begins at {first / source.sample_rate:g} s; the sound ends at "
                f"{source.n_samples / source.sample_rate:g} s"
            )
        return range(first, min(last, source.n_samples))


def _box(words: list[str]) -> _Box:
    try:
        start, end = options.moment(words[0]), options.moment(words[1])
    except argparse.ArgumentTypeError as error:
        raise SettingsError(f"--box: {error}") from None
    try:
        low, high = (options.frequency(word) for word in words[2:])
    except argparse.ArgumentTypeError:
        raise SettingsError(f"--box is {' '.join(words)}; its last two must be frequencies in Hz") from None
    if not 0 <= low < high:
        raise SettingsError(f"--box is from {low:g} to {high:g} Hz; it must go up from 0 or more")
    return _Box(start, end, (low, high))


def _of_a_box(source: Source, arguments: argparse.Namespace, box: _Box | None) -> Signal:
    """The samples between two times, without the frequencies outside: its own phases are kept."""
    from sonograph.computing.spectrogram import spectrogram
    from sonograph.inverse import box as cut_out
    from sonograph.inverse import istft
    from sonograph.settings import stft_of
    from sonograph.sounds.source import Signal

    part = box.samples(source) if box else range(source.n_samples)
    if box is None:
        return Signal(source.read(part), source.sample_rate, source.unit)
    stft = stft_of(options.settings(arguments, source.sample_rate))
    transform = dataclasses.replace(stft, quantity="transform", edges="zeros")
    around = stft.window_length  # whose sound reaches into the part
    near = Signal(source.read(range(part.start - around, part.stop + around)), source.sample_rate, source.unit)
    inside = cut_out(spectrogram(near, transform), hertz=box.hertz)
    back = istft(inside, n_samples=near.n_samples).read(range(around, around + len(part)))
    return Signal(back, source.sample_rate, source.unit)


def _from_features(source: Source, arguments: argparse.Namespace, box: _Box | None) -> Signal:
    """What features keep of a sound, or of a part of it."""
    from sonograph.computing.spectrogram import spectrogram
    from sonograph.settings import stft_of
    from sonograph.sounds.source import Signal

    settings = options.settings(arguments, source.sample_rate)
    wanted = stft_of(settings).sample_rate
    part = box.samples(source) if box else range(source.n_samples)
    cut: Any = Signal(source.read(part), source.sample_rate, source.unit)
    if wanted not in (None, source.sample_rate):
        from sonograph.sounds.resampled import resample

        cut = resample(cut, wanted)
        talk(f"resampled from {source.sample_rate:g} to {wanted:g} Hz, the rate of the settings")
    return _sound_of(spectrogram(cut, settings), arguments, box, cut.n_samples)


def _from_table(path: str, arguments: argparse.Namespace, box: _Box | None) -> Signal:
    """What the features of one file in a table keep."""
    from sonograph.spectrograms import Spectrogram

    if box is not None:
        raise SettingsError("--box is given with a .npz of features; cut the sound before, with 'listen --box'")
    memory, rate = _table(path)
    settings = options.settings(arguments, rate)
    rows = settings.n_rows
    if rows not in (None, memory.shape[1]):
        raise SettingsError(
            f"{path} has {memory.shape[1]} features; these settings make {rows}: name those it was made with"
        )
    frames = range(memory.shape[2])
    spectrogram = Spectrogram(
        values=memory[0] if len(memory) == 1 else memory,
        frames=frames,
        valid=frames,
        sample_rate=rate,
        settings=settings,
        quantity=settings.quantity,
        reference=_reference(settings),
    )
    return _sound_of(spectrogram, arguments, None, None)


def _is_table(path: str) -> bool:
    """Whether a .npz holds features, and not samples; one that cannot be read is refused as a table."""
    import zipfile

    try:
        with _opened(path) as file, zipfile.ZipFile(file) as archive:
            return {"values.npy", "files.npy"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return True


def _opened(path: str) -> IO[bytes]:
    """A regular file, as zipfile and NumPy read one."""
    from sonograph.io.door import OpenFile

    with closing(OpenFile(path)) as file:
        return os.fdopen(os.dup(file.descriptor), "rb")


def _table(path: str) -> tuple[np.ndarray, float]:
    """The features of the one file in a table (channels, features, frames), and its sample rate."""
    import numpy as np

    try:
        with _opened(path) as file, np.load(file) as arrays:
            values, channel, files = arrays["values"], arrays["channel"], arrays["files"]
            rate, unit = float(arrays["sample_rate"][0]), str(arrays["unit"])
        memory = np.swapaxes(np.stack([values[channel == c] for c in np.unique(channel)]), 1, 2)
    except SourceError:
        raise
    except Exception as error:  # of many kinds, where a zip is damaged
        raise SourceError(f"{path}: is no table of frames that 'sonograph features' wrote ({error}).") from None
    if len(files) != 1:
        raise SourceError(f"{path}: holds the features of {len(files)} files. Compute a table of one.")
    if unit != "FS":
        raise SourceError(
            f"{path}: is of a sound in {unit}, and a WAV is in full scale. Compute it anew with --unit FS."
        )
    return memory, rate


def _reference(settings: Any) -> float | None:
    """The power that reads 0 dB, where the settings hold a level."""
    from sonograph.settings import LevelSettings, stages
    from sonograph.units import resolved_reference

    levels = [stage for stage in stages(settings) if isinstance(stage, LevelSettings)]
    if not levels:
        return None
    if levels[0].reference == "max":
        raise SettingsError('reference is "max", which a table does not tell; the loudness cannot be known')
    return resolved_reference(levels[0].reference, "FS", levels[0].scaling)


def _sound_of(spectrogram: Any, arguments: argparse.Namespace, box: _Box | None, n_samples: int | None) -> Signal:
    from sonograph.inverse import box as cut_out
    from sonograph.inverse import griffin_lim
    from sonograph.inverse.bins import to_power

    power = to_power(spectrogram)
    if box is not None:
        power = cut_out(power, hertz=box.hertz)
    sound = griffin_lim(power, iterations=arguments.rounds, seed=arguments.seed)
    if n_samples is None or sound.n_samples <= n_samples:
        return sound
    return dataclasses.replace(sound, samples=sound.samples[..., :n_samples])


def _cleaned(source: Source, arguments: argparse.Namespace) -> Source:
    """A sound through the filters that were asked for."""
    from sonograph.sounds.highpass import high_pass
    from sonograph.sounds.weighting import weighted

    if arguments.high_pass is not None:
        options.check_high_pass(arguments, source.sample_rate)
        source = high_pass(source, arguments.high_pass)
    with options.in_flags():
        return source if arguments.weighting is None else weighted(source, arguments.weighting)


def _without_offset(sound: Signal) -> Signal:
    """A sound less the mean of each channel."""
    import numpy as np

    samples = np.atleast_2d(sound.samples)
    if not samples.size:
        return sound
    there = np.isfinite(samples)
    means = np.where(there, samples, 0).sum(axis=1, dtype=float) / np.maximum(1, there.sum(axis=1))
    kept = (samples - means[:, None]).astype(samples.dtype).reshape(sound.samples.shape)
    return dataclasses.replace(sound, samples=kept)


def _without_gaps(sound: Signal) -> Signal:
    """Silence where samples are missing, and that said: a WAV has no word for it."""
    import numpy as np

    samples: np.ndarray = sound.samples
    missing = int(np.isnan(samples).sum())
    if not missing:
        return sound
    talk(f"{counted(missing, 'sample')} missing, written as silence")
    return dataclasses.replace(sound, samples=np.nan_to_num(samples, nan=0.0))


def _warn_of_peak(sound: Signal) -> None:
    """Say when it is louder than full scale, as the numbers of a table may be."""
    import math

    loudest = float(abs(sound.samples).max(initial=0.0))
    if loudest > 1:
        talk(f"the loudest sample is {20 * math.log10(loudest):.1f} dB above full scale; players clip it")


def _told(status: Any) -> int:
    """Say how the file was, now that it has been read; the exit code of that."""
    if status.word in ("ok", "empty"):
        return exits.DONE
    talk(streams.plain(status.sentence))
    return exits.DONE if status.word == "warn" else exits.INPUT

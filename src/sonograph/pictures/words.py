"""The words on a picture: what was computed, what is shown, and what the sound is called."""

from __future__ import annotations

from sonograph.naming import plural
from sonograph.pictures import ticks
from sonograph.settings import (
    ConstantQSettings,
    MultitaperSettings,
    Settings,
    SqueezedSettings,
    StftSettings,
    WaveletSettings,
    stages,
    stft_of,
)
from sonograph.settings.matrix import MatrixSettings
from sonograph.units import duration, hertz

LAGS = {"tempogram": "frames", "autocorrelation": "samples"}
"""Features whose rows are lags, and what these are counted in."""


def settings_line(settings: Settings, sample_rate: float, rows: str, n_rows: int) -> str:
    """What was computed, in a line.

    >>> from sonograph import StftSettings
    >>> settings_line(StftSettings(), 44_100.0, "bin", 1025)
    'Hann window 2048 samples (46.4 ms), hop 512 (11.6 ms), 1025 bins of 21.5 Hz'
    """
    stft = stft_of(settings)
    if isinstance(settings, MatrixSettings):
        return f"A matrix of {n_rows} rows, a column every {duration(stft.hop / sample_rate)}"
    rows = "lag" if settings.kind in LAGS else rows
    hop = f"hop {stft.hop} ({duration(stft.hop / sample_rate)})"
    if rows != "bin":
        shown = f"{n_rows} {plural(rows) if n_rows != 1 else rows}"
    else:
        padded = "" if stft.n_fft == stft.window_length else f" (n_fft {stft.n_fft})"
        unit, name = ticks.frequency_unit(sample_rate / 2)
        apart = sample_rate / stft.n_fft
        each = hertz(apart) if name.endswith("Hz") else f"{apart / unit:.3g}{name[1:]}"
        shown = f"{n_rows} bins of {each}{padded}"
    length = f"{stft.window_length} samples ({duration(stft.window_length / sample_rate)})"
    return ", ".join(filter(None, (_weights(settings, sample_rate, length), hop, shown, cleaning(settings))))


def window_in_time(settings: Settings, sample_rate: float) -> str:
    """How long its windows and hops are, where samples count for nothing: beside a sound of another rate.

    >>> from sonograph import StftSettings
    >>> window_in_time(StftSettings(), 48_000.0)
    'Hann window 42.7 ms, hop 10.7 ms'
    """
    stft = stft_of(settings)
    length, hop = (duration(n / sample_rate) for n in (stft.window_length, stft.hop))
    return f"{_weights(settings, sample_rate, length)}, hop {hop}"


def cleaning(settings: Settings | None) -> str:
    """What is taken off the sound before anything is computed, "" for nothing.

    >>> from sonograph import StftSettings
    >>> cleaning(StftSettings(high_pass=80.0, remove_dc=True))
    'high-pass 80 Hz, mean off each frame'
    """
    if settings is None:
        return ""
    stft = stft_of(settings)
    return ", ".join([*filters(stft), *(["mean off each frame"] if stft.remove_dc else [])])


def filters(stft: StftSettings) -> list[str]:
    """What the sound passes before frames are cut.

    >>> filters(StftSettings(high_pass=80.0, weighting="A"))
    ['high-pass 80 Hz', 'A-weighted']
    """
    high_pass = f"high-pass {hertz(stft.high_pass)}" if stft.high_pass else ""
    return [words for words in (high_pass, "" if stft.weighting == "Z" else f"{stft.weighting}-weighted") if words]


def _weights(settings: Settings, sample_rate: float, length: str) -> str:
    """How a frame's samples are weighed: by one window, several, one for each band, or not at all."""
    stft = stft_of(settings)
    measure = next((stage for stage in stages(settings) if getattr(stage, "from_samples", False)), None)
    if isinstance(measure, ConstantQSettings):
        lengths = measure.lengths(sample_rate)
        name = "Variable-Q" if measure.gamma else f"Constant Q of {1 / measure.relative_bandwidth:.3g}"
        longest, shortest = (duration(n / sample_rate) for n in (lengths[0], lengths[-1]))
        return f"{name}, Hann windows of {longest} to {shortest}"
    if isinstance(measure, WaveletSettings):
        return _wavelets(measure, sample_rate)
    if isinstance(measure, MultitaperSettings):
        return f"{measure.tapers} Slepian tapers (NW {measure.bandwidth:g}) of {length}"
    if measure is not None and not isinstance(measure, SqueezedSettings):
        return f"Frames of {length}"
    name, value = (stft.window, None) if isinstance(stft.window, str) else stft.window
    words = f"{name.capitalize()} window" + (f" ({value:g})" if value is not None else "") + f" {length}"
    return words if measure is None else f"Squeezed {words}"


def _wavelets(measure: WaveletSettings, sample_rate: float) -> str:
    """Which wavelets, and how long they are: to where they have fallen to a hundred-thousandth."""
    name, *numbers = measure.wavelet
    shown = ", ".join(f"{number:g}" for number in numbers)
    halves = measure.halves(sample_rate)
    longest, shortest = (duration(2 * n / sample_rate) for n in (halves[0], halves[-1]))
    words = f"{name.capitalize()} wavelets ({shown}) of {longest} to {shortest}"
    return f"Squeezed {words}" if measure.squeezed else words


def shown_line(low: float, high: float, unit: str, *, is_level: bool = True) -> str:
    """The range of the colours, in words.

    >>> shown_line(-83.25, -3.25, "dBFS")
    'colours span 80 dB, −83.2 to −3.2 dBFS'
    """
    power = 0 if is_level else ticks.power_of_ten(low, high)
    first, last = ticks.ends(low / 10.0**power, high / 10.0**power)
    if is_level:
        return f"colours span {high - low:.3g} dB, {first} to {last} {unit}"
    return f"colours span {first} to {last} {ticks.with_power(unit, power)}".rstrip()


def printable(name: str) -> str:
    """A name as one line that any font engine takes: breaks, control characters and lone surrogates replaced."""
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return shown.encode("utf-8", "replace").decode()


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, its middle left out.

    >>> shortened("a very long name.wav", 12)
    'a ver…me.wav'
    """
    if len(text) <= most:
        return text
    keep = max(1, most - 1)
    return text[: keep // 2] + "…" + text[len(text) - (keep - keep // 2) :]

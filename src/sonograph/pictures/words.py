"""The words on a picture: what was computed, what is shown, and what the sound is called."""

from __future__ import annotations

from sonograph.pictures.ticks import minus
from sonograph.settings import ConstantQSettings, MultitaperSettings, Settings, stages, stft_of


def settings_line(settings: Settings, sample_rate: float, rows: str, n_rows: int) -> str:
    """What was computed, in a line.

    >>> from sonograph import StftSettings
    >>> settings_line(StftSettings(), 44_100.0, "bin", 1025)
    'Hann window 2048 samples (46.4 ms), hop 512 (11.6 ms), 1025 bins of 21.5 Hz'
    """
    stft = stft_of(settings)
    hop = f"hop {stft.hop} ({duration(stft.hop / sample_rate)})"
    if rows != "bin":
        shown = f"{n_rows} {plural(rows) if n_rows != 1 else rows}"
    else:
        padded = "" if stft.n_fft == stft.window_length else f" (n_fft {stft.n_fft})"
        shown = f"{n_rows} bins of {sample_rate / stft.n_fft:.3g} Hz{padded}"
    return f"{_weights(settings, sample_rate)}, {hop}, {shown}"


def _weights(settings: Settings, sample_rate: float) -> str:
    """How a frame's samples are weighed: by one window, several, one for each band, or not at all."""
    stft = stft_of(settings)
    length = f"{stft.window_length} samples ({duration(stft.window_length / sample_rate)})"
    measure = next((stage for stage in stages(settings) if getattr(stage, "from_samples", False)), None)
    if isinstance(measure, ConstantQSettings):
        lengths = measure.lengths(sample_rate)
        name = "Variable-Q" if measure.gamma else f"Constant Q of {1 / measure.relative_bandwidth:.3g}"
        longest, shortest = (duration(n / sample_rate) for n in (lengths[0], lengths[-1]))
        return f"{name}, Hann windows of {longest} to {shortest}"
    if isinstance(measure, MultitaperSettings):
        return f"{measure.tapers} Slepian tapers (NW {measure.bandwidth:g}) of {length}"
    if measure is not None:
        return f"Frames of {length}"
    name, value = (stft.window, None) if isinstance(stft.window, str) else stft.window
    return f"{name.capitalize()} window" + (f" ({value:g})" if value is not None else "") + f" {length}"


def plural(rows: str) -> str:
    """More than one row.

    >>> plural("pitch class"), plural("band")
    ('pitch classes', 'bands')
    """
    return f"{rows}es" if rows.endswith("s") else f"{rows}s"


def duration(seconds: float) -> str:
    """A short time to three digits: s, ms or µs.

    >>> duration(0.0464399), duration(2.0), duration(0.00005)
    ('46.4 ms', '2 s', '50 µs')
    """
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-6:.3g} µs"


def shown_line(low: float, high: float, unit: str, *, is_level: bool = True) -> str:
    """The range of the colours, in words.

    >>> shown_line(-83.25, -3.25, "dBFS")
    'colours span 80 dB, −83.2 to −3.2 dBFS'
    """
    if not is_level:
        low, high = (0.0 if abs(v) < 1e-9 * (high - low) else v for v in (low, high))  # what rounding leaves of 0
        return f"colours span {minus(f'{low:.3g}')} to {minus(f'{high:.3g}')} {unit}".rstrip()
    ends = " to ".join(minus(f"{round(v, 1) + 0.0:g}") for v in (low, high))
    return f"colours span {high - low:.4g} dB, {ends} {unit}"


def printable(name: str) -> str:
    """A name as one line that any font engine takes: control characters and lone surrogates replaced."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
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

"""The words on a picture: what was computed, what is shown, and what the sound is called."""

from __future__ import annotations

from sonograph.pictures.ticks import minus
from sonograph.settings import Settings, stft_of


def settings_line(settings: Settings, sample_rate: float, rows: str, n_rows: int) -> str:
    """What was computed, in a line.

    >>> from sonograph import StftSettings
    >>> settings_line(StftSettings(), 44_100.0, "bin", 1025)
    'Hann window 2048 samples (46.4 ms), hop 512 (11.6 ms), 1025 bins of 21.5 Hz'
    """
    stft = stft_of(settings)
    name, value = (stft.window, None) if isinstance(stft.window, str) else stft.window
    window = f"{name.capitalize()} window" + (f" ({value:g})" if value is not None else "")
    length = f"{stft.window_length} samples ({duration(stft.window_length / sample_rate)})"
    hop = f"hop {stft.hop} ({duration(stft.hop / sample_rate)})"
    if rows != "bin":
        shown = f"{n_rows} {plural(rows) if n_rows != 1 else rows}"
    else:
        padded = "" if stft.n_fft == stft.window_length else f" (n_fft {stft.n_fft})"
        shown = f"{n_rows} bins of {sample_rate / stft.n_fft:.3g} Hz{padded}"
    return f"{window} {length}, {hop}, {shown}"


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

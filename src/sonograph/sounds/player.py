"""A sound as a notebook plays it: an HTML element with a WAV inside, of the first seconds, and what it plays."""

from __future__ import annotations

import base64
import io
import wave
from html import escape
from typing import TYPE_CHECKING

from sonograph import units
from sonograph.errors import SonographError

if TYPE_CHECKING:
    import numpy as np

    from sonograph.sounds.source import Source

SECONDS = 20.0
"""Of a longer sound, the first: a page of a notebook holds 4 MB of it."""
NUMBERS = 1 << 22
"""Samples of all channels, likewise."""
PLAYED = (8_000.0, 96_000.0)
"""Sample rates that browsers play, Hz; others are resampled."""
HEARD = 200.0
"""A sample rate below it holds nothing that an ear hears, Hz."""
CHANNELS = 2


def html_of(source: Source, name: str = "") -> str:
    """A player of the first seconds of a sound, and what it plays; only words where nothing can be heard."""
    try:
        sound, words = _wav(source)
    except SonographError as error:
        sound, words = b"", f"cannot be played: {error}"
    title = escape(f"{name}: {words}" if name else words)
    if not sound:
        return f"<div>{title}</div>"
    data = base64.b64encode(sound).decode()
    return f'<div>{title}<br><audio controls preload="metadata" src="data:audio/wav;base64,{data}"></audio></div>'


def _wav(source: Source) -> tuple[bytes, str]:
    """A WAV of 16 bits, perhaps empty, and what it is of the sound."""
    import numpy as np

    rate, n_channels, n_samples = source.sample_rate, source.n_channels, source.n_samples
    whole = f"{units.duration(n_samples / rate)} at {units.rate(rate)}, {source.unit}"
    if not n_samples:
        return b"", f"{whole}: no samples"
    if rate < HEARD:
        return b"", f"{whole}: too slow to be heard"
    n = max(1, min(n_samples, int(SECONDS * rate), NUMBERS // n_channels))
    words = [whole] if n == n_samples else [f"the first {units.duration(n / rate)} of {whole}"]
    samples = np.nan_to_num(source.read(range(n))[:CHANNELS].astype(np.float32), posinf=0.0, neginf=0.0)
    if n_channels > CHANNELS:
        words.append(f"channels 0 and 1 of {n_channels}")
    low, high = PLAYED
    played = low if rate < low else high / 2 if rate > high else rate
    if played != rate:
        import soxr

        samples = soxr.resample(samples.T, rate, played).T
        words.append(f"without what lies above {units.hertz(played / 2)}" if rate > high else "")
    gain, loudness = _gain(float(np.abs(samples).max(initial=0.0)), source.unit)
    return _packed(samples * gain, round(played)), ", ".join(filter(None, (*words, loudness)))


def _gain(peak: float, unit: str) -> tuple[float, str]:
    """What samples are multiplied with so that they fit, and that they are."""
    if unit == "FS" and peak <= 1:
        return 1.0, ""
    return (1.0 if peak == 0 else 1 / peak), "as loud as fits" if unit != "FS" else "turned down to fit full scale"


def _packed(samples: np.ndarray, rate: int) -> bytes:
    memory = io.BytesIO()
    with wave.open(memory, "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.T.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return memory.getvalue()

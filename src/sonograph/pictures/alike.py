"""Sounds of unlike sample rates side by side: their windows are as long in time, else their levels are not alike.

A window of 2048 samples hears 43 ms of a sound at 48 kHz and 128 ms of one at 16 kHz: noise reads 4.8 dB apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sonograph.errors import SettingsError
from sonograph.pictures.parts import Part
from sonograph.settings import Settings, StftSettings, stages, stft_of, with_stft
from sonograph.spectrograms import Spectrogram
from sonograph.units import duration, rate

OF_THEIR_OWN = ("constant_q", "wavelets", "loudness")
"""Measures whose windows are as long as the measure says, in seconds, at any sample rate."""


def in_seconds(parts: Sequence[Part]) -> list[Part]:
    """Parts with windows as long in time as the first has, where sample rates are unlike.

    Raises
    ------
    SettingsError
        A spectrogram, which is computed already, with other windows.
    """
    if len({part.named.sound.sample_rate for part in parts}) < 2:
        return list(parts)
    first = parts[0]
    wanted = stft_of(_settings(first)), first.named.sound.sample_rate
    return [first, *(_like(part, *wanted) for part in parts[1:])]


def _settings(part: Part) -> Settings:
    return part.named.shown or StftSettings()


def _like(part: Part, first: StftSettings, first_rate: float) -> Part:
    """A part whose windows are as long as the first's, perhaps itself."""
    settings, sample_rate = _settings(part), part.named.sound.sample_rate
    if any(stage.kind in OF_THEIR_OWN for stage in stages(settings)):
        return part
    own, times = stft_of(settings), sample_rate / first_rate
    off = abs(own.window_length - first.window_length * times)
    if off < 1 and abs(own.hop - first.hop * times) < 1:
        return part
    if isinstance(part.named.sound, Spectrogram):
        if off < 1:
            return part
        raise SettingsError(
            f"the spectrograms have windows of {duration(first.window_length / first_rate)} and "
            f"{duration(own.window_length / sample_rate)}, at {rate(first_rate)} and {rate(sample_rate)}, and so no "
            f"common scale; take windows of one time: window_length=round(seconds * sample_rate)"
        )
    return replace(part, named=replace(part.named, settings=with_stft(settings, **_scaled(first, times))))


def _scaled(first: StftSettings, times: float) -> dict[str, object]:
    """Window, hop and transform of a sound of so many times the sample rate."""
    from scipy.fft import next_fast_len

    length = max(1, round(first.window_length * times))
    shape = first.window
    if not isinstance(shape, str) and shape[0] == "gaussian":  # the one whose width is in samples
        shape = (shape[0], shape[1] * times)
    least = max(length, round(first.n_fft * times))
    n_fft = least if least < 3 else 2 * next_fast_len(-(-least // 2), real=True)
    hop = min(length, max(1, round(first.hop * times)))
    return {"window_length": length, "hop": hop, "n_fft": n_fft, "window": shape}

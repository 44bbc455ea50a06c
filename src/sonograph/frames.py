"""Which frames a sound has, and which samples each frame needs. Integers only.

Frames are numbered over the whole recording. A stream, a tile and a task on a
cluster each hold a `range` of that numbering, so pieces join exactly and no piece
needs to know which of the three it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from sonograph.errors import SettingsError
from sonograph.settings import Settings, reach_of, stages, stft_of


def offset(settings: Settings) -> int:
    """The sample at which frame 0 starts: 0, or below where frames are centred."""
    stft = stft_of(settings)
    n = stft.window_length
    centred = stft.edges in ("zeros", "missing", "reflect", "scipy")
    return -(n // 2) if centred else stft.hop // 2 - n // 2 if stft.edges == "kaldi" else 0


def frames_of(settings: Settings, n_samples: int) -> range:
    """All frames of a sound of `n_samples`, perhaps none.

    Raises
    ------
    SettingsError
        edges "reflect" and a sound too short to be mirrored.

    Examples
    --------
    >>> from sonograph import StftSettings
    >>> frames_of(StftSettings(window_length=512, hop=128), n_samples=1000)
    range(0, 8)
    """
    stft = stft_of(settings)
    n, hop = stft.window_length, stft.hop
    if n_samples == 0:
        return range(0)
    if stft.edges == "reflect" and n_samples <= n // 2:
        raise SettingsError(
            f'the sound has {n_samples} samples; edges="reflect" mirrors {n // 2} of them and needs {n // 2 + 1} '
            f'or more: shorten the window or use edges="zeros"'
        )
    if stft.edges == "inside":
        count = 0 if n_samples < n else 1 + (n_samples - n) // hop
    elif stft.edges == "padded":
        count = 1 - (-max(0, n_samples - n) // hop)
    elif stft.edges == "kaldi":
        count = (n_samples + hop // 2) // hop
    elif stft.edges == "scipy":
        count = 1 - (-(n_samples + 2 * (n // 2) - n) // hop)
    else:
        count = max(0, 1 + (n_samples + 2 * (n // 2) - n) // hop)
    return range(max(0, count - 1) if stft.drop_last else count)


def refuse_too_short(settings: Settings, n_samples: int) -> None:
    """Refuse a sound that has samples but not one whole frame."""
    stft = stft_of(settings)
    if stft.edges == "inside" and 0 < n_samples < stft.window_length:
        raise SettingsError(
            f"the sound has {n_samples} samples, fewer than window_length {stft.window_length}; shorten the window "
            f'or use edges="padded" or edges="zeros"'
        )
    filters = [stage for stage in stages(settings) if hasattr(stage, "least_window")]
    if filters and stft.edges != "missing" and 0 < n_samples < stft.window_length:
        raise SettingsError(
            f"the sound has {n_samples} samples, fewer than the {stft.window_length} that the filter at "
            f"{filters[0].low:.5g} Hz looks at; begin higher: low"
        )


def samples_for(settings: Settings, frames: range) -> range:
    """The samples that `frames` look at; below 0 and past the end where edges reach out of the sound."""
    if not frames:
        return range(0)
    stft = stft_of(settings)
    first = frames[0] * stft.hop + offset(stft)
    return range(first, first + (len(frames) - 1) * stft.hop + stft.window_length)


def valid_frames(settings: Settings, n_samples: int) -> range:
    """The frames that see only samples of the sound, none made up at its ends."""
    stft = stft_of(settings)
    first = -(offset(stft) // stft.hop)
    last = (n_samples - stft.window_length - offset(stft)) // stft.hop
    frames = frames_of(stft, n_samples)
    first = max(0, first)
    return range(first, max(first, min(last + 1, len(frames))))


def sound_only(settings: Settings, n_samples: int) -> range:
    """The frames whose numbers come of samples of the sound alone, through all stages: `Spectrogram.valid` of all.

    A delta of the first frames, for example, sees the first one repeated.

    >>> from sonograph import StftSettings
    >>> from sonograph.settings import DeltaSettings
    >>> sound_only(DeltaSettings(of=StftSettings(window_length=512, edges="inside"), width=2, order=1), 2048)
    range(2, 11)
    """
    there, (before, after) = valid_frames(settings, n_samples), reach_of(settings)
    first, last = there.start + before, there.stop - after
    return range(first, last) if first < last else range(0)


def check_frames(frames: range, available: range) -> None:
    """Refuse frames that a sound does not have, or that do not follow each other."""
    if not isinstance(frames, range) or frames.step != 1:
        raise SettingsError(f"frames is {frames!r}; it must be a range of neighbouring frames, as range(0, 10)")
    if len(frames) and not (available.start <= frames.start and frames.stop <= available.stop):
        raise SettingsError(
            f"frames is {frames!r}; this sound has the frames {available.start} to {available.stop - 1}"
            if available
            else f"frames is {frames!r}; this sound has no frames"
        )


def split(frames: range, at_most: int) -> Iterator[range]:
    """Neighbouring ranges of at most so many frames.

    >>> list(split(range(10), 4))
    [range(0, 4), range(4, 8), range(8, 10)]
    """
    if at_most < 1:
        raise SettingsError(f"at_most is {at_most}; it must be 1 or more frames")
    for first in range(frames.start, frames.stop, at_most):
        yield range(first, min(first + at_most, frames.stop))


def centre_sample(settings: Settings, frame: int) -> int:
    """The sample at the middle of a frame's window.

    >>> from sonograph import StftSettings
    >>> centre_sample(StftSettings(window_length=512, hop=128, edges="inside"), 10)
    1536
    """
    stft = stft_of(settings)
    return frame * stft.hop + offset(stft) + stft.window_length // 2

"""How many frames a sound has and how far they reach over its ends, as expressions of its length.

No question is asked that only some lengths answer, so that a traced, compiled or exported function serves sounds of any
length. For numbers `frames.frames_of` and `frames.samples_for` are the authority.
"""

from __future__ import annotations

from typing import Any

from sonograph.frames import offset
from sonograph.settings import StftSettings


def count(stft: StftSettings, n_samples: Any, larger: Any = max) -> Any:
    """How many frames a sound has, perhaps 0 or fewer; the last is counted also where `drop_last` leaves it away.

    n_samples : a number, or whatever stands for one; larger : what gives the larger of two of them

    >>> count(StftSettings(window_length=512, hop=128), 1000)
    8
    """
    n, hop, before = stft.window_length, stft.hop, -offset(stft)
    if stft.edges == "kaldi":
        return (n_samples + hop // 2) // hop
    beyond_the_first = n_samples + 2 * before - n
    if stft.edges in ("padded", "scipy"):  # as many as reach the end, one at the least
        return 1 + (larger(0, beyond_the_first) + hop - 1) // hop
    return 1 + beyond_the_first // hop


def margins(stft: StftSettings, n_samples: Any, larger: Any = max) -> tuple[Any, Any]:
    """Samples that are wanted before a sound and after it; below 0 where some of its own are not.

    >>> margins(StftSettings(window_length=512, hop=128, edges="padded"), 1000)
    (0, 24)
    """
    before = -offset(stft)
    if stft.edges in ("zeros", "missing", "reflect", "inside"):
        return before, before
    return before, (count(stft, n_samples, larger) - 1) * stft.hop + stft.window_length - before - n_samples

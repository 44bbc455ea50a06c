"""A sound where one is asked for: a Source as it is, a path as the file that it names. And sounds made of one.

What works through a sound and is done with it opens the file and closes it (`of_files`). What is itself a sound holds
the file open for as long as it lives, as `open` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeGuard, TypeVar, Union

from sonograph.settings.arguments import answered
from sonograph.sounds import highpass, resampled, weighting
from sonograph.sounds import mono as one_channel
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source

Sound = Union[str, os.PathLike[str], Source]  # noqa: UP007  # read at run time
"""A path, a Signal, an open file, or anything that is a Source."""

P = ParamSpec("P")
Made = TypeVar("Made")


def is_path(sound: Any) -> TypeGuard[str | os.PathLike[str]]:
    """Whether it names a file."""
    return isinstance(sound, str | os.PathLike)


def source_of(sound: Sound) -> Source:
    """A source as it is, or the file that a path names, opened."""
    if not is_path(sound):
        return checked_source(sound, iq=True)
    from sonograph.io import audio

    return audio.open(sound)


def of_files(function: Callable[P, Made]) -> Callable[P, Made]:
    """A function whose first argument is a source, for paths too: it opens the file and closes it; and `answered`.

    Where the file changed meanwhile all is done once more, as `audio.settled` says.
    """
    checked: Any = answered(function)

    @wraps(function)
    def door(*given: P.args, **named: P.kwargs) -> Made:
        sound = given[0] if given else named.get("source")
        if not is_path(sound):
            return checked(*given, **named)
        from sonograph.io import audio  # here: whoever has samples in memory starts in two thirds of the time

        if given:
            return audio.settled(sound, lambda opened: checked(opened, *given[1:], **named), complex_too=True)
        return audio.settled(sound, lambda opened: checked(**{**named, "source": opened}), complex_too=True)

    return door


@answered
def mono(source: Sound, *, channel: int | None = None) -> Source:
    """A sound of one channel.

    Parameters
    ----------
    source
        A path, a Signal, an open file, or anything that is a Source.
    channel
        Which one, from 0 on; None: the mean of all.

    Returns
    -------
    Source
        `source` itself where it has one channel. The mean is missing (NaN) where any channel is. That of a path holds
        the file open.

    Raises
    ------
    SettingsError
        A channel that the sound does not have.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import Signal
    >>> mono(Signal(np.array([[0.0, 1.0], [1.0, 0.0]]), 8000.0)).read(range(2))
    array([[0.5, 0.5]])
    """
    return one_channel.mono(source_of(source), channel=channel)


@answered
def resample(source: Sound, rate: float) -> Source:
    """A sound at another sample rate.

    Parameters
    ----------
    source
        A path, a Signal, an open file, or anything that is a Source. Of complex samples (I/Q) what stays is around
        what was tuned to, up to half of `rate` to either side.
    rate
        Samples per second that it shall have, Hz.

    Returns
    -------
    Source
        `source` itself where it has that rate already. Missing samples stay missing, with what the filter would
        make of their neighbours. That of a path holds the file open.

    Raises
    ------
    SettingsError
        A rate that is not above 0, or 256 times that of the source or more, or as much less.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> from sonograph import signals
    >>> resample(signals.tone(1000.0, 1.0, sample_rate=48_000.0), 16_000.0).n_samples
    16000
    """
    return resampled.resample(source_of(source), rate, iq=True)


@answered
def high_pass(source: Sound, hertz: float) -> Source:
    """A sound through a Butterworth high-pass filter of the fourth order: 3 dB less at `hertz`, 24 dB per octave below.

    Parameters
    ----------
    source
        A path, a Signal, an open file, or anything that is a Source.
    hertz
        Where it begins to take away.

    Returns
    -------
    Source
        As long as `source`. Missing samples stay missing; the sound after them, and the beginning, are filtered as if
        their first sample had always been there, so that an offset makes no click. That of a path holds the file open.

    Raises
    ------
    SettingsError
        hertz is not above 0 and below half the sample rate, or less than a millionth of that.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import Signal
    >>> high_pass(Signal(np.full(8000, 0.5), 8000.0), 20.0).read(range(4000, 4002))
    array([[0., 0.]])
    """
    return highpass.high_pass(source_of(source), hertz)


@answered
def weighted(source: Sound, name: str) -> Source:
    """A sound as the A or C weighting of IEC 61672-1 hears it.

    Parameters
    ----------
    source
        A path, a Signal, an open file, or anything that is a Source.
    name
        "A", "C", or "Z" for the sound as it is.

    Returns
    -------
    Source
        As long as `source`, and in its unit. Up to 10 kHz within 0.4 dB of the curve, and up to half the sample rate
        within 0.8 dB: closer than class 1 asks. Gaps and beginnings as in `high_pass`.

    Raises
    ------
    SettingsError
        Another name; a sample rate below 4 kHz.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import signals
    >>> hum = weighted(signals.tone(100.0, 1.0, amplitude=1.0), "A").read(range(22_050, 44_100))
    >>> round(float(20 * np.log10(hum.max())), 1)
    -19.1
    """
    return weighting.weighted(source_of(source), name)

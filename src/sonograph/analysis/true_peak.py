"""True peak by ITU-R BS.1770-4, annex 2: how far the sound goes between its samples.

Four times as many samples, by the 48 taps that the annex prints; twice as many from 80 kHz on, and the samples as they
are from 160 kHz on, where nothing that is heard lies far between them. A sample itself counts too.
"""

from __future__ import annotations

import numpy as np

from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.sounds.derived import checked_source

TAPS = (
    (0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
     -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125),
    (-0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
     -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375),
)  # fmt: skip
"""Of the first two phases, the newest sample first; the other two are the same turned round."""
PHASES = (*TAPS, TAPS[1][::-1], TAPS[0][::-1])
AT_ONCE = 1 << 18  # samples of a channel
HALVED, PLAIN = 80_000.0, 160_000.0
"""Hz; from where on fewer samples are put between."""


@of_files
def true_peak(source: Sound) -> np.ndarray:
    """The true peak of each channel, dBTP: dB re full scale, of the sound between its samples too.

    Parameters
    ----------
    source
        A path or a Source in FS, of any length: it is read in blocks.

    Returns
    -------
    (channels,), float64
        -inf in silence; NaN where a channel has no sample that is there.

    Raises
    ------
    SettingsError
        Not in FS.

    Examples
    --------
    >>> from sonograph import Signal
    >>> sine = np.sin(np.pi / 2 * np.arange(1000) + np.pi / 4)  # a quarter of the rate: no sample at its top
    >>> print(round(float(20 * np.log10(abs(sine).max())), 1), true_peak(Signal(sine, 48_000.0)).round(1))
    -3.0 [0.1]
    """
    source = checked_source(source)
    if source.unit != "FS":
        raise SettingsError(f'unit is "{source.unit}"; a true peak is of samples in FS, where 1.0 is full scale')
    rate, lead = source.sample_rate, len(TAPS[0]) - 1
    phases = () if rate >= PLAIN else PHASES[::2] if rate >= HALVED else PHASES
    reach = max((np.abs(phase).sum() for phase in phases), default=1.0)
    found = np.full(source.n_channels, np.nan)
    for first in range(0, source.n_samples, AT_ONCE):
        samples = source.read(range(first - lead, min(first + AT_ONCE, source.n_samples) + lead)).astype(float)
        for channel, x in enumerate(samples):
            there = np.isfinite(x[lead : len(x) - lead])
            if not there.any():
                continue
            x = np.where(np.isfinite(x), x, 0.0)
            largest = np.abs(x).max()
            found[channel] = np.fmax(found[channel], np.abs(x[lead : len(x) - lead][there]).max())
            if reach * largest > found[channel]:
                between = max((float(np.abs(np.convolve(x, phase, "valid")).max()) for phase in phases), default=0.0)
                found[channel] = max(found[channel], between)
    with np.errstate(divide="ignore"):
        return 20 * np.log10(found)

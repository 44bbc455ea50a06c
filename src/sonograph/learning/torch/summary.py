"""SummaryModule: the row of a summary as a layer, differentiable and on any device.

Each kind is the function of `analysis.summaries.kinds` of the same name, written for tensors; what a summary looks at
of a log-mel is as in `analysis.summaries.heard`. Random kernels are counts, which have no gradient, and are left out.
"""

from __future__ import annotations

import itertools
from functools import cached_property, lru_cache

import numpy as np
from scipy.fft import dct

from sonograph.analysis.summaries import KERNELS, Summary
from sonograph.analysis.summaries.excerpt import N_FRAMES, UNIT
from sonograph.analysis.summaries.heard import FEW, FLOOR, SOUND, SPAN
from sonograph.analysis.summaries.kinds import (
    EDGES,
    FALL,
    LAGS,
    LENGTH,
    LOUD_SPAN,
    N_CEPSTRA,
    N_LEVELS,
    N_MODULATION,
    N_TANGENT,
    PERCENTS,
    RISE,
)
from sonograph.errors import SettingsError
from sonograph.learning.torch.finite import root
from sonograph.learning.torch.module import SpectrogramModule, torch
from sonograph.settings import stft_of


class SummaryModule(torch.nn.Module):
    """The rows of `Summary.of_sound` for batches of sounds, as a layer.

    Parameters
    ----------
    summary
        Kinds but "kernels".
    sample_rate
        Of the sounds, Hz.

    Notes
    -----
    forward : samples (..., n), float32 (or float64 after `.double()`) -> (..., numbers)
        Every axis before the last is a batch. Sounds of a batch may differ in what of them is silent, so they are
        summed up one after the other, in float64 where the device has it.

    It agrees with NumPy to 1e-4 of the spread of each kind. Gradients of "tangent" are those of an eigendecomposition,
    of "envelope" those of the frames that it takes.

    Raises
    ------
    SettingsError
        "kernels"; a rate that is not above 0; from forward as `SpectrogramModule`.

    Examples
    --------
    >>> rows = SummaryModule(Summary(("mfcc", "tonal")), sample_rate=16_000)
    >>> rows(torch.zeros(8, 16_000)).shape
    torch.Size([8, 130])
    """

    def __init__(self, summary: Summary, sample_rate: float) -> None:
        super().__init__()
        if KERNELS in summary.kinds:
            raise SettingsError(
                f"kinds is {', '.join(summary.kinds)}; a Torch module has no kernels, counts without a gradient"
            )
        self.summary = summary
        self.log_mel = SpectrogramModule(summary.settings(sample_rate), sample_rate)
        self.frame_rate = sample_rate / stft_of(summary.settings(sample_rate)).hop

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """(..., numbers) of samples (..., n)."""
        values = self.log_mel(samples)
        wide = values if values.device.type == "mps" else values.double()
        rows = [self._row(one) for one in wide.reshape(-1, *wide.shape[-2:])]
        n_numbers = len(self.summary.names)
        whole = torch.stack(rows) if rows else wide.new_zeros((0, n_numbers))
        return whole.reshape(*samples.shape[:-1], n_numbers).to(values.dtype)

    def _row(self, log_mel: torch.Tensor) -> torch.Tensor:
        levels = _Levels(log_mel, self.frame_rate)
        if not levels.levels.shape[1]:
            return log_mel.new_full((len(self.summary.names),), torch.nan)
        return torch.cat([KINDS[kind](levels) for kind in self.summary.kinds])

    def extra_repr(self) -> str:
        """What is said between the brackets when a network is printed."""
        return f"{', '.join(self.summary.kinds)}, {len(self.summary.names)} numbers"


class _Levels:
    """A log-mel as summaries look at it, each part computed once."""

    def __init__(self, log_mel: torch.Tensor, rate: float) -> None:
        values = log_mel[:, torch.isfinite(log_mel).all(dim=0)]
        keep = values.amax(dim=0) > SOUND
        self.levels = values[:, keep] if int(keep.sum()) >= FEW else values
        self.rate = rate

    @cached_property
    def clipped(self) -> torch.Tensor:
        return torch.maximum(self.levels, self.levels.max() - SPAN)

    @cached_property
    def below(self) -> torch.Tensor:
        return self.clipped - self.clipped.max()

    @cached_property
    def power(self) -> torch.Tensor:
        return torch.exp(self.below * np.log(10.0))


def _mfcc(levels: _Levels) -> torch.Tensor:
    c = _cepstra(levels.levels, N_CEPSTRA)
    d = _deltas(c)
    return torch.cat([c.mean(dim=1), _std(c), d.mean(dim=1), _std(d)])


def _bands(levels: _Levels) -> torch.Tensor:
    y = levels.below
    change = _deltas(y).abs().sort(dim=1).values
    mean, deviation = y.mean(dim=1), _std(y)
    z = (y - mean[:, None]) / (deviation[:, None] + 1e-3)
    square = z * z
    rows = [*_quantiles(y.sort(dim=1).values, PERCENTS).T, mean, deviation]
    rows += [change.mean(dim=1), _std(change), _quantiles(change, (95.0,))[:, 0]]
    rows += [(square * z).mean(dim=1), root((square * square).mean(dim=1))]
    return _cepstra(torch.stack(rows, dim=1), N_CEPSTRA).T.reshape(-1)


def _modulation(levels: _Levels) -> torch.Tensor:
    y = levels.clipped - levels.clipped.mean(dim=1, keepdim=True)
    y = torch.nn.functional.pad(y, (0, max(0, LENGTH - y.shape[1])))
    window = torch.hann_window(LENGTH, periodic=False, dtype=y.dtype, device=y.device)
    spectrum = torch.fft.rfft(y.unfold(1, LENGTH, LENGTH // 2) * window, dim=2)
    power = (spectrum.real**2 + spectrum.imag**2).mean(dim=1)
    hertz = np.arange(power.shape[1]) * levels.rate / LENGTH
    rows = []
    for low, high in itertools.pairwise(EDGES):
        inside = np.flatnonzero((hertz >= low) & (hertz < high))
        mean = power[:, inside[0] : inside[-1] + 1].mean(dim=1) if len(inside) else torch.zeros_like(power[:, 0])
        rows.append(torch.log10(mean + 1e-6))
    return _cepstra(torch.stack(rows, dim=1), N_MODULATION).T.reshape(-1)


def _tangent(levels: _Levels) -> torch.Tensor:
    c = _cepstra(levels.clipped, N_TANGENT + 1)[1:]
    c = torch.cat([c, 3 * _deltas(c)])
    c = c - c.mean(dim=1, keepdim=True)
    ridge = 1e-3 * torch.eye(len(c), dtype=c.dtype, device=c.device)
    values, vectors = torch.linalg.eigh(c @ c.T / max(1, c.shape[1] - 1) + ridge)
    log = (vectors * values.log()) @ vectors.T
    row, column = (torch.as_tensor(one, device=c.device) for one in np.triu_indices(len(c)))
    return log[row, column] * torch.where(row == column, 1.0, 2.0**0.5)


def _envelope(levels: _Levels) -> torch.Tensor:
    power = levels.power.clamp_min(10.0**-LOUD_SPAN).mean(dim=0)
    loud = torch.log10(power * 10.0 ** levels.clipped.max() + 10.0**FLOOR)
    loud = loud - loud.max()
    n, at = len(loud), int(loud.argmax())
    change = torch.diff(loud, append=loud[-1:])
    fall = loud[[min(at + k, n - 1) for k in FALL]]
    rise = loud[[max(at - k, 0) for k in RISE]]
    spectrum = torch.fft.rfft(loud - loud.mean(), n=1024)
    again = torch.fft.irfft(spectrum.real**2 + spectrum.imag**2)
    again = again / (again[0] + 1e-9)
    steep = _quantiles(change.sort().values, (99.0, 1.0))
    ordered = _quantiles(loud.sort().values, tuple(np.linspace(0, 100, N_LEVELS)))
    peaks = torch.stack([again[low:high].max() for low, high in LAGS])
    count, place = (loud.new_tensor([value]) for value in (np.log(n), at / n))
    return torch.cat([ordered, fall, rise, count, _std(change[None]), steep, place, peaks])


def _tonal(levels: _Levels) -> torch.Tensor:
    y = levels.clipped
    wide = torch.nn.functional.pad(y.T[None], (2, 2), mode="replicate")[0].T
    over = (y - (wide[:-4] + wide[1:-3] + wide[3:-1] + wide[4:]) / 4).clamp_min(0)
    flat = levels.below.mean(dim=0) - torch.log10(levels.power.mean(dim=0))
    rows = _cepstra(torch.stack([over.mean(dim=1), _std(over)], dim=1), N_CEPSTRA).T.reshape(-1)
    ends = [_quantiles(values.sort().values, PERCENTS) for values in (flat, over.amax(dim=0))]
    return torch.cat([rows, *ends])


def _excerpt(levels: _Levels) -> torch.Tensor:
    y = levels.clipped
    if y.shape[1] > 1:
        y = y[:, : y.shape[1] // 2 * 2].reshape(len(y), -1, 2).mean(dim=2)
    if y.shape[1] < N_FRAMES:
        y = y.repeat(1, -(-N_FRAMES // y.shape[1]))[:, :N_FRAMES]
    elif y.shape[1] > N_FRAMES:
        sums = torch.nn.functional.pad(y.mean(dim=0).cumsum(dim=0), (1, 0))
        first = int((sums[N_FRAMES:] - sums[:-N_FRAMES]).argmax())
        y = y[:, first : first + N_FRAMES]
    return ((y - y.mean()) / UNIT).reshape(-1)


KINDS = {
    "mfcc": _mfcc,
    "bands": _bands,
    "modulation": _modulation,
    "tangent": _tangent,
    "envelope": _envelope,
    "tonal": _tonal,
    "excerpt": _excerpt,
}


@lru_cache(maxsize=8)
def _cosines(bands: int, count: int) -> np.ndarray:
    return np.asarray(dct(np.eye(bands), axis=0, norm="ortho")[:count])


def _cepstra(levels: torch.Tensor, count: int) -> torch.Tensor:
    return torch.as_tensor(_cosines(len(levels), count), dtype=levels.dtype, device=levels.device) @ levels


def _deltas(rows: torch.Tensor, width: int = 2) -> torch.Tensor:
    n = rows.shape[1]
    padded = torch.nn.functional.pad(rows[None], (width, width), mode="replicate")[0]
    slope = torch.zeros_like(rows)
    for k in range(1, width + 1):
        slope = slope + k * (padded[:, width + k : width + k + n] - padded[:, width - k : width - k + n])
    return slope / (2 * sum(k * k for k in range(1, width + 1)))


def _quantiles(ordered: torch.Tensor, percents: tuple[float, ...]) -> torch.Tensor:
    at = np.asarray(percents) / 100 * (ordered.shape[-1] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, ordered.shape[-1] - 1)
    share = torch.as_tensor(at - low, dtype=ordered.dtype, device=ordered.device)
    below, above = (ordered[..., torch.as_tensor(one, device=ordered.device)] for one in (low, high))
    return below + (above - below) * share


def _std(rows: torch.Tensor) -> torch.Tensor:
    """The deviation along the last axis; its gradient is 0 where nothing changes."""
    return root(rows.var(dim=1, correction=0))

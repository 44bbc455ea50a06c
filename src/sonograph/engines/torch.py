"""The Torch engine: frames on any device of Torch, in blocks that keep within a stated memory.

`values_of` is the arithmetic by itself, on tensors and differentiable; `learning.SpectrogramModule` is made of it too.
Bands are one product with a full matrix, so they follow Torch's choice of precision for such products: leave
torch.set_float32_matmul_precision at "highest", its default, where the numbers matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sonograph.engines.columns import fold, touched
from sonograph.engines.work import Bands, Work
from sonograph.errors import MissingExtra, SettingsError

try:
    import torch
except ImportError as error:
    raise MissingExtra("the Torch engine needs Torch: pip install '.[torch]'") from error


@dataclass(frozen=True)
class Torch:
    """An engine on a device of Torch.

    device : as Torch names it: "cpu", "cuda", "cuda:1", "mps"
    dtype  : "float32", "float64", or None: as the samples are
    memory : bytes of the device that a block of frames may take, tables included; None: 16 MiB on a CPU, whose
             cache that suits, 1 GiB elsewhere

    Raises
    ------
    SettingsError
        A device that Torch does not have here, another dtype, memory below 1 MiB.

    Examples
    --------
    >>> from sonograph import signals, spectrogram
    >>> spectrogram(signals.tone(1000.0, 1.0), engine=Torch("cpu")).engine
    'torch'
    """

    device: str = "cpu"
    dtype: str | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "device", str(self.device))
        try:
            torch.empty(0, device=self.device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise SettingsError(f"device is {self.device!r}; it must be one that Torch has here ({reason})") from None
        if self.dtype not in (None, "float32", "float64"):
            raise SettingsError(f"dtype is {self.dtype!r}; it must be float32, float64 or None (as the samples are)")
        if self.memory is not None and not self.memory >= 1 << 20:
            raise SettingsError(f"memory is {self.memory}; it must be {1 << 20} bytes or more, to hold a few frames")

    @property
    def name(self) -> str:
        """What a spectrogram says ran."""
        return "torch"

    @property
    def threads(self) -> None:
        """None: Torch decides; torch.set_num_threads says otherwise."""
        return

    def refuses(self, work: Work, dtype: np.dtype) -> str | None:
        """Why such work is left to the reference engine: precision or memory that the device has not."""
        if torch.device(self.device).type == "mps" and dtype == np.float64:
            return "Apple's GPU has no float64"
        needed = _table_bytes(work, dtype) + _frame_bytes(work, dtype)
        if needed > self._bytes():
            return f"one frame and the tables take {needed} bytes, more than memory {self._bytes()}"
        return None

    def compute(self, samples: np.ndarray, work: Work, out: np.ndarray, *, reused: bool = False) -> None:
        """Fill `out` (channels, frames, rows); see `Engine.compute`."""
        for channel, part, values in self._blocks(samples, work, range(out.shape[1])):
            torch.from_numpy(out[channel, part.start : part.stop]).copy_(values)

    def reduce(
        self,
        samples: np.ndarray,
        work: Work,
        columns: np.ndarray,
        rows: np.ndarray,
        counts: np.ndarray,
        *,
        largest: np.ndarray | None = None,
        total: np.ndarray | None = None,
    ) -> None:
        """Gather frames into pixels; see `Engine.reduce`. Rows are gathered on the device, columns after it."""
        for channel, part, values in self._blocks(samples, work, range(int(columns[0]), int(columns[-1]))):
            here, edges = touched(columns, part)
            there = ~values.isnan().any(dim=1).cpu().numpy()
            counts[channel, here] += fold(np.add, there, edges, 0, empty=0, dtype=np.int64)
            if largest is not None:
                highest = fold(np.fmax, _gathered(values, rows, mean=False), edges, 0, empty=np.nan)
                largest[channel, here] = np.fmax(largest[channel, here], highest)
            if total is not None:
                means = np.where(there[:, None], _gathered(values, rows, mean=True), 0)
                total[channel, here] += fold(np.add, means, edges, 0, empty=0, dtype=np.float64)

    def _bytes(self) -> int:
        on_cpu = torch.device(self.device).type == "cpu"
        return self.memory or (1 << 24 if on_cpu else 1 << 30)

    def _blocks(self, samples: np.ndarray, work: Work, frames: range) -> Iterator[tuple[int, range, torch.Tensor]]:
        """Channel, frames and their values (frames, rows) on the device."""
        if not len(samples) or not frames:
            return
        length, cut = len(work.window), cut_length(work)
        with torch.inference_mode():
            real = samples.real.dtype
            window, matrix = _on_device(work, real, self.device)
            step = max(1, (self._bytes() - _table_bytes(work, real)) // _frame_bytes(work, real))
            for channel in range(len(samples)):
                for first in range(frames.start, frames.stop, step):
                    part = range(first, min(first + step, frames.stop))
                    span = samples[channel, part.start * work.hop : (part.stop - 1) * work.hop + length]
                    # Torch takes no memory that may not be written, and warns
                    held = torch.from_numpy(span if span.flags.writeable else span.copy()).to(self.device)
                    clean, missing = without_holes(held, length, work.hop)
                    cuts = torch.nn.functional.pad(clean, (0, cut - length)).unfold(-1, cut, work.hop)
                    values = values_of(cuts, work, window, matrix)
                    yield channel, part, values.masked_fill(missing[..., None], torch.nan)


@lru_cache(maxsize=8)
def _on_device(work: Work, dtype: np.dtype, device: str) -> tuple[torch.Tensor, torch.Tensor | None]:
    window, matrix = tables_of(work)
    move = lambda table: torch.from_numpy(table.astype(dtype)).to(device)  # noqa: E731
    return move(window), None if matrix is None else move(matrix)


def cut_length(work: Work) -> int:
    """How long frames are to be cut: to n_fft where zeros of the window can pad them, which spares a copy of all."""
    return len(work.window) if work.remove_dc or work.preemphasis else work.n_fft


def tables_of(work: Work) -> tuple[np.ndarray, np.ndarray | None]:
    """The window of frames as long as they are cut, and what every bin adds to every band (bins, bands), float64."""
    window = np.zeros(cut_length(work))
    window[: len(work.window)] = work.window
    if work.bands is None:
        return window, None
    matrix = _dense(work.bands, work.n_bins)
    factor = work.ends if work.quantity == "power" else work.ends**0.5
    matrix[0] *= factor
    if work.n_fft % 2 == 0:
        matrix[-1] *= factor
    return window, matrix


def values_of(frames: torch.Tensor, work: Work, window: torch.Tensor, matrix: torch.Tensor | None) -> torch.Tensor:
    """(..., rows) of frames (..., cut_length) that are finite; window and matrix as `tables_of` has them.

    The matrix holds the factor of the spectrum's ends.
    """
    weighed = conditioned(frames, work) * window
    if work.two_sided:
        transform = torch.fft.fftshift(torch.fft.fft(weighed, work.n_fft), dim=-1)
    else:
        transform = torch.fft.rfft(weighed, work.n_fft)
    if work.quantity == "power":
        values = power_of(transform)
    else:
        # abs, not the root of a sum: its gradient at 0 is 0, not infinite
        values = transform.abs() if work.quantity == "magnitude" else transform
    if matrix is not None:
        values = values @ matrix
    elif work.ends != 1:
        values = values * _ends(values, work)
    if work.log is not None:
        values = values.clamp_min(work.log.floor).log10() * work.log.factor
    return values


def power_of(transform: torch.Tensor) -> torch.Tensor:
    """|X|² of complex numbers."""
    if transform.requires_grad:  # one gradient of both parts, where each by itself would fill a spectrum with zeros
        return torch.view_as_real(transform).square().sum(-1)
    return torch.addcmul(transform.real.square(), transform.imag, transform.imag)


def conditioned(frames: torch.Tensor, work: Work) -> torch.Tensor:
    """Frames without their mean and pre-emphasised, where the work says so."""
    if work.remove_dc:
        frames = frames - frames.mean(-1, keepdim=True)
    if work.preemphasis:
        frames = frames - work.preemphasis * torch.cat([frames[..., :1], frames[..., :-1]], -1)
    return frames


def without_holes(samples: torch.Tensor, length: int, hop: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples with 0 for what is not finite, and which frames (..., frames) hold such a sample.

    Counted over the samples, of which there are fewer than in all frames; and gradients stay finite.
    """
    bad = samples - samples != 0  # of what is infinite too; quicker than isfinite, as nan_to_num than masked_fill
    before = torch.nn.functional.pad(bad.cumsum(-1, dtype=torch.int32), (1, 0))
    n_starts = samples.shape[-1] - length + 1
    return samples.nan_to_num(0.0, 0.0, 0.0), before[..., length::hop] > before[..., :n_starts:hop]


def _ends(values: torch.Tensor, work: Work) -> torch.Tensor:
    """(bins,) 1, and the factor of the first bin and, for even n_fft, the last."""
    factor = work.ends if work.quantity == "power" else work.ends**0.5
    real = torch.float64 if values.dtype in (torch.float64, torch.complex128) else torch.float32
    bins = torch.arange(work.n_bins, device=values.device)
    end = (bins == 0) | (2 * bins == work.n_fft)
    return torch.ones(work.n_bins, dtype=real, device=values.device).masked_fill(end, factor)


def _dense(bands: Bands, n_bins: int) -> np.ndarray:
    matrix = np.zeros((n_bins, len(bands.first)))
    for q, first in enumerate(bands.first):
        weights = bands.weights[bands.start[q] : bands.start[q + 1]]
        matrix[first : first + len(weights), q] = weights
    return matrix


def _gathered(values: torch.Tensor, rows: np.ndarray, *, mean: bool) -> np.ndarray:
    """(frames, pixel rows): the largest, or the mean, of the bins of each."""
    widths = np.diff(rows)
    index = torch.from_numpy(np.repeat(np.arange(len(widths)), widths)).to(values.device).expand(len(values), -1)
    values = values[:, int(rows[0]) : int(rows[-1])]
    if mean and values.device.type != "mps":
        values = values.double()
    out = torch.zeros((len(values), len(widths)), dtype=values.dtype, device=values.device)
    gathered = out.scatter_reduce(1, index, values, "mean" if mean else "amax", include_self=False)
    return np.asarray(gathered.cpu().numpy())


def _frame_bytes(work: Work, dtype: np.dtype) -> int:
    """What a frame takes at its most: cut, conditioned, weighed and padded, transformed, squared and summed."""
    cut = work.hop * 8 + len(work.window) * (1 + 2 * work.remove_dc + 3 * bool(work.preemphasis))
    parts = 2 if work.two_sided else 1  # numbers a sample
    return dtype.itemsize * (parts * (cut + 2 * work.n_fft) + 6 * work.n_bins + 4 * work.n_rows)


def _table_bytes(work: Work, dtype: np.dtype) -> int:
    matrix = 0 if work.bands is None else work.n_bins * work.n_rows
    return dtype.itemsize * (len(work.window) + matrix + work.n_bins)

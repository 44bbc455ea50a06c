"""SpectrogramModule: settings as a layer of a network, differentiable and on any device.

A transform, or what is measured on the samples themselves (`measures`), and then the stages that follow (`links`). All
frames of a sound are computed at once, without a loop over them and without leaving the device.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.engines import Work
from sonograph.errors import MissingExtra, SettingsError
from sonograph.frames import frames_of, refuse_too_short
from sonograph.settings import Settings
from sonograph.sounds.calibration import Calibration

try:
    import torch as torch
except ImportError as error:
    raise MissingExtra("the Torch module needs Torch: pip install '.[torch]'") from error

from sonograph.engines.torch import without_holes
from sonograph.learning.sizes import count
from sonograph.learning.taken_apart import sound_like, taken_apart
from sonograph.learning.torch.edges import with_edges
from sonograph.learning.torch.lengths import first
from sonograph.learning.torch.links import LINKS, link
from sonograph.learning.torch.links.common import Seen
from sonograph.learning.torch.measures import MEASURES, Measure
from sonograph.learning.torch.tables import Tables
from sonograph.learning.torch.transform import Transform


class SpectrogramModule(torch.nn.Module):
    """The numbers of `spectrogram` for batches of sounds, as a layer.

    Parameters
    ----------
    settings
        Any settings: a transform, bands, a level, cepstra …; a preset.
    sample_rate
        Of the sounds, Hz.
    unit
        What their samples are in, which a level refers to; the calibration's, or "FS", by default.
    calibration
        How the receiver hears over frequency, taken off every power. As in a Signal, its scale is in the samples.

    Notes
    -----
    forward : samples (..., n), float32 or bfloat16 (or float64 after `.double()`) -> (..., rows, frames)
        Every axis before the last is a batch: each channel is a sound of its own. What counts over the whole sound
        (a level's "max", a range, a mean) therefore counts over each channel; `spectrogram` takes the maximum of all.

    It computes in float32, also inside an autocast and after `.bfloat16()`, and in float64 after `.double()`. Its
    tables follow from the settings, so a state_dict holds none of them. A frame that holds a NaN or an infinite sample
    is NaN in every row and no other frame changes; gradients stay finite if the loss leaves such frames out.

    Raises
    ------
    SettingsError
        Settings that this rate or no module can have; from forward: samples of another kind, sounds too short.

    Examples
    --------
    >>> from sonograph import StftSettings
    >>> mel = SpectrogramModule(StftSettings(window_length=512, hop=128), sample_rate=16_000)
    >>> mel(torch.zeros(8, 2, 16_000)).shape
    torch.Size([8, 2, 257, 126])
    """

    tables: Any
    first: Any
    links: Any

    def __init__(
        self,
        settings: Settings,
        sample_rate: float,
        *,
        unit: str | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        like = sound_like(sample_rate, unit, calibration)
        whole, stages = taken_apart(self.settings, like, {*MEASURES, *LINKS}, "a Torch module")
        self.sample_rate, self.unit, self.n_rows = like.sample_rate, like.unit, whole.n_rows
        self._stft, self._work, self._frames_per_second = whole.stft, whole.work, whole.frames_per_second
        self.tables = Tables(precision=np.empty(0))  # that of the whole module
        self.first = Transform(whole.work) if isinstance(whole.work, Work) else Measure(whole.work)
        self.links = torch.nn.ModuleList(link(stage, before) for stage, before in stages)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """(..., rows, frames) of samples (..., n)."""
        samples = self._checked(samples)
        if samples.device.type == "meta" or not torch.amp.is_autocast_available(samples.device.type):
            return self._sounds(samples).transpose(-1, -2)
        with torch.autocast(samples.device.type, enabled=False):
            return self._sounds(samples).transpose(-1, -2)

    def _checked(self, samples: torch.Tensor) -> torch.Tensor:
        wanted = self.tables.precision.dtype
        if samples.ndim < 1 or samples.dtype not in (torch.float32, torch.float64, torch.bfloat16):
            what = f"{samples.dtype} of {samples.ndim} axes"
            raise SettingsError(
                f"samples are {what}; they must be (..., n), float32, float64 or bfloat16: divide whole numbers by "
                f"their full scale, float16 has too little range"
            )
        if samples.dtype == torch.float64 and wanted != torch.float64:
            raise SettingsError("samples are torch.float64; the module would round them: call .double() on it")
        return samples.to(wanted)

    def _sounds(self, samples: torch.Tensor) -> torch.Tensor:
        """(..., frames, rows): on a CPU one sound after another, as the frames of one may fit its cache.

        So it is exported too where the number of sounds is fixed: folding the frames of several sounds into one axis
        asks of their number what torch.export cannot prove of every length.
        """
        together = samples.device.type != "cpu" or samples.requires_grad or torch.compiler.is_compiling()
        fewest = 2
        if torch.compiler.is_exporting():
            together = samples.ndim == 1 or not all(isinstance(size, int) for size in samples.shape[:-1])
            fewest = 1
        if together or samples.shape[:-1].numel() < fewest:
            return self._values(samples)
        values = torch.stack([self._values(sound) for sound in samples.flatten(0, -2)])
        return values.reshape(*samples.shape[:-1], *values.shape[-2:])

    def _values(self, samples: torch.Tensor) -> torch.Tensor:
        stft, n_samples = self._stft, samples.shape[-1]
        refuse_too_short(self.settings, n_samples)
        if stft.edges == "reflect" and 0 < n_samples <= stft.window_length // 2:
            frames_of(stft, n_samples)  # refuses it, and says why
        n_frames = 0 if n_samples == 0 else count(stft, n_samples) - stft.drop_last
        if n_frames < 1 or samples.numel() == 0:
            kind = torch.complex64 if samples.dtype == torch.float32 else torch.complex128
            dtype = kind if self.settings.quantity == "transform" else samples.dtype
            return samples.new_zeros((*samples.shape[:-1], max(0, n_frames), self.n_rows), dtype=dtype)
        if stft.preemphasis and stft.preemphasis_over == "sound":
            samples = samples - stft.preemphasis * torch.nn.functional.pad(samples, (1, 0))[..., :-1]
        samples, missing = without_holes(with_edges(samples, stft), stft.window_length, stft.hop)
        if stft.drop_last:
            samples, missing = samples[..., : -stft.hop], missing[..., :-1]
        samples = torch.nn.functional.pad(samples, (0, self.first.cut - stft.window_length))
        frames = samples.unfold(-1, self.first.cut, stft.hop)
        missing = first(missing, frames.shape[-2], -1)  # which is all of it
        seen = Seen(frames, missing[..., None], self._work, stft, self._frames_per_second)
        values = self.first(samples, frames)
        values = values.masked_fill(seen.missing, torch.nan)
        for stage in self.links:
            values = stage(values, seen)
        return values

    def extra_repr(self) -> str:
        """What is said between the brackets when a network is printed."""
        measure: list[Any] = [] if isinstance(self._work, Work) else [self._work.stage.kind]
        kinds = [self._stft.kind, *measure, *(stage.settings.kind for stage in self.links)]
        return f"{' → '.join(kinds)}, {self.n_rows} rows, {self.sample_rate:g} Hz"

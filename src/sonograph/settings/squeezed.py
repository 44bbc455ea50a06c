"""The spectrogram squeezed in frequency: each value of a transform where its phase turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sonograph.errors import SettingsError
from sonograph.settings.named import Measure, plain_frames
from sonograph.settings.stft import StftSettings


@dataclass(frozen=True, kw_only=True)
class SqueezedSettings(Measure, kind="squeezed"):
    """The transform of each frame, every value added to the bin at whose frequency its phase turns.

    Synchrosqueezing of the short-time Fourier transform (Thakur and Wu 2011; Oberlin, Meignen and Perrier 2014). A tone
    that a window smears over bins is one bin, and a chirp that is slow against the window a line. Unlike `reassigned`,
    which moves powers in time too, it moves complex values, in frequency alone: a frame needs no other, and its rows
    add up to the sound. The sum of the real parts of a raw "transform" is the sample in the middle of the frame, to
    rounding; the sum of the rows around one line is that part alone.

    Parameters
    ----------
    of
        Frames, window and n_fft; the window should go to 0 at its ends. And what the values are: its `quantity`, whose
        phase is that in the middle of the frame; its `scaling`, where "spectrum" reads the mean square of a tone at its
        bin, and "raw" its amplitude (as a power, that squared).

    Raises
    ------
    SettingsError
        Pre-emphasis or frames without their mean; a density.

    Examples
    --------
    >>> from sonograph import signals, spectrogram
    >>> between = signals.tone(1015.0, 0.5, amplitude=1.0)  # at 43.3 bins
    >>> power = spectrogram(between, SqueezedSettings(of=StftSettings()))
    >>> int(power.values[:, 20].argmax()), round(float(power.values[:, 20].max()), 3)
    (43, 0.5)
    """

    transforms: ClassVar[bool] = True

    of: StftSettings

    def __post_init__(self) -> None:
        if plain_frames(self).remove_dc:
            raise SettingsError("remove_dc is True; SqueezedSettings add up to samples as they are: leave it out")
        if self.of.scaling == "density":
            raise SettingsError(
                'scaling is "density"; what is squeezed has no bandwidth to divide by: take "spectrum" or "raw"'
            )

    @property
    def quantity(self) -> str:
        """What the values are."""
        return self.of.quantity

    @property
    def rows(self) -> str:
        """What a row is."""
        return "bin"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"bin_{k}" for k in range(self.of.n_bins))

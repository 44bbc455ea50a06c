"""What settings make of a sound, before anything is computed: rows, their names and frequencies, quantity and unit.

Spectrograms, pictures and tables take theirs from here, so that what would be is what is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sonograph import naming
from sonograph.checks import NUMBERS, whole
from sonograph.errors import SettingsError
from sonograph.named.given import settings_of
from sonograph.settings import BandSettings, LevelSettings, Settings, StftSettings, stages, stft_of, with_stft
from sonograph.settings.arguments import answered
from sonograph.settings.by_octaves import ByOctaves
from sonograph.settings.matrix import MatrixSettings
from sonograph.sounds.derived import is_complex
from sonograph.sounds.highpass import check_high_pass
from sonograph.sounds.source import checked_rate
from sonograph.sounds.weighting import check_weighting
from sonograph.units import all_hertz, resolved_reference

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of numbers that settings make of every frame of a kind of sound.

    settings    : what is computed
    sample_rate : of the sound, Hz
    n_channels  : of the sound
    unit        : what its samples are in; `value_unit` says what the values are in
    n_rows      : numbers per frame
    quantity    : "transform", "power", "magnitude", "level", "log", "cepstrum" or "feature"
    reference   : the power that reads 0 dB, of a level; None for one that is the loudest value
    first_row   : which of the settings' rows the first is; 0 but where some were selected
    """

    settings: Settings
    sample_rate: float
    n_channels: int = 1
    unit: str = "FS"
    n_rows: int
    quantity: str
    reference: float | None = None
    first_row: int = 0

    @property
    def rows(self) -> str:
        """What a row is: "bin", "band", "pitch class", "coefficient" or "feature"."""
        return self.settings.rows

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row, as for the columns of a table: "bin_0", "band_0", "C", "c0", "delta_c0" …"""
        last = self.first_row + self.n_rows
        return self.settings.row_names(last)[self.first_row : last]

    @property
    def units(self) -> tuple[str, ...]:
        """What each row is in, "" where it is a plain number: "Hz" of a pitch, the samples' unit of an rms …"""
        if self.quantity != "feature":
            return (self.value_unit,) * self.n_rows
        return tuple(self.settings.row_unit(name, self.unit) for name in self.names)

    @property
    def frequencies(self) -> np.ndarray:
        """Centre of each row, Hz, (rows,) float64.

        Raises
        ------
        SettingsError
            The rows have no frequency: they are coefficients, pitch classes or features.
        """
        import numpy as np

        below, here = self._bins_or_bands(), slice(self.first_row, self.first_row + self.n_rows)
        if isinstance(below, ByOctaves | MatrixSettings):
            return np.array(below.centres)[here]
        if isinstance(below, BandSettings):
            from sonograph.filterbanks import filters_of

            return filters_of(below, self.sample_rate).centres[here].copy()
        first = -(below.n_fft // 2) if below.sides == "two" else 0
        return (np.arange(below.n_bins)[here] + first) * self.sample_rate / below.n_fft

    @property
    def edges(self) -> np.ndarray:
        """Where each row begins and ends, Hz, (rows, 2) float64; half a bin either side for bins.

        Raises
        ------
        SettingsError
            The rows have no frequency.
        """
        import numpy as np

        below, here = self._bins_or_bands(), slice(self.first_row, self.first_row + self.n_rows)
        if isinstance(below, ByOctaves | MatrixSettings):
            return np.array(below.edges)[here]
        if isinstance(below, BandSettings):
            from sonograph.filterbanks import filters_of

            return filters_of(below, self.sample_rate).edges[here].copy()
        half = self.sample_rate / below.n_fft / 2
        return np.stack([self.frequencies - half, self.frequencies + half], axis=-1)

    @property
    def highest(self) -> float:
        """The frequency that an axis reaches, Hz: half the sample rate, of a matrix the end of its last row."""
        if isinstance(self.settings, MatrixSettings):
            return self.settings.edges[-1][1]
        return self.sample_rate / 2

    @property
    def lowest(self) -> float:
        """The frequency that an axis begins at, Hz: 0, of two sides minus half the sample rate."""
        return -self.sample_rate / 2 if stft_of(self.settings).sides == "two" else 0.0

    @property
    def is_part(self) -> bool:
        """Whether rows that have a frequency are some of the settings' rows, as of `Spectrogram.select(hertz=…)`."""
        return len(replace(self, first_row=0, n_rows=NUMBERS).frequencies) != self.n_rows

    @property
    def value_unit(self) -> str:
        """The unit of the values, a level's with its reference: "FS²", "V²/Hz", "dBFS", "dB re 1 V" …"""
        return naming.value_unit(self.settings, self.quantity, self.unit, self.reference)

    @property
    def label(self) -> str:
        """What a colour bar says: quantity and unit.

        "Level (dBFS)", "Spectral density level (dB re 1 V²/Hz)", "Power (FS²)" …
        """
        return naming.label(self.settings, self.quantity, self.unit, self.reference)

    @property
    def frames_per_second(self) -> float:
        """How fast frames follow each other."""
        return self.sample_rate / stft_of(self.settings).hop

    @property
    def digest(self) -> str:
        """The name of the settings: 16 hexadecimal digits."""
        return self.settings.digest

    def __repr__(self) -> str:
        names = self.names if self.n_rows < 3 else (self.names[0], "…", self.names[-1])
        rows = naming.plural(self.rows) if self.n_rows != 1 else self.rows
        return f"<Rows: {self.n_rows} {rows} ({' '.join(names)}), {self.label}, {all_hertz(self.sample_rate)}>"

    def _bins_or_bands(self) -> StftSettings | BandSettings | ByOctaves | MatrixSettings:
        if self.rows not in ("bin", "band"):
            names = self.names
            raise SettingsError(
                f"the rows are {naming.plural(self.rows)}, which have no frequency: {', '.join(names[:3])}"
                f"{' …' if len(names) > 3 else ''}; use names"
            )
        below: StftSettings | BandSettings | ByOctaves | MatrixSettings = stages(self.settings)[0]
        for stage in stages(self.settings):
            below = stage if isinstance(stage, BandSettings | ByOctaves | MatrixSettings) else below
        return below


def usual(sound: Any) -> StftSettings:
    """What is computed of a sound where nothing is asked for."""
    return StftSettings(sides="two" if is_complex(sound) else "one")


def sided(settings: Any, sound: Any) -> Any:
    """Settings with the sides that the samples of a sound have: two where they are complex.

    Raises
    ------
    SettingsError
        They are complex, and the settings are made for real ones.
    """
    return with_stft(settings, sides=usual(sound).sides)


def check_filters(stft: StftSettings, sample_rate: float) -> None:
    """Refuse filters before frames that no sound of this rate can pass."""
    if stft.high_pass:
        check_high_pass(stft.high_pass, sample_rate)
    check_weighting(stft.weighting, sample_rate)


@answered
def describe(settings: Settings | str, sample_rate: float, unit: str = "FS", n_channels: int = 1) -> Rows:
    """What settings would make of a sound of this kind; nothing is computed.

    Parameters
    ----------
    settings
        Any settings, or a preset's name.
    sample_rate
        Of the sound, Hz.
    unit
        What its samples are in.
    n_channels
        How many channels it has.

    Raises
    ------
    SettingsError
        Settings that no sound of this rate or unit can have, or that are for another.

    Examples
    --------
    >>> from sonograph.settings import MelBank
    >>> mel = describe(BandSettings(of=StftSettings(), bands=MelBank(n_bands=40)), 44_100.0)
    >>> mel.n_rows, mel.names[0], float(mel.frequencies[0].round(1))
    (40, 'band_0', 97.5)
    """
    settings, rate = settings_of(settings), checked_rate(sample_rate)
    listed = stages(settings)
    wanted = listed[0].sample_rate
    if wanted not in (None, rate):
        raise SettingsError(
            f"sample_rate is {rate:g} Hz; these settings are for {wanted:g} Hz: resample the sound first"
        )
    check_filters(listed[0], rate)
    n_rows, reference = listed[0].n_rows, None
    for stage in listed[1:]:
        if isinstance(stage, BandSettings):
            from sonograph.filterbanks import filters_of

            n_rows = len(filters_of(stage, rate).first)
        else:
            if getattr(stage, "from_samples", False):
                stage.check_rate(rate)
                stage.check_unit(unit)
            n_rows = stage.rows_after(n_rows)
        if isinstance(stage, LevelSettings):
            reference = resolved_reference(stage.reference, unit, stage.power_kind)
    return Rows(
        settings=settings,
        sample_rate=rate,
        n_channels=whole("n_channels", n_channels, 1),
        unit=unit,
        n_rows=n_rows,
        quantity=settings.quantity,
        reference=reference,
    )

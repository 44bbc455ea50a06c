"""SpectrogramFeatures: sounds to rows of a table, for pipelines of scikit-learn."""

from __future__ import annotations

import os
import warnings
from typing import Any, cast

import numpy as np

from sonograph import engines
from sonograph.analysis.over_time import checked_statistics, over_time, summary_names
from sonograph.analysis.summaries import Summary
from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import MissingExtra, SettingsError
from sonograph.io.audio import open as open_sound
from sonograph.named.given import settings_of
from sonograph.settings import Settings, stft_of
from sonograph.sounds.derived import refuse_complex
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal, Source
from sonograph.spectrograms import Spectrogram

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.parallel import Parallel, delayed
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise MissingExtra("the transformer needs scikit-learn: pip install '.[learn]'") from error


class SpectrogramFeatures(TransformerMixin, BaseEstimator):
    """Sounds to features, one row for each sound.

    Parameters
    ----------
    settings
        Any settings: bands, a level, cepstra …; a preset, or its name. By default StftSettings().
    sample_rate
        Hz. Arrays carry none and need it; Signals and files of another are resampled to it (soxr). None: that of the
        settings where they are for one, else that of the first Signal or file.
    summary
        What is kept of each row over time, one or several of `sonograph.analysis.over_time.STATISTICS`: "mean",
        "deviation" (also called "std"), "min", "max", "p5", "p25", "p50", "p75", "p95"; or "frames": all frames one
        after another, which needs sounds of one length. Or a `learning.Summary`, which has a log-mel of its own:
        settings is left out then.
    n_jobs
        Sounds at a time, as in scikit-learn; None: one, on all cores.
    mono
        Whether to take the mean of the channels; otherwise sounds of several are refused.

    Notes
    -----
    X is an array (sounds, samples) or (sounds, channels, samples) of what a Signal takes, which divides whole numbers
    by their full scale; or a list, an array or a column of Signals, other Sources, paths or arrays of any length. A
    summary is of the frames that lie within the sound; one that reaches over an end, or holds a missing sample (NaN),
    counts for nothing, and a sound without any other gives NaN and a warning.

    Raises
    ------
    SettingsError
        From fit and transform: a summary that is none, complex values, sounds of several rates where none is given, of
        another unit or of several channels, arrays without a rate, "frames" of sounds of several lengths.

    Examples
    --------
    >>> from sonograph import signals
    >>> from sonograph.settings import BandSettings, LevelSettings, MelBank, StftSettings
    >>> settings = LevelSettings(of=BandSettings(of=StftSettings(), bands=MelBank(n_bands=2)))
    >>> features = SpectrogramFeatures(settings, summary="mean").fit([signals.tone(440.0, 1.0)])
    >>> features.get_feature_names_out().tolist()
    ['band_0_mean', 'band_1_mean']
    """

    def __init__(
        self,
        settings: Settings | str | None = None,
        sample_rate: float | None = None,
        summary: str | tuple[str, ...] | Summary = ("mean", "std"),
        n_jobs: int | None = None,
        mono: bool = False,
    ) -> None:
        self.settings = settings
        self.sample_rate = sample_rate
        self.summary = summary
        self.n_jobs = n_jobs
        self.mono = mono

    def fit(self, X: Any, y: Any = None) -> SpectrogramFeatures:
        """Learn rate, unit and the features' names from the first sound; nothing else is learned."""
        sounds = self._sounds(X, reset=True)
        if isinstance(self.summary, Summary) and self.settings is not None:
            raise SettingsError(
                "settings is given with a Summary, which has a log-mel of its own; leave out one of them"
            )
        self._chosen = settings_of(self.settings)
        self.sample_rate_, self.unit_ = self.sample_rate or stft_of(self._chosen).sample_rate, None
        first = self._computed(sounds[0])
        self.sample_rate_, self.unit_ = first.sample_rate, first.unit
        if np.iscomplexobj(first.values):
            raise SettingsError('quantity is "transform"; features are real numbers: set quantity="power"')
        self.row_names_, self.n_frames_ = first.names, len(first.frames)
        if isinstance(self.summary, Summary):
            names = list(self.summary.names)
        elif self._summaries() == ("frames",):
            names = [f"frame_{i}_{name}" for i in range(self.n_frames_) for name in first.names]
        else:
            names = [name for one in self._summaries() for name in summary_names(first.names, (one,))]
        self.feature_names_ = np.array(names, dtype=object)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """(sounds, features), in the precision of the samples."""
        check_is_fitted(self)
        sounds = self._sounds(X, reset=False)
        rows = Parallel(n_jobs=self.n_jobs, prefer="threads")(delayed(self._row)(sound) for sound in sounds)
        return np.stack(rows)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names as "band_0_mean", as in the tables of `sonograph features --summary`; or "frame_0_band_0"."""
        check_is_fitted(self)
        return self.feature_names_

    def _summaries(self) -> tuple[str, ...]:
        if self.summary == "frames":
            return ("frames",)
        try:
            return checked_statistics(cast(Any, self.summary))
        except SettingsError as error:
            raise SettingsError(f'{error}, or "frames"') from None

    def _sounds(self, X: Any, *, reset: bool) -> list[Any]:
        """Sources or paths."""
        if getattr(X, "ndim", 2) == 1 and len(X):  # an array or a column of names or of sounds
            X = list(X)
        if isinstance(X, list | tuple) and len(X):
            if isinstance(X[0], str | os.PathLike | Source):
                return list(X)
            if len({np.shape(one) for one in X}) > 1 or np.ndim(X[0]) == 2:
                return [self._signal(one) for one in X]
        if getattr(X, "ndim", 2) == 3:
            return [self._signal(one) for one in X]
        samples = validate_data(self, X, reset=reset, dtype="numeric", ensure_all_finite=False)
        return [self._signal(row) for row in samples]

    def _signal(self, samples: Any) -> Signal:
        if self.sample_rate is None:
            raise SettingsError("sample_rate is None; arrays carry none: give that of the sounds")
        return Signal(samples, self.sample_rate)

    def _row(self, sound: Any) -> np.ndarray:
        computed = self._computed(sound)
        values = computed.values
        if isinstance(self.summary, Summary):
            return self.summary.of(computed)
        if self._summaries() == ("frames",):
            if values.shape[1] != self.n_frames_:
                raise SettingsError(
                    f'a sound has {values.shape[1]} frames; with summary="frames" it must have {self.n_frames_}, as '
                    f"the first had: cut sounds to one length, or summarise"
                )
            return values.T.reshape(-1)
        inside = computed.select(frames=computed.valid)
        if not inside.frames:
            name = f"{os.fspath(sound)}: " if isinstance(sound, str | os.PathLike) else "a sound "
            warnings.warn(
                f"{name}is so short that each of its frames reaches over an end, so it gives NaN; "
                f"take a shorter window",
                RuntimeWarning,
                stacklevel=2,
            )
        return over_time(inside.values, self._summaries()).T.reshape(-1)

    def _computed(self, sound: Any) -> Spectrogram:
        if isinstance(sound, str | os.PathLike):
            with open_sound(sound) as source:
                return self._of(source, os.fspath(sound))
        return self._of(sound, "a sound")

    def _of(self, source: Source, name: str) -> Spectrogram:
        refuse_complex(source)
        if self.mono:
            source = mono(source)
        if source.n_channels != 1:
            raise SettingsError(
                f"{name} has {source.n_channels} channels; it must have 1, or mono=True take their mean"
            )
        if self.sample_rate_ not in (None, source.sample_rate):
            if self.sample_rate is None and stft_of(self._chosen).sample_rate is None:
                raise SettingsError(
                    f"{name} has a sample rate of {source.sample_rate:g} Hz, the first sound {self.sample_rate_:g} Hz; "
                    f"give the one that all are to be brought to, as sample_rate={self.sample_rate_:g}"
                )
            source = resample(source, self.sample_rate_)
        if self.unit_ not in (None, source.unit):
            raise SettingsError(
                f"{name} is in {source.unit} and the first sound in {self.unit_}: calibrate all of them or none"
            )
        threads = None if self.n_jobs in (None, 1) else 1
        chosen = self.summary.settings(source.sample_rate) if isinstance(self.summary, Summary) else self._chosen
        return spectrogram(source, chosen, engine=engines.default(threads=threads))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.requires_fit = True
        return tags

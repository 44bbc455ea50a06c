"""A spectrogram as a few patterns and when each sounds: non-negative matrix factorisation (Lee and Seung 1999)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.checks import one_of, whole
from sonograph.errors import SettingsError
from sonograph.learning.extra import scikit_learn
from sonograph.settings.arguments import answered
from sonograph.spectrograms import Spectrogram


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Patterns over rows, and how loud each is in every frame; their products add up to about the spectrogram.

    of : the spectrogram
    patterns : (rows, n), not negative
    loudness : (n, frames)
    error : how far the sum of all is from it: the root of the sum of squares
    """

    of: Spectrogram
    patterns: np.ndarray
    loudness: np.ndarray
    error: float

    def part(self, number: int) -> Spectrogram:
        """What one pattern gives, as a spectrogram of the same settings: to be drawn, or heard by `griffin_lim`.

        Raises
        ------
        SettingsError
            A number that there is not.
        """
        number = whole("number", number, 0, self.patterns.shape[1] - 1)
        values = np.outer(self.loudness[number], self.patterns[:, number]).astype(self.of.values.dtype)
        return dataclasses.replace(self.of, values=values.T)

    def __repr__(self) -> str:
        rows, n = self.patterns.shape
        return f"<Decomposition: {n} patterns of {rows} rows × {self.loudness.shape[1]} frames, error {self.error:.3g}>"


@answered
def decompose(
    spectrogram: Spectrogram, patterns: int, *, loss: str = "frobenius", iterations: int = 200, seed: int = 0
) -> Decomposition:
    """A power or magnitude as a few patterns and when each sounds, by scikit-learn's NMF (extra `learn`).

    As librosa.decompose.decompose. The same seed gives the same answer.

    Parameters
    ----------
    spectrogram
        Of one channel, of power, magnitude or anything that is not negative, without missing frames.
    patterns
        How many.
    loss
        What is made small: "frobenius", the squared error, or "kullback-leibler", which minds quiet rows more.
    iterations
        At most.
    seed
        Of the random numbers that it begins with.

    Raises
    ------
    SettingsError
        Several channels, numbers below 0, missing frames, more patterns than rows or frames.
    MissingExtra
        scikit-learn is not installed.
    """
    if spectrogram.n_channels > 1:
        raise SettingsError(
            f"the spectrogram has {spectrogram.n_channels} channels; one is looked at: select(channel=0)"
        )
    values: Any = np.asarray(spectrogram.values).reshape(spectrogram.values.shape[-2:])
    if np.iscomplexobj(values) or not np.isfinite(values).all() or (values < 0).any():
        raise SettingsError("the spectrogram holds numbers below 0, complex or missing ones; a power has none of them")
    one_of("loss", loss, ("frobenius", "kullback-leibler"))
    n = whole("patterns", patterns, 1, min(values.shape))
    at_most, seed = whole("iterations", iterations, 1), whole("seed", seed, 0, (1 << 32) - 1, memory=1 << 32)
    decomposition = scikit_learn("sklearn.decomposition")
    solver = "cd" if loss == "frobenius" else "mu"
    model = decomposition.NMF(n, init="nndsvda", solver=solver, beta_loss=loss, max_iter=at_most, random_state=seed)
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Maximum number of iterations")  # `error` tells how near it came
        loudness = model.fit_transform(values.T.astype(float)).T
    found = np.asarray(model.components_).T
    error = float(np.linalg.norm(values - found @ loudness))
    return Decomposition(spectrogram, found, np.asarray(loudness), error)

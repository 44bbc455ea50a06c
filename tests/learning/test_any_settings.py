"""Settings drawn at random: the Torch module has the numbers of `spectrogram`, or refuses in its words."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="Torch is not installed: make torch")

from sonograph import SettingsError, Signal, StftSettings, spectrogram  # noqa: E402
from sonograph.engines.reference import Reference  # noqa: E402
from sonograph.learning import SpectrogramModule  # noqa: E402
from sonograph.settings import (  # noqa: E402
    EDGES,
    AutocorrelationSettings,
    ConstantQSettings,
    EnergySettings,
    LogSettings,
    MultitaperSettings,
    OnsetSettings,
    PyinCandidates,
    SeparationSettings,
    ShapeSettings,
    TempogramSettings,
    TemporalSettings,
    YinSettings,
)
from sonograph.settings.shapes import SHAPES  # noqa: E402
from sonograph.settings.temporal import TEMPORAL  # noqa: E402

RATE = 8000.0


@st.composite
def any_settings(draw):
    number = lambda least, most: draw(st.integers(least, most))  # noqa: E731
    one_of = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    some_of = lambda names: tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))  # noqa: E731
    n = number(2, 200)
    frames = {"edges": one_of(*EDGES), "drop_last": one_of(False, True), "scaling": one_of("raw", "density")}
    power = StftSettings(window_length=n, hop=number(1, n), n_fft=n + number(0, 9), **frames)
    onset = OnsetSettings(of=LogSettings(of=power), lag=number(1, 5))
    heard = dataclasses.replace(power, edges="inside")  # of a frame of a few samples many lags are alike
    pitch = {"of": heard, "low": RATE / n * (1.1 + number(0, 20) / 10), "high": RATE / number(2, 9)}
    kinds = {
        "temporal": lambda: TemporalSettings(of=power, features=some_of(TEMPORAL)),
        "autocorrelation": lambda: AutocorrelationSettings(of=power, lags=number(1, n), normalised=one_of(False, True)),
        "pitch": lambda: YinSettings(**pitch, threshold=number(1, 10) / 10),
        "candidates": lambda: PyinCandidates(**pitch, thresholds=number(1, 9), no_trough=one_of(0, 0.1)),
        "constant-Q": lambda: ConstantQSettings.for_rate(
            RATE, hop=one_of(33, 64, 96), gamma=number(0, 30), low=RATE / number(10, 60), n_bands=number(1, 20),
            per_octave=number(1, 12),
            **frames,
        ),
        "multitaper": lambda: MultitaperSettings(of=power, bandwidth=number(1, 8) / 2),
        "shape": lambda: ShapeSettings(of=power, features=some_of(SHAPES), contrast_bands=number(1, 3)),
        "onset": lambda: onset,
        "tempogram": lambda: TempogramSettings(of=onset, length=number(2, 30)),
        "separation": lambda: SeparationSettings(
            of=power, part=one_of("harmonic", "percussive"), width=2 * number(0, 12) + 1, margin=one_of(1, 2.5),
            exponent=one_of(0.5, 1, 3),
        ),
        "energy": lambda: EnergySettings(of=LogSettings(of=power), measure=one_of("frame", "windowed", "bins")),
    }  # fmt: skip
    return kinds[one_of(*kinds)]()


def outcome(function):
    try:
        return function(), ""
    except SettingsError as error:
        return None, str(error)


@settings(max_examples=250)
@given(st.data(), st.integers(1, 4000), st.booleans())
def test_any_settings_have_the_numbers_of_spectrogram(data, n_samples, spoilt):
    chosen, refused = outcome(lambda: data.draw(any_settings()))
    if refused:  # settings that cannot be
        return
    samples = np.random.default_rng(n_samples).standard_normal(n_samples)
    if spoilt:
        samples[n_samples // 2] = np.nan
    expected, why = outcome(lambda: spectrogram(Signal(samples, RATE), chosen, engine=Reference()).values)
    module, no_module = outcome(lambda: SpectrogramModule(chosen, RATE).double())
    if no_module:  # where spectrogram may have complained of the sound first
        assert why
        return
    values, why_not = outcome(lambda: module(torch.from_numpy(samples)).numpy())
    assert why_not == why
    if expected is None:
        return
    assert values.shape == expected.shape
    missing = np.isnan(expected)
    np.testing.assert_array_equal(np.isnan(values), missing)
    largest = np.abs(expected[~missing]).max(initial=0)
    np.testing.assert_allclose(values[~missing], expected[~missing], rtol=0, atol=1e-8 * largest)

"""What holds for every feature: pieces and streams give the whole's bits, missing frames stay missing and alone."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sonograph import (
    BandSettings,
    LevelSettings,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    engines,
    pieces,
    preset,
    spectrogram,
)
from sonograph.computing import run
from sonograph.engines.compiled import threads
from sonograph.errors import SettingsError
from sonograph.frames import samples_for
from sonograph.settings import (
    AutocorrelationSettings,
    CensSettings,
    ChromaBank,
    ConstantQSettings,
    DeltaSettings,
    MelBank,
    MultitaperSettings,
    NormSettings,
    OnsetSettings,
    PitchClassSettings,
    PlpSettings,
    PyinCandidates,
    PyinSettings,
    SeparationSettings,
    ShapeSettings,
    SqueezedSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    YinSettings,
    context_of,
    from_dict,
    stft_of,
)

FRAMES = StftSettings(window_length=256, hop=100)
WITHOUT_MEAN = StftSettings(window_length=256, hop=100, remove_dc=True)
MAGNITUDE = StftSettings(window_length=256, hop=100, quantity="magnitude")
MEL = LevelSettings(of=BandSettings(of=StftSettings(window_length=256, hop=100), bands=MelBank(n_bands=12)))
ALL = [
    TemporalSettings(of=FRAMES, features=("rms", "peak", "crest", "zero_crossings", "envelope")),
    TemporalSettings(of=StftSettings(window_length=255, hop=255, edges="padded")),
    AutocorrelationSettings(of=FRAMES, lags=40, normalised=True),
    TemporalSettings(of=WITHOUT_MEAN, features=("rms", "peak", "crest", "zero_crossings", "envelope")),
    AutocorrelationSettings(of=WITHOUT_MEAN, lags=40),
    YinSettings(of=WITHOUT_MEAN, low=100.0, high=1000.0),
    MultitaperSettings(of=StftSettings(window_length=200, hop=70, remove_dc=True)),
    YinSettings(of=FRAMES, low=100.0, high=1000.0),
    PyinCandidates(of=FRAMES, low=100.0, high=1000.0, resolution=0.5),
    ShapeSettings(of=MAGNITUDE, contrast_bands=4),
    ShapeSettings(of=StftSettings(window_length=256, edges="inside"), features=("entropy", "flux", "rolloff")),
    OnsetSettings(of=MEL, lag=3),
    PlpSettings(of=MEL.of, order=10, n_coefficients=8, lifter=20.0),
    TempogramSettings(of=OnsetSettings(of=MEL), length=16),
    TempogramSettings(of=OnsetSettings(of=MEL), length=15),
    SeparationSettings(of=MAGNITUDE, width=7),
    SeparationSettings(of=FRAMES, part="percussive", width=9, margin=2.0),
    TonnetzSettings(of=BandSettings(of=FRAMES, bands=ChromaBank())),
    CensSettings(of=BandSettings(of=FRAMES, bands=ChromaBank()), smoothing=7),
    SqueezedSettings(of=StftSettings(window_length=200, hop=70, n_fft=256, quantity="transform")),
    SqueezedSettings(of=StftSettings(window_length=201, hop=70, scaling="raw")),
    LevelSettings(of=SqueezedSettings(of=FRAMES)),
    LevelSettings(of=MultitaperSettings(of=StftSettings(window_length=200, hop=70, n_fft=256))),
    ConstantQSettings.for_rate(8000.0, hop=100, low=200.0, n_bands=40, quantity="transform"),
    LevelSettings(of=ConstantQSettings.for_rate(8000.0, hop=104, low=220.0, n_bands=40)),
    TonnetzSettings(
        of=PitchClassSettings(
            of=ConstantQSettings.for_rate(8000.0, hop=96, low=300.0, n_bands=40, gamma=9.0, quantity="magnitude")
        )
    ),
]
every = pytest.mark.parametrize("settings", ALL, ids=lambda s: f"{s.kind}-{s.digest[:4]}")


def sound(n_samples=4000, channels=1, dtype="float64"):
    t = np.arange(n_samples) / 8000
    tone = 0.4 * np.sin(2 * np.pi * (200 * t + 150 * t**2))
    samples = tone + 0.02 * np.random.default_rng(1).standard_normal((channels, n_samples))
    return Signal(samples[0].astype(dtype) if channels == 1 else samples.astype(dtype), 8000.0)


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("at_most", [1, 7])
def test_pieces_join_to_the_whole_bit_for_bit(settings, dtype, at_most):
    whole = spectrogram(sound(channels=2, dtype=dtype), settings)
    joined = reduce(Spectrogram.join, pieces(sound(channels=2, dtype=dtype), settings, at_most=at_most))
    assert (joined.frames, joined.valid) == (whole.frames, whole.valid)
    np.testing.assert_array_equal(joined.values, whole.values)


@every
@pytest.mark.parametrize("block", [37, 1500])
def test_a_stream_gives_the_whole_bit_for_bit(settings, block):
    heard = sound()
    whole = spectrogram(heard, settings)
    stream = Stream(settings, sample_rate=8000.0)
    parts = [stream.push(heard.samples[i : i + block]) for i in range(0, heard.n_samples, block)]
    joined = reduce(Spectrogram.join, [*parts, stream.finish()])
    assert joined.frames == whole.frames
    np.testing.assert_array_equal(joined.values, whole.values)


@pytest.mark.parametrize(
    "settings",
    [
        *ALL,
        ShapeSettings(of=FRAMES, features=("flux",)),
        preset("librosa.mfcc"),
        preset("librosa.chroma"),
        preset("librosa.pcen"),
        preset("kaldi.mfcc"),
        DeltaSettings(of=NormSettings(of=MEL.of), width=2, order=1),
    ],
    ids=lambda s: f"{s.kind}-{s.digest[:4]}",
)
@given(st.integers(2, 9), st.integers(1, 70), st.integers(0, 3000))
@hypothesis_settings(max_examples=8, deadline=None)
def test_any_number_of_threads_and_any_blocks_give_the_same_bits(settings, n_threads, frames, silent):
    rate = stft_of(settings).sample_rate or 8000.0
    heard = sound(9000, channels=2).samples
    heard[:, silent : silent + 700] = 0.0
    heard[1, silent + 2000 :: 5000] = np.nan
    heard = Signal(heard, rate)
    whole = spectrogram(heard, settings, engine=engines.default(threads=1)).values.copy()
    with pytest.MonkeyPatch.context() as small:
        small.setattr(threads, "_WORTH_THREADS", 0)
        small.setattr(run, "TRANSFORMED", frames * stft_of(settings).n_fft)
        small.setattr(run, "LEAST", frames)
        shared = spectrogram(heard, settings, engine=engines.default(threads=n_threads)).values
    np.testing.assert_array_equal(shared, whole)


@every
def test_some_frames_are_those_of_the_whole(settings):
    whole = spectrogram(sound(), settings)
    part = spectrogram(sound(), settings, frames=range(5, 12))
    np.testing.assert_array_equal(part.values, whole.values[:, 5:12])


@every
def test_rows_have_names_and_settings_come_back_from_plain_values(settings):
    made = spectrogram(sound(), settings)
    assert len(made.names) == made.values.shape[0] == settings.n_rows
    assert from_dict(settings.to_dict()) == settings
    assert repr(made)


@every
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_samples_make_missing_frames_and_no_other(settings, bad):
    clean = spectrogram(sound(), settings)
    samples = sound().samples.copy()
    samples[2050] = bad
    broken = spectrogram(Signal(samples, 8000.0), settings)
    stft = stft_of(settings)
    before, after = context_of(settings)
    starts = np.array([samples_for(stft, range(i, i + 1)).start for i in clean.frames])
    holds = (starts <= 2050) & (starts + stft.window_length > 2050)
    sees = (starts - before * stft.hop <= 2050) & (starts + stft.window_length + after * stft.hop > 2050)
    assert np.isnan(broken.values[:, holds]).all()
    assert (~sees).sum() > 5
    np.testing.assert_array_equal(broken.values[:, ~sees], clean.values[:, ~sees])


@every
def test_silence_makes_no_warning_and_no_infinity(settings):
    values = spectrogram(Signal(np.zeros(3000), 8000.0), settings).values
    assert not np.isinf(values).any()


@every
def test_a_sound_without_samples_and_a_short_one_have_frames_as_any(settings):
    assert spectrogram(Signal(np.zeros(0), 8000.0), settings).values.shape[1] == 0
    short = settings.kind == "shape" and "contrast" not in settings.features  # edges "inside"
    if not short and stft_of(settings).window_length <= 300:
        assert spectrogram(sound(50), settings).values.shape[0] == settings.n_rows


def test_the_most_probable_path_needs_the_whole_sound():
    settings = PyinSettings(of=PyinCandidates(of=FRAMES, low=100.0, high=1000.0))
    with pytest.raises(
        SettingsError, match="most probable path is that through the whole sound; it cannot be computed"
    ):
        pieces(sound(), settings, at_most=5)
    with pytest.raises(SettingsError, match="most probable path is that through the whole sound; a stream has no end"):
        Stream(settings, sample_rate=8000.0)

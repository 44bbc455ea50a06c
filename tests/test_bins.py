"""From features back to the power of bins."""

import numpy as np
import pytest

from sonograph import Signal, StftSettings, preset, spectrogram
from sonograph.errors import SettingsError
from sonograph.inverse.bins import to_power
from sonograph.settings import BandSettings, CepstralSettings, DeltaSettings, LevelSettings, LogSettings, MelBank

STFT = StftSettings(window_length=512, hop=128)
MEL = BandSettings(of=STFT, bands=MelBank(n_bands=30))


def sound(dtype="float64"):
    t = np.arange(8000) / 8000
    tone = np.sin(2 * np.pi * 700 * t) + 0.3 * np.sin(2 * np.pi * 2000 * t)
    return Signal((tone + 0.01 * np.random.default_rng(0).standard_normal(8000)).astype(dtype), 8000.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "settings",
    [
        MEL,
        LevelSettings(of=MEL),
        LevelSettings(of=MEL, reference="max"),
        LogSettings(of=MEL, base="10", add=0.001),
        CepstralSettings(of=LogSettings(of=MEL), n_coefficients=30, lifter=22.0),
    ],
    ids=lambda s: s.kind,
)
def test_the_bands_of_what_comes_back_are_those_given(settings, dtype):
    bands = spectrogram(sound(dtype), MEL).values
    back = to_power(spectrogram(sound(dtype), settings))
    assert (back.quantity, back.settings, back.values.dtype) == ("power", STFT, dtype)
    assert (back.values >= 0).all()
    again = np.einsum("qb,bt->qt", weights(), back.values)
    assert np.linalg.norm(again - bands) < 0.02 * np.linalg.norm(bands)


def weights():
    from sonograph.filterbanks.promised import promised

    return promised(MEL, 8000.0).dense(257)


def test_a_level_of_bins_comes_back_exactly_and_its_floor_as_silence():
    made = spectrogram(sound(), STFT)
    np.testing.assert_allclose(to_power(spectrogram(sound(), LevelSettings(of=STFT))).values, made.values, rtol=1e-9)
    silence = spectrogram(Signal(np.zeros(2000), 8000.0), LevelSettings(of=STFT))
    assert not to_power(silence).values.any()


def test_librosas_mel_inversion_comes_no_nearer():
    librosa = pytest.importorskip("librosa")
    mel = spectrogram(Signal(sound().samples[:3000], 22_050.0), preset("librosa.mel"))
    theirs = librosa.feature.inverse.mel_to_stft(mel.values, sr=22_050, power=2.0) ** 2
    bank = librosa.filters.mel(sr=22_050, n_fft=2048)
    far = [np.linalg.norm(bank @ v - mel.values) / np.linalg.norm(mel.values) for v in (to_power(mel).values, theirs)]
    assert far[0] < max(far[1], 0.01)


def test_missing_frames_stay_missing():
    x = sound().samples.copy()
    x[4000] = np.nan
    back = to_power(spectrogram(Signal(x, 8000.0), MEL)).values
    assert np.isnan(back).all(axis=0).sum() == np.isnan(back).any(axis=0).sum() == 4


def test_what_cannot_be_undone_is_refused():
    with pytest.raises(SettingsError, match="hold DeltaSettings, which cannot be undone; leave that stage out"):
        to_power(spectrogram(sound(), DeltaSettings(of=MEL)))
    with pytest.raises(SettingsError, match="its phases are known: use istft"):
        to_power(spectrogram(sound(), StftSettings(quantity="transform")))

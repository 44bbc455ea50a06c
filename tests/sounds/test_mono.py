import numpy as np
import pytest
import soundfile

from sonograph import SettingsError, Signal, mono, resample, spectrogram
from sonograph import open as open_sound

PAIR = np.random.default_rng(1).standard_normal((2, 9000)).astype(np.float32)


def test_the_mean_of_channels_is_that_of_librosa():
    librosa = pytest.importorskip("librosa")
    got = mono(Signal(PAIR, 8000.0)).read(range(9000))
    np.testing.assert_array_equal(got[0], librosa.to_mono(PAIR))


def test_one_channel_is_that_channel_and_one_alone_stays_itself():
    sound = Signal(PAIR, 8000.0, "Pa")
    right = mono(sound, channel=1)
    np.testing.assert_array_equal(right.read(range(-3, 9003))[0, 3:-3], PAIR[1])
    assert (right.unit, right.n_channels, right.n_samples, right.duration) == ("Pa", 1, 9000, 1.125)
    assert mono(right) is right


def test_what_a_channel_misses_the_mean_misses():
    samples = PAIR.copy()
    samples[0, 5] = np.nan
    assert np.flatnonzero(np.isnan(mono(Signal(samples, 8000.0)).read(range(9000))[0])).tolist() == [5]


@pytest.mark.filterwarnings("ignore")  # librosa's own
def test_a_file_is_loaded_as_librosa_loads_it(tmp_path):
    librosa = pytest.importorskip("librosa")
    soundfile.write(tmp_path / "a.wav", PAIR.T * 0.1, 44_100, subtype="FLOAT")
    theirs, rate = librosa.load(tmp_path / "a.wav")
    with open_sound(tmp_path / "a.wav") as file:
        ours = resample(mono(file), rate)
        np.testing.assert_allclose(ours.read(range(len(theirs)))[0], theirs, atol=1e-4)
        assert spectrogram(ours).values.ndim == 2


def test_a_channel_that_is_not_there_is_refused():
    with pytest.raises(SettingsError, match="channel is 2; the sound has 2, counted from 0; it must be 0 to 1"):
        mono(Signal(PAIR, 8000.0), channel=2)

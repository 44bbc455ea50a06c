"""The pulse is highest where beats fall, also where their tempo changes."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import SettingsError
from sonograph.analysis.strength import strength_of
from tests.analysis.test_beats import RATE, drums, steady

librosa = pytest.importorskip("librosa")


def peaks(pulse):
    values = pulse.values[0]
    return pulse.times[1:-1][(values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:]) & (values[1:-1] > 0.3)]


@pytest.mark.parametrize("bpm", [70.0, 120.0])
def test_it_is_highest_where_beats_fall(bpm):
    at = steady(bpm)
    found = peaks(sg.local_pulse(drums(at, 20.0), slowest=50.0, fastest=1.4 * bpm))
    inner = found[(found > 2) & (found < 18)]
    assert len(inner) == pytest.approx(16 * bpm / 60, abs=1)
    assert np.abs(inner[:, None] - at).min(axis=1).max() < 0.05


def test_it_follows_a_tempo_that_changes():
    at = np.cumsum(np.linspace(0.4, 0.6, 60))
    found = peaks(sg.local_pulse(drums(at, at[-1] + 1), slowest=80.0, fastest=170.0, length=192))
    inner = found[(found > 3) & (found < at[-1] - 3)]
    assert np.abs(inner[:, None] - at).min(axis=1).max() < 0.1


def test_it_is_the_sum_of_the_best_sines():
    strength = strength_of(drums(steady(97.0, 9.0), 9.0))
    x, n = strength.values[0], 128
    transform = librosa.feature.fourier_tempogram(onset_envelope=x, sr=RATE, win_length=n)
    tempi = librosa.fourier_tempo_frequencies(sr=RATE, win_length=n)
    transform[(tempi < 30) | (tempi > 300)] = 0
    best = np.abs(transform).argmax(axis=0), np.arange(transform.shape[1])
    alone = np.zeros_like(transform)
    alone[best] = transform[best] / np.abs(transform[best])
    want = np.maximum(librosa.istft(alone, hop_length=1, n_fft=n, length=len(x)), 0)
    got = sg.local_pulse(strength, length=n)
    np.testing.assert_allclose(got.values[0], want / want.max(), atol=1e-5)


def test_silence_has_none_and_what_cannot_be_is_refused():
    assert not sg.local_pulse(drums([], 2.0).gain(-400)).values.any()
    with pytest.raises(
        SettingsError, match=r"^from slowest 300 to fastest 200 there is none of the tempi, 6\.73 apart"
    ):
        sg.local_pulse(drums([0.1], 1.0), slowest=300, fastest=200)
    with pytest.raises(SettingsError, match="length is 5; it must be even"):
        sg.local_pulse(drums([0.1], 1.0), length=5)

"""Perceptual linear prediction: against Kaldi's numbers, the paper's equations, and a spectrum of known poles."""

from pathlib import Path

import numpy as np
import pytest

from sonograph import BandSettings, LogSettings, MelBank, Signal, StftSettings, feature, preset, read, spectrogram
from sonograph.errors import SettingsError
from sonograph.features.plp import cepstrum, durbin, equal_loudness, inverse_cosines
from sonograph.settings import BarkBank, ChromaBank, PlpSettings, RastaSettings
from tests import naive

RATE = 16_000.0
SPEECH = Path(__file__).parents[3] / "shared" / "data" / "kaldifeat_reference_apache2" / "test.wav"
KALDIS = {  # compute-plp-feats --dither=0, as kaldifeat publishes them
    0: [25.38532, 1.413609, 1.290824, 0.4644783, -0.9542531, -2.107659, -3.068145, -2.939797, -2.310168, -0.8795097,
        0.07123499, 0.6953657, 0.006708961],
    40: [25.3992, 0.8388072, -1.253652, -3.682436, -4.523992, -2.485977, 0.4900617, 2.650782, 2.940339, 1.217679,
         -0.9644551, -1.508766, -0.8493617],
    117: [25.39214, -3.168075, -2.169182, 3.985322, -2.548994, -1.702035, 4.670306, -2.985984, -0.06545441, 3.488072,
          -3.423412, -0.09890725, 1.54746],
}  # fmt: skip


def sound(n=6000):
    t = np.arange(n) / RATE
    voiced = sum(np.sin(2 * np.pi * 130 * k * t) / k for k in range(1, 40))
    return Signal(0.1 * voiced + 1e-3 * np.random.default_rng(0).standard_normal(n), RATE)


@pytest.mark.skipif(not SPEECH.exists(), reason="the recording that Kaldi's numbers are of is not here")
def test_kaldi_plp_is_kaldis():
    ours = spectrogram(read(SPEECH), preset("kaldi.plp"))
    assert ours.values.shape == (13, 118)
    assert ours.names[:2] == ("energy", "c1")
    for frame, numbers in KALDIS.items():
        np.testing.assert_allclose(ours.values[:, frame], numbers, rtol=0, atol=3e-3)


@pytest.mark.parametrize("bank", [MelBank(n_bands=23, empty="zero"), BarkBank(n_bands=20)])
@pytest.mark.parametrize(("order", "count"), [(12, 13), (5, 6), (8, 4)])
def test_it_is_the_papers_equations(bank, order, count):
    bands = BandSettings(of=StftSettings(window_length=512, scaling="raw"), bands=bank)
    power = spectrogram(sound(), bands)
    ours = spectrogram(sound(), PlpSettings(of=bands, order=order, n_coefficients=count)).values
    for frame in range(0, power.values.shape[1], 7):
        want = naive.plp(power.values[:, frame], power.frequencies, order, count, 1 / 3)
        np.testing.assert_allclose(ours[:, frame], want, rtol=0, atol=1e-8)


def test_the_ear_is_the_papers():
    w2 = (2 * np.pi * np.arange(100.0, 5000.0, 50)) ** 2
    paper = (w2 + 56.8e6) * w2**2 / ((w2 + 6.3e6) ** 2 * (w2 + 0.38e9))  # its equation 5, in radians per second
    np.testing.assert_allclose(equal_loudness(np.arange(100.0, 5000.0, 50)), paper, rtol=0.01)


def test_the_poles_of_a_spectrum_that_has_some_are_found():
    poles = np.array([0.9 * np.exp(0.4j), 0.8 * np.exp(1.7j)])
    a = np.poly(np.concatenate([poles, poles.conj()])).real
    n = 400  # even places from 0 to half the rate
    w = np.pi * np.arange(n) / (n - 1)
    power = 0.3 / abs(sum(a[i] * np.exp(-1j * w * i) for i in range(5))) ** 2
    found, error = durbin((inverse_cosines(5, n) @ power)[None])
    np.testing.assert_allclose(found[0], a[1:], atol=1e-9)
    assert error[0] == pytest.approx(0.3)
    c = cepstrum(found, error, 5)[0]
    want = [2 * (poles**k).sum().real / k for k in range(1, 5)]  # the cepstrum of poles is the sum of their powers
    np.testing.assert_allclose(c, [np.log(0.3), *want], atol=1e-9)


def test_with_rasta_a_microphone_changes_nothing_that_lasts():
    bands = BandSettings(of=StftSettings(window_length=400, hop=160, n_fft=512), bands=BarkBank(n_bands=20))
    plain = LogSettings(of=bands)
    of_logs = spectrogram(sound(), PlpSettings(of=plain)).values
    np.testing.assert_allclose(of_logs, spectrogram(sound(), PlpSettings(of=bands)).values, atol=1e-3)
    settings = PlpSettings(of=RastaSettings(of=plain))
    dull = Signal(np.convolve(sound().samples, [0.5, 0.3, 0.2], "same"), RATE)
    one, other = (spectrogram(x, settings).values[1:, 5:-5] for x in (sound(), dull))
    assert np.abs(one - other).max() < 0.1 * np.ptp(one)
    far = [spectrogram(x, PlpSettings(of=bands)).values[1:, 5:-5] for x in (sound(), dull)]
    assert np.abs(far[0] - far[1]).max() > 3 * np.abs(one - other).max()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PlpSettings(of=StftSettings()), "of holds no bands over frequency"),
        (
            lambda: PlpSettings(of=BandSettings(of=StftSettings(), bands=ChromaBank())),
            "of holds no bands over frequency",
        ),
        (lambda: preset("kaldi.plp").of.but(order=30), "order is 30; with 23 bands it must be 1 to 24"),
        (lambda: preset("kaldi.plp").of.but(order=8), "n_coefficients is 13; with order 8 it must be 1 to 9"),
        (
            lambda: PlpSettings(of=LogSettings(of=preset("kaldi.plp").of.of, base="10")),
            'base is "10"; PlpSettings take natural logarithms',
        ),
    ],
)
def test_what_no_prediction_can_be_made_of_is_refused(make, words):
    with pytest.raises(SettingsError, match=words):
        make()


def test_the_feature_is_hermanskys_of_bark_bands():
    """Hermansky 1990 with 12 poles, as rastamat and feacalc take: c0 to c12 of bands that sum raw power."""
    bands = BandSettings(of=StftSettings(window_length=512, scaling="raw"), bands=BarkBank(n_bands=24, empty="zero"))
    power = spectrogram(sound(), bands)
    ours = spectrogram(sound(), feature("plp", StftSettings(window_length=512)))
    assert ours.names == tuple(f"c{i}" for i in range(13))
    for frame in range(0, power.values.shape[1], 7):
        want = naive.plp(power.values[:, frame], power.frequencies, 12, 13, 1 / 3)
        np.testing.assert_allclose(ours.values[:, frame], want, rtol=0, atol=1e-8)


def test_a_louder_sound_has_the_cepstra_of_a_quieter_one_but_for_their_gain():
    quiet, loud = (spectrogram(Signal(gain * sound().samples, RATE), feature("plp")).values for gain in (1.0, 10.0))
    np.testing.assert_allclose(loud[1:], quiet[1:], atol=1e-9)
    np.testing.assert_allclose(loud[0] - quiet[0], np.log(100) / 3, atol=1e-9)  # loudness is the cube root of power

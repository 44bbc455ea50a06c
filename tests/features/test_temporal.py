"""What is measured on samples, against librosa and known signals."""

import numpy as np
import pytest

from sonograph import Signal, StftSettings, spectrogram
from sonograph.errors import SettingsError
from sonograph.settings import AutocorrelationSettings, TemporalSettings

librosa = pytest.importorskip("librosa")

INSIDE = StftSettings(window_length=2048, hop=500, edges="inside")


def measured(samples, *features, of=INSIDE):
    made = spectrogram(Signal(samples, 22_050.0), TemporalSettings(of=of, features=features))
    return made.values


def noise(dtype="float64"):
    return np.random.default_rng(0).standard_normal(20_000).astype(dtype)


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 1e-6), ("float64", 1e-12)])
@pytest.mark.parametrize("hop", [512, 500, 2048, 1])
def test_rms_and_crossings_are_librosas(dtype, bound, hop):
    x = noise(dtype)[:6000]
    of = StftSettings(window_length=2048, hop=hop, edges="inside")
    rms, crossings = measured(x, "rms", "zero_crossings", of=of)
    frames = librosa.util.frame(x, frame_length=2048, hop_length=hop)
    np.testing.assert_allclose(rms, np.sqrt(np.mean(frames.astype(float) ** 2, axis=0)), rtol=bound)
    np.testing.assert_allclose(rms, librosa.feature.rms(y=x, hop_length=hop, center=False)[0], rtol=1e-5)
    theirs = librosa.feature.zero_crossing_rate(x, hop_length=hop, center=False, pad=False)[0]
    np.testing.assert_array_equal(np.rint(crossings * 2048), np.rint(theirs * 2048))


def test_a_sine_has_its_known_loudness_peak_crest_envelope_and_crossings():
    sine = 0.5 * np.sin(2 * np.pi * 441 * (np.arange(22_050) + 0.5) / 22_050)
    of = StftSettings(window_length=2000, hop=500, edges="inside")
    rms, peak, crest, envelope, crossings = measured(sine, "rms", "peak", "crest", "envelope", "zero_crossings", of=of)
    np.testing.assert_allclose(rms, 0.5 / np.sqrt(2), rtol=1e-12)  # 40 whole periods
    np.testing.assert_allclose(peak, 0.5, rtol=1e-2)
    np.testing.assert_allclose(crest, peak / rms)
    np.testing.assert_allclose(envelope, 0.5, rtol=1e-12)
    assert set(np.rint(crossings * 2000)) <= {79.0, 80.0}


def test_the_envelope_is_scipys_analytic_signal():
    from scipy.signal import hilbert

    x = noise()
    frames = librosa.util.frame(x, frame_length=2048, hop_length=500)
    (envelope,) = measured(x, "envelope")
    np.testing.assert_allclose(envelope, np.abs(hilbert(frames, axis=0)).mean(axis=0), rtol=1e-12)


def test_what_is_too_quiet_to_be_squared_has_no_crest_either():
    rms, peak, crest = measured(np.full(5000, 1e-30, np.float32), "rms", "peak", "crest")
    assert (rms == 0).all()
    assert (peak > 0).all()
    assert np.isnan(crest).all()


def test_silence_is_no_sound_and_has_no_crest():
    rms, peak, crest, crossings = measured(np.zeros(5000), "rms", "peak", "crest", "zero_crossings")
    assert not rms.any()
    assert not peak.any()
    assert not crossings.any()
    assert np.isnan(crest).all()


def test_a_constant_crosses_nothing_and_is_its_own_peak():
    rms, peak, crossings = measured(np.full(5000, -0.25), "rms", "peak", "zero_crossings")
    np.testing.assert_allclose(rms, 0.25)
    np.testing.assert_array_equal(peak, 0.25)
    assert not crossings.any()


@pytest.mark.parametrize("n", [2048, 999])
def test_the_autocorrelation_is_librosas(n):
    x = noise()
    of = StftSettings(window_length=n, hop=500, edges="inside")
    made = spectrogram(Signal(x, 22_050.0), AutocorrelationSettings(of=of, lags=700)).values
    theirs = librosa.autocorrelate(librosa.util.frame(x, frame_length=n, hop_length=500), max_size=700, axis=0)
    np.testing.assert_allclose(made, theirs, rtol=0, atol=1e-12 * theirs.max())
    share = spectrogram(Signal(x, 22_050.0), AutocorrelationSettings(of=of, lags=5, normalised=True)).values
    np.testing.assert_allclose(share, theirs[:5] / theirs[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: TemporalSettings(of=INSIDE, features=("rms", "loud")), "holds 'loud'; it must be of rms, peak, crest"),
        (lambda: TemporalSettings(of=INSIDE, features=()), "must hold each name once, and at least one"),
        (lambda: TemporalSettings(of=INSIDE, features=("rms", "rms")), "must hold each name once"),
        (lambda: TemporalSettings(of=StftSettings(preemphasis=0.9)), "preemphasis is 0.9; TemporalSettings measures"),
        (lambda: TemporalSettings(of=3), "of is int; TemporalSettings holds the settings of the stage before it"),
        (lambda: AutocorrelationSettings(of=INSIDE, lags=2049), "lags is 2049; it must be 1 to 2048"),
    ],
)
def test_what_cannot_be_measured_is_refused(make, says):
    with pytest.raises(SettingsError, match=says):
        make()


@pytest.mark.parametrize("features", [("rms", "peak", "crest", "zero_crossings"), ("envelope",)])
def test_without_their_mean_frames_are_measured_as_if_each_were_a_sound_of_its_own(features):
    x = noise()[:5000] + np.linspace(0, 3, 5000)
    of = StftSettings(window_length=512, hop=200, edges="inside", remove_dc=True)
    got = measured(x, *features, of=of)
    one = StftSettings(window_length=512, hop=512, edges="inside")
    for i in range(got.shape[1]):
        frame = x[i * 200 : i * 200 + 512]
        np.testing.assert_allclose(got[:, i], measured(frame - frame.mean(), *features, of=one)[:, 0], rtol=1e-12)


def test_what_filters_by_itself_needs_no_frame_without_its_mean():
    from sonograph.settings import ConstantQSettings, LoudnessSettings

    for make in (ConstantQSettings, LoudnessSettings):
        with pytest.raises(SettingsError, match=r"remove_dc is True; the filters of .* hear no offset: leave it out"):
            make(of=StftSettings(window_length=1 << 16, remove_dc=True))

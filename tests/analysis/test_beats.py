"""Tempo, beats and onsets: against sounds whose beats are known, and against librosa in the same onset strength."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import SettingsError, Signal
from sonograph.analysis.strength import strength_of, tempogram_of
from tests.thorough import ALL

librosa = pytest.importorskip("librosa")

RATE = 22_050


def drums(at, seconds, rate=RATE):
    """Bursts of noise at some times, over a little noise."""
    rng = np.random.default_rng(0)
    x = np.zeros(int(seconds * rate))
    x[np.rint(np.asarray(at) * rate).astype(int)] = 1.0
    burst = 0.3 * np.exp(-np.arange(2000) / 200) * rng.standard_normal(2000)
    return Signal(np.convolve(x, burst)[: len(x)] + 1e-4 * rng.standard_normal(len(x)), float(rate))


def steady(bpm, seconds=20.0):
    return np.arange(0.3, seconds - 0.4, 60 / bpm)


@pytest.fixture(scope="module")
def strength():
    """Of beats that are neither even nor equally strong."""
    at = np.cumsum(np.random.default_rng(1).uniform(0.42, 0.55, 30))
    sound = drums(at, 18.0)
    return strength_of(Signal(sound.samples * (1 + 0.5 * np.sin(np.arange(sound.n_samples) / 9000)), float(RATE)))


@pytest.mark.parametrize("rate", [RATE, 48_000])
@pytest.mark.parametrize("bpm", [63.7, 90.0, 120.0, 150.0])
def test_the_tempo_is_read_between_frames(bpm, rate):
    assert sg.tempo(drums(steady(bpm, 30.0), 30.0, rate)) == pytest.approx(bpm, abs=0.1)


def test_a_click_track_of_120_reads_120():
    clicks = np.zeros(20 * RATE)
    clicks[:: RATE // 2] = 1.0
    assert sg.tempo(Signal(clicks, float(RATE))) == pytest.approx(120.0, abs=0.1)


def test_beats_lie_where_they_are_struck_and_tell_the_range_of_their_tempo():
    at = steady(100.0)
    found = sg.beats(drums(at, 20.0))
    assert len(found.times) >= len(at) - 1
    assert np.abs(found.times[:, None] - at).min(axis=1).max() < 0.02
    assert found.range == pytest.approx((100.0, 100.0), abs=1.0)
    slowing = np.cumsum(np.linspace(0.45, 0.55, 40))
    low, high = sg.beats(drums(slowing, 21.0)).range
    assert (low, high) == pytest.approx((60 / 0.545, 60 / 0.455), abs=4.0)


@pytest.mark.skipif(not ALL, reason="librosa is compiled for 15 s: SONOGRAPH_ALL; the parity table has one case")
@pytest.mark.parametrize("frames_a_beat", [20, 24])
@pytest.mark.parametrize("trim", [False, True])
def test_beats_are_librosas_of_the_same_strength(strength, frames_a_beat, trim):
    bpm = 60 * RATE / 512 / frames_a_beat
    ours = sg.beats(strength, tempo=bpm, trim=trim).frames
    _, theirs = librosa.beat.beat_track(onset_envelope=strength.values[0], sr=RATE, bpm=bpm, trim=trim)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("threshold", [0.07, 0.3])
def test_onsets_are_librosas_of_the_same_strength(strength, threshold):
    ours = sg.onsets(strength, threshold=threshold)
    theirs = librosa.onset.onset_detect(onset_envelope=strength.values[0], sr=RATE, delta=threshold)
    np.testing.assert_allclose(ours, strength.times[theirs] + 768 / RATE, rtol=1e-12)


def test_onsets_lie_where_things_begin():
    at = np.cumsum(np.random.default_rng(2).uniform(0.1, 0.8, 25))
    found = sg.onsets(drums(at, at[-1] + 1), threshold=0.2)
    assert len(found) == len(at)
    assert np.abs(found - at).max() < 0.02


def test_a_tempogram_over_beats_per_minute_is_highest_at_the_tempo():
    lags = tempogram_of(drums(steady(120.0), 20.0))
    rows = sg.tempi(lags, slowest=80.0, fastest=200.0)
    bpm = np.array(rows.settings.places)
    assert bpm[0] == 80.0
    np.testing.assert_allclose(np.diff(np.log2(bpm)), 1 / 48)
    middle = rows.values[:, 400]
    assert bpm[middle.argmax()] == pytest.approx(120.0, rel=0.02)
    lag = 60 * RATE / 512 / 120.0
    row = int(np.argmin(np.abs(bpm - 120)))
    near = np.interp(60 * RATE / 512 / bpm[row], [int(lag), int(lag) + 1], lags.values[int(lag) : int(lag) + 2, 400])
    assert middle[row] == pytest.approx(near, rel=1e-6)
    assert sg.draw(rows).axes[0].get_ylabel() == "Tempo (bpm)"


def test_silence_has_neither():
    silent = Signal(np.zeros(RATE), float(RATE))
    assert np.isnan(sg.tempo(silent))
    assert len(sg.beats(silent).times) == len(sg.onsets(silent)) == 0
    assert np.isnan(sg.beats(silent).range[0])


REFUSED = {
    "stereo": (lambda: sg.beats(Signal(np.zeros((2, 9000)), 8000.0)), r"^the sound has 2 channels; .*mono\(sound\)"),
    "a power": (lambda: sg.onsets(sg.spectrogram(drums([0.1], 1.0))), r"^the settings are of kind stft; onsets are of"),
    "a tempo": (lambda: sg.beats(drums([0.1], 1.0), tempo=0), r"^tempo is 0; it must be above 0$"),
    "too fast": (lambda: sg.beats(drums([0.1], 1.0), tempo=9000), r"^tempo is 9000; with 43\.07 frames"),
    "a threshold": (lambda: sg.onsets(drums([0.1], 1.0), threshold=2), r"^threshold is 2; it must be 0 to 1$"),
    "lags": (
        lambda: sg.tempi(tempogram_of(drums([0.1], 1.0)), slowest=2.0),
        r"^slowest is 2; the slowest tempo here is 6\.74",
    ),
    "turned": (lambda: sg.tempi(tempogram_of(drums([0.1], 1.0)), slowest=90, fastest=60), r"^slowest is 90 and fast"),
    "no tempogram": (lambda: sg.tempi(sg.spectrogram(drums([0.1], 1.0))), r"^the settings are of kind stft; tempo"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_answered_in_a_sentence(call, message):
    with pytest.raises(SettingsError, match=message):
        call()

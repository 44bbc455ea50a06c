"""What two channels have in common, against SciPy, delays and noise of which half is shared."""

import numpy as np
import pytest
import scipy.signal

from sonograph import Signal, StftSettings, cross_spectrogram, cross_spectrum, signals, welch, write
from sonograph.analysis import crossed
from sonograph.engines.reference import Reference
from sonograph.errors import SettingsError

RATE = 8000.0


def noises(n=40_000, channels=2, dtype=float):
    return np.random.default_rng(3).standard_normal((channels, n)).astype(dtype)


@pytest.mark.parametrize("scaling", ["density", "spectrum"])
@pytest.mark.parametrize(("n", "n_fft"), [(512, 512), (333, 400), (333, 333)])
def test_it_is_scipys(scaling, n, n_fft):
    x = noises()
    x[1] += np.roll(x[0], 5)
    how = {"window": "hann", "nperseg": n, "noverlap": n - n // 3, "nfft": n_fft, "detrend": False}
    stft = StftSettings(window_length=n, hop=n // 3, n_fft=n_fft, edges="inside", scaling=scaling)
    got = cross_spectrum(Signal(x, RATE), stft)
    f, want = scipy.signal.csd(*x, RATE, scaling=scaling, **how)
    np.testing.assert_allclose(got.values, want, rtol=0, atol=1e-12 * np.abs(want).max())
    np.testing.assert_allclose(got.frequencies, f, rtol=1e-12)
    np.testing.assert_allclose(got.coherence, scipy.signal.coherence(*x, RATE, **how)[1], rtol=1e-9)
    np.testing.assert_allclose(got.powers, welch(Signal(x, RATE), stft).values, rtol=1e-10)
    assert got.n_frames == 1 + (x.shape[1] - n) // (n // 3) and got.value_unit == (
        "FS²/Hz" if scaling == "density" else "FS²"
    )


def test_a_delay_is_its_phase_and_a_gain_its_response():
    x = noises(48_000, 1)[0]
    got = cross_spectrum(Signal(np.stack([x[3:], 0.5 * x[:-3]]), RATE))
    # the window of the later channel lies three samples beside: of 2048 that is next to nothing
    turned = np.angle(np.exp(1j * (got.phase + 2 * np.pi * got.frequencies * 3 / RATE)))
    assert np.abs(turned[1:-1]).max() < 0.01
    assert np.abs(got.response[1:-1]) == pytest.approx(0.5, rel=0.01)
    back = cross_spectrum(Signal(np.stack([x[3:], 0.5 * x[:-3]]), RATE), channels=(1, 0))
    np.testing.assert_allclose(back.values, got.values.conj(), rtol=1e-12)


def test_noise_of_which_half_is_shared_is_half_coherent():
    common, *own = noises(2_000_000, 3)
    stft = StftSettings(window_length=256, hop=256, edges="inside")
    got = cross_spectrum(Signal(np.stack([common, common + own[0]]), RATE), stft)
    assert got.coherence.mean() == pytest.approx(0.5, abs=0.003)
    apart = cross_spectrum(Signal(np.stack(own), RATE), stft)
    assert apart.coherence.mean() == pytest.approx(1 / apart.n_frames, rel=0.3)  # its bias


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_frames_with_missing_samples_of_either_channel_are_left_out(dtype):
    x = noises(dtype=dtype)
    stft = StftSettings(window_length=500, hop=500, edges="inside")
    wanted = cross_spectrum(Signal(np.concatenate([x[:, 500:1000], x[:, 1500:]], axis=1), RATE), stft)
    x[0, 20], x[1, 1200] = np.nan, np.inf
    got = cross_spectrum(Signal(x, RATE), stft)
    np.testing.assert_array_equal(got.values, wanted.values)
    assert got.n_frames == wanted.n_frames == 78
    x[0] = np.nan
    none = cross_spectrum(Signal(x, RATE), stft)
    assert np.isnan(none.values).all() and np.isnan(none.powers).all() and none.n_frames == 0


def test_every_edge_and_engine_and_a_file_give_the_same(tmp_path):
    sound = Signal(noises(20_000, 3, "float32") * 0.1, RATE)
    wanted = cross_spectrum(sound, StftSettings(window_length=512), channels=(2, 0))
    write(tmp_path / "a.wav", sound)
    for got in (
        cross_spectrum(tmp_path / "a.wav", StftSettings(window_length=512), channels=(2, 0)),
        cross_spectrum(sound, StftSettings(window_length=512), channels=(2, 0), engine=Reference()),
    ):
        np.testing.assert_allclose(got.values, wanted.values, rtol=0, atol=1e-4 * np.abs(wanted.values).max())
    assert wanted.n_frames == 1 + (20_000 - 512) // 128  # those that reach over an end are not taken


def test_what_cannot_be_is_refused():
    sound = Signal(noises(), RATE)
    for channels in ((0, 0), (0, 2), (-1, 0), (0,), (0.0, 1)):
        with pytest.raises(SettingsError, match=r"give two different ones, from 0 on$"):
            cross_spectrum(sound, channels=channels)
    with pytest.raises(SettingsError, match="the sound has 1;"):
        cross_spectrum(signals.tone(100.0, 1.0))
    with pytest.raises(SettingsError, match=r'not StftSettings of quantity "power"'):
        cross_spectrum(sound, StftSettings(quantity="magnitude"))
    one = cross_spectrum(Signal(noises(600), RATE), StftSettings(window_length=512, hop=512, edges="inside"))
    with pytest.raises(SettingsError, match="of 1 it says nothing"):
        _ = one.coherence
    with pytest.raises(SettingsError, match="the sound has 100 samples"):
        cross_spectrum(Signal(noises(100), RATE))


@pytest.mark.parametrize("average", [1, 4, 7, 1000])
@pytest.mark.parametrize("at_once", [1, 3, 10_000])
def test_each_column_over_time_is_scipys_of_its_samples(average, at_once, monkeypatch):
    x, n, hop = noises(9000), 400, 150
    x[1] += np.roll(x[0], 5)
    monkeypatch.setattr(crossed, "AT_ONCE", at_once * 201 * 2)
    got = cross_spectrogram(Signal(x, RATE), StftSettings(window_length=n, hop=hop, edges="inside"), average=average)
    count = 1 + (9000 - n) // hop
    assert got.values.shape == (201, -(-count // average)) and got.n_frames.sum() == count
    how = {"window": "hann", "nperseg": n, "noverlap": n - hop, "detrend": False, "scaling": "spectrum"}
    for column, frames in enumerate(got.n_frames):
        first = column * average * hop
        part = x[:, first : first + (frames - 1) * hop + n]
        want = scipy.signal.csd(*part, RATE, **how)[1]
        np.testing.assert_allclose(got.values[:, column], want, rtol=0, atol=1e-12 * np.abs(want).max())
        if frames > 1:
            want = scipy.signal.coherence(*part, RATE, **{k: v for k, v in how.items() if k != "scaling"})[1]
            np.testing.assert_allclose(got.coherence[:, column], want, rtol=1e-9)
        if frames == average:
            assert got.times[column] == pytest.approx((first + (part.shape[1] - 1) / 2 + 0.5) / RATE)


def test_a_channel_that_comes_later_from_some_time_on_has_another_phase_from_then_on():
    x = noises(80_000, 1)[0]
    late = np.where(np.arange(80_000) < 40_000, x, np.roll(x, 2))
    got = cross_spectrogram(Signal(np.stack([x, late]), RATE), StftSettings(window_length=512, edges="inside"))
    tenth = int(np.argmin(np.abs(got.frequencies - 800.0)))  # two samples are 0.4 π of it
    turned = got.phase[tenth]
    assert np.abs(turned[got.times < 4.9]).max() < 1e-9
    assert turned[got.times > 5.2] == pytest.approx(-2 * np.pi * got.frequencies[tenth] * 2 / RATE, abs=0.1)
    drawn = got.spectrogram("phase")
    np.testing.assert_array_equal(drawn.values, got.phase)
    assert drawn.label == "Value (rad)" and drawn.times == pytest.approx(got.times)
    assert got.spectrogram().values.max() <= 1
    assert got.spectrogram("magnitude").values == pytest.approx(np.abs(got.values))


def test_columns_over_time_leave_out_what_is_missing_and_say_how_much_is_left():
    x = noises(8000)
    x[0, 2100] = np.nan
    x[1, 4000:] = np.nan
    stft = StftSettings(window_length=500, hop=500, edges="inside")
    got = cross_spectrogram(Signal(x, RATE), stft, average=4)
    assert got.n_frames.tolist() == [4, 3, 0, 0]
    assert np.isnan(got.coherence[:, 2:]).all() and not np.isnan(got.coherence[:, :2]).any()
    apart = cross_spectrum(Signal(np.concatenate([x[:, 2500:4000]], axis=1), RATE), stft)
    np.testing.assert_allclose(got.values[:, 1], apart.values, rtol=1e-12, atol=1e-18)
    x[0, [1, 600, 1100]] = np.nan
    one_left = cross_spectrogram(Signal(x, RATE), stft, average=4)
    assert (
        one_left.n_frames[0] == 1
        and np.isnan(one_left.coherence[:, 0]).all()
        and np.isfinite(one_left.phase[:, 0]).all()
    )
    single = cross_spectrogram(Signal(x, RATE), stft, average=1)
    with pytest.raises(SettingsError, match="coherence is over frames, and average is 1"):
        _ = single.coherence
    with pytest.raises(SettingsError, match="of is 'power'"):
        got.spectrogram("power")
    with pytest.raises(SettingsError, match="average is 0"):
        cross_spectrogram(Signal(x, RATE), stft, average=0)

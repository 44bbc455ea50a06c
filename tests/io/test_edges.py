"""Numbers at their edges, from the file to the level: each against what arithmetic says, not against us."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import Signal, cli, level, spectrogram
from sonograph.analysis.spectrum import welch
from sonograph.errors import SettingsError
from sonograph.inverse import istft
from sonograph.io.audio import open as open_sound
from sonograph.io.audio import read
from sonograph.settings import StftSettings


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("below", [60, 100, 120])
def test_float32_knows_levels_far_below_the_loudest(below):
    """Bins within so many decibels of a frame's loudest, against double precision."""
    rng, settings = np.random.default_rng(1), StftSettings(window_length=4096, hop=4096, edges="inside")
    time = np.arange(40 * 4096) / 48_000
    for loud in (0.0, 0.5):
        sound = loud * np.sin(2 * np.pi * 1031.3 * time) + 10 ** (-below / 40) * 0.01 * rng.standard_normal(len(time))
        sound = sound.astype(np.float32)
        single = level(spectrogram(Signal(sound, 48_000.0), settings)).values
        double = level(spectrogram(Signal(sound.astype(float), 48_000.0), settings)).values
        assert single.dtype == np.float32 and double.dtype == np.float64
        near = double > double.max(axis=0) - below
        assert near.sum() > 100
        assert np.abs(single - double)[near].max() <= {60: 1e-3, 100: 0.1, 120: 0.7}[below]


@pytest.mark.parametrize("n_fft", [31, 127, 8191, 65_521])
def test_a_prime_number_of_points_is_as_good(n_fft):
    sound = np.random.default_rng(2).standard_normal(3 * n_fft).astype(np.float32)
    settings = StftSettings(
        window_length=n_fft, hop=n_fft, edges="inside", window="boxcar", quantity="transform", scaling="raw"
    )
    got = spectrogram(Signal(sound, 8000.0), settings).values
    frames = sound.astype(float).reshape(3, n_fft)
    wanted = np.fft.rfft(frames, axis=1).T
    assert np.linalg.norm(got - wanted) <= 8 * np.finfo("f4").eps * np.linalg.norm(wanted)


def test_a_file_of_no_samples_is_empty_and_makes_no_picture(here, capsys):
    soundfile.write("a.wav", np.zeros(0), 8000)
    assert len(spectrogram(read("a.wav")).frames) == 0
    assert cli.main(["draw", "a.wav", "-o", "a.png"]) == 3
    assert cli.main(["features", "a.wav", "-o", "a.csv", "--preset", "librosa.mfcc"]) == 3
    assert cli.main(["info", "a.wav"]) == 3
    assert "a.wav: holds no samples" in capsys.readouterr().err
    assert not Path("a.png").exists() and not Path("a.csv").exists()


def test_a_constant_is_kept():
    """No mean is taken off unless asked for."""
    power = spectrogram(Signal(np.full(8192, 0.5), 8000.0), StftSettings(window_length=256, hop=64, edges="inside"))
    np.testing.assert_allclose(power.values[0], 0.25, rtol=1e-12)


def test_the_lowest_of_16_bits_is_minus_one(here):
    soundfile.write("a.wav", np.array([-32768, 32767, 0, -200], np.int16), 8000)
    with open_sound("a.wav") as sound:
        np.testing.assert_array_equal(sound.read(range(4))[0] * 32768, [-32768, 32767, 0, -200])
        sound.check()
        assert sound.tally.loudest == 1.0
    assert Signal(np.array([-32768], np.int16), 8000.0).samples[0] == -1.0


@pytest.mark.parametrize(
    ("subtype", "container", "bits"),
    [("PCM_U8", "WAV", 8), ("PCM_S8", "AIFF", 8), ("PCM_16", "WAV", 16), ("PCM_24", "WAV", 24), ("PCM_32", "WAV", 32),
     ("PCM_16", "FLAC", 16), ("PCM_24", "FLAC", 24), ("PCM_S8", "FLAC", 8)],
)  # fmt: skip
def test_full_scale_is_two_to_the_bits_less_one(here, subtype, container, bits):
    steps = np.array([-(2 ** (bits - 1)), -1, 0, 1, 2 ** (bits - 1) - 1])
    soundfile.write("a", np.tile(steps << 32 - bits, 100).astype(np.int32), 8000, subtype, format=container)
    with open_sound("a") as sound:
        assert sound.dtype == (np.float64 if bits == 32 else np.float32)
        np.testing.assert_array_equal(sound.read(range(5))[0] * 2.0 ** (bits - 1), steps)
        assert sound.check().word == "ok"  # of FLAC, its MD5


def test_doubles_stay_doubles_and_loud_samples_stay_loud(here):
    values = np.array([1 / 3, 2.5, -3.0, 1e300])
    soundfile.write("a.wav", values, 8000, "DOUBLE")
    with open_sound("a.wav") as sound:
        np.testing.assert_array_equal(sound.read(range(4))[0], values)
        assert (sound.check().word, sound.status.reason, sound.tally.loudest) == ("warn", "too-loud", 1e300)
    soundfile.write("b.wav", np.array([2.5, -3.0]), 8000, "FLOAT")
    with open_sound("b.wav") as sound:
        assert sound.check().word == "ok" and sound.tally.loudest == 3.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_sample_that_is_no_number_spoils_its_frames_and_no_others(here, bad):
    sound = np.random.default_rng(3).uniform(-1, 1, 8192).astype(np.float32)
    settings = StftSettings(window_length=512, hop=512, edges="inside")
    wanted = spectrogram(Signal(sound, 8000.0), settings).values
    sound[1000] = bad
    soundfile.write("a.wav", sound, 8000, "FLOAT")
    with open_sound("a.wav") as opened:
        got = spectrogram(opened, settings).values
        assert (opened.check().word, opened.status.reason) == ("warn", "not-finite")
        assert "holds 1 samples that are NaN or infinite" in opened.status.sentence
    assert np.isnan(got[:, 1]).all()
    np.testing.assert_array_equal(np.delete(got, 1, axis=1), np.delete(wanted, 1, axis=1))


def test_a_hop_longer_than_the_window_is_refused():
    with pytest.raises(SettingsError, match="hop is 600; with window_length 512 it must be 1 to 512"):
        StftSettings(window_length=512, hop=600)


def test_a_sound_comes_back_where_the_window_lets_it_and_is_refused_where_not():
    """A Hann window that meets itself in its zeros loses samples; one hop less and all is there."""
    sound = Signal(np.random.default_rng(4).standard_normal(4000), 8000.0)
    near = StftSettings(window_length=64, hop=63, quantity="transform", edges="zeros")
    back = istft(spectrogram(sound, near), n_samples=4000).read(range(4000))[0]
    heard = ~np.isnan(back)
    assert heard.sum() > 3900
    np.testing.assert_allclose(back[heard], sound.samples[heard], atol=1e-11)
    with pytest.raises(SettingsError, match="64"):
        istft(spectrogram(sound, StftSettings(window_length=64, hop=64, quantity="transform", edges="zeros")))


def test_times_after_a_day_are_exact():
    """A float32 would be 7.8 ms off."""
    settings = StftSettings(window_length=480, hop=160, edges="inside")
    rate, first = 48_000.0, 24 * 3600 * 300

    class Day:
        sample_rate, n_samples, n_channels, unit, start, calibration = rate, 25 * 3600 * 48_000, 1, "FS", None, None

        def read(self, samples):
            return np.zeros((1, len(samples)), np.float32)

    part = spectrogram(Day(), settings, frames=range(first, first + 3))
    assert [float(t) for t in part.times] == [(i * 160 + 240) / 48_000 for i in part.frames]


def test_the_mean_of_ten_million_samples_is_their_mean(here):
    """A running sum in float32 would be 1 % off."""
    x = np.full(10_000_000, 0.1, np.float32)
    soundfile.write("a.wav", x, 48_000, "FLOAT")
    with open_sound("a.wav") as sound:
        for size in (None, 999_999, 4096):
            for _ in sound.blocks(size):
                pass
            assert sound.tally.rms == pytest.approx(float(np.float32(0.1)), rel=1e-6)
        mean = welch(sound, StftSettings(window_length=256, hop=256, edges="inside"))
    np.testing.assert_allclose(mean.values[0], float(np.float32(0.1)) ** 2, rtol=1e-6)

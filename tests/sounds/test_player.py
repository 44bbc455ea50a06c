"""A notebook plays a sound: the WAV inside is the sound, bounded, and the words say what of it."""

import base64
import io
import re
import wave

import numpy as np
import pytest

from sonograph import Signal, mono, signals, write
from sonograph import open as open_sound


def heard(html):
    """Samples (channels, n) and rate of the WAV in a player."""
    found = re.search(r'src="data:audio/wav;base64,([^"]+)"', html)
    with wave.open(io.BytesIO(base64.b64decode(found[1]))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        return samples.T / 32767, file.getframerate()


def test_it_plays_the_samples_of_the_sound():
    sound = signals.guitar(sample_rate=22_050.0)
    html = sound._repr_html_()
    samples, rate = heard(html)
    assert rate == 22_050
    np.testing.assert_allclose(samples[0], sound.samples, atol=1 / 32767)
    assert "3.9 s at 22050 Hz, FS" in html


def test_a_long_sound_is_played_from_its_beginning_and_that_is_told():
    html = Signal(np.zeros(3_000_000), 48_000.0)._repr_html_()
    assert len(heard(html)[0][0]) == 20 * 48_000
    assert "the first 20 s of" in html
    assert len(html) < 4 << 20
    many = Signal(np.zeros((64, 500_000), np.float32), 48_000.0)._repr_html_()
    assert "channels 0 and 1 of 64" in many
    assert len(heard(many)[0]) == 2


def test_what_is_too_loud_or_in_volts_is_turned_to_fit():
    tone = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    for sound, words in (
        (Signal(4 * tone, 8000.0), "turned down to fit full scale"),
        (Signal(0.001 * tone, 8000.0, "V"), "as loud as fits"),
    ):
        samples, _ = heard(sound._repr_html_())
        assert np.abs(samples).max() == pytest.approx(1, abs=1e-3)
        assert words in sound._repr_html_()
    samples, _ = heard(Signal(np.where(np.arange(8000) < 10, np.nan, 0.5), 8000.0)._repr_html_())
    assert samples[0][0] == 0
    assert samples[0][-1] == pytest.approx(0.5, abs=1e-4)


def test_rates_that_no_browser_plays_are_resampled_or_refused():
    high = signals.tone(3000.0, 0.5, sample_rate=192_000.0)
    samples, rate = heard(high._repr_html_())
    spectrum = np.abs(np.fft.rfft(samples[0]))
    assert (rate, round(spectrum.argmax() * rate / len(samples[0]))) == (48_000, 3000)
    assert "without what lies above 24 kHz" in high._repr_html_()
    assert heard(signals.tone(100.0, 1.0, sample_rate=1000.0)._repr_html_())[1] == 8000
    slow = Signal(np.zeros(100), 0.001)._repr_html_()
    assert "too slow to be heard" in slow
    assert "<audio" not in slow


def test_a_file_is_played_by_its_name(tmp_path):
    path = tmp_path / "a <b>.wav"
    write(path, signals.kick(sample_rate=22_050.0))
    sound = open_sound(path)
    assert "a &lt;b&gt;.wav: 1.25 s" in sound._repr_html_()
    assert "a &lt;b&gt;.wav" in mono(sound)._repr_html_()
    assert len(heard(sound._repr_html_())[0][0]) == sound.n_samples
    path.unlink()


def test_a_sound_without_samples_says_so():
    assert "no samples" in Signal(np.zeros(0), 8000.0)._repr_html_()

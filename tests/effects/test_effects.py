"""Sounds made of sounds, against physics: what is held and struck, how long, how high, where it is silent."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sonograph import SettingsError, Signal, effects

librosa = pytest.importorskip("librosa")

RATE = 8000.0
BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
T = np.arange(16_000) / RATE


def struck_tone(channels=1):
    x = np.sin(2 * np.pi * 440 * T)
    x[[4000, 9000]] += 40
    return Signal(np.stack([x, 0.5 * x[::-1]]) if channels == 2 else x, RATE, start=BEGAN)


def pitch(samples, rate=RATE):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return spectrum.argmax() * rate / (1 << 18)


def test_both_parts_add_up_and_each_holds_its_own():
    sound = struck_tone(2)
    held, struck = effects.harmonic(sound), effects.percussive(sound)
    np.testing.assert_allclose(held.samples + struck.samples, sound.samples, atol=1e-12)
    assert struck.samples[0, 4000] > 30
    assert np.abs(held.samples[0, 4000]) < 5
    assert held.samples[0, 6000:7000].std() > 0.65
    assert struck.samples[0, 6000:7000].std() < 0.05
    assert held.start == BEGAN


@pytest.mark.parametrize("speed", [0.5, 1.6])
def test_a_stretched_tone_keeps_its_pitch(speed):
    out = effects.time_stretch(Signal(np.sin(2 * np.pi * 440 * T), RATE), speed)
    assert out.n_samples == round(16_000 / speed)
    assert pitch(out.samples) == pytest.approx(440, abs=0.5)
    assert out.samples[3000:-3000].std() == pytest.approx(np.sqrt(0.5), rel=0.2)  # bins beside a tone lose step with it


@pytest.mark.parametrize("semitones", [-12, -0.5, 0, 7])
def test_a_shifted_tone_keeps_its_length(semitones):
    out = effects.pitch_shift(Signal(np.sin(2 * np.pi * 440 * T), RATE, start=BEGAN), semitones)
    assert (out.n_samples, out.sample_rate, out.start) == (16_000, RATE, BEGAN)
    assert pitch(out.samples) == pytest.approx(440 * 2 ** (semitones / 12), abs=0.5)


@pytest.mark.parametrize("channels", [1, 2])
def test_values_are_librosas(channels):
    sound = Signal(struck_tone(2).samples[:channels, :7001], RATE)
    y = sound.samples
    np.testing.assert_allclose(effects.percussive(sound, margin=2.0).samples.reshape(y.shape),
                               librosa.effects.percussive(y, margin=2.0), atol=1e-10)  # fmt: skip
    np.testing.assert_allclose(effects.time_stretch(sound, 1.3).samples.reshape(channels, -1),
                               librosa.effects.time_stretch(y, rate=1.3), atol=1e-6)  # fmt: skip


def test_silence_is_left_out_at_the_ends_and_between():
    x = np.zeros(40_000)
    x[8192:12_288], x[20_480:30_720] = 1.0, -0.5
    x += 1e-5 * np.random.default_rng(0).standard_normal(40_000)
    sound = Signal(x, RATE, start=BEGAN)
    parts = np.array(effects.split(sound, below=40, window_length=512, hop=128)) * RATE
    np.testing.assert_allclose(parts, [[8192, 12_288], [20_480, 30_720]], atol=384)
    np.testing.assert_array_equal(
        parts, librosa.effects.split(x, top_db=40, frame_length=512, hop_length=128)
    )  # both in samples
    kept = effects.trim(sound, below=40, window_length=512, hop=128)
    first = round(parts[0, 0])
    np.testing.assert_array_equal(kept.samples, x[first : round(parts[-1, 1])])
    assert kept.start == BEGAN + timedelta(seconds=first / RATE)


def test_a_sound_of_nothing_is_all_silence():
    silent = Signal(np.zeros(9000), RATE)
    assert effects.split(silent) == []
    assert effects.trim(silent).n_samples == 0
    assert effects.split(Signal(np.zeros(0), RATE)) == []


def test_what_is_missing_is_silent_or_refused():
    x = np.sin(2 * np.pi * 440 * T)
    x[:3000] = np.nan
    gap = Signal(x, RATE)
    [(start, end)] = effects.split(gap, window_length=256, hop=64)
    assert (start, end) == pytest.approx((3000 / RATE, 2.0), abs=0.04)
    for call in (lambda: effects.time_stretch(gap, 0.5), lambda: effects.pitch_shift(gap, 0)):
        with pytest.raises(SettingsError, match="misses samples, whose phase nobody knows"):
            call()


def test_a_path_is_taken_too(tmp_path):
    from sonograph import write

    write(tmp_path / "a.wav", struck_tone())
    assert effects.trim(tmp_path / "a.wav").n_samples == 16_000
    assert effects.time_stretch(tmp_path / "a.wav", 2.0).n_samples == 8000


REFUSED = {
    "a speed": (lambda: effects.time_stretch(struck_tone(), 0), r"^speed is 0; it must be 0\.05 to 20$"),
    "semitones": (lambda: effects.pitch_shift(struck_tone(), "a"), r"^semitones is 'a'; it must be -48 to 48$"),
    "below": (lambda: effects.split(struck_tone(), below=-5), r"^below is -5; it must be above 0$"),
    "a width": (lambda: effects.harmonic(struck_tone(), width=4), r"^width is 4; it must be odd"),
    "no sound": (lambda: effects.trim(np.zeros(5)), r"^source is ndarray"),
    "a name": (lambda: effects.trim(struck_tone(), top_db=20), r"^top_db is no argument of trim; "),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_answered_in_a_sentence(call, message):
    with pytest.raises(SettingsError, match=message):
        call()

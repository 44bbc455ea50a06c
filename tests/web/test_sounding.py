"""What is heard is the recording: any part of it, at any rate, slowed, or in a band."""

import itertools

import numpy as np
import pytest

from sonograph import Signal, resample
from sonograph.analysis.bands import band_pass
from sonograph.errors import LimitError, SettingsError
from sonograph.web.sounding import pcm, resounded
from tests.web.visiting import describe  # noqa: F401  # skips where Starlette is not


def noise(rate, seconds=1.0, channels=1):
    return Signal(np.random.default_rng(0).standard_normal((channels, round(rate * seconds))) / 10, rate)


@pytest.mark.parametrize("rate", [8000.0, 44_100.0, 48_000.0, 96_000.0, 384_000.0, 22_254.545])
def test_parts_join_to_the_whole_as_one_stream_has_it(rate):
    """One stream of another way through soxr, over all of it."""
    sound, listener = noise(rate), 48_000.0
    whole = resample(sound, listener)
    expected = whole.read(range(whole.n_samples))[0]
    cuts = [0, 1, 777, sound.n_samples // 3, sound.n_samples // 2 + 1, sound.n_samples]
    parts = [resounded(sound, range(a, b), listener)[0] for a, b in itertools.pairwise(cuts)]
    joined = np.concatenate(parts)
    assert abs(len(joined) - len(expected)) <= 1
    n = min(len(joined), len(expected)) - 1
    np.testing.assert_allclose(joined[:n], expected[:n], atol=3e-4 if rate == 22_254.545 else 3e-6)


def test_at_its_own_rate_it_is_the_samples():
    sound = noise(48_000.0, 0.1, 2)
    np.testing.assert_array_equal(resounded(sound, range(5, 900), 48_000.0), sound.read(range(5, 900)).astype("f4"))


def test_a_tenth_as_fast_is_a_tenth_as_high():
    """A bat at 40 kHz is heard at 4 kHz, ten times as long."""
    rate = 384_000
    bat = Signal(np.sin(2 * np.pi * 40_000 * np.arange(rate // 10) / rate), float(rate))
    heard = resounded(bat, range(bat.n_samples), 48_000.0, slow=10)[0]
    assert heard.shape == (48_000,)
    assert np.argmax(np.abs(np.fft.rfft(heard * np.hanning(48_000)))) == 4000


def test_a_band_keeps_its_place_in_time():
    """Of two bursts at once, the other one is gone, and the one that stays begins when it began."""
    rate, n = 48_000, 24_000
    burst = np.hanning(480) * np.sin(2 * np.pi * 6000 * np.arange(480) / rate)
    samples = 0.5 * np.sin(2 * np.pi * 500 * np.arange(n) / rate)
    samples[12_000:12_480] += burst
    heard = resounded(Signal(samples, float(rate)), range(n), 48_000.0, band=(4000.0, 8000.0))[0]
    np.testing.assert_allclose(heard[12_000:12_480], burst, atol=2e-3)
    assert np.abs(heard[1000:11_000]).max() < 1e-4
    part = resounded(Signal(samples, float(rate)), range(12_100, 12_300), 48_000.0, band=(4000.0, 8000.0))[0]
    np.testing.assert_allclose(part, heard[12_100:12_300], atol=1e-6)


def test_white_noise_in_a_band_has_the_power_of_its_width():
    samples = np.random.default_rng(3).standard_normal((1, 400_000))
    part = band_pass((3000.0, 5000.0), 48_000.0)(samples)
    assert np.mean(part**2) == pytest.approx(2000 / 24_000, rel=0.03)


def test_all_of_a_spectrum_needs_no_filter():
    assert band_pass((0.0, 24_000.0), 48_000.0) is None
    for low, high in ((0.0, 1000.0), (1000.0, 24_000.0)):
        gain = np.abs(np.fft.rfft(band_pass((low, high), 48_000.0).taps, 1 << 20))
        inside, outside = (gain[round(f * (1 << 20) / 48_000)] for f in ((500, 12_000) if low == 0 else (12_000, 500)))
        assert inside == pytest.approx(1, abs=1e-4) and outside < 1e-4


def test_missing_samples_are_silence_and_channels_are_in_turn():
    samples = np.stack([np.ones(10), np.full(10, np.nan)])
    octets = pcm(Signal(samples, 48_000.0), range(-5, 50), 48_000.0)
    assert octets[:4] == b"SGP1" and np.frombuffer(octets, "<u4", 2, 8).tolist() == [48_000, 10]
    np.testing.assert_array_equal(np.frombuffer(octets, "<f4", offset=16).reshape(10, 2), [[1, 0]] * 10)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rate": 0.5}, "within 256 times"),
        ({"rate": 48_000.0, "slow": 0.5}, "slow is 0.5; it must be 1 to 1000"),
        ({"rate": 48_000.0, "band": (5000.0, 4000.0)}, "it must go up"),
        ({"rate": 48_000.0, "band": (30_000.0, 40_000.0)}, "it must go up, below 24000 Hz"),
        ({"rate": 48_000.0, "channel": 1}, "channel is 1; it must be 0 to 0"),
    ],
)
def test_what_cannot_be_heard_is_refused(given, words):
    with pytest.raises(SettingsError, match=words):
        resounded(noise(48_000.0, 0.01), range(100), **given)


def test_a_day_is_not_sent_at_once():
    class Day(Signal):
        n_samples = 24 * 3600 * 48_000

    with pytest.raises(LimitError, match="ask for fewer"):
        resounded(Day(np.zeros(10), 48_000.0), range(Day.n_samples), 48_000.0)


def test_the_route_gives_the_same(client, ids):
    query = {"start": 0, "end": 4800, "rate": 44_100}
    answer = client.get(f"/sound/{ids['tone.wav']}", params=query)
    assert answer.status_code == 200 and np.frombuffer(answer.content, "<u4", 2, 8).tolist() == [44_100, 4410]
    sine = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(4410) / 44_100)
    np.testing.assert_allclose(np.frombuffer(answer.content, "<f4", offset=16)[200:], sine[200:], atol=1e-4)
    assert client.get(f"/sound/{ids['tone.wav']}", params={**query, "rate": "x"}).status_code == 400
    assert client.get(f"/sound/{ids['tone.wav']}", params={"start": 0, "end": 5}).status_code == 400


@pytest.mark.parametrize("every", [10.0, 3600.0, 86_400.0])
def test_a_series_too_slow_to_be_heard_says_what_to_do(every):
    with pytest.raises(SettingsError, match=r"^rate is 48000; from .* Hz .* heard of a copy at another rate, Signal\("):
        pcm(Signal(np.ones(10), 1 / every), range(10), 48_000.0)

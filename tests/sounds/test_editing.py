"""Sounds are cut, joined, mixed and faded sample by sample."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sonograph import SettingsError, Signal

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)


def noise(n=4000, channels=1, seed=0, rate=8000.0, dtype=np.float64):
    samples = np.random.default_rng(seed).standard_normal((channels, n)).astype(dtype)
    return Signal(samples[0] if channels == 1 else samples, rate, start=BEGAN)


@pytest.mark.parametrize("channels", [1, 3])
def test_parts_that_follow_each_other_join_to_the_whole(channels):
    whole = noise(channels=channels)
    parts = [whole.select(seconds=span) for span in ((0, 0.1), (0.1, 0.3), (0.3, 0.5))]
    again = parts[0].join(*parts[1:])
    np.testing.assert_array_equal(again.samples, whole.samples)
    assert [part.start for part in parts] == [BEGAN + timedelta(seconds=s) for s in (0, 0.1, 0.3)]
    assert again.start == whole.start
    assert np.shares_memory(parts[1].samples, whole.samples) == (channels == 1)


def test_one_channel_is_taken_by_its_number():
    pair = noise(channels=2)
    np.testing.assert_array_equal(pair.select(channel=1).samples, pair.samples[1])


def test_a_mix_is_the_sum_where_both_are():
    first, second = noise(100), noise(90, seed=1, dtype=np.float32)
    out = first.mix(second, at=0.005)  # 40 samples
    wanted = [0.0] * 130
    for i, value in enumerate(first.samples):
        wanted[i] += value
    for i, value in enumerate(second.samples):
        wanted[40 + i] += float(value)
    np.testing.assert_allclose(out.samples, wanted, rtol=1e-15)


def test_what_is_missing_stays_missing():
    gap = Signal(np.where(np.arange(100) == 50, np.nan, 1.0), 8000.0)
    for out in (gap.mix(Signal(np.ones(100), 8000.0)), gap.fade(rise=0.01), gap.gain(6), gap.join(gap)):
        assert np.isnan(out.samples[50])
        assert np.isnan(out.samples).sum() == (2 if out.n_samples == 200 else 1)


def test_a_fade_rises_from_nothing_and_leaves_the_middle():
    out = Signal(np.ones(4000), 8000.0).fade(rise=0.1, fall=0.2).samples
    assert out[0] < 0.001
    assert out[-1] < 0.0005
    assert (np.diff(out[:800]) > 0).all()
    assert (np.diff(out[-1600:]) < 0).all()
    np.testing.assert_array_equal(out[800:2400], 1.0)
    assert out[399] == pytest.approx(np.sin(np.pi / 4), abs=1e-3)  # half way 3 dB down


def test_sounds_that_are_unlike_stay_as_loud_in_a_crossfade():
    first, second = noise(80_000), noise(80_000, seed=1)
    out = first.join(second, crossfade=5.0)
    assert out.n_samples == 120_000
    power = (out.samples.reshape(12, -1) ** 2).mean(axis=1)
    np.testing.assert_allclose(power, 1.0, atol=0.06)
    np.testing.assert_array_equal(out.samples[:40_000], first.samples[:40_000])
    np.testing.assert_array_equal(out.samples[-40_000:], second.samples[-40_000:])


def test_gain_is_in_decibels():
    assert Signal(np.ones(3, np.float32), 8.0).gain(20).samples.tolist() == [10.0] * 3


REFUSED = {
    "past the end": (lambda: noise().select(seconds=(0.4, 0.6)), r"^seconds end at 0\.6 s; this sound ends at 0\.5 s$"),
    "backwards": (lambda: noise().select(seconds=(0.4, 0.1)), r"^seconds is 0\.4 to 0\.1; it must be 0 or more and"),
    "before": (lambda: noise().select(seconds=(-1, 0.1)), r"^seconds is -1 to 0\.1; "),
    "a channel": (lambda: noise().select(channel=1), r"^channel is 1; the sound has 1; it must be 0 to 0$"),
    "rates": (lambda: noise().join(noise(rate=16_000.0)), r"^sample_rate is 8000\.0 and 16000\.0; .*resample"),
    "units": (lambda: noise().mix(Signal(np.zeros(4), 8000.0, "Pa")), r"^unit is FS and Pa; sounds must be alike$"),
    "channels": (lambda: noise().mix(noise(channels=2)), r"^n_channels is 1 and 2; .*mono\("),
    "an array": (lambda: noise().mix(np.zeros(4)), r"^one of the sounds is ndarray; it must be a Signal, as read\("),
    "a long fade": (lambda: noise().fade(rise=0.4, fall=0.2), r"^rise and fall are 0\.4 and 0\.2 s; .* 0\.5 s long$"),
    "a long crossfade": (lambda: noise().join(noise(), crossfade=1), r"^crossfade is 1 s; one of .* 0\.5 s long$"),
    "a middle one": (
        lambda: noise().join(noise(), noise(), crossfade=0.3),
        r"^crossfade is 0\.3 s; one of the sounds is 0\.5 s long$",
    ),
    "a gain": (lambda: noise().gain("6"), r"^decibels is '6'; it must be -400 to 400$"),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_answered_in_a_sentence(call, message):
    with pytest.raises(SettingsError, match=message):
        call()

"""What an echo sounder hears is where and as strong as physics has it."""

import numpy as np
import pytest

from sonograph import SettingsError, Signal, signals

RATE = 96_000.0


@pytest.fixture
def ping():
    return signals.chirp(12_000.0, 24_000.0, 0.004, sample_rate=RATE)


def test_a_target_gives_the_pulse_later_and_lower(ping):
    """At 7.5 m and 1500 m/s it is heard 10 ms later, 40 log 7.5 + 30 dB under the source level."""
    heard = signals.echo_sounder(ping, n_pings=1, targets=[(7.5, -30.0)], noise=-200.0)
    first = round(0.010 * RATE)
    echo = heard.samples[first : first + ping.n_samples]
    expected = 10 ** ((200 - 30 - 40 * np.log10(7.5)) / 20) * np.sqrt(2)
    assert np.abs(echo).max() == pytest.approx(expected, rel=0.05)
    np.testing.assert_allclose(echo / np.abs(echo).max(), ping.samples / np.abs(ping.samples).max(), atol=0.05)


def test_a_volume_scatters_by_the_sonar_equation(ping):
    """RL = SL + Sv + 10 log ψ + 10 log(c τ / 2) - 20 log R, of a pulse of even strength."""
    tone = signals.tone(18_000.0, 0.002, sample_rate=RATE)
    heard = signals.echo_sounder(tone, n_pings=30, volume=-50.0, beam=-18.0, noise=-200.0).samples.reshape(30, -1)
    at = round(2 * 40 / 1500 * RATE)
    power = np.mean(heard[:, at - 300 : at + 300] ** 2)
    expected = 200 - 50 - 18 + 10 * np.log10(1500 * 0.002 / 2) - 20 * np.log10(40 - 1500 * 0.002 / 4)
    assert 10 * np.log10(power) == pytest.approx(expected, abs=0.5)


def test_the_same_seed_is_the_same_sea(ping):
    a, b, c = (signals.echo_sounder(ping, n_pings=2, volume=-60.0, seed=seed).samples for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"interval": 0.003}, r"the pulse is 0.004 s long; it must be below interval, 0.003 s"),
        ({"targets": [(0.0, -40.0)]}, r"range is 0.0; it must be above 0 m"),
        ({"n_pings": 0}, r"n_pings is 0"),
        ({"sound_speed": -1.0}, r"sound_speed is -1.0"),
    ],
)
def test_what_cannot_be_is_refused(ping, asked, words):
    with pytest.raises(SettingsError, match=words):
        signals.echo_sounder(ping, **asked)
    with pytest.raises(SettingsError, match="2 channels"):
        signals.echo_sounder(Signal(np.ones((2, 10)), RATE))

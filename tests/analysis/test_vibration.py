"""Orders, envelopes, kurtosis and zoomed spectra of machines whose vibration is known."""

import numpy as np
import pytest

from sonograph import (
    SettingsError,
    Signal,
    StftSettings,
    band_kurtosis,
    draw,
    envelope_spectrum,
    fourier,
    orders,
    speed,
    tacho,
    welch,
    zoom,
)

RATE = 5000.0
T = np.arange(50_000) / RATE
ANGLE = 10 * T + 1.5 * T**2  # turns of a shaft that runs up from 10 to 40 per second in 10 s
RPM = 60 * (10 + 3 * T)


def running(missing=None):
    """Orders 1, 2.5 and 7 of 2, 0.5 and 1 g, over mains hum that follows no shaft; and its tacho, two pulses a turn."""
    x = 2 * np.sin(2 * np.pi * ANGLE) + 0.5 * np.cos(2 * np.pi * 2.5 * ANGLE) + np.sin(2 * np.pi * 7 * ANGLE + 1)
    x += 0.3 * np.sin(2 * np.pi * 50 * T)
    if missing is not None:
        x[missing] = np.nan
    return Signal(np.stack([x, np.sin(2 * np.pi * 2 * ANGLE)]), RATE, "g")


@pytest.mark.parametrize("of", ["table", "tacho"])
def test_each_order_reads_its_rms_at_every_speed(of):
    sound = running()
    shaft = speed([0.0, 10.0], [600.0, 2400.0]) if of == "table" else tacho(sound, channel=1, pulses=2)
    made = orders(Signal(sound.samples[0], RATE, "g"), shaft, highest=10.0, revolutions=12)
    for number, amplitude in ((1, 2.0), (7, 1.0)):
        np.testing.assert_allclose(made.order(number), amplitude / 2**0.5, rtol=0.02)
    near = (made.rpm > 1300) | (made.rpm < 1100)  # at 1200 rpm the hum is order 2.5
    np.testing.assert_allclose(made.order(2.5)[near], 0.5 / 2**0.5, rtol=0.03)
    assert made.order(4.5).max() < 0.16 and made.label == "Power (g²)" and made.orders[1] == 1 / 12
    np.testing.assert_allclose(made.rpm, np.interp(made.times, T, RPM), rtol=1e-3)


def test_a_tacho_gives_the_angle_between_its_pulses_too():
    shaft = tacho(running(), channel=1, pulses=2)
    first, last = shaft.span
    t = np.linspace(first, last, 500)
    turns = 10 * t + 1.5 * t**2 - (10 * first + 1.5 * first**2)
    np.testing.assert_allclose(shaft.revolutions(t), turns, atol=2e-3)
    np.testing.assert_allclose(shaft.hertz(t[5:-5]), 10 + 3 * t[5:-5], rtol=0.01)
    assert np.isnan(shaft.rpm(first - 0.1)) and repr(shaft).startswith("<Speed: 6")


def test_pulses_are_counted_once_over_borders_of_blocks_and_through_noise(monkeypatch):
    pulses = (np.arange(20_000) % 500 < 50).astype(float) + 0.05 * np.random.default_rng(0).standard_normal(20_000)
    whole = tacho(Signal(pulses, 10_000.0, "V"))
    assert len(whole.times) == 39 and whole.rpm(1.0) == pytest.approx(1200, rel=1e-3)
    wavering = np.sin(2 * np.pi * 20 * np.arange(20_000) / 10_000) + 0.05 * np.random.default_rng(1).standard_normal(
        20_000
    )
    assert len(tacho(Signal(wavering, 10_000.0, "V")).times) in (39, 40)
    monkeypatch.setattr("sonograph.analysis.speed.AT_ONCE", 333)
    np.testing.assert_array_equal(tacho(Signal(pulses, 10_000.0, "V")).times, whole.times)


def test_frames_with_missing_samples_are_missing_and_no_others():
    whole, broken = (
        orders(Signal(one.samples[0], RATE, "g"), speed([0, 10], [600, 2400]), highest=5.0)
        for one in (running(), running(missing=25_000))
    )
    lost = np.isnan(broken.values).any(axis=0)
    assert 0 < lost.sum() <= 5 and np.abs(whole.times[lost] - 5.0).max() < 0.5
    np.testing.assert_allclose(broken.values[:, ~lost], whole.values[:, ~lost], rtol=1e-3, atol=1e-6)


def bearing(rate=20_000.0, seconds=4.0):
    """Shocks 87.3 times a second that ring at 5 kHz, in noise."""
    n = round(rate * seconds)
    x = np.zeros(n)
    ring = np.exp(-np.arange(200) / 25) * np.sin(2 * np.pi * 5000 / rate * np.arange(200))
    for at in np.arange(0.01, seconds - 0.02, 1 / 87.3):
        x[round(at * rate) : round(at * rate) + 200] += ring
    return Signal(x + 0.1 * np.random.default_rng(0).standard_normal(n), rate, "g")


def test_the_envelope_of_a_band_shows_how_often_a_bearing_strikes_and_its_kurtosis_where_it_rings():
    found = envelope_spectrum(bearing(), (4000.0, 6000.0), resolution=0.5)
    assert found.frequencies[found.values.argmax()] == pytest.approx(87.3, abs=0.5)
    assert found.frequencies[-1] == 2000 and found.value_unit == "g²"
    spiky = band_kurtosis(bearing(), 1, low=250.0)
    at = dict(zip(spiky.names, spiky.values[0], strict=True))
    assert max(at, key=at.get) == "band_4kHz" and at["band_4kHz"] > 6
    assert "the highest" in repr(spiky)


def test_the_kurtosis_of_noise_is_3_and_that_of_a_tone_1_and_a_half_and_gaps_are_left_out(monkeypatch):
    noise = np.random.default_rng(0).standard_normal(200_000)
    tone = np.sin(2 * np.pi * 1000 * np.arange(200_000) / 8000)
    made = band_kurtosis(Signal(np.stack([noise, tone]), 8000.0), 1, low=500.0)
    np.testing.assert_allclose(made.values[0], 3.0, atol=0.15)
    assert made.values[1, made.names.index("band_1kHz")] == pytest.approx(1.5, abs=0.01)
    monkeypatch.setattr("sonograph.analysis.impacts.BLOCK", 9000)
    again = band_kurtosis(Signal(np.stack([noise, tone]), 8000.0), 1, low=500.0)
    np.testing.assert_allclose(again.values, made.values, rtol=1e-9)
    tone[::10] = np.nan  # whose zeros are heard at 200 and 1800 Hz, beyond the octave around 1 kHz
    holed = band_kurtosis(Signal(tone, 8000.0), 1, low=1000.0, high=1001.0)
    assert holed.values[0, 0] == pytest.approx(1.5, abs=0.03)
    noise[50_000:60_000] = np.nan
    np.testing.assert_allclose(band_kurtosis(Signal(noise, 8000.0), 1, low=500.0).values, 3.0, atol=0.2)


def test_a_zoomed_spectrum_is_the_transform_at_its_frequencies():
    x = np.random.default_rng(0).standard_normal(3001)
    near = zoom(Signal(x, 1000.0), (100.0, 101.0), bins=7)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(3001) / 3001)
    for f, value in zip(near.frequencies, near.values, strict=True):
        wanted = 2 * abs(np.sum(x * window * np.exp(-2j * np.pi * f / 1000 * np.arange(3001)))) ** 2 / window.sum() ** 2
        assert value == pytest.approx(wanted, rel=1e-9)
    grid = zoom(Signal(x[:3000], 1000.0), (0.0, 500.0), bins=1501, window="boxcar")
    np.testing.assert_allclose(grid.values, fourier(Signal(x[:3000], 1000.0)).values, rtol=0, atol=1e-12)
    x[5] = np.nan
    assert np.isnan(zoom(Signal(x, 1000.0), (1.0, 2.0)).values).all()


def test_a_density_of_acceleration_is_drawn_on_two_logarithmic_axes_in_g2_per_hertz():
    noise = Signal(0.2 * np.random.default_rng(0).standard_normal(40_000), 2000.0, "g")
    density = welch(noise)
    assert density.label == "Power spectral density (g²/Hz)"
    assert np.median(density.values) == pytest.approx(0.04 / 1000, rel=0.1)
    axes = draw(density, axis="log", vscale="log").axes[0]
    assert axes.get_yscale() == "log" and "g²/Hz" in axes.get_ylabel()
    linear = draw(welch(noise, StftSettings(edges="inside")), vscale="magnitude").axes[0]
    assert linear.get_yscale() == "linear" and "Magnitude" in linear.get_ylabel() and "g" in linear.get_ylabel()


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: speed([0.0], [600.0]), "times are 1 and rpm 1; they must be two or more"),
        (lambda: speed([0.0, 0.0], [600.0, 700.0]), "times rise"),
        (lambda: tacho(Signal(np.zeros(900), RATE, "V")), "channel 0 has 0 pulses above 0 V"),
        (lambda: orders(running(), 600.0), "speed is float; it must be that of speed"),
        (lambda: orders(running(), speed([0, 10], [0, 600])), "the speed falls to 0"),
        (lambda: orders(running(), speed([0, 10], [600, 60_000])), "the highest order that can be told is 2.5"),
        (lambda: orders(running(), speed([20, 30], [600, 600])), "the sound ends at 10 s"),
        (lambda: orders(running(), speed([0, 0.1], [600, 600])), "revolutions is 8; the sound has 1 of them"),
        (lambda: envelope_spectrum(bearing(), (2000.0, 1000.0)), "it must go up"),
        (lambda: envelope_spectrum(bearing(), (1000.0, 2000.0), resolution=0.1), "resolution is 0.1 Hz"),
        (lambda: band_kurtosis(Signal(np.zeros(0), RATE)), "the sound has 0 samples"),
        (lambda: zoom(running(), (100.0, 90.0)), "hertz is 100 to 90; it must go up, within 0 to 2500"),
    ],
)
def test_what_cannot_be_is_answered(act, says):
    with pytest.raises(SettingsError, match=says):
        act()


def test_a_sound_of_too_many_turns_is_refused_by_what_makes_them():
    class Day(Signal):
        n_samples = 24 * 3600 * 5000

    with pytest.raises(
        SettingsError, match=r"^the sound is 864000 turns long, which makes .* samples at equal angles; "
    ):
        orders(Day(np.zeros(9), 5000.0, "g"), speed([0, 86_400], [600, 600]))

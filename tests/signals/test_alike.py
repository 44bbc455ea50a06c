"""What all signals share: seeds, rates, lengths, and what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest

from sonograph import signals
from sonograph.checks import quantity
from sonograph.errors import SettingsError

BY_CHANCE = {
    "fm": lambda seed: signals.fm(0.1, seed=seed),
    "white_noise": lambda seed: signals.white_noise(0.1, rms=1.0, seed=seed),
    "pink_noise": lambda seed: signals.pink_noise(0.1, density_at_1khz=1e-6, seed=seed),
    "pluck": lambda seed: signals.pluck(440.0, 0.1, seed=seed),
    "guitar": lambda seed: signals.guitar(duration=0.3, seed=seed),
    "kick": lambda seed: signals.kick(0.1, seed=seed),
    "snare": lambda seed: signals.snare(0.1, seed=seed),
}
OF_A_LENGTH = {
    "tone": lambda duration, rate: signals.tone(100, duration, sample_rate=rate),
    "chirp": lambda duration, rate: signals.chirp(100, 200, duration, sample_rate=rate),
    "fm": lambda duration, rate: signals.fm(duration, sample_rate=rate),
    "clicks": lambda duration, rate: signals.clicks(0.0, duration, sample_rate=rate),
    "white_noise": lambda duration, rate: signals.white_noise(duration, rms=1.0, sample_rate=rate),
    "pink_noise": lambda duration, rate: signals.pink_noise(duration, density_at_1khz=1.0, sample_rate=rate),
    "pluck": lambda duration, rate: signals.pluck(100, duration, sample_rate=rate),
    "guitar": lambda duration, rate: signals.guitar([100.0], duration, sample_rate=rate),
    "kick": lambda duration, rate: signals.kick(duration, sample_rate=rate),
    "snare": lambda duration, rate: signals.snare(duration, sample_rate=rate),
    "whistle": lambda duration, rate: signals.whistle(duration, low=500, high=900, sample_rate=rate),
    "pings": lambda duration, rate: signals.pings(duration, frequency=100, sample_rate=rate),
}


@pytest.mark.parametrize("make", BY_CHANCE.values(), ids=BY_CHANCE)
def test_one_seed_gives_one_sound_and_another_seed_another(make):
    np.testing.assert_array_equal(make(3).samples, make(3).samples)
    assert np.any(make(3).samples != make(4).samples)


@pytest.mark.parametrize("make", OF_A_LENGTH.values(), ids=OF_A_LENGTH)
def test_every_sound_has_the_rate_and_length_asked_for(make):
    sound = make(0.75, 8001)
    assert (sound.sample_rate, sound.samples.shape, sound.samples.dtype) == (8001.0, (6001,), np.float64)


@pytest.mark.parametrize("make", OF_A_LENGTH.values(), ids=OF_A_LENGTH)
@pytest.mark.parametrize("duration", [0, -1.0, float("nan"), float("inf"), "long", None])
def test_a_duration_must_be_above_0(make, duration):
    with pytest.raises(SettingsError, match=rf"duration is {duration}; it must be above 0 s"):
        make(duration, 8000)


@pytest.mark.parametrize("make", OF_A_LENGTH.values(), ids=OF_A_LENGTH)
@pytest.mark.parametrize("rate", [0, -8000.0, float("nan")])
def test_a_sample_rate_must_be_above_0(make, rate):
    with pytest.raises(SettingsError, match=rf"sample_rate is {rate}; it must be above [\d.]+ Hz"):
        make(1.0, rate)


@pytest.mark.parametrize("make", BY_CHANCE.values(), ids=BY_CHANCE)
@pytest.mark.parametrize("seed", [-1, 0.5, None])
def test_a_seed_must_be_a_whole_number(make, seed):
    with pytest.raises(SettingsError, match=rf"seed is {seed}; it must be a whole number, 0 or more"):
        make(seed)


REFUSED = [
    (lambda: signals.tone(24_000, 1.0), "frequency is 24000; it must be above 0 and below 24000 Hz"),
    (lambda: signals.tone([100, 0], 1.0), "frequency is 0; it must be above 0"),
    (lambda: signals.tone(100, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more FS"),
    (lambda: signals.tone([1, 2, 3], 1.0, amplitude=[1, 2]), "amplitude is 2 numbers; with 3 frequencies it must be 3"),
    (lambda: signals.tone(100, 1e-6), "duration is 1e-06; it must be 2.08333e-05 s or more .* one sample"),
    (lambda: signals.chirp(-1, 200, 1.0), "first is -1; it must be 0 or more and below 24000 Hz"),
    (lambda: signals.chirp(100, 30_000, 1.0), "last is 30000; it must be 0 or more and below 24000 Hz"),
    (lambda: signals.chirp(0, 200, 1.0, kind="logarithmic"), "first is 0; it must be above 0 Hz .*octaves"),
    (lambda: signals.chirp(200, 0, 1.0, kind="logarithmic"), "last is 0; it must be above 0 Hz .*octaves"),
    (lambda: signals.chirp(100, 200, 1.0, kind="cubic"), "kind is 'cubic'; it must be linear or logarithmic"),
    (lambda: signals.chirp(100, 200, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.chirp_frequency(0.5, 100, 200, 0.0), "duration is 0.0; it must be above 0 s"),
    (lambda: signals.chirp_frequency(0.5, 100, 200, 1.0, kind="cubic"), "kind is 'cubic'; it must be linear or"),
    (lambda: signals.fm(sample_rate=6250), "sample_rate is 6250; it must be above 6250 Hz .*3125 Hz"),
    (lambda: signals.clicks([0.5, 1.0], 1.0, sample_rate=100), "times is 1.0; it must be 0 to 0.99 s .*last sample"),
    (lambda: signals.clicks(-0.1, 1.0), "times is -0.1; it must be 0 or more s"),
    (lambda: signals.clicks(0.1, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.white_noise(1.0), "density is None and rms is None; one of them must be given"),
    (lambda: signals.white_noise(1.0, density=1.0, rms=1.0), "density is 1.0 and rms is 1.0; one of them"),
    (lambda: signals.white_noise(1.0, density=-1.0), "density is -1.0; it must be 0 or more FS²/Hz"),
    (lambda: signals.white_noise(1.0, rms=-1.0, unit="V"), "rms is -1.0; it must be 0 or more V"),
    (lambda: signals.pink_noise(1.0, density_at_1khz=-1.0), "density_at_1khz is -1.0; it must be 0 or more FS²/Hz"),
    (lambda: signals.pluck(6001, 1.0), "frequency is 6001; it must be 6000 Hz or less .*8 samples, and out of tune"),
    (lambda: signals.pluck(0, 1.0), "frequency is 0; it must be above 0 Hz"),
    (lambda: signals.pluck(100, 1.0, decay=0), "decay is 0; it must be above 0 s"),
    (lambda: signals.pluck(100, 1.0, amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.guitar([]), "frequencies is empty; it must hold one number or more"),
    (lambda: signals.guitar([100, 200, 300], 1.0, strum=0.5), "strum is 0.5; with 3 strings in 1.0 s .*below 0.5 s"),
    (lambda: signals.guitar(strum=-0.1), "strum is -0.1; it must be 0 or more s"),
    (lambda: signals.kick(sample_rate=300), "sample_rate is 300; it must be above 300 Hz .*150 Hz"),
    (lambda: signals.snare(sample_rate=589), "sample_rate is 589; it must be above 589.41 Hz .*294.705 Hz"),
    (lambda: signals.whistle(high=12_000), "high is 12000; it must be above 0 and below 12000 Hz .*overtone"),
    (lambda: signals.whistle(low=11_000), "low is 11000; it must be above 0 and below 11000 Hz"),
    (lambda: signals.whistle(loops=0), "loops is 0; it must be 1 or more"),
    (lambda: signals.whistle(loops=1.5), "loops is 1.5; it must be a whole number, 1 or more"),
    (lambda: signals.whistle(amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: signals.pings(frequency=24_000), "frequency is 24000; it must be above 0 and below 24000 Hz"),
    (lambda: signals.pings(length=0), "length is 0; it must be above 0 s"),
    (lambda: signals.pings(interval=0), "interval is 0; it must be above 0 s"),
    (lambda: signals.pings(echoes=[(-0.1, 6.0)]), "delay is -0.1; it must be 0 or more s"),
    (lambda: signals.pings(echoes=[(0.1, -6.0)]), "attenuation is -6.0; it must be 0 or more dB .*no louder"),
    (lambda: signals.pings(amplitude=-1), "amplitude is -1; it must be 0 or more"),
    (lambda: quantity("phase", float("inf")), "phase is inf; it must be a finite number"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message.split(";")[0] for _, message in REFUSED])
def test_what_cannot_be_is_refused_with_its_range(make, message):
    with pytest.raises(SettingsError, match=message):
        make()


def test_signals_need_numpy_alone():
    loaded = "import sys, sonograph.signals; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    names = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert "numpy" in names and "scipy" not in names
    assert not re.search("matplotlib|soundfile|torch", " ".join(names))

"""What is limited is work: samples of all channels, not how fast they were taken, nor for how long."""

import json
import struct

import numpy as np
import pytest

from sonograph import LimitError, SettingsError, SourceError, cli, read, spectrogram
from sonograph.io.audio import open as open_sound
from sonograph.limits import Limits
from sonograph.settings import StftSettings
from tests.io import damaged

RATES = (1e-12, 0.001, 1 / 3600, 0.5, 20e6, 4e9, 1e15)


@pytest.mark.parametrize("rate", RATES)
def test_a_sound_of_any_rate_is_opened_measured_and_drawn(tmp_path, rate, capsys):
    x = np.sin(np.arange(4000))
    np.save(tmp_path / "a.npy", x)
    np.savetxt(tmp_path / "a.csv", x)
    for name in ("a.npy", "a.csv"):
        with open_sound(tmp_path / name, sample_rate=rate) as sound:
            assert (sound.check().word, sound.n_samples, sound.sample_rate) == ("ok", 4000, rate)
    path, asked = str(tmp_path / "a.csv"), ["--sample-rate", repr(rate)]
    assert cli.main(["info", "--json", path, *asked]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["duration"] == pytest.approx(4000 / rate)
    assert cli.main(["info", path, *asked]) == 0
    assert cli.main(["draw", path, *asked, "-o", str(tmp_path / "a.png"), "-q"]) == 0
    assert cli.main(["features", path, *asked, "--feature", "rms,centroid", "-o", str(tmp_path / "a.npz"), "-q"]) == 0
    power = spectrogram(read(tmp_path / "a.csv", sample_rate=rate), StftSettings(window_length=512))
    loudest = power.frequencies[int(np.argmax(power.values[:, 8]))]
    assert loudest == pytest.approx(rate / (2 * np.pi), abs=rate / 512)


def test_a_wav_of_many_megahertz_is_a_small_sound(tmp_path):
    (tmp_path / "sdr.wav").write_bytes(damaged.wav(bytes(400_000), channels=2, rate=20_000_000))
    with open_sound(tmp_path / "sdr.wav") as sound:
        assert (sound.check().word, sound.n_samples, sound.sample_rate) == ("ok", 100_000, 20e6)


@pytest.mark.parametrize("rate", [1e308, 1e-300, 1e16, float("inf"), float("nan"), -1.0, 0.0])
def test_a_rate_past_what_numbers_hold_is_one_sentence(tmp_path, rate, capsys):
    np.savetxt(tmp_path / "a.csv", np.zeros(10))
    with pytest.raises(SettingsError, match=r"^sample_rate is .*; it must be (above 0|1e-12 to 1e\+15) Hz"):
        open_sound(tmp_path / "a.csv", sample_rate=rate)
    for command in (
        ["info"],
        ["draw", "-o", str(tmp_path / "a.png")],
        ["features", "--feature", "rms", "-o", str(tmp_path / "a.npz")],
    ):
        assert cli.main([command[0], str(tmp_path / "a.csv"), *command[1:], "--sample-rate", repr(rate)]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "--sample-rate is " in said


@pytest.mark.parametrize("rate", [1e300, 1e-300])
def test_a_header_with_a_rate_past_what_numbers_hold_is_refused(tmp_path, rate):
    head = b"caff\0\1\0\0desc" + struct.pack(">qd4sIIIII", 32, rate, b"lpcm", 2, 2, 1, 1, 16)
    (tmp_path / "a.caf").write_bytes(head + b"data" + struct.pack(">qI", 24, 0) + bytes(20))
    with pytest.raises(SourceError, match=r"a\.caf: the header says 1e.* samples a second; it must be 1e-12 to 1e\+09"):
        open_sound(tmp_path / "a.caf")


def test_channels_are_work_too(tmp_path):
    """An hour of eight channels is refused where eight hours of one are."""
    (tmp_path / "one.wav").write_bytes(damaged.wav(bytes(16_000)))
    (tmp_path / "eight.wav").write_bytes(damaged.wav(bytes(16_000), channels=8))
    for name in ("one.wav", "eight.wav"):
        with open_sound(tmp_path / name, limits=Limits(samples=8000)) as sound:
            assert sound.check().word == "ok"
        words = (
            rf"{name}: has 8,000 samples of all channels; it must be at most 7,999\. Allow more with --max-samples\."
        )
        with pytest.raises(LimitError, match=words):
            open_sound(tmp_path / name, limits=Limits(samples=7999))


def test_a_sound_whose_header_tells_nothing_is_refused_on_the_way(tmp_path):
    data = damaged.encoded(damaged.sound(60_000), "MP3")
    (tmp_path / "a.mp3").write_bytes(data)
    path = str(tmp_path / "a.mp3")
    with pytest.raises(LimitError, match=r"--max-samples"), open_sound(path, limits=Limits(samples=20_000)) as sound:
        sound.check()
    assert cli.main(["info", path, "--max-samples", "20000"]) == 3
    assert cli.main(["info", path, "--max-samples", "200000"]) == 0

"""What is measured in a box is what was put into it: physics, and definitions."""

import json
import math

import numpy as np
import pytest
import soundfile

from sonograph import Calibration, Signal, StftSettings, cli, measure_box
from sonograph.errors import SettingsError
from sonograph.settings import BandSettings, LevelSettings, MelBank

RATE = 48_000


def burst_in_noise(level=-20.0, noise=-70.0, hum=0.0):
    """Two seconds of noise and a hum of 50 Hz, in which a tone of 6 kHz lasts from 0.8 to 1.2 s; dBFS."""
    random = np.random.default_rng(0)
    time = np.arange(2 * RATE) / RATE
    samples = random.standard_normal(2 * RATE) * 10 ** (noise / 20) / math.sqrt(2)
    inside = (time >= 0.8) & (time < 1.2)
    samples += hum * np.sin(2 * np.pi * 50 * time)
    return samples + inside * 10 ** (level / 20) * np.sin(2 * np.pi * 6000 * time)


def test_a_burst_in_noise_is_where_it_was_put():
    box = measure_box(Signal(burst_in_noise(), float(RATE)), seconds=(0.5, 1.5), hertz=(4000.0, 8000.0))
    assert (box.start, box.end, box.duration, box.low, box.high, box.bandwidth) == (0.5, 1.5, 1.0, 4000, 8000, 4000)
    assert box.peak_level == pytest.approx(-20.0, abs=0.05)
    assert 0.8 <= box.peak_time <= 1.2 and box.peak_frequency == pytest.approx(6000, abs=12)
    assert [box.time_5, box.time_50, box.time_95] == pytest.approx([0.82, 1.0, 1.18], abs=0.002)
    assert box.frequency_50 == pytest.approx(6000, abs=24)
    assert box.frequency_95 - box.frequency_5 < 100
    assert box.band_level == pytest.approx(-20 + 10 * math.log10(0.4), abs=0.05)  # it lasts for 0.4 of the box
    assert (box.level_unit, box.band_unit, box.missing) == ("dBFS", "dBFS", 0.0)


def test_what_is_loud_outside_the_box_does_not_count():
    """A hum of full scale at 50 Hz, 50 dB over the burst and 110 dB over the noise."""
    quiet = measure_box(Signal(burst_in_noise(-50.0, -110.0), float(RATE)), seconds=(0.5, 1.5), hertz=(4000.0, 8000.0))
    box = measure_box(
        Signal(burst_in_noise(-50.0, -110.0, 1.0), float(RATE)), seconds=(0.5, 1.5), hertz=(4000.0, 8000.0)
    )
    assert box.band_level == pytest.approx(quiet.band_level, abs=0.01)
    assert [box.time_5, box.time_95] == pytest.approx([quiet.time_5, quiet.time_95], abs=0.001)


@pytest.mark.parametrize(("low", "high"), [(0.0, 24_000.0), (0.0, 3000.0), (2000.0, 8000.0), (10_000.0, 24_000.0)])
@pytest.mark.parametrize("window", [256, 4096])
def test_the_band_level_of_white_noise_goes_with_its_width(low, high, window):
    """Of noise of mean square 0.5 · 10^-4, the band has its share of half the sample rate, whatever the window."""
    samples = np.random.default_rng(1).standard_normal(6 * RATE) * 1e-2 / math.sqrt(2)
    box = measure_box(Signal(samples, float(RATE)), StftSettings(window_length=window), hertz=(low, high))
    assert box.band_level == pytest.approx(-40 + 10 * math.log10((high - low) / 24_000), abs=0.15)
    assert [box.time_5, box.time_50, box.time_95] == pytest.approx([0.3, 3.0, 5.7], abs=0.1)
    expected = [low + share * (high - low) for share in (0.05, 0.5, 0.95)]
    assert [box.frequency_5, box.frequency_50, box.frequency_95] == pytest.approx(expected, abs=250)


def test_the_mean_level_of_noise_is_its_density_in_the_settings_that_read_it():
    samples = np.random.default_rng(2).standard_normal(4 * RATE)
    density = StftSettings(window_length=1024, scaling="density", edges="inside")
    box = measure_box(Signal(samples, float(RATE), "V"), density, hertz=(3000.0, 20_000.0))
    assert box.mean_level == pytest.approx(10 * math.log10(2 / RATE), abs=0.1)  # 1 V² over half the rate
    assert (box.level_unit, box.band_unit) == ("dB re 1 V²/Hz", "dB re 1 V")


def test_a_box_of_any_length_is_measured_in_pieces(monkeypatch):
    sound = Signal(burst_in_noise(), float(RATE))
    whole = measure_box(sound, seconds=(0.3, 1.7), hertz=(1000.0, 9000.0))
    monkeypatch.setattr("sonograph.analysis.box_energy.AT_ONCE", 5000)
    monkeypatch.setattr("sonograph.analysis.box_frames.AT_ONCE", 5000)
    monkeypatch.setattr("sonograph.analysis.box_energy.MOMENTS", 2000)
    pieces = measure_box(sound, seconds=(0.3, 1.7), hertz=(1000.0, 9000.0))
    for name, one in whole.measures.items():
        near = 1e-3 if name.startswith("time") or name == "duration_90" else 1e-9
        assert pieces.measures[name].value == pytest.approx(one.value, abs=near), name


def test_a_box_smaller_than_a_frame_has_the_nearest_frame_and_row():
    sound = Signal(burst_in_noise(), float(RATE))
    box = measure_box(sound, seconds=(1.0, 1.001), hertz=(6000.0, 6001.0))
    assert box.peak_level == pytest.approx(-20, abs=0.1) and box.duration == pytest.approx(0.001)
    assert box.mean_level == box.peak_level


def test_missing_samples_are_left_out():
    samples = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    samples[RATE // 2 :] = np.nan
    box = measure_box(Signal(samples, float(RATE)))
    assert box.missing == 0.5
    assert box.band_level == pytest.approx(20 * math.log10(0.5), abs=0.01)
    nothing = measure_box(Signal(np.full(5000, np.nan), float(RATE)))
    assert nothing.missing == 1.0 and nothing.band_level is None and nothing.peak_time is None


def test_silence_reads_the_floor():
    box = measure_box(Signal(np.zeros(5000), float(RATE)))
    assert (box.peak_level, box.band_level, box.time_50, box.frequency_50) == (-200.0, -200.0, None, None)


def test_a_response_of_the_receiver_is_taken_off_the_band_too():
    """A receiver that hears 20 dB less: the sound was 20 dB louder."""
    samples = 1e-3 * np.random.default_rng(4).standard_normal(4 * RATE)
    flat = measure_box(Signal(samples, float(RATE), "Pa"), hertz=(2000.0, 9000.0))
    deaf = Calibration(1.0, "Pa", response=((1.0, -20.0), (24_000.0, -20.0)))
    box = measure_box(Signal(samples, float(RATE), "Pa", calibration=deaf), hertz=(2000.0, 9000.0))
    assert box.band_level == pytest.approx(flat.band_level + 20, abs=0.2)
    assert box.band_unit == "dB re 20 µPa"


def test_one_of_several_channels():
    two = Signal(np.stack([np.zeros(RATE), burst_in_noise()[:RATE]]), float(RATE))
    assert measure_box(two).peak_level == -200.0
    assert measure_box(two, channel=1).peak_level == pytest.approx(-20.0, abs=0.05)


def test_bands_are_measured_as_bins_are():
    sound = Signal(burst_in_noise(), float(RATE))
    bands = LevelSettings(of=BandSettings(of=StftSettings(), bands=MelBank(n_bands=60)))
    box = measure_box(sound, bands, seconds=(0.9, 1.1), hertz=(4000.0, 8000.0))
    assert box.peak_frequency == pytest.approx(6000, rel=0.06)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seconds": (1.0, 1.0)}, "the box is 1 to 1 s; it must begin before it ends"),
        ({"seconds": (5.0, 6.0)}, "this sound ends at 2 s"),
        ({"seconds": (math.nan, 1.0)}, "seconds is nan; it must be a finite number"),
        ({"seconds": 5}, "seconds is 5; it must be from where to where"),
        ({"hertz": ("-700k", "-100k")}, "hertz is '-700k'; it must be a finite number"),
        ({"hertz": "A4"}, "hertz is 440.0; it must be from where to where"),
        ({"channel": "left"}, "channel is 'left'; it must be"),
        ({"hertz": (5000.0, 4000.0)}, "it must go up, within 0 to 24000 Hz"),
        ({"hertz": (30_000.0, 40_000.0)}, "within 0 to 24000 Hz"),
        ({"channel": 1}, "channel is 1; it must be 0 to 0"),
        ({"settings": "librosa.mfcc"}, "a box is measured in a power over frequency"),
    ],
)
def test_a_box_that_is_none_is_refused(given, words):
    with pytest.raises(SettingsError, match=words):
        measure_box(Signal(burst_in_noise(), float(RATE)), **given)


def test_info_tells_what_is_in_a_box(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    soundfile.write("burst.wav", burst_in_noise(), RATE, subtype="FLOAT")
    assert cli.main(["info", "burst.wav", "--box", "0.5-1.5,4k-8k"]) == 0
    said = capsys.readouterr().out
    assert "  box         0.5–1.5 s × 4000–8000 Hz\n" in said
    assert "    Peak Freq         6000.0 Hz\n" in said and "    Peak Power        -20.0" in said
    assert cli.main(["info", "burst.wav", "--json", "--box", "0.5-1.5,4k-8k"]) == 0
    (box,) = json.loads(capsys.readouterr().out)["box"]
    assert box["duration"] == {"value": 1.0, "unit": "s", "label": "Delta Time (s)"}
    assert box["peak_level"]["value"] == pytest.approx(-20, abs=0.05)


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (["--box", "1.5-0.5"], "--box: the part begins at 1.5 s; it must end after that, not at 0.5", 2),
        (["--box", "x"], "--box: the part is 'x'; it must be FROM-TO,LOW-HIGH, as 1.2-1.9,2k-8k", 2),
        (["--box", "5-6"], "burst.wav: the box is 5 to 6 s; this sound ends at 2 s", 2),
        (["--box", "0-1", "--quick"], "--box", 2),
    ],
)
def test_info_refuses_a_box_that_is_none(tmp_path, monkeypatch, capsys, words, message, code):
    monkeypatch.chdir(tmp_path)
    soundfile.write("burst.wav", burst_in_noise(), RATE, subtype="FLOAT")
    assert cli.main(["info", "burst.wav", *words]) == code
    assert message in capsys.readouterr().err

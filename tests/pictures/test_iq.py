"""Pictures of complex samples: both sides of 0 Hz, counted from what was tuned to."""

import numpy as np
import pytest

from sonograph import SettingsError, Signal, cli, draw, spectrogram, welch

RATE = 2.4e6


def sound(hertz=-400e3, centre=433.92e6, n=100_000):
    turning = 0.5 * np.exp(2j * np.pi * hertz * np.arange(n) / RATE)
    return Signal(turning.astype("complex64"), RATE, centre=centre)


@pytest.mark.parametrize("given", [sound(), spectrogram(sound())], ids=["sound", "spectrogram"])
def test_a_tone_below_the_centre_lies_below_the_middle(given):
    figure = draw(given, size=(500, 400))
    image = figure.axes[0].images[0]
    brightest = np.argmax(np.asarray(image.get_array())[:, 200])
    low, high = figure.axes[0].get_ylim()
    assert (low, high) == (-RATE / 2, RATE / 2)
    height = image.get_array().shape[0]
    at = low + (brightest + 0.5) / height * (high - low)
    assert at == pytest.approx(-400e3, abs=2 * RATE / height)
    assert figure.axes[0].get_ylabel() == "Frequency from 433.92 MHz (kHz)"
    assert figure.axes[1].get_ylabel() == "Level (dBFS)"


def test_where_nothing_is_known_of_the_centre_nothing_is_said():
    assert draw(sound(centre=0.0)).axes[0].get_ylabel() == "Frequency (kHz)"


def test_a_part_of_the_frequencies_may_lie_below_0():
    figure = draw(sound(), frequencies=(-500e3, -300e3))
    assert figure.axes[0].get_ylim() == (-500e3, -300e3)
    with pytest.raises(SettingsError, match=r"frequencies end at -1\.5 MHz; this sound begins at -1\.2 MHz"):
        draw(sound(), frequencies=(-2e6, -1.5e6))
    with pytest.raises(
        SettingsError, match=r"^frequencies is -5 to 100 Hz; of real samples it must begin at 0 or more"
    ):
        draw(Signal(np.zeros(9000), 8000.0), frequencies=(-5, 100))


@pytest.mark.parametrize("given", [lambda: sound(), lambda: welch(sound())], ids=["view", "welch"])
def test_a_spectrum_has_both_sides(given):
    figure = draw(given(), view="spectrum")
    assert figure.axes[0].get_xlim()[0] == -RATE / 2
    assert figure.axes[0].get_xlabel() == "Frequency from 433.92 MHz (kHz)"


def test_spectra_of_two_centres_have_no_common_scale():
    with pytest.raises(
        SettingsError, match=r"of another centre \(433\.92 MHz and 868 MHz\); they have no common scale"
    ):
        draw({"a": welch(sound()), "b": welch(sound(centre=868e6))})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"view": "both"}, r'^view is "both"; complex samples \(I/Q\) are no line'),
        ({"view": "waveform"}, r'^view is "waveform"; complex samples'),
        ({"axis": "mel"}, r'^axis is "mel"; the frequencies of complex samples go below 0 Hz'),
        ({"over": "pitch"}, r"^over is given, and the samples are complex"),
    ],
)
def test_what_has_no_meaning_is_refused(options, words):
    with pytest.raises(SettingsError, match=words):
        draw(sound(), **options)


def test_the_command_draws_and_tells_of_radio_files(tmp_path, capsys):
    path = tmp_path / "a.cf32"
    sound().samples.tofile(path)
    assert cli.main(["draw", str(path), "--sample-rate", "2.4e6", "-o", str(tmp_path / "a.png"), "-q"]) == 0
    assert (tmp_path / "a.png").stat().st_size > 1000
    assert cli.main(["info", str(path), "--raw", "2.4e6:1:cf32"]) == 0
    told = capsys.readouterr().out
    assert "complex (I/Q)" in told and "rms         -6.02 dBFS" in told
    for command in (["pulses", str(path)], ["draw", str(path), "--feature", "mfcc", "-o", str(tmp_path / "b.png")]):
        assert cli.main([*command, "--sample-rate", "2.4e6"]) in (2, 3)
        assert "complex" in capsys.readouterr().err

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from sonograph import BandSettings, OctaveBank, SettingsError, Signal, StftSettings, draw, signals
from sonograph.pictures import frequency
from sonograph.pictures.colours import colour_map
from sonograph.pictures.settings import AXES
from sonograph.pixels import scale
from sonograph.pixels.raster import Pixels
from sonograph.pixels.rasterise import raster
from tests.pictures.sounds import inside

SETTINGS = StftSettings(window_length=2048, hop=1024, edges="inside")


def rows(sound, axis, height, **changes):
    pixels = raster(sound, SETTINGS, Pixels(5, height, range(sound.n_samples), axis, **changes))
    return pixels.levels[0][:, 2], pixels.bounds


@pytest.mark.parametrize("axis", AXES)
@given(st.integers(6, 1000), st.integers(20, 900))
def test_a_tone_keeps_its_place_and_level_on_every_axis(axis, bin_, height):
    hertz = bin_ * 8000 / 2048
    sound = signals.tone(hertz, 0.6, sample_rate=8000.0)
    levels, bounds = rows(sound, axis, height)
    loudest = int(levels.argmax())
    assert levels[loudest] == pytest.approx(0, abs=1e-3)
    assert bounds[loudest] - 1e-6 <= hertz <= bounds[loudest + 1] + 1e-6


@pytest.mark.parametrize("axis", AXES)
def test_a_row_of_many_bins_is_their_maximum_and_one_of_none_lies_between_two(axis):
    sound = signals.white_noise(0.6, rms=0.1, sample_rate=8000.0)
    levels, bounds = rows(sound, axis, 800)
    whole = raster(sound, SETTINGS, Pixels(5, 1025, range(sound.n_samples))).levels[0][:, 2]
    bins = np.arange(1025) * 8000 / 2048
    many = none = 0
    for level, low, high in zip(levels[1:-1], bounds[1:], bounds[2:-1], strict=False):
        held = whole[(bins >= low) & (bins < high)]
        if held.size:
            assert level == pytest.approx(held.max(), abs=1e-9)
            many += held.size > 1
        else:
            above = int(np.searchsorted(bins, high))
            assert min(whole[above - 1 : above + 1]) - 1e-9 <= level <= max(whole[above - 1 : above + 1]) + 1e-9
            none += 1
    assert many > 50
    assert none > 20 or axis == "linear"


@pytest.mark.parametrize("axis", AXES)
def test_a_tone_is_drawn_where_its_axis_says(axis):
    hertz = 1500.0
    figure = draw(signals.tone(hertz, 1.0, sample_rate=16_000.0), SETTINGS, axis=axis)
    axes = figure.axes[0]
    picture = inside(figure, axes).astype(int)[:, 300]
    brightest = np.array(colour_map("magma")(1.0)[:3]) * 255
    row = np.flatnonzero(np.abs(picture - brightest).max(axis=1) < 40).mean()
    _, y = axes.transData.transform((0.5, hertz))
    assert len(picture) - row + axes.get_window_extent().y0 == pytest.approx(y, abs=6)


@pytest.mark.parametrize("axis", AXES)
@given(st.floats(1, 5000), st.floats(1.2, 500), st.integers(3, 15))
def test_ticks_are_few_apart_and_inside(axis, low, ratio, most):
    high = low * ratio
    there, words = frequency.place(axis, low, high, most)
    assert 1 <= len(there.places) <= most + 2 or axis == "musical"
    assert there.places == sorted(there.places)
    assert all(low * (1 - 1e-6) <= place <= high * (1 + 1e-6) for place in there.places)
    assert len(set(there.words)) == len(there.words)
    assert words.startswith("Note" if axis == "musical" else "Frequency (")


def test_notes_have_their_names():
    there, words = frequency.place("musical", 200, 900, 30)
    named = dict(zip(there.words, there.places, strict=True))
    assert named["A4"] == pytest.approx(440)
    assert named["C4"] == pytest.approx(261.63, abs=0.01)
    assert named["F♯5"] == pytest.approx(739.99, abs=0.01)
    assert words == "Note (A4 = 440 Hz)"


def test_the_lowest_third_of_an_octave_is_shown_whole():
    thirds = BandSettings(of=StftSettings(window_length=16_384), bands=OctaveBank(per_octave=3, low=20.0, high=8000.0))
    sound = signals.white_noise(2.0, rms=0.1, sample_rate=24_000.0)
    low, high = draw(sound, thirds, axis="log").axes[0].get_ylim()
    # IEC 61260-1: the bands of thirds lie 10^0.1 apart, and end half of that beside their middles
    assert low == pytest.approx(1000 * 10**-1.7 / 10**0.05)
    assert high == pytest.approx(1000 * 10**0.9 * 10**0.05)


def test_an_axis_of_octaves_begins_above_zero():
    assert scale.limits("log", np.arange(5) * 1000.0, 4000.0, None) == (1000, 4000)
    assert scale.limits("log", np.arange(1025) * 20.0 / 2048, 10.0, None) == (20 / 2048, 10)
    assert scale.limits("musical", np.arange(1025) * 44_100 / 2048, 22_050.0, (0, 1000)) == (44_100 / 2048, 1000)
    assert scale.limits("mel", np.arange(5) * 1000.0, 4000.0, None) == (0, 4000)


def test_a_band_of_frequencies_is_shown_alone():
    sound = signals.tone([500.0, 3000.0], 0.6, sample_rate=8000.0, amplitude=[1.0, 0.1])
    levels, bounds = rows(sound, "linear", 100, frequencies=(2000.0, 3500.0))
    assert (bounds[0], bounds[-1]) == (2000, 3500)
    assert levels.max() == pytest.approx(-20, abs=0.01)
    with pytest.raises(SettingsError, match=r"frequencies begin at 5000 Hz; this sound reaches 4000 Hz"):
        draw(sound, SETTINGS, frequencies=(5000, 6000))
    with pytest.raises(SettingsError, match="frequencies is 3 to 2 Hz; it must begin below its end"):
        draw(sound, SETTINGS, frequencies=(3, 2))


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1e-7, ("2048 samples (237037 d 1 h), hop 64 (7407 d 10 h), 1025 bins of 0.00154/a", "Frequency (1/a)")),
        (0.001, ("2048 samples (23 d 17 h), hop 64 (17 h 47 min), 1025 bins of 0.0422/d", "Frequency (1/d)")),
        (0.02, ("2048 samples (28 h 27 min), hop 64 (53 min 20 s), 1025 bins of 0.0352/h", "Frequency (1/h)")),
        (1.0, ("2048 samples (34 min 8 s), hop 64 (64 s), 1025 bins of 488 µHz", "Frequency (Hz)")),
        (1e6, ("2048 samples (2.05 ms), hop 512 (512 µs), 1025 bins of 488 Hz", "Frequency (kHz)")),
        (8e9, ("2048 samples (0.256 µs), hop 512 (0.064 µs), 1025 bins of 3.91 MHz", "Frequency (GHz)")),
    ],
)
@pytest.mark.parametrize("axis", ["linear", "log", "mel", "musical"])
def test_no_rate_needs_an_exponent_or_long_numbers(rate, words, axis):
    figure = draw(Signal(np.random.default_rng(0).standard_normal(9000), rate), view="both", axis=axis, title="x")
    figure.canvas.draw()
    said = [text.get_text() for text in figure.findobj(Text)]
    slow = ", mean off each frame" if rate < 10 else ""
    assert f"Hann window {words[0]}{slow}" in said
    assert not [text for text in said if re.search(r"e[+-]\d", text)]
    axes = figure.axes[1]
    assert axis != "linear" or axes.get_ylabel() == words[1]
    left = min(number.get_window_extent().x0 for number in axes.get_yticklabels())
    assert axes.yaxis.label.get_window_extent().x1 < left

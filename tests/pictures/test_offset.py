"""Colours are chosen by what is heard, not by an offset that a recorder or a sensor adds."""

import numpy as np
import pytest

from sonograph import BandSettings, LevelSettings, MelBank, Signal, StftSettings, draw, signals

RATE = 16_000.0
WINDOWS = ("hann", "flattop", "povey", ("kaiser", 9.0))


def noise(offset=0.0, seconds=3.0):
    x = 0.01 * np.random.default_rng(0).standard_normal(int(seconds * RATE))
    return Signal(x + offset, RATE)


def colours(sound, settings=None, **changes):
    figure = draw(sound, settings, **changes)
    words = " ".join(text.get_text() for text in figure.texts)
    return figure.axes[0].images[0].get_clim(), words


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("axis", ["linear", "log", "mel"])
def test_an_offset_does_not_set_the_range_of_the_colours(window, axis):
    settings = StftSettings(window=window)
    (_, without), words = colours(noise(), settings, axis=axis)
    assert "offset" not in words
    (low, high), words = colours(noise(0.5), settings, axis=axis)
    assert high == pytest.approx(without, abs=1.5) and low == pytest.approx(high - 80)
    assert "without the offset at 0 Hz (" in words


def test_of_bands_too_and_of_panels_on_one_scale():
    mel = LevelSettings(of=BandSettings(of=StftSettings(), bands=MelBank(n_bands=40, norm="none")))
    (_, without), _ = colours(noise(), mel)
    (_, high), _ = colours(noise(0.5), mel)
    assert high == pytest.approx(without, abs=1.5)
    figure = draw([noise(), noise(0.5)])
    assert all(axes.images[0].get_clim()[1] < -25 for axes in figure.axes[:2])


def test_what_is_low_is_heard():
    """A tone below the second bin, an infrasound that wanders, and silence with an offset alone."""
    t = np.arange(int(20 * RATE)) / RATE
    deep = Signal(0.5 * np.sin(2 * np.pi * 10 * t) + noise(seconds=20).samples, RATE)
    (_, high), words = colours(deep)
    assert high > -12 and "offset" not in words
    pushes = np.zeros(48_000)
    pushes[::8000] = 1.0
    pushes = Signal(np.convolve(pushes, np.exp(-np.arange(2000) / 300), "full")[:48_000], RATE)  # all to one side
    (_, high), words = colours(pushes, StftSettings(window_length=512))
    assert high > -20 and "offset" not in words
    (_, high), words = colours(signals.tone(1000.0, 2.0))
    assert "offset" not in words


def test_what_is_asked_for_is_shown():
    assert colours(noise(0.5), range=(-60, 0))[0] == (-60, 0)

import re

import numpy as np
import pytest

from sonograph import SettingsError
from sonograph.pictures.colours import palette
from sonograph.pictures.compose import compose
from sonograph.pictures.out.bare import pixels_of
from sonograph.pictures.out.terminal import size_for, text_of
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from tests.pictures.sounds import APART, clicks


def composed(sound, columns=60, lines=20, **changes):
    look = PictureSettings(axes=False, size=size_for(columns, lines), **changes)
    return compose([Named(sound, "a click.wav", APART)], look)


def shown(text):
    """(rows, columns, 3) of the half blocks, from their true colours."""
    rows = []
    for line in text.splitlines():
        if "▀" not in line:
            continue
        pair, row = None, []
        for token in re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m|(▀)", line):
            if token[6]:
                row.append(pair)
            else:
                pair = tuple(int(t) for t in token[:6])
        row = np.array(row)
        rows += [row[:, :3], row[:, 3:]]
    return np.array(rows)


def test_two_pixels_a_character_in_their_colours():
    composition = composed(clicks(500, [400]))
    text = text_of(composition, true_colour=True)
    picture = shown(text)
    assert picture.shape == (30, 60, 3)
    numbers = pixels_of(composition)
    want = palette("magma")[np.linspace(0, 255, 255).round().astype(int)][numbers - 1]
    np.testing.assert_array_equal(picture, want)
    assert np.flatnonzero((picture.sum(axis=2) > 600).any(axis=0)).tolist() == [48]


def test_the_words_fit_and_say_what_is_shown():
    lines = text_of(composed(clicks(500, [400])), true_colour=True).splitlines()
    words = [line for line in lines if "▀" not in line]
    assert all(len(line) <= 60 for line in words)
    assert words[0] == "a click.wav"
    assert words[1].split() == ["0", "1", "2", "3", "4"]
    assert words[2].startswith("Time (s), frequency 0 to 4000 Hz upwards")
    assert words[-1] == "colours span 80 dB, −80 to 0 dBFS"


def test_a_terminal_of_256_colours_gets_no_others():
    text = text_of(composed(clicks(500, [400])), true_colour=False)
    codes = {int(code) for code in re.findall(r"[34]8;5;(\d+)", text)}
    assert codes
    assert all(16 <= code <= 231 for code in codes)
    assert "8;2;" not in text


def test_a_waveform_is_not_made_of_half_blocks():
    with pytest.raises(SettingsError, match='view is "waveform"'):
        text_of(composed(clicks(500, []), view="waveform"), true_colour=True)


def test_what_is_missing_is_grey_and_called_so():
    sound = clicks(500, [400])
    sound.samples[: 64 * 100] = np.nan
    text = text_of(composed(sound, columns=120), true_colour=True)
    assert "100 of 500 frames are no data (grey)" in text
    assert (shown(text)[:, 5] == (218, 218, 218)).all()

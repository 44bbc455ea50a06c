"""Tiles hold the numbers of `spectrogram`, at every zoom, whatever is asked first."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import Signal, StftSettings
from sonograph.errors import SettingsError
from sonograph.settings import (
    BandSettings,
    CepstralSettings,
    ConstantQSettings,
    LevelSettings,
    MelBank,
    MultitaperSettings,
    SqueezedSettings,
)
from sonograph.web.tiles import Tiles
from tests.web.plain_pyramid import pyramid

SMALL = StftSettings(window_length=16, hop=4)


def noise(n: int, *, seed: int = 0, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((channels, n)).astype(np.float32) * 0.1


def read(octets: bytes) -> tuple[np.ndarray, dict]:
    """Codes (columns, rows) of a tile, and its header."""
    names = "magic", "columns", "rows", "level", "fold", "first", "complete", "reserved"
    head = dict(zip(names, struct.unpack("<4sHHIIQfI", octets[:32]), strict=True))
    return np.frombuffer(octets, "<u2", offset=32).reshape(head["columns"], head["rows"]), head


def whole(layer, channel: int, plane: str, level: int, fold: int) -> np.ndarray:
    """All tiles of a zoom, put together."""
    n_columns = -(-layer.n_frames // 2**level)
    n_rows = -(-layer.n_rows // 2**fold)
    tiles = []
    for column in range(-(-n_columns // 256)):
        rows = []
        while sum(r.shape[1] for r in rows) < n_rows:
            codes, head = read(layer.tile(channel, plane, level, fold, column, len(rows)))
            assert head["magic"] == b"SGT1" and head["complete"] == 1
            assert (head["level"], head["fold"], head["first"]) == (level, fold, column * 256 * 2**level)
            rows.append(codes)
        tiles.append(np.concatenate(rows, axis=1))
    return np.concatenate(tiles)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(20, 4000), st.integers(3, 16), st.sampled_from((15, 16)), st.integers(0, 10), st.integers(0, 3),
       st.booleans())  # fmt: skip
def test_tiles_join_to_the_plain_pyramid(n, hop, n_fft, level, fold, gaps):
    samples = noise(n, seed=n)
    if gaps:
        samples[:, n // 3 : n // 2] = np.nan
    how = StftSettings(window_length=15, hop=min(hop, 15), n_fft=n_fft)
    layer = Tiles().add(Signal(samples[0], 8000.0), how)
    expected = pyramid(Signal(samples[0], 8000.0), how, 0, level, fold)
    for plane, codes in expected.items():
        np.testing.assert_array_equal(whole(layer, 0, plane, level, fold), codes)


@pytest.mark.parametrize(
    "how",
    [
        BandSettings(of=SMALL, bands=MelBank(n_bands=4)),
        LevelSettings(of=SMALL, floor=-30.0),
        MultitaperSettings(of=SMALL, bandwidth=2.0),
        SqueezedSettings(of=SMALL),
        ConstantQSettings(of=StftSettings(hop=128), low=500.0, per_octave=12, n_bands=12),
        StftSettings(window_length=16, hop=4, quantity="magnitude", high_pass=500.0),
    ],
    ids=lambda how: how.kind,
)
def test_any_power_has_tiles(how):
    sound = Signal(noise(3000, channels=2), 8000.0)
    layer = Tiles().add(sound, how)
    for plane, codes in pyramid(sound, how, 1, 2, 1).items():
        np.testing.assert_array_equal(whole(layer, 1, plane, 2, 1), codes)


def test_rows_of_a_tile_are_512_and_a_lone_last_one_joins_them():
    layer = Tiles().add(Signal(noise(9000)[0], 8000.0), StftSettings(window_length=2048))
    shapes = [read(layer.tile(0, "max", 0, 0, 0, row))[0].shape[1] for row in (0, 1)]
    assert shapes == [512, 513] and layer.top_fold == 1


@pytest.mark.parametrize("samples", [np.zeros(1), np.zeros(5000), np.full(700, np.nan), np.full(900, 1e30)])
def test_any_sound_has_tiles(samples):
    sound = Signal(samples, 8000.0)
    layer = Tiles().add(sound, SMALL)
    for level in (0, layer.top_level + 1):
        for plane, codes in pyramid(sound, SMALL, 0, level, 0).items():
            np.testing.assert_array_equal(whole(layer, 0, plane, level, 0), codes)
        read(layer.tile(0, "salient", level, 1, 0, 0))


def test_a_sound_of_nothing_has_no_tiles_and_says_so():
    layer = Tiles().add(Signal(np.zeros(0), 8000.0), SMALL)
    layer.build()
    assert layer.n_frames == 0 and layer.progress() == 1
    with pytest.raises(SettingsError, match="the recording has no frames"):
        layer.tile(0, "max", 0, 0, 0, 0)


@pytest.mark.parametrize(
    "place, fact",
    [
        ((1, "max", 0, 0, 0, 0), "channel is 1; it must be 0 to 0"),
        ((0, "min", 0, 0, 0, 0), "plane is.*min.*max, mean"),
        ((0, "max", 41, 0, 0, 0), "level is 41"),
        ((0, "max", 0, 9, 0, 0), "fold is 9"),
        ((0, "max", 0, 0, 1, 0), "column is 1; it must be 0 to 0"),
        ((0, "max", 0, 0, 0, -1), "row is -1"),
    ],
)
def test_a_tile_that_is_not_there_is_refused(place, fact):
    layer = Tiles().add(Signal(noise(400)[0], 8000.0), SMALL)
    with pytest.raises(SettingsError, match=fact):
        layer.tile(*place)


@pytest.mark.parametrize(
    "how, fact",
    [
        (LevelSettings(of=SMALL, reference="max"), "loudest value of the whole sound"),
        (CepstralSettings(of=LevelSettings(of=BandSettings(of=SMALL, bands=MelBank(n_bands=4))), n_coefficients=3),
         "a viewer shows the level of a power"),
    ],
)  # fmt: skip
def test_what_is_no_level_of_a_part_is_refused(how, fact):
    with pytest.raises(SettingsError, match=fact):
        Tiles().add(Signal(noise(400)[0], 8000.0), how)

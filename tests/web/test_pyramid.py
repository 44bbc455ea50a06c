"""What a pyramid shows is true: clicks stay, means stay, noise stays as it is at every zoom."""

from __future__ import annotations

import numpy as np
import pytest

import sonograph
from sonograph import StftSettings
from sonograph.pixels import pyramid, trees
from sonograph.pixels.codes import codes, levels
from sonograph.sounds.source import Source
from sonograph.web.tiles import Tiles
from tests.web.plain_pyramid import _merged
from tests.web.test_pass import built
from tests.web.test_tiles import read

DAY = StftSettings(window_length=32, hop=16, edges="inside")
CLICK = 5_123_456


class Day(Source):
    """A day of noise at -80 dB, taken slowly, with one loud sample: any part of it, the same each time."""

    sample_rate, n_channels, unit, n_samples = 100.0, 1, "FS", 24 * 3600 * 100

    def read(self, samples: range) -> np.ndarray:
        n = np.arange(samples.start, samples.stop, dtype=np.uint64)
        n = (n ^ (n >> np.uint64(16))) * np.uint64(0x7FEB352D) & np.uint64(0xFFFFFFFF)
        n = (n ^ (n >> np.uint64(15))) * np.uint64(0x846CA68B) & np.uint64(0xFFFFFFFF)
        noise = ((n ^ (n >> np.uint64(16))) / 2.0**31 - 1) * np.sqrt(3) * 10 ** (-80 / 20)
        if CLICK in samples:
            noise[CLICK - samples.start] = 1.0
        return noise[None].astype(np.float32)


@pytest.fixture(scope="module")
def layer():
    tiles = Tiles()
    layer = tiles.add(Day(), DAY)
    built(layer)
    yield layer
    tiles.close()


def test_a_click_in_a_day_is_seen_at_its_place_at_every_zoom(layer):
    frames = range((CLICK - 32) // 16 + 1, CLICK // 16 + 1)
    loudest = float(sonograph.spectrogram(Day(), DAY, frames=frames).values.max())
    for level in range(layer.top_level + 1):
        column = frames[0] >> level
        tile, head = read(layer.tile(0, "max", level, 0, column // 256, 0))
        assert head["complete"] == 1
        found = {int(q) + column // 256 * 256 for q in np.flatnonzero(levels(tile).max(axis=1) > -60)}
        assert found <= {frame >> level for frame in frames} and column in found
        assert tile.max() == codes(np.array(loudest), layer.reference)


def test_noise_reads_the_same_mean_at_every_zoom(layer):
    means = []
    for level in range(3, 12):  # of the same 2048 frames
        part = read(layer.tile(0, "mean", level, 0, 0, 0))[0][: 2048 >> level]
        means.append(10 * np.log10(np.mean(10 ** (levels(part) / 10))))
    assert np.ptp(means) < 0.02


def test_the_mean_of_a_day_is_the_true_mean_at_the_top(layer):
    total, count = 0.0, 0
    for piece in sonograph.pieces(Day(), DAY, at_most=1 << 16):
        total, count = total + piece.values.sum(axis=1, dtype=float), count + piece.values.shape[1]
    true = 10 * np.log10(total / count / layer.reference)
    level = layer.top_level + 8
    while -(-layer.n_frames >> level) > 1:
        level += 1
    tile = read(layer.tile(0, "mean", level, 0, 0, 0))[0]
    assert tile.shape[0] == 1
    np.testing.assert_allclose(levels(tile[0]), true, atol=0.08)


@pytest.mark.parametrize("spread", [0.3, 1.0, 4.0])
def test_means_of_means_of_codes_stay_within_their_bound(spread):
    power = 10 ** np.random.default_rng(1).normal(-6, spread, (63_281, 2))
    found, held = codes(power, 1.0), pyramid.sizes(8_099_900, 7, range(63_281))
    true = 10 * np.log10((power * held[:, None]).sum(axis=0) / held.sum())
    for level in range(8, 24):
        found = pyramid.mean_above(found, held)
        held = pyramid.sizes(8_099_900, level, range(len(found)))
    assert found.shape == (1, 2)
    np.testing.assert_allclose(levels(found[0]), true, atol=0.08)


def test_two_codes_have_the_mean_of_their_powers_whatever_they_are():
    rng = np.random.default_rng(2)
    low = np.concatenate([np.full(3000, 20_000), rng.integers(0, 65536, 3000)]).astype(np.uint16)
    high = np.concatenate([20_000 + np.arange(3000), rng.integers(0, 65536, 3000)]).astype(np.uint16)
    for held in ([8, 8], [8, 3]):
        found = pyramid.mean_above(np.stack([low, high]), np.array(held))[0]
        assert found.tolist() == [_merged([int(a), int(b)], held, "mean") for a, b in zip(low, high, strict=True)]


def test_what_is_missing_is_skipped_and_is_no_data_where_all_is():
    power = np.full((6, 2), 4.0, np.float32)
    power[0:4] = np.nan
    power[3, 1] = 1.0
    largest, mean = pyramid.coded(power, 2, 1.0, -200.0)
    np.testing.assert_array_equal(levels(largest).round(2), [[np.nan, 0.0], [6.02, 6.02]])
    np.testing.assert_array_equal(levels(mean).round(2), [[np.nan, 0.0], [6.02, 6.02]])
    folded = pyramid.folded(mean, 1, mean=True)
    np.testing.assert_array_equal(levels(folded).round(2), [[0.0], [6.02]])


def test_codes_hold_what_they_can_and_the_nearest_of_what_they_cannot():
    power = 10.0 ** (np.array([-400.0, -255.9, -123.456, 0.0, 255.9, 400.0]) / 10)
    found = levels(codes(power, 1.0))
    np.testing.assert_allclose(found, [-255.9922, -255.9, -123.456, 0.0, 255.9, 255.9922], atol=0.004)
    assert levels(codes(np.array([0.0]), 1.0, floor=-120.0)) == [-120.0]


def test_salient_maxima_of_noise_are_under_one_in_a_hundred_and_clicks_are_shown():
    power = np.random.default_rng(3).exponential(size=(128 * 256, 40)).astype(np.float32)
    power[5000, 7] = 1e4
    largest, mean = pyramid.coded(power, 7, 1.0, -200.0)
    shown = pyramid.salient(largest, mean, np.full(256, 128), np.ones(40))
    assert (shown == np.where(shown == mean, mean, largest)).all()
    assert 0 < np.mean(shown != mean) < 0.0105 and shown[5000 // 128, 7] == largest[5000 // 128, 7]


@pytest.mark.parametrize("level", range(8))
def test_a_click_is_salient_at_every_zoom(level):
    power = np.random.default_rng(4).exponential(size=(4096, 40)).astype(np.float32)
    power[200] = 1e6
    largest, mean = pyramid.coded(power, level, 1.0, -200.0)
    n = len(mean)
    shown = pyramid.salient(largest, mean, np.full(n, 1 << level), np.ones(40))
    assert (shown[200 >> level] == largest[200 >> level]).all()
    assert np.mean(shown != mean) < 1 / n + 0.01 + 4 * np.sqrt(0.01 / shown.size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_rows", [32, 33, 129])
def test_the_compiled_tree_has_the_bits_of_the_other(dtype, n_rows, monkeypatch):
    rng = np.random.default_rng(n_rows)
    power = (rng.random((384, n_rows)) * 10.0 ** rng.integers(-30, 30, (384, n_rows))).astype(dtype)
    power[5, 3], power[200:, 31] = 0, np.inf
    holed = power.copy()
    holed[17, 0] = np.nan
    assert trees.build.unable() or trees.gathered(power, 5) is not None
    compiled = [pyramid.gathered(one, level) for one in (power, holed) for level in range(1, 8)]
    monkeypatch.setattr(trees, "gathered", lambda power, step: None)
    expected = [pyramid.gathered(one, level) for one in (power, holed) for level in range(1, 8)]
    for found, by_numpy in zip(compiled, expected, strict=True):
        np.testing.assert_array_equal(found[0], by_numpy[0], strict=True)
        np.testing.assert_array_equal(found[1], by_numpy[1], strict=True)

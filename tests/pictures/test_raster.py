import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import (
    Band,
    BandSettings,
    LevelSettings,
    SettingsError,
    Signal,
    Source,
    StftSettings,
    level,
    spectrogram,
)
from sonograph.pixels.grid import begins
from sonograph.pixels.raster import Pixels
from sonograph.pixels.rasterise import raster
from tests import naive
from tests.pictures.sounds import APART, FRAME, clicks


def whole(sound, width=100, height=33, mean=False, salient=False):
    return Pixels(width, height, range(sound.n_samples), mean=mean, salient=salient)


def salient(powers):
    """Their mean, or their largest where noise gives such a one in under 1 % of cases (Fisher 1929)."""
    n, x = powers.size, powers.max() / powers.sum()
    return powers.max() if n > 1 and n * (1 - x) ** (n - 1) < 0.01 else powers.mean()


@given(st.integers(0, 500), st.integers(1, 300), st.integers(1, 400), st.integers(-300, 300), st.integers(1, 70))
def test_a_pixel_begins_at_the_first_item_that_lies_in_it(start, n_samples, width, first, step):
    span = range(start, start + n_samples)
    assert begins(span, width, first=first, step=step).tolist() == naive.begins(span, width, first, step)


def test_an_item_on_the_border_of_pixels_lies_in_the_later_one_however_long_the_sound_is():
    assert begins(range(14), 100)[50] == 7  # 50 * (14 / 100) is 7.000000000000001
    late = 10**15 + 7
    assert begins(range(late, late + 7 * 1001), 7).tolist() == [late + 1001 * q for q in range(8)]


@given(st.integers(20, 3000), st.data())
def test_a_click_of_one_frame_keeps_its_level_at_its_place(n_frames, data):
    loud = data.draw(st.integers(0, n_frames - 1))
    width, height = data.draw(st.integers(1, 700)), data.draw(st.integers(1, 50))
    sound = clicks(n_frames, [loud])
    for drawn in (sound, spectrogram(sound, APART)):
        levels = raster(drawn, APART, whole(sound, width, height)).levels[0]
        assert levels.shape == (height, width)
        lit = np.flatnonzero((levels > -4).all(axis=0))  # DC stands for one frequency, not two: 3 dB less
        np.testing.assert_allclose(levels[:, lit].max(axis=0), 0, atol=0.1)
        column = (loud + 0.5) / n_frames * width  # the middle of the frame
        assert lit.min() - 1e-6 <= column <= lit.max() + 1 + 1e-6
        assert len(lit) <= max(1, np.ceil(width / n_frames) + 1)
        others = np.delete(levels, lit, axis=1)
        assert others.size == 0 or others.max() < -79.9


@given(st.integers(30, 400), st.integers(1, 60), st.integers(1, 40), st.sampled_from([np.max, np.mean, salient]))
def test_a_pixel_is_the_maximum_the_mean_or_what_is_salient_of_the_power_that_it_covers(
    n_frames, width, height, reduce
):
    rng = np.random.default_rng(n_frames)
    sound = Signal(rng.standard_normal(n_frames * FRAME) * rng.choice([1, 9], n_frames * FRAME, p=[0.98, 0.02]), 8000.0)
    power = spectrogram(sound, APART).values
    kind = {"mean": reduce is np.mean, "salient": reduce is salient}
    got = raster(sound, APART, whole(sound, width, height, **kind)).levels[0]
    column_of = (np.arange(n_frames) + 0.5) / n_frames * width
    row_of = np.arange(33) / 32 * height
    row_of[-1] -= 0.1  # half the sample rate lies on the upper edge, and belongs to the last row
    between = lambda at, pixel: (at >= pixel) & (at < pixel + 1)  # noqa: E731
    on_edge = lambda at: at[np.abs(at - np.rint(at)) < 1e-9]  # noqa: E731
    for column in set(range(width)) - {round(c) - d for c in on_edge(column_of) for d in (0, 1)}:
        for row in set(range(height)) - {round(r) - d for r in on_edge(row_of[1:]) for d in (0, 1)}:
            covered = power[between(row_of, row)][:, between(column_of, column)]
            if covered.size:
                assert got[row, column] == pytest.approx(10 * np.log10(reduce(covered) / 0.5), abs=1e-6)


@pytest.mark.parametrize("kind", [{}, {"mean": True}, {"salient": True}])
def test_a_spectrogram_and_its_sound_make_the_same_pixels(kind):
    sound = Signal(np.random.default_rng(1).standard_normal((2, 20_000)), 8000.0)
    settings = StftSettings(window_length=256)
    power = spectrogram(sound, settings)
    want = raster(sound, settings, whole(sound, **kind))
    for drawn in (power, level(power), spectrogram(sound, StftSettings(window_length=256, quantity="transform"))):
        got = raster(drawn, None, whole(sound, **kind))
        np.testing.assert_allclose(got.levels, want.levels, atol=1e-6)
        assert (got.label, got.unit, got.n_frames) == (want.label, want.unit, want.n_frames)


def test_a_sound_read_in_parts_makes_the_same_pixels(monkeypatch):
    sound = Signal(np.random.default_rng(1).standard_normal(50_000), 8000.0)

    class Read(Source):
        sample_rate, n_samples, n_channels, unit = 8000.0, 50_000, 1, "FS"

        def read(self, samples):
            assert len(samples) < 6000
            return sound.read(samples)

    sound.samples[[9_000, 21_000, 22_000]] = np.nan
    settings = StftSettings(window_length=256)
    want = raster(sound, settings, whole(sound)).levels
    want_mean = raster(sound, settings, whole(sound, mean=True)).levels
    monkeypatch.setattr("sonograph.computing.run.READ_AT_ONCE", 5000)
    np.testing.assert_array_equal(raster(Read(), settings, whole(sound)).levels, want)
    missing = np.isnan(spectrogram(sound, settings).values[0]).sum()
    assert raster(Read(), settings, whole(sound)).missing == missing == 12
    np.testing.assert_allclose(raster(Read(), settings, whole(sound, mean=True)).levels, want_mean, atol=1e-9)


@given(st.integers(1, 90), st.integers(1, 120), st.booleans(), st.data())
def test_a_sound_with_gaps_and_its_spectrogram_make_the_same_pixels(n_frames, width, mean, data):
    sound = Signal(np.random.default_rng(n_frames).standard_normal(n_frames * FRAME), 8000.0)
    for frame in data.draw(st.sets(st.integers(0, n_frames - 1)), "gaps"):
        sound.samples[frame * FRAME + 5] = np.nan
    power = spectrogram(sound, APART)
    pixels = [raster(drawn, APART, whole(sound, width, 9, mean)) for drawn in (sound, power)]
    np.testing.assert_allclose(pixels[0].levels, pixels[1].levels, atol=1e-6)
    assert pixels[0].missing == pixels[1].missing == np.isnan(power.values[0]).sum()


@pytest.mark.parametrize("mean", [False, True])
def test_missing_samples_are_no_data_only_where_all_frames_are(mean):
    sound = clicks(400, [])
    sound.samples[100 * FRAME + 5 : 110 * FRAME] = np.nan  # 10 frames
    sound.samples[200 * FRAME] = np.inf  # one more, which shares its pixel with others
    for drawn in (sound, spectrogram(sound, APART)):
        got = raster(drawn, APART, whole(sound, 80, mean=mean))
        assert (got.missing, got.n_frames) == (11, 400)
        assert np.flatnonzero(np.isnan(got.levels[0]).all(axis=0)).tolist() == [20, 21]
        assert np.isnan(got.levels).any(axis=1).sum() == 2


def test_missing_is_not_silence():
    sound = Signal(np.zeros(FRAME * 10), 8000.0)
    sound.samples[: FRAME * 5] = np.nan
    got = raster(sound, APART, whole(sound, 10)).levels[0]
    assert np.isnan(got[:, :5]).all()
    assert (got[:, 5:] == -370).all()


def test_a_tone_reads_its_level_in_a_picture_of_any_size():
    sound = Signal(np.sin(2 * np.pi * 1000 * np.arange(40_000) / 8000), 8000.0)
    settings = StftSettings(window_length=512, edges="inside")
    for width, height in ((7, 5), (300, 200), (1000, 900)):
        got = raster(sound, settings, whole(sound, width, height)).levels[0]
        assert got.max(axis=0) == pytest.approx(np.zeros(width), abs=1e-6)
        row = int(got[:, width // 2].argmax())
        assert abs((row + 0.5) * 4000 / height - 1000) <= max(4000 / height, 8000 / 512)


def test_decibels_below_the_maximum_are_of_the_loudest_pixel():
    sound = clicks(50, [7])
    got = raster(sound, LevelSettings(of=APART, reference="max", floor=-60.0), whole(sound))
    assert (got.levels.max(), got.levels.min()) == (0.0, -60.0)
    assert got.label == "Level (dB re the maximum)"


def test_a_part_shorter_than_a_hop_shows_its_nearest_frame():
    sound = clicks(50, [7])
    part = Pixels(10, 4, range(7 * FRAME + 1, 7 * FRAME + 9))
    assert raster(sound, APART, part).levels.max() == pytest.approx(0, abs=1e-6)


def test_bands_of_magnitudes_are_no_decibels():
    bands = BandSettings(of=StftSettings(window_length=64, quantity="magnitude"), bands=(Band(0, (1.0,), 10, 0, 20),))
    with pytest.raises(SettingsError, match=r"the bands are sums of magnitude; .* needs sums of power"):
        raster(clicks(50, []), bands, whole(clicks(50, [])))


def test_a_sound_far_below_one_of_its_unit_is_no_silence():
    sound = Signal(1e-12 * np.sin(2 * np.pi * 1000 * np.arange(FRAME * 10) / 8000), 8000.0, "m")
    got = raster(sound, APART, whole(sound, 10)).levels[0]
    assert got.max() == pytest.approx(20 * np.log10(1e-12 / np.sqrt(2)), abs=0.1)

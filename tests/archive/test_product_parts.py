"""Overview, LTSA, spectrogram and features: what they are, and that tasks of any size give the bits of the whole."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sonograph as sg
from sonograph import Calibration, archive
from sonograph.analysis.over_time import over_time
from sonograph.archive.products.features import FeaturesProduct
from sonograph.archive.products.ltsa import LtsaProduct
from sonograph.archive.products.minutes import MinutesProduct
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.products.product import SoundFacts, computed
from sonograph.archive.products.spectrogram import SpectrogramProduct
from sonograph.archive.timelines.timeline import Part, Timeline
from sonograph.errors import SettingsError
from sonograph.settings import BandSettings, LevelSettings, MelBank, StftSettings
from sonograph.web.strips import Place
from sonograph.web.tiles import Tiles
from tests.archive.recordings import noise, put

RATE, SECONDS = 200, 400
BEGAN = datetime(2024, 5, 1, 4, 30, 12, tzinfo=UTC)
SMALL = StftSettings(window_length=16, hop=8)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return put(tmp_path_factory.mktemp("parts"), noise(SECONDS * RATE, seed=5)[0], BEGAN, RATE)


def timeline_of(file, parts, n_samples=SECONDS * RATE, **more):
    """Parts (start, stop, scale) of a file, each at its place."""
    state = file.stat()
    held = [Part(a, b - a, str(file), a, state.st_size, state.st_mtime_ns, scale) for a, b, scale in parts]
    clock = archive.Clock((0,), (int(BEGAN.timestamp()) * 10**9,), (Fraction(RATE),))
    return Timeline(held, clock, sample_rate=float(RATE), n_samples=n_samples, n_channels=1, **more)


@pytest.fixture(scope="module")
def gappy(file):
    """Two stretches, the second five times as loud, and a gap of a minute."""
    return timeline_of(file, [(0, 30_011, None), (42_007, 80_000, 5.0)])


@st.composite
def timelines(draw):
    """Stretches of any length, with gaps and without, each of a scale of its own."""
    cuts = sorted(draw(st.sets(st.integers(0, SECONDS * RATE), min_size=2, max_size=8)))
    kinds = st.sampled_from([None, 0.5, 3.0, "gap"])
    parts = [(a, b, draw(kinds)) for a, b in pairwise(cuts)]
    return [part for part in parts if part[2] != "gap"], cuts[-1]


@settings(max_examples=12)
@given(timelines(), st.randoms(use_true_random=False))
def test_products_that_read_together_in_any_tasks_are_each_as_the_whole_computes_it_alone(file, drawn, random):
    timeline = timeline_of(file, *drawn, unit="Pa")
    products = [
        MinutesProduct(), OverviewProduct(SMALL), LtsaProduct(5, 20.0), SpectrogramProduct(SMALL),
        FeaturesProduct(LevelSettings(of=SMALL), 15),
    ]  # fmt: skip
    wholes = [one.compute(timeline, one.rows(timeline)) for one in products]
    wanted, expected = [], []
    for product, whole in zip(products, wholes, strict=True):
        rows = product.rows(timeline)
        steps = range(0, len(rows), product.align)
        cuts = sorted({0, len(rows), *random.sample(steps, min(3, len(steps)))})
        first = random.randrange(len(cuts) - 1) if len(cuts) > 1 else None
        here = range(cuts[first], cuts[first + 1]) if first is not None else range(0)
        wanted.append((product, range(rows.start + here.start, rows.start + here.stop)))
        every = {name: fact.every for name, fact in product.arrays(SoundFacts.of(timeline)).items()}
        expected.append({name: whole[name][here.start // n : here.stop // n] for name, n in every.items()})
    for (product, _), found, right in zip(wanted, computed(timeline, wanted), expected, strict=True):
        for name, values in right.items():
            np.testing.assert_array_equal(found[name], values, f"{product.name} {name}")


def test_a_sound_is_read_once_for_all_that_is_made_of_it(gappy, monkeypatch):
    products = [MinutesProduct(), OverviewProduct(SMALL), LtsaProduct(10, 1.0), FeaturesProduct(SMALL, 20)]
    read = []
    real = Timeline._of
    monkeypatch.setattr(Timeline, "_of", lambda self, part, samples: read.append(samples) or real(self, part, samples))
    computed(gappy, [(product, product.rows(gappy)) for product in products])
    assert sum(map(len, read)) == gappy.effort() == 68_004
    assert max(map(len, read)) < 30_000


@pytest.mark.parametrize(
    "how", [SMALL, LevelSettings(of=BandSettings(of=SMALL, bands=MelBank(n_bands=4)), floor=-60.0)]
)
def test_the_overview_has_the_codes_that_the_viewer_shows(gappy, how):
    product = OverviewProduct(how)
    product.check(SoundFacts.of(gappy))
    found = product.compute(gappy, product.rows(gappy))
    tiles = Tiles()
    try:
        layer = tiles.add(gappy, how)
        assert layer.n_frames == product.n_frames(gappy) > 1 << 13
        for level in OverviewProduct.levels:
            if level > 14:
                break
            strip = layer._strips.exact(Place(0, level, 0))
            for plane, codes in (("max", strip.largest), ("mean", strip.mean)):
                stored = found[f"{plane}/{level}"][:, 0]
                np.testing.assert_array_equal(stored[: len(codes)], codes)
                assert not stored[len(codes) :].any()
        assert (found["max/7"][:79] == 0).all(axis=2).any() and found["max/7"][:79].any()
    finally:
        tiles.close()


def test_an_overview_of_what_a_part_does_not_suffice_for_is_refused(gappy):
    with pytest.raises(SettingsError, match="high_pass is 20 Hz; in an archive a part does not know"):
        OverviewProduct(StftSettings(high_pass=20.0)).check(SoundFacts.of(gappy))
    with pytest.raises(SettingsError, match="loudest value of the whole sound"):
        SpectrogramProduct(LevelSettings(of=SMALL, reference="max")).check(SoundFacts.of(gappy))


def densities(samples, n):
    """The density of each frame by its definition: Hann, half overlapped."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    turn = np.exp(-2j * np.pi * np.outer(np.arange(n // 2 + 1), np.arange(n)) / n)
    found = []
    for first in range(0, len(samples) - n + 1, n // 2):
        power = np.abs(turn @ (samples[first : first + n] * window)) ** 2 / (RATE * (window**2).sum())
        power[1:-1] *= 2
        found.append(power)
    return found


def test_an_ltsa_is_what_its_definition_says_in_cells_of_utc(gappy):
    product = LtsaProduct(seconds=15, hertz=10.0)
    rows = product.rows(gappy)
    assert rows.start * 15 == int(BEGAN.timestamp()) - 12
    found, samples = product.compute(gappy, rows), gappy.read(range(gappy.n_samples))[0].astype(float)
    assert product.coordinates(SoundFacts.of(gappy))["frequency"].tolist() == [10.0 * k for k in range(11)]
    for i in (0, 1, 4, 9, 10, 14, 26):
        first = (i * 15 - 12) * RATE
        cell = np.full(15 * RATE, np.nan)
        inside = samples[max(0, first) : first + 15 * RATE]
        cell[len(cell) - len(inside) if first < 0 else 0 :][: len(inside)] = inside
        frames = [frame for frame in densities(cell, 20) if not np.isnan(frame).any()]
        assert found["frames"][i] == len(frames)
        assert found["effort"][i] == np.float32(np.isfinite(cell).sum() / RATE)
        if frames:
            np.testing.assert_allclose(found["mean"][i], np.mean(frames, axis=0), rtol=1e-6)
            np.testing.assert_allclose(found["max"][i], np.max(frames, axis=0), rtol=1e-6)
        else:
            assert np.isnan(found["mean"][i]).all() and np.isnan(found["max"][i]).all()
    assert 0 in found["frames"] and 299 in found["frames"]


def test_an_ltsa_takes_the_response_of_its_time_off_and_leaves_out_what_sees_two(file):
    deaf = Calibration(1.0, "Pa", response=((1.0, -6.0), (100.0, -6.0)))
    deafer = Calibration(1.0, "Pa", response=((1.0, -26.0), (100.0, -26.0)))
    product, parts = LtsaProduct(10, 10.0), [(0, 80_000, None)]
    plain = product.compute(timeline_of(file, parts, unit="Pa"), product.rows(timeline_of(file, parts)))
    both = timeline_of(file, parts, unit="Pa", responses=((0, deaf), (1_003, deafer)))
    heard = product.compute(both, product.rows(both))
    np.testing.assert_allclose(heard["max"][3:] / plain["max"][3:], 10**2.6, rtol=1e-4)
    assert (plain["frames"] - heard["frames"]).tolist()[:2] == [2, 0]


def test_a_spectrogram_of_an_archive_is_that_of_the_timeline(gappy):
    whole = sg.spectrogram(gappy, SMALL)
    power = SpectrogramProduct(SMALL, "power").compute(gappy, range(3_000, 6_000))["power"]
    np.testing.assert_array_equal(power[:, 0].T, whole.values[:, 3_000:6_000])
    assert np.isnan(power).any() and np.isfinite(power).any()
    held = SpectrogramProduct(SMALL).compute(gappy, range(3_000, 6_000))["codes"][:, 0].T
    assert ((held == 0) == np.isnan(power[:, 0].T)).all()
    decibels = 10 * np.log10(power[:, 0].T[held != 0].astype(float) / 0.5)  # a sine of full scale reads 0
    np.testing.assert_allclose(held[held != 0] / 128 - 256, decibels, atol=1 / 256 + 1e-9)


def test_features_of_a_window_are_those_of_its_samples_alone(gappy):
    product = FeaturesProduct(LevelSettings(of=SMALL), seconds=20)
    rows = product.rows(gappy)
    found = product.compute(gappy, rows)
    assert found["features"].shape == (21, 9, 7)
    for i in (1, 5, 13):
        first = (i * 20 - 12) * RATE
        alone = sg.spectrogram(sg.Signal(gappy.read(range(first, first + 20 * RATE)), float(RATE)), product.settings)
        within = alone.values[:, alone.valid.start : alone.valid.stop]
        np.testing.assert_array_equal(found["features"][i], over_time(within))
    assert found["effort"].tolist()[:2] == [8.0, 20.0]
    assert np.isnan(found["features"][9]).all() and found["effort"][9] == 0


@pytest.mark.parametrize(
    ("product", "message"),
    [
        (lambda: LtsaProduct(seconds=7), "seconds is 7; cells must divide an hour"),
        (lambda: LtsaProduct(1, 0.5), "frame has 2 s; seconds is 1"),
        (lambda: FeaturesProduct(StftSettings(), 1), "window_length is 2048, more than the 200 samples"),
        (lambda: FeaturesProduct(StftSettings(quantity="transform"), 60), "complex transform, which has no mean"),
        (lambda: SpectrogramProduct(SMALL, "bytes"), "numbers is 'bytes'"),
    ],
)
def test_what_no_product_can_be_is_refused_before_any_sound_is_read(product, message):
    with pytest.raises(SettingsError, match=message):
        product().check(SoundFacts(float(RATE), 1, "FS", 0))

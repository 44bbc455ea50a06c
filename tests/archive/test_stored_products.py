"""An archive of several products, computed in tasks of any size, holds the bits of each product's whole computation."""

from datetime import timedelta

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.products.features import FeaturesProduct
from sonograph.archive.products.ltsa import LtsaProduct
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.products.product import product_of
from sonograph.archive.products.spectrogram import SpectrogramProduct
from sonograph.errors import SettingsError
from sonograph.settings import StftSettings
from tests.archive.archives import RATE, record, scanned
from tests.archive.recordings import BEGAN, put

SMALL = StftSettings(window_length=16, hop=8)
PRODUCTS = (
    product_of("minutes"), OverviewProduct(SMALL), LtsaProduct(30, 10.0), SpectrogramProduct(SMALL),
    FeaturesProduct(SMALL, 60),
)  # fmt: skip


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    record(folder, hours=(0, 1, 2, 7), seconds=700)
    return folder


@pytest.fixture(scope="module")
def wholes(recordings):
    """Each product of the timeline from 00:00 UTC on, computed at once and alone."""
    [timeline] = scanned(recordings).timelines(start=BEGAN.replace(hour=0, minute=0))
    return [(one.rows(timeline), one.compute(timeline, one.rows(timeline))) for one in PRODUCTS]


@pytest.mark.parametrize(("hours", "workers"), [(1, 0), (6, 2), (24, 0)])
def test_an_archive_in_any_tasks_holds_the_bits_of_the_whole(recordings, wholes, tmp_path, hours, workers):
    archive.run(archive.plan(scanned(recordings), PRODUCTS, at=tmp_path / "a", hours=hours), workers=workers)
    opened = archive.open(tmp_path / "a")
    for product, (rows, whole) in zip(PRODUCTS, wholes, strict=True):
        held = opened.held(product)
        assert held.rows.start <= rows.start and held.rows.stop == rows.stop
        found = held.read(rows)
        assert found.keys() == whole.keys()
        for name, values in whole.items():
            np.testing.assert_array_equal(found[name], values, f"{product.name} {name}")


def test_cells_have_times_units_and_axes_and_go_to_xarray(recordings, wholes, tmp_path):
    archive.run(archive.plan(scanned(recordings), PRODUCTS, at=tmp_path / "a", hours=24), workers=0)
    opened = archive.open(tmp_path / "a")
    cells = opened.cells("ltsa", BEGAN, BEGAN + timedelta(minutes=5))
    assert (cells.times - int(BEGAN.timestamp())).tolist() == list(range(0, 300, 30))
    rows, whole = wholes[2]
    first = int(BEGAN.timestamp()) // 30 - rows.start
    np.testing.assert_array_equal(cells["mean"], whole["mean"][first : first + 10])
    table = cells.to_xarray()
    assert table["mean"].dims == ("time", "frequency") and table["mean"].units == "FS²/Hz"
    assert str(table.time.values[1])[:19] == "2024-05-01T04:30:30"
    assert table.frequency.values.tolist() == [10.0 * k for k in range(11)]
    statistics = opened.cells("features").to_xarray()["features"]
    assert statistics.sel(statistic="p50").dims == ("time", "feature")
    with pytest.raises(SettingsError, match="level is 8, and ltsa has none; leave it out"):
        opened.cells("ltsa", level=8)


@pytest.fixture(scope="module")
def clicked(tmp_path_factory):
    """An archive of frames of a recorder with one click in each of two hours; when these were, UTC."""
    folder, clicks = tmp_path_factory.mktemp("clicked"), []
    for hour, at in ((0, 12_345), (3, 50_001)):
        samples = np.zeros(80_000, np.int16)
        samples[at] = 20_000
        put(folder / "in", samples, BEGAN + timedelta(hours=hour), RATE)
        clicks.append(BEGAN + timedelta(hours=hour, seconds=at / RATE))
    products = [OverviewProduct(SMALL), SpectrogramProduct(SMALL, "power")]
    archive.run(archive.plan(scanned(folder / "in"), products, at=folder / "a", hours=1), workers=0)
    return archive.open(folder / "a"), clicks


@pytest.mark.parametrize("level", [None, 0, 3, 7, 9])
def test_a_click_is_in_the_frame_or_the_column_of_its_time(clicked, level):
    opened, clicks = clicked
    for when in clicks:
        around = when - timedelta(seconds=100), when + timedelta(seconds=99.7)
        name = "spectrogram" if level is None else "overview"
        cells = opened.cells(name, *around, level=level)
        seconds = 8 * 2 ** (level or 0) / RATE
        assert cells.seconds == seconds and len(cells) == pytest.approx(199.7 / seconds, abs=2)
        begins = cells.to_xarray().time.values
        assert begins[0] <= naive(around[0]) < begins[0] + step(seconds)
        assert begins[-1] < naive(around[1]) <= begins[-1] + step(seconds)
        [values] = [cells[one] for one in ("power", "max") if one in cells.arrays]
        at = int(np.nanargmax(values[:, 0].astype(float).sum(axis=1)))
        half = step(4 / RATE)  # of a hop: the window is two long
        assert begins[at] - half <= naive(when) <= begins[at] + step(seconds) + half
        assert cells.times[at] == pytest.approx(begins[at].astype(np.int64) / 1e9, abs=1e-6)


def naive(moment):
    return np.datetime64(moment.replace(tzinfo=None), "ns")


def step(seconds):
    return np.timedelta64(round(seconds * 1e9), "ns")


def test_frames_and_columns_are_those_of_the_sound_in_decibels(clicked, recordings, tmp_path):
    products = [SpectrogramProduct(SMALL), OverviewProduct(SMALL)]
    archive.run(archive.plan(scanned(recordings), products, at=tmp_path / "a", hours=6), workers=0)
    opened = archive.open(tmp_path / "a")
    [timeline] = opened.sounds()
    whole = (
        sg.spectrogram(sg.Signal(timeline.read(range(timeline.n_samples)), RATE), SMALL).values.T / 0.5
    )  # of a full-scale sine
    first = BEGAN + timedelta(hours=1)
    cells = opened.cells("spectrogram", first, first + timedelta(seconds=30))
    assert cells["level"].dtype == np.float32 and cells.units["level"] == "dBFS"
    k = round((first - timeline.start).total_seconds() * RATE / 8)
    np.testing.assert_allclose(cells["level"][:, 0], 10 * np.log10(whole[k : k + len(cells)]), atol=1 / 256 + 1e-4)
    for level in (4, 7):
        cells = opened.cells("overview", first + timedelta(seconds=60), first + timedelta(seconds=200), level=level)
        k = round((int(cells.utc_ns[0]) / 1e9 - timeline.start.timestamp()) * RATE / 8)
        assert k % 2**level == 0 and len(cells) > 20
        power = whole[k : k + len(cells) * 2**level].reshape(len(cells), 2**level, -1)
        np.testing.assert_allclose(cells["max"][:, 0], 10 * np.log10(power.max(axis=1)), atol=1 / 256 + 1e-4)
        np.testing.assert_allclose(cells["mean"][:, 0], 10 * np.log10(power.mean(axis=1)), atol=1 / 256 + 1e-4)
    nothing = opened.cells("overview", BEGAN + timedelta(hours=3), BEGAN + timedelta(hours=4))
    assert len(nothing) > 500 and np.isnan(nothing["max"]).all()
    assert not len(opened.cells("overview", BEGAN + timedelta(days=3), BEGAN + timedelta(days=4)))
    assert len(clicked[0].cells("overview", level=20)) == 1
    with pytest.raises(SettingsError, match="level is 64; it must be from 0 to 63"):
        opened.cells("overview", level=64)


def test_hours_without_sound_take_no_bytes(recordings, tmp_path):
    archive.run(archive.plan(scanned(recordings), ("overview", "ltsa"), at=tmp_path / "a", hours=1), workers=0)
    held = archive.open(tmp_path / "a").held("ltsa")
    shards = sorted(int(path.name) for path in (held.path / "mean" / "c").iterdir())
    assert shards == [4, 5, 6, 11]
    assert not held.read(range(held.rows.start, held.rows.start + 100))["frames"].any()

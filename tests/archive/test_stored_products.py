"""An archive of several products, computed in tasks of any size, holds the bits of each product's whole computation."""

from datetime import timedelta

import numpy as np
import pytest

from sonograph import archive
from sonograph.archive.products.features import FeaturesProduct
from sonograph.archive.products.ltsa import LtsaProduct
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.products.product import product_of
from sonograph.archive.products.spectrogram import SpectrogramProduct
from sonograph.errors import SettingsError
from sonograph.settings import StftSettings
from tests.archive.archives import record, scanned
from tests.archive.recordings import BEGAN

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
    with pytest.raises(SettingsError, match="overview lies on frames, not on cells of UTC; use tile"):
        opened.cells("overview")


def test_hours_without_sound_take_no_bytes(recordings, tmp_path):
    archive.run(archive.plan(scanned(recordings), ("overview", "ltsa"), at=tmp_path / "a", hours=1), workers=0)
    held = archive.open(tmp_path / "a").held("ltsa")
    shards = sorted(int(path.name) for path in (held.path / "mean" / "c").iterdir())
    assert shards == [4, 5, 6, 11]
    assert not held.read(range(held.rows.start, held.rows.start + 100))["frames"].any()

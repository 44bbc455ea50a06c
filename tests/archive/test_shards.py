"""A plan is arithmetic: every row of a product is in one shard, every shard in one task; names follow inputs."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import archive
from sonograph.archive.products.minutes import MinutesProduct
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.products.product import PRODUCTS, Product
from sonograph.archive.runs.narrowed import NOTHING, Inputs, narrowed
from sonograph.archive.runs.shards import Shards
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.timeline import Part, Timeline
from tests.archive.recordings import noise, put

DAY = 1_714_521_600
"""1 May 2024, s since 1970."""


@dataclass(frozen=True)
class Frames(Product):
    """A product on frames of 7 samples, whose rows come in sixes."""

    grid = "frames"
    align = 6

    def step(self, sound):
        return 7

    def rows(self, timeline):
        return range(-(-timeline.n_samples // 7))

    def samples(self, timeline, rows):
        return range(rows.start * 7 - 3, rows.stop * 7 + 3)


assert "" not in PRODUCTS


def timeline_of(spans, rate, late=()):
    """Parts at (start, n), each with a row of the clock, that goes on as the first or is late by so many ms."""
    rate = Fraction(rate)
    parts = [Part(start, n, f"{start}.wav", 0, 100, 5) for start, n in spans]
    firsts = tuple(start for start, _ in spans)
    late = [*late, *[0] * len(spans)]
    utcs = tuple(DAY * 10**9 + int(start * 10**9 / rate) + late[i] * 10**6 for i, start in enumerate(firsts))
    clock = Clock(firsts, utcs, (rate,) * len(spans))
    return Timeline(parts, clock, sample_rate=float(rate), n_samples=parts[-1].stop, n_channels=1)


@st.composite
def timelines(draw):
    rate = draw(st.integers(2, 30))
    at, spans = draw(st.integers(0, 9000 * rate)), []
    for _ in range(draw(st.integers(1, 5))):
        n = draw(st.integers(1, 4000 * rate))
        spans.append((at, n))
        at += n + draw(st.integers(0, 9000 * rate))
    return timeline_of(spans, rate, draw(st.lists(st.integers(-20, 900), max_size=5)))


@settings(max_examples=25, deadline=None)
@given(timelines(), st.sampled_from([1, 2, 3, 24]))
def test_every_row_is_in_one_shard_and_every_shard_in_one_task(timeline, hours):
    products = (MinutesProduct(), Frames())
    shards = Shards(timeline, DAY, hours, products)
    found = []
    for block in range(shards.n_blocks):
        listed = shards.of_block(block)
        assert {shards.block_of(one) for one in listed} <= {block}
        found += listed
    for p, product in enumerate(products):
        own = [shard for shard in found if shard.product == p]
        assert [one.number for one in own] == list(range(shards.counts[p]))
        rows = [row for one in own for row in shards.there(one)]
        first = DAY // 60 if p == 0 else 0
        assert rows == list(range(first, product.rows(timeline).stop))
        samples = [shards.own(one) for one in own]
        assert sum(timeline.effort(one) for one in samples) == timeline.effort()
        assert all(a.stop == b.start for a, b in itertools.pairwise(samples))


@settings(max_examples=15, deadline=None)
@given(timelines(), st.data())
def test_a_narrowed_timeline_has_the_samples_and_the_times_of_the_whole(timeline, data):
    """Of any cells, so that rows are the same bits: every time in them is at the sample that the whole clock says."""
    shards = Shards(timeline, DAY, 1, (MinutesProduct(),))
    shard = shards.shard(0, data.draw(st.integers(0, shards.counts[0] - 1)))
    samples = shards.samples(shard)
    few = narrowed(timeline, samples)
    assert few.effort(samples) == timeline.effort(samples)
    start, end = shards.span_ns(shard)
    for utc_ns in np.linspace(start, end, 61).astype(np.int64).tolist():
        assert few.clock.sample_at(utc_ns) == timeline.clock.sample_at(utc_ns)


def test_a_name_changes_with_what_rows_depend_on_and_with_nothing_else():
    hour, half = 3600 * 10, 1800 * 10
    spans = [(600, half), (3 * hour + 600, half), (6 * hour + 600, half)]
    base = timeline_of(spans, 10)

    def names(timeline, product=MinutesProduct(), hours=1):  # noqa: B008
        shards, inputs = Shards(timeline, DAY, hours, (product,)), Inputs(timeline)
        listed = [shards.shard(0, n) for n in range(shards.counts[0])]
        return [inputs.name(product, shards.there(one), shards.samples(one)) for one in listed]

    first = names(base)
    assert [i for i, name in enumerate(first) if name != NOTHING] == [0, 3, 6]
    in_a_gap = [*spans[:2], (5 * hour + 600, 99), spans[2]]
    assert differing(first, names(timeline_of(in_a_gap, 10))) == [5]
    longer = [spans[0], (3 * hour + 600, half + 50), spans[2]]
    assert differing(first, names(timeline_of(longer, 10))) == [3]
    # the second run is late, and the third begins in a gap whose times it tells
    assert differing(first, names(timeline_of(spans, 10, late=(0, 300)))) == [3, 6]
    # the last shard goes to the end of the timeline, which is another now
    assert differing(first, names(timeline_of([*spans, (7 * hour + 600, half)], 10))) == [6, 7]
    assert differing(first, names(base, MinutesProduct(channel=0))) == [0, 3, 6]


def differing(a, b):
    n = max(len(a), len(b))
    a, b = [*a, *[None] * (n - len(a))], [*b, *[None] * (n - len(b))]
    return [i for i in range(n) if a[i] != b[i]]


@pytest.mark.parametrize("hours", [1, 3])
def test_files_cut_anywhere_with_a_clock_that_drifts_are_stored_as_the_whole(tmp_path, hours):
    """Sixty files of a minute and a bit, whose names tell 0.4 s an hour too much, and two gaps."""
    folder, at, rate = tmp_path / "in", datetime(2024, 5, 1, 22, 20, tzinfo=UTC), 64
    for number in range(60):
        n = 70 * rate + number % 7
        if number not in (11, 40):
            put(folder, noise(n, number)[0], at, rate, name="A_{:%Y%m%d_%H%M%S}.wav")
        at += timedelta(seconds=n / rate * (1 + 1e-4))
    catalogue = archive.scan(str(folder), zone="UTC")
    [timeline] = catalogue.timelines()
    whole = archive.minutes(timeline)
    archive.run(archive.plan(catalogue, at=tmp_path / "a", hours=hours), workers=0)
    stored = archive.open(tmp_path / "a").minutes(start=timeline.start)
    np.testing.assert_array_equal(stored.times, whole.times)
    np.testing.assert_array_equal(stored.density, whole.density.astype(np.float32))
    np.testing.assert_array_equal(stored.frames, whole.frames)
    assert len(timeline.clock.firsts) > 2 and len(set(whole.frames.tolist())) > 2


@pytest.mark.parametrize("hours", [1, 4, 24])
def test_tasks_read_little_more_than_the_sound_however_long_the_deployment(hours):
    """A shard of frames does not end where hours do; that tasks read on to its end must not come to half of all."""
    days, rate = 60, 96_000
    timeline = timeline_of([(0, days * 86_400 * rate)], rate)
    shards, read = Shards(timeline, DAY, hours, (MinutesProduct(), OverviewProduct())), 0
    for number in range(shards.n_blocks):
        ranges = [shards.samples(one) for one in shards.of_block(number)]
        read += max(one.stop for one in ranges) - min(one.start for one in ranges)
    assert 1 <= read / timeline.n_samples < 1.16

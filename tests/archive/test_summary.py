"""Levels over days and months: against the frames themselves, NumPy's percentiles, and physics."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.levels.counts import LevelCounts
from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.levels.summary import sliced, summarise
from sonograph.errors import SettingsError
from tests.archive.recordings import wav

RATE = 200


def sound(samples, began, rate=RATE, unit="µPa"):
    return sg.Signal(samples, float(rate), unit, start=began)


@pytest.fixture(scope="module")
def minutes():
    """Half an hour over the end of a month, with gaps; its level wanders."""
    n = 1800 * RATE
    samples = np.random.default_rng(0).standard_normal(n) * 10 ** np.linspace(0, 2, n)
    samples[70 * RATE : 100 * RATE + 3] = np.nan
    samples[600 * RATE : 900 * RATE] = np.nan
    return samples, archive.minutes(sound(samples, datetime(2024, 2, 29, 23, 45, tzinfo=UTC)))


def made(levels, began=datetime(2024, 1, 1, tzinfo=UTC), frames=None):
    """Minutes of one band of 1 Hz at levels dB re 1 µPa²/Hz."""
    levels = np.asarray(levels, float)
    frames = np.full(len(levels), 119) if frames is None else np.asarray(frames)
    times = int(began.timestamp()) + 60 * np.arange(len(levels), dtype=np.int64)
    density = np.where(frames > 0, 10 ** (levels / 10), np.nan)[:, None]
    return Minutes(times, density, np.array([10.0]), np.array([[9.5, 10.5]]), np.ones(len(levels)),
                   frames / 119 * 60, frames, np.zeros(len(levels), int), 100.0, "µPa")  # fmt: skip


def test_means_are_those_of_all_frames_and_those_stored_in_float32_too(minutes):
    samples, found = minutes
    window = np.hanning(RATE + 1)[:-1]
    total, count = np.zeros(RATE // 2 + 1), 0
    for first in range(0, len(samples), 60 * RATE):
        for i in range(119):
            frame = samples[first + i * RATE // 2 :][:RATE]
            if not np.isnan(frame).any():
                power = np.abs(np.fft.rfft(frame * window)) ** 2 / (RATE * (window**2).sum())
                power[1:-1] *= 2
                total, count = total + power, count + 1
    [whole] = summarise(found, every="all", bands="millidecades")
    widths = np.diff(found.edges)[:, 0]
    assert whole.frames == count
    np.testing.assert_allclose(whole.mean * widths, total / count, rtol=1e-12)
    stored = replace(found, density=found.density.astype(np.float32).astype(float))
    np.testing.assert_allclose(summarise(stored, every="all", bands="millidecades")[0].mean, whole.mean, rtol=1e-6)


def test_days_and_months_are_those_of_utc_and_add_to_the_whole(minutes):
    _, found = minutes
    for every in ("day", "month"):
        before, after = summarise(found, every=every, bands="decidecades")
        assert [datetime.fromtimestamp(one.start, UTC).day for one in (before, after)] == [
            29 if every == "day" else 1,
            1,
        ]
        assert datetime.fromtimestamp(before.end, UTC) == datetime(2024, 3, 1, tzinfo=UTC)
        assert (before.minutes, after.minutes) == (10, 15)
        [whole] = summarise(found, every="all", bands="decidecades")
        both = before + after
        np.testing.assert_allclose(both.mean, whole.mean, rtol=1e-12)
        np.testing.assert_allclose(both.sel, whole.sel, rtol=1e-12)
        np.testing.assert_array_equal(both.counts.counts, whole.counts.counts)
        assert both.effort == whole.effort


def test_pieces_however_cut_give_the_same_counts_and_means(minutes):
    _, found = minutes
    [whole] = summarise(found, every="all")
    pieces = [sliced(found, slice(a, b)) for a, b in itertools.pairwise([0, 1, 7, 8, 20, 30])]
    [joined] = summarise(iter(pieces), every="all")
    np.testing.assert_array_equal(joined.counts.counts, whole.counts.counts)
    np.testing.assert_allclose(joined.mean, whole.mean, rtol=1e-12)
    assert (joined.start, joined.end, joined.minutes) == (whole.start, whole.end, whole.minutes)


def test_percentiles_are_those_of_the_minutes_levels_to_a_bin():
    levels = np.random.default_rng(1).normal(75, 9, (2000, 3))
    levels[::7, 1] = np.nan
    counts = reduce(add, [LevelCounts.of(levels[i : i + 300]) for i in range(0, 2000, 300)])
    percents = (0, 1, 5, 25, 50, 90, 99.5, 100)
    for band in range(3):
        there = levels[np.isfinite(levels[:, band]), band]
        np.testing.assert_allclose(counts.percentiles(percents)[:, band], np.percentile(there, percents), atol=0.05)
    assert counts.n_minutes.tolist() == [2000, 1714, 2000]


def test_a_percentile_is_of_levels_and_the_mean_of_power():
    [found] = summarise(made([60.0] * 9 + [100.0]), every="all")
    assert found.mean_levels[0] == pytest.approx(10 * np.log10((9 * 1e6 + 1e10) / 10), abs=1e-9)  # 90.0
    assert found.percentiles([50])[0, 0] == pytest.approx(60, abs=0.05)


def test_the_density_of_levels_sums_to_one_and_is_where_they_are():
    counts = LevelCounts.of(np.array([[60.2], [60.7], [71.1], [-999.0]]))
    density, edges = counts.density(1.0)
    assert density.sum() * 1.0 == pytest.approx(1)
    at = dict(zip(edges[:-1].round(6), density[0], strict=True))
    assert (at[60], at[71], at[-250]) == (0.5, 0.25, 0.25)
    assert np.isnan(LevelCounts.of(np.full((3, 2), np.nan)).percentiles([50])).all()


def test_sel_is_that_of_what_was_recorded_and_is_scaled_up_only_where_asked():
    frames = np.array([119] * 60 + [0] * 60)
    [day] = summarise(made([80.0] * 120, frames=frames), every="day")
    assert day.effort == 3600
    assert day.sel[0] == pytest.approx(80 + 10 * np.log10(3600), abs=1e-9)
    assert day.sel_of_whole[0] == pytest.approx(80 + 10 * np.log10(86_400), abs=1e-9)
    assert day.sel_unit == "dB re 1 µPa² s"
    assert day.coverage == pytest.approx(3600 / 86_400)


def test_minutes_without_a_whole_frame_are_told_and_do_not_count():
    half = made([80.0, 90.0], frames=[119, 0])
    half = replace(half, effort=np.array([60.0, 0.7]))
    [found] = summarise(half, every="all")
    assert (found.effort, found.recorded, found.minutes) == (60.0, 60.7, 1)
    [none] = summarise(made([80.0], frames=[0]), every="all")
    assert np.isnan([none.mean[0], none.sel[0], none.sel_of_whole[0], none.percentiles([50])[0, 0]]).all()


def test_a_tone_in_noise_through_gaps_and_a_change_of_gain_reads_as_physics_has_it(tmp_path):
    """120 dB re 1 µPa at 250 Hz in noise of 100 dB: the recorder is turned down by 6 dB, and stops meanwhile."""
    rate, began, rows = 2000, datetime(2024, 5, 1, tzinfo=UTC), ["file,start"]
    for number, (start, seconds, full_scale) in enumerate(((0, 200, 140.0), (230.5, 150, 140.0), (400, 200, 146.0))):
        t = start + np.arange(round(seconds * rate)) / rate
        pressure = 1e6 * np.sqrt(2) * np.sin(2 * np.pi * 250 * t)
        pressure += 1e5 * np.random.default_rng(number).standard_normal(len(t))
        whole = np.round(pressure / 10 ** (full_scale / 20) * 32768).astype(np.int16)
        moment = began + timedelta(seconds=start)
        name = f"A1_{moment:%Y%m%d_%H%M%S}.wav"
        (tmp_path / name).write_bytes(wav(whole, rate))
        rows.append(f"{name},{moment.isoformat()}")
    (tmp_path / "times.csv").write_text("\n".join(rows))
    (tmp_path / "periods.toml").write_text(
        "[[period]]\nend = 2024-05-01T00:06:30Z\nend_to_end = 140.0\n"
        "[[period]]\nstart = 2024-05-01T00:06:30Z\nend_to_end = 146.0\n"
    )
    [timeline] = archive.scan(tmp_path, times=tmp_path / "times.csv").timelines(calibrations=tmp_path / "periods.toml")
    minutes = archive.minutes(timeline)
    [found] = summarise(minutes, every="all", bands=[("all", 0, 1000), ("tone", 240, 260), ("noise", 300, 1000)])
    assert found.recorded == pytest.approx(550)
    noise = 1e10 / 1000  # unit²/Hz
    want = 10 * np.log10([1e12 + 1e10, 1e12 + 20 * noise, 700 * noise])
    np.testing.assert_allclose(found.mean_levels, want, atol=0.01)
    np.testing.assert_allclose(found.sel, want + 10 * np.log10(found.effort), atol=0.01)
    [decidecades] = summarise(minutes, every="all", bands="decidecades")
    at = next(i for i, band in enumerate(decidecades.bands) if band.name == "250Hz")
    band = decidecades.bands[at]
    assert decidecades.mean_levels[at] == pytest.approx(10 * np.log10(1e12 + (band.high - band.low) * noise), abs=0.01)
    loud = minutes.frames > 0
    assert minutes.spl[loud] == pytest.approx(10 * np.log10(1e12 + 1e10), abs=0.05)  # each minute, through the gain


def test_what_does_not_fit_is_refused():
    with pytest.raises(SettingsError, match="every is"):
        summarise(made([1.0]), every="week")
    with pytest.raises(SettingsError, match="bands is"):
        summarise(made([1.0]), bands="octaves")
    with pytest.raises(SettingsError, match="other bands or units"):
        summarise([made([1.0]), replace(made([1.0]), unit="Pa")], every="all")
    with pytest.raises(SettingsError, match="percentiles hold 101"):
        summarise(made([1.0]))[0].percentiles([101])

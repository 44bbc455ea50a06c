"""Pictures of levels over a long time: what stands where on them, by the pixels and lines that are drawn."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from sonograph.archive.levels.long_term import LongTerm
from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.levels.summary import summarise
from sonograph.errors import SettingsError
from sonograph.pictures.long_term import draw_long_term
from sonograph.pictures.sound_levels import draw_level_percentiles, draw_levels

START = int(datetime(2024, 1, 30, tzinfo=UTC).timestamp())
HERTZ = np.arange(101.0)
EDGES = np.stack([HERTZ - 0.5, np.minimum(HERTZ + 0.5, 100)], axis=1)


def made(levels, first=START, frames=119):
    """Minutes at 200 Hz whose density is so many dB in all bands; NaN where nothing was recorded."""
    levels = np.asarray(levels, float)
    frames = np.where(np.isnan(levels), 0, frames)
    density = np.repeat(10 ** (levels / 10)[:, None], len(HERTZ), axis=1)
    return Minutes(first + 60 * np.arange(len(levels), dtype=np.int64), density, HERTZ, EDGES, np.ones(len(levels)),
                   frames / 119 * 60, frames, np.zeros(len(levels), int), 200.0, "µPa")  # fmt: skip


def lines(figure):
    return {line.get_label(): line.get_ydata() for line in figure.axes[0].get_lines()}


def test_percentiles_and_the_mean_of_power_are_lines_over_their_probability(tmp_path):
    levels = np.concatenate([np.full(90, 60.0), np.full(10, 90.0)])
    [summary] = summarise(made(levels), every="all", bands="millidecades")
    figure = draw_level_percentiles(summary, percents=(5, 50, 95), path=tmp_path / "a.png")
    drawn = lines(figure)
    for name, level in (("5th", 60), ("50th", 60), ("95th", 90)):
        np.testing.assert_allclose(drawn[name], level, atol=0.06)
    np.testing.assert_allclose(drawn["mean of power"], 10 * np.log10(0.9e6 + 0.1e9), atol=1e-9)
    mesh = figure.axes[0].collections[0]
    assert np.unique(np.asarray(mesh.get_array().compressed()).round(6)).tolist() == [
        0.2,
        1.8,
    ]  # per dB, in bins of 0.5
    assert "dB re 1 µPa²/Hz" in figure.axes[0].get_ylabel()
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_levels_of_days_stand_where_the_days_are_with_a_hole_where_there_are_none():
    days = [summarise(made(np.full(5, level), START + 86_400 * day), every="day")[0] for day, level in
            ((0, 60.0), (1, 70.0), (4, 80.0))]  # fmt: skip
    figure = draw_levels(days)
    axes = figure.axes[0]
    line = next(line for line in axes.get_lines() if line.get_label() == "mean of power")
    x, y = line.get_xdata() / 86_400, line.get_ydata()
    broadband = 10 * np.log10(100.5)  # of all hertz together: the band at 0 Hz is as wide as the others
    assert x.tolist() == [0, 1, 1, 2, 4, 4, 5]
    np.testing.assert_allclose(y, np.array([60, 60, 70, 70, np.nan, 80, 80]) + broadband, atol=1e-9)
    assert [patch.get_x() for patch in axes.patches if patch.get_hatch()] == [2 * 86_400]
    assert "2024" in axes.get_xlabel()


def test_the_spectrogram_of_a_long_time_is_a_mean_of_power_weighted_by_frames():
    found = LongTerm(START, START + 20 * 60, columns=5)
    assert (found.seconds, found.n_columns) == (300, 4)  # 4 minutes is no step that a clock has
    found.add(made([60, 80, np.nan, 60, 60] + [np.nan] * 5))
    found.add(replace(made([50, 50], START + 600), frames=np.array([100, 19])))
    density = found.density
    assert 10 * np.log10(density[0, 30]) == pytest.approx(10 * np.log10((3e6 + 1e8) / 4))
    assert np.isnan(density[[1, 3]]).all()
    assert 10 * np.log10(density[2, 30]) == pytest.approx(50)
    figure = draw_long_term(found, range=(40, 90))
    assert figure.axes[0].get_images()[0].origin == "lower"
    image = figure.axes[0].get_images()[0].get_array()
    assert image.mask.all(axis=0).tolist() == [False, True, False, True]
    np.testing.assert_allclose(image[:, 2].compressed(), 50, atol=1e-6)


def test_a_row_of_the_spectrogram_is_its_frequency():
    minutes = made(np.full(30, 40.0))
    minutes.density[:, 50] = 1e9
    found = LongTerm(START, START + 1800)
    found.add(minutes)
    image = draw_long_term(found).axes[0].get_images()[0]
    _, _, below, above = image.get_extent()
    rows = np.flatnonzero(np.asarray(image.get_array())[:, 0] > 80)
    hertz = 2 ** (below + (above - below) * (np.array([rows[0], rows[-1] + 1])) / image.get_array().shape[0])
    assert hertz == pytest.approx([49.5, 50.5], rel=0.01)


def test_minutes_outside_do_not_count_and_others_of_another_unit_are_refused():
    found = LongTerm(START, START + 600)
    found.add(made(np.full(20, 60.0), START - 300))
    assert np.isfinite(found.density).all(axis=1).sum() == 10
    with pytest.raises(SettingsError, match="another rate or unit"):
        found.add(replace(made([60.0]), unit="Pa"))


def test_a_year_has_columns_of_whole_hours():
    year = LongTerm(START, START + 366 * 86_400)
    assert (year.seconds, year.n_columns) == (6 * 3600, 4 * 366)
    assert LongTerm(START, START + 20 * 366 * 86_400).seconds == 5 * 86_400


def test_what_cannot_be_drawn_is_refused(tmp_path):
    [nothing] = summarise(made([np.nan]), every="all", bands="millidecades")
    for draw, what in ((draw_level_percentiles, nothing), (draw_levels, []), (draw_long_term, LongTerm(0, 60))):
        with pytest.raises(SettingsError, match="nothing to draw"):
            draw(what)
    [some] = summarise(made([60.0]), every="all", bands="millidecades")
    with pytest.raises(SettingsError, match="cannot be told apart; name at most 8"):
        draw_levels([some])
    with pytest.raises(SettingsError, match="html"):
        draw_level_percentiles(some, path=tmp_path / "a.html")

"""Slow series: what `draw` makes of tides and temperatures without options."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from sonograph import Signal, StftSettings, cli, draw, spectrogram
from sonograph import open as open_sound
from sonograph.pictures import frequency

DEGREES_PER_HOUR = {"M2": 28.9841042, "S2": 30.0, "N2": 28.4397295, "K1": 15.0410686, "O1": 13.9430356}  # Doodson
METRES = {"M2": 1.2, "S2": 0.4, "N2": 0.25, "K1": 0.3, "O1": 0.2}


def tide(days=90):
    hours = np.arange(24 * days)
    return 3 + sum(METRES[name] * np.cos(np.radians(DEGREES_PER_HOUR[name] * hours + 40)) for name in METRES)


@pytest.fixture
def table(tmp_path):
    first = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    rows = [f"{first + datetime.timedelta(hours=i)},{height:.3f}" for i, height in enumerate(tide())]
    path = tmp_path / "tide.csv"
    path.write_text("\n".join(["time,level (m)", *rows]))
    return path


def said(figure):
    figure.canvas.draw()
    return [text.get_text() for text in figure.findobj(Text)]


def test_a_tide_is_drawn_in_cycles_per_day_and_metres_without_options(table):
    figure = draw(table)
    words = said(figure)
    assert "Frequency (1/d)" in words and "Level (dB re 1 m)" in words and "2024-02-06" in words
    assert any(
        word.startswith("Hann window 512 samples (21 d 8 h)") and "mean off each frame" in word for word in words
    )
    assert any("are no data (hatched)" in word for word in words)
    ticks = dict(
        zip(figure.axes[0].get_yticks(), [t.get_text() for t in figure.axes[0].get_yticklabels()], strict=True)
    )
    assert {f"{place * 86_400:.2g}": word for place, word in ticks.items()} == {word: word for word in ticks.values()}
    assert {"0.1", "0.5", "1", "2", "10"} <= set(ticks.values())  # on a logarithmic axis: days have room below minutes


def test_the_tide_reads_its_constituents(table):
    from sonograph.drawing.sounds import named

    shown = named(table)
    power = spectrogram(shown.sound, shown.settings)
    cycles = power.frequencies * 86_400
    mean = np.nanmean(power.values, axis=1)
    assert cycles[mean.argmax()] == pytest.approx(28.9841042 / 15, abs=0.03)  # M2
    daily = (cycles > 0.7) & (cycles < 1.3)
    assert cycles[daily][mean[daily].argmax()] == pytest.approx(15.0410686 / 15, abs=0.06)  # K1, or O1 beside it
    assert mean[cycles < 0.1].max() < 1e-4 * mean.max()  # three metres of offset are gone
    assert np.isnan(power.values).any() and not np.isnan(power.values).all()


def test_the_command_draws_the_same_and_what_is_typed_wins(table, tmp_path):
    for options, line in (
        ([], "Hann window 512 samples (21 d 8 h)"),
        (["--window", "2048"], "Hann window 2048 samples (85 d 8 h)"),
        (["--high-pass", "0.00002"], "high-pass 20 µHz"),
    ):
        path = tmp_path / "tide.svg"
        assert cli.main(["draw", str(table), "-o", str(path), "--overwrite", "-q", *options]) == 0
        assert line in path.read_text("utf-8")


def test_a_year_has_room_in_a_series_of_days_in_spectrograms_and_spectra_and_an_axis_that_is_asked_for_wins():
    days = np.arange(20 * 365)
    flow = Signal(30 * np.sin(2 * np.pi * days / 365.25), 1 / 86_400, "m")
    figure = draw(flow)
    axes = figure.axes[0]
    figure.canvas.draw()
    low, high, year = (axes.transData.transform((0, y))[1] for y in (*axes.get_ylim(), 1 / (365.25 * 86_400)))
    assert 0.1 < (year - low) / (high - low) < 0.9
    words = [tick.get_text() for tick in axes.get_yticklabels()]
    assert "0.001" in words and not any("µ" in word for word in words)
    assert draw(flow, view="spectrum").axes[0].get_xscale() == "function"
    assert draw(flow, view="spectrum", axis="linear").axes[0].get_xscale() == "linear"
    assert draw(flow, axis="linear").axes[0].get_ylim()[0] == 0
    assert draw(Signal(flow.samples, 10.0)).axes[0].get_ylim()[0] == 0


@pytest.mark.parametrize(
    ("times", "zone", "start"),
    [
        ("%Y-%m-%d %H:%M:%S", "UTC", "2024-03-13T00:00:00+00:00"),
        ("%d/%m/%Y %H:%M", "+02:00", "2024-03-13T00:00:00+02:00"),
        ("%Y-%m-%d", "Europe/Berlin", "2024-03-13T00:00:00+01:00"),
    ],
)
def test_dates_without_a_zone_are_those_of_the_one_that_is_given(times, zone, start, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    step = datetime.timedelta(days=1) if times == "%Y-%m-%d" else datetime.timedelta(minutes=10)
    first = datetime.datetime(2024, 3, 13)
    rows = [f"{(first + i * step).strftime(times)},{12 + np.sin(i / 23):.2f}" for i in range(1000)]
    (tmp_path / "air.csv").write_text("\n".join(["time,temperature", *rows, ""]))
    assert open_sound("air.csv").start is None
    assert open_sound("air.csv", zone=zone).start.isoformat() == start
    assert any(word.startswith("Time on 2024-03-13 to") for word in said(draw(open_sound("air.csv", zone=zone))))
    assert cli.main(["info", "air.csv"]) == 0
    told, aside = capsys.readouterr()
    assert "start       2024-03-13 00:00:00 in a zone that the file does not tell: --zone UTC" in told
    assert "unit        not told" in told and "--unit V, m or °C" in told
    apart, whole = ("24 h", "1000 d") if times == "%Y-%m-%d" else ("10 min", "6 d 23 h")
    assert f"Hz (one every {apart})\n" in told and f"s ({whole}), 1000 samples" in told
    assert "draw takes it off each frame; features and listen do with --remove-dc" in aside
    assert cli.main(["info", "air.csv", "--zone", zone, "--unit", "°C"]) == 0
    told = capsys.readouterr().out
    assert f"start       {start}\n" in told and "unit" not in told


@pytest.mark.parametrize("view", ["waveform", "both", "spectrum", "surface"])
def test_other_views_of_a_series_are_drawn_too(table, view):
    assert draw(table, view=view).axes


def test_what_is_fast_enough_for_a_sound_is_drawn_as_one():
    noise = np.random.default_rng(0).standard_normal(9000)
    assert any("Hann window 2048 samples" in word and "mean" not in word for word in said(draw(Signal(noise, 10.0))))
    assert any("mean off each frame" in word for word in said(draw(Signal(noise, 9.99))))


@given(st.integers(0, 10**9))
def test_a_series_of_any_length_has_settings(n_samples):
    settings = StftSettings.for_series(n_samples)
    assert 16 <= settings.window_length <= 2048
    assert n_samples < 80 or n_samples > 14_000 or 0.14 < settings.window_length / n_samples < 0.29
    assert settings.remove_dc and settings.edges == "missing" and settings.n_fft >= 1024


@pytest.mark.parametrize("axis", ["linear", "log", "mel"])
@pytest.mark.parametrize(
    ("rate", "seconds", "unit"), [(1 / 60, 3600, "1/h"), (1 / 3600, 86_400, "1/d"), (3.8e-7, 31_557_600, "1/a")]
)
def test_a_slow_axis_says_cycles_per_hour_day_or_year(axis, rate, seconds, unit):
    there, words = frequency.place(axis, rate / 2000, rate / 2, 8)
    assert words == f"Frequency ({unit})"
    assert len(there.places) >= 3
    for place, word in zip(there.places, there.words, strict=True):
        assert place * seconds == pytest.approx(float(word), rel=1e-6)

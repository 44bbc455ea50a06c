"""Features as lines over time: no peak is lost, and each axis says its unit."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import LimitError, SettingsError, Signal, StftSettings, draw, feature, signals, spectrogram
from sonograph.cli import main
from sonograph.io.writing import write_wav
from sonograph.pictures.out.recipe import recipe_in
from sonograph.pixels import gather
from sonograph.pixels.lines import lines_of
from sonograph.settings import ShapeSettings, TemporalSettings
from tests import naive
from tests.pictures.test_figure import nothing_is_cut_off, texts

FRAMES = StftSettings(window_length=64, hop=64, edges="inside")


def test_a_point_is_a_frame_where_there_is_room():
    sound = signals.white_noise(1.0, rms=0.1, sample_rate=8000.0)
    settings = feature("rms", FRAMES)
    want = spectrogram(sound, settings)
    times, values = draw(sound, settings).axes[0].lines[0].get_data()
    np.testing.assert_array_equal(values, want.values[0])
    np.testing.assert_allclose(times, want.times)
    assert "a point for each frame" in texts(draw(sound, settings))


@pytest.mark.parametrize("at", [0, 1234, 40_000 - 1])
def test_one_loud_frame_of_thousands_is_seen(at):
    samples = np.full(64 * 40_000, 1e-3)
    samples[64 * at] = 0.9
    figure = draw(Signal(samples, 8000.0), feature("peak", FRAMES), size=(500, 300), dpi=60)
    axes = figure.axes[0]
    shade = axes.collections[0].get_paths()[0].vertices
    assert shade[:, 1].max() == pytest.approx(0.9, rel=1e-6)
    assert shade[shade[:, 1].argmax(), 0] == pytest.approx((64 * at + 32) / 8000, abs=64 * 100 / 8000)
    assert any("shade: their lowest to highest" in text for text in texts(figure))


def test_low_mean_and_high_are_those_of_the_frames(monkeypatch):
    monkeypatch.setattr(gather, "FRAMES_AT_ONCE", 17)
    sound = signals.white_noise(2.0, rms=0.1, sample_rate=8000.0)
    settings = TemporalSettings(of=FRAMES, features=("rms", "zero_crossings"))
    lines = lines_of(sound, settings, range(sound.n_samples), 10)
    values = spectrogram(sound, settings).values
    groups = np.array_split(np.arange(values.shape[1]), 10)
    for got, reduced in ((lines.low, np.min), (lines.high, np.max), (lines.mean, np.mean)):
        want = np.stack([reduced(values[:, group], axis=1) for group in groups], axis=1)
        np.testing.assert_allclose(got[0], want, rtol=1e-6)
    times = spectrogram(sound, settings).times
    np.testing.assert_allclose(lines.times, [times[group].mean() for group in groups])


@given(st.integers(1, 80), st.integers(1, 100), st.data())
def test_a_point_knows_what_lies_under_it_and_skips_what_is_missing(n_frames, width, data):
    samples = np.random.default_rng(n_frames).standard_normal((2, 64 * n_frames))
    for frame in data.draw(st.sets(st.integers(0, n_frames - 1)), "gaps"):
        samples[data.draw(st.sampled_from([0, 1])), 64 * frame + 9] = np.nan
    sound, settings = Signal(samples, 8000.0), TemporalSettings(of=FRAMES, features=("rms", "peak"))
    values = spectrogram(sound, settings).values
    lines = lines_of(sound, settings, range(sound.n_samples), width)
    assert lines.missing == np.isnan(values).all(axis=1).any(axis=0).sum()
    each = range(n_frames + 1)
    edges = naive.begins(range(64 * n_frames), width, 32, 64) if n_frames > width else each
    for channel in range(2):
        for row in range(2):
            low, high, total, count = naive.gathered(values[channel, row], edges)
            np.testing.assert_array_equal(lines.low[channel, row], low)
            np.testing.assert_array_equal(lines.high[channel, row], high)
            there = count > 0
            np.testing.assert_array_equal(~np.isnan(lines.mean[channel, row]), there)
            np.testing.assert_allclose(lines.mean[channel, row][there], total[there] / count[there], rtol=1e-12)


def test_a_value_without_neighbours_is_a_dot():
    sound = Signal(np.concatenate([np.zeros(640), np.sin(np.arange(64)), np.zeros(640)]), 8000.0)
    line = draw(sound, feature("crest", FRAMES)).axes[0].lines[0]
    assert np.isfinite(line.get_ydata()).sum() == 1
    assert (line.get_marker(), line.get_markevery()) == (".", [10])


@pytest.mark.parametrize(
    ("name", "unit", "says"),
    [
        ("rms", "Pa", "rms (Pa)"),
        ("peak", "V", "peak (V)"),
        ("envelope", "FS", "envelope (FS)"),
        ("crest", "V", "crest"),
        ("centroid", "FS", "centroid (kHz)"),
        ("bandwidth", "FS", "bandwidth (kHz)"),
        ("rolloff", "FS", "rolloff (kHz)"),
        ("flatness", "FS", "flatness"),
        ("slope", "FS", "slope (10⁻⁷/Hz)"),
        ("onset", "FS", "onset (dB)"),
        ("pitch", "FS", "pitch (Hz)"),
        ("yin", "FS", "pitch (Hz)"),
    ],
)
def test_an_axis_names_the_feature_and_its_unit(name, unit, says):
    t = np.arange(22_050) / 22_050.0
    noise = np.random.default_rng(0).standard_normal(len(t))
    loud = 0.3 * (t > 0.5) + 0.6
    figure = draw(Signal(loud * np.sin(2 * np.pi * 300 * t) + 0.2 * noise, 22_050.0, unit), feature(name))
    assert figure.axes[0].get_ylabel() == says
    nothing_is_cut_off(figure)


def test_each_row_has_a_unit_and_contrast_decibels():
    sound = signals.white_noise(1.0, rms=0.1, sample_rate=22_050.0)
    shapes = ShapeSettings(of=StftSettings(quantity="magnitude"), features=("centroid", "entropy"))
    assert spectrogram(sound, shapes).units == ("Hz", "")
    assert set(spectrogram(sound, feature("contrast")).units) == {"dB"}
    assert set(spectrogram(sound, StftSettings()).units) == {"FS²"}


def test_an_axis_of_a_low_panel_keeps_the_name_of_the_feature():
    sound = signals.white_noise(1.0, rms=0.1, sample_rate=8000.0)
    settings = TemporalSettings(of=FRAMES, features=("rms", "peak", "envelope"))
    figure = draw(sound, settings, size=(600, 330), dpi=110)
    assert [axes.get_ylabel() for axes in figure.axes] == ["rms (FS)", "peak (FS)", "envelope"]


@pytest.mark.parametrize("over", [False, True])
def test_too_many_candidates_of_pitch_are_refused_before_any_work(over, monkeypatch):
    monkeypatch.setattr(gather, "MOST_AT_ONCE", 100_000)
    sound = signals.white_noise(2.0, rms=0.1, sample_rate=8000.0)
    says = r"32 frames of 1,202 rows are 0\.0 GiB, and a picture holds .* take a longer hop, or cut the sound"
    with pytest.raises(LimitError, match=says):
        draw(sound, over="pitch") if over else draw(sound, feature("pitch"))
    draw(sound, over="yin")


def test_a_feature_over_a_spectrogram_needs_no_neighbours():
    with pytest.raises(SettingsError, match="did you mean"):
        draw(signals.tone(440.0, 1.0), over="centriod")


def test_features_stand_above_the_spectrogram_of_their_frames():
    sound = signals.white_noise(1.0, rms=0.1, sample_rate=8000.0)
    frames = StftSettings(window_length=64, hop=32)
    figure = draw(sound, TemporalSettings(of=frames, features=("rms", "peak")), view="both")
    rms, peak, level, bar = figure.axes
    assert [axes.get_xlim() for axes in (rms, peak, level)] == [(0, 1)] * 3
    assert (level.get_ylabel(), bar.get_ylabel()) == ("Frequency (kHz)", "Level (dBFS)")
    alone = draw(sound, frames).axes[0].images[0]
    assert level.images[0].get_clim() == alone.get_clim()
    assert {text for text in texts(figure) if text.startswith("Frames of 64")}
    assert any("colours span 80 dB" in text for text in texts(figure))
    nothing_is_cut_off(figure)


def test_the_command_draws_a_feature_by_name(tmp_path, capsys):
    sound, out = tmp_path / "a.wav", tmp_path / "a.png"
    with sound.open("wb") as file:
        write_wav(file, signals.white_noise(1.0, rms=0.1, sample_rate=8000.0))
    assert main(["draw", str(sound), "-o", str(out), "--feature", "rms", "--window", "64", "--view", "both", "-q"]) == 0
    kinds = [one["kind"] for one in recipe_in(out)["settings"]]
    assert kinds == ["temporal", "level"]
    assert recipe_in(out)["unit"] == "dBFS"
    for more, says in (
        (["rsm"], "feature is 'rsm'; did you mean rms"),
        (["rms", "--preset", "librosa.mel"], "--feature is given with --preset; leave out one or the other"),
        (["rms", "--over", "pitch"], "--feature is given with --over; leave out one or the other"),
        (["loudness"], "sonograph.loudness gives it"),
    ):
        assert main(["draw", str(sound), "-o", str(tmp_path / "b.png"), "--feature", *more]) == 2
        assert says in capsys.readouterr().err
    assert not (tmp_path / "b.png").exists()


def test_a_low_panel_keeps_the_power_of_ten_of_its_numbers():
    settings = TemporalSettings(of=FRAMES, features=("rms", "peak", "zero_crossings"))
    figure = draw(signals.tone(440.0, 1.0, amplitude=0.002, sample_rate=8000.0), settings, size=(500, 300), dpi=90)
    figure.canvas.draw()
    rms = figure.axes[0]
    numbers = {tick.get_text(): tick.get_position()[1] for tick in rms.get_yticklabels()}
    assert rms.get_ylabel() == "rms (10⁻³ FS)"
    assert all(float(words) * 1e-3 == pytest.approx(place, abs=1e-9) for words, place in numbers.items())
    labels = [axes.yaxis.label.get_window_extent() for axes in figure.axes]
    assert all(below.y1 < above.y0 for above, below in itertools.pairwise(labels))

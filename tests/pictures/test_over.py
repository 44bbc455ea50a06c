"""Features that are frequencies, as lines over a spectrogram; and what pictures of other features say."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from sonograph import LevelSettings, SettingsError, Signal, StftSettings, draw, feature, preset, signals, spectrogram
from sonograph.cli import main
from sonograph.io.writing import write_wav
from sonograph.pictures.compose import compose
from sonograph.pictures.out.bare import pixels_of
from sonograph.pictures.out.recipe import recipe_in
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.settings import ConstantQSettings, MultitaperSettings, ShapeSettings, SqueezedSettings, TemporalSettings
from tests.pictures.test_figure import nothing_is_cut_off

RATE = 22_050.0
FRAMES = StftSettings(window_length=1024)


def glide(seconds=2.0):
    """From 200 to 400 Hz, then silence for a quarter of the time."""
    t = np.arange(int(seconds * RATE)) / RATE
    return Signal(0.5 * np.sin(2 * np.pi * (200 * t + 50 * t**2)) * (t < 0.75 * seconds), RATE)


def line(axes, name):
    [found] = [one for one in axes.lines if one.get_label() == name]
    return found.get_data()


def test_the_pitch_lies_on_its_partial():
    figure = draw(glide(), FRAMES, over="pitch")
    times, hertz = line(figure.axes[0], "pitch")
    sung = (times > 0.1) & (times < 1.4)
    assert np.abs(hertz[sung] - (200 + 100 * times[sung])).max() < 3
    assert np.isnan(hertz[times > 1.6]).all()
    assert figure.axes[0].get_ylim() == (0, RATE / 2)
    nothing_is_cut_off(figure)


def test_lines_have_the_frames_of_the_picture_and_their_values():
    figure = draw(glide(), FRAMES, over=("centroid", "rolloff"), view="both")
    wave, level = figure.axes[:2]
    assert not [one for one in wave.lines if one.get_label() in ("centroid", "rolloff")]
    for name in ("centroid", "rolloff"):
        want = spectrogram(glide(), feature(name, FRAMES))
        times, hertz = line(level, name)
        np.testing.assert_array_equal(hertz, want.values[0])
        np.testing.assert_allclose(times, want.times)
    words = [text.get_text() for text in level.get_legend().get_texts()]
    assert words == ["centroid", "rolloff"]


def test_a_row_in_hertz_is_found_among_others():
    settings = ShapeSettings(of=StftSettings(quantity="magnitude"), features=("flatness", "rolloff"))
    axes = draw(glide(), over=settings).axes[0]
    assert len(axes.lines) == 1
    np.testing.assert_array_equal(line(axes, "rolloff")[1], spectrogram(glide(), settings).values[1])


def test_each_channel_has_its_own_line():
    low, high = (np.sin(2 * np.pi * f * np.arange(22_050) / RATE) for f in (500, 2000))
    figure = draw(Signal(np.stack([low, high]), RATE), over="centroid")
    middles = [np.median(line(axes, "centroid")[1]) for axes in figure.axes[:2]]
    assert middles == pytest.approx([500, 2000], abs=20)


def test_more_frames_than_pixels_are_a_point_a_pixel():
    figure = draw(glide(), StftSettings(window_length=1024, hop=16), over="centroid", size=(600, 400), dpi=72)
    times, hertz = line(figure.axes[0], "centroid")
    assert len(times) < 600
    sung = (times > 0.1) & (times < 1.4)
    assert np.abs(hertz[sung] - (200 + 100 * times[sung])).max() < 10


def test_the_reader_may_have_lines_on_axes_of_theirs():
    axes = Figure().subplots()
    draw(glide(), FRAMES, over="pitch", ax=axes)
    assert line(axes, "pitch")[1].size


def test_the_command_draws_them(tmp_path, capsys):
    sound, out = str(tmp_path / "glide.wav"), str(tmp_path / "glide.png")
    with Path(sound).open("wb") as file:
        write_wav(file, glide())
    assert main(["draw", sound, "-o", out, "--window", "1024", "--over", "pitch,centroid", "-q"]) == 0
    recipe = recipe_in(out)
    assert recipe is not None
    assert [one["kind"] for one in recipe["sounds"][0]["over"]] == ["pyin", "shape"]
    assert main(["draw", sound, "-o", out, "--over", "rms"]) == 2
    assert "over is rms; it must be a feature in hertz: pitch, yin, centroid or rolloff" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: draw(glide(), over="pich"), "feature is 'pich'; did you mean pitch"),
        (lambda: draw(glide(), over="flatness"), "over is flatness; it must be a feature in hertz"),
        (lambda: draw(glide(), over=3), "over is a int; it must be a feature in hertz"),
        (lambda: draw(glide(), over="pitch", view="waveform"), 'view is "waveform"; features lie over a spectrogram'),
        (lambda: draw(glide(), preset("librosa.mfcc"), over="pitch"), "the rows are coefficients, not frequencies"),
        (lambda: draw(glide(), TemporalSettings(of=FRAMES), over="pitch"), "the settings give lines themselves"),
        (lambda: draw(spectrogram(glide()), over="pitch"), "over is given with a spectrogram, which has no samples"),
        (lambda: draw(glide(), over=["centroid"] * 7), "over gives 7 lines; it must be 6 or fewer"),
    ],
)
def test_what_cannot_lie_over_a_spectrogram_is_refused(call, says):
    with pytest.raises(SettingsError, match=says):
        call()


def test_a_bare_picture_has_no_lines():
    composition = compose([Named(glide(), over=(feature("centroid"),))], PictureSettings(axes=False))
    with pytest.raises(SettingsError, match="over is given; a bare picture has only the pixels"):
        pixels_of(composition)


def test_a_constant_q_ends_at_the_edges_of_its_bands():
    settings = ConstantQSettings.for_rate(RATE, low=110.0, n_bands=36, hop=512)
    tone = signals.tone(220.0, 2.0, sample_rate=RATE)
    axes = draw(tone, LevelSettings(of=settings)).axes[0]
    half = 2 ** (1 / 24)
    assert axes.get_ylim() == pytest.approx((110 / half, 110 * 2 ** (35 / 12) * half))
    part = draw(tone, LevelSettings(of=settings), frequencies=(200, 5000)).axes[0]
    assert part.get_ylim() == pytest.approx((200, 110 * 2 ** (35 / 12) * half))
    with pytest.raises(
        SettingsError, match=r"frequencies are 2000 Hz to 5000 Hz; the bands reach from 106.\d+ Hz to 854"
    ):
        draw(tone, LevelSettings(of=settings), frequencies=(2000, 5000))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            LevelSettings(of=ConstantQSettings.for_rate(RATE)),
            "Constant Q of 17.3, Hann windows of 530 ms to 4.39 ms, hop 512 (23.2 ms), 84 bands",
        ),
        (ConstantQSettings.for_rate(RATE, gamma=20.0), "Variable-Q, Hann windows of "),
        (SqueezedSettings(of=FRAMES), "Squeezed Hann window 1024 samples (46.4 ms), hop 256"),
        (MultitaperSettings(of=FRAMES), "7 Slepian tapers (NW 4) of 1024 samples (46.4 ms), hop 256"),
        (TemporalSettings(of=FRAMES), "Frames of 1024 samples (46.4 ms), hop 256"),
        (feature("centroid", FRAMES), "Hann window 1024 samples (46.4 ms), hop 256"),
    ],
)
def test_the_small_line_says_how_samples_were_weighed(settings, words):
    figure = draw(glide(), settings)
    assert any(text.get_text().startswith(words) for text in figure.texts)


def test_features_of_one_unit_are_a_picture_and_say_what_their_rows_are():
    for name, label, bar, ticks in (
        ("contrast", "Octave from (Hz)", "Contrast (dB)", ["0", "200", "400", "800", "1.6k", "3.2k", "6.4k"]),
        ("tonnetz", "", "Tonal centroid", ["fifth x", "fifth y", "minor x", "minor y", "major x", "major y"]),
        ("tempogram", "Lag (s)", "Autocorrelation of onset strength", None),
    ):
        axes, colours = draw(glide(), feature(name, sample_rate=RATE)).axes
        assert (axes.get_ylabel(), colours.get_ylabel()) == (label, bar)
        if ticks:
            assert [tick.get_text() for tick in axes.get_yticklabels()] == ticks
    lags = draw(glide(), feature("autocorrelation")).axes[0]
    assert lags.get_ylabel() == "Lag (ms)"
    places = dict(zip((tick.get_text() for tick in lags.get_yticklabels()), lags.get_yticks(), strict=True))
    assert places["10"] == pytest.approx(0.010 * RATE)


def steady(hertz, seconds=2.0):
    return Signal(0.5 * signals.tone(hertz, seconds, sample_rate=RATE).samples, RATE)


@pytest.mark.parametrize("hertz", [10_500.0, 200.0])
def test_the_names_of_lines_hide_no_line(hertz):
    figure = draw(steady(hertz), FRAMES, over="centroid", size=(500, 300), dpi=60)
    figure.canvas.draw()
    axes = figure.axes[0]
    box = axes.get_legend().get_window_extent()
    times, values = line(axes, "centroid")
    x, y = axes.transData.transform(np.stack([times, values], axis=1)).T
    assert not ((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)).any()


def test_lines_that_are_everywhere_lie_over_their_names():
    t = np.arange(int(2 * RATE)) / RATE
    sweeps = Signal(0.5 * np.sin(2 * np.pi * 900 * np.sin(2 * np.pi * 6 * t) * 5), RATE)
    axes = draw(sweeps, StftSettings(window_length=256), over=("centroid", "rolloff"), size=(330, 210), dpi=60).axes[0]
    assert all(axes.get_legend().get_zorder() < one.get_zorder() for one in axes.lines)

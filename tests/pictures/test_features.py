"""What a result's rows are decides its axis."""

from io import BytesIO

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from sonograph import SettingsError, Signal, StftSettings, draw, preset, signals, spectrogram
from sonograph.io.marks import Mark
from sonograph.pictures.compose import compose
from sonograph.pictures.out.bare import pixels_of
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.pixels import gather
from sonograph.settings import DeltaSettings, SeparationSettings, TemporalSettings
from tests.pictures.test_figure import nothing_is_cut_off

GUITAR = signals.guitar(sample_rate=22_050.0)


def test_cepstral_coefficients_stand_by_number():
    figure = draw(GUITAR, preset("librosa.mfcc"))
    axes, bar = figure.axes
    assert axes.get_ylabel() == "Coefficient"
    assert [t.get_text() for t in axes.get_yticklabels()][:3] == ["c0", "c1", "c2"]
    assert bar.get_ylabel() == "Cepstrum"
    values = spectrogram(GUITAR, preset("librosa.mfcc")).values
    shown = axes.images[0].get_array()
    np.testing.assert_allclose(shown[0, [0, -1]], values[0, [0, -1]], rtol=1e-6)
    assert axes.images[0].get_clim() == pytest.approx((values[1:].min(), values[1:].max()), rel=1e-6)
    assert any("without c0 (−617.6 to 78.7)" in text.get_text() for text in figure.texts)
    nothing_is_cut_off(figure)


def test_pitch_classes_have_their_names():
    figure = draw(signals.tone(440.0, 3.0, sample_rate=22_050.0), preset("librosa.chroma"))
    axes = figure.axes[0]
    names = [t.get_text() for t in axes.get_yticklabels()]
    assert names == ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]
    assert axes.get_ylabel() == "Pitch class"
    shown = axes.images[0].get_array()
    loudest = np.flatnonzero(shown[:, 400] == shown[:, 400].max())
    assert names[int(12 * loudest.mean() / len(shown))] == "A"


@pytest.mark.parametrize(("name", "axis"), [("librosa.mel", "mel"), ("librosa.stft", "linear")])
def test_bands_lie_on_the_scale_that_suits_them(name, axis):
    words = draw(GUITAR, preset(name)).axes[0].get_ylabel()
    assert ("mel scale" in words) == (axis == "mel")


def test_features_in_pieces_are_those_of_the_whole(monkeypatch):
    settings = preset("kaldi.mfcc")
    sound = Signal(np.random.default_rng(0).standard_normal(50_000), 16_000.0)
    want = draw(sound, settings).axes[0].images[0].get_array()
    monkeypatch.setattr(gather, "FRAMES_AT_ONCE", 37)
    np.testing.assert_array_equal(draw(sound, settings).axes[0].images[0].get_array(), want)
    part = draw(sound, settings, seconds=(1.0, 2.0)).axes[0]
    assert part.get_xlim() == (1, 2)


def test_a_pixel_of_features_is_their_mean():
    settings = preset("kaldi.mfcc")
    sound = Signal(np.random.default_rng(0).standard_normal(160_000), 16_000.0)
    figure = draw(sound, settings, size=(400, 300), dpi=60)
    values = spectrogram(sound, settings).values
    shown = figure.axes[0].images[0].get_array()
    assert shown[0].mean() == pytest.approx(values[0].mean(), rel=0.01)


def test_few_features_are_lines_over_the_sound():
    settings = TemporalSettings(of=StftSettings(window_length=256, hop=64), features=("rms", "peak"))
    loud_then_soft = np.repeat([0.8, 0.2], 8000) * np.sin(np.arange(16_000))
    sound = Signal(np.stack([loud_then_soft, loud_then_soft[::-1]]), 8000.0)
    figure = draw(sound, settings)
    assert [axes.get_ylabel() for axes in figure.axes] == ["rms (FS)", "peak (FS)"] * 2
    assert [len(axes.lines) for axes in figure.axes] == [1] * 4
    assert all(len(axes.collections) == 1 for axes in figure.axes)  # the sound, pale
    times, peak = figure.axes[1].lines[0].get_data()
    assert peak[(times > 0.2) & (times < 0.8)] == pytest.approx(0.8, abs=0.01)
    assert peak[(times > 1.2) & (times < 1.8)] == pytest.approx(0.2, abs=0.01)
    same = draw(spectrogram(sound, settings))
    np.testing.assert_array_equal(same.axes[1].lines[0].get_data(), (times, peak))
    assert len(same.axes[1].collections) == 0
    nothing_is_cut_off(figure)


def test_a_feature_without_a_value_leaves_a_gap():
    settings = TemporalSettings(of=StftSettings(window_length=256, hop=64), features=("crest",))
    sound = Signal(np.concatenate([np.zeros(8000), np.sin(np.arange(8000))]), 8000.0)
    _, crest = draw(sound, settings).axes[0].lines[0].get_data()
    assert np.isnan(crest[: len(crest) // 2 - 30]).all()
    assert np.isfinite(crest[len(crest) // 2 + 30 :]).all()


def test_lines_are_never_bare():
    settings = TemporalSettings(of=StftSettings())
    composition = compose([Named(GUITAR, "", settings)], PictureSettings(axes=False))
    with pytest.raises(SettingsError, match="the features are lines; a bare picture has only the pixels"):
        pixels_of(composition)


def test_a_spectrogram_shows_itself_in_a_notebook():
    for what in (StftSettings(), preset("librosa.mfcc")):
        png = spectrogram(GUITAR, what)._repr_png_()
        with Image.open(BytesIO(png)) as image:
            assert image.size == (880, 480)


def test_axes_of_the_reader_are_drawn_on():
    figure = Figure(figsize=(8, 3))
    left, right = figure.subplots(1, 2)
    painted = draw(GUITAR, StftSettings(), ax=left, axis="log", labels=[Mark(1.0, 2.0, "here")])
    assert painted.image in left.images
    assert painted.colour_bar.ax.get_ylabel() == "Level (dBFS)"
    assert (left.get_xlabel(), left.get_ylabel()) == ("Time (s)", "Frequency (Hz)")
    assert len(right.images) == 0
    right.plot([0, 1], [440, 440])
    figure.savefig(BytesIO())


@pytest.mark.parametrize("given", [{"size": (400, 300)}, {"dpi": 90}, {"axes": False}, {"title": "Robin"}])
def test_what_axes_of_the_reader_have_themselves_is_refused(given):
    with pytest.raises(SettingsError, match=f"{next(iter(given))} is given with ax; set it on those axes"):
        draw(signals.tone(1000.0, 0.5), ax=Figure().add_subplot(), **given)


def test_axes_of_the_reader_show_what_is_missing_in_the_colour_of_the_theme():
    sound = Signal(np.where(np.arange(8000) < 4000, np.nan, 0.1), 8000.0)
    hatched = {}
    for theme in ("light", "dark"):
        axes = Figure().add_subplot()
        draw(sound, ax=axes, theme=theme)
        hatched[theme] = axes.patch.get_facecolor()
    assert hatched["light"] != hatched["dark"]


def test_axes_of_the_reader_take_one_channel_and_no_path(tmp_path):
    axes = Figure().subplots()
    two = Signal(np.zeros((2, 4000)), 8000.0)
    with pytest.raises(SettingsError, match="the sound has 2 channels; choose one for these axes: channel=0"):
        draw(two, ax=axes)
    with pytest.raises(SettingsError, match="ax is given with a path; save the figure"):
        draw(GUITAR, ax=axes, path=tmp_path / "a.png")
    with pytest.raises(SettingsError, match="this picture has a panel on each of 2 axes"):
        draw(GUITAR, ax=axes, view="both")
    draw(two, ax=axes, channel=1)


def test_the_readers_defaults_of_matplotlib_are_left_alone():
    before = dict(matplotlib.rcParams)
    draw(GUITAR, StftSettings())
    assert dict(matplotlib.rcParams) == before


def test_a_separated_part_is_in_decibels():
    settings = SeparationSettings(of=StftSettings(), part="percussive")
    figure = draw(GUITAR, settings, axis="mel")
    assert figure.axes[1].get_ylabel() == "Level (dBFS)"
    loudest = spectrogram(GUITAR, settings).values.max()
    assert figure.axes[0].images[0].get_clim()[1] == pytest.approx(10 * np.log10(loudest / 0.5), abs=1e-4)


def test_names_of_rows_fit_beside_the_panel():
    figure = draw(GUITAR, DeltaSettings(of=preset("librosa.mfcc"), width=9))
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names[0] == "c0"
    assert any(name.startswith("Δ² c") for name in names)
    nothing_is_cut_off(figure)

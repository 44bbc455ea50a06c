"""A filter bank as its curves."""

import numpy as np
import pytest
from PIL import Image

from sonograph import BandSettings, GammatoneBank, MelBank, OctaveBank, SettingsError, StftSettings, draw_bands
from sonograph.filterbanks import filters_of
from tests.pictures.test_figure import nothing_is_cut_off

STFT = StftSettings(window_length=1024)


def test_a_curve_is_what_a_band_weighs():
    settings = BandSettings(of=STFT, bands=MelBank(n_bands=20))
    figure = draw_bands(settings, sample_rate=16_000.0, title="mel")
    axes = figure.axes[0]
    weights = filters_of(settings, 16_000.0).dense(STFT.n_bins)
    bins = np.arange(STFT.n_bins) * 16_000 / 1024
    for curve, want in zip(axes.lines, weights, strict=True):
        np.testing.assert_allclose(np.interp(bins, *curve.get_data()), want, atol=1e-15)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Frequency (kHz)", "Weight (10⁻³)")
    ticks = dict(zip(axes.get_yticks(), (tick.get_text() for tick in axes.get_yticklabels()), strict=True))
    assert float(ticks[0.002]) == 2
    assert axes.get_xlim() == (0, 8000)
    words = [text.get_text() for text in figure.texts]
    assert words == ["mel", "20 mel bands of 513 bins of 15.6 Hz, sampled at 16000 Hz"]
    nothing_is_cut_off(figure)


@pytest.mark.parametrize("bank", [OctaveBank(per_octave=1, low=60.0, high=4000.0), GammatoneBank(n_bands=8)])
def test_other_banks_on_other_axes(bank):
    axes = draw_bands(BandSettings(of=STFT, bands=bank), sample_rate=16_000.0, axis="log", frequencies=(100, 8000)).axes
    assert axes[0].get_xlim() == (100, 8000)
    assert axes[0].get_xlabel() == "Frequency (Hz)"


def test_it_is_written(tmp_path):
    path = tmp_path / "mel.png"
    draw_bands(BandSettings(of=STFT, bands=MelBank(n_bands=9)), sample_rate=8000.0, path=path, size=(600, 400), dpi=72)
    with Image.open(path) as image:
        assert image.size == (600, 400)
    assert draw_bands(BandSettings(of=STFT, bands=MelBank()), sample_rate=44_100.0, axes=False).texts == []


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: draw_bands(STFT, sample_rate=8000.0),
            "the settings are of kind 'stft'; a filter bank is BandSettings",
        ),
        (
            lambda: draw_bands(BandSettings(of=STFT, bands=MelBank(high=5000.0)), sample_rate=8000.0),
            "high is 5000 Hz; with sample_rate 8000 it must be at most 4000 Hz",
        ),
        (
            lambda: draw_bands(BandSettings(of=STFT, bands=MelBank()), sample_rate=44_100.0, path="a.html"),
            'path ends in ".html"; a filter bank is a .png, .svg, .pdf, .jpg, .webp or .tif',
        ),
    ],
)
def test_what_is_no_bank_is_refused(call, says):
    with pytest.raises(SettingsError, match=says):
        call()

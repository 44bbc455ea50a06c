"""Results drawn as they are: spectra on one panel, loudness over time; and a power that is shown as no level."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from sonograph import (
    SettingsError,
    Signal,
    StftSettings,
    draw,
    fourier,
    loudness,
    preset,
    reassigned,
    signals,
    spectrogram,
    welch,
)

SHORT = StftSettings(window_length=256, hop=64, edges="inside")
T = np.arange(16_000) / 8000
SINE = Signal(np.sin(2 * np.pi * 1000 * T), 8000.0)  # on bin 32 of 256
SOFT = Signal(0.1 * SINE.samples, 8000.0)
ON_BINS = StftSettings(window_length=256, hop=64, edges="inside")


def test_spectra_lie_on_one_panel_with_their_names(tmp_path):
    spectra = {"loud": welch(SINE, ON_BINS), "soft": welch(SOFT, ON_BINS)}
    figure = draw(spectra, path=tmp_path / "a.png", size=(500, 300), dpi=60)
    [axes] = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["loud", "soft"]
    assert axes.get_ylabel() == "Level (dBFS)"
    tops = [line.get_ydata().max() for line in axes.lines]
    assert tops == pytest.approx([0, -20], abs=1e-6)
    assert [line.get_xdata()[line.get_ydata().argmax()] for line in axes.lines] == [1000, 1000]
    assert len({line.get_color() for line in axes.lines}) == 2
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (500, 300)
    assert draw(spectra["loud"], size=(500, 300), dpi=60).axes[0].get_legend() is None


@pytest.mark.parametrize(
    ("vscale", "top", "label"),
    [("power", 0.5, "Power (FS²)"), ("magnitude", 0.5**0.5, "Magnitude (FS)"), ("log", 0.5, "Power (FS²)")],
)
def test_a_full_scale_sine_reads_its_mean_square_and_its_root(vscale, top, label):
    for what, settings, given in (
        (welch(SINE, ON_BINS), None, {}),
        (SINE, ON_BINS, {"view": "spectrum"}),
        (spectrogram(SINE, ON_BINS), None, {"view": "spectrum"}),
    ):
        axes = draw(what, settings, vscale=vscale, axis="log", size=(500, 400), dpi=60, **given).axes[0]
        line = axes.lines[-1]
        assert line.get_ydata().max() == pytest.approx(top, rel=1e-6)
        assert axes.get_ylabel() == label
        assert axes.get_yscale() == ("log" if vscale == "log" else "linear")
    if vscale == "log":
        return
    figure = draw(SINE, ON_BINS, vscale=vscale)
    assert figure.axes[0].images[0].get_array().max() == pytest.approx(top, rel=1e-6)
    assert figure.axes[1].get_ylabel() == label
    again = draw(spectrogram(SINE, ON_BINS.but(quantity="magnitude")), vscale=vscale)
    assert again.axes[0].images[0].get_array().max() == pytest.approx(top, rel=1e-6)


def test_noise_in_volts_reads_its_density_on_a_logarithmic_scale():
    noise = signals.white_noise(30.0, rms=2.0, sample_rate=10_000.0)
    volts = Signal(noise.samples, 10_000.0, "V")
    axes = draw(volts, StftSettings(scaling="density"), view="spectrum", axis="log", vscale="log").axes[0]
    assert axes.get_ylabel() == "Power spectral density (V²/Hz)"
    mean = axes.lines[-1].get_ydata()[10:-10]
    assert np.median(mean) == pytest.approx(4 / 5000, rel=0.02)
    words = {float(t): w.get_text() for t, w in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)}
    assert all(value == pytest.approx(value_of(word), rel=1e-6) for value, word in words.items())
    assert len(words) >= 3


def value_of(word):
    """The number of a tick: 0.002, 10⁻³ or 2·10⁻³."""
    times, _, ten = word.rpartition("·")
    if not ten.startswith("10") or ten == "10":
        return float(word)
    return float(times or 1) * 10 ** int(ten[2:].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def test_loudness_is_a_line_over_time_and_its_mean_another():
    sound = Signal(np.repeat([0.1, 1.0], 96_000) * np.sin(2 * np.pi * 997 * np.arange(192_000) / 48_000), 48_000.0)
    measured = loudness(sound)
    axes = draw(measured, title="A sine").axes[0]
    momentary, whole = axes.lines
    np.testing.assert_array_equal(momentary.get_ydata(), measured.momentary)
    assert momentary.get_ydata()[[0, -1]] == pytest.approx([-23.0, -3.0], abs=0.02)
    assert whole.get_ydata() == pytest.approx([measured.integrated] * 2)
    assert axes.get_ylabel() == "Loudness (LUFS)"
    assert axes.get_legend().get_texts()[1].get_text() == f"integrated: −{-measured.integrated:.1f} LUFS"
    assert axes.get_xlim() == pytest.approx((0, 4))
    silent = draw(loudness(Signal(np.zeros(48_000), 48_000.0))).axes[0]
    assert len(silent.lines) == 1


def test_on_axes_of_ones_own_and_reassigned():
    axes = Figure().subplots()
    draw([welch(SINE), welch(SOFT)], ax=axes, axis="log")
    assert [line.get_label() for line in axes.lines] == ["1", "2"]
    assert axes.get_xlabel() == "Frequency (Hz)"
    sharp = reassigned(SINE, SHORT)
    shown = draw(sharp).axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown, draw(sharp.sharpened()).axes[0].images[0].get_array())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: draw([welch(SINE), fourier(SINE)]), "one is in|1 is in .* they have no common scale"),
        (lambda: draw([welch(SINE), loudness(signals.kick())]), "several kinds of results are given"),
        (lambda: draw([welch(SINE), SINE]), "several kinds of results are given"),
        (lambda: draw(welch(SINE), SHORT), "settings, labels or over are given with a result"),
        (lambda: draw(welch(SINE), seconds=(0, 1)), "seconds is given, but it has no place on curves"),
        (lambda: draw(welch(SINE), view="surface"), 'view is "surface"; a spectrum and a loudness are curves'),
        (lambda: draw(welch(SINE), path="a.html"), "curves are a .png"),
        (lambda: draw(SINE, vscale="log"), 'vscale is "log" with view "spectrogram"; "level" shows the same'),
        (
            lambda: draw(SINE, vscale="power", view="surface"),
            'vscale is "power" with view "surface"; it shows no power',
        ),
        (lambda: draw(SINE, vscale="power", below=60), 'below is 60 dB with vscale "power"'),
        (lambda: draw(SINE, preset("librosa.mfcc"), vscale="power"), "the values are no power"),
        (lambda: draw(SINE, vscale="loud"), "vscale is 'loud'; it must be one of level, power, magnitude, log"),
        (lambda: draw(SINE, view="spectrum", vscale="log", range=(0, 1)), "range begins at 0"),
        (lambda: draw(spectrogram(SINE, preset("librosa.mfcc").but(n_coefficients=5)), view="spectrum"), "of powers"),
    ],
)
def test_what_cannot_be_is_one_sentence(given, words):
    with pytest.raises(SettingsError, match=words):
        given()

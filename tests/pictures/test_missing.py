"""What a file promised and does not hold is no data: hatched, counted, and called so."""

from pathlib import Path

import numpy as np
import pytest

from sonograph import Limits, StftSettings, draw, feature, open, preset, resample, settings, signals, spectrogram
from sonograph.cli import main
from sonograph.io.writing import write_wav
from sonograph.pictures.missing import gaps
from sonograph.pictures.out.recipe import recipe_in
from sonograph.pixels.span import length
from tests.pictures.sounds import inside
from tests.pictures.test_figure import nothing_is_cut_off, texts

SHORT = StftSettings(window_length=256)
NOISE = signals.white_noise(6.0, rms=0.1, sample_rate=8000.0)


@pytest.fixture
def cut(tmp_path):
    """A WAV whose header promises 6 s, of which 4 are there."""
    path = tmp_path / "cut.wav"
    with path.open("wb") as file:
        write_wav(file, NOISE)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 4 * 16_000])
    return path


def share_missing(image):
    return np.ma.getmaskarray(image.get_array()).all(axis=0)


@pytest.mark.parametrize("settings", [SHORT, StftSettings(window_length=256, edges="inside"), preset("librosa.stft")])
def test_the_time_axis_reaches_as_far_as_was_promised(cut, settings):
    axes = draw(cut, settings).axes[0]
    assert axes.get_xlim() == (0, 6)
    missing = share_missing(axes.images[0])
    assert np.flatnonzero(missing)[0] / len(missing) == pytest.approx(4 / 6, abs=0.05)
    assert missing[int(0.72 * len(missing)) :].all()


def test_what_is_there_is_drawn_as_of_a_whole_file(cut, tmp_path):
    whole = tmp_path / "whole.wav"
    with whole.open("wb") as file:
        write_wav(file, NOISE)
    images = [draw(path, SHORT, range=(-80, 0)).axes[0].images[0].get_array() for path in (cut, whole)]
    there = ~share_missing(draw(cut, SHORT).axes[0].images[0])
    np.testing.assert_array_equal(images[0][:, there], images[1][:, there])


def test_the_figure_says_so(cut):
    figure = draw(cut, SHORT, view="both")
    words = texts(figure)
    assert words.count("no data") == 2
    promised, there = 1 + 48_000 // 64, 1 + (32_000 - 128) // 64  # the last that sees no missing sample
    assert any(f"{promised - there} of {promised} frames are no data (hatched)" in text for text in words)
    assert figure.axes[1].patch.get_hatch()
    nothing_is_cut_off(figure)


def test_the_words_stand_only_where_there_is_room():
    sound = signals.white_noise(6.0, rms=0.1, sample_rate=8000.0)
    sound.samples[:400] = np.nan
    figure = draw(sound, SHORT, view="both")
    assert figure.axes[1].patch.get_hatch()
    assert "no data" not in texts(figure)


def test_a_waveform_is_hatched_where_it_is_missing(cut):
    picture = inside(figure := draw(cut, view="waveform"), figure.axes[0])
    row = picture[3, :, :].astype(int)  # above the noise
    grey = (row[:, 0] < 250) & (row[:, 0] == row[:, 1])
    assert not grey[: int(0.65 * len(row))].any()
    assert grey[int(0.68 * len(row)) :].mean() > 0.9


@pytest.mark.parametrize("name", ["rms", "mfcc"])
def test_features_end_where_the_sound_does(cut, name):
    axes = draw(cut, feature(name)).axes[0]
    assert axes.get_xlim() == (0, 6)
    missing = share_missing(axes.images[0]) if name == "mfcc" else np.isnan(axes.lines[0].get_ydata())
    assert 1 - missing.mean() == pytest.approx(4 / 6, abs=0.03)


def test_a_part_that_is_missing_altogether_is_drawn_as_that(cut):
    figure = draw(cut, SHORT, seconds=(5, 6))
    assert share_missing(figure.axes[0].images[0]).all()
    assert any("are no data" in text for text in texts(figure))


def test_frames_without_their_lowest_rows_are_told_apart():
    sound, wavelets = signals.tone(300.0, 1.0, sample_rate=4000.0), settings.WaveletSettings.for_rate(4000.0, low=40.0)
    unknown = np.isnan(spectrogram(sound, wavelets).values)
    whole, some = unknown.all(axis=0).sum(), unknown.any(axis=0).sum()
    assert some > whole
    wanted = f"{whole} of {unknown.shape[1]} frames are no data (hatched), {some - whole} more in part"
    assert any(wanted in text for text in texts(draw(sound, wavelets)))


def test_the_spectrum_is_of_what_is_there(cut):
    figure = draw(cut, SHORT, view="spectrum")
    assert np.isfinite(figure.axes[0].lines[1].get_ydata()).all()
    assert any("are no data" in text for text in texts(figure))


def test_the_command_draws_it_and_says_what_is_wrong(cut, tmp_path, capsys):
    out = tmp_path / "cut.png"
    assert main(["draw", str(cut), "-o", str(out), "-q"]) == 3
    said = capsys.readouterr().err
    assert all(fact in said for fact in ("cut.wav", "promises 48,000 samples", "ends", "after 32,000 samples"))
    assert recipe_in(out)["sounds"][0]["samples"] == [0, 48_000]


@pytest.mark.parametrize("rate", [4000.0, 16_000.0])
def test_a_sound_at_another_rate_misses_what_its_file_misses(cut, rate):
    with open(cut) as file:
        sound = resample(file, rate)
        assert length(sound) == 6 * rate and sound.n_samples == 4 * rate
        axes = draw(sound, SHORT).axes[0]
        assert axes.get_xlim() == (0, 6) and share_missing(axes.images[0])[-20:].all()


def test_more_than_a_sound_may_have_is_no_promise(cut):
    data = bytearray(Path(cut).read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = (0x7000_0000).to_bytes(4, "little")
    Path(cut).write_bytes(data)
    with open(cut) as long, open(cut, limits=Limits(seconds=3600.0)) as limited:
        assert length(long) == long.expected > 1e8
        assert length(limited) == limited.n_samples == 32_000


def test_gaps_are_where_columns_are_missing():
    assert gaps(np.zeros(5, bool), (0.0, 5.0)) == []
    assert gaps(np.ones(5, bool), (1.0, 6.0)) == [(1.0, 6.0)]

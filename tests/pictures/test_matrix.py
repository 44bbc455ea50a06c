"""A matrix that somebody computed elsewhere is drawn where it says that it lies."""

import numpy as np
import pytest

from sonograph import SettingsError, Signal, Spectrogram, StftSettings, draw, signals, spectrogram
from tests.pictures.sounds import inside

TIMES = 0.25 + 0.5 * np.arange(8)


def one_at(row, column, shape=(6, 8), low=0.0, high=1.0):
    matrix = np.full(shape, low)
    matrix[row, column] = high
    return matrix


@pytest.mark.parametrize(
    ("start", "step"), [(0.0, 512 / 22_050), (128 / 8000, 224 / 8000), (0.3, 1.0), (-0.5, 0.01), (25_200.0, 3600.0)]
)
def test_times_are_those_that_were_given(start, step):
    times = start + step * np.arange(50)
    there = Spectrogram.from_array(np.zeros((3, 50)), times=times)
    np.testing.assert_allclose(there.times, times, rtol=0, atol=1e-6 * step)
    part = there.select(seconds=(times[10], times[20]))
    assert len(part.frames) in (10, 11)


def test_a_number_lies_at_its_time_and_its_frequency():
    frequencies = [100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0]
    figure = draw(one_at(3, 5), times=TIMES, frequencies=frequencies, axis="log", colours="grey", unit="dB")
    axes, bar = figure.axes
    shown = axes.images[0].get_array()
    rows, columns = np.nonzero(np.asarray(shown) == 1.0)
    low, high = (np.log2(end) for end in axes.get_ylim())
    hertz = 2 ** (low + (high - low) * (rows.mean() + 0.5) / shown.shape[0])
    seconds = axes.get_xlim()[1] * (columns.mean() + 0.5) / shown.shape[1]
    assert 750 < hertz < 860
    assert seconds == pytest.approx(TIMES[5], abs=0.02)
    assert bar.get_ylabel() == "Level (dB)"
    assert axes.get_xlim() == (0.0, 4.0)
    brightest = inside(figure, axes).max(axis=(0, 2))
    assert brightest.argmax() / len(brightest) == pytest.approx(5 / 8, abs=0.02)


def test_our_own_spectrogram_given_as_an_array_looks_the_same():
    power = spectrogram(signals.chirp(200.0, 3000.0, 1.0, sample_rate=8000.0), StftSettings(window_length=256))
    levels = 10 * np.log10(np.maximum(power.values, 1e-20))
    ours = draw(power, range=(-80, 0), reduction="max").axes[0].images[0].get_array()
    theirs = draw(levels, times=power.times, frequencies=power.frequencies, unit="dB", range=(-80, 0))
    shown = np.asarray(theirs.axes[0].images[0].get_array())
    at = np.asarray(ours).argmax(axis=0) / ours.shape[0], shown.argmax(axis=0) / shown.shape[0]
    assert np.abs(at[0] - at[1]).max() < 1.5 / 128  # a row


def test_numbers_that_are_no_levels_span_the_colours_and_rows_have_names_or_numbers():
    named = Spectrogram.from_array(one_at(1, 1, (3, 8), 2.0, 7.0), times=TIMES, rows=("kick", "snare", "hat"))
    axes, bar = draw(named).axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["kick", "snare", "hat"]
    assert axes.images[0].get_clim() == (2.0, 7.0)
    assert bar.get_ylabel() == "Value"
    falling = Spectrogram.from_array(
        one_at(0, 2), times=TIMES, rows=(240, 200, 160, 120, 80, 40), axis="Tempo (bpm)", unit="a.u."
    )
    assert falling.names == ("40", "80", "120", "160", "200", "240")
    assert falling.values[5, 2] == 1.0
    axes, bar = draw(falling).axes
    assert (axes.get_ylabel(), bar.get_ylabel()) == ("Tempo (bpm)", "Value (a.u.)")
    words = {float(text.get_text()): text.get_position()[1] for text in axes.get_yticklabels()}
    assert words[200.0] == pytest.approx(4.0)


def test_nan_is_no_data_and_channels_have_panels():
    matrix = np.zeros((2, 6, 8))
    matrix[1, :, 3] = np.nan
    figure = draw(matrix, times=TIMES, unit="dB")
    assert any("1 of 8 frames" in text.get_text() for text in figure.texts)
    assert len([axes for axes in figure.axes if axes.images]) >= 2


def test_it_is_saved_and_read_again(tmp_path):
    there = Spectrogram.from_array(one_at(2, 2), times=TIMES, rows=[1, 2, 3, 4, 5, 7], axis="Lag (s)", unit="dB")
    there.save(tmp_path / "a.npz")
    again = Spectrogram.load(tmp_path / "a.npz")
    assert (again.settings, again.label) == (there.settings, "Level (dB)")
    np.testing.assert_array_equal(again.values, there.values)
    np.testing.assert_array_equal(again.times, there.times)


ZEROS = np.zeros((6, 8))
REFUSED = {
    "no axes": (lambda: draw(ZEROS), r"of a matrix say when its columns are: draw\(matrix, times=…"),
    "on its side": (lambda: draw(ZEROS.T, times=TIMES), r"the matrix has 6 columns; .*give matrix\.T$"),
    "one number": (lambda: draw(ZEROS, times=5), r"times has the shape \(\); the matrix has 8 columns"),
    "unsorted": (lambda: draw(ZEROS, times=TIMES[::-1]), r"^times is 3\.75 and then 3\.25 \(number 1\); "),
    "twice": (
        lambda: draw(ZEROS, times=TIMES, frequencies=[1, 2, 2, 3, 4, 5]),
        r"^frequencies is 2 and then 2 \(number 2\); each must be above the one before",
    ),
    "below 0": (lambda: draw(ZEROS, times=TIMES, frequencies=np.arange(6) - 1), r"^frequencies begin at -1 Hz"),
    "a range": (lambda: draw(ZEROS, times=TIMES, frequencies=(0, 100)), r"^frequencies has the shape \(2,\); "),
    "uneven": (lambda: draw(ZEROS, times=TIMES**2), r"^times are not even: column \d lies at .* np\.searchsorted\("),
    "not finite": (lambda: draw(ZEROS, times=[*TIMES[:-1], np.nan]), r"^times holds nan; it must be finite numbers$"),
    "words": (lambda: draw(ZEROS, times=list("abcdefgh")), r"^times is .*; it must be a number for each"),
    "complex": (lambda: draw(1j * ZEROS, times=TIMES), r"^the matrix is complex; give what shall be seen"),
    "text": (lambda: draw(ZEROS.astype(str), times=TIMES), r"^the matrix is of <U\d+; it must be numbers$"),
    "empty": (lambda: draw(ZEROS[:0], times=TIMES), r"^the matrix has the shape \(0, 8\); there is nothing in it$"),
    "a unit": (lambda: draw(ZEROS, times=TIMES, unit=5), r"^unit is 5; it must be words, as dBFS or bpm$"),
    "both": (
        lambda: Spectrogram.from_array(ZEROS, times=TIMES, frequencies=np.arange(6), rows=list("abcdef")),
        r"^frequencies and rows are both given",
    ),
    "too few names": (
        lambda: Spectrogram.from_array(ZEROS, times=TIMES, rows=["a"]),
        r"^rows is 1 values; it must be a name or a number for each of the 6 rows$",
    ),
    "of a sound": (lambda: draw(signals.kick(), unit="dB"), r"^times or unit is given, which are those of a matrix"),
    "settings": (lambda: draw(ZEROS, StftSettings(), times=TIMES), r"^settings are given with a spectrogram"),
    "its settings": (
        lambda: spectrogram(Signal(np.zeros(800), 8000.0), Spectrogram.from_array(ZEROS, times=TIMES).settings),
        r"^settings are those of a matrix that was computed elsewhere; no sound makes it$",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_a_matrix_is_answered_in_a_sentence(call, message):
    with pytest.raises(SettingsError, match=message):
        call()

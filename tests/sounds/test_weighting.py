"""A and C weighting against the table of IEC 61672-1, and as a setting: pieces and streams have the whole's bits."""

from functools import reduce

import numpy as np
import pytest
from scipy.signal import sosfreqz

from sonograph import (
    LevelSettings,
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    describe,
    draw,
    pieces,
    spectrogram,
    weighted,
    weighting,
    welch,
)
from sonograph.settings import TemporalSettings
from sonograph.sounds.weighting import sections

INF = float("inf")
# IEC 61672-1:2013, tables 2 and 3: nominal frequency, A, C, and how much more and less class 1 may read
TABLE = (
    (10, -70.4, -14.3, 3.0, INF), (12.5, -63.4, -11.2, 2.5, INF), (16, -56.7, -8.5, 2.0, 4.0), (20, -50.5, -6.2, 2, 2),
    (25, -44.7, -4.4, 2.0, 1.5), (31.5, -39.4, -3.0, 1.5, 1.5), (40, -34.6, -2.0, 1, 1), (50, -30.2, -1.3, 1, 1),
    (63, -26.2, -0.8, 1, 1), (80, -22.5, -0.5, 1, 1), (100, -19.1, -0.3, 1, 1), (125, -16.1, -0.2, 1, 1),
    (160, -13.4, -0.1, 1, 1), (200, -10.9, 0.0, 1, 1), (250, -8.6, 0.0, 1, 1), (315, -6.6, 0.0, 1, 1),
    (400, -4.8, 0.0, 1, 1), (500, -3.2, 0.0, 1, 1), (630, -1.9, 0.0, 1, 1), (800, -0.8, 0.0, 1, 1),
    (1000, 0.0, 0.0, 0.7, 0.7), (1250, 0.6, 0.0, 1, 1), (1600, 1.0, -0.1, 1, 1), (2000, 1.2, -0.2, 1, 1),
    (2500, 1.3, -0.3, 1, 1), (3150, 1.2, -0.5, 1, 1), (4000, 1.0, -0.8, 1, 1), (5000, 0.5, -1.3, 1.5, 1.5),
    (6300, -0.1, -2.0, 1.5, 2.0), (8000, -1.1, -3.0, 1.5, 2.5), (10_000, -2.5, -4.4, 2.0, 3.0),
    (12_500, -4.3, -6.2, 2.0, 5.0), (16_000, -6.6, -8.5, 2.5, 16.0), (20_000, -9.3, -11.2, 3.0, INF),
)  # fmt: skip
NOMINAL = np.array(TABLE)
EXACT = 1000 * 10 ** ((np.arange(len(TABLE)) - 20) / 10)
COLUMN = {"A": 1, "C": 2}


@pytest.mark.parametrize("name", ["A", "C"])
def test_the_curve_is_that_of_the_standards_table(name):
    assert np.abs(EXACT / NOMINAL[:, 0] - 1).max() < 0.012
    np.testing.assert_allclose(weighting(name, EXACT), NOMINAL[:, COLUMN[name]], rtol=0, atol=0.05)
    assert weighting(name, 1000.0) == 0 and weighting(name, [0.0])[0] == -INF
    np.testing.assert_array_equal(weighting("Z", [0.0, 50.0]), [0, 0])


@pytest.mark.parametrize("rate", [4000, 8000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("name", ["A", "C"])
def test_the_filter_is_within_class_1_at_every_third_of_an_octave(name, rate):
    below = rate / 2 > EXACT
    gain = 20 * np.log10(np.abs(sosfreqz(sections(name, rate), EXACT[below], fs=rate)[1]))
    off = gain - NOMINAL[below, COLUMN[name]]
    assert (off < NOMINAL[below, 3]).all() and (off > -NOMINAL[below, 4]).all()
    f = np.geomspace(10, rate / 2 * 0.999, 500)
    off = 20 * np.log10(np.abs(sosfreqz(sections(name, rate), f, fs=rate)[1])) - weighting(name, f)
    assert np.abs(off[f < 10_000]).max() < 0.5 and np.abs(off[f < 20_000]).max() < 0.8


def test_a_tone_in_pascals_reads_its_weighted_level_everywhere_and_says_so():
    t = np.arange(48_000) / 48_000
    hum = Signal(2**0.5 * np.sin(2 * np.pi * 100 * t), 48_000.0, "Pa")  # 94 dB re 20 µPa
    settings = LevelSettings(of=StftSettings(window_length=4800, hop=1200, weighting="A"))
    level = spectrogram(hum, settings).select(seconds=(0.3, 0.7))
    assert level.at(seconds=0.5, hertz=100.0) == pytest.approx(93.98 - 19.1, abs=0.1)
    assert level.label == "A-weighted level (dB re 20 µPa)"
    assert level.value_unit == "dB re 20 µPa, A-weighted"
    assert describe(settings.of, 48_000.0, "Pa").label == "A-weighted power (Pa²)"
    rms = spectrogram(hum, TemporalSettings(of=settings.of, features=("rms",))).values[0, 20]
    assert 20 * np.log10(rms / 20e-6) == pytest.approx(93.98 - 19.1, abs=0.1)
    mean = welch(hum, StftSettings(window_length=4800, edges="inside", weighting="A"))
    assert mean.level_label == "A-weighted level (dB re 20 µPa)" and mean.label == "A-weighted power (Pa²)"
    figure = draw(hum, StftSettings(window_length=4800, weighting="C"))
    words = " ".join(text.get_text() for text in figure.texts) + figure.axes[-1].get_ylabel()
    assert "C-weighted level (dB re 20 µPa)" in words and ", C-weighted" in words
    assert "weighting" not in StftSettings().to_dict()


def test_whole_pieces_stream_and_the_filtered_sound_have_the_same_bits():
    x = np.random.default_rng(0).standard_normal((2, 5000)).astype("float32")
    x[0, 2000:2003] = np.nan
    sound = Signal(x, 8000.0)
    settings = StftSettings(window_length=256, high_pass=50.0, weighting="A")
    whole = spectrogram(sound, settings)
    joined = reduce(Spectrogram.join, pieces(sound, settings, at_most=7))
    stream = Stream(settings, sample_rate=8000.0, n_channels=2)
    parts = [stream.push(x[:, i : i + 999]) for i in range(0, 5000, 999)]
    streamed = reduce(Spectrogram.join, [*parts, stream.finish()])
    from sonograph import high_pass

    filtered = Signal(weighted(high_pass(sound, 50.0), "A").read(range(5000)), 8000.0)
    for other in (joined, streamed, spectrogram(filtered, StftSettings(window_length=256))):
        np.testing.assert_array_equal(other.values, whole.values)


def test_what_cannot_be_weighted_is_refused():
    slow = Signal(np.zeros(5000), 2000.0)
    for act in (
        lambda: weighted(slow, "A"),
        lambda: spectrogram(slow, StftSettings(weighting="A")),
        lambda: Stream(StftSettings(weighting="A"), sample_rate=2000.0),
        lambda: describe(StftSettings(weighting="A"), 2000.0),
    ):
        with pytest.raises(SettingsError, match='weighting is "A"; it needs a sample rate of 4000 Hz or more'):
            act()
    assert weighted(slow, "Z") is slow
    for act in (lambda: StftSettings(weighting="B"), lambda: weighted(slow, "B"), lambda: weighting("B", 5.0)):
        with pytest.raises(SettingsError, match="weighting is 'B'"):
            act()

"""Axes that can be zoomed: pixels and ticks are those of what is shown, whatever part of the sound that is."""

import itertools
import pickle
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sonograph import LevelSettings, SettingsError, Signal, SourceError, StftSettings, draw, feature, preset, signals
from sonograph.pictures.compose import compose
from sonograph.pictures.figure import figure_of
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.pixels.raster import Pixels
from sonograph.pixels.rasterise import raster
from sonograph.settings import TemporalSettings

SHORT = StftSettings(window_length=64, hop=16)
THREE = TemporalSettings(of=StftSettings(), features=("envelope", "rms", "zero_crossings"))


def axes_of(n=1, width=600, height=400, **kind):
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(n, 1, i + 1, **kind) for i in range(n)]
    return axes[0] if n == 1 else axes


def drawn(axes):
    axes.figure.canvas.draw()
    return axes


def test_two_clicks_that_share_a_pixel_are_apart_when_zoomed():
    sound = Signal(np.zeros(480_000), 8000.0)
    sound.samples[[240_000, 240_160]] = 1.0  # 20 ms apart in a minute
    axes = axes_of()
    image = draw(sound, SHORT, ax=axes).image
    loud = np.flatnonzero(drawn(axes).images[0].get_array().max(axis=0) > -60)
    assert len(loud) <= 2
    axes.set_xlim(29.9, 30.1)
    columns = drawn(axes).images[0].get_array().filled(-200).max(axis=0)
    seconds = np.linspace(*image.get_extent()[:2], len(columns))
    for click in (30.0, 30.02):
        here = columns[np.abs(seconds - click) < 0.002]
        assert here.min() > -60
    assert columns[np.abs(seconds - 30.01) < 0.003].max() < -200  # between them frames see neither
    assert image.get_extent()[:2] == pytest.approx((29.9, 30.1), abs=2e-4)


@settings(max_examples=8)
@given(
    st.floats(0, 9), st.floats(0.01, 1), st.floats(0, 3000), st.floats(100, 2000), st.sampled_from(("linear", "mel"))
)
@example(0.0, 0.03125, 0.0, 100.0, "linear")
def test_what_is_shown_is_what_the_sound_gives_there(start, length, low, high, axis):
    sound, axes = signals.fm(), axes_of()
    image = draw(sound, SHORT, ax=axes, axis=axis).image
    clim = image.get_clim()
    axes.set_xlim(start, start + length)
    axes.set_ylim(low, low + high)
    drawn(axes)
    box = axes.get_window_extent()
    span = range(round(start * 10_000), round((start + length) * 10_000))
    width = round(box.width * len(span) / (length * 10_000))  # an end may cut a sample, and whole ones are shown
    want = Pixels(width, round(box.height), span, axis, (low, low + high))
    np.testing.assert_array_equal(image.get_array(), raster(sound, SHORT, want).levels[0])
    assert image.get_clim() == clim  # zooming changes no colour


def test_beyond_the_sound_there_are_no_pixels_and_what_lies_there_keeps_its_place():
    sound, axes = signals.tone(1000.0, 1.0, sample_rate=8000.0), axes_of()
    image = draw(sound, SHORT, ax=axes).image
    axes.set_xlim(-1, 3)
    axes.set_ylim(-1000, 6000)
    drawn(axes)
    assert image.get_extent() == pytest.approx((0, 1, 0, 4000))
    assert image.get_array().shape == pytest.approx((axes.bbox.height * 4 / 7, axes.bbox.width / 4), abs=1)
    axes.set_xlim(5, 6)
    drawn(axes)


def test_pixels_are_made_once_for_each_view():
    class Counted(Signal):
        count = 0

        def read(self, samples):
            type(self).count += len(samples) > 0
            return super().read(samples)

    axes = axes_of()
    draw(Counted(signals.fm().samples, 10_000.0), SHORT, ax=axes)
    drawn(axes)  # the colour bar made the axes narrower
    before = Counted.count
    drawn(axes)
    assert Counted.count == before
    axes.set_xlim(1, 2)
    axes.set_ylim(100, 200)
    drawn(axes)
    once = Counted.count
    assert once > before
    drawn(axes)
    assert Counted.count == once


def test_decibels_below_the_maximum_stay_below_the_same_one():
    ramp = Signal(np.linspace(0.01, 1, 80_000) * signals.tone(1000.0, 10.0, sample_rate=8000.0).samples, 8000.0)
    axes = axes_of()
    image = draw(ramp, LevelSettings(of=SHORT, reference="max"), ax=axes).image
    assert image.get_array().max() == pytest.approx(0)
    axes.set_xlim(0.9, 1.1)
    drawn(axes)
    assert image.get_array().max() == pytest.approx(20 * np.log10(0.01 + 0.11 * 0.99), abs=0.2)


def test_a_waveform_is_its_samples_where_there_is_room_for_them():
    sound, axes = signals.fm(), axes_of()
    draw(sound, ax=axes, view="waveform")
    [wave] = [artist for artist in axes.artists if hasattr(artist, "put_on")]
    drawn(axes)
    assert not len(wave._line.get_xdata())
    assert max(path.vertices[:, 1].max() for path in wave._fill.get_paths()) == pytest.approx(sound.samples.max())
    axes.set_xlim(2, 2.01)
    drawn(axes)
    times, values = wave._line.get_data()
    np.testing.assert_allclose(values, sound.samples[np.rint(times * 10_000 - 0.5).astype(int)])
    assert times[0] <= 2 <= 2.01 <= times[-1]


def test_a_gap_that_no_pixel_showed_is_hatched_when_zoomed():
    sound = Signal(signals.white_noise(60.0, rms=0.1, sample_rate=8000.0).samples.copy(), 8000.0)
    sound.samples[240_000:240_400] = np.nan
    axes = axes_of()
    image = draw(sound, SHORT, ax=axes).image
    assert not np.ma.is_masked(image.get_array())
    axes.set_xlim(29.9, 30.1)
    canvas = drawn(axes).figure.canvas
    left, bottom, width, height = axes.bbox.bounds
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3][int(bottom) + 2 : int(bottom + height) - 2]
    column = pixels[:, int(left + 0.62 * width)].astype(int)
    assert np.ptp(column, axis=1).max() < 8  # grey


def test_a_sound_that_can_be_read_no_more_keeps_its_pixels():
    class Taken(Signal):
        there = True

        def read(self, samples):
            if not self.there and len(samples):
                raise SourceError("a.wav: is gone.")
            return super().read(samples)

    axes = axes_of(2)
    image = draw(Taken(signals.kick().samples, 48_000.0), SHORT, ax=axes, view="both").image
    before = drawn(axes[1]).images[0].get_array().copy()
    Taken.there = False
    for one in axes:
        one.set_xlim(0.2, 0.4)
    drawn(axes[1])
    np.testing.assert_array_equal(image.get_array(), before)


UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "Seconds": 1, "Milliseconds": 1e-3, "Microseconds": 1e-6, "Hz": 1, "kHz": 1e3}
SUFFIX = {"": 1, "k": 1e3, "m": 1e-3, "µ": 1e-6}
NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def clock(word):
    parts = [float(part) for part in word.lstrip("−").split(":")]
    return (-1 if word.startswith("−") else 1) * sum(part * 60**i for i, part in enumerate(reversed(parts)))


def value_of(word, label):
    """What a tick says, in seconds or hertz, by the words of its axis."""
    if label.startswith("Note"):
        name, octave = re.fullmatch(r"(\D+?)(-?\d+)", word).groups()
        return 440 * 2 ** ((NOTES.index(name) + 12 * (int(octave) + 1) - 69) / 12)
    if label.endswith("min:s)") and " after " not in label:
        return clock(word)
    number, suffix = re.fullmatch(r"(−?[\d.]+)(k|m|µ|)", word).groups()
    first = label.split(" after ")
    unit = first[0] if len(first) == 2 else re.search(r"\((\w+)", label)[1]
    after = clock(first[1].split(" ")[0]) if len(first) == 2 else 0
    return after + float(number.replace("−", "-")) * SUFFIX[suffix] * UNITS[unit]


FIGURES = {}


def long_one(axis):
    """A window, as `show` makes it: times beyond the sound have ticks too, and cost nothing."""
    if axis not in FIGURES:
        sound = Signal(np.zeros(8000, np.float32), 8000.0)
        FIGURES[axis] = figure_of(
            compose([Named(sound)], PictureSettings(axis=axis, size=(700, 400), dpi=70), live=True)
        )
    return FIGURES[axis]


@settings(max_examples=20)
@given(st.floats(-20, 590), st.floats(-4, 2.8), st.sampled_from(("linear", "log", "musical")), st.floats(0.02, 0.9))
def test_ticks_read_where_they_stand_at_every_zoom(start, power, axis, share):
    figure, long = long_one(axis), 10**power
    axes = figure.axes[0]
    axes.set_xlim(start, start + long)
    axes.set_ylim(4000 * share**2, 4000 * share)
    figure.canvas.draw()
    for one, label, side in ((axes.xaxis, axes.get_xlabel(), 0), (axes.yaxis, axes.get_ylabel(), 1)):
        low, high = one.get_view_interval()
        shown = [tick for tick in one.get_major_ticks() if low <= tick.get_loc() <= high]
        for tick in shown:
            word = tick.label1.get_text()
            assert value_of(word, label) == pytest.approx(tick.get_loc(), abs=1e-3 * (high - low), rel=1e-3 * side), (
                label
            )
        ends = sorted(
            np.reshape(tick.label1.get_window_extent().get_points(), (2, 2))[:, side].tolist() for tick in shown
        )
        assert all(here[1] <= there[0] for here, there in itertools.pairwise(ends)), [
            t.label1.get_text() for t in shown
        ]
        assert len(shown) >= 2


def test_a_label_that_the_reader_wrote_stays():
    axes = axes_of()
    draw(signals.fm(), SHORT, ax=axes)
    axes.set_xlabel("Since the bell")
    axes.set_xlim(0, 0.001)
    assert drawn(axes).get_xlabel() == "Since the bell"
    assert axes.get_ylabel() == "Frequency (kHz)"
    axes.set_ylim(0, 100)
    assert drawn(axes).get_ylabel() == "Frequency (Hz)"


def test_the_panels_of_a_window_are_zoomed_in_time_together():
    figure = figure_of(compose([Named(signals.fm(), "FM", SHORT)], PictureSettings(view="both"), live=True))
    wave, image = figure.axes[:2]
    image.set_xlim(2, 3)
    figure.canvas.draw()
    assert wave.get_xlim() == (2, 3)
    assert [t.get_text() for t in image.get_xticklabels()] == ["2.0", "2.2", "2.4", "2.6", "2.8", "3.0"]
    assert not any(tick.label1.get_visible() for tick in wave.xaxis.get_major_ticks())


@pytest.mark.parametrize(
    ("view", "what", "n"),
    [
        ("waveform", None, 1),
        ("both", None, 2),
        ("spectrum", None, 1),
        ("spectrogram", feature("rms"), 1),
        ("spectrogram", preset("librosa.mfcc"), 1),
        ("spectrogram", THREE, 3),
    ],
)
def test_any_view_is_drawn_on_axes_of_ones_own(view, what, n):
    axes = axes_of(n)
    draw(signals.guitar(sample_rate=22_050.0), what, ax=axes, view=view)
    figure = np.ravel(axes)[0].figure
    figure.canvas.draw()
    plain = draw(signals.guitar(sample_rate=22_050.0), what, view=view)
    for mine, theirs in zip(np.ravel(axes), plain.axes, strict=False):
        assert mine.get_ylabel().split(" (")[0] == theirs.get_ylabel().split(" (")[0]
        assert mine.get_ylim() == pytest.approx(theirs.get_ylim())
    pickle.dumps(figure)


def test_a_surface_is_drawn_on_axes_in_three_dimensions():
    axes = axes_of(projection="3d")
    painted = draw(signals.tone(1000.0, 0.2, sample_rate=8000.0), SHORT, ax=axes, view="surface")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Time (s)", "Frequency (kHz)")
    assert axes.get_zlim() == pytest.approx(painted.colour_bar.ax.get_ylim())


def test_axes_that_do_not_fit_are_refused():
    sound, two = signals.fm(), axes_of(2)
    with pytest.raises(
        SettingsError, match=r"ax is one of the axes; this picture has a panel on each of 2 axes: give a"
    ):
        draw(sound, ax=two[0], view="both")
    with pytest.raises(SettingsError, match='view is "surface"; ax must be made with projection="3d"'):
        draw(sound, ax=two[0], view="surface")
    with pytest.raises(SettingsError, match='view is "spectrogram"; ax must be flat axes'):
        draw(sound, ax=axes_of(projection="3d"))
    with pytest.raises(SettingsError, match="ax is str; it must be Matplotlib axes, one or a list of them"):
        draw(sound, ax="here")
    with pytest.raises(SettingsError, match="size is given with ax; set it on those axes"):
        draw(sound, ax=two[0], size=(300, 200))

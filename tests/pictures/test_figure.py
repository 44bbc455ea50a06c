import os
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sonograph import LevelSettings, SettingsError, Signal, SourceError, StftSettings, draw, signals, spectrogram
from sonograph.pictures.colours import colour_map
from sonograph.pictures.layout import Track, sheet
from sonograph.pictures.out.save import save
from sonograph.pictures.settings import PictureSettings
from tests.pictures.sounds import APART, clicks, inside, pixels

SHORT = StftSettings(window_length=256)


def texts(figure):
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]


def nothing_is_cut_off(figure):
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    width, height = figure.get_size_inches() * figure.dpi
    for text in figure.findobj(lambda a: hasattr(a, "get_text") and a.get_visible() and a.get_text()):
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text


@settings(max_examples=30)
@given(st.integers(30, 5000), st.data())
def test_a_click_reaches_the_png_in_its_own_column(n_frames, data):
    loud = data.draw(st.integers(0, n_frames - 1))
    size = data.draw(st.tuples(st.integers(400, 700), st.integers(230, 300)))
    figure = draw(clicks(n_frames, [loud]), APART, size=size, dpi=60)
    picture = inside(figure, figure.axes[0]).astype(int)
    brightest = np.array(colour_map("magma")(1.0)[:3]) * 255
    lit = np.flatnonzero((np.abs(picture - brightest).max(axis=2) < 3).any(axis=0))
    column = (loud + 0.5) / n_frames * picture.shape[1]
    assert len(lit) >= 1
    assert lit.min() - 1e-6 <= column <= lit.max() + 1 + 1e-6


def test_the_png_shows_the_pixels_as_they_were_made():
    figure = draw(signals.white_noise(2.0, rms=0.1, sample_rate=8000.0), SHORT)
    axes, image = figure.axes[0], figure.axes[0].images[0]
    want = image.to_rgba(image.get_array(), bytes=True)[::-1, :, :3]
    np.testing.assert_array_equal(inside(figure, axes), want)


@pytest.mark.parametrize(
    ("sound", "settings", "label"),
    [
        (signals.tone(1000.0, 1.0), SHORT, "Level (dBFS)"),
        (signals.tone(1000.0, 1.0, unit="V"), SHORT, "Level (dB re 1 V)"),
        (
            signals.tone(1000.0, 1.0, unit="V"),
            StftSettings(window_length=256, scaling="density"),
            "Spectral density level (dB re 1 V²/Hz)",
        ),
        (signals.tone(1000.0, 1.0, unit="Pa"), SHORT, "Level (dB re 20 µPa)"),
        (signals.tone(1000.0, 1.0), LevelSettings(of=SHORT, reference="max"), "Level (dB re the maximum)"),
    ],
)
def test_the_colour_bar_names_quantity_and_reference(sound, settings, label):
    figure = draw(sound, settings)
    axes, bar = figure.axes
    assert bar.get_ylabel() == label
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Time (s)", "Frequency (kHz)")
    assert not any("mplitude" in text for text in texts(figure))
    nothing_is_cut_off(figure)


def test_the_range_shown_is_80_db_below_the_loudest_and_stated():
    figure = draw(signals.tone(1000.0, 1.0, amplitude=0.5, sample_rate=8000.0), SHORT)
    assert figure.axes[0].images[0].get_clim() == pytest.approx((-86.02, -6.02), abs=0.01)
    assert "colours span 80 dB, −86 to −6 dBFS" in texts(figure)
    ends = [t.get_text() for t in figure.axes[1].get_yticklabels()]
    assert (ends[0], ends[-1]) == ("−86", "−6")


def test_a_range_by_hand_is_kept():
    figure = draw(signals.tone(1000.0, 1.0), SHORT, range=(-60, -10))
    assert figure.axes[0].images[0].get_clim() == (-60, -10)
    assert "colours span 50 dB, −60 to −10 dBFS" in texts(figure)


def test_missing_samples_are_hatched_and_counted():
    sound = clicks(100, [])
    sound.samples[640:1280] = np.nan
    figure = draw(sound, APART)
    assert figure.axes[0].patch.get_hatch()
    assert any("10 of 100 frames are no data (hatched)" in text for text in texts(figure))
    picture = inside(figure, figure.axes[0])
    missing = picture[:, int(0.15 * picture.shape[1])]
    assert (missing.min(axis=1) == missing.max(axis=1)).all()  # grey, which no colour of the map is


def test_a_sound_without_missing_samples_says_nothing_of_them():
    figure = draw(clicks(100, []), APART)
    assert not figure.axes[0].patch.get_hatch()
    assert not any("no data" in text for text in texts(figure))


def test_percentiles_are_of_the_pixels_shown():
    figure = draw(signals.white_noise(1.0, rms=0.1, sample_rate=8000.0), SHORT, percentiles=(10, 90))
    image = figure.axes[0].images[0]
    low, high = image.get_clim()
    assert np.mean(image.get_array() < low) == pytest.approx(0.1, abs=0.001)
    assert np.mean(image.get_array() > high) == pytest.approx(0.1, abs=0.001)
    assert any("(percentiles 10 to 90)" in text for text in texts(figure))


def test_dark_paper_is_dark_and_legible():
    figure = draw(signals.tone(1000.0, 1.0), SHORT, theme="dark", title="A tone")
    picture = pixels(figure)
    assert picture[0, 0].max() < 40
    assert picture[:60].max() > 200  # the title
    nothing_is_cut_off(figure)


def test_the_time_of_day_is_shown_where_the_start_is_known():
    start = datetime(2026, 6, 1, 23, 59, 57, tzinfo=timezone(timedelta(hours=2), "CEST"))
    sound = Signal(np.random.default_rng(0).standard_normal(64_000), 8000.0, start=start)
    axes = draw(sound, SHORT).axes[0]
    assert axes.get_xlabel() == "Time on 2026-06-01 to 2026-06-02 (CEST)"
    shown = dict(zip([t.get_text() for t in axes.get_xticklabels()], axes.get_xticks(), strict=True))
    assert shown["00:00:00"] == 3
    part = draw(sound, SHORT, seconds=(1, 1.5)).axes[0]
    assert part.get_xlabel() == "Seconds after 23:59:58 on 2026-06-01 (CEST)"
    shown = dict(zip([t.get_text() for t in part.get_xticklabels()], part.get_xticks(), strict=True))
    assert shown["0.2"] == pytest.approx(1.2)


def test_without_axes_only_the_pixels_are_left():
    figure = draw(signals.tone(1000.0, 1.0), SHORT, axes=False, size=(300, 200))
    image = figure.axes[0].images[0]
    want = image.to_rgba(image.get_array(), bytes=True)[::-1, :, :3]
    np.testing.assert_array_equal(pixels(figure), want)


def test_silence_has_a_scale_all_the_same():
    figure = draw(Signal(np.zeros(8000), 8000.0), SHORT)
    assert figure.axes[0].images[0].get_clim() == (-80, 0)


def test_several_sounds_share_one_scale():
    loud, soft = (signals.tone(1000.0, 1.0, amplitude=a, sample_rate=8000.0) for a in (1.0, 0.01))
    figure = draw([soft, loud], SHORT)
    limits = {axes.images[0].get_clim() for axes in figure.axes if axes.images}
    assert len(limits) == 1
    assert limits.pop() == pytest.approx((-80, 0), abs=0.01)
    nothing_is_cut_off(figure)


def test_channels_are_stacked_or_chosen():
    sound = Signal(np.random.default_rng(0).standard_normal((3, 8000)), 8000.0)
    assert len(draw(sound, SHORT).axes) == 4
    one = draw(sound, SHORT, channel=1)
    assert len(one.axes) == 2
    alone = draw(Signal(sound.samples[1], 8000.0), SHORT)
    np.testing.assert_array_equal(one.axes[0].images[0].get_array(), alone.axes[0].images[0].get_array())


def test_the_waveform_stands_above_the_spectrogram_on_one_time_axis():
    figure = draw(signals.fm(), SHORT, view="both")
    wave, picture, _ = figure.axes
    assert wave.get_xlim() == picture.get_xlim() == (0, 10)
    assert wave.get_position().x0 == picture.get_position().x0
    assert wave.get_position().width == picture.get_position().width
    assert wave.get_ylabel() == "Amplitude (V)"
    nothing_is_cut_off(figure)


def test_a_part_shows_its_own_times():
    figure = draw(signals.tone(1000.0, 2.0), SHORT, seconds=(0.5, 1.25))
    assert figure.axes[0].get_xlim() == (0.5, 1.25)


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_dollars_and_strange_letters_in_a_title_are_drawn_as_they_are():
    plain = ink(draw(signals.tone(1000.0, 0.5), SHORT))
    for title in ("$x_1$ costs $5", "two\nlines", "\udcff.wav", "鳥 🐦", "a" * 500):
        figure = draw(signals.tone(1000.0, 0.5), SHORT, title=title)
        assert ink(figure) != plain
        nothing_is_cut_off(figure)
    with_dollars, without = (ink(draw(signals.tone(1000.0, 0.5), SHORT, title=t)) for t in ("$x_1$", "x_1"))
    assert with_dollars > without


def ink(figure):
    """How many columns of the topmost line of text are not of one colour."""
    image = pixels(figure).astype(int)
    inked = np.ptp(image, axis=(1, 2)) > 0
    first = np.argmax(inked)
    line = image[first : first + np.argmin(inked[first:])]
    return np.count_nonzero(np.ptp(line, axis=(0, 2)))


@given(
    st.lists(st.tuples(st.sampled_from(["", "name"]), st.booleans()), min_size=1, max_size=6),
    st.integers(700, 3000),
    st.integers(900, 2000),
    st.sampled_from([60.0, 100.0, 150.0]),
)
def test_panels_never_overlap_and_stay_on_the_sheet(tracks, width, height, dpi):
    tracks = [Track(300, heading, times) for heading, times in tracks]
    placed = sheet(PictureSettings(size=(width, height), dpi=dpi), tracks, title=True, notes=2, bar=True)
    tops = [height, *(box.bottom for box in placed.boxes)]
    for box, above in zip(placed.boxes, tops, strict=False):
        assert box.bottom + box.height < above
        assert 0 < box.left < box.left + box.width < width
    assert placed.boxes[-1].bottom > 0
    bar = placed.bar(0, len(tracks) - 1)
    assert bar.left > placed.boxes[0].left + placed.boxes[0].width
    assert bar.left + bar.width < width


def test_a_sheet_without_room_says_how_much_it_needs():
    with pytest.raises(SettingsError, match=r"size is 300x60; with axes .* it must be \d+x\d+ or more, or the dpi"):
        draw(signals.tone(1000.0, 0.5), size=(300, 60))
    draw(signals.tone(1000.0, 0.5), size=(300, 200))
    draw(signals.tone(1000.0, 0.5), size=(320, 203), dpi=150)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"seconds": (3, None)}, SettingsError, r"the start is 3 s; this sound ends at 1 s"),
        ({"seconds": (None, 3)}, SettingsError, r"the end is 3 s; this sound ends at 1 s"),
        ({"channel": 1}, SettingsError, r"channel is 1; this sound has one channel, 0"),
        ({"colours": "virids"}, SettingsError, r"colours is 'virids'; did you mean viridis"),
        ({"colors": "magma"}, SettingsError, r"colors is no argument of draw; it is called colours$"),
    ],
)
def test_what_this_sound_does_not_have_is_refused(changes, error, words):
    with pytest.raises(error, match=words):
        draw(signals.tone(1000.0, 1.0), SHORT, **changes)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(SourceError, match="no samples; there is nothing to draw"):
        draw(Signal(np.zeros(0), 8000.0))
    with pytest.raises(SettingsError, match="the list of sounds is empty"):
        draw([])
    with pytest.raises(SettingsError, match=r"the sound is a ndarray; it must be a path, a Source, a Signal"):
        draw(np.zeros(100))
    with pytest.raises(SettingsError, match="a spectrogram has no samples"):
        draw(spectrogram(signals.fm(), SHORT), view="both")
    with pytest.raises(SettingsError, match="settings are given with a spectrogram"):
        draw(spectrogram(signals.fm(), SHORT), SHORT)
    with pytest.raises(SettingsError, match=r"they have no common scale: draw them apart"):
        draw([signals.fm(), signals.tone(1000.0, 1.0)], SHORT)


def test_sounds_by_name_have_their_names_above_them():
    figure = draw({"left": signals.tone(1000.0, 1.0), "right": signals.tone(500.0, 1.0)}, SHORT)
    assert {"left", "right"} <= {text.get_text() for text in figure.texts}


RNG = np.random.default_rng(0)
ODD = {
    "one sample": np.ones(1),
    "two samples": np.ones(2),
    "nothing but missing": np.full(9000, np.nan),
    "very quiet": 1e-30 * RNG.standard_normal(9000),
    "very loud": 1e30 * RNG.standard_normal(9000),
    "an infinite sample": np.concatenate([RNG.standard_normal(5000), [np.inf], np.zeros(4000)]),
    "float32": RNG.standard_normal(9000).astype(np.float32),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize(
    "changes",
    [{}, {"view": "both"}, {"view": "spectrum"}, {"axis": "mel", "reduction": "mean"}, {"percentiles": (5, 95)}],
)
def test_odd_sounds_are_drawn_as_what_they_are_without_a_warning(name, changes):
    """The softest colour and the grey of no data cover as much of the panel as the sound gives them."""
    figure = draw(Signal(ODD[name], 8000.0), size=(400, 300), dpi=50, **changes)
    panel = inside(figure, figure.axes[1 if changes.get("view") == "both" else 0]).reshape(-1, 3).astype(int)
    if changes.get("view") == "spectrum":
        has_line = np.count_nonzero(panel.min(axis=1) < 150) > 20
        assert has_line == (name != "nothing but missing")
        return
    softest = np.mean(panel.max(axis=1) < 10)
    grey = np.mean((np.ptp(panel, axis=1) < 4) & (panel.min(axis=1) > 50) & (panel.max(axis=1) < 250))
    flat = len(np.unique(panel, axis=0)) <= 2
    wanted = {
        "one sample": (0, 0, True),  # as loud at all frequencies
        "nothing but missing": (0, 1, False),  # hatched
        "very quiet": (1, 0, True),
        # the four frames that hold the infinite sample, and those that begin after it
        "an infinite sample": (3113 / 9001, 4 * 512 / 9001, False),
    }.get(name, (0.05 if "percentiles" in changes else 0, 0, False))
    assert flat == wanted[2]
    assert (softest, grey) == pytest.approx(wanted[:2], abs=0.03)


@pytest.mark.parametrize("rate", [0.001, 1.0, 4e6])
@pytest.mark.parametrize("axis", ["linear", "log", "musical"])
def test_series_of_any_rate_are_drawn(rate, axis):
    figure = draw(Signal(RNG.standard_normal(5000), rate), SHORT, axis=axis)
    nothing_is_cut_off(figure)
    assert figure.axes[0].get_xlim() == pytest.approx((0, 5000 / rate))
    assert len(np.unique(inside(figure, figure.axes[0]).reshape(-1, 3), axis=0)) > 50  # noise has many levels


def test_more_channels_than_a_sheet_holds_are_refused():
    with pytest.raises(
        SettingsError,
        match=r"size is 1200x16384; with axes and 600 panels it must be 275x\d+ or more, or the dpi lower",
    ):
        draw(Signal(np.zeros((600, 700)), 8000.0), SHORT)


def test_a_png_says_how_many_pixels_an_inch_has():
    file = BytesIO()
    save(draw(signals.tone(440.0, 1.0), dpi=120), file, "png", {"Title": "Größe"})
    with Image.open(file) as image:
        assert image.info["dpi"] == pytest.approx((120, 120), abs=0.1)
        assert image.text["Title"] == "Größe"
        assert (image.mode, image.size) == ("RGB", (1200, 720))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_disk_that_is_full_leaves_no_file_open(tmp_path, kind):
    (tmp_path / "full").symlink_to("/dev/full")
    figure = draw(signals.fm(), size=(400, 300))
    with pytest.raises(OSError, match="No space left") as error:
        save(figure, tmp_path / "full", kind)
    held = [os.path.realpath(name) for name in Path("/proc/self/fd").iterdir()]
    assert "/dev/full" not in held, error  # which holds on to whatever was left open


@pytest.mark.parametrize(
    ("ending", "kind", "apart"), [("jpg", "JPEG", 6), ("jpeg", "JPEG", 6), ("webp", "WEBP", 6), ("tif", "TIFF", 0)]
)
def test_other_formats_hold_the_same_pixels_and_say_what_they_show(ending, kind, apart, tmp_path):
    path = tmp_path / f"a.{ending}"
    figure = draw(signals.fm(), SHORT, size=(400, 260), dpi=75, title="Ein Tön", path=path)
    with Image.open(path) as image:
        assert (image.format, image.size) == (kind, (400, 260))
        shown = np.asarray(image.convert("RGB"), int)
        exif = image.getexif()
        assert "Hann window 256 samples" in exif[270]
        assert exif[305].startswith("Sonograph ")
        if ending != "webp":
            assert image.info["dpi"] == pytest.approx((75, 75), abs=0.1)
    assert np.abs(shown - pixels(figure)).mean() <= apart


def test_a_webp_larger_than_a_webp_can_be_is_refused():
    figure = draw(signals.tone(440.0, 0.1), SHORT, size=(16_384, 300), axes=False)
    with pytest.raises(SettingsError, match="size is 16384x300; a WebP is 16383 pixels or fewer either way"):
        save(figure, BytesIO(), "webp")

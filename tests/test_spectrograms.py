from datetime import UTC, datetime

import numpy as np
import pytest

from sonograph import (
    AffineSettings,
    LevelSettings,
    LogSettings,
    RangeSettings,
    SettingsError,
    Signal,
    Spectrogram,
    StandardSettings,
    StftSettings,
    spectrogram,
)

SETTINGS = StftSettings(window_length=256, hop=64)
SOUND = Signal(np.random.default_rng(0).standard_normal((2, 8000)), 8000.0, start=datetime(2026, 1, 1, tzinfo=UTC))


def test_times_are_the_middles_of_windows():
    centred = spectrogram(SOUND, SETTINGS)
    np.testing.assert_array_equal(centred.times, np.arange(126) * 64 / 8000)
    inside = spectrogram(SOUND, StftSettings(window_length=256, hop=64, edges="inside"))
    np.testing.assert_array_equal(inside.times, (np.arange(122) * 64 + 128) / 8000)


def test_a_click_lies_where_the_time_axis_says():
    x = np.zeros(8000)
    x[5000] = 1
    for edges in ("zeros", "inside", "kaldi", "reflect", "padded"):
        for n, periodic in ((256, True), (255, False)):  # the windows whose peak is a sample
            settings = StftSettings(window_length=n, hop=1, edges=edges, periodic=periodic)
            power = spectrogram(Signal(x, 8000.0), settings)
            assert power.times[np.argmax(power.values.sum(axis=0))] == 5000 / 8000


def test_frequencies_are_those_of_the_bins():
    for n_fft in (256, 257):
        power = spectrogram(SOUND, StftSettings(window_length=256, n_fft=n_fft))
        np.testing.assert_allclose(power.frequencies, np.fft.rfftfreq(n_fft, 1 / 8000), rtol=1e-15)
        np.testing.assert_allclose(power.edges.mean(axis=1), power.frequencies, atol=1e-9)
        np.testing.assert_allclose(power.edges[1:, 0], power.edges[:-1, 1], rtol=1e-12)


def test_a_part_is_a_view_with_its_own_axis():
    whole = spectrogram(SOUND, SETTINGS)
    part = whole.select(frames=range(10, 20), channel=1)
    assert np.shares_memory(part.values, whole.values)
    np.testing.assert_array_equal(part.values, whole.values[1, :, 10:20])
    np.testing.assert_array_equal(part.times, whole.times[10:20])
    span = whole.select(seconds=(0.25, 0.5))
    assert span.times[0] == 0.256
    assert span.times[-1] == 0.496
    assert span.start == SOUND.start


def test_a_part_of_a_part_keeps_its_numbers():
    whole = spectrogram(SOUND, SETTINGS)
    part = whole.select(frames=range(10, 40)).select(frames=range(20, 25))
    np.testing.assert_array_equal(part.values, whole.values[..., 20:25])
    np.testing.assert_array_equal(part.times, whole.times[20:25])
    assert part.select(seconds=(0.1681, 0.19)).frames == range(22, 24)
    assert len(part.select(seconds=(0.17, 0.17)).frames) == 0
    np.testing.assert_array_equal(part.select(channel=0).values, whole.values[0, :, 20:25])


def test_a_spectrogram_cannot_be_changed_and_is_compared_by_identity():
    whole = spectrogram(SOUND, SETTINGS)
    with pytest.raises(AttributeError):
        whole.sample_rate = 1.0
    assert whole == whole
    assert whole != spectrogram(SOUND, SETTINGS)
    with pytest.raises(TypeError):
        Spectrogram(whole.values)


def test_a_part_knows_which_frames_saw_only_samples():
    whole = spectrogram(SOUND, SETTINGS)
    assert whole.valid == range(2, 124)
    assert whole.select(frames=range(1)).valid == range(0)
    assert whole.select(frames=range(120, 126)).valid == range(120, 124)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"frames": range(100, 200)}, "frames is range\\(100, 200\\); this sound has the frames 0 to 125"),
        ({"seconds": (2.0, 1.0)}, "it must begin before it ends"),
        ({"channel": 2}, "channel is 2; it must be 0 to 1"),
    ],
)
def test_a_part_that_is_not_there_is_refused(asked, message):
    with pytest.raises(SettingsError, match=message):
        spectrogram(SOUND, SETTINGS).select(**asked)


def test_only_neighbours_join():
    whole = spectrogram(SOUND, SETTINGS)
    first, second = whole.select(frames=range(5)), whole.select(frames=range(5, 9))
    np.testing.assert_array_equal(first.join(second).values, whole.values[..., :9])
    with pytest.raises(
        SettingsError, match="frames from 0 on do not follow frame 8; join pieces in order and without gaps"
    ):
        second.join(first)
    other = spectrogram(SOUND, StftSettings(window_length=256, hop=64, window="boxcar")).select(frames=range(5, 9))
    with pytest.raises(SettingsError, match=r"settings is .*hop=64.* here and .*boxcar.* in what follows"):
        first.join(other)


def test_the_text_of_a_spectrogram_says_what_it_is():
    assert (
        repr(spectrogram(SOUND, SETTINGS)) == "<Spectrogram: 2 channels of 129 bins × 126 frames, Power (FS²), 8000 Hz>"
    )


@pytest.mark.parametrize(
    ("quantity", "scaling", "label"),
    [
        ("power", "spectrum", "Power (FS²)"),
        ("power", "density", "Power spectral density (FS²/Hz)"),
        ("magnitude", "spectrum", "Magnitude (FS)"),
        ("transform", "density", "Transform (FS/√Hz)"),
        ("power", "raw", "Power (raw)"),
    ],
)
def test_a_label_names_quantity_and_unit(quantity, scaling, label):
    assert spectrogram(SOUND, StftSettings(quantity=quantity, scaling=scaling)).label == label


def test_the_unit_is_that_of_what_was_last_done():
    sound = Signal(np.random.default_rng(0).standard_normal(30_000), 16_000.0)
    level = LevelSettings(of=StftSettings(window_length=256), reference="max")
    assert spectrogram(sound, RangeSettings(of=level)).label == "Level (dB re the maximum)"
    logs = LogSettings(of=StftSettings(window_length=256))
    assert spectrogram(sound, logs).value_unit == "ln"
    assert spectrogram(sound, AffineSettings(of=logs, multiply=0.25)).value_unit == ""
    assert spectrogram(sound, StandardSettings(of=logs)).value_unit == ""

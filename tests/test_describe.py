"""What settings would make of a sound is what they make of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import SettingsError, Signal, describe, preset, preset_names, spectrogram
from sonograph.settings import BandSettings, DeltaSettings, LevelSettings, MelBank, OctaveBank, StftSettings
from tests.test_transform import all_settings, noise


def assert_is_what_was_computed(rows, done):
    assert rows.n_rows == done.values.shape[-2]
    for name in ("rows", "names", "units", "quantity", "unit", "value_unit", "label", "n_channels", "sample_rate"):
        assert getattr(rows, name) == getattr(done, name), name
    if rows.rows in ("bin", "band"):
        np.testing.assert_array_equal(rows.frequencies, done.frequencies)
        np.testing.assert_array_equal(rows.edges, done.edges)


@given(all_settings(), st.integers(1, 2), st.sampled_from(["FS", "Pa", "V"]))
def test_any_settings_are_described_as_they_turn_out(settings, channels, unit):
    x = noise(200, channels).samples
    try:
        done = spectrogram(Signal(x, 8000.0, unit), settings)
    except SettingsError as error:
        if "reflect" in str(error) or "too" in str(error) or "fewer" in str(error):
            return  # of this sound, not of its kind
        with pytest.raises(SettingsError):
            describe(settings, 8000.0, unit, channels)
        return
    rows = describe(settings, 8000.0, unit, channels)
    assert_is_what_was_computed(rows, done)
    assert rows.reference == done.reference


@pytest.mark.parametrize("name", preset_names())
def test_presets_are_described_as_they_turn_out(name):
    settings = preset(name)
    rate = settings_rate(settings) or 22_050.0
    sound = Signal(np.random.default_rng(0).standard_normal(int(1.2 * rate)).astype(np.float32), rate)
    assert_is_what_was_computed(describe(settings, rate), spectrogram(sound, settings))


def settings_rate(settings):
    while hasattr(settings, "of"):
        settings = settings.of
    return settings.sample_rate


def test_bands_that_depend_on_the_rate_are_counted():
    octaves = LevelSettings(of=BandSettings(of=StftSettings(), bands=OctaveBank(per_octave=3)))
    assert describe(octaves, 48_000.0).n_rows > describe(octaves, 8000.0).n_rows


def test_what_no_sound_of_a_rate_can_have_is_refused_before_there_is_one():
    with pytest.raises(SettingsError, match="high is 9000 Hz"):
        describe(BandSettings(of=StftSettings(), bands=MelBank(high=9000.0)), 16_000.0)
    with pytest.raises(SettingsError, match=r"sample_rate is 8000 Hz; these settings are for 16000 Hz"):
        describe(StftSettings(sample_rate=16_000.0), 8000.0)
    with pytest.raises(SettingsError, match="n_channels is 0"):
        describe(StftSettings(), 8000.0, n_channels=0)


def test_a_description_has_the_digest_of_its_settings():
    deltas = DeltaSettings(of=StftSettings(window_length=64))
    rows = describe(deltas, 8000.0)
    assert (rows.digest, rows.frames_per_second) == (deltas.digest, 500.0)

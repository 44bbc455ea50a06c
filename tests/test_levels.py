import numpy as np
import pytest

from sonograph import LevelSettings, SettingsError, Signal, StftSettings, level, measure_box, power, spectrogram
from sonograph.pixels.raster import Pixels
from sonograph.pixels.rasterise import raster
from sonograph.pixels.shown import shown
from sonograph.settings import ConstantQSettings, SqueezedSettings, WaveletSettings

SOUND = Signal(np.random.default_rng(0).standard_normal(3000), 8000.0)
STFT = StftSettings(window_length=256)
TRANSFORMS = (
    STFT,
    SqueezedSettings(of=STFT),
    ConstantQSettings.for_rate(8000.0, low=200.0, n_bands=40, hop=64),
    WaveletSettings.for_rate(8000.0, low=200.0, hop=64, edges="zeros"),
)


def test_a_level_by_settings_is_the_level_of_the_power():
    both = spectrogram(SOUND, LevelSettings(of=STFT)), level(spectrogram(SOUND, STFT))
    np.testing.assert_allclose(both[0].values, both[1].values, rtol=0, atol=1e-10)
    assert both[0].settings == both[1].settings
    assert both[0].reference == both[1].reference == 0.5


def test_the_loudest_value_reads_0_below_the_maximum():
    loudness = spectrogram(SOUND, LevelSettings(of=STFT, reference="max"))
    assert loudness.values.max() == 0
    assert loudness.label == "Level (dB re the maximum)"


def test_missing_samples_have_no_level():
    x = SOUND.samples.copy()
    x[1000] = np.nan
    loudness = spectrogram(Signal(x, 8000.0), LevelSettings(of=STFT, reference="max"))
    missing = np.isnan(loudness.values)
    holds = [i for i in loudness.frames if i * 64 - 128 <= 1000 < i * 64 + 128]
    assert missing[:, holds].all()
    assert missing.sum() == len(holds) * 129
    assert np.nanmax(loudness.values) == 0


@pytest.mark.parametrize("quantity", ["transform", "magnitude"])
@pytest.mark.parametrize("settings", TRANSFORMS, ids=lambda settings: settings.kind)
def test_power_is_the_squared_transform_and_the_squared_magnitude(settings, quantity):
    want = spectrogram(SOUND, settings)
    other = spectrogram(SOUND, settings.but(quantity=quantity))
    assert (want.quantity, other.quantity) == ("power", quantity)
    squared = power(other)
    np.testing.assert_allclose(squared.values, want.values, rtol=1e-12, atol=1e-18)
    assert squared.settings == want.settings
    np.testing.assert_array_equal(level(other).values, level(squared).values)


@pytest.mark.parametrize("quantity", ["transform", "magnitude"])
@pytest.mark.parametrize("settings", TRANSFORMS, ids=lambda settings: settings.kind)
def test_a_transform_is_drawn_viewed_and_measured_as_its_power(settings, quantity):
    pixels, other = Pixels(60, 40, range(SOUND.n_samples)), settings.but(quantity=quantity)
    drawn, want = (raster(SOUND, one, pixels) for one in (other, settings))
    np.testing.assert_allclose(drawn.levels, want.levels, atol=1e-9)
    assert (drawn.label, drawn.unit) == (want.label, want.unit) == ("Level (dBFS)", "dBFS")
    assert shown(other, "FS") == shown(settings, "FS")
    assert measure_box(SOUND, other, hertz=(500.0, 2000.0)) == measure_box(SOUND, settings, hertz=(500.0, 2000.0))


def test_a_level_of_a_level_is_refused():
    loudness = level(spectrogram(SOUND, STFT))
    with pytest.raises(SettingsError, match="the spectrogram is a level already; take the level of its power"):
        level(loudness)
    with pytest.raises(SettingsError, match="the spectrogram is a level of bins; compute its power"):
        power(loudness)


def test_dbfs_of_a_raw_power_is_refused_with_the_way_out():
    raw = spectrogram(SOUND, StftSettings(window_length=256, scaling="raw"))
    assert level(raw).label == "Level (dB re 1 (raw))"
    with pytest.raises(SettingsError, match=r'"raw", which has no full scale.*scaling="spectrum"'):
        level(raw, reference=0.5)


def test_a_reference_of_zero_is_refused():
    with pytest.raises(SettingsError, match="reference is 0; it must be above 0"):
        level(spectrogram(SOUND, STFT), reference=0)

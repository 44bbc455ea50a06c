import numpy as np
import pytest
from scipy.signal import get_window

from sonograph import StftSettings
from sonograph.settings import PLAIN_WINDOWS
from sonograph.windows import noise_bandwidth, window_values

SHAPED = (
    ("gaussian", 7.0),
    ("kaiser", 8.6),
    ("kaiser", 0.0),
    ("tukey", 0.25),
    ("tukey", 1.0),
    ("tukey", 0.0),
    ("dpss", 2.5),
)


@pytest.mark.parametrize("length", [1, 2, 3, 16, 17, 400])
@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("window", [w for w in PLAIN_WINDOWS if w != "povey"] + list(SHAPED), ids=str)
def test_a_window_is_scipys(window, periodic, length):
    if window[0] == "dpss" and length in (2, 3):
        pytest.skip("no such window: refused by the settings")
    theirs = get_window(window, length, fftbins=periodic)
    np.testing.assert_allclose(window_values(window, length, periodic), theirs, rtol=0, atol=1e-13)


def test_another_name_is_asked_of_scipy():
    settings = StftSettings(window_length=32, window="parzen")
    np.testing.assert_array_equal(window_values(settings.window, 32), get_window("parzen", 32))


def test_the_povey_window_is_kaldis():
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)
    np.testing.assert_allclose(window_values("povey", 400, periodic=False), hann**0.85, atol=1e-15)


def test_a_gaussian_has_its_standard_deviation():
    w = window_values(("gaussian", 50.0), 2001, periodic=False)
    n = np.arange(2001) - 1000
    assert np.sqrt(np.sum(w * n**2) / np.sum(w)) == pytest.approx(50, rel=1e-9)


@pytest.mark.parametrize(
    ("window", "periodic", "bins"),
    [
        ("hann", True, 1.5),
        ("hann", False, 1.50073),
        ("boxcar", True, 1.0),
        ("flattop", True, 3.7702),
        (("tukey", 0.25), True, 1.1020),
    ],
)
def test_noise_bandwidths_are_the_published_ones(window, periodic, bins):
    settings = StftSettings(window_length=2048, window=window, periodic=periodic)
    assert noise_bandwidth(settings, 2048.0) == pytest.approx(bins, abs=6e-5)


def test_window_values_cannot_be_spoilt_by_their_user():
    with pytest.raises(ValueError, match="read-only"):
        window_values("hann", 8)[0] = 1


def test_a_window_as_long_as_a_recording_is_not_kept():
    assert window_values("hann", 1000) is window_values("hann", 1000)
    assert window_values("hann", 1 << 18) is not window_values("hann", 1 << 18)

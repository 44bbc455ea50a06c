import warnings
from datetime import datetime

import numpy as np
import pytest

from sonograph import Calibration, SettingsError, Signal, Source

REFUSED = {
    "the wrong way round": ((np.zeros((480_000, 2)), 48e3), r"480000 channels of 2 samples; pass samples.T"),
    "three axes": ((np.zeros((2, 2, 2)), 48e3), r"3 axes; they must be \(n,\) or \(channels, n\)"),
    "no channel": ((np.zeros((0, 10)), 48e3), "samples have no channel"),
    "half precision": ((np.zeros(10, "float16"), 48e3), "samples are float16; they must be float32, float64"),
    "text": ((["a"], 48e3), "samples are <U1; they must be float32"),
    "unsigned": ((np.zeros(10, "uint8"), 48e3), "samples are uint8; they must be float32, float64 or signed"),
    "no rate": ((np.zeros(10), 0), "sample_rate is 0; it must be above 0 Hz"),
    "endless rate": ((np.zeros(10), float("inf")), "sample_rate is inf; it must be above 0 Hz"),
    "rate of text": ((np.zeros(10), "fast"), "sample_rate is fast; it must be above 0 Hz"),
    "no unit": ((np.zeros(10), 1.0, ""), "unit is ''; it must be a name"),
    "whole volts": ((np.zeros(10, int), 1.0, "V"), "samples are int64 in V; whole numbers are read in FS"),
    "a text for a time": ((np.zeros(10), 1.0, "FS", "2026"), "start is 2026; it must have a zone"),
    "no zone": ((np.zeros(10), 1.0, "FS", datetime(2026, 1, 1)), "must have a zone"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_samples_that_cannot_be_are_refused(given, message):
    with pytest.raises(SettingsError, match=message):
        Signal(*given)


@pytest.mark.parametrize("shape", [(8, 2), (10, 10), (16, 0), (1, 1), (2, 8000), (16, 5), (64, 1)])
def test_few_channels_of_few_samples_are_taken_as_they_are(shape):
    assert Signal(np.zeros(shape), 1.0).n_channels == shape[0]


def test_many_channels_of_next_to_nothing_are_not():
    with pytest.raises(SettingsError, match=r"65 channels of 8 samples; pass samples.T"):
        Signal(np.zeros((65, 8)), 1.0)


def test_a_calibration_of_another_unit_is_refused_as_its_scale_would_be_lost():
    recorder = Calibration.end_to_end(176.0)
    with pytest.raises(SettingsError, match="unit is FS and the calibration's µPa; its scale is not applied here"):
        Signal(np.zeros(10), 1.0, calibration=recorder)
    assert Signal(recorder.scale * np.ones(10), 1.0, recorder.unit, calibration=recorder).calibration == recorder


def test_a_signal_cannot_be_changed_and_is_compared_by_identity():
    signal = Signal(np.zeros(10), 8000.0)
    with pytest.raises(AttributeError):
        signal.sample_rate = 1.0
    assert signal != Signal(np.zeros(10), 8000.0)
    assert signal == signal


def test_a_signal_is_a_source():
    assert isinstance(Signal(np.zeros(10), 8000.0), Source)


@pytest.mark.parametrize(("dtype", "real"), [("int8", "float32"), ("int16", "float32"), ("int32", "float64")])
def test_whole_numbers_become_parts_of_full_scale(dtype, real):
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    signal = Signal(np.array([least, 0, most], dtype), 8000.0)
    assert signal.samples.dtype == real
    np.testing.assert_array_equal(signal.samples, np.array([-1, 0, most / -least], real))


def test_foreign_byte_order_is_turned():
    signal = Signal(np.array([1.0, 2.0], ">f4"), 8000.0)
    assert signal.samples.dtype.isnative
    np.testing.assert_array_equal(signal.samples, [1, 2])


@pytest.mark.parametrize("span", [(0, 5), (-3, 2), (3, 9), (-9, -2), (7, 9), (-2, 9), (2, 2), (9, 9), (-4, -4)])
def test_any_range_can_be_read_and_is_zero_outside(span):
    signal = Signal(np.arange(1.0, 6.0), 1.0)
    want = [[float(i + 1) if 0 <= i < 5 else 0.0 for i in range(*span)]]
    np.testing.assert_array_equal(signal.read(range(*span)), np.reshape(want, (1, -1)))


def test_what_lies_inside_is_not_copied():
    signal = Signal(np.arange(10.0).reshape(2, 5), 1.0)
    assert np.shares_memory(signal.read(range(1, 4)), signal.samples)
    assert (signal.n_channels, signal.n_samples, signal.duration) == (2, 5, 5.0)


def test_the_text_of_a_signal_says_what_it_is():
    assert repr(Signal(np.zeros((2, 8000)), 8000.0, "V")) == "<Signal: 2 channels of 8000 samples, 1 s at 8000 Hz, V>"


def test_what_is_masked_is_missing():
    x = np.array([0.1, 500.0, 0.2])
    assert np.isnan(Signal(np.ma.masked_greater(x, 100), 8000.0).samples).tolist() == [False, True, False]
    whole = Signal(np.ma.masked_equal(np.array([1, 2, 3], "int16"), 2), 8000.0).samples
    np.testing.assert_array_equal(whole, [2**-15, np.nan, 3 * 2**-15])
    assert whole.dtype == np.float32


def test_small_numbers_in_wide_integers_are_wondered_at():
    with pytest.warns(UserWarning, match=r"samples are int64, of which full scale is 2\^63, and none reaches 2\^15"):
        Signal([100, -2000, 30_000], 8000.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Signal(np.array([0, 0]), 8000.0)
        Signal(np.array([2**20, 1], "int32"), 8000.0)
        Signal(np.array([1, -2], "int16"), 8000.0)

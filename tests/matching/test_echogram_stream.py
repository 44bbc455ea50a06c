"""An echogram of a sound that goes on: that of the whole, bit for bit, in time."""

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import SettingsError, Signal, SourceError, echogram, signals
from sonograph.matching import EchogramStream

RATE = 48_000.0
INTERVAL = 0.1
SENT = Signal(np.hanning(96) ** 0.25 * signals.chirp(9_000.0, 15_000.0, 0.002, sample_rate=RATE).samples, RATE)


def sea(n_pings=14, **more):
    return signals.echo_sounder(
        SENT, n_pings=n_pings, interval=INTERVAL, targets=[(20.0, -40.0)], noise=75.0, first=0.0123, **more
    )


@pytest.fixture(scope="module")
def survey():
    return sea()


def streamed(samples, sizes, **asked):
    stream = EchogramStream(pulse=SENT, ping_interval=INTERVAL, sample_rate=RATE, unit="µPa", **asked)
    parts, first = [], 0
    while first < samples.shape[-1]:
        size = sizes[len(parts) % len(sizes)]
        parts.append((first + size, stream.push(samples[..., first : first + size])))
        first += size
    return stream, [*parts, (first, stream.finish())]


def together(parts):
    return np.concatenate([part.values for _, part in parts], axis=1), np.concatenate([part.times for _, part in parts])


HOW = (
    {"quantity": "TS", "source_level": 200.0, "absorption": 0.004},
    {"compress": False, "gain": "20 log R"},
    {"step": 0.3, "ranges": (2.0, 60.0), "temperature": 9.0},
    {"first_ping": 0.1123, "gain": "none", "blind": 0.0},
)


@pytest.mark.parametrize("how", HOW, ids=lambda how: ",".join(how))
@settings(max_examples=4)
@given(sizes=st.lists(st.integers(1, 20_000).map(lambda n: max(n, 300)), min_size=1, max_size=4))
def test_joined_it_is_the_echogram_of_the_whole_bit_for_bit(survey, how, sizes):
    _, parts = streamed(survey.samples, sizes, **how)
    whole = echogram(survey, pulse=SENT, ping_interval=INTERVAL, **how)
    values, times = together(parts)
    np.testing.assert_array_equal(times, whole.times)
    np.testing.assert_array_equal(values, whole.values)
    last = parts[-1][1]
    np.testing.assert_array_equal(last.ranges, whole.ranges)
    assert (last.label, last.effective_length) == (whole.label, whole.effective_length)


def test_a_gap_is_no_data_in_both(survey):
    samples = survey.samples.astype(np.float32)
    samples[30_000:33_000] = np.nan
    values, _ = together(streamed(samples, [4_000])[1])
    np.testing.assert_array_equal(
        values, echogram(Signal(samples, RATE, "µPa"), pulse=SENT, ping_interval=INTERVAL).values
    )
    assert np.isnan(values).all(axis=1).sum() < len(values) / 10


@pytest.mark.parametrize("first_ping", [None, 0.0123])
def test_a_ping_comes_after_the_delay_that_is_stated(survey, first_ping):
    stream, parts = streamed(survey.samples, [480], first_ping=first_ping)
    late = [stop / RATE - part.times.min() for stop, part in parts[:-1] if len(part.times)]
    assert max(late[1 if first_ping is None else 0 :]) <= stream.delay + 480 / RATE
    assert max(late) <= max(stream.opening, stream.delay) + 480 / RATE
    assert min(late) > 0.9 * stream.delay


def test_memory_does_not_grow_and_clocks_that_disagree_are_followed():
    """A sounder whose clock is off by a thousandth: after 60 pings it is 6 ms late, three pulses."""
    off = 1.001
    drifting = signals.echo_sounder(
        SENT, n_pings=60, interval=INTERVAL * off, targets=[(20.0, -40.0)], noise=60.0, first=0.0123
    )
    stream, parts = streamed(drifting.samples, [2_000])
    values, times = together(parts)
    np.testing.assert_allclose(np.diff(times[:60]), INTERVAL * off, atol=2e-5)
    ranges = parts[0][1].ranges
    near = (ranges > 15) & (ranges < 30)
    found = ranges[near][np.nanargmax(values[near][:, :59], axis=0)]
    np.testing.assert_allclose(found, 20.0, atol=0.05)
    assert stream._held.end - stream._held.first < 3 * INTERVAL * RATE


def test_one_channel_of_several_and_the_moment_of_its_start(survey):
    began = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
    both = np.stack([np.zeros_like(survey.samples), survey.samples])
    _, parts = streamed(both, [9_999], channel=1, n_channels=2, start=began)
    values, _ = together(parts)
    whole = echogram(Signal(both, RATE, "µPa"), pulse=SENT, ping_interval=INTERVAL, channel=1)
    np.testing.assert_array_equal(values, whole.values)
    assert parts[0][1].start == began


def test_where_pings_begin_later_they_are_found_then(survey):
    samples = np.concatenate([np.zeros(70_000), survey.samples])
    _, parts = streamed(samples, [5_000])
    values, times = together(parts)
    whole = echogram(Signal(samples, RATE, "µPa"), pulse=SENT, ping_interval=INTERVAL)
    np.testing.assert_array_equal(values, whole.values[:, -len(times) :])
    assert len(times) >= 12 and whole.times[0] < INTERVAL


def test_what_cannot_be_is_refused_with_the_way_out(survey):
    asked = {"pulse": SENT, "ping_interval": INTERVAL, "sample_rate": RATE}
    for more, words in (
        ({"ping_interval": 0.001}, r"ping_interval is 0.001 s and the pulse is 0.002 s long; it must be shorter"),
        ({"quantity": "TS"}, "needs source_level"),
        ({"quantity": "TS", "source_level": 200.0}, "needs sound in µPa, and this is in FS"),
        ({"channel": 1}, "channel is 1; the sound has 1"),
        ({"ranges": (80, 90)}, r"nearer than 7"),
        ({"noise": True}, "noise is no argument of EchogramStream"),
    ):
        with pytest.raises(SettingsError, match=words):
            EchogramStream(**{**asked, **more})
    stream = EchogramStream(**asked)
    with pytest.raises(SettingsError, match="the block has 2 channels; the stream has 1"):
        stream.push(np.zeros((2, 10)))
    wrong = EchogramStream(**{**asked, "ping_interval": 0.13})
    with pytest.raises(SettingsError, match=r"ping_interval is 0.13 s, which does not fit: .* about every 0.1 s"):
        wrong.push(survey.samples)
    stream.push(np.zeros(100_000))
    with pytest.raises(SourceError, match="no pings found"):
        stream.finish()
    with pytest.raises(SettingsError, match="the stream is finished"):
        stream.push(np.zeros(10))
    with pytest.raises(SettingsError, match="first_ping is given without ping_interval"):
        echogram(survey, pulse=SENT, first_ping=0.1)

"""A part of a file, from one time to another, is what lies there in the whole."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonograph import SettingsError, read

RATE, N = 8000, 20_000


@pytest.fixture(scope="module", params=["wav", "flac", "ogg"])
def path(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("parts") / f"a.{request.param}"
    soundfile.write(file, 0.1 * np.random.default_rng(0).standard_normal((N, 2)), RATE)
    return file


@given(st.integers(0, N - 1), st.integers(1, N))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_part_is_what_lies_there(path, first, length):
    last = min(N, first + length)
    whole, part = read(path), read(path, start=first / RATE, end=last / RATE)
    np.testing.assert_array_equal(part.samples, whole.samples[:, first:last])
    np.testing.assert_array_equal(read(path, start=first / RATE).samples, whole.samples[:, first:])
    np.testing.assert_array_equal(read(path, end=last / RATE).samples, whole.samples[:, :last])


def test_it_is_mixed_and_resampled_as_the_whole_is(path):
    whole = read(path, mono=True, resample=4000)
    part = read(path, start=0.5, end=1.0, mono=True, resample=4000)
    assert (part.n_channels, part.sample_rate, part.n_samples) == (1, 4000.0, 2000)
    np.testing.assert_array_equal(part.samples, whole.samples[2000:4000])


def test_it_began_later(path):
    began = datetime(2026, 5, 1, 4, 30, tzinfo=UTC)
    assert read(path, start="2026-05-01T04:30:00Z").start == began  # a time is when the first sample was taken
    from sonograph.io.opening import Opening

    assert read(path, start=1.5, opening=Opening(start=began)).start == began + timedelta(seconds=1.5)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"start": -1}, r"^start is -1; it must be seconds from the beginning, 0 or more$"),
        ({"start": 2.5}, r"^start is 2\.5 s; this sound ends at 2\.5 s$"),
        ({"end": 3}, r"^end is 3 s; this sound ends at 2\.5 s$"),
        ({"start": 2, "end": 1}, r"^end is 1 s; it must be after start, 2 s$"),
        ({"end": "1"}, r"^end is '1'; it must be seconds"),
        ({"end": float("nan")}, r"^end is nan; it must be seconds"),
        ({"sr": 16_000}, r"^sr is no argument of read; resample takes the sound at another rate"),
        ({"offset": 1}, r"^offset is no argument of read; what is read is from start to end, both in seconds$"),
    ],
)
def test_what_is_not_there_is_refused(path, given, says):
    with pytest.raises(SettingsError, match=says):
        read(path, **given)

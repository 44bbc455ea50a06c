"""A timeline is the sound that its files were cut from, with its gaps in their place."""

import io
import itertools
import pickle
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

import sonograph
from sonograph import archive
from sonograph.archive.segments.moments import ns_of
from sonograph.errors import SettingsError, SourceError
from tests.archive.recordings import BEGAN, RATE, after, noise, put, wav
from tests.sounds.contract import cut_out

CUT = 40_000


@pytest.fixture
def whole():
    return noise(CUT)


def flac(samples):
    out = io.BytesIO()
    soundfile.write(out, samples.T, RATE, "PCM_16", format="FLAC")
    return out.getvalue()


def timeline_of(folder, **options):
    [timeline] = archive.scan(folder, zone="UTC", **options).timelines()
    return timeline


@settings(deadline=None, derandomize=True, max_examples=12)
@given(st.lists(st.integers(1, CUT - 1), max_size=6, unique=True), st.booleans(), st.integers(0, 2**32))
def test_cut_into_files_anywhere_it_is_the_uncut_sound(tmp_path_factory, cuts, as_flac, seed):
    folder = tmp_path_factory.mktemp("cut")
    numbers, samples = noise(CUT)
    places = [0, *sorted(cuts), CUT]
    for first, stop in itertools.pairwise(places):
        name = f"A_{after(first / RATE):%Y%m%dT%H%M%S.%f}Z"
        part = numbers[:, first:stop]
        path = folder / f"{name}.{'flac' if as_flac else 'wav'}"
        path.write_bytes(flac(part) if as_flac else wav(part))
    timeline = timeline_of(folder)
    assert timeline.n_samples == CUT and timeline.runs == (range(CUT),)
    rng = np.random.default_rng(seed)
    for first, stop in np.sort(rng.integers(-500, CUT + 500, (8, 2))):
        wanted = cut_out(samples, range(first, stop))
        np.testing.assert_array_equal(timeline.read(range(first, stop)), wanted)
    np.testing.assert_array_equal(timeline.read(range(CUT)), samples)


def test_its_spectrogram_is_that_of_the_uncut_sound(tmp_path, whole):
    numbers, samples = whole
    stft = sonograph.StftSettings(window_length=512, hop=128)
    for first in range(0, CUT, 8000):  # a file a second, and frames over all of its ends
        put(tmp_path, numbers[:, first : first + 8000], after(first / RATE))
    of_files = sonograph.spectrogram(timeline_of(tmp_path), stft)
    uncut = sonograph.spectrogram(sonograph.Signal(samples[0], RATE), stft)
    np.testing.assert_array_equal(of_files.values, uncut.values)
    assert of_files.start == BEGAN


def test_a_gap_is_missing_for_as_long_as_it_lasted(tmp_path, whole):
    numbers, samples = whole
    put(tmp_path, numbers[:, :16_000])
    put(tmp_path, numbers[:, 16_000:], after(10))
    timeline = timeline_of(tmp_path)
    assert timeline.n_samples == 10 * RATE + CUT - 16_000
    assert timeline.gaps == [range(16_000, 80_000)]
    read = timeline.read(range(timeline.n_samples))
    assert np.isnan(read[:, 16_000:80_000]).all()
    np.testing.assert_array_equal(read[:, :16_000], samples[:, :16_000])
    np.testing.assert_array_equal(read[:, 80_000:], samples[:, 16_000:])
    assert timeline.clock.utc_ns_at(80_000) - timeline.clock.utc_ns_at(0) == 10 * 10**9


def test_effort_counts_what_the_files_hold(tmp_path, whole):
    numbers, _ = whole
    put(tmp_path, numbers[:, :16_000])
    put(tmp_path, numbers[:, 16_000:24_000], after(10))
    timeline = timeline_of(tmp_path)
    there = np.isfinite(timeline.read(range(timeline.n_samples))[0])
    rng = np.random.default_rng(0)
    for first, stop in np.sort(rng.integers(-100, timeline.n_samples + 100, (40, 2))):
        inside = there[max(0, first) : max(0, stop)]
        assert timeline.effort(range(first, stop)) == inside.sum()
    assert timeline.effort() == 24_000
    assert timeline.effort(range(5, 3)) == 0


def test_of_two_files_of_the_same_time_the_earlier_is_kept_and_it_is_told(tmp_path, whole):
    numbers, samples = whole
    put(tmp_path, numbers[:, :32_000])
    put(tmp_path, numbers[:, 5000:37_000], after(2), name="A_{:%Y%m%d_%H%M%S}.wav")  # of other samples
    timeline = timeline_of(tmp_path)
    [overlap] = timeline.overlaps
    assert (overlap.segment, overlap.other, overlap.n_samples) == (1, 0, 16_000)
    read = timeline.read(range(timeline.n_samples))
    np.testing.assert_array_equal(read[:, :32_000], samples[:, :32_000])
    np.testing.assert_array_equal(read[:, 32_000:], samples[:, 21_000:37_000])
    assert timeline.clock.utc_ns_at(32_000) == ns_of(after(4))


def test_a_file_inside_another_is_left_out_whole(tmp_path, whole):
    numbers, samples = whole
    put(tmp_path, numbers)
    put(tmp_path, numbers[:, :8000], after(2))
    timeline = timeline_of(tmp_path)
    np.testing.assert_array_equal(timeline.read(range(CUT)), samples)
    assert timeline.n_samples == CUT and [one.n_samples for one in timeline.overlaps] == [8000]


def test_another_rate_or_number_of_channels_or_recorder_is_another_timeline(tmp_path):
    put(tmp_path, noise(8000)[0])
    put(tmp_path, noise(8000, 1)[0], after(1), rate=4000)
    put(tmp_path, noise(8000, 2, channels=2)[0], after(5))
    put(tmp_path, noise(8000, 3)[0], after(1), name="B_{:%Y%m%d_%H%M%S}.wav")
    found = archive.scan(tmp_path, zone="UTC").timelines()
    assert [(one.recorder, one.sample_rate, one.n_channels) for one in found] == [
        ("A", 4000, 1), ("A", 8000, 1), ("A", 8000, 2), ("B", 8000, 1)
    ]  # fmt: skip


def test_a_file_within_the_resolution_of_its_name_goes_on_and_join_says_how_much(tmp_path, whole):
    numbers, samples = whole
    put(tmp_path, numbers[:, :12_000])  # 1.5 s
    put(tmp_path, numbers[:, 12_000:], after(1))  # which its name tells as 1 s
    np.testing.assert_array_equal(timeline_of(tmp_path).read(range(CUT)), samples)
    strict = timeline_of(tmp_path, join=0.1)
    assert len(strict.overlaps) == 1 and strict.n_samples == 8000 + CUT - 12_000


def test_it_may_start_before_its_first_file_and_never_behind_it(tmp_path):
    put(tmp_path, noise(8000)[0])
    catalogue = archive.scan(tmp_path, zone="UTC")
    midnight = BEGAN.replace(hour=0, minute=0)
    [timeline] = catalogue.timelines(start=midnight)
    first = int((BEGAN - midnight).total_seconds()) * RATE
    assert timeline.n_samples == first + 8000 and timeline.start == midnight
    assert np.isnan(timeline.read(range(first - 5, first))).all()
    assert timeline.clock.utc_ns_at(0) == ns_of(midnight)
    with pytest.raises(SettingsError, match=r"start is 2024-05-01T04:30:01Z; .*began before it, at .*04:30:00Z"):
        catalogue.timelines(start=after(1))
    with pytest.raises(SettingsError, match="has no zone"):
        catalogue.timelines(start=datetime(2024, 5, 1))


def test_a_file_that_changed_since_it_was_looked_at_is_refused(tmp_path):
    path = put(tmp_path, noise(8000)[0])
    timeline = timeline_of(tmp_path)
    path.write_bytes(wav(noise(8001, 5)[0]))
    with pytest.raises(SourceError, match=r"A_20240501_043000\.wav: changed since it was looked at\. Scan again"):
        timeline.read(range(10))
    path.unlink()
    with pytest.raises(SourceError, match="does not exist"):
        timeline.read(range(10))


def test_a_file_that_changes_while_it_is_open_is_refused_too(tmp_path):
    path = put(tmp_path, noise(8000)[0])
    timeline = timeline_of(tmp_path)
    timeline.read(range(10))
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(SourceError, match="changed while it was read"):
        timeline.read(range(10))


def test_a_part_of_it_is_numbered_as_it_is_and_small_to_send(tmp_path, whole):
    numbers, samples = whole
    for first in range(0, CUT, 8000):
        put(tmp_path, numbers[:, first : first + 8000], after(first / RATE))
    timeline = timeline_of(tmp_path)
    part = pickle.loads(pickle.dumps(timeline.part(range(9000, 17_000))))
    assert len(part.parts) == 2 and part.n_samples == CUT and part.clock == timeline.clock
    np.testing.assert_array_equal(part.read(range(9000, 17_000)), samples[:, 9000:17_000])
    assert np.isnan(part.read(range(30_000, 30_010))).all()


def test_calibrations_beside_its_files_are_applied_and_units_are_not_mixed(tmp_path):
    (tmp_path / "calibration.toml").write_text("end_to_end = 176.0\nresponse = [[100.0, -3.0], [1000.0, 0.0]]\n")
    put(tmp_path, noise(8000)[0])
    put(tmp_path, noise(8000, 1)[0], after(1))
    timeline = timeline_of(tmp_path)
    alone = sonograph.open(tmp_path / "A_20240501_043001.wav")
    np.testing.assert_array_equal(timeline.read(range(8000, 16_000)), alone.read(range(8000)))
    assert timeline.unit == "µPa" and timeline.calibration == alone.calibration
    (tmp_path / "calibration.toml").unlink()
    (tmp_path / "A_20240501_043000.wav.toml").write_text("end_to_end = 176.0\n")
    with pytest.raises(SettingsError, match=r"unit is µPa in .*043000\.wav and FS in .*043001\.wav"):
        timeline_of(tmp_path)


def test_files_of_doubles_among_others_are_read_as_doubles(tmp_path, whole):
    numbers, samples = whole
    put(tmp_path, numbers[:, :8000])
    soundfile.write(tmp_path / "A_20240501_043001.wav", samples[0, 8000:16_000].astype(float) / 3, RATE, "DOUBLE")
    timeline = timeline_of(tmp_path)
    read = timeline.read(range(16_000))
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read[0, :8000], samples[0, :8000].astype(float))
    np.testing.assert_array_equal(read[0, 8000:], samples[0, 8000:16_000].astype(float) / 3)


def test_drift_moves_no_sample_and_the_clock_knows_it(tmp_path):
    """Five parts per million over 30 days: 13 s, in the names of files of 100 minutes at 8 Hz."""
    rate, true = 8, Fraction(8) / (1 + Fraction(5, 1_000_000))
    samples, first = noise(30 * 86_400 * rate)[0], 0
    per_file = 6000 * rate
    for first in range(0, samples.shape[1], per_file):
        began = BEGAN + timedelta(seconds=float(first / true))
        put(tmp_path, samples[:, first : first + per_file], began, rate)
    timeline = timeline_of(tmp_path)
    assert timeline.runs == (range(samples.shape[1]),) and not timeline.lost
    [(_, ppm, least, most)] = timeline.drifts
    assert least < -5 < most and abs(ppm + 5) < 0.1
    last = samples.shape[1]
    passed = Fraction(last) / true
    error = timeline.clock.utc_ns_at(last) - ns_of(BEGAN) - float(passed * 10**9)
    assert abs(error) < 0.15e9  # names tell seconds


def test_a_step_that_no_rate_explains_is_told_as_lost_samples(tmp_path):
    rate, per_file = 8, 6000 * 8
    samples = noise(60 * per_file)[0]
    for number in range(60):
        lost = 0.7 if number >= 37 else 0.0
        began = BEGAN + timedelta(seconds=6000 * number + lost)
        (tmp_path / f"A_{began:%Y%m%dT%H%M%S.%f}Z.wav").write_bytes(
            wav(samples[:, number * per_file : (number + 1) * per_file], rate)
        )
    timeline = timeline_of(tmp_path, join=1.0)
    [lost] = timeline.lost
    assert lost.segment == 37 and lost.sample == 37 * per_file and abs(lost.seconds - 0.7) < 0.02
    np.testing.assert_array_equal(timeline.read(range(timeline.n_samples)), samples / np.float32(32_768))
    assert abs(timeline.clock.utc_ns_at(lost.sample) - ns_of(BEGAN) - (6000 * 37 + 0.7) * 10**9) < 2e7


def test_it_says_what_it_is(tmp_path):
    put(tmp_path, noise(8000)[0])
    put(tmp_path, noise(8000, 1)[0], after(9))
    assert repr(timeline_of(tmp_path)) == (
        "<Timeline of A: 10 s at 8000 Hz from 2024-05-01 04:30:00 UTC, 20.0% of it recorded>"
    )
    assert timeline_of(tmp_path).start == datetime(2024, 5, 1, 4, 30, tzinfo=UTC)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import SettingsError, Signal, StftSettings, spectrogram
from sonograph.frames import centre_sample, check_frames, frames_of, refuse_too_short, samples_for, split, valid_frames
from sonograph.settings import EDGES
from tests import naive

LENGTHS = {"even": (16, 5), "odd": (17, 6), "even hop": (16, 4), "one hop": (8, 8)}


def settings_of(n, hop, edges):
    return StftSettings(window_length=n, hop=hop, edges=edges)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize(("n", "hop"), LENGTHS.values(), ids=LENGTHS)
def test_a_sound_has_the_frames_that_walking_over_it_finds(n, hop, edges):
    for n_samples in (0, 1, n - 1, n, n + 1, n + hop - 1, n + hop, n + hop + 1):
        if edges == "reflect" and 0 < n_samples <= n // 2:
            continue
        settings = settings_of(n, hop, edges)
        starts = naive.frame_starts(n_samples, n, hop, edges)
        frames = frames_of(settings, n_samples)
        assert len(frames) == len(starts), n_samples
        for i in frames:
            assert samples_for(settings, range(i, i + 1)) == range(starts[i], starts[i] + n)


@pytest.mark.parametrize(
    ("edges", "counts"),
    [
        ("inside", [0, 0, 0, 1, 1, 1, 2, 2]),
        ("padded", [0, 1, 1, 1, 2, 2, 2, 3]),
        ("zeros", [0, 1, 4, 5, 5, 5, 6, 6]),
        ("kaldi", [0, 0, 4, 4, 4, 5, 5, 5]),
    ],
)
def test_the_counts_are_those_of_the_table(edges, counts):
    n, hop = 16, 4
    lengths = (0, 1, n - 1, n, n + 1, n + hop - 1, n + hop, n + hop + 1)
    assert [len(frames_of(settings_of(n, hop, edges), length)) for length in lengths] == counts


def test_the_counts_agree_with_other_libraries_for_two_seconds():
    at = {e: len(frames_of(settings_of(2048, 512, e), 96_000)) for e in EDGES}
    assert at["inside"] == 184  # scipy.signal.spectrogram, mlab, librosa center=False
    assert at["zeros"] == at["reflect"] == 188  # librosa, torch.stft centred


@given(st.sampled_from(EDGES), st.integers(1, 24), st.integers(1, 24), st.integers(0, 120))
def test_valid_frames_are_those_that_lie_inside_the_sound(edges, n, hop, n_samples):
    if hop > n or (edges == "reflect" and n_samples <= n // 2):
        return
    settings = settings_of(n, hop, edges)
    starts = naive.frame_starts(n_samples, n, hop, edges)
    inside = [i for i, start in enumerate(starts) if start >= 0 and start + n <= n_samples]
    assert list(valid_frames(settings, n_samples)) == inside


def test_a_sound_too_short_to_mirror_says_what_to_do():
    with pytest.raises(SettingsError, match=r'the sound has 8 samples; edges="reflect" .* needs 9.*edges="zeros"'):
        frames_of(settings_of(16, 4, "reflect"), 8)


def test_a_sound_shorter_than_a_frame_says_what_to_do():
    with pytest.raises(SettingsError, match=r'100 samples.*window_length 512.*edges="padded" or edges="zeros"'):
        refuse_too_short(settings_of(512, 128, "inside"), 100)
    refuse_too_short(settings_of(512, 128, "inside"), 0)


@pytest.mark.parametrize("edges", EDGES)
def test_the_middle_of_a_frame_is_the_middle_of_its_samples(edges):
    for n in (16, 17):
        settings = settings_of(n, 5, edges)
        for i in range(4):
            assert centre_sample(settings, i) == samples_for(settings, range(i, i + 1))[n // 2]


def test_no_frames_need_no_samples():
    assert samples_for(settings_of(16, 4, "zeros"), range(3, 3)) == range(0)


def test_frames_that_are_not_there_are_refused():
    with pytest.raises(SettingsError, match=r"range\(3, 9\); this sound has the frames 0 to 7"):
        check_frames(range(3, 9), range(8))
    with pytest.raises(SettingsError, match="this sound has no frames"):
        check_frames(range(1), range(0))
    with pytest.raises(SettingsError, match="range of neighbouring frames"):
        check_frames(range(0, 8, 2), range(8))


@given(st.integers(0, 50), st.integers(1, 60), st.integers(1, 20))
def test_a_split_covers_every_frame_once_in_order(first, count, at_most):
    parts = list(split(range(first, first + count), at_most))
    assert [i for part in parts for i in part] == list(range(first, first + count))
    assert max(map(len, parts)) <= at_most


def test_a_split_into_nothing_is_refused():
    with pytest.raises(SettingsError, match="at_most is 0; it must be 1 or more frames"):
        list(split(range(4), 0))


def test_a_sound_of_one_window_has_one_frame_and_is_not_refused():
    settings = StftSettings(window_length=64, edges="inside")
    assert spectrogram(Signal(np.ones(64), 8000.0), settings).frames == range(1)
    with pytest.raises(SettingsError, match="63 samples, fewer than window_length 64"):
        spectrogram(Signal(np.ones(63), 8000.0), settings)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("drop_last", [False, True])
def test_the_frames_that_see_only_sound_are_frames_of_the_sound(edges, drop_last):
    for n_samples in range(64, 200):
        settings = StftSettings(window_length=64, hop=16, edges=edges, drop_last=drop_last)
        frames, valid = frames_of(settings, n_samples), valid_frames(settings, n_samples)
        inside = [i for i in frames if (s := samples_for(settings, range(i, i + 1))).start >= 0 and s.stop <= n_samples]
        assert list(valid) == inside


@pytest.mark.parametrize("frames", [range(-1, 3), range(-3, -1), range(18), range(17, 19)])
def test_frames_before_the_first_or_behind_the_last_are_refused(frames):
    sound, settings = Signal(np.ones(1000), 8000.0), StftSettings(window_length=64, hop=64, edges="zeros")
    assert len(frames_of(settings, 1000)) == 16
    with pytest.raises(SettingsError, match="this sound has the frames 0 to 15"):
        spectrogram(sound, settings, frames=frames)

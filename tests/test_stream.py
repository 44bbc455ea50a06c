"""The law for streams: whatever the blocks, the same frames to the bit."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import (
    BandSettings,
    LevelSettings,
    MelBank,
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    preset,
    spectrogram,
)
from sonograph.settings import EDGES, stft_of
from tests.test_transform import all_settings, noise

SETTINGS = StftSettings(window_length=64, hop=16)


def through_stream(sound, settings, lengths):
    """A sound pushed in blocks of these lengths, the last again and again."""
    stream = Stream(settings, sample_rate=sound.sample_rate, n_channels=sound.n_channels, unit=sound.unit)
    whole, parts, done = sound.read(range(sound.n_samples)), [], 0
    scratch = np.empty_like(whole)  # one buffer that is written again, as a sound card does
    lengths = list(lengths)
    while done < sound.n_samples:
        length = lengths.pop(0) if len(lengths) > 1 else max(1, lengths[0])
        block = scratch[:, : min(length, sound.n_samples - done)]
        block[:] = whole[:, done : done + length]
        parts.append(stream.push(block))
        done += block.shape[1]
        scratch[:] = np.nan
    return [*parts, stream.finish()]


@given(
    all_settings(),
    st.integers(1, 200),
    st.lists(st.integers(0, 70), min_size=1, max_size=12),
    st.sampled_from(["float32", "float64"]),
    st.integers(1, 2),
)
def test_a_stream_is_the_whole_bit_for_bit(settings, n_samples, lengths, dtype, channels):
    if stft_of(settings).edges in ("inside", "reflect"):
        n_samples = max(n_samples, stft_of(settings).window_length)
    sound = noise(n_samples, channels, dtype)
    whole = spectrogram(sound, settings)
    joined = reduce(Spectrogram.join, through_stream(sound, settings, lengths))
    assert (joined.frames, joined.valid) == (whole.frames, whole.valid)
    np.testing.assert_array_equal(joined.values, whole.values)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("n", [7, 8])
def test_the_end_of_a_sound_is_filled_in_as_in_the_whole(edges, n):
    for hop in range(1, n + 1):
        settings = StftSettings(window_length=n, hop=hop, edges=edges)
        for n_samples in range(n, 4 * n):
            sound = noise(n_samples)
            joined = reduce(Spectrogram.join, through_stream(sound, settings, [5]))
            np.testing.assert_array_equal(joined.values, spectrogram(sound, settings).values)


@pytest.mark.parametrize("edges", EDGES)
def test_a_frame_comes_as_soon_as_its_samples_are_there(edges):
    settings = StftSettings(window_length=64, hop=16, edges=edges)
    stream, sound = Stream(settings, sample_rate=8000.0), noise(640)
    ready = 0
    for i in range(640):
        ready += len(stream.push(sound.samples[i : i + 1]).frames)
        first = {"inside": 0, "padded": 0, "kaldi": 8 - 32}.get(edges, -32)
        want = max(0, (i + 1 - 64 - first) // 16 + 1)
        assert ready == (0 if edges == "reflect" and i < 32 else want), i


def test_results_may_share_their_memory():
    sound = noise(3000)
    whole = spectrogram(sound, SETTINGS)
    stream, memory = Stream(SETTINGS, sample_rate=8000.0, reuse=True), []
    for first in range(0, 3000, 500):
        part = stream.push(sound.samples[first : first + 500])
        np.testing.assert_array_equal(part.values, whole.values[:, part.frames.start : part.frames.stop])
        memory.append(part.values.__array_interface__["data"][0])
    assert len(set(memory[3:])) == 1  # the first pushes still grew it


def test_a_stream_keeps_no_more_than_later_frames_need():
    stream = Stream(SETTINGS, sample_rate=8000.0)
    for _ in range(50):
        stream.push(noise(997).samples)
        kept = sum(block.nbytes for _, block in stream._pushed._blocks)
        assert kept <= 8 * (64 + 16 + 33)
        assert all(block.base is None for _, block in stream._pushed._blocks)


def test_a_short_sound_has_the_frames_that_it_has():
    for edges, count in {"inside": 0, "padded": 1, "zeros": 1, "kaldi": 1}.items():
        stream = Stream(StftSettings(window_length=64, hop=16, edges=edges), sample_rate=8000.0)
        before = len(stream.push(np.ones(10)).frames)
        assert before + len(stream.finish().frames) == count, edges
    assert len(Stream(SETTINGS, sample_rate=8000.0).finish().frames) == 0


def test_a_short_sound_cannot_be_mirrored():
    stream = Stream(StftSettings(window_length=64, edges="reflect"), sample_rate=8000.0)
    stream.push(np.ones(32))
    with pytest.raises(
        SettingsError, match=r"the sound has 32 samples; edges=.reflect. mirrors 32 of them and needs 33"
    ):
        stream.finish()


def test_integers_stream_as_parts_of_full_scale():
    stream = Stream(SETTINGS, sample_rate=8000.0)
    stream.push(np.full(64, 16_384, np.int16))
    assert stream.finish().values.dtype == np.float32


def push_after_finish(stream):
    stream.finish()
    stream.push(np.ones(3))


def mixed_types(stream):
    stream.push(np.ones(3, "float32"))
    stream.push(np.ones(3))


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (push_after_finish, "the stream is finished; make another for the next sound"),
        (mixed_types, "the block is float64; the stream began with float32"),
        (lambda stream: stream.push(np.ones((2, 3))), "the block has 2 channels; the stream has 1"),
        (lambda stream: stream.push(np.ones((300, 1))), r"the block has 300 channels; the stream has 1; pass block\.T"),
        (lambda stream: stream.push(["a"]), "samples are <U1"),
    ],
)
def test_a_block_that_does_not_belong_is_refused(act, message):
    with pytest.raises(SettingsError, match=message):
        act(Stream(SETTINGS, sample_rate=8000.0))


def test_many_channels_may_come_a_few_samples_at_a_time():
    sound = np.random.default_rng(3).normal(size=(16, 40))
    stft = StftSettings(window_length=16, hop=8)
    stream = Stream(stft, sample_rate=8000.0, n_channels=16)
    given = [stream.push(sound[:, i : i + 4]).values for i in range(0, 40, 4)]
    whole = spectrogram(Signal(sound, 8000.0), stft).values
    np.testing.assert_array_equal(np.concatenate([*given, stream.finish().values], axis=-1), whole)


def test_whole_numbers_have_no_volts_in_a_stream_either():
    with pytest.raises(SettingsError, match="int16 in V; whole numbers are read in FS: scale them first"):
        Stream(SETTINGS, sample_rate=8000.0, unit="V").push(np.ones(10, "int16"))


def test_a_stream_that_cannot_be_is_refused():
    with pytest.raises(SettingsError, match="loudest value of the whole sound; a stream has no end yet"):
        Stream(LevelSettings(of=SETTINGS, reference="max"), sample_rate=8000.0)
    with pytest.raises(SettingsError, match="sample_rate is 0; it must be above 0 Hz"):
        Stream(SETTINGS, sample_rate=0)
    with pytest.raises(SettingsError, match="sample_rate is 8000 Hz; these settings are for 16000 Hz"):
        Stream(preset("kaldi.fbank"), sample_rate=8000.0)
    with pytest.raises(SettingsError, match="high is 5000 Hz; with sample_rate 8000 it must be at most 4000 Hz"):
        Stream(BandSettings(of=SETTINGS, bands=MelBank(high=5000.0)), sample_rate=8000.0)
    with pytest.raises(SettingsError, match="n_channels is 0; it must be 1 or more"):
        Stream(SETTINGS, sample_rate=1.0, n_channels=0)


@given(
    st.integers(1, 300),
    st.lists(st.integers(1, 90), min_size=1, max_size=8),
    st.sampled_from(("zeros", "inside", "padded", "kaldi")),
    st.sampled_from((3, 8, 16, 32)),
)
def test_pre_emphasis_over_the_sound_remembers_the_sample_before_each_block(n_samples, lengths, edges, hop):
    settings = StftSettings(window_length=32, hop=hop, edges=edges, preemphasis=0.97, preemphasis_over="sound")
    sound = noise(max(n_samples, 32), 2, "float32")
    whole = spectrogram(sound, settings)
    joined = reduce(Spectrogram.join, through_stream(sound, settings, lengths))
    np.testing.assert_array_equal(joined.values, whole.values)
    by_hand = sound.samples - 0.97 * np.pad(sound.samples, ((0, 0), (1, 0)))[:, :-1]
    plain = spectrogram(Signal(by_hand, sound.sample_rate), StftSettings(window_length=32, hop=hop, edges=edges))
    np.testing.assert_allclose(joined.values, plain.values, rtol=1e-4, atol=1e-7)

"""Listening: answers while the sound comes."""

import numpy as np
import pytest

from benchmarks.songs import RATE
from sonograph import SettingsError, Signal
from sonograph.matching.recordings import listening
from tests.matching.conftest import cut


def heard(listener, samples, step):
    found = []
    for i in range(0, samples.shape[-1], step):
        found += [(listener.seconds, match) for match in listener.push(samples[..., i : i + step])]
    return found


def test_it_answers_within_seconds_and_once(index, songs):
    found = heard(index.listen(float(RATE)), cut(songs["song 5"], 3.0, 12.0).samples, 4410)
    assert [match.recording for _, match in found] == ["song 5"]
    seconds, match = found[0]
    assert seconds <= 5.0
    assert match.offset == pytest.approx(3.0, abs=0.02)
    assert match.start == 0.0


def test_it_tells_one_after_the_other(index, songs, foreign):
    sounds = [foreign[0], songs["song 1"], foreign[1], songs["song 2"]]
    listener = index.listen(float(RATE))
    found = heard(listener, np.concatenate([sound.samples for sound in sounds]), 7000)
    assert [match.recording for _, match in found] == ["song 1", "song 2"]
    assert found[1][1].start >= 25.0
    assert listener.finish() == []


def test_what_it_finds_does_not_hang_on_the_blocks(index, songs):
    samples = cut(songs["song 8"], 2.0, 6.0).samples
    one, other = (heard(index.listen(float(RATE)), samples, step) for step in (RATE, RATE // 7))
    assert [match.recording for _, match in one] == [match.recording for _, match in other] == ["song 8"]


def test_a_short_sound_is_answered_at_its_end(index, songs, monkeypatch):
    monkeypatch.setattr(listening, "EACH", 100.0)
    listener = index.listen(float(RATE))
    assert listener.push(cut(songs["song 4"], 3.0, 3.0).samples) == []
    assert [match.recording for match in listener.finish()] == ["song 4"]
    with pytest.raises(SettingsError, match="the stream is finished"):
        listener.push(np.zeros(10))


def test_what_is_not_there_is_not_heard(index, foreign):
    listener = index.listen(float(RATE), n_channels=2)
    samples = np.concatenate([sound.samples for sound in foreign[:3]])
    assert heard(listener, np.stack([samples, samples]), RATE) == []
    assert listener.finish() == []


def test_silence_is_not_heard(index):
    listener = index.listen(8000.0)
    assert listener.push(np.zeros(80_000)) == []
    assert listener.push(np.zeros(0)) == []
    assert listener.finish() == []


def test_a_listener_refuses_what_cannot_be(index):
    with pytest.raises(SettingsError, match="sample_rate is 0"):
        index.listen(0)
    with pytest.raises(SettingsError, match="the block has 1 channels"):
        index.listen(8000.0, n_channels=2).push(Signal(np.zeros(4), 8000.0).samples)

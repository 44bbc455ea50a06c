"""Finding: the right recording at the right place, or no match."""

import numpy as np
import pytest
import soundfile
import soxr

from benchmarks.songs import RATE
from sonograph import SettingsError, Signal, signals
from sonograph.matching import Index
from tests.matching.conftest import cut, filled


def first(matches):
    assert matches, "no match"
    return matches[0]


def test_a_cut_is_found_at_its_place(index, songs):
    for name, sound in songs.items():
        match = first(index.find(cut(sound, 7.3, 5.0)))
        assert match.recording == name
        assert match.offset == pytest.approx(7.3, abs=0.005)
        assert match.until == pytest.approx(12.3, abs=0.02)
        assert match.speed == pytest.approx(1.0, abs=2e-3)
        assert (match.start, match.end) == (0.0, 5.0)
        assert match.chance < 1e-6


@pytest.mark.parametrize("speed", [0.955, 0.98, 0.993, 1.017, 1.05])
def test_another_speed_is_told(index, songs, speed):
    name, sound = "song 4", songs["song 4"]
    samples = soxr.resample(cut(sound, 3.0, 6 * speed).samples, RATE * speed, RATE)
    match = first(index.find(Signal(samples, float(RATE)), speeds=0.05))
    assert match.recording == name
    assert match.speed == pytest.approx(speed, abs=3e-3)
    assert match.offset == pytest.approx(3.0, abs=0.02)
    assert match.until == pytest.approx(3.0 + 6 * speed, abs=0.03)


def test_speeds_that_are_not_asked_for_are_not_found(index, songs):
    samples = soxr.resample(cut(songs["song 4"], 3.0, 6.5).samples, RATE * 1.08, RATE)
    assert index.find(Signal(samples, float(RATE)), speeds=0.0) == []
    assert first(index.find(Signal(samples, float(RATE)), speeds=0.08)).recording == "song 4"


def test_noise_does_not_hide_it(index, songs, rng):
    found = 0
    for name, sound in songs.items():
        x = cut(sound, 5.0, 5.0).samples
        noisy = x + rng.standard_normal(len(x)) * x.std()  # 0 dB
        matches = index.find(Signal(noisy, float(RATE)))
        assert all(match.recording == name for match in matches)
        found += bool(matches)
    assert found >= len(songs) - 1


def test_what_is_not_there_is_no_match(index, foreign):
    assert [index.find(sound) for sound in foreign] == [[]] * len(foreign)


@pytest.mark.parametrize(
    "samples",
    [np.zeros(80_000), np.ones(1), np.zeros(0), np.full(80_000, np.nan), 0.3 * np.sin(np.arange(80_000) * 0.4)],
    ids=["silence", "one sample", "none", "missing", "a tone"],
)
def test_nothing_is_no_match(index, samples):
    assert index.find(Signal(samples, 16_000.0)) == []


def test_noise_is_no_match(index, rng):
    for _ in range(5):
        assert index.find(Signal(0.2 * rng.standard_normal(100_000), 20_000.0)) == []


def test_gaps_are_passed_over(index, songs):
    sound = cut(songs["song 6"], 4.0, 6.0)
    holed = sound.samples.copy()
    holed[40_000:70_000] = np.nan
    match = first(index.find(Signal(holed, float(RATE))))
    assert (match.recording, round(match.offset, 2)) == ("song 6", 4.0)


@pytest.mark.parametrize("rate", [8000.0, 16_000.0, 48_000.0, 11_025.0])
def test_another_rate_is_no_matter(index, songs, rate):
    x = soxr.resample(cut(songs["song 8"], 6.0, 5.0).samples, RATE, rate)
    match = first(index.find(Signal(np.stack([x, x]), rate)))
    assert (match.recording, round(match.offset, 2)) == ("song 8", 6.0)


def test_a_recording_is_itself_from_end_to_end(index, songs):
    match = first(index.find(songs["song 9"]))
    assert match.recording == "song 9"
    assert match.offset == pytest.approx(0.0, abs=0.005)
    assert match.until == pytest.approx(16.0, abs=0.05)
    assert (match.start, round(match.end, 1)) == (0.0, 16.0)


def test_a_query_may_be_longer_than_the_recording(index, songs, foreign):
    before = foreign[0].samples
    long = np.concatenate([before, songs["song 2"].samples, foreign[1].samples, foreign[2].samples])
    match = first(index.find(Signal(long, float(RATE))))
    assert match.recording == "song 2"
    assert match.start == pytest.approx(5.0, abs=0.3)
    assert match.offset == pytest.approx(match.start - 5.0, abs=0.01)
    assert match.end == pytest.approx(21.0, abs=0.7)


def test_a_query_that_begins_before_the_recording(index, songs, foreign):
    samples = np.concatenate([foreign[0].samples[: 2 * RATE], songs["song 5"].samples[: 6 * RATE]])
    match = first(index.find(Signal(samples, float(RATE))))
    assert (match.recording, match.offset) == ("song 5", 0.0)
    assert match.start == pytest.approx(2.0, abs=0.02)


def test_a_programme_is_told_in_its_order(index, songs, foreign):
    parts = [songs["song 1"], foreign[3], cut(songs["song 7"], 2.0, 12.0), foreign[4], songs["song 3"]]
    starts = np.cumsum([0, *(part.duration for part in parts)])
    programme = Signal(np.concatenate([part.samples for part in parts]), float(RATE))
    matches = index.find(programme)
    assert [match.recording for match in matches] == ["song 1", "song 7", "song 3"]
    for match, start, end in zip(matches, starts[[0, 2, 4]], starts[[1, 3, 5]], strict=True):
        assert match.start == pytest.approx(start, abs=1.0)
        assert match.end == pytest.approx(end, abs=1.0)
    assert matches[1].offset == pytest.approx(2.0 + matches[1].start - starts[2], abs=0.02)


def test_copies_are_all_told(tmp_path, songs):
    sounds = dict(list(songs.items())[:5])
    index = filled(tmp_path / "copies", sounds | {"copy a": songs["song 2"], "copy b": songs["song 2"]})
    matches = index.find(cut(songs["song 2"], 5.0, 5.0))
    assert [match.recording for match in matches] == ["copy a", "copy b", "song 2"]
    assert len({match.chance for match in matches}) == len({match.offset for match in matches}) == 1


def test_copies_elsewhere_in_another_recording_are_told(tmp_path, songs):
    sounds = dict(list(songs.items())[:5])
    late = Signal(np.concatenate([songs["song 9"].samples[: 4 * RATE], songs["song 2"].samples]), float(RATE))
    index = filled(tmp_path / "late", sounds | {"late": late})
    matches = index.find(cut(songs["song 2"], 5.0, 5.0))
    assert {match.recording: round(match.offset, 2) for match in matches} == {"song 2": 5.0, "late": 9.0}


def test_repeats_are_all_told(tmp_path, songs):
    loop = songs["song 0"].samples[: 5 * 11_264 * 2]
    index = filled(tmp_path / "loop", dict(list(songs.items())[1:5]) | {"loop": Signal(np.tile(loop, 4), float(RATE))})
    matches = index.find(Signal(loop, float(RATE)))
    period = len(loop) / RATE
    assert [match.recording for match in matches] == ["loop"] * 4
    assert sorted(round(match.offset / period, 3) for match in matches) == [0, 1, 2, 3]


def test_ties_have_a_fixed_order(tmp_path, songs):
    names = ["b", "a", "c"]
    sounds = dict.fromkeys(names, songs["song 1"]) | {"other": songs["song 2"], "another": songs["song 3"]}
    index = filled(tmp_path / "ties", sounds)
    answers = [index.find(cut(songs["song 1"], 4.0, 4.0)) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    index.merge()
    assert [match.recording for match in index.find(cut(songs["song 1"], 4.0, 4.0))] == ["a", "b", "c"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_few_recordings_are_an_index_too(tmp_path, songs, foreign, count):
    index = filled(tmp_path / "few", dict(list(songs.items())[:count]))
    for name in list(songs)[:count]:
        assert first(index.find(cut(songs[name], 6.0, 5.0))).recording == name
    assert [index.find(sound) for sound in foreign] == [[]] * len(foreign)


def test_an_empty_index_has_no_match(tmp_path, songs):
    assert Index.create(tmp_path / "none").find(songs["song 1"]) == []


def test_most_and_chance_are_obeyed(tmp_path, songs):
    index = filled(tmp_path / "many", {f"copy {k}": songs["song 1"] for k in range(6)} | {"x": songs["song 2"]})
    query = cut(songs["song 1"], 4.0, 5.0)
    assert len(index.find(query, most=2)) == 2
    assert len(index.find(query)) == 5
    assert len(index.find(query, most=10)) == 6
    assert all(match.chance <= 1e-8 for match in index.find(query, chance=1e-8))
    assert index.find(query, chance=1e-300) == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"chance": 0.0}, "chance is 0.0; it must be"),
        ({"chance": 2.0}, "chance is 2.0; it must be"),
        ({"speeds": 0.2}, "speeds is 0.2; it must be 0 to 0.1"),
        ({"most": 0}, "most is 0; it must be 1 or more"),
    ],
)
def test_what_cannot_be_wished_is_refused(index, songs, wish, words):
    with pytest.raises(SettingsError, match=words):
        index.find(songs["song 1"], **wish)


def test_a_file_is_found(index, songs, tmp_path):
    soundfile.write(tmp_path / "heard.wav", cut(songs["song 3"], 2.0, 5.0).samples, RATE)
    assert first(index.find(tmp_path / "heard.wav")).recording == "song 3"
    with pytest.raises(OSError, match="does not exist"):
        index.find(tmp_path / "nothing.wav")
    with pytest.raises(SettingsError, match="source is ndarray"):
        index.find(np.zeros(5))


def test_a_match_goes_into_json(index, songs):
    match = first(index.find(cut(songs["song 3"], 2.0, 5.0)))
    assert {"recording", "offset", "until", "speed", "votes", "chance"} <= set(match.to_dict())
    assert match.to_dict()["offset"] == pytest.approx(match.offset, abs=1e-4)


def test_drums_are_told_apart(tmp_path):
    """The same beat with other drums is another recording."""
    beat = {
        f"kit {k}": Signal(
            np.concatenate([signals.snare(seed=100 * k + i).samples[:10_000] for i in range(30)]), 44_100.0
        )
        for k in range(4)
    }
    index = filled(tmp_path / "drums", {name: sound for name, sound in beat.items() if name != "kit 3"})
    assert first(index.find(cut(beat["kit 1"], 1.0, 4.0))).recording == "kit 1"
    assert index.find(cut(beat["kit 3"], 1.0, 4.0)) == []

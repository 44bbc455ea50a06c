"""Detection: the score by its definition, calls found among other sounds, and thresholds that are rates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import Signal, detect, signals
from sonograph.errors import SettingsError, SourceError
from sonograph.matching import DetectStream, Template
from sonograph.matching.detection.correlation import ITSELF, Shape, Stretch, turned, turns_of
from sonograph.matching.detection.detecting import places_in
from sonograph.matching.detection.rates import tail_of
from sonograph.matching.detection.templates import of_file, of_marks, templates_of
from sonograph.matching.detection.whitened import Whitener
from sonograph.settings import LevelSettings, PcenSettings, StftSettings
from tests import detect_parity, parity

RATE = 12_000.0
SHAPES = ("arch", "upcall", "warble")


def call(shape="warble", **more):
    return signals.call(shape, sample_rate=RATE, **more)


def put(samples, shape, times, loud, spread=0.01):
    """Calls of a shape, `loud` dB over the sound's own mean power."""
    samples = np.array(samples)
    power = np.mean(samples**2)
    for number, at in enumerate(times):
        one = call(shape, spread=spread, seed=number).samples
        gain = np.sqrt(power * 10 ** (loud / 10) / np.mean(one**2))
        first = round(at * RATE)
        samples[first : first + len(one)] += gain * one
    return samples


@pytest.fixture(scope="module")
def sea():
    return signals.sea(90.0, sample_rate=RATE, seed=4).samples


# The score


@pytest.mark.parametrize("turn", [ITSELF, (True, False, False), (False, True, False), (True, True, True)])
def test_the_score_is_pearsons_correlation_with_the_template_as_it_is_turned(turn):
    random = np.random.default_rng(0)
    levels = np.repeat(random.normal(size=(9, 20)), 2, axis=1)
    shape = Shape(levels, slice(2, 11), False, 0.0)
    shape.turns = () if turn == ITSELF else (turn,)
    frames = random.normal(size=(12, 300)).astype(np.float32)
    floor, spread = np.zeros(12), np.full(12, 1.5)
    shape.put(floor, spread, 512)
    (template,) = shape.over(floor, spread)
    scores = Stretch(frames, np.zeros(300, bool), 512, 250).scores(shape)[-1]
    wanted = turned(template, turn).ravel()
    loops = [np.corrcoef(frames[2:11, i : i + 40].ravel(), wanted)[0, 1] for i in range(250)]
    np.testing.assert_allclose(scores, loops, atol=2e-6)


@pytest.mark.parametrize("case", detect_parity.cases(parity.Case, parity.library), ids=lambda case: case.reference)
def test_the_score_is_what_others_give_of_the_same_levels(case):
    try:
        assert parity.difference(case) <= case.tolerance
    except parity.NotHereError as error:
        pytest.skip(f"{error} is not here")


def test_a_turn_is_another_sound_than_the_template():
    down = np.full((24, 40), -60.0)
    down[23 - np.arange(40) * 24 // 40, np.arange(40)] = 0
    steady = np.full((24, 40), -60.0)
    steady[8] = 0
    assert (True, True, 0) not in turns_of(down)  # turned both ways it goes down again
    assert not any(turn == (True, False, 0) for turn in turns_of(steady))  # a tone has no direction
    assert all(any(turn) for turn in turns_of(steady))


def test_whitened_noise_has_no_level_and_a_spread_of_one_whatever_its_colour_and_swell():
    random = np.random.default_rng(1)
    slope, swell = np.linspace(0, -40, 6), 6 * np.sin(np.arange(4000) / 600)
    levels = (3 * random.normal(size=(4000, 6)) + slope + swell[:, None]).astype(np.float32)
    whitener = Whitener(6, 100)
    blocks = [*whitener.push(levels), *whitener.finish()]
    white = np.concatenate(blocks, axis=1)
    assert white.shape == (6, 4000)
    np.testing.assert_allclose(np.median(white, axis=1), 0, atol=0.15)
    np.testing.assert_allclose(white.std(axis=1), 1, atol=0.1)


def test_memory_does_not_grow_with_what_was_heard():
    """A day would be 3 GB otherwise: a median of a block held all of the block."""
    import tracemalloc

    levels = np.random.default_rng(0).normal(size=(1600, 16)).astype(np.float32)
    whitener = Whitener(16, 100)
    held = []
    tracemalloc.start()
    for round_ in range(12):
        whitener.push(levels)
        whitener.forget(16 * (round_ - 8))
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[-1] < held[8] + 20_000


# The rate


def test_a_tail_tells_the_rate_of_chance_that_was_put_into_it():
    """Of 60 recordings whose law is known, the interval holds the true rate in most, and none is a factor 10 off."""
    random = np.random.default_rng(2)
    hours, per_hour = 2.0, 400
    inside, ratios = [], []
    for _ in range(60):
        tail = tail_of(np.tanh(0.05 * random.gumbel(size=int(hours * per_hour))), hours)
        at = np.tanh(0.05 * -np.log(-np.log1p(-1 / per_hour)))  # once an hour
        rate, low, high = tail.rates([at])[:, 0]
        inside.append(low <= 1 <= high)
        ratios.append(rate)
    assert np.mean(inside) > 0.8
    assert 0.5 < np.median(ratios) < 2 and min(ratios) > 0.1 and max(ratios) < 10


@given(
    scale=st.floats(0.01, 0.4), n=st.integers(8, 2000), hours=st.floats(0.01, 100.0), seed=st.integers(0, 99),
    own=st.integers(0, 300),
)  # fmt: skip
@settings(max_examples=25)
def test_a_threshold_is_the_score_of_its_rate_and_never_above_1(scale, n, hours, seed, own):
    random = np.random.default_rng(seed)
    scores = np.tanh(scale * random.exponential(size=n))
    tail = tail_of(scores, hours, own=np.tanh(scale * random.exponential(size=own)), own_hours=hours / 3)
    rates = tail.rates(np.linspace(-1, 1, 50))[0]
    assert np.all(np.diff(rates) <= 1e-9 * rates[:-1])  # higher scores are rarer, also where the law begins
    for per_hour in (1e-4 / hours, tail.heights[0] / 7):
        at = tail.threshold(per_hour)
        assert -1 <= at <= 1
        if at < 0.999:
            assert tail.rates([at])[0, 0] == pytest.approx(per_hour, rel=1e-5)


def test_what_the_class_won_itself_makes_chance_more_and_its_calls_do_not():
    """Animals that call alike win five times as often an hour as turned templates do."""
    exponential = lambda n: np.tanh(-0.1 * np.log((np.arange(n) + 0.5) / n))  # noqa: E731
    scores, calls = exponential(300), np.full(50, 0.9)
    alone = tail_of(scores, 3.0)
    assert tail_of(scores, 3.0, own=calls, own_hours=1.0).threshold(1.0) == alone.threshold(1.0)
    among = tail_of(scores, 3.0, own=np.concatenate([exponential(500), calls]), own_hours=1.0)
    assert among.rates([0.5])[0, 0] == pytest.approx(5 * alone.rates([0.5])[0, 0], rel=0.05)
    assert tail_of(np.full(3, 0.5), 1.0) is None


# Finding


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loud", [0.0, 20.0])
def test_calls_in_the_sea_are_found_however_loud_and_nothing_else_is(sea, shape, loud):
    times = np.array([6.0, 21.0, 40.0, 77.0])
    hits = detect(call(shape), Signal(put(sea, shape, times, loud), RATE))
    np.testing.assert_allclose([hit.start for hit in hits], times, atol=0.08)
    assert all(hit.per_hour <= 1 and hit.per_hour_low <= hit.per_hour <= hit.per_hour_high for hit in hits)
    assert all(hit.extrapolated and hit.hours == pytest.approx(90 / 3600, rel=0.01) for hit in hits)


def test_a_recording_that_is_all_target_does_not_hide_them(sea):
    """Turned templates answer to the calls too, and must not lift the threshold."""
    times = np.arange(2.0, 88.0, 2.0)
    hits = detect(call(), Signal(put(sea, "warble", times, 15.0), RATE), per_hour=10.0)
    found = [any(abs(hit.start - at) < 0.1 for hit in hits) for at in times]
    assert np.mean(found) > 0.9


def test_calls_among_other_calls_are_found_and_the_others_are_not():
    others = signals.chorus(90.0, ["arch", "sweep", "phrase"], per_minute=40, sample_rate=RATE, seed=1).samples
    times = np.array([10.0, 33.0, 52.0, 71.0])
    hits = detect(call(), Signal(put(others, "warble", times, 8.0), RATE))
    assert sum(any(abs(hit.start - at) < 0.1 for hit in hits) for at in times) >= 3
    assert all(any(abs(hit.start - at) < 0.3 for at in times) for hit in hits)


def test_a_promised_rate_is_kept_in_noise_within_a_factor_of_two(sea):
    shapes = ("sweep", "arch", "hoot", "buzz", "pulsed", "warble", "phrase", "song")
    counted = sum(len(detect(call(shape), Signal(sea, RATE), per_hour=120.0)) for shape in shapes)
    assert 0.5 < counted / (len(shapes) * 120 * 90 / 3600) < 2


def test_a_promised_rate_is_kept_among_animals_that_call_alike():
    """What turned templates win tells less than a twentieth of it here: a phrase of two notes has no direction."""
    others = signals.chorus(120.0, ["sweep", "hoot", "warble", "song"], per_minute=60, sample_rate=RATE, seed=2)
    for shape in ("phrase", "buzz"):
        assert len(detect(call(shape), others, per_hour=60.0)) <= 2 * 60 * 120 / 3600


def test_several_of_one_name_are_one_class_and_the_best_score_counts(sea):
    sound = Signal(put(put(sea, "arch", [12.0], 10.0), "warble", [50.0], 10.0), RATE)
    both = detect({"bird": [call("arch"), call("warble")]}, sound)
    assert [(hit.name, round(hit.start)) for hit in both] == [("bird", 12), ("bird", 50)]
    two = detect({"a": call("arch"), "w": call("warble")}, sound)
    assert [(hit.name, round(hit.start)) for hit in two] == [("a", 12), ("w", 50)]


def test_a_sound_that_is_not_meant_takes_its_places(sea):
    sound = Signal(put(sea, "warble", [30.0], 10.0), RATE)
    near = call(spread=0.03, seed=5)
    assert len(detect(near, sound)) == 1
    assert len(detect(near, sound, against=call())) == 0


def test_each_channel_is_looked_at_by_itself_and_named(sea):
    both = np.stack([put(sea, "arch", [20.0], 10.0), put(sea[::-1], "arch", [60.0], 10.0)])
    hits = detect(call("arch"), Signal(both, RATE))
    assert [(hit.channel, round(hit.start)) for hit in hits] == [(0, 20), (1, 60)]
    assert hits.hours == pytest.approx(2 * 90 / 3600, rel=0.01)


def test_no_two_hits_lie_within_a_template_of_each_other(sea):
    hits = detect(call(), Signal(put(sea, "warble", [20.0, 20.2, 21.0], 15.0), RATE), per_hour=200.0)
    assert np.diff([hit.start for hit in hits]).min() > 0.9 * call().duration


def test_two_classes_may_be_found_in_one_frame(sea):
    one = call("arch")
    sound = Signal(put(sea, "arch", [20.0], 15.0), RATE)
    hits = detect({"first": one, "second": Signal(one.samples.copy(), RATE)}, sound)
    assert [(hit.name, round(hit.start, 1)) for hit in hits] == [("first", 20.0), ("second", 20.0)]


# The same numbers whole and as it comes


@pytest.mark.parametrize("size", [1000, 77_777])
def test_a_stream_finds_the_places_and_scores_of_the_whole(sea, size):
    samples = put(sea, "warble", [6.0, 40.0, 77.0], 5.0).astype(np.float32)
    stream = DetectStream(call(), sample_rate=RATE, per_hour=1.0)
    given, late = [], []
    for first in range(0, len(samples), size):
        for hit in stream.push(samples[first : first + size]):
            given.append(hit)
            late.append((first + size) / RATE - hit.end)
    given += stream.finish()
    whole = detect(call(), Signal(samples, RATE))
    assert [(hit.start, hit.score) for hit in given] == [(hit.start, hit.score) for hit in whole]
    assert max(late) <= stream.delay + size / RATE


# What is wrong with templates and recordings


def test_templates_that_cannot_be_are_refused(sea):
    sound = Signal(sea, RATE)
    with pytest.raises(SettingsError, match="'template' is silence"):
        detect(Signal(np.zeros(6000), RATE), sound)
    with pytest.raises(SettingsError, match=r"lasts 0\.73 s and the recording 0\.5 s"):
        detect(call(), Signal(sea[:6000], RATE))
    with pytest.raises(SettingsError, match="hardly a frame"):
        detect(Signal(call().samples[:20], RATE), sound)
    with pytest.raises(SettingsError, match="has missing samples"):
        detect(Signal(np.where(np.arange(6000) == 7, np.nan, 1.0), RATE), sound)
    with pytest.raises(SettingsError, match="no template is given"):
        detect([], sound)
    with pytest.raises(SettingsError, match="per_hour is 0; it must be above 0"):
        detect(call(), sound, 0)


def test_a_template_of_another_rate_is_resampled_and_its_band_cut(sea):
    high = signals.call("warble", sample_rate=44_100.0)
    sound = Signal(put(sea, "warble", [30.0], 10.0), RATE)
    hits = detect(Template(high, "w", 1000.0, 9000.0), sound)
    assert [round(hit.start, 1) for hit in hits] == [30.0] and hits[0].high == 6000.0
    found = places_in([Template(high, "w", 1000.0, 9000.0)], [], sound)
    assert "was resampled to 12000 Hz, its band cut at 6000 Hz" in found.hearing.notes[0]
    with pytest.raises(SettingsError, match="begins at 7000 Hz; at 12000 Hz there is nothing above 6000 Hz"):
        detect(Template(high, "w", 7000.0, 9000.0), sound)


def test_a_clipped_template_is_told_of(sea):
    clipped = Template(Signal(np.clip(5 * call().samples, -1, 1), RATE))
    assert clipped.is_clipped and not Template(call()).is_clipped
    assert "is clipped" in places_in([clipped], [], Signal(sea, RATE)).hearing.notes[0]


def test_where_there_is_no_data_there_are_no_hits_and_no_hours(sea):
    samples = put(sea, "warble", [20.0, 60.0], 10.0)
    samples[round(19.5 * RATE) : round(28.5 * RATE)] = np.nan
    hits = detect(call(), Signal(samples, RATE))
    assert [round(hit.start) for hit in hits] == [60]
    assert hits.hours == pytest.approx(81 / 3600, rel=0.01)


def test_an_offset_and_silence_change_nothing(sea):
    samples = put(sea, "warble", [20.0, 60.0], 10.0)
    wanted = [round(hit.start, 2) for hit in detect(call(), Signal(samples, RATE))]
    offset = np.concatenate([samples + 0.5, np.full(120_000, 0.5)])
    assert [round(hit.start, 2) for hit in detect(call(), Signal(offset, RATE))] == wanted
    assert len(detect(call(), Signal(np.zeros(480_000), RATE), per_hour=np.inf, min_score=0.3)) == 0


def test_a_recording_too_short_for_a_rate_says_so_and_a_score_does(sea):
    sound = Signal(put(sea[: 3 * 12_000], "warble", [1.0], 15.0), RATE)
    with pytest.raises(SettingsError, match=r"a rate needs 8; give a longer recording, several together, or a thresh"):
        detect(call(), sound)
    (hit,) = detect(call(), sound, np.inf, min_score=0.4)
    assert hit.start == pytest.approx(1.0, abs=0.05) and np.isnan(hit.per_hour) and hit.hours is None


def test_settings_of_levels_may_be_given(sea):
    sound = Signal(put(sea, "warble", [30.0], 10.0), RATE)
    stft = StftSettings(window_length=256, hop=64)
    for levels in (stft, LevelSettings(of=stft), PcenSettings(of=stft)):
        assert [round(hit.start, 1) for hit in detect(call(), sound, settings=levels)] == [30.0]
    with pytest.raises(SettingsError, match="looked for in blocks"):
        detect(call(), sound, settings=LevelSettings(of=stft, reference="max"))


# Templates by name


def test_a_part_of_a_file_is_a_template(tmp_path, monkeypatch):
    from sonograph import write

    monkeypatch.chdir(tmp_path)
    write("night.wav", Signal(np.arange(24_000) / 24_000, RATE))
    template = of_file("wren=night.wav@0.5-1.25,2k-8k")
    assert (template.name, template.duration, template.low, template.high) == ("wren", 0.75, 2000.0, 8000.0)
    assert template.samples[0] == pytest.approx(0.25)
    assert (of_file("night.wav@0:01-0:02").duration, of_file("night.wav@500-2k").low) == (1.0, 500.0)
    write("a@b=c.wav", Signal(np.ones(2400), RATE))
    with pytest.raises(SettingsError, match="silence"):
        of_file("a@b=c.wav")  # a name is a name
    for part, words in (
        ("3-4", "not within"),
        ("2-1", "must end after"),
        ("x", "must be FROM-TO"),
        ("1-2,8k-2k", "low must"),
    ):
        with pytest.raises(SettingsError, match=words):
            of_file(f"night.wav@{part}")
    with pytest.raises(SourceError, match="does not exist"):
        templates_of(["no.wav"])


def test_each_box_of_a_table_of_marks_is_a_template_and_one_of_another_recording_is_refused(tmp_path):
    from sonograph import write

    write(tmp_path / "night.wav", Signal(np.random.default_rng(0).normal(size=24_000), RATE))
    table = tmp_path / "marks.txt"
    table.write_text("0.5\t1.0\twren\n\\\t2000\t5000\n1.2\t1.4\tcod\n")
    first, second = of_marks(table, tmp_path / "night.wav")
    assert (first.name, first.low, first.high, second.name, second.low) == ("wren", 2000.0, 5000.0, "cod", None)
    table.write_text("50\t51\twren\n")
    with pytest.raises(SourceError, match=r"a mark at 50 to 51 s and .*ends at 2 s: it is of another recording"):
        of_marks(table, tmp_path / "night.wav")
    table.write_text("Begin Time (s)\tEnd Time (s)\tBegin File\n0\t1\tday.wav\n")
    with pytest.raises(SourceError, match=r"has marks of day\.wav and none of"):
        of_marks(table, tmp_path / "night.wav")
    table.write_text("1\t1\twren\n")
    with pytest.raises(SourceError, match="of no length"):
        of_marks(table, tmp_path / "night.wav")

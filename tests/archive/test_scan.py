"""A catalogue says what there is: each time from where it is best known, each fault in a sentence, nothing assumed."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from sonograph import archive
from sonograph.archive.catalogues import nametimes, stored
from sonograph.archive.segments.moments import ns_of
from sonograph.errors import OutputError, SettingsError, SourceError, TextError
from tests.archive.recordings import (
    BEGAN,
    RATE,
    after,
    audiomoth,
    bext,
    guano,
    ixml,
    noise,
    put,
    soundtrap_log,
    wav,
    xwav,
)  # fmt: skip


def kinds(catalogue):
    return [one.kind for one in catalogue.findings]


def times(catalogue):
    return [one.utc_ns for one in catalogue.segments]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("S4A_20240501_043000.wav", BEGAN),
        ("240501_043000.wav", BEGAN),
        ("5678.240501043000.wav", BEGAN),
        ("SBW1234_20240501T043000Z.wav", BEGAN),
        ("icListen_20240501T043000.250Z.wav", BEGAN + timedelta(milliseconds=250)),
        ("20240501T043000.wav", BEGAN),
        ("site 1 2024-05-01_04-30-00.flac", BEGAN),
        (f"{int(BEGAN.timestamp()):08X}.WAV", BEGAN),
        ("NRS11_20240501_042960.wav", BEGAN),
        ("NRS11_20231231_235960.wav", datetime(2024, 1, 1, tzinfo=UTC)),
    ],
)
def test_names_tell_times_in_each_form(tmp_path, name, wanted):
    (tmp_path / name).write_bytes(wav(noise(80)[0]))
    [one] = archive.scan(tmp_path, zone="UTC").segments
    assert (one.utc_ns, one.origin) == (ns_of(wanted), "name")


@pytest.mark.parametrize("name", ["x_20241301_043000.wav", "x_20240501_253000.wav", "take 7.wav", "123456789012.wav"])
def test_a_name_that_is_no_time_tells_none(name):
    assert nametimes.times_in([name]) == ({}, [name])


def test_a_form_must_fit_every_file_of_a_folder():
    """Twelve digits behind a dot are a time where all files have them, and are none beside one that has not."""
    found, left = nametimes.times_in(["1.240501043000.wav", "1.240501044000.wav"])
    assert len(found) == 2 and not left
    found, left = nametimes.times_in(["1.240501043000.wav", "1.999999999999.wav"])
    assert not found and len(left) == 2


def test_no_zone_is_assumed(tmp_path):
    put(tmp_path, noise(80)[0])
    put(tmp_path, noise(80, 1)[0], after(60))
    with pytest.raises(
        SettingsError, match=r"the zone is not known: .*tells 2024-05-01 04:30:00 \(its name\), as 1 other does"
    ):
        archive.scan(tmp_path)
    assert times(archive.scan(tmp_path, zone="+02:00")) == [
        ns_of(BEGAN) - 7200 * 10**9,
        ns_of(after(60)) - 7200 * 10**9,
    ]


@pytest.mark.parametrize(
    ("origin", "chunk"),
    [
        ("bext", bext(BEGAN)),
        ("ixml", ixml(BEGAN)),
        ("guano", guano("2024-05-01T06:30:00+02:00")),
        ("audiomoth", audiomoth(BEGAN)),
    ],
)
def test_headers_tell_times(tmp_path, origin, chunk):
    (tmp_path / "a.wav").write_bytes(wav(noise(80)[0], RATE, chunk))
    [one] = archive.scan(tmp_path, zone="UTC").segments
    assert (one.utc_ns, one.origin) == (ns_of(BEGAN), origin)


def test_a_broadcast_wave_tells_its_time_to_the_sample(tmp_path):
    samples = int((4 * 3600 + 1800) * RATE) + 2000
    (tmp_path / "a.wav").write_bytes(wav(noise(80)[0], RATE, bext(BEGAN, samples)))
    [one] = archive.scan(tmp_path, zone="UTC").segments
    assert one.utc_ns == ns_of(BEGAN) + 250_000_000 and one.resolution_ns < 10**9


def test_an_audiomoth_is_known_by_its_number_and_gain(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(noise(80)[0], RATE, audiomoth(BEGAN)))
    [one] = archive.scan(tmp_path).segments
    assert (one.recorder, one.gain) == ("AudioMoth 24F3190361DA6F2C", "medium")


def test_what_says_another_time_is_told_and_what_comes_first_is_believed(tmp_path):
    name = f"A_{after(3600):%Y%m%d_%H%M%S}.wav"
    (tmp_path / name).write_bytes(wav(noise(80)[0], RATE, guano("2024-05-01T04:30:00Z")))
    catalogue = archive.scan(tmp_path, zone="UTC")
    assert times(catalogue) == [ns_of(BEGAN)]
    [finding] = catalogue.findings
    assert finding.kind == "origins-apart" and finding.more == {"origin": "guano", "other": "name", "seconds": 3600.0}
    (tmp_path / "times.csv").write_text(f"file,start\n{name},2024-05-02T00:00:00Z\n")
    catalogue = archive.scan(tmp_path, zone="UTC", times=tmp_path / "times.csv")
    assert times(catalogue) == [ns_of(datetime(2024, 5, 2, tzinfo=UTC))]
    assert [one.more["other"] for one in catalogue.findings] == ["guano", "name"]


def test_two_seconds_apart_are_nothing(tmp_path):
    (tmp_path / f"A_{after(2):%Y%m%d_%H%M%S}.wav").write_bytes(wav(noise(80)[0], RATE, guano("2024-05-01T04:30:00Z")))
    assert archive.scan(tmp_path, zone="UTC").findings == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "has no columns file and start"),
        ("file,start\nA.wav,yesterday\n", "line 2 is 'A.wav', 'yesterday'"),
    ],
)
def test_a_table_that_says_no_times_is_refused(tmp_path, text, words):
    put(tmp_path, noise(80)[0])
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(TextError, match=words):
        archive.scan(tmp_path, zone="UTC", times=tmp_path / "times.csv")


def test_an_xwav_is_as_many_segments_as_its_list_has_raw_files(tmp_path):
    """Two that follow each other, a duty cycle of ten seconds, and one of another rate and gain."""
    numbers, samples = noise(4 * RATE)
    first, second, third, fourth = np.split(numbers[0], 4)
    parts = [
        (first, BEGAN, RATE, 1),
        (second, after(1), RATE, 1),
        (third, after(10.5), RATE, 1),
        (fourth, after(20), 4000, 2),
    ]
    (tmp_path / "x.x.wav").write_bytes(xwav(parts, fake_rate=96_000))
    catalogue = archive.scan(tmp_path)
    found = [(one.first_sample, one.n_samples, one.utc_ns, one.sample_rate, one.gain) for one in catalogue.segments]
    assert found == [
        (0, RATE, ns_of(BEGAN), 8000.0, "1"),
        (RATE, RATE, ns_of(after(1)), 8000.0, "1"),
        (2 * RATE, RATE, ns_of(after(10.5)), 8000.0, "1"),
        (3 * RATE, RATE, ns_of(after(20)), 4000.0, "2"),
    ]
    assert {one.origin for one in catalogue.segments} == {"harp"}
    other, timeline = catalogue.timelines()
    assert other.sample_rate == 4000 and timeline.runs == (range(2 * RATE), range(84_000, 84_000 + RATE))
    np.testing.assert_array_equal(timeline.read(range(2 * RATE)), samples[:, : 2 * RATE])
    np.testing.assert_array_equal(timeline.read(range(84_000, 92_000)), samples[:, 2 * RATE : 3 * RATE])


@pytest.mark.parametrize("cut", [60, 100, 130])
def test_an_xwav_whose_list_is_broken_is_a_plain_wav(tmp_path, cut):
    data = bytearray(xwav([(noise(80)[0][0], BEGAN, RATE, 1)]))
    data[80:82] = cut.to_bytes(2, "little")  # it says that it has so many raw files
    (tmp_path / "A_20240501_043000.x.wav").write_bytes(data)
    [one] = archive.scan(tmp_path, zone="UTC").segments
    assert (one.origin, one.n_samples) == ("name", 80)


def test_what_a_soundtrap_lost_is_a_gap_and_zeros_in_its_place_are_none(tmp_path):
    """The gap lasts 60 ms, and the file has 480 zeros there; behind it 25 ms are lost and nothing is in their place."""
    numbers, samples = noise(4 * RATE)
    numbers[0, 16_000:16_480] = 0
    (tmp_path / "5678.240430213000.wav").write_bytes(wav(numbers))
    (tmp_path / "5678.240430213000.log.xml").write_text(
        soundtrap_log(BEGAN, "Sampling Gap 60000 us at sample 16000 (2.0 s), chunk 12", "added 480 zeros",
                      "Sampling Gap 25000 us at sample 24000 (3.0 s), chunk 19", offset_us=250_000)
    )  # fmt: skip
    catalogue = archive.scan(tmp_path)
    start = ns_of(after(0.25))
    assert [(one.first_sample, one.n_samples, one.utc_ns - start) for one in catalogue.segments] == [
        (0, 16_000, 0), (16_480, 7520, 2_060_000_000), (24_000, 8000, 3_025_000_000)
    ]  # fmt: skip
    assert {(one.origin, one.recorder, one.gain) for one in catalogue.segments} == {("soundtrap", "5678", "high")}
    [timeline] = catalogue.timelines()
    assert timeline.gaps == [range(16_000, 16_480), range(24_000, 24_200)]
    read = timeline.read(range(timeline.n_samples))
    np.testing.assert_array_equal(read[:, 16_480:24_000], samples[:, 16_480:24_000])
    np.testing.assert_array_equal(read[:, 24_200:], samples[:, 24_000:])


@pytest.mark.parametrize("began", [datetime(1970, 1, 1, 0, 0, 7), datetime(2000, 1, 3), datetime(1980, 1, 6)])
def test_a_clock_that_was_not_set_is_told_and_its_files_are_on_no_timeline(tmp_path, began):
    put(tmp_path, noise(80)[0], began)
    put(tmp_path, noise(80, 1)[0])
    catalogue = archive.scan(tmp_path, zone="UTC")
    assert [(one.utc_ns is None, one.reason) for one in catalogue.segments] == [
        (False, "header"),
        (True, "clock-unset"),
    ]
    assert (
        kinds(catalogue)[0] == "clock-unset" and "Give its time in a table: --times" in catalogue.findings[0].sentence
    )
    [timeline] = catalogue.timelines()
    assert timeline.n_samples == 80


def test_an_hour_that_comes_twice_is_told_and_not_guessed(tmp_path):
    put(tmp_path, noise(80)[0], datetime(2024, 10, 27, 2, 30))
    put(tmp_path, noise(80, 1)[0], datetime(2024, 10, 27, 4, 30))
    catalogue = archive.scan(tmp_path, zone="Europe/Berlin")
    [finding] = catalogue.findings
    assert finding.kind == "clock-changed" and "comes twice in Europe/Berlin" in finding.sentence
    assert [one.reason for one in catalogue.segments] == ["header", "clock-changed"]


def test_names_out_of_order_are_told_and_times_are_believed(tmp_path):
    (tmp_path / "rec_10.wav").write_bytes(wav(noise(8000)[0], RATE, guano("2024-05-01T04:30:01Z")))
    (tmp_path / "rec_9.wav").write_bytes(wav(noise(8000, 1)[0], RATE, guano("2024-05-01T04:30:00Z")))
    catalogue = archive.scan(tmp_path)
    assert [Path(one.file).name for one in catalogue.segments] == ["rec_9.wav", "rec_10.wav"]
    [finding] = catalogue.findings
    assert finding.kind == "order" and finding.file.endswith("rec_9.wav")


def test_two_recorders_in_one_folder_are_told_and_kept_apart(tmp_path):
    for name in ("A", "B"):
        for second in (0, 1):
            put(tmp_path, noise(8000, 2 * ord(name) + second)[0], after(second), name=name + "_{:%Y%m%d_%H%M%S}.wav")
    catalogue = archive.scan(tmp_path, zone="UTC")
    [finding] = catalogue.findings
    assert finding.kind == "recorders" and finding.more == {"recorders": ["A", "B"]}
    assert [one.effort() for one in catalogue.timelines()] == [16_000, 16_000]


def test_folders_of_two_recorders_with_the_same_names_are_kept_apart_and_folders_of_days_are_not(tmp_path):
    for site in ("north", "south"):
        for day in (0, 1):
            began = after(86_400 * day)
            put(
                tmp_path / site / f"{began:%Y-%m-%d}",
                noise(8000, 2 * ord(site[0]) + day)[0],
                began,
                name="{:%Y%m%d_%H%M%S}.wav",
            )
    catalogue = archive.scan(tmp_path, zone="UTC")
    assert [(one.recorder, one.effort(), len(one.runs)) for one in catalogue.timelines()] == [
        ("north", 16_000, 2), ("south", 16_000, 2)
    ]  # fmt: skip
    assert len(archive.scan(tmp_path / "north", zone="UTC").timelines()) == 1


def test_a_number_that_counts_in_names_makes_no_recorders(tmp_path):
    for second in range(6):
        put(tmp_path, noise(8000, second)[0], after(second), name=f"R{second:04}_{{:%Y%m%d_%H%M%S}}.wav")
    [timeline] = archive.scan(tmp_path, zone="UTC").timelines()
    assert timeline.n_samples == 48_000


def test_copies_are_told_and_one_of_them_is_used(tmp_path):
    path = put(tmp_path, noise(8000)[0])
    (tmp_path / "A_20240501_043000 copy.wav").write_bytes(path.read_bytes())
    put(tmp_path, noise(8000)[0], after(60))  # the same sound at another time
    catalogue = archive.scan(tmp_path, zone="UTC")
    assert [(one.kind, one.more["is_used"]) for one in catalogue.findings if one.kind == "duplicate"] == [
        ("duplicate", False), ("duplicate", True)
    ]  # fmt: skip
    assert sum(one.effort() for one in catalogue.timelines()) == 16_000


def test_broken_files_are_rows_with_a_status_and_a_reason(tmp_path):
    put(tmp_path, noise(8000)[0])
    (tmp_path / "A_20240501_043100.wav").write_bytes(b"")
    (tmp_path / "A_20240501_043200.wav").write_bytes(b"no sound at all\n")
    (tmp_path / "A_20240501_043300.wav").write_bytes(wav(noise(8000, 1)[0])[:8000])
    (tmp_path / "A_20240501_043400.wav").write_bytes(wav(np.empty((1, 0))))
    (tmp_path / "A_20240501_043500.wav").symlink_to(tmp_path / "nowhere.wav")
    catalogue = archive.scan(tmp_path, zone="UTC")
    found = {Path(one.file).name[13:15]: (one.status, one.reason) for one in catalogue.segments}
    assert found == {
        "30": ("unread", "header"), "31": ("failed", "empty-file"), "32": ("failed", "no-sound"),
        "33": ("partial", "data-cut"), "34": ("empty", "no-samples"), "35": ("failed", "missing"),
    }  # fmt: skip
    assert len(catalogue.faults) == 5 and all(one.sentence for one in catalogue.faults)
    [timeline] = catalogue.timelines()
    assert timeline.effort() == 8000 + 3978


@pytest.mark.parametrize("name", ["c.parquet", "c.jsonl", "c.catalogue"])
def test_it_is_kept_and_read_back(tmp_path, name):
    put(tmp_path / "in", noise(8000)[0])
    odd = os.fsdecode(b"caf\xe9_20240501_043100.wav")
    (tmp_path / "in" / odd).write_bytes(wav(noise(8000, 1)[0]))
    catalogue = archive.scan(tmp_path / "in", zone="UTC", join=0.5, clock_check=[(BEGAN, after(1))])
    catalogue.save(tmp_path / name)
    back = archive.Catalogue.open(tmp_path / name)
    assert back.segments == catalogue.segments and back.findings == catalogue.findings
    assert (back.join, back.clock_check, back.folder) == (0.5, catalogue.clock_check, os.fspath(Path.cwd()))
    assert [one.effort() for one in back.timelines()] == [one.effort() for one in catalogue.timelines()]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("string", ["", "é", None, "a" * 300, *"bcdefgh"]), ("binary", [None, b"\xff", b""]), ("binary", [None, None]),
        ("int64", [1 << 62, None, -5, 0]), ("int64", [7] * 9), ("float64", [0.0, 1e300, -2.5]), ("string", []),
    ],
)  # fmt: skip
def test_columns_of_parquet_are_those_that_arrow_makes_of_the_values(kind, values):
    arrow = stored.parquet.load()
    kind = getattr(arrow, kind)()
    made = stored._array(arrow, kind, values)
    made.validate(full=True)
    assert made.equals(arrow.array(values, kind)) and made.to_pylist() == values


def test_a_second_look_reads_only_what_changed_and_finds_the_same_as_a_first(tmp_path, monkeypatch):
    for second in range(5):
        put(tmp_path / "in", noise(8000, second)[0], after(second))
    archive.scan(tmp_path / "in", zone="UTC").save(tmp_path / "c.jsonl")
    assert archive.scan(tmp_path / "in", zone="UTC", catalogue=tmp_path / "c.jsonl").read == 0
    changed = put(tmp_path / "in", noise(4000, 9)[0], after(2))
    put(tmp_path / "in", noise(8000, 7)[0], after(5))
    (tmp_path / "in" / "A_20240501_043003.wav").unlink()
    (tmp_path / "in" / "A_20240501_043004.wav.toml").write_text("end_to_end = 170.0\n")
    again = archive.scan(tmp_path / "in", zone="UTC", catalogue=tmp_path / "c.jsonl")
    fresh = archive.scan(tmp_path / "in", zone="UTC")
    assert again.read == 3 and again.segments == fresh.segments and again.findings == fresh.findings
    assert next(one.n_samples for one in again.segments if one.file == os.fspath(changed)) == 4000
    other = archive.scan(tmp_path / "in", zone="+01:00", catalogue=tmp_path / "c.jsonl")
    assert other.segments == archive.scan(tmp_path / "in", zone="+01:00").segments


@pytest.mark.parametrize("name", ["c.parquet", "c.jsonl"])
def test_a_catalogue_that_is_damaged_is_refused_and_never_half_read(tmp_path, name):
    for second in range(3):
        put(tmp_path / "in", noise(80, second)[0], after(second))
    path = tmp_path / name
    archive.scan(tmp_path / "in", zone="UTC").save(path)
    whole = path.read_bytes()
    behind_a_line = whole.rstrip().rfind(b"\n") + 1 if name.endswith("jsonl") else 1000
    for cut in (0, 3, len(whole) // 2, behind_a_line, len(whole) - 2):
        path.write_bytes(whole[:cut])
        with pytest.raises(SourceError, match=r"c\.\w+: is no (whole )?catalogue"):
            archive.Catalogue.open(path)
    with pytest.raises(SourceError, match="does not exist"):
        archive.Catalogue.open(tmp_path / "none.parquet")


def test_a_catalogue_replaces_nothing_but_a_catalogue(tmp_path):
    put(tmp_path / "in", noise(80)[0])
    catalogue = archive.scan(tmp_path / "in", zone="UTC")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt: is there already and is no catalogue"):
        catalogue.save(tmp_path / "notes.txt")
    catalogue.save(tmp_path / "c.jsonl")
    catalogue.save(tmp_path / "c.jsonl")
    assert json.loads((tmp_path / "c.jsonl").read_text().splitlines()[1])["n_samples"] == 80
    assert stored.form_of("c.JSONL") == ".jsonl"


def test_a_clock_that_was_checked_twice_gives_true_times_and_the_true_rate(tmp_path):
    """A recorder that is 5 ppm slow, and was a second late when it was put out."""
    put(tmp_path, noise(8000)[0])
    put(tmp_path, noise(8000, 1)[0], after(1_000_000))
    check = [(BEGAN, after(1)), (after(1_000_000), after(1_000_006))]
    catalogue = archive.scan(tmp_path, zone="UTC", clock_check=check)
    assert times(catalogue) == [ns_of(after(1)), ns_of(after(1_000_006))]
    [timeline] = catalogue.timelines()
    for second in (0, 1_000_000):
        wanted = ns_of(after(1)) + round(second * 1_000_005_000)
        sample = timeline.clock.sample_at(wanted)
        assert abs(timeline.clock.utc_ns_at(sample) - wanted) < 1_000_000
        assert abs(sample - second * RATE) <= 1
    with pytest.raises(SettingsError, match=r"wrong by .* ppm; no clock is"):
        archive.scan(tmp_path, zone="UTC", clock_check=[(BEGAN, BEGAN), (after(10), after(20))])

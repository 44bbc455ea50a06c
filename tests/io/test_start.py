"""When a sound began: told by whom, in which order, and never guessed."""

import json
import pickle
import struct
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import soundfile

from sonograph import Calibration, Limits, SettingsError, SonographError, draw, read
from sonograph import open as open_sound
from sonograph.cli import main
from sonograph.io.calibrations import beside
from sonograph.io.opening import Opening
from sonograph.io.starts import checked_zone, start_in_name

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2024, 5, 1, 12, 0, 0, tzinfo=BERLIN)


@pytest.fixture
def sound(tmp_path):
    """A sound of one second under a name; with more chunks if any are given."""

    def make(name="a.wav", more=b""):
        soundfile.write(tmp_path / name, np.zeros(8000), 8000, subtype="PCM_16", format="WAV")
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[:4] + struct.pack("<I", len(data) - 8 + len(more)) + data[8:] + more)
        return tmp_path / name

    return make


def guano(text):
    body = f"Timestamp: {text}".encode()
    body += b" " * (len(body) % 2)
    return b"guan" + struct.pack("<I", len(body)) + body


def bext(day, time):
    body = bytes(320) + day.encode() + time.encode() + bytes(602 - 338)
    return b"bext" + struct.pack("<I", len(body)) + body


def start_of(path, **options):
    with open_sound(path, **options) as source:
        return source.start


@pytest.mark.parametrize(
    ("name", "pattern", "wanted"),
    [
        ("S4A_20240501_120000.wav", "%Y%m%d_%H%M%S", "2024-05-01 12:00:00"),
        ("5678.240501120000.wav", "%y%m%d%H%M%S", "2024-05-01 12:00:00"),
        ("20240501T120000_extra.wav", "%Y%m%dT%H%M%S", "2024-05-01 12:00:00"),
        ("REC 2024-122 12h00.wav", "%Y-%j %Hh%M", "2024-05-01 12:00:00"),
        ("100%_2024.05.01-12.wav", "100%%_%Y.%m.%d-%H", "2024-05-01 12:00:00"),
        ("a_20240501_120000.250.wav", "%Y%m%d_%H%M%S.%f", "2024-05-01 12:00:00.250000"),
        ("20240501_120000_20240501_130000.wav", "%Y%m%d_%H%M%S_2", "2024-05-01 12:00:00"),
    ],
)
def test_a_name_tells_the_time_by_a_pattern_in_a_zone(sound, name, pattern, wanted):
    path = sound(name)
    start = start_of(path, start=pattern, zone="Europe/Berlin")
    assert start == datetime.fromisoformat(wanted).replace(tzinfo=BERLIN) and start.tzinfo == BERLIN
    assert start_of(path, start=pattern, zone="-03:30").utcoffset() == -timedelta(hours=3, minutes=30)


def test_a_pattern_may_read_the_zone_too(sound):
    assert start_of(sound("20240501_120000+0200.wav"), start="%Y%m%d_%H%M%S%z") == NOON
    assert start_of(sound("20240501_100000Z.wav"), start="%Y%m%d_%H%M%S%z") == NOON


@pytest.mark.parametrize(
    "options",
    [
        {"start": NOON},
        {"start": "2024-05-01T12:00:00+02:00"},
        {"start": "2024-05-01 10:00:00Z"},
        {"start": "2024-05-01 12:00", "zone": BERLIN},
        {"start": datetime(2024, 5, 1, 10), "zone": "utc"},
    ],
)
def test_a_time_with_its_zone_is_taken_whatever_the_file_says(sound, options):
    assert start_of(sound(more=guano("2020-01-01T00:00:00Z")), **options) == NOON
    assert read(sound(), **options).start == NOON


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"start": "2024-05-01T12:00:00"},
            r"start is 2024-05-01T12:00:00, which has no zone; give zone: a name as Eur",
        ),
        ({"start": datetime(2024, 5, 1)}, "which has no zone; give zone: "),
        ({"start": "%Y%m%d_%H%M%S"}, r"start is '%Y%m%d_%H%M%S', which has no zone; give zone: .*\+02:00, or UTC"),
        ({"start": NOON, "zone": "UTC"}, "which has a zone, and zone is given; leave one out"),
        ({"start": "%Y%m%d%H%z", "zone": "UTC"}, r"which has a zone \(%z\), and zone is given; leave one out"),
        ({"start": "noon"}, "start is 'noon'; it must be a time, as 2024-05-01T04:30:00"),
        ({"start": "%H%M%S", "zone": "UTC"}, "it must tell the day and the hour"),
        ({"start": "%Y%m%d%H%Q", "zone": "UTC"}, "of %Q no time can be read: it may have %Y, %y"),
        ({"start": "%Y%m%d%H%H", "zone": "UTC"}, "which has %H twice"),
        ({"zone": "Atlantis"}, "zone is 'Atlantis'; it must be a name as Europe/Berlin, an offset"),
        ({"zone": "+25:00"}, r"zone is '\+25:00'"),
        ({"zone": "../../etc/passwd"}, "zone is '../../etc/passwd'"),
    ],
)
def test_what_is_no_time_or_no_zone_is_refused_before_a_file_is_opened(options, message):
    with pytest.raises(SettingsError, match=message):
        Opening(**options)
    with pytest.raises(SettingsError, match=message):
        open_sound("no such file.wav", **options)


@pytest.mark.parametrize("name", ["robin.wav", "20249901_120000.wav", "120240501_1200001.wav", "20240501120000.wav"])
def test_a_name_that_a_pattern_does_not_fit_is_one_sentence(sound, name):
    message = f"{name}: its name has no part that is %Y%m%d_%H%M%S, as 20240501_043000; give a pattern that is in it"
    with pytest.raises(SettingsError, match=message):
        open_sound(sound(name), start="%Y%m%d_%H%M%S", zone="UTC")


def test_two_times_in_a_name_are_not_chosen_from(sound):
    with pytest.raises(SettingsError, match="its name has 2 times of the pattern"):
        open_sound(sound("20240501_120000_20240501_130000.wav"), start="%Y%m%d_%H%M%S", zone="UTC")


@pytest.mark.parametrize(("hour", "comes"), [("20241027_023000", "comes twice"), ("20240331_023000", "does not come")])
def test_an_hour_of_changing_clocks_is_refused(sound, hour, comes):
    path = sound(f"{hour}.wav")
    with pytest.raises(
        SettingsError, match=rf"its start .* 02:30:00 {comes} in Europe/Berlin.*\+0[12]:00 or \+0[12]:00"
    ):
        open_sound(path, start="%Y%m%d_%H%M%S", zone="Europe/Berlin")
    assert start_of(path, start="%Y%m%d_%H%M%S", zone="+01:00").hour == 2


# Beside the file


def test_a_file_beside_it_says_when_it_was_and_a_flag_counts_for_more(sound):
    path = sound("20240501_120000.wav", guano("2020-01-01T00:00:00Z"))
    path.with_name("calibration.toml").write_text('start = "%Y%m%d_%H%M%S"\nzone = "Europe/Berlin"\n')
    assert start_of(path) == NOON and start_of(path, calibration=False) == NOON
    toml = path.with_name(f"{path.name}.toml")
    toml.write_text('start = "2024-05-02T12:00:00+02:00"\n')
    assert start_of(path) == NOON + timedelta(days=1)
    toml.write_text("start = 2024-05-03T12:00:00+02:00\n")  # TOML has times of its own
    assert start_of(path) == NOON + timedelta(days=2)
    assert start_of(path, start="2024-05-04T12:00:00+02:00") == NOON + timedelta(days=3)
    toml.write_text('start = 2024-05-03T12:00:00\nzone = "UTC"\n')
    assert start_of(path) == datetime(2024, 5, 3, 12, tzinfo=UTC)


def test_calibration_and_start_may_lie_in_two_files_and_a_zone_in_a_third_place(sound):
    path = sound("20240501_120000.wav")
    path.with_name("calibration.toml").write_text('end_to_end = 176.0\nstart = "%Y%m%d_%H%M%S"\n')
    path.with_name(f"{path.name}.toml").write_text('zone = "Europe/Berlin"\n')
    with open_sound(path) as source:
        assert (source.start, source.unit) == (NOON, "µPa")
    path.with_name(f"{path.name}.toml").unlink()
    assert start_of(path, zone="Europe/Berlin") == NOON
    with pytest.raises(
        SonographError, match=r"calibration\.toml: start is '%Y%m%d_%H%M%S', which has no zone; give zone"
    ):
        open_sound(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'start = "2024-05-01T12:00:00Z"',
            r"calibration\.toml: start is .*, one time for all files of the folder; give a",
        ),
        ('zone = "Atlantis"', r"calibration\.toml: zone is 'Atlantis'"),
        ("start = 5", r"calibration\.toml: start is '5'; it must be a time"),
        ('start = "%Y"\nzone = "UTC"', r"calibration\.toml: start is '%Y'; it must tell the day"),
        ("start : noon", r"calibration\.toml: it is not TOML"),
    ],
)
def test_what_a_file_beside_it_cannot_say_is_one_sentence_with_its_name(sound, text, message):
    path = sound()
    path.with_name("calibration.toml").write_text(text)
    with pytest.raises(SonographError, match=message):
        open_sound(path)


def test_what_lies_beside_a_file_is_part_of_what_it_is(sound):
    path = sound()
    found = [beside(path)]
    for name, text in (
        ("a.wav.toml", 'zone = "UTC"'),
        ("calibration.toml", 'zone = "UTC"'),
        ("a.wav.toml", 'zone = "Z"'),
    ):
        path.with_name(name).write_text(text)
        found.append(beside(path))
    assert len({json.dumps(one) for one in found}) == 4


# The file's own


@pytest.mark.parametrize(
    "more", [guano("2024-05-01 12:00:00"), bext("2024-05-01", "12:00:00"), bext("2024:05:01", "12-00-00")]
)  # fmt: skip
def test_a_time_that_a_file_tells_without_a_zone_counts_with_one(sound, more):
    path = sound(more=more)
    assert start_of(path) is None
    assert start_of(path, zone="Europe/Berlin") == NOON
    path.with_name("calibration.toml").write_text('zone = "Europe/Berlin"\n')
    assert start_of(path) == NOON


def test_a_zone_for_a_file_that_tells_no_time_is_refused_and_for_a_folder_not(sound):
    with pytest.raises(
        SettingsError, match=r"a\.wav: zone is given, and the file says no time that is of it; give start"
    ):
        open_sound(sound(), zone="UTC")
    sound().with_name("calibration.toml").write_text('zone = "UTC"\n')
    assert start_of(sound()) is None
    assert start_of(sound(more=guano("2024-05-01T12:00:00+02:00"))) == NOON  # its own zone is its zone


# Opening


def test_an_opening_is_one_value_with_a_name_of_its_fields():
    values = {"sample_rate": 8000, "time_column": "t", "unit": "Pa", "calibration": Calibration.volts(2.0)}
    values |= {"raw": "8000:1:s16", "start": NOON, "limits": Limits(channels=2)}
    named = [Opening(**{name: value}) for name, value in values.items()]
    named += [Opening(), Opening(calibration=False), Opening(zone="UTC"), Opening(start="%Y%m%d%H", zone="UTC")]
    assert len({opening.digest for opening in named}) == len({*named}) == len(named)
    whole = Opening(**values)
    assert Opening().but(**values) == whole == pickle.loads(pickle.dumps(whole)) and hash(whole) is not None
    assert whole.digest == pickle.loads(pickle.dumps(whole)).digest
    assert whole.but(unit=None) == whole and whole.but(sample_rate=1).sample_rate == 1.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sample_rate": -1}, "sample_rate is -1; it must be above 0 Hz"),
        ({"unit": "furlong"}, "unit is 'furlong', which is not known"),
        ({"raw": "fast"}, "raw is 'fast'"),
        ({"limits": 5}, r"limits is 5; it must be Limits\(…\)"),
        ({"calibration": 176.0}, "calibration is 176.0; it must be a Calibration, False for none, or None"),
    ],
)
def test_an_opening_checks_itself(values, message):
    with pytest.raises(SettingsError, match=message):
        Opening(**values)
    with pytest.raises(SettingsError, match="rate is not known here; a file is opened with sample_rate, time_column"):
        Opening().but(rate=5)


def test_open_takes_an_opening_and_what_is_given_besides_takes_its_place(sound):
    how = Opening(unit="Pa", start=NOON)
    with open_sound(sound(), opening=how) as source:
        assert (source.unit, source.start) == ("Pa", NOON)
    with open_sound(sound(), opening=how, unit="V") as source:
        assert (source.unit, source.start) == ("V", NOON)
        assert read(sound(), opening=source.opening).unit == "V"


def test_a_source_in_another_process_or_once_more_keeps_what_was_found(sound):
    path = sound("20240501_120000.wav")
    toml = path.with_name("calibration.toml")
    toml.write_text('end_to_end = 176.0\nstart = "%Y%m%d_%H%M%S"\nzone = "Europe/Berlin"\n')
    with open_sound(path) as source:
        toml.unlink()
        for other in (pickle.loads(pickle.dumps(source)), source.again()):
            assert (other.start, other.unit) == (NOON, "µPa")


# Shown


def test_the_command_shows_it_in_words_and_on_the_axis(sound, tmp_path, capsys):
    path = str(sound("5678.240501120000.wav"))
    flags = ["--start-time", "%y%m%d%H%M%S", "--zone", "+02:00"]
    assert main(["info", "--json", path, *flags]) == 0
    assert json.loads(capsys.readouterr().out)["start"] == NOON.isoformat()
    assert main(["draw", "-q", path, "-o", str(tmp_path / "a.svg"), *flags]) == 0
    assert "after 12:00:00 on 2024-05-01 (UTC+02:00)" in (tmp_path / "a.svg").read_text()
    with open_sound(path, start=NOON) as source:
        assert "12:00:00 on 2024-05-01 (CEST)" in draw(source).axes[0].get_xlabel()


def test_the_command_refuses_in_its_own_words(sound, tmp_path, capsys):
    path, out = str(sound()), str(tmp_path / "a.png")
    assert main(["draw", path, "-o", out, "--start-time", "%Y%m%d_%H%M%S"]) == 2
    assert "--start-time is '%Y%m%d_%H%M%S', which has no zone; give --zone: a name as" in capsys.readouterr().err
    assert main(["draw", path, "-o", out, "--zone", "Atlantis"]) == 2
    assert "--zone is 'Atlantis'" in capsys.readouterr().err
    assert main(["draw", path, "-o", out, "--view", "spectrum", "--start-time", "2024-05-01T12:00Z"]) == 2
    assert "--start-time has no effect with --view spectrum" in capsys.readouterr().err
    assert main(["draw", path, "-o", out, "--start-time", "%Y%m%d_%H%M%S", "--zone", "UTC"]) == 2
    assert "a.wav: its name has no part that is %Y%m%d_%H%M%S" in capsys.readouterr().err


def test_offsets_and_names_of_zones():
    for text, hours in (("+2", 2), ("UTC+02:00", 2), ("-11", -11), ("+0530", 5.5), ("z", 0), ("Asia/Kolkata", 5.5)):
        assert NOON.astimezone(checked_zone(text)).utcoffset() == timedelta(hours=hours)
    assert start_in_name("20240501_120000", "%Y%m%d_%H%M%S", timezone(timedelta(hours=2))) == NOON

"""What a file says about itself is read where it says it, and only believed where it can be."""

import struct
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import soundfile

from sonograph.errors import SettingsError
from sonograph.io.audio import open as open_sound
from sonograph.io.audio import read
from sonograph.sounds.calibration import Calibration

MOTH = "AudioMoth 24F319055FDF2AC6"
SAMPLES = struct.pack("<1000h", *range(1000))
FORMAT = struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def wav(path, *extra):
    body = b"WAVE" + chunk(b"fmt ", FORMAT) + b"".join(extra) + chunk(b"data", SAMPLES)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def info(**texts):
    return chunk(
        b"LIST", b"INFO" + b"".join(chunk(name.encode(), text.encode() + b"\0") for name, text in texts.items())
    )


@pytest.mark.parametrize(
    ("comment", "start", "gain"),
    [
        (
            f"Recorded at 19:17:30 14/02/2018 (UTC) by {MOTH} at gain setting 2 while battery state was 4.2V",
            datetime(2018, 2, 14, 19, 17, 30, tzinfo=UTC),
            "2",
        ),
        (
            f"Recorded at 09:05:00 01/05/2022 (UTC-3:30) by {MOTH} at medium-high gain while battery "
            "was 4.3V and temperature was 21.3C.",
            datetime(2022, 5, 1, 9, 5, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
            "medium-high",
        ),
        (
            f"Recorded at 23:59:59.500 31/12/2023 (UTC+1) by {MOTH} at low gain while battery was 4.0V",
            datetime(2023, 12, 31, 23, 59, 59, 500_000, tzinfo=timezone(timedelta(hours=1))),
            "low",
        ),
    ],
)
def test_an_audiomoth_tells_its_time_its_number_and_its_gain(tmp_path, comment, start, gain):
    with open_sound(wav(tmp_path / "a.wav", info(ICMT=comment))) as sound:
        assert sound.start == start and sound.start.utcoffset() == start.utcoffset()
        assert sound.metadata.device == MOTH
        assert sound.metadata.gain == gain
        assert sound.metadata.battery in comment and sound.metadata.battery.endswith("V")


def test_an_audiomoth_of_a_deployment_tells_as_much(tmp_path):
    """As firmware 1.8 writes it; the device stands in the artist alone."""
    comment = (
        "Recorded at 04:00:00 01/06/2023 (UTC-0:30) during deployment 0F4A2B7C91D3E865 using external microphone at "
    )
    comment += "low-medium gain while battery was greater than 4.9V and temperature was -3.5C. Recording stopped."
    with open_sound(wav(tmp_path / "a.wav", info(IART=MOTH, ICMT=comment))) as sound:
        told = sound.metadata
    assert told.start == datetime(2023, 6, 1, 4, 30, tzinfo=UTC)
    assert (told.device, told.gain, told.battery, told.temperature) == (
        MOTH,
        "low-medium",
        "greater than 4.9V",
        "-3.5C",
    )


def test_guano_is_read_and_its_time_has_a_zone(tmp_path):
    text = "GUANO|Version: 1.0\nTimestamp: 2021-08-01T22:14:05+02:00\nMake: Pettersson\nModel: D500X\n"
    text += "PET|Gain: 80\nNote: µ\n"
    with open_sound(wav(tmp_path / "a.wav", chunk(b"guan", text.encode()))) as sound:
        assert sound.start == datetime(2021, 8, 1, 20, 14, 5, tzinfo=UTC)
        assert (sound.metadata.device, sound.metadata.gain) == ("Pettersson D500X", "80")
        assert sound.metadata.fields["guano.Note"] == "µ"


def test_a_time_without_a_zone_is_told_but_not_believed(tmp_path):
    bext = bytearray(602)
    bext[256:264], bext[320:330], bext[330:338] = b"Recorder", b"2020-01-02", b"03:04:05"
    with open_sound(wav(tmp_path / "a.wav", chunk(b"bext", bytes(bext)))) as sound:
        assert sound.start is None
        assert sound.metadata.device == "Recorder"
        assert sound.metadata.fields["bext.OriginationTime"] == "03:04:05"


def test_marks_have_their_places_and_labels(tmp_path):
    cues = struct.pack("<I", 2) + struct.pack("<II4sIII", 1, 0, b"data", 0, 0, 700)
    cues += struct.pack("<II4sIII", 2, 0, b"data", 0, 0, 300)
    labels = chunk(b"LIST", b"adtl" + chunk(b"labl", struct.pack("<I", 2) + b"song\0"))
    with open_sound(wav(tmp_path / "a.wav", chunk(b"cue ", cues), labels)) as sound:
        assert sound.metadata.cues == ((300, "song"), (700, ""))


def test_ixml_gives_its_texts_and_follows_nothing(tmp_path):
    xml = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><BWFXML><SCENE>dawn</SCENE><NOTE>&a;</NOTE></BWFXML>'
    with open_sound(wav(tmp_path / "a.wav", chunk(b"iXML", xml))) as sound:
        assert sound.metadata.fields == {"iXML.SCENE": "dawn", "iXML.NOTE": "&a;"}


def test_hostile_texts_become_one_printable_line(tmp_path):
    with open_sound(wav(tmp_path / "a.wav", info(INAM="a\x1b[31m\nb" + "x" * 5000))) as sound:
        value = sound.metadata.fields["INFO.INAM"]
        assert value.isprintable() and value.startswith("a [31m b") and len(value) <= 2000


def test_comments_of_flac_and_ogg_are_read(tmp_path):
    for name in ("a.flac", "a.ogg"):
        with soundfile.SoundFile(tmp_path / name, "w", 8000, 1) as file:
            file.title, file.comment = "Robin", "dawn"
            file.write(np.zeros(4000))
        with open_sound(tmp_path / name) as sound:
            assert sound.metadata.fields["comment.TITLE"] == "Robin"


def test_a_calibration_is_found_beside_the_file_in_its_folder_and_in_its_metadata(tmp_path):
    path = wav(tmp_path / "a.wav", chunk(b"guan", b"Sonograph|End To End: 170 dB re 1 uPa\n"))
    with open_sound(path) as sound:
        assert sound.calibration == Calibration.end_to_end(170.0)
    (tmp_path / "calibration.toml").write_text("end_to_end = 175")
    with open_sound(path) as sound:
        assert sound.calibration == Calibration.end_to_end(175.0)
    (tmp_path / "a.wav.toml").write_text("end_to_end = 176")
    with open_sound(path) as sound:
        assert sound.unit == "µPa"
        wanted = np.arange(1000, dtype=np.float32) / 32768 * np.float32(10 ** (176 / 20))
        np.testing.assert_allclose(sound.read(range(1000))[0], wanted, rtol=1e-6)
        np.testing.assert_array_equal(np.concatenate(list(sound.blocks(77)), axis=1), sound.read(range(1000)))
    with open_sound(path, calibration=False) as sound:
        assert (sound.unit, sound.calibration) == ("FS", None)
    with open_sound(path, unit="V") as sound:
        assert (sound.unit, sound.calibration) == ("V", None)
    (tmp_path / "a.wav.toml").write_text("end_to_end = -176")
    with pytest.raises(SettingsError, match=r"a\.wav\.toml: end_to_end is -176.*did you mean 176"):
        open_sound(path)
    with pytest.raises(SettingsError, match="unit is V and the calibration gives µPa"):
        open_sound(path, unit="V", calibration=Calibration.end_to_end(176.0))


def test_a_level_that_cannot_be_is_said(tmp_path):
    with open_sound(wav(tmp_path / "a.wav"), calibration=Calibration(1e-6, "V")) as volts:
        assert volts.check().word == "ok"
    with open_sound(wav(tmp_path / "a.wav"), calibration=Calibration.end_to_end(269.0)) as sound:
        status = sound.check()
        assert (status.word, status.reason) == ("warn", "calibration")
        assert "which no sound has; check the calibration and its signs" in status.sentence


def test_samples_in_memory_keep_the_response(tmp_path):
    calibration = Calibration.end_to_end(176.0, response=[[10, -3.0], [100, 0.0]])
    with open_sound(wav(tmp_path / "a.wav"), calibration=calibration) as sound:
        assert sound.calibration.response_at(10.0) == -3.0
    assert read(tmp_path / "a.wav", calibration=calibration).calibration == calibration

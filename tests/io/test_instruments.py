"""What instruments, editors and data centres export as text: the lines above the numbers say rate, names and units."""

import datetime as dt

import numpy as np
import pytest

from sonograph.errors import SourceError
from sonograph.io.audio import open as open_sound

N, RATE = 400, 200.0
X = np.round(np.sin(np.arange(N) / 9), 4)
T = np.arange(N) / RATE


def rows(form):
    return "".join(form.format(t=t, x=x, i=i, ms=t * 1000) + "\n" for i, (t, x) in enumerate(zip(T, X, strict=True)))


TEKTRONIX = [
    "Record Length,4.0e+02",
    "Sample Interval,5.0e-03",
    "Trigger Point,2.0e+02",
    "Source,CH1",
    "Vertical Units,V",
    "Horizontal Units,s",
]
LVM = (
    "LabVIEW Measurement\nSeparator\tTab\nDate\t2024/01/01\nTime\t10:00:00\nX_Dimension\tTime\nX0\t0.0E+0\n"
    "Delta_X\t5.0E-3\n***End_of_Header***\n"
)
EXPORTS = {
    "Keysight": ("x-axis,1\nsecond,Volt\n" + rows("{t:+.6E},{x:+.4E}"), "V"),
    "Keysight, two lines of words": ("x-axis,CH1\nsecond,Volt\n" + rows("{t:.6f},{x:.4f}"), "V"),
    "Rigol": ("X,CH1,Start,Increment,\nSequence,Volt,-1.0E+00,5.0E-03,\n" + rows("{i},{x:.4e},,,"), "V"),
    "Rigol, preamble": ("Model,DS1\nSample Interval,5.0E-03\n\nTIME,CH1\n" + rows("{t:.6f},{x:.4f}"), "FS"),
    "Siglent": (
        "Record Length,Analog:400\nSample Interval,CH1:5e-3\nVertical Units,CH1:V\nSecond,Volt\n"
        + rows("{t:.6f},{x:.4f}"),
        "V",
    ),
    "PicoScope": ("Time,Channel A\n(ms),(V)\n\n" + rows("{ms:.8f},{x:.8f}"), "V"),
    "LeCroy": (
        "LECROYWS452,1,Waveform\nSegments,1,SegmentSize,400\nSegment,TrigTime,TimeSinceSegment1\n"
        "#1,28-Feb-2008 10:10:10,0\nTime,Ampl\n" + rows("{t:.6f},{x:.4f}"),
        "FS",
    ),
    "Tektronix TDS": (
        "".join(
            f"{(TEKTRONIX + [','] * N)[i]},{t:.9f},  {x:.5f},\n" for i, (t, x) in enumerate(zip(T, X, strict=True))
        ),
        "V",
    ),
    "LTspice": ("time\tV(out)\n" + rows("{t:.15e}\t{x:.6e}"), "FS"),
    "LabVIEW, no column of times": (LVM + "X_Value\tVoltage\tComment\n" + rows("\t{x:.6f}\t"), "FS"),
    "LabVIEW, times": (LVM + "X_Value\tVoltage\tComment\n" + rows("{t:.6f}\t{x:.6f}"), "FS"),
    "accelerometer": ("Sensor;A7\nTime [ms];X (g);\n" + rows("{ms:.3f};{x:.4f};"), "g"),
    "German accelerometer": (
        "Messung;1\nZeit [s];Beschl. [m/s^2]\n" + rows("{t:.4f};{x:.4f}").replace(".", ","),
        "m/s²",
    ),
    "DIN names": ("t/s;U/mV\n" + rows("{t:.4f};{x:.4f}"), "mV"),
    "rate in a comment": ("# sampling rate: 0.2 kHz\n" + rows("{x:.4f}"), "FS"),
    "interval in a comment": ("# dt = 5 ms\n# pressure\n" + rows("{x:.4f}"), "FS"),
    "samples per second": ("Samples/s,200\nCH1 (µPa)\n" + rows("{x:.4f}"), "µPa"),
    "times without a name": ("Sample Interval,0.005\n" + rows("{t:.6f},{x:.4f}"), "FS"),
    "coarse times, exact interval": ("Sample Interval,5.0E-03\nTime,CH1\n" + rows("{t:.2f},{x:.4f}"), "FS"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_with_its_rate_and_its_unit(tmp_path, name):
    text, unit = EXPORTS[name]
    (tmp_path / "a.csv").write_text(text)
    with open_sound(tmp_path / "a.csv") as sound:
        assert (sound.sample_rate, sound.n_channels, sound.unit) == (RATE, 1, unit)
        np.testing.assert_allclose(sound.read(range(N))[0], X, rtol=1e-9)
        assert sound.check().word == "ok"


def test_names_units_and_lines_above_are_kept(tmp_path):
    (tmp_path / "a.csv").write_text("Model,DS1\n\nTime (s),X (g),Y (g)\n" + rows("{t:.4f},{x},{x}"))
    with open_sound(tmp_path / "a.csv") as sound:
        fields = sound.metadata.fields
        assert [fields[f"column.{i}"] for i in range(3)] == ["Time [s]", "X [g]", "Y [g]"]
        assert fields["table.Model"] == "DS1"
        assert sound.unit == "g" and not any(name.startswith("table.Time") for name in fields)


def test_columns_in_different_units_are_said(tmp_path):
    (tmp_path / "a.csv").write_text("time (s),U (V),I (A)\n" + rows("{t:.4f},{x},{x}"))
    with open_sound(tmp_path / "a.csv") as sound:
        status = sound.check()
        assert (sound.unit, status.reason) == ("FS", "units") and "(V, A)" in status.sentence
    with open_sound(tmp_path / "a.csv", unit="V") as sound:
        assert sound.unit == "V"


def test_a_word_in_brackets_that_is_no_unit_stays_in_the_name(tmp_path):
    (tmp_path / "a.csv").write_text("time,V(out),X (left)\n" + rows("{t:.4f},{x},{x}"))
    with open_sound(tmp_path / "a.csv") as sound:
        assert (sound.unit, sound.metadata.fields["column.1"], sound.metadata.fields["column.2"]) == (
            "FS",
            "V(out)",
            "X (left)",
        )


def test_a_rate_above_that_the_times_contradict_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("Sample Rate,1000\ntime,x\n" + rows("{t:.4f},{x}"))
    with open_sound(tmp_path / "a.csv") as sound:
        assert sound.sample_rate == RATE
        assert "says 1000 samples a second above its numbers, and its times say 200" in sound.check().sentence


AUDACITY = "Sample Rate: 44100 Hz. Sample values on linear scale. {}\n\n"


@pytest.mark.parametrize(
    ("says", "text", "channels"),
    [
        ("1 channel (mono).", rows("{x:.5f}"), [X]),
        ("1 channel (mono).", rows("{i}\t{x:.5f}").replace("\t", " \t"), None),
        ("2 channels (stereo).", rows("{x:.5f}\t{t:.5f}"), [X, T]),
        ("2 channels (stereo). Left and right channels on alternate lines.", rows("{x:.5f}"), [X[::2], X[1::2]]),
        ("2 channels (stereo). Left channel then right channel.", rows("{x:.5f}"), [X[: N // 2], X[N // 2 :]]),
    ],
)
def test_sample_data_as_audacity_exports_them(tmp_path, says, text, channels):
    (tmp_path / "a.txt").write_text(AUDACITY.format(says) + text)
    with open_sound(tmp_path / "a.txt") as sound:
        assert sound.sample_rate == 44_100
        if channels is not None:
            np.testing.assert_allclose(sound.read(range(sound.n_samples)), channels, atol=1e-5)


def test_levels_without_a_sign_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text(
        "Sample Rate: 44100 Hz. Sample values on dB scale.\n1 channel (mono).\n\n-6.0\n-7.0\n"
    )
    with pytest.raises(SourceError, match=r"holds levels in dB, which have no sign\. Export samples on a linear scale"):
        open_sound(tmp_path / "a.txt")


HEAD = "TIMESERIES IU_ANMO_00_{channel}_M, {n} samples, 20 sps, {start}, {form}, FLOAT, {unit}\n"


def head(form, n=N, start="2010-02-27T06:30:00.069538", channel="BHZ", unit="M/S"):
    return HEAD.format(form=form, n=n, start=start, channel=channel, unit=unit)


def slist(values):
    texts = [f"{x:.4f}" for x in values]
    return "".join("\t".join(texts[i : i + 6]) + "\n" for i in range(0, len(texts), 6))


@pytest.mark.parametrize("form", ["TSPAIR", "SLIST"])
@pytest.mark.parametrize("name", ["a.txt", "a.slist", "a"])
def test_samples_of_a_seismometer(tmp_path, form, name):
    pairs = "".join(f"2010-02-27T06:30:{i / 20:09.6f}  {x:.4f}\n" for i, x in enumerate(X))
    (tmp_path / name).write_text(head(form) + (pairs if form == "TSPAIR" else slist(X)))
    with open_sound(tmp_path / name) as sound:
        assert (sound.sample_rate, sound.unit, sound.format) == (20.0, "m/s", form)
        assert sound.start == dt.datetime(2010, 2, 27, 6, 30, 0, 69_538, tzinfo=dt.UTC)
        np.testing.assert_array_equal(sound.read(range(N))[0], X)
        assert sound.check().word == "ok"


def test_a_gap_of_a_seismometer_is_no_data_in_its_place(tmp_path):
    text = (
        head("SLIST", 120, "2010-02-27T06:30:00")
        + slist(X[:120])
        + head("SLIST", 60, "2010-02-27T06:30:07")
        + slist(X[140:200])
    )
    (tmp_path / "a.txt").write_text(text)
    with open_sound(tmp_path / "a.txt") as sound:
        values = sound.read(range(200))[0]
        np.testing.assert_array_equal(
            values, np.where((np.arange(200) < 120) | (np.arange(200) >= 140), X[:200], np.nan)
        )
        assert sound.check().reason == "gap" and "a gap of 1 s" in sound.check().sentence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            head("SLIST", 6) + "1\t2\t3\t4\t5\t6\n" + head("SLIST", 6, "2010-02-27T06:30:00.2") + "1 2 3 4 5 6\n",
            "overlap",
        ),
        (head("SLIST", 6) + "1\t2\t3\tfour\t5\t6\n", "has 'four' where a sample is expected"),
        (head("TSPAIR", 2) + "2010-02-27T06:30:00 1\n2\n", "row 3 is not a time and a sample"),
        (head("SLIST", 2) + "1 2\n" + head("SLIST", 3, channel="BHN") + "1 2 3\n", "channels of different times"),
        ("TIMESERIES of something\n1 2\n", "row 1 begins as TIMESERIES and does not go on"),
    ],
)
def test_samples_of_a_seismometer_that_do_not_fit_are_refused(tmp_path, text, message):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(SourceError, match=rf"a\.txt: .*{message}"):
        open_sound(tmp_path / "a.txt")


def test_channels_of_a_seismometer_are_side_by_side(tmp_path):
    (tmp_path / "a.txt").write_text(
        "".join(head("SLIST", 60, channel=c) + slist(X[i : i + 60]) for i, c in enumerate(("BHZ", "BHN")))
    )
    with open_sound(tmp_path / "a.txt") as sound:
        np.testing.assert_array_equal(sound.read(range(60)), [X[:60], X[1:61]])


@pytest.mark.parametrize(("cut", "reason"), [(3, "row-cut"), (0, "data-cut")])
def test_samples_of_a_seismometer_that_are_cut_are_said(tmp_path, cut, reason):
    text = head("SLIST", N if not cut else 60) + slist(X[:60])
    (tmp_path / "a.txt").write_text(text[: len(text) - cut])
    with open_sound(tmp_path / "a.txt") as sound:
        status = sound.check()
        assert (status.word, status.reason) == ("partial", reason)
        np.testing.assert_array_equal(sound.read(range(59))[0], X[:59])

"""The list of what can be read: one table, in the docs and in the command; and what FFmpeg reads is named."""

import struct
from pathlib import Path

import numpy as np
import pytest

from sonograph.cli import main
from sonograph.errors import MissingExtra, SettingsError, SourceError
from sonograph.io import readable, readers
from sonograph.io.audio import open as open_sound
from sonograph.io.decoders import av_decoding
from sonograph.io.numbers.raw import FORMATS as RAW
from sonograph.io.numbers.text_table import NAMES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_and_the_command_hold_the_one_table(capsys):
    assert readable.as_markdown() in (DOCS / "files.md").read_text(encoding="utf-8")
    assert main(["info", "--formats"]) == 0
    printed = capsys.readouterr().out
    for kind in readable.FORMATS:
        assert kind.name in printed and kind.endings in printed and kind.damage in printed


def test_every_reader_and_every_name_of_a_table_is_in_the_list():
    text = readable.as_markdown().lower()
    for kind in [*readers._OPENERS, *readers._NUMBERS]:
        assert {"riff": "wav", "text": "tables", "av": "mp4", "npy": "npy"}.get(kind, kind) in text
    assert all(f"{name} " in text for name in NAMES if name not in (".lvm", ".slist")) and ".lvm" in text


def ts(step=188, first=0):
    packet = bytes(first) + b"\x47" + bytes(step - first - 1)
    return packet * 20


def ac3(fscod=0, code=12):  # 96 kbit/s
    words = 2 * 96
    frame = b"\x0b\x77" + bytes(2) + bytes([fscod << 6 | code, 8 << 3]) + bytes(10)
    return frame.ljust(2 * words, b"\0") * 2


def ogv():
    packet = b"\x80theora" + bytes(30)
    return b"OggS" + bytes(22) + bytes([1, len(packet)]) + packet


TAG = b"ID3\3\0\0\0\0\0\x0a" + bytes(10)
FFMPEG = {
    "AMR": b"#!AMR\n",
    "AMR ": b"#!AMR-WB\n",
    "Ogg video (OGV)": ogv(),
    "MPEG-TS": ts(),
    "MPEG-TS ": ts(192, 4),
    "WavPack": b"wvpk",
    "AC-3": ac3(),
    "TTA (True Audio)": b"TTA1",
    "TTA (True Audio) ": TAG + b"TTA1",
    "APE (Monkey's Audio)": b"MAC ",
    "Musepack": b"MPCK",
    "TAK": b"tBaK",
    "DTS": bytes.fromhex("7ffe8001"),
    "DSF (DSD)": b"DSD ",
    "VOC": b"Creative Voice File\x1a",
    "QuickTime": struct.pack(">I4s", 8, b"wide"),
    "Matroska or WebM": b"\x1a\x45\xdf\xa3",
    "WMA, WMV or ASF": bytes.fromhex("3026b2758e66cf11"),
    "Shorten": b"ajkg\2",
}


@pytest.mark.parametrize("name", FFMPEG)
def test_what_ffmpeg_reads_is_named_with_the_extra_that_reads_it(tmp_path, monkeypatch, name):
    (tmp_path / "a.bin").write_bytes(FFMPEG[name] + bytes(4000))
    monkeypatch.setattr(av_decoding.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as error:
        open_sound(tmp_path / "a.bin")
    assert str(error.value).endswith(f"a.bin: is {name.strip()}, and reading it needs PyAV: pip install '.[av]'")


@pytest.mark.parametrize("name", [name for name in FFMPEG if "AMR" not in name])
def test_what_ffmpeg_cannot_read_after_all_is_a_sentence(tmp_path, name):
    pytest.importorskip("av")
    (tmp_path / "a.bin").write_bytes(FFMPEG[name] + bytes(4000))
    with pytest.raises(SourceError, match=r"a\.bin: "):
        open_sound(tmp_path / "a.bin")


@pytest.mark.parametrize(
    ("container", "codec", "ending"),
    [
        ("mpegts", "mp2", "ts"),
        ("wv", "wavpack", "wv"),
        ("ac3", "ac3", "ac3"),
        ("tta", "tta", "tta"),
        ("matroska", "aac", "mkv"),
    ],
)
def test_what_ffmpeg_reads_is_read_whatever_it_is_called(tmp_path, container, codec, ending):
    av = pytest.importorskip("av")
    n, rate = 24_000, 48_000
    wave = np.sin(2 * np.pi * 1000 * np.arange(n) / rate) / 2
    with av.open(tmp_path / f"a.{ending}", "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = rate
        for part in [*av.AudioResampler(stream.format, "mono", rate, stream.frame_size or 1024).resample(frame), None]:
            for packet in stream.encode(part):
                out.mux(packet)
    (tmp_path / f"a.{ending}").rename(tmp_path / "a.wav")
    with open_sound(tmp_path / "a.wav") as sound:
        assert sound.sample_rate == rate
        assert sound.n_samples == pytest.approx(n, abs=4096)
        middle = sound.read(range(8192, 16_384))[0]
        assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


# samples without a header


@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("channels", [1, 3])
def test_samples_without_a_header_are_what_they_are_said_to_be(tmp_path, name, channels):
    encoding = RAW[name]
    data = np.random.default_rng(0).integers(0, 256, encoding.width * channels * 50, np.uint8).tobytes()
    if encoding.kind == "float":
        data = (
            np.random.default_rng(0)
            .standard_normal(50 * channels)
            .astype(f"{'>' if encoding.big else '<'}f{encoding.width}")
            .tobytes()
        )
    (tmp_path / "a.raw").write_bytes(data)
    with open_sound(tmp_path / "a.raw", raw=f"8000:{channels}:{name}") as sound:
        assert (sound.sample_rate, sound.n_channels, sound.n_samples) == (8000.0, channels, 50)
        np.testing.assert_array_equal(sound.read(range(50)), encoding.samples(data, channels))
        assert sound.check().word == "ok"


def test_the_numbers_of_raw_samples_are_those_of_numpy(tmp_path):
    values = np.array([[0, 1, -32768], [32767, -1, 256]], np.int16)
    values.T.astype(">i2").tofile(tmp_path / "a.raw")
    with open_sound(tmp_path / "a.raw", raw="1e3:2:s16be") as sound:
        np.testing.assert_array_equal(sound.read(range(3)), values / 32768)


def test_a_raw_sample_that_is_not_whole_is_left_out_and_said(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(41))
    with open_sound(tmp_path / "a.raw", raw="8000:2:s16") as sound:
        assert (sound.n_samples, sound.check().reason) == (10, "sample-cut")


@pytest.mark.parametrize(
    "raw",
    ["", "8000", "8000:1", "8000:1:s17", "0:1:s16", "-1:1:s16", "8000:0:s16", "8000:1:s16:4", "x:1:s16", "1.2.3:1:s16"],
)
def test_raw_that_cannot_be_is_refused(tmp_path, capsys, raw):
    (tmp_path / "a.raw").write_bytes(bytes(40))
    with pytest.raises(SettingsError, match=r"raw (is|has the format) .*it must be"):
        open_sound(tmp_path / "a.raw", raw=raw)
    assert main(["info", str(tmp_path / "a.raw"), f"--raw={raw}"]) == 2
    assert "--raw " in capsys.readouterr().err


def test_a_file_with_a_header_is_not_read_as_raw(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(10))
    with pytest.raises(
        SettingsError, match=r"raw is '8000:1:s16'; .*a\.npy has a header that says what its samples are"
    ):
        open_sound(tmp_path / "a.npy", raw="8000:1:s16")
    (tmp_path / "a.raw").write_bytes(bytes(40))
    with pytest.raises(SettingsError, match=r"raw is .* and sample_rate is 8000.0; raw says the rate"):
        open_sound(tmp_path / "a.raw", raw="8000:1:s16", sample_rate=8000)


def test_every_command_that_reads_takes_raw_and_a_place_in_a_file(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wave = np.sin(np.arange(8000) / 3) / 2
    (wave * 32767).astype("<i2").tofile("a.raw")
    np.savez("a.npz", x=wave, y=-wave, fs=8000.0)
    for file, more in (("a.raw", ["--raw", "8000:1:s16le"]), ("a.npz:/y", [])):
        assert main(["info", file, *more]) == 0
        assert main(["draw", file, "-o", "a.png", "-q", *more]) == 0
        assert main(["features", file, "-o", "a.csv", "--feature", "rms", "-q", "--overwrite", *more]) == 0
        assert main(["listen", file, "-o", "out.wav", *more]) == 0
        with open_sound("out.wav") as sound:
            assert (sound.sample_rate, sound.n_samples) == (8000.0, 8000)
        Path("out.wav").unlink()
    assert main(["draw", "a.npz:/y", "-o", "a.npz", "-q"]) != 0  # an input is never written to
    assert Path("a.npz").read_bytes()[:2] == b"PK"

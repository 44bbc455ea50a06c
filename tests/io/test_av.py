"""Sound that only FFmpeg reads: in a process of its own, and nothing but the file that was named."""

import struct
import subprocess
import sys

import numpy as np
import pytest

from sonograph.errors import MissingExtra, SourceError
from sonograph.io.audio import open as open_sound

M4A = b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + bytes(200)


def encode(path, container, layout="stereo", n_samples=96_000, **options):
    av = pytest.importorskip("av", reason="PyAV is not installed (the extra av)")
    with av.open(str(path), "w", format=container, options=options) as out:
        stream = out.add_stream("aac", rate=48_000)
        stream.layout = layout
        count = stream.layout.nb_channels
        time = np.arange(n_samples) / 48_000
        tones = np.stack([0.3 * np.sin(2 * np.pi * (440 + 220 * k) * time) for k in range(count)]).astype(np.float32)
        planar = av.AudioResampler(format="fltp", layout=layout, rate=48_000)  # as PyAV cannot make eight planes itself
        for first in range(0, n_samples, 1024):
            packed = np.ascontiguousarray(tones[:, first : first + 1024].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
            frame.rate, frame.pts = 48_000, first
            for part in planar.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def strongest(samples):
    return [round(np.fft.rfftfreq(len(x), 1 / 48_000)[np.argmax(np.abs(np.fft.rfft(x)))]) for x in samples]


@pytest.mark.parametrize("container", ["mp4", "adts", "matroska"])
def test_compressed_sound_is_read_forward_and_anywhere(tmp_path, container):
    with open_sound(encode(tmp_path / "a", container)) as sound:
        assert (sound.sample_rate, sound.n_channels) == (48_000, 2)
        assert strongest(sound.read(range(20_000, 24_800))) == [440, 660]
        whole = np.concatenate(list(sound.blocks(7777)), axis=1)
        assert sound.status.word == "ok" and whole.shape[1] == sound.n_samples >= 96_000
        np.testing.assert_array_equal(sound.read(range(30_000, 31_000)), whole[:, 30_000:31_000])
        np.testing.assert_array_equal(sound.read(range(10, 20)), whole[:, 10:20])


@pytest.mark.parametrize("n_samples", [48_000, 81_044, 81_920, 81_921])
def test_m4a_is_as_long_as_what_was_encoded(tmp_path, n_samples):
    """An encoder puts 1024 samples before the sound and fills its last packet; the container counts both."""
    with open_sound(encode(tmp_path / "a", "mp4", n_samples=n_samples)) as sound:
        assert sound.check().word == "ok" and sound.n_samples == n_samples
        assert np.abs(sound.read(range(n_samples - 200, n_samples))).max() > 0.2  # to the last of them


def box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def test_m4a_whose_tag_counts_its_samples_ends_there(tmp_path):
    """As iTunes writes it: the samples before, those after, those between, as hexadecimal numbers (iTunSMPB)."""
    data = bytearray(encode(tmp_path / "a", "mp4", n_samples=81_044, use_editlist="0").read_bytes())
    with open_sound(tmp_path / "a") as sound:
        assert sound.n_samples == 81_044 + 1024  # nothing says what comes before
    tag = b" 00000000 00000400 0000037C 0000000000013C94" + b" 00000000" * 8
    name = box(b"name", bytes(4), b"iTunSMPB")
    item = box(b"----", box(b"mean", bytes(4), b"com.apple.iTunes"), name, box(b"data", b"\0\0\0\1\0\0\0\0", tag))
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(8), b"mdirappl", bytes(9)), box(b"ilst", item))
    at = data.index(b"moov") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    assert at + size == len(data)
    more = box(b"udta", meta)
    data[at : at + 4] = (size + len(more)).to_bytes(4, "big")
    (tmp_path / "a").write_bytes(data + more)
    with open_sound(tmp_path / "a") as sound:
        assert sound.check().word == "ok" and sound.n_samples == 81_044


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_packet_that_is_missing_at_the_end_is_said(tmp_path, container):
    """One is a fiftieth of a second."""
    path = encode(tmp_path / "a", container, n_samples=48_000, movflags="faststart")
    data = path.read_bytes()
    with open_sound(path) as sound:
        whole = sound.n_samples
    fewer = 0
    for cut in (1, 40, 150, 400, 700):
        path.write_bytes(data[:-cut])
        with open_sound(path) as sound:
            word, count = sound.check().word, sound.n_samples
        assert count == whole or word == "partial", (cut, count, whole)
        fewer += whole - 2048 <= count < whole
    assert fewer


def test_six_channels_keep_their_order(tmp_path):
    with open_sound(encode(tmp_path / "a", "mp4", "5.1")) as sound:
        tones = strongest(sound.read(range(20_000, 24_800)))
        assert [tones[i] for i in (0, 1, 2, 4, 5)] == [440, 660, 880, 1320, 1540]  # the fourth is for low frequencies


def test_eight_channels_do_not_end_us(tmp_path):
    # PyAV 18.1 reads past the end of planar sound of eight channels and takes its process along
    with open_sound(encode(tmp_path / "a", "mp4", "7.1")) as sound:
        assert sound.n_channels == 8 and sound.check().word == "ok"


def test_a_video_cut_short_is_partial(tmp_path):
    path = encode(tmp_path / "a", "matroska")
    path.write_bytes(path.read_bytes()[:20_000])
    with open_sound(path) as sound:
        assert sound.check().word == "partial"


def test_noise_in_a_video_does_not_end_us(tmp_path):
    path = encode(tmp_path / "a", "mp4")
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    for _ in range(5):
        at = int(rng.integers(50, len(data) - 600))
        data[at : at + 500] = rng.bytes(500)
        path.write_bytes(data)
        try:
            with open_sound(path) as sound:
                sound.check()
        except SourceError as error:
            assert path.name in str(error)


def test_a_video_without_sound_or_a_broken_one_is_one_sentence(tmp_path):
    pytest.importorskip("av", reason="PyAV is not installed (the extra av)")
    (tmp_path / "a.m4a").write_bytes(M4A)
    with pytest.raises(SourceError, match=r"a\.m4a: holds no sound that can be decoded"):
        open_sound(tmp_path / "a.m4a")


def test_without_pyav_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (tmp_path / "a.m4a").write_bytes(M4A)
    with pytest.raises(MissingExtra, match=r"a\.m4a: .* needs PyAV: pip install '.*\[av\]'"):
        open_sound(tmp_path / "a.m4a")


def test_opening_an_ordinary_file_loads_no_decoder(tmp_path):
    (tmp_path / "a.csv").write_text("1\n2\n3\n")
    code = f"import sys, sonograph; sonograph.open({str(tmp_path / 'a.csv')!r}, sample_rate=1)\n"
    code += "assert not {'soundfile', 'av', 'soxr', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)

"""Files of complex samples: raw formats of radios, SigMF, and WAV whose two channels are I and Q."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from sonograph import OutputError, SettingsError, Signal, SourceError, read, resample, spectrogram, write
from sonograph import open as open_sound
from sonograph.io.opening import Opening

RATE = 2.4e6


def samples(n=1000):
    parts = np.random.default_rng(0).uniform(-0.9, 0.9, (2, n))
    return parts[0] + 1j * parts[1]


def in_turns(z):
    out = np.empty(2 * len(z))
    out[::2], out[1::2] = z.real, z.imag
    return out


def in_bytes(z, name):
    x = in_turns(z)
    if name in ("cf32", "cf64"):
        return x.astype(f"<f{int(name[2:]) // 8}").tobytes()
    if name == "cu8":
        return (np.round(x * 128) + 128).clip(0, 255).astype("u1").tobytes()
    bits = int(name[2:])
    return np.round(x * 2 ** (bits - 1)).astype(f"<i{bits // 8}").tobytes()


NEAR = {"cf32": 1e-7, "cf64": 0, "cu8": 1 / 128, "cs8": 1 / 128, "cs16": 1 / 32_768}


@pytest.mark.parametrize("name", NEAR)
def test_a_file_that_is_called_by_its_format_needs_its_rate_alone(tmp_path, name):
    path = tmp_path / f"a.{name}"
    path.write_bytes(in_bytes(samples(), name))
    for sound in (read(path, sample_rate=RATE), read(path, raw=f"2.4e6:1:{name}")):
        assert (sound.n_channels, sound.sample_rate, sound.is_complex) == (1, RATE, True)
        assert sound.samples.dtype == ("complex128" if name == "cf64" else "complex64")
        np.testing.assert_allclose(sound.samples, samples(), atol=NEAR[name] * 0.75)
    with pytest.raises(SourceError, match=r"does not say how many samples a second it has\. Give sample_rate"):
        open_sound(path)


def test_bytes_are_what_radios_mean_by_them(tmp_path):
    (tmp_path / "a.cu8").write_bytes(bytes([128, 0, 255, 64]))
    (tmp_path / "a.cs8").write_bytes(bytes([0, 0x80, 0x7F, 0xC0]))
    for name in ("a.cu8", "a.cs8"):
        np.testing.assert_array_equal(read(tmp_path / name, sample_rate=RATE).samples, [-1j, 127 / 128 - 0.5j])


def test_any_range_equals_the_blocks_and_what_is_cut_is_said(tmp_path):
    path = tmp_path / "a.cs16"
    path.write_bytes(in_bytes(samples(), "cs16") + b"\0\0\0")
    with open_sound(path, sample_rate=RATE) as source:
        blocks = np.concatenate(list(source.blocks(77)), axis=1)
        assert source.status.word == "warn" and source.n_samples == 1000
        np.testing.assert_array_equal(source.read(range(1000)), blocks)
        np.testing.assert_array_equal(source.read(range(-5, 40))[:, 5:], blocks[:, :40])
        assert not source.read(range(-5, 0)).any()
        power = spectrogram(source)
        twin = pickle.loads(pickle.dumps(source))
        np.testing.assert_array_equal(twin.read(range(1000)), blocks)
        twin.close()
    np.testing.assert_array_equal(power.values, spectrogram(Signal(blocks[0], RATE)).values)
    np.testing.assert_array_equal(spectrogram(read(path, sample_rate=RATE)).values, power.values)


def test_two_channels_are_i_and_q_only_where_that_is_asked_for(tmp_path):
    path = tmp_path / "a.wav"
    write(path, Signal(np.stack([samples().real, samples().imag]), 48_000.0))
    assert read(path).samples.shape == (2, 1000)
    np.testing.assert_allclose(read(path, iq=True).samples, samples(), atol=1e-7)
    write(tmp_path / "b.wav", Signal(samples().real, 48_000.0))
    with pytest.raises(
        SettingsError, match=r"iq is True, and .*b\.wav has an odd number of channels, 1; I and Q are two: leave it out"
    ):
        open_sound(tmp_path / "b.wav", iq=True)
    assert Opening(iq=True).digest != Opening().digest


def test_a_unit_and_its_scale_are_of_both_parts(tmp_path):
    path = tmp_path / "a.wav"
    write(path, Signal(np.stack([samples().real, samples().imag]), 48_000.0))
    (tmp_path / "a.wav.toml").write_text("full_scale = 2.5\n")
    volts = read(path, iq=True)
    assert volts.unit == "V"
    np.testing.assert_allclose(volts.samples, 2.5 * samples(), atol=1e-6)
    assert spectrogram(volts).value_unit == "V²"


ABOUT = {"core:datatype": "ci16_le", "core:sample_rate": 2_400_000, "core:version": "1.2.0", "core:author": "me"}
CAPTURES = [{"core:sample_start": 0, "core:frequency": 433.92e6, "core:datetime": "2026-05-01T12:00:00.123456789Z"}]


def sigmf(folder, about=ABOUT, captures=CAPTURES, data=None):
    (folder / "a.sigmf-meta").write_text(json.dumps({"global": about, "captures": captures, "annotations": []}))
    (folder / "a.sigmf-data").write_bytes(in_bytes(samples(), "cs16") if data is None else data)
    return folder / "a.sigmf-meta"


@pytest.mark.parametrize("suffix", [".sigmf-meta", ".sigmf-data"])
def test_sigmf_says_rate_format_time_and_what_was_tuned_to(tmp_path, suffix):
    with open_sound(sigmf(tmp_path).with_suffix(suffix)) as source:
        assert (source.sample_rate, source.centre, source.is_complex) == (RATE, 433.92e6, True)
        assert source.start == datetime(2026, 5, 1, 12, 0, 0, 123456, UTC)
        assert source.check().word == "ok"
        assert source.metadata.fields["core:author"] == "me"
        np.testing.assert_allclose(source.read(range(1000))[0], samples(), atol=1 / 32_768)
        assert spectrogram(source).centre == 433.92e6
        again = source.again()
        assert again.centre == 433.92e6
        again.close()
    assert read(sigmf(tmp_path)).centre == 433.92e6


def test_real_samples_and_several_channels_of_sigmf(tmp_path):
    data = np.arange(12, dtype="<f4").tobytes()
    sound = read(sigmf(tmp_path, ABOUT | {"core:datatype": "rf32_le", "core:num_channels": 3}, data=data))
    assert (sound.is_complex, sound.samples.shape, sound.centre) == (False, (3, 4), 0.0)
    two = read(sigmf(tmp_path, ABOUT | {"core:datatype": "cf32_le", "core:num_channels": 2}, data=data))
    np.testing.assert_array_equal(two.samples, [[0 + 1j, 4 + 5j, 8 + 9j], [2 + 3j, 6 + 7j, 10 + 11j]])


@pytest.mark.parametrize(
    ("about", "captures", "words"),
    [
        ({"core:datatype": "cf16_le"}, CAPTURES, r"the \"core:datatype\" 'cf16_le', which is not known\."),
        ({"core:sample_rate": None}, CAPTURES, r"has no \"core:sample_rate\" above 0\."),
        ({"core:num_channels": 0}, CAPTURES, r"has a \"core:num_channels\" that is none"),
        ({}, [{"core:header_bytes": 8}], r"says that other bytes lie among the samples\."),
    ],
)
def test_metadata_that_say_too_little_are_told(tmp_path, about, captures, words):
    with pytest.raises(SourceError, match=words):
        open_sound(sigmf(tmp_path, ABOUT | about, captures))


def test_a_part_of_sigmf_that_is_missing_or_broken_is_told(tmp_path):
    meta = sigmf(tmp_path)
    meta.with_suffix(".sigmf-data").unlink()
    with pytest.raises(SourceError, match=r"a\.sigmf-meta: has no a\.sigmf-data beside it\. Put it there\."):
        open_sound(meta)
    sigmf(tmp_path).write_text("{")
    with pytest.raises(SourceError, match=r"its \.sigmf-meta is no JSON\."):
        open_sound(meta)
    sigmf(tmp_path).write_text("[]")
    with pytest.raises(SourceError, match=r'its \.sigmf-meta has no "global"'):
        open_sound(meta)
    meta.unlink()
    with pytest.raises(SourceError, match=r"a\.sigmf-data: has no a\.sigmf-meta that can be read beside it"):
        open_sound(meta.with_suffix(".sigmf-data"))
    with pytest.raises(SettingsError, match=r"sample_rate is 8000\.0; the \.sigmf-meta says what the samples are"):
        open_sound(sigmf(tmp_path), sample_rate=8000.0)


def test_a_recording_that_was_tuned_again_says_so(tmp_path):
    later = [*CAPTURES, {"core:sample_start": 500, "core:frequency": 868e6}]
    with open_sound(sigmf(tmp_path, captures=later)) as source:
        status = source.check()
    assert (status.word, status.reason) == ("warn", "tuned-again")
    assert "counted from the first, 433.92 MHz, in all of it" in status.sentence


@pytest.mark.parametrize("dtype", ["complex64", "complex128", "float32"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("suffix", [".sigmf-meta", ".sigmf-data"])
def test_what_is_written_as_sigmf_comes_back_with_its_centre_and_start(tmp_path, dtype, channels, suffix):
    began = datetime(2026, 5, 1, 14, 0, 0, 250_000, timezone(timedelta(hours=2)))
    x = np.stack([samples() * (k + 1) / 4 for k in range(channels)])
    x = (x if dtype.startswith("c") else x.real).astype(dtype)
    x[0, 7] = np.nan if dtype == "float32" else complex(np.nan, np.nan)
    centre = 433.92e6 if dtype.startswith("c") else 0.0
    write(tmp_path / f"b{suffix}", Signal(x, RATE, start=began, centre=centre))
    back = read(tmp_path / "b.sigmf-meta")
    np.testing.assert_array_equal(back.samples, x[0] if channels == 1 else x)
    assert (back.samples.dtype, back.sample_rate, back.start, back.centre) == (np.dtype(dtype), RATE, began, centre)
    meta = json.loads((tmp_path / "b.sigmf-meta").read_text())
    parts = np.frombuffer((tmp_path / "b.sigmf-data").read_bytes(), "<f8" if dtype == "complex128" else "<f4")
    if dtype.startswith("c") and channels == 2:  # of each sample the first channel's I and Q, then the second's
        np.testing.assert_array_equal(parts[:4], [x[0, 0].real, x[0, 0].imag, x[1, 0].real, x[1, 0].imag])
    name = {"complex64": "cf32_le", "complex128": "cf64_le", "float32": "rf32_le"}[dtype]
    assert (meta["global"]["core:datatype"], meta["captures"][0]["core:sample_start"]) == (name, 0)
    assert meta["captures"][0]["core:datetime"] == "2026-05-01T12:00:00.250000Z"


def test_sigmf_replaces_nothing_that_it_was_not_told_to_and_never_what_is_read(tmp_path):
    sound = Signal(samples(), RATE)
    write(tmp_path / "a.sigmf-meta", sound)
    before = (tmp_path / "a.sigmf-data").read_bytes()
    for name in ("a.sigmf-meta", "a.sigmf-data"):
        with pytest.raises(OutputError, match=r"is a sound that is there already\. Name another file, or allow it"):
            write(tmp_path / name, Signal(samples()[:10], RATE))
    for name in ("a.sigmf-meta", "a.sigmf-data"):
        with open_sound(tmp_path / name) as source, pytest.raises(OutputError, match="is the input"):
            write(tmp_path / "a.sigmf-meta", source, overwrite=True)
    assert (tmp_path / "a.sigmf-data").read_bytes() == before
    with open_sound(tmp_path / "a.sigmf-meta") as source:
        write(tmp_path / "b.sigmf-meta", resample(source, 1.2e6))
    write(tmp_path / "a.sigmf-meta", Signal(samples()[:10], RATE), overwrite=True)
    assert (read(tmp_path / "a.sigmf-meta").n_samples, read(tmp_path / "b.sigmf-meta").n_samples) == (10, 500)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{n}.sigmf-{e}" for n in "ab" for e in ("data", "meta")
    ]


@pytest.mark.parametrize("given", [{"bits": 16}, {"dither": True}, {"metadata": {"title": "a"}}])
def test_what_sigmf_does_not_have_is_refused(tmp_path, given):
    with pytest.raises(SettingsError, match="SigMF is written in floats as they are: leave it out"):
        write(tmp_path / "a.sigmf-meta", Signal(samples(), RATE), **given)
    assert not list(tmp_path.iterdir())

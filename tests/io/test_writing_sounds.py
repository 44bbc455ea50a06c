"""A sound that is written is read back: samples, start and texts, by our reader and by others."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
import soundfile

from sonograph import OutputError, SettingsError, Signal, open, read, write

BEGAN = datetime(2024, 5, 1, 4, 30, 0, 250_000, timezone(timedelta(hours=2)))
KINDS = [(".wav", None), (".wav", 16), (".wav", 24), (".wav", 32), (".flac", 16), (".flac", None)]


def noise(channels=1, n=5001, peak=0.9):
    samples = np.random.default_rng(0).uniform(-peak, peak, (channels, n))
    return Signal(samples[0] if channels == 1 else samples, 44_100.0, start=BEGAN)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("suffix", "bits"), KINDS)
def test_it_comes_back_to_half_a_step_with_its_start_and_texts(suffix, bits, channels, tmp_path):
    sound, path = noise(channels), tmp_path / f"a{suffix}"
    write(path, sound, bits=bits, metadata={"title": "Röbin", "comment": "in the rain"})
    back = read(path)
    step = 2.0 ** -((bits or 24) - 1)
    np.testing.assert_allclose(back.samples, sound.samples, rtol=0, atol=0.51 * step)
    assert back.start == BEGAN
    with open(path) as file:
        assert file.status.word == "ok"
        texts = {name.split(".")[1]: text for name, text in file.metadata.fields.items()}
    assert texts.get("INAM", texts.get("TITLE")) == "Röbin"
    assert texts.get("ICMT", texts.get("COMMENT")) == "in the rain"
    theirs, rate = soundfile.read(path, always_2d=True, dtype="float64")
    assert rate == 44_100
    np.testing.assert_array_equal(theirs.T.reshape(back.samples.shape), back.samples)
    assert soundfile.info(path).subtype == ("FLOAT" if suffix == ".wav" and not bits else f"PCM_{bits or 24}")


@pytest.mark.parametrize(("suffix", "bits"), [(".wav", 16), (".wav", 24), (".flac", 16)])
def test_whole_numbers_come_back_bit_for_bit(suffix, bits, tmp_path):
    whole = np.random.default_rng(1).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), 3001)
    sound = Signal(whole / 2.0 ** (bits - 1), 8000.0)
    write(tmp_path / f"a{suffix}", sound, bits=bits)
    np.testing.assert_array_equal(read(tmp_path / f"a{suffix}").samples, sound.samples)


def test_vorbis_is_near_and_has_its_start(tmp_path):
    t = np.arange(30_000) / 44_100
    sound = Signal(0.5 * np.sin(2 * np.pi * 440 * t), 44_100.0, start=BEGAN)
    write(tmp_path / "a.ogg", sound, metadata={"artist": "a tone"})
    back = read(tmp_path / "a.ogg")
    assert (back.n_samples, back.start) == (30_000, BEGAN)
    inner = slice(2000, -2000)
    assert np.corrcoef(back.samples[inner], sound.samples[inner])[0, 1] > 0.999


def test_dither_keeps_a_tone_that_is_below_half_a_step(tmp_path):
    t = np.arange(40_000) / 8000
    quiet = Signal(0.4 * 2.0**-15 * np.sin(2 * np.pi * 1000 * t), 8000.0)
    tone = np.exp(-2j * np.pi * 1000 * t)
    found = {}
    for dither in (False, True):
        write(tmp_path / "a.wav", quiet, bits=16, dither=dither, overwrite=True)
        found[dither] = read(tmp_path / "a.wav").samples
    assert not found[False].any()  # rounded to silence
    heard = 2 * abs((found[True] * tone).mean()) * 2**15
    assert heard == pytest.approx(0.4, abs=0.02)
    error = found[True] * 2**15 - quiet.samples * 2**15
    assert error.var() == pytest.approx(0.25, rel=0.03)  # 1/12 of rounding and 2/12 of the noise
    write(tmp_path / "b.wav", quiet, bits=16, dither=True)
    np.testing.assert_array_equal(read(tmp_path / "b.wav").samples, found[True])


def test_full_scale_itself_is_the_highest_number(tmp_path):
    write(tmp_path / "a.wav", Signal(np.array([1.0, -1.0, 0.0]), 8000.0), bits=16)
    assert soundfile.read(tmp_path / "a.wav", dtype="int16")[0].tolist() == [32767, -32768, 0]


def test_an_odd_number_of_bytes_is_padded_and_what_follows_is_found(tmp_path):
    write(tmp_path / "a.wav", Signal(np.zeros(3), 8000.0, start=BEGAN), bits=24)
    data = (tmp_path / "a.wav").read_bytes()
    assert len(data) % 2 == 0
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert read(tmp_path / "a.wav").start == BEGAN


LOUD = Signal(np.array([0.0, 0.0, -1.25]), 2.0)
GAP = Signal(np.array([0.0, np.nan, 0.0]), 2.0)
QUIET = Signal(np.zeros(4), 8000.0)
REFUSED = {
    "too loud": ("a.wav", LOUD, {"bits": 16}, r"^the sound reaches 1\.25 at 1 s, and 16 bits end at 1: .*gain\(-6\)"),
    "too loud for FLAC": ("a.flac", LOUD, {}, r"^the sound reaches 1\.25 at 1 s, and 24 bits end at 1"),
    "a gap": ("a.wav", GAP, {"bits": 24}, r"^the sound has no samples at 0\.5 s, and 24 bits cannot say"),
    "a gap in Vorbis": ("a.ogg", GAP, {}, r"^the sound has no samples at 0\.5 s, and Ogg Vorbis cannot say"),
    "a rate": ("a.flac", Signal(np.zeros(4), 8000.5), {}, r"^sample_rate is 8000\.5 Hz; FLAC holds whole"),
    "channels": ("a.flac", Signal(np.zeros((9, 40)), 8000.0), {}, r"^the sound has 9 channels; FLAC can have 8$"),
    "a high rate": ("a.ogg", Signal(np.zeros(4), 1e6), {}, r"^sample_rate is 1000000\.0 Hz; OGG holds whole"),
}  # fmt: skip
OPTIONS = {
    "bits": ("a.wav", {"bits": 8}, r"^bits is 8; a WAV has 16, 24, 32, or 32-bit floats where it is left out$"),
    "bits of FLAC": ("a.flac", {"bits": 32}, r"^bits is 32; a FLAC has 16, 24$"),
    "bits of Ogg": ("a.ogg", {"bits": 16}, r"^bits is 16; an Ogg Vorbis has none: leave it out$"),
    "dither of floats": ("a.wav", {"dither": True}, r"^dither is True, and nothing is rounded; give bits"),
    "a name": ("a.wav", {"metadata": {"mood": "x"}}, r"^metadata holds 'mood'; it may have title, artist, comment,"),
    "a date": ("a.wav", {"metadata": {"date": "x"}}, r"^metadata holds date; when a sound began is its start"),
    "no text": ("a.wav", {"metadata": {"title": 5}}, r"^title is 5; it must be a line of at most 2000 letters$"),
    "lines": ("a.wav", {"metadata": {"title": "a\nb"}}, r"^title is .*; it must be a line of at most"),
    "no dictionary": ("a.wav", {"metadata": "x"}, r"^metadata is str; it must be a dictionary"),
    "MP3": (
        "a.mp3",
        {},
        r"a\.mp3: WAV, FLAC, Ogg and SigMF are written; let the name end in \.wav, \.flac, \.ogg or \.sigmf-meta$",
    ),
}


@pytest.mark.parametrize(("name", "sound", "options", "message"), REFUSED.values(), ids=REFUSED)
def test_a_sound_that_a_file_cannot_hold_leaves_no_file(name, sound, options, message, tmp_path):
    with pytest.raises(OutputError, match=message):
        write(tmp_path / name, sound, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "options", "message"), OPTIONS.values(), ids=OPTIONS)
def test_an_option_that_cannot_be_is_answered_in_a_sentence(name, options, message, tmp_path):
    with pytest.raises(SettingsError, match=message):
        write(tmp_path / name, QUIET, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.wav", "a.ogg", "a.flac", "a.sigmf-meta"])
def test_a_sound_of_no_samples_is_read_back_or_not_written(name, tmp_path):
    try:
        write(tmp_path / name, Signal(np.zeros(0), 8000.0))
    except OutputError as error:
        assert "0 samples" in str(error) and not list(tmp_path.iterdir())
        return
    assert read(tmp_path / name).n_samples == 0


def test_a_sound_that_is_there_is_kept_unless_it_may_be_replaced(tmp_path):
    write(tmp_path / "a.flac", QUIET)
    with pytest.raises(OutputError, match="is a sound that is there already"):
        write(tmp_path / "a.flac", Signal(np.ones(4) / 2, 8000.0))
    write(tmp_path / "a.flac", Signal(np.ones(4) / 2, 8000.0), overwrite=True)
    assert read(tmp_path / "a.flac").samples.tolist() == [0.5] * 4

"""`sonograph listen`: what is written is what was asked to be heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import Signal, StftSettings, preset, spectrogram
from sonograph.cli import main
from sonograph.errors import OutputError
from sonograph.io.writing import write_wav
from sonograph.settings import to_toml


@pytest.fixture
def two(here):
    """Two seconds of two tones, 500 Hz and 3 kHz, at 16 kHz."""
    t = np.arange(32_000) / 16_000
    low, high = 0.3 * np.sin(2 * np.pi * 500 * t), 0.2 * np.sin(2 * np.pi * 3000 * t)
    soundfile.write(here / "two.wav", low + high, 16_000, subtype="FLOAT")
    return low, high


def heard(name="out.wav"):
    samples, rate = soundfile.read(name, dtype="float64")
    return samples, rate


def test_a_box_holds_its_part_of_time_and_frequency(two):
    assert main(["listen", "two.wav", "-o", "out.wav", "--box", "0.5", "1.25", "2000", "4000"]) == 0
    samples, rate = heard()
    assert (len(samples), rate) == (12_000, 16_000)
    np.testing.assert_allclose(samples, two[1][8000:20_000], rtol=0, atol=1e-3)


def test_a_box_of_all_frequencies_is_the_sound_itself(two):
    assert main(["listen", "two.wav", "-o", "out.wav", "--box", "100samples", "5000samples", "0", "8000"]) == 0
    np.testing.assert_allclose(heard()[0], sum(two)[100:5000], rtol=0, atol=1e-5)


def test_without_a_box_the_sound_is_written_as_it_is(two):
    assert main(["listen", "two.wav", "-o", "out.wav"]) == 0
    np.testing.assert_array_equal(heard()[0], soundfile.read("two.wav", dtype="float64")[0])


@pytest.mark.parametrize("way", ["sound", "table", "toml"])
def test_features_are_heard_as_what_they_keep(two, here, way):
    file, settings = "two.wav", ["--preset", "librosa.mel"]
    if way == "toml":
        (here / "mel.toml").write_text(to_toml(preset("librosa.mel")))
        settings = ["--settings", "mel.toml"]
    if way == "table":
        file = "two.npz"
        assert main(["features", "two.wav", "-o", file, "--preset", "librosa.mel", "-q"]) == 0
    assert main(["listen", file, "-o", "out.wav", *settings, "--rounds", "8"]) == 0
    samples, rate = heard()
    made = spectrogram(Signal(samples, rate), StftSettings(window_length=1024))
    middle = made.values[:, 10:-10].mean(axis=1)
    near = (np.abs(made.frequencies - 500) < 60) | (np.abs(made.frequencies - 3000) < 250)
    assert middle[near].sum() > 20 * middle[~near].sum()
    assert np.std(samples) == pytest.approx(np.std(sum(two)), rel=0.3)


@pytest.mark.parametrize(
    "way", [[], ["--box", "0", "1", "100", "2000"], ["--preset", "librosa.mel"], ["--settings", "level.toml"]]
)
def test_a_calibrated_sound_is_written_in_full_scale(here, way):
    """-40 dBFS in, -40 dBFS out, whatever full scale is in the world: 105 dB more would hurt."""
    tone = 0.01 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    soundfile.write(here / "tone.flac", tone, 16_000, subtype="PCM_24")
    (here / "tone.flac.toml").write_text("end_to_end = 145.0\n")
    (here / "level.toml").write_text('kind = "level"\n[of]\nkind = "stft"\nwindow_length = 1024\n')
    assert main(["listen", "tone.flac", "-o", "out.wav", *way]) == 0
    middle = heard()[0][4000:-4000]
    assert np.abs(middle).max() == pytest.approx(0.01, rel=0.5 if "--preset" in way else 0.01)


def test_a_table_of_a_calibrated_sound_is_heard_in_full_scale_alone(two, here, capsys):
    (here / "two.wav.toml").write_text("end_to_end = 145.0\n")
    (here / "power.toml").write_text('kind = "stft"\nwindow_length = 1024\n')
    table = ["features", "two.wav", "--settings", "power.toml", "-q", "-o"]
    assert main([*table, "pascal.npz"]) == 0
    assert main(["listen", "pascal.npz", "-o", "out.wav", "--settings", "power.toml"]) == 3
    assert "pascal.npz: is of a sound in µPa, and a WAV is in full scale. Compute it anew" in capsys.readouterr().err
    assert main([*table, "full.npz", "--unit", "FS"]) == 0
    assert main(["listen", "full.npz", "-o", "out.wav", "--settings", "power.toml"]) == 0
    assert np.std(heard()[0]) == pytest.approx(np.std(sum(two)), rel=0.05)


@pytest.mark.parametrize(("peak", "says"), [(-4.0, "12.0 dB above full scale; players clip it"), (1.0, None)])
def test_what_is_louder_than_full_scale_is_said(here, capsys, peak, says):
    soundfile.write(here / "a.wav", np.full((100, 2), peak), 8000, subtype="FLOAT")
    assert main(["listen", "a.wav", "-o", "out.wav"]) == 0
    said = capsys.readouterr().err
    assert said == (f"sonograph: the loudest sample is {says}\n" if says else "")
    np.testing.assert_array_equal(heard()[0], peak)


@pytest.mark.parametrize("name", ["out.mp3", "out.flac"])
def test_a_wav_is_called_one(two, name, capsys):
    assert main(["listen", "two.wav", "-o", name]) == 2
    assert f"the output is '{name}'; it must end in .wav, as a WAV is what is written" in capsys.readouterr().err
    assert not Path(name).exists()
    assert main(["listen", "two.wav", "-o", "OUT.WAV"]) == 0


def test_missing_samples_are_silence_and_said(here, capsys):
    x = np.ones(100)
    x[50] = np.nan
    soundfile.write("gap.wav", x, 8000, subtype="DOUBLE")
    code = main(["listen", "gap.wav", "-o", "out.wav"])
    assert "1 sample missing, written as silence" in capsys.readouterr().err
    assert heard()[0][50] == 0
    assert code in (0, 3)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["two.wav", "--box", "1", "0.5", "0", "100"], 2, "begins at sample 16000 and ends at 8000"),
        (["two.wav", "--box", "5", "6", "0", "100"], 2, "begins at 5 s; the sound ends at 2 s"),
        (["two.wav", "--box", "0", "1", "500", "100"], 2, "from 500 to 100 Hz; it must go up"),
        (["two.wav", "--box", "0", "x", "0", "100"], 2, "--box: 'x'; it must be seconds"),
        (["two.wav", "--box", "0", "1", "low", "100"], 2, "its last two must be frequencies in Hz"),
        (["two.wav", "--preset", "librosa.mel", "--seed=-1"], 2, "seed is -1; it must be a whole number, 0 or more"),
        (["two.wav", "--rounds", "0"], 2, "--rounds is 0; it must be 1 or more"),
        (["two.wav", "--preset", "librosa.mel", "--settings", "a.toml"], 2, "leave out one or the other"),
        (["two.wav", "--settings", "none.toml"], 3, "none.toml: does not exist"),
        (["two.wav", "--settings", "latin1.toml"], 3, "latin1.toml: is not text; it must be TOML in UTF-8"),
        (
            ["two.wav", "--settings", "s.toml", "--window", "64", "--hop", "16"],
            2,
            "--settings is given with --window, --hop, which it sets",
        ),
        (["two.wav", "--window", "1e400"], 2, "--window: '1e400'; it must be samples (1024) or a time"),
        (["two.wav", "--window", "1e400s"], 2, "--window: '1e400s'; it must be samples (1024) or a time"),
        (["two.wav", "--hop", "1e300s"], 2, "--hop: '1e300s'; it must be samples (1024) or a time"),
        (["two.wav", "--box", "0", "9" * 400 + ":00", "0", "9"], 2, "it must be seconds (12.5), min:s"),
        (["two.wav", "--box", "0", "9" * 5000 + "samples", "0", "9"], 2, "it must be seconds (12.5), min:s"),
        (["two.npz"], 2, "name the settings it was computed with"),
        (["gone.npz", "--preset", "librosa.mel"], 3, "gone.npz: does not exist"),
        (["bad.npz", "--preset", "librosa.mel"], 3, "bad.npz: is no table of frames"),
        (["array.npz", "--preset", "librosa.mel"], 3, "array.npz: is no table of frames"),
        (["gone.wav"], 3, "gone.wav"),
        (["two.wav", "--preset", "librosa.nothing"], 2, "librosa.nothing"),
    ],
)
def test_what_cannot_be_heard_ends_with_its_code_and_writes_nothing(two, here, capsys, words, code, says):
    (here / "latin1.toml").write_bytes('# für später\nkind = "stft"\n'.encode("latin-1"))
    (here / "s.toml").write_text('kind = "stft"\n')
    (here / "bad.npz").write_bytes(b"PK\x03\x04" + bytes(100))
    with (here / "array.npz").open("wb") as array:
        np.save(array, np.zeros((3, 4)))
    assert main(["listen", *words, "-o", "out.wav"]) == code
    assert says in capsys.readouterr().err
    assert not Path("out.wav").exists()


def test_the_input_is_not_written_over(two):
    assert main(["listen", "two.wav", "-o", "two.wav"]) == 4


def test_a_wav_keeps_every_float_of_every_channel(here):
    x = np.random.default_rng(0).standard_normal((3, 1001)).astype("float32") * 4
    with (here / "a.wav").open("wb") as file:
        write_wav(file, Signal(x, 44_100.0))
    samples, rate = soundfile.read(here / "a.wav", dtype="float32")
    assert (rate, soundfile.info(here / "a.wav").subtype) == (44_100, "FLOAT")
    np.testing.assert_array_equal(samples.T, x)
    with pytest.raises(OutputError, match=r"sample_rate is 44100\.5 Hz; a WAV holds whole numbers"):
        write_wav(file, Signal(x, 44_100.5))
    for samples, rate in ((np.zeros(10, "float32"), 1.5e9), (np.zeros((16_384, 2048), "float32"), 8000.0)):
        with pytest.raises(OutputError, match=r"channels at .* Hz; a WAV can have 16383, and 4 GiB a second"):
            write_wav(file, Signal(samples, rate))


def test_a_sound_is_heard_without_its_offset_and_without_what_lies_below(two, here):
    soundfile.write("offset.wav", sum(two) + 0.4, 16_000, subtype="FLOAT")
    assert main(["listen", "offset.wav", "-o", "out.wav", "--remove-dc"]) == 0
    np.testing.assert_allclose(heard()[0], sum(two), atol=1e-6)
    assert main(["listen", "offset.wav", "-o", "out.wav", "--high-pass", "1500", "--overwrite"]) == 0
    np.testing.assert_allclose(heard()[0].std(), two[1].std(), rtol=0.02)


def test_what_is_computed_already_is_not_filtered_any_more(two, capsys):
    assert main(["features", "two.wav", "-o", "two.npz", "--preset", "librosa.mel", "-q"]) == 0
    assert main(["listen", "two.npz", "-o", "out.wav", "--preset", "librosa.mel", "--high-pass", "20"]) == 2
    assert "--high-pass is given with a .npz of features, which are computed" in capsys.readouterr().err

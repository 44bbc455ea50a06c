"""`sonograph features --feature`: features by name, side by side on the same frames."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import SettingsError, Signal, StftSettings, feature, feature_names, read, spectrogram
from sonograph.cli import main
from sonograph.extract import all_files, part
from sonograph.extract.choice import Choice
from sonograph.extract.wanted import Wanted
from sonograph.io import audio

RATE = 22_050


@pytest.fixture
def glide(tmp_path, monkeypatch):
    """Two channels of a voice that glides, with a silence in the middle, as a file."""
    monkeypatch.chdir(tmp_path)
    t = np.arange(3 * RATE) / RATE
    phase = 2 * np.pi * (200 * t + 60 * t**2)
    voice = (0.4 * np.sin(phase) + 0.2 * np.sin(2 * phase)) * (np.abs(t - 1.5) > 0.4)
    soundfile.write("glide.wav", np.stack([voice, 0.5 * voice[::-1]], axis=1), RATE, subtype="FLOAT")
    return "glide.wav"


def table(*words):
    assert main(["features", *words, "-o", "a.npz", "-q", "--overwrite"]) == 0
    with np.load("a.npz") as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_side_by_side_each_is_what_it_is_alone(glide):
    got = table(glide, "--feature", ",".join(feature_names()))
    column = 0
    for name in feature_names():
        want = spectrogram(read(glide), feature(name, sample_rate=RATE))
        rows = np.concatenate([channel.T for channel in want.values])
        np.testing.assert_array_equal(got["values"][:, column : column + rows.shape[1]], rows, err_msg=name)
        column += rows.shape[1]
        np.testing.assert_allclose(got["time"][got["channel"] == 0], want.times, atol=1e-12)
    assert column == len(got["names"]) == len(set(got["names"]))


def test_rms_and_centroid_are_those_of_librosa(glide):
    librosa = pytest.importorskip("librosa")
    got = table(glide, "--feature", "centroid,rms", "--window", "1024", "--hop", "256")
    assert list(got["names"]) == ["centroid", "rms"]
    left = read(glide).samples[0]
    here = got["values"][got["channel"] == 0]
    np.testing.assert_allclose(here[:, 1], librosa.feature.rms(y=left, frame_length=1024, hop_length=256)[0], atol=1e-6)
    heard = here[:, 1] > 1e-3
    want = librosa.feature.spectral_centroid(y=left, sr=RATE, n_fft=1024, hop_length=256)[0]
    np.testing.assert_allclose(here[heard, 0], want[heard], rtol=1e-4)


def test_rows_stand_in_the_order_asked_for_and_say_whose_they_are(glide):
    got = table(glide, "--feature", "peak,yin", "--feature", "centroid,rms,contrast,pitch")
    assert list(got["names"]) == [
        "peak",
        *("yin_pitch", "yin_aperiodicity"),
        *("centroid", "rms"),
        *(f"contrast_{band}" for band in range(7)),
        *("pitch", "pitch_voiced", "pitch_voicing_probability"),
    ]


@pytest.mark.parametrize("window", ["20ms", "441", "2048"])
def test_a_constant_q_has_the_frames_of_its_neighbours(glide, window):
    got = table(glide, "--feature", "tonnetz,rms", "--window", window, "--hop", "210")
    alone = table(glide, "--feature", "rms", "--window", window, "--hop", "210")
    np.testing.assert_array_equal(got["time"], alone["time"])
    np.testing.assert_array_equal(got["values"][:, 6], alone["values"][:, 0])


def test_times_are_samples_of_each_rate(glide):
    soundfile.write("high.wav", np.zeros(44_100), 44_100)
    got = table(glide, "high.wav", "--feature", "rms", "--window", "20ms", "--hop", "10ms")
    for number, step in ((0, 220 / RATE), (1, 441 / 44_100)):
        times = got["time"][(got["file"] == number) & (got["channel"] == 0)]
        np.testing.assert_allclose(np.diff(times), step, atol=1e-9)


def test_a_file_is_opened_and_decoded_once(glide, monkeypatch, runs):
    opened, blocks = [], []

    def counted(*given, **how):
        source = real(*given, **how)
        opened.append(source)
        run = source.blocks
        monkeypatch.setattr(source, "blocks", lambda *size: blocks.append(1) or run(*size))
        monkeypatch.setattr(source, "read", lambda samples: pytest.fail("read again"))
        return source

    real = audio.FileSource
    monkeypatch.setattr(part.audio, "FileSource", counted)
    table(glide, "--feature", "rms,centroid,pitch,mfcc")
    assert len(opened) == len(blocks) == 1


def test_a_feature_without_a_value_leaves_the_summary_of_others_alone(glide):
    assert main(["features", glide, "-o", "a.csv", "--feature", "rms,pitch", "--summary", "-q"]) == 0
    [row] = csv.DictReader(Path("a.csv").read_text().splitlines())
    rms, pitch = (spectrogram(read(glide), feature(name)) for name in ("rms", "pitch"))
    rms, pitch = (one.values[..., one.valid.start : one.valid.stop] for one in (rms, pitch))
    assert float(row["rms_mean"]) == pytest.approx(rms.mean(), rel=1e-6)
    assert float(row["pitch_p50"]) == pytest.approx(np.nanmedian(pitch[:, 0]), rel=1e-6)
    assert np.isnan(pitch[:, 0]).any()


def test_another_choice_is_another_part():
    parts = [
        Wanted(choice).key("a.wav")
        for choice in (
            Choice(("rms",)),
            Choice(("rms", "peak")),
            Choice(("peak", "rms")),
            Choice(("rms",), StftLength(1024)),
            Choice(("rms",), None, StftLength(1024)),
            feature("rms"),
        )
    ]
    assert len(set(parts)) == len(parts)


class StftLength(int):
    """A length in samples."""

    def samples(self, sample_rate):
        return int(self)


def test_names_are_listed_with_a_line_each(capsys):
    assert main(["features", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(feature_names())
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--feature", "centriod"], "feature is 'centriod'; did you mean centroid"),
        (["--feature", "rms,,peak"], "feature is ''; it must be one of rms, peak"),
        (["--feature", "rms,peak,rms"], "feature is 'rms' twice; name each once"),
        (["--feature", "rms,loudness"], "feature is 'loudness'; in time it is momentary or short_term"),
        (["--feature", "tempo"], "feature is 'tempo'; it is one number for a whole sound"),
        (["--feature", "rms", "--preset", "kaldi.mfcc"], "--preset: not allowed with argument --feature"),
        (["--preset", "kaldi.mfcc", "--window", "512"], "--window is given without --feature"),
        (["--feature", "rms", "--window", "512", "--hop", "600"], "--hop is 600; with --window 512"),
        (["--feature", "rms", "--window", "0"], "--window is 0; it must be 1 or more"),
    ],
)
def test_what_cannot_be_chosen_is_refused_before_any_work(glide, capsys, words, message):
    assert main(["features", glide, "-o", "a.npz", *words]) == 2
    assert message in capsys.readouterr().err
    assert not Path("a.npz.parts").exists()


def test_what_a_sound_cannot_have_is_told_of_that_sound(glide, capsys):
    soundfile.write("low.wav", np.zeros(4000), 3000)
    soundfile.write("short.wav", np.zeros(300), RATE)
    assert main(["features", glide, "low.wav", "short.wav", "-o", "a.npz", "--feature", "rms,cqt"]) == 3
    said = capsys.readouterr().err
    assert "low.wav: the highest of its 84 bands lies at 3951.1 Hz, and at 3000 Hz" in said
    assert "short.wav: the sound has 300 samples, fewer than the 13162" in said


def test_a_constant_q_asks_for_the_rate():
    with pytest.raises(SettingsError, match="sample_rate is None; a constant-Q needs it"):
        feature("tonnetz")


def test_frames_of_any_quantity_will_do():
    frames = StftSettings(window_length=512, quantity="transform")
    assert feature("chroma", frames) == feature("chroma", StftSettings(window_length=512))


def test_any_number_of_processes_gives_the_same_table(glide, monkeypatch):
    for i in range(4):
        soundfile.write(f"{i}.wav", 0.1 * np.random.default_rng(i).standard_normal(9000 + 500 * i), RATE)
    words = ["features", *(f"{i}.wav" for i in range(4)), "--feature", "rms,yin", "--hop", "10ms", "-q"]
    assert main([*words, "-o", "one.npz", "--processes", "1"]) == 0
    monkeypatch.setattr(all_files, "AT_ONCE", 1)
    assert main([*words, "-o", "two.npz", "--processes", "2"]) == 0
    assert Path("one.npz").read_bytes() == Path("two.npz").read_bytes()


def test_an_interrupted_choice_goes_on_where_it_was(glide, runs, capsys):
    for i in range(4):
        soundfile.write(f"{i}.wav", np.zeros(9000), RATE)
    words = ["features", *(f"{i}.wav" for i in range(4)), "-o", "a.npz", "--processes", "1"]
    runs.stop_after = 2
    assert main([*words, "--feature", "rms"]) == 130
    runs.stop_after = None
    assert main([*words, "--feature", "rms"]) == 0
    assert "2 files had been done by an earlier run" in capsys.readouterr().err
    assert main([*words, "--feature", "peak", "--overwrite"]) == 0
    assert "an earlier run" not in capsys.readouterr().err


def test_an_offset_is_taken_off_by_both_ways_and_frames_lie_where_they_are_asked_to(glide):
    voice = read(glide).samples[0]
    soundfile.write("offset.wav", voice + 0.5, RATE, subtype="FLOAT")
    frames = StftSettings(window_length=1024, hop=256, edges="inside")
    want = spectrogram(Signal(voice, float(RATE)), feature("rms", frames)).values[0]
    for flags in (["--remove-dc"], ["--high-pass", "10"]):
        got = table(
            "offset.wav", "--feature", "rms,centroid", "--window", "1024", "--hop", "256", "--edges", "inside", *flags
        )
        np.testing.assert_allclose(got["values"][:, 0], want, atol=0.01)
    power = table("offset.wav", "--preset", "torchaudio.spectrogram", "--high-pass", "100")["values"]
    assert power[:, 0].max() < 1e-2 * power.max()


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--feature", "rms", "--high-pass", "-3"], "--high-pass is -3; it must be above 0 Hz"),
        (["--preset", "librosa.mel", "--edges", "inside"], "--edges is given without --feature"),
        (["--feature", "rms", "--edges", "round"], "--edges is 'round'; it must be one of zeros"),
    ],
)
def test_what_cannot_be_taken_off_or_placed_is_refused(glide, capsys, flags, says):
    assert main(["features", glide, "-o", "x.csv", *flags]) == 2
    assert says in capsys.readouterr().err


def test_a_frequency_above_half_the_rate_is_a_fault_of_the_file(glide, capsys):
    assert main(["features", glide, "-o", "x.csv", "--feature", "rms", "--high-pass", "12000"]) == 3
    assert "--high-pass is 12000 Hz; at a sample rate of 22050 Hz it must be" in capsys.readouterr().err


def test_what_no_frame_sees_is_refused_or_told_once(glide, capsys):
    assert main(["features", glide, "-o", "x.csv", "--feature", "centroid", "--hop", "2048"]) in (2, 3)
    assert "hop is 2048; with the hann window of 2048 samples it must be at most 1629" in capsys.readouterr().err
    assert main(["features", glide, "-o", "x.csv", "--feature", "rms", "--window", "4000", "--hop", "4000"]) == 0
    assert "the last " in capsys.readouterr().err
    for i in range(3):
        soundfile.write(f"short{i}.wav", np.sin(np.arange(300)), RATE, subtype="FLOAT")
    table(*(f"short{i}.wav" for i in range(3)), "--preset", "torchaudio.spectrogram")
    table(*(f"short{i}.wav" for i in range(3)), "--feature", "centroid")
    assert capsys.readouterr().err.count("the sound is shorter than its window (300 of 2048 samples)") == 1

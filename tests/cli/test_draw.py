import json
import os
import resource
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
import soundfile
from PIL import Image

from sonograph import cli
from sonograph.pictures.out.recipe import recipe_in


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_file_becomes_a_picture(wav, here, ending, start):
    assert cli.main(["draw", wav, "-o", f"tone.{ending}"]) == 0
    assert (here / f"tone.{ending}").read_bytes().startswith(start)
    assert sorted(p.name for p in here.iterdir()) == [f"tone.{ending}", "tone.wav"]


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_sound_gives_the_same_bytes(wav, here, ending):
    for name in ("a", "b"):
        assert cli.main(["draw", wav, "-o", f"{name}.{ending}"]) == 0
    assert (here / f"a.{ending}").read_bytes() == (here / f"b.{ending}").read_bytes()


def test_size_and_format_are_as_asked(wav, here):
    assert cli.main(["draw", wav, "-o", "picture", "--format", "png", "--size", "640x400", "--dpi", "80"]) == 0
    with Image.open(here / "picture") as picture:
        assert (picture.format, picture.size) == ("PNG", (640, 400))


def make_bad(here):
    (here / "empty.wav").touch()
    (here / "text.wav").write_text("this is a letter, not a sound\n" * 20)
    (here / "folder.wav").mkdir()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("missing.wav", "missing.wav: does not exist"),
        ("folder.wav", "folder.wav: is a folder"),
        ("empty.wav", "empty.wav: is empty"),
        ("text.wav", "text.wav: "),
    ],
)
def test_a_bad_file_is_one_sentence_and_3(file, words, wav, here, capsys):
    make_bad(here)
    assert cli.main(["draw", file, "-o", "out.png"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("sonograph: " + words)
    assert said.count("\n") == 1
    assert not (here / "out.png").exists()


def test_a_name_that_is_no_text_is_said_once(here, capsys):
    assert cli.main(["draw", "\udcff no.wav", "-o", "out.png"]) == 3
    assert capsys.readouterr().err == "sonograph: \\xff no.wav: does not exist. Check the name.\n"


def test_one_bad_file_among_many_leaves_the_others_drawn(wav, here, capsys):
    make_bad(here)
    assert cli.main(["draw", wav, "text.wav", wav, "-o", "out.png"]) == 3
    assert capsys.readouterr().err.count("\n") == 1
    assert cli.main(["draw", wav, wav, "-o", "two.png"]) == 0
    assert (here / "out.png").read_bytes() == (here / "two.png").read_bytes()


def test_a_file_that_the_options_do_not_suit_leaves_the_others_drawn(wav, here, capsys):
    soundfile.write(here / "short.wav", np.zeros(100), 8000)
    assert cli.main(["draw", wav, "short.wav", "-o", "out.png", "--edges", "inside", "--window", "512"]) == 2
    said = capsys.readouterr().err
    assert "short.wav: the sound has 100 samples, fewer than --window 512" in said
    assert (here / "out.png").exists()


def test_a_fault_of_an_input_says_more_than_an_option_that_does_not_suit_it(wav, here, capsys):
    make_bad(here)
    soundfile.write(here / "short.wav", np.zeros(100), 8000)
    files = [wav, "short.wav", "text.wav"]
    assert cli.main(["draw", *files, "-o", "out.png", "--edges", "inside", "--window", "512"]) == 3
    assert capsys.readouterr().err.count("\n") == 2


def test_a_truncated_file_is_drawn_and_named(wav, here, capsys):
    whole = (here / wav).read_bytes()
    (here / "cut.wav").write_bytes(whole[: len(whole) // 2])
    assert cli.main(["draw", "cut.wav", "-o", "out.png"]) == 3
    assert capsys.readouterr().err.startswith("sonograph: cut.wav: ")
    assert (here / "out.png").exists()


COMPUTING = [
    ["--preset", "librosa.mel"],
    ["--settings", "mine.toml"],
    ["--feature", "rms"],
    ["--window", "512"],
    ["--hop", "512"],
    ["--n-fft", "4096"],
    ["--shape", "hamming"],
    ["--edges", "inside"],
    ["--scaling", "density"],
    ["--axis", "mel"],
    ["--frequencies", "100", "900"],
    ["--below", "60"],
    ["--range", "-80", "0"],
    ["--percentiles", "5", "95"],
    ["--mean"],
    ["--colours", "grey"],
]
MFCC = ["--preset", "librosa.mfcc"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--hop", "0"], "--hop is 0; it must be 1 to 2048"),
        (["--hop", "5000"], "--hop is 5000; with --window 2048 it must be 1 to 2048"),
        (["--window", "1024", "--n-fft", "512"], "--n-fft is 512; with --window 1024"),
        (["--shape", "hanning9"], "--shape is 'hanning9'"),
        (["--window", "0.5"], "--window is 0.5; it must be a whole number"),
        (["--range", "0", "-80"], "--range is 0 to -80 dB"),
        (["--below", "-5"], "--below is -5.0; it must be above 0"),
        (["--size", "0x100"], "--size is 0x100"),
        (["--size", "1000000x100"], "size is 1000000x100; it must be 16384 pixels or fewer"),
        (["--size", "100x50"], "size is 100x50; with axes"),
        (["--colours", "magmaa"], "--colours is 'magmaa'; did you mean magma"),
        (["--percentiles", "99", "5"], "--percentiles is 99 to 5; it must lie between 0 and 100, the lower first"),
        (["--percentiles", "5", "99", "--range", "-80", "0"], "--range and --percentiles are both given"),
        (["--axis", "mell"], "--axis is 'mell'; it must be one of linear, log, mel"),
        (["--frequencies", "900", "100"], "--frequencies is 900 to 100 Hz"),
        (["--frequencies", "5000", "9000"], "tone.wav: frequencies begin at 5000 Hz; this sound reaches 4000 Hz"),
        (["--colours", ""], "--colours is ''"),
        (["--channel", "x"], "--channel: 'x'; it must be a whole number"),
        (["--below", "x"], "--below: 'x'; it must be a number"),
        (["--bare", "-o", "out.pdf"], "format is 'pdf'; a bare picture is a png"),
        (["--theme", "blue"], "--theme is 'blue'; it must be one of light, dark"),
        (["--bare", "--view", "both"], 'view is "both"; a bare picture has only the pixels'),
        (["--bare", "--format", "svg"], "format is 'svg'; a bare picture is a png"),
        (["--view", "waves"], "--view is 'waves'"),
        (["--channel", "1"], "tone.wav: --channel is 1; this sound has one channel, 0"),
        (["--start", "3"], "tone.wav: the start is 3 s; this sound ends at 0.5 s"),
        (["--end", "1:30"], "tone.wav: the end is 90 s; this sound ends at 0.5 s"),
        (["--start", "0.4", "--end", "0.2"], "the end is 0.2 s; it must be after the start, 0.4 s"),
        (["--window", "0ms"], "--window is 0; it must be 1 or more"),
        *((["--view", "waveform", *given], f"{given[0]} has no effect with --view waveform") for given in COMPUTING),
        (["--view", "spectrum", "--mean"], "--mean has no effect with --view spectrum; leave out one or the other"),
        (["--view", "spectrum", "--colours", "grey"], "--colours has no effect with --view spectrum"),
        (["--view", "difference", "--percentiles", "5", "95"], "--percentiles has no effect with --view difference"),
        (["--bare", "--title", "Robin"], "--title has no effect with --bare"),
        (["--bare", "--dpi", "90"], "--dpi has no effect with --bare"),
        (["--no-axes", "--title", "Robin"], "--title has no effect with --no-axes"),
        (["--range", "-80", "0", "--below", "60"], "--below has no effect with --range"),
        (["--percentiles", "5", "95", "--below", "60"], "--below has no effect with --percentiles"),
        (["--feature", "rms", "--colours", "grey"], "--colours has no effect with features that are lines"),
        (
            ["--window", "40000000"],
            "--window is 40,000,000 samples; for a picture it must be 33,554,432 or fewer",
        ),
        (["--n-fft", "40000000"], "--n-fft is 40,000,000 samples; for a picture it must be"),
        ([*MFCC, "--view", "surface"], "the rows have no frequency; --view surface is of frequencies"),
        (["--feature", "rms", "--view", "surface"], "the settings give features, which are lines"),
        ([*MFCC, "--axis", "mel"], "--axis is given, but the rows are coefficients, which have no frequency"),
        ([*MFCC, "--frequencies", "100", "900"], "--frequencies is given, but the rows are coefficients"),
        ([*MFCC, "--below", "60"], "--below is 60 dB, but the values are no levels"),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence_and_2(options, words, wav, here, capsys):
    assert cli.main(["draw", wav, "-o", "out.png", *options]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (here / "out.png").exists()


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        ("no/out.png", 4, "no/out.png: the folder no does not exist"),
        ("out.bmp", 2, 'out.bmp ends in ".bmp"; a picture\'s name must end in one of png, svg, pdf, jpg, webp, tif'),
        ("out", 2, "out has no ending"),
    ],
)
def test_an_output_that_cannot_be_is_said_before_any_work(output, code, words, wav, here, capsys):
    make_bad(here)
    assert cli.main(["draw", wav, "-o", output]) == code
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_the_input_is_never_written_over(wav, here, capsys):
    before = (here / wav).read_bytes()
    assert cli.main(["draw", wav, "-o", wav, "--format", "png"]) == 4
    assert (here / wav).read_bytes() == before


def test_no_output_is_wrong_usage(wav, capsys):
    assert cli.main(["draw", wav]) == 2
    assert "name the picture: -o picture.png" in capsys.readouterr().err


def test_a_full_disk_is_4_and_leaves_nothing(wav, here):
    """A file may grow to no more than 4 kB, as on a disk that is full."""

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-m", "sonograph", "draw", wav, "-o", "out.png"],
        preexec_fn=small_files,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in here.iterdir()) == [wav]


def test_times_and_samples_name_the_same_part(wav, here):
    ways = [["--start", "0.1", "--end", "0.3"], ["--start", "0:00.1", "--end", "2400samples"]]
    for i, way in enumerate(ways):
        assert cli.main(["draw", wav, "-o", f"{i}.png", "--window", "256", *way]) == 0
    assert (here / "0.png").read_bytes() == (here / "1.png").read_bytes()
    for i, way in enumerate((["--window", "25ms", "--hop", "5ms"], ["--window", "200", "--hop", "40"])):
        assert cli.main(["draw", wav, "-o", f"{i}.png", *way]) == 0
    assert (here / "0.png").read_bytes() == (here / "1.png").read_bytes()


def test_the_recordings_are_drawn(recordings, tmp_path):
    files = sorted(
        p for p in recordings.rglob("*") if p.suffix in (".wav", ".flac", ".ogg", ".mp3") and p.stat().st_size
    )
    assert files
    small = sorted(files, key=lambda p: p.stat().st_size)[:: max(1, len(files) // 12)]
    for i, file in enumerate(small):
        assert cli.main(["draw", str(file), "-o", str(tmp_path / f"{i}.png")]) in (0, 3)


def test_standard_input_and_output(wav, here):
    sound = (here / wav).read_bytes()
    done = subprocess.run([sys.executable, "-m", "sonograph", "draw", "-", "-o", "-"], input=sound, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\x89PNG")
    with Image.open(BytesIO(done.stdout)) as image:
        assert image.text["Title"] == "standard input"
    for given in (b"", b"no sound at all, only words\n" * 9):
        done = subprocess.run(
            [sys.executable, "-m", "sonograph", "draw", "-", "-o", "-"], input=given, capture_output=True, text=False
        )
        assert done.returncode == 3
        assert done.stderr.startswith(b"sonograph: standard input: ")
        assert done.stdout == b""


def test_standard_input_is_read_once(wav, capsys):
    assert cli.main(["draw", "-", "-", "-o", "out.png"]) == 2
    assert "standard input is named twice" in capsys.readouterr().err


def test_a_bare_picture_is_a_small_palette_png(wav, here):
    assert cli.main(["draw", wav, "-o", "bare.png", "--bare", "--size", "300x200"]) == 0
    with Image.open(here / "bare.png") as image:
        assert (image.mode, image.size) == ("P", (300, 200))
    assert cli.main(["draw", wav, "-o", "alone.png", "--no-axes", "--size", "300x200"]) == 0
    with Image.open(here / "alone.png") as alone, Image.open(here / "bare.png") as image:
        difference = np.asarray(alone.convert("RGB")).astype(int) - np.asarray(image.convert("RGB"))
        assert np.abs(difference).max() <= 6  # 255 colours against 256


def test_a_picture_says_how_it_was_made(wav, here, capsys):
    assert cli.main(["draw", wav, "-o", "out.png", "--window", "512", "--axis", "log"]) == 0
    assert cli.main(["info", "--json", "out.png"]) == 0
    made = json.loads(capsys.readouterr().out)["recipe"]
    assert made["sounds"][0]["name"] == wav
    assert made["settings"][0]["of"]["window_length"] == 512
    assert made["look"]["axis"] == "log"
    assert cli.main(["info", "out.png"]) == 0
    assert "dBFS" in capsys.readouterr().out


def test_presets_and_settings_in_a_file_say_what_is_computed(wav, here, capsys):
    assert cli.main(["draw", wav, "-o", "a.png", "--preset", "scipy.spectrogram"]) == 0
    assert cli.main(["presets", "scipy.spectrogram"]) == 0
    (here / "mine.toml").write_text(capsys.readouterr().out)
    assert cli.main(["draw", wav, "-o", "b.png", "--settings", "mine.toml"]) == 0
    assert (here / "a.png").read_bytes() == (here / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--preset", "librosa.stff"], "--preset is 'librosa.stff'; did you mean librosa.stft, "),
        (["--preset", "zzz"], "--preset is 'zzz'; 'sonograph presets' lists those that there are"),
        (["--preset", "librosa.stft", "--hop", "20"], "--preset is given with --hop, which it sets"),
        (
            ["--preset", "librosa.stft", "--settings", "a.toml"],
            "--preset is given with --settings; leave out one or the other",
        ),
    ],
)
def test_settings_that_cannot_be_are_one_sentence_and_2(options, words, wav, here, capsys):
    assert cli.main(["draw", wav, "-o", "out.png", *options]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (here / "out.png").exists()


def test_a_calibrated_file_is_drawn_in_pascals_its_response_taken_off(wav, here, capsys):
    levels = {}
    for response in (0.0, -20.0):
        (here / f"{wav}.toml").write_text(
            f"end_to_end = 120.0\nresponse = [[500.0, {response}], [2000.0, {response}]]\n"
        )
        for bare in ([], ["--bare"]):
            assert cli.main(["draw", wav, "-o", "out.png", *bare]) == 0
            made = recipe_in(here / "out.png")
            assert made["unit"] == "dB re 1 µPa"
            levels[response, bool(bare)] = made["levels"][1]
    # half of full scale is −6 dBFS of a sine, whose rms is 3 dB below its peak
    assert levels[0.0, False] == pytest.approx(120 - 6.02 - 3.01, abs=0.1)
    assert levels[-20.0, True] == pytest.approx(levels[0.0, False] + 20, abs=0.01)
    assert cli.main(["draw", wav, "-o", "out.png", "--preset", "librosa.stft"]) == 0
    assert recipe_in(here / "out.png")["unit"] == "dB re 1 (raw)"
    capsys.readouterr()


def test_what_lies_below_a_frequency_and_an_offset_are_taken_off_the_picture(here):
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    soundfile.write("offset.wav", tone + 0.5, 8000, subtype="FLOAT")
    lowest = {}
    for name, flags in (("plain", []), ("dc", ["--remove-dc"]), ("high", ["--high-pass", "100"])):
        more = ["--window", "512", "--range", "-80", "0", "--colours", "grey", "--bare", "-q", *flags]
        assert cli.main(["draw", "offset.wav", "-o", f"{name}.png", *more]) == 0
        with Image.open(here / f"{name}.png") as picture:
            lowest[name] = np.asarray(picture.convert("L"), float)[-2, 100:-100].mean()
    assert lowest["plain"] > 200 > 60 > lowest["dc"] >= 0 and lowest["high"] < 60
    assert recipe_in(here / "high.png")["settings"][0]["of"]["high_pass"] == 100.0


@pytest.mark.parametrize("hertz", ["0", "-5", "nan", "4000"])
def test_a_frequency_that_no_sound_is_cut_at_is_refused_in_words_of_the_command(wav, capsys, hertz):
    assert cli.main(["draw", wav, "-o", "out.png", "--high-pass", hertz]) in (2, 3)
    assert f"--high-pass is {float(hertz):g}" in capsys.readouterr().err


def test_a_sound_shorter_than_its_window_is_said_in_the_picture_and_beside_it(here, capsys):
    soundfile.write("short.wav", np.sin(2 * np.pi * 0.125 * np.arange(200)), 8000, subtype="FLOAT")
    assert cli.main(["draw", "short.wav", "-o", "short.svg"]) == 0
    words = "the sound is shorter than its window (200 of 2048 samples): levels read up to 14.5 dB low"
    assert f"short.wav: {words}. Take a shorter one: --window." in capsys.readouterr().err
    assert cli.main(["draw", "short.wav", "-o", "short.png"]) == 0
    with Image.open(here / "short.png") as picture:
        assert words in picture.text["Description"]
    assert cli.main(["draw", "short.wav", "-o", "long.png", "--window", "64"]) == 0
    assert "window" not in capsys.readouterr().err.splitlines()[-1:]


def test_a_hop_that_leaves_samples_between_frames_is_refused_with_the_way_out(wav, capsys):
    assert cli.main(["draw", wav, "-o", "out.png", "--window", "512", "--hop", "512"]) in (2, 3)
    assert "hop is 512; with the hann window of 512 samples it must be at most 407" in capsys.readouterr().err
    assert cli.main(["draw", wav, "-o", "out.png", "--window", "512", "--hop", "512", "--shape", "boxcar"]) == 0


def test_ends_that_no_frame_lies_over_are_said_in_the_picture(wav, here):
    assert cli.main(["draw", wav, "-o", "out.png", "--window", "512", "--edges", "inside"]) == 0
    with Image.open(here / "out.png") as picture:
        assert "the first 6.62 ms and the last " in picture.text["Description"]
        assert "are hardly seen, as no frame lies over them" in picture.text["Description"]


def test_frequencies_beyond_the_sound_are_said(wav, here, capsys):
    half = soundfile.info(wav).samplerate / 2
    assert cli.main(["draw", wav, "-o", "a.png", "--frequencies", "0", f"{half + 1000:g}", "--bare"]) == 0
    error = capsys.readouterr().err
    assert f"frequencies end at {half:g} Hz, half the sample rate; {half + 1000:g} Hz was asked for" in error
    assert cli.main(["draw", wav, "-o", "b.png", "--frequencies", "0", f"{half:g}", "--bare"]) == 0
    assert "frequencies end" not in capsys.readouterr().err

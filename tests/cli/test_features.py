"""`sonograph features` and `sonograph presets`: many files, one table."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import Signal, preset, preset_names, read, spectrogram
from sonograph import open as open_sound
from sonograph.cli import main
from sonograph.cli.progress import Progress
from sonograph.extract import sound
from sonograph.io import filesource
from sonograph.settings import from_toml
from sonograph.tables import parquet


def table(path):
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_a_table_holds_what_spectrogram_gives(folder, capsys):
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.mfcc"]) == 0
    got = table("a.npz")
    assert list(got["files"]) == sorted(str(path) for path in Path("birds").rglob("*.wav"))
    for number, file in enumerate(got["files"]):
        want = spectrogram(read(str(file)), preset("kaldi.mfcc"))
        here = got["file"] == number
        np.testing.assert_array_equal(got["values"][here], want.values.T)
        np.testing.assert_allclose(got["time"][here], want.times, atol=1e-12)
        np.testing.assert_array_equal(got["frame"][here], list(want.frames))
    assert tuple(got["names"]) == want.names
    assert "a.npz: " in capsys.readouterr().err
    assert not Path("a.npz.parts").exists()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "zarr"])
def test_every_format_holds_the_same(folder, ending):
    soundfile.write("birds/3.wav", np.zeros((4000, 2)), 16_000)
    for out in ("a.npz", f"a.{ending}"):
        assert main(["features", "birds", "-o", out, "--preset", "htk.mfcc", "-q"]) == 0
    want = table("a.npz")
    if ending == "csv":
        with Path("a.csv").open() as lines:
            rows = list(csv.DictReader(lines))
        read_back = {name: [row[name] for row in rows] for name in rows[0]}
    elif ending == "jsonl":
        rows = [json.loads(line) for line in Path("a.jsonl").read_text().splitlines()]
        read_back = {name: [row[name] for row in rows] for name in rows[0]}
    elif ending == "parquet":
        read_back = pytest.importorskip("pyarrow.parquet").read_table("a.parquet").to_pydict()
    else:
        group = pytest.importorskip("zarr").open_group("a.zarr", mode="r")
        read_back = {name: group[name][:] for name in ("channel", "frame", "time", "sample_rate")}
        read_back["file"] = [group.attrs["files"][i] for i in group["file"][:]]
        read_back |= dict(zip(group.attrs["names"], group["values"][:].T, strict=True))
    assert list(read_back["file"]) == list(want["files"][want["file"]])
    for name in ("channel", "frame", "time", "sample_rate"):
        np.testing.assert_allclose(np.asarray(read_back[name], float), want[name], atol=1e-6)
    for i, name in enumerate(want["names"]):
        np.testing.assert_array_equal(np.asarray(read_back[name], "float32"), want["values"][:, i])


def test_row_groups_are_of_many_files_and_of_no_more_than_can_be_held(folder, monkeypatch):
    arrow = pytest.importorskip("pyarrow.parquet")
    command = ["features", "birds", "--preset", "kaldi.fbank", "-q", "--summary", "-o"]
    for out in ("whole.parquet", "a.csv"):
        assert main([*command, out]) == 0
    assert arrow.read_metadata("whole.parquet").num_row_groups == 1
    monkeypatch.setattr(parquet, "LEAST", 1)
    monkeypatch.setattr(parquet, "VALUES", 7 * arrow.read_metadata("whole.parquet").num_columns)
    assert main([*command, "groups.parquet"]) == 0
    with arrow.ParquetFile("groups.parquet") as groups:
        assert [groups.metadata.row_group(i).num_rows for i in range(groups.num_row_groups)] == [7, 7, 6]
    whole = arrow.read_table("whole.parquet").to_pylist()
    assert arrow.read_table("groups.parquet").to_pylist() == whole
    with Path("a.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["file"] for row in whole] == [row["file"] for row in rows]
    np.testing.assert_array_equal([row["band_3_p25"] for row in whole], np.float32([row["band_3_p25"] for row in rows]))


def test_a_lost_or_damaged_chunk_of_zarr_is_never_taken_for_numbers(folder):
    zarr = pytest.importorskip("zarr")
    assert main(["features", "birds", "-o", "a.zarr", "--preset", "htk.mfcc", "-q"]) == 0
    for lost in ("values/c/0/0", "time/c/0", "frame/c/0"):
        Path("a.zarr", lost).unlink()
    group = zarr.open_group("a.zarr", mode="r")
    assert np.isnan(group["values"][:]).all() and np.isnan(group["time"][:]).all() and (group["frame"][:] == -1).all()
    assert (group["sample_rate"][:] == 16_000).all() and not group["channel"][:].any()
    for name in ("sample_rate", "channel"):
        chunk = Path("a.zarr", name, "c/0")
        data = bytearray(chunk.read_bytes())
        data[len(data) // 2] ^= 1
        chunk.write_bytes(data)
        with pytest.raises(ValueError, match="checksum"):
            group[name][:]


def test_a_file_where_a_zarr_should_be_is_said_before_work(folder, capsys):
    Path("a.zarr").write_text("something")
    for more, says in (([], "a.zarr: exists already."), (["--overwrite"], "a.zarr: is there and is no Zarr group.")):
        assert main(["features", "birds", "-o", "a.zarr", "--preset", "htk.mfcc", "-q", *more]) == 4
        assert says in capsys.readouterr().err
    assert Path("a.zarr").read_text() == "something" and not Path("a.zarr.parts").exists()


def test_missing_values_are_empty_or_null(folder):
    x = np.ones(4000, "float32")
    x[2000] = np.nan
    soundfile.write("nan.wav", x, 16_000, subtype="FLOAT")
    for out in ("a.csv", "a.jsonl"):
        main(["features", "nan.wav", "-o", out, "--preset", "htk.mfcc", "-q"])
    empty = [row for row in csv.DictReader(Path("a.csv").read_text().splitlines()) if row["c1"] == ""]
    null = [row for row in map(json.loads, Path("a.jsonl").read_text().splitlines()) if row["c1"] is None]
    assert len(empty) == len(null) == 2  # the frames from 1760 and from 1920 on


def test_what_is_infinite_is_null_in_json(folder):
    x = np.full(4000, 1e30, "float32")  # whose square no float32 holds
    x[:1600] = 0.1
    soundfile.write("loud.wav", x, 16_000, subtype="FLOAT")
    (folder / "s.toml").write_text('kind = "stft"\nwindow_length = 400\nedges = "inside"\n')
    for out in ("a.npz", "a.jsonl"):
        main(["features", "loud.wav", "-o", out, "--settings", "s.toml", "-q"])
    values = table("a.npz")["values"]
    assert np.isinf(values).any() and np.isfinite(values).any()

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    rows = [json.loads(line, parse_constant=refuse) for line in Path("a.jsonl").read_text().splitlines()]
    null = [[row[f"bin_{i}"] is None for i in range(201)] for row in rows]
    np.testing.assert_array_equal(null, ~np.isfinite(values))


def test_a_summary_is_one_row_a_file(folder):
    assert main(["features", "birds", "-o", "a.csv", "--preset", "kaldi.fbank", "--summary", "-q"]) == 0
    with Path("a.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 20
    for row in rows[::7]:
        values = spectrogram(read(row["file"]), preset("kaldi.fbank")).values[4]
        said = [float(row[f"band_4_{name}"]) for name in ("mean", "deviation", "p5", "p25", "p50", "p75", "p95")]
        want = [values.mean(), values.std(), *np.percentile(values, (5, 25, 50, 75, 95))]
        np.testing.assert_allclose(said, want, rtol=1e-5)
        assert int(row["n_frames"]) == len(values)


@pytest.mark.parametrize("processes", [[], ["--processes", "2"]])
@pytest.mark.parametrize("ending", ["csv", "npz"])
def test_standard_input_is_a_file_among_others(folder, ending, processes):
    out = f"a.{ending}"
    command = [sys.executable, "-m", "sonograph", "features", "-", "birds/1.wav", "-o", out, "--preset", "kaldi.fbank"]
    sound = Path("birds/1.wav").read_bytes()
    done = subprocess.run([*command, *processes, "--report", "r.jsonl"], input=sound, capture_output=True)
    ends, counted = done.stderr.decode().splitlines()
    assert "hardly seen" in ends and counted == f"sonograph: {out}: 48 rows of 2 files."
    if ending == "npz":
        got = table("a.npz")
        assert list(got["files"]) == ["standard input", "birds/1.wav"]
        np.testing.assert_array_equal(got["values"][got["file"] == 0], got["values"][got["file"] == 1])
    else:
        rows = [line.partition(",") for line in Path("a.csv").read_text().splitlines()[1:]]
        assert {name for name, _, _ in rows} == {"standard input", "birds/1.wav"}
        assert [rest for _, _, rest in rows[:24]] == [rest for _, _, rest in rows[24:]]
    records = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert [record["file"] for record in records] == ["standard input", "birds/1.wav"]
    done = subprocess.run([*command, "--overwrite", "-q"], input=b"no sound, only words\n" * 9, capture_output=True)
    assert done.returncode == 3 and done.stderr.startswith(b"sonograph: standard input: ")


def test_one_is_one(folder, capsys):
    assert main(["features", "birds/0.wav", "-o", "a.csv", "--preset", "kaldi.fbank", "--summary"]) == 0
    assert capsys.readouterr().err.splitlines()[1:] == ["sonograph: a.csv: 1 row of 1 file."]


def test_bad_files_are_told_at_the_end_and_stop_nothing(folder, capsys):
    Path("birds/empty.wav").write_bytes(b"")
    Path("birds/text.wav").write_text("no sound")
    Path("birds/cut.wav").write_bytes(Path("birds/0.wav").read_bytes()[:10_000])
    soundfile.write("birds/short.wav", np.zeros(100), 16_000)
    assert main(["features", "birds", "gone.wav", "-o", "a.npz", "--preset", "kaldi.fbank"]) == 3
    assert len(table("a.npz")["files"]) == 21  # what the cut one holds is used
    said = capsys.readouterr().err
    for words in (
        "birds/empty.wav: is empty",
        "birds/text.wav: ",
        "birds/cut.wav: the header promises",
        "birds/short.wav: the sound has 100 samples, fewer than --window 400",
        "gone.wav: does not exist",
        "5 of 25 files had faults",
    ):
        assert words in said, words


def test_rates_are_mixed_a_row_each_with_its_rate(folder, capsys):
    soundfile.write("birds/high.wav", np.zeros(9000), 44_100)
    assert main(["features", "birds", "-o", "a.csv", "--preset", "librosa.mfcc", "--summary"]) == 0
    rates = {row["file"]: float(row["sample_rate"]) for row in csv.DictReader(Path("a.csv").read_text().splitlines())}
    assert rates["birds/high.wav"] == 44_100
    assert rates["birds/0.wav"] == 16_000


def test_a_preset_for_one_rate_resamples_and_says_so_once(folder, capsys):
    for i in range(3):
        soundfile.write(f"birds/high{i}.wav", np.zeros(9000), 44_100)
    assert main(["features", "birds", "-o", "a.npz", "--preset", "whisper.80"]) == 0
    assert set(table("a.npz")["sample_rate"]) == {16_000}
    assert capsys.readouterr().err.count("is at 44100 Hz; it and others like it are resampled to 16000 Hz (soxr)") == 1


def test_files_with_other_rows_are_left_out_and_told(folder, capsys):
    soundfile.write("birds/high.wav", np.random.default_rng(0).standard_normal(9000), 44_100)
    Path("octaves.toml").write_text('kind = "bands"\n[of]\nkind = "stft"\n[bands]\nkind = "octave"\n')
    assert main(["features", "birds", "-o", "a.npz", "--settings", "octaves.toml"]) == 3
    assert "birds/high.wav: has 30 features at 44100 Hz where the first file has 26" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["birds", "-o", "a.wav", "--preset", "kaldi.fbank"], 2, "the output is 'a.wav'; it must end in .csv, .jsonl"),
        (["birds", "-o", "a.csv", "--preset", "kaldi.fbnk"], 2, "preset is 'kaldi.fbnk'; did you mean kaldi.fbank, "),
        (["birds", "-o", "a.csv", "--preset", "librosa.stft"], 2, "the values are complex, and a table holds real"),
        (["birds", "-o", "a.csv", "--settings", "no.toml"], 3, "no.toml: does not exist"),
        (["birds", "-o", "a.csv", "--settings", "birds/0.wav"], 3, "birds/0.wav: is not text; it must be TOML"),
        (["birds", "-o", "a.csv"], 2, "one of the arguments --preset --settings --feature is required"),
        (["birds", "-o", "no/a.csv", "--preset", "kaldi.fbank"], 4, "the folder no does not exist"),
        (["birds", "-o", "a.csv", "--preset", "kaldi.fbank", "--processes", "0"], 2, "--processes is 0; it must be 1"),
        (["birds/0.wav", "-o", "birds/0.wav", "--preset", "kaldi.fbank"], 2, "must end in"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_work(folder, capsys, words, code, message):
    import re

    assert main(["features", *words]) == code
    assert re.search(message, capsys.readouterr().err)


def test_a_library_knows_no_calibration_but_settings_do(folder, capsys):
    Path("birds/0.wav.toml").write_text("full_scale = 2.0  # V")
    Path("mine.toml").write_text('kind = "stft"\nscaling = "raw"\nwindow_length = 512\nedges = "inside"\n')
    main(["features", "birds/0.wav", "birds/1.wav", "-o", "library.npz", "--preset", "kaldi.fbank", "-q"])
    main(["features", "birds/0.wav", "birds/1.wav", "-o", "mine.npz", "--settings", "mine.toml", "-q"])
    full_scale = read("birds/0.wav", calibration=False)
    library, mine = table("library.npz"), table("mine.npz")
    want = spectrogram(full_scale, preset("kaldi.fbank")).values.T
    np.testing.assert_array_equal(library["values"][library["file"] == 0], want)
    plain = spectrogram(full_scale, from_toml(Path("mine.toml").read_text())).values.T
    np.testing.assert_allclose(mine["values"], 4 * plain, rtol=1e-5)
    assert "birds/1.wav: is in FS where the first file is in V, so it is left out" in capsys.readouterr().err


def test_a_long_file_is_not_held_whole(folder, monkeypatch):
    main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q"])
    monkeypatch.setattr(sound, "IN_MEMORY", 1000)
    main(["features", "birds", "-o", "b.npz", "--preset", "kaldi.fbank", "-q"])
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()


@pytest.mark.parametrize("block", [1000, 4000, 1 << 20])
@pytest.mark.parametrize("shape", [(4000,), (4001, 2), (0,)])
def test_a_file_is_held_as_it_is_however_many_blocks_it_is_read_in(folder, monkeypatch, block, shape):
    monkeypatch.setattr(filesource, "BLOCK", block)
    soundfile.write("held.wav", np.random.default_rng(0).uniform(-1, 1, shape), 8000)
    with open_sound("held.wav") as opened:
        held = sound.in_memory(opened)
    wanted = soundfile.read("held.wav", dtype="float32", always_2d=True)[0].T
    np.testing.assert_array_equal(held.read(range(len(wanted.T))), wanted)
    assert isinstance(held, Signal) and held.n_samples == shape[0]


def test_presets_are_listed_and_printed_as_settings(capsys):
    assert main(["presets"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(preset_names())
    for name in preset_names():
        assert main(["presets", name]) == 0
        assert from_toml(capsys.readouterr().out) == preset(name)
    assert main(["presets", "whisper"]) == 2


def test_progress_says_speed_and_time_left():
    progress = Progress(100, "files", quiet=True)
    progress.skip(20)
    progress.add(40, seconds=400.0)
    assert progress.words(10.0) == "60 of 100 files, 4 files/s, 40 × real time, 00:10 left"


def test_presets_are_listed_without_numpy():
    code = "import sys; from sonograph.cli import main; main(['presets']); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


def test_a_shorter_sound_than_those_before_is_told_of_and_another_of_its_length_is_not(folder, capsys):
    for name, n in (("0", 8000), ("1", 8000), ("2", 100), ("3", 100)):
        soundfile.write(f"birds/{name}.wav", np.full(n, 0.1), 16_000)
    assert main(["features", "birds", "-o", "a.npz", "--feature", "centroid", "--processes", "1"]) == 0
    said = capsys.readouterr().err
    assert said.count("is shorter than its window") == 1
    assert "2.wav: the sound is shorter than its window (100 of 2048 samples)" in said

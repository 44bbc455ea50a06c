"""`sonograph train` and `classify` from outside: what they write, say and refuse."""

import csv
import json
import shutil

import numpy as np
import pytest
import soundfile

from sonograph.cli import main
from sonograph.io.marks import marks_of, read_marks
from sonograph.learning import evaluate
from tests.learning import made

RATE = made.RATE


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    return made.folder(tmp_path_factory.mktemp("sounds") / "set")


@pytest.fixture(scope="module")
def model(sounds):
    path = sounds.parent / "a.model"
    assert main(["train", str(sounds), "-o", str(path), "-q"]) == 0
    return path


@pytest.fixture
def copy(sounds, tmp_path):
    return shutil.copytree(sounds, tmp_path / "copy")


def train(*words):
    return main(["train", *map(str, words), "--processes", "1"])


def test_json_is_one_line(sounds, tmp_path, capsys):
    assert train(sounds, "-o", tmp_path / "a.model", "--json") == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    found = json.loads(out)
    assert found["classes"] == ["hiss", "hum", "sweep"]
    assert found["accuracy"] == pytest.approx(np.mean(found["folds"])) and found["accuracy"] > 0.8
    low, high = found["interval"]
    assert 0 <= low <= found["accuracy"] <= high <= 1
    assert found["majority"] == pytest.approx(1 / 3)
    assert {"balanced_accuracy", "log_loss", "calibration_error", "seconds"} <= set(found)
    assert found["bytes"] == (tmp_path / "a.model").stat().st_size < 200_000
    assert not (tmp_path / "a.model.parts").exists()


def test_the_report_has_numbers_files_mistakes_and_pictures(copy, tmp_path, capsys):
    shutil.copy(copy / "hum" / "0.wav", copy / "hiss" / "wrong.wav")
    soundfile.write(copy / "hiss" / "wrong.wav", made.sound("hum", 77), RATE)
    (copy / "hum" / "cut.wav").write_bytes((copy / "hum" / "0.wav").read_bytes()[:30])
    assert train(copy, "-o", tmp_path / "a.model", "--report", tmp_path / "report") == 3
    report = tmp_path / "report"
    whole = json.loads((report / "report.json").read_text())
    assert np.sum(whole["confusion"]) == whole["sounds"] == 19 and "cut.wav" in whole["faulty"][0]
    records = [json.loads(line) for line in (report / "files.jsonl").read_text().splitlines()]
    assert len(records) == 20 and [one["file"] for one in records if one["status"] == "failed"] == [
        str(copy / "hum" / "cut.wav")
    ]
    mistakes = list(csv.DictReader((report / "mistakes.csv").read_text().splitlines()))
    assert {"file": str(copy / "hiss" / "wrong.wav"), "label": "hiss", "answer": "hum"}.items() <= mistakes[0].items()
    for name in ("confusion.png", "reliability.png"):
        assert (report / name).read_bytes().startswith(b"\x89PNG")
    err = capsys.readouterr().err
    assert "wrong.wav: is 'hiss', was taken for 'hum'" in err and "1 file had faults" in err


def test_published_folds_are_used(copy, tmp_path, capsys):
    table = tmp_path / "t.csv"
    rows = [
        f"copy/{path.relative_to(copy)},{path.parent.name},{int(path.stem) % 2 + 3}" for path in copy.rglob("*.wav")
    ]
    table.write_text("\n".join(["file,label,fold", *rows]))
    assert train(table, "-o", tmp_path / "a.model", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["folds"]) == 2


def test_esc10_as_folders_or_as_its_table_has_its_five_published_folds(tmp_path, capsys):
    names = {"hiss": ("001 - Rain", 0), "hum": ("002 - Sea waves", 11)}
    folders, rows = tmp_path / "ESC-10", ["filename,fold,target,category,esc10,src_file,take"]
    (tmp_path / "esc50" / "audio").mkdir(parents=True)
    (tmp_path / "esc50" / "meta").mkdir()
    paths, labels, folds = [], [], []
    for label, (name, target) in names.items():
        (folders / name).mkdir(parents=True)
        for i in range(10):
            fold, clip = i % 5 + 1, 1000 + 17 * i + target
            path = folders / name / f"{fold}-{clip}-A.ogg"
            soundfile.write(path, made.sound(label if i % 4 else "sweep", 300 + i), RATE)
            shutil.copy(path, tmp_path / "esc50" / "audio" / f"{fold}-{clip}-A-{target}.ogg")
            rows.append(f"{fold}-{clip}-A-{target}.ogg,{fold},{target},{name[6:]},True,{clip},A")
            paths, labels, folds = [*paths, path], [*labels, name[6:]], [*folds, fold]
    rows.append("none.ogg,1,7,dog,False,1,A")
    (tmp_path / "esc50" / "meta" / "esc50.csv").write_text("\n".join(rows))
    assert train(folders, "-o", tmp_path / "a.model", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert train(tmp_path / "esc50/meta/esc50.csv", "--where", "esc10=True", "-o", tmp_path / "b.model", "--json") == 0
    other = json.loads(capsys.readouterr().out)
    wanted = evaluate(paths, labels, folds=folds).to_dict()
    assert len(found["folds"]) == 5 and len(set(found["folds"])) > 1 and found["classes"] == ["Rain", "Sea waves"]
    assert other["classes"] == found["classes"]
    for name in ("folds", "accuracy", "log_loss", "calibration_error"):
        assert found[name] == pytest.approx(wanted[name]) and other[name] == pytest.approx(wanted[name])


def test_speakers_are_left_out(sounds, tmp_path, capsys):
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in sounds.rglob("*.wav"):
        shutil.copy(path, flat / f"{path.parent.name}_speaker{int(path.stem) % 3}_{path.stem}.wav")
    assert train(flat, "-o", tmp_path / "a.model", "--group", "{label}_{group}_*", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["folds"]) == 3 and found["classes"] == ["hiss", "hum", "sweep"]


def test_parts_of_recordings(sounds, tmp_path, capsys):
    rows = ["file,label,start,end"]
    for seed in range(3):
        parts = [made.sound(label, seed + 50) for label in ("hiss", "hum", "sweep")]
        soundfile.write(tmp_path / f"{seed}.wav", np.concatenate(parts), RATE)
        rows += [f"{seed}.wav,{label},{0.4 * i},{0.4 * i + 0.4}" for i, label in enumerate(("hiss", "hum", "sweep"))]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    assert train(tmp_path / "t.csv", "-o", tmp_path / "a.model", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["sounds"], found["files"], len(found["folds"])) == (9, 3, 3)


def test_other_rates_are_resampled_and_said(copy, tmp_path, capsys):
    soundfile.write(copy / "hum" / "other.wav", made.sound("hum", 9, rate=16_000), 16_000)
    assert train(copy, "-o", tmp_path / "a.model", "--json") == 0
    done = capsys.readouterr()
    assert "1 of 19 files is resampled to 8000 Hz (soxr), which most have" in done.err
    assert json.loads(done.out)["sample_rate"] == 8000


def test_choosing_says_what_was_compared(sounds, tmp_path, capsys, monkeypatch):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sonograph.learning import forest

    monkeypatch.setattr(forest, "N_TREES", 10)
    assert train(sounds, "-o", tmp_path / "a.model", "--choose", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["recipe"] in found["candidates"] and len(found["candidates"]) == 9 and len(found["recipes"]) == 5
    assert main(["classify", str(tmp_path / "a.model"), str(sounds / "hum" / "0.wav"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "hum"


def bad_set(copy, what):
    one, other = copy / "hiss" / "0.wav", copy / "hum" / "0.wav"
    samples = made.sound("hiss", 0)
    if what == "twin":
        shutil.copy(one, other)
    elif what == "twin of its own class":
        shutil.copy(one, copy / "hiss" / "again.wav")
    elif what == "silence":
        soundfile.write(one, np.zeros(3000), RATE)
    elif what == "padded":
        soundfile.write(one, np.concatenate([samples, np.zeros(8000)]), RATE)
    elif what == "short":
        soundfile.write(one, samples[:100], RATE)
    elif what == "missing samples":
        soundfile.write(one, np.where(np.arange(len(samples)) % 3000 < 200, np.nan, samples), RATE, "FLOAT")
    elif what == "nothing but missing":
        soundfile.write(one, np.full(3000, np.nan), RATE, "FLOAT")
    elif what == "broken":
        one.write_bytes(b"RIFF\x00")
    elif what == "no samples":
        soundfile.write(one, samples[:0], RATE)
    elif what == "junk":
        (copy / "hiss" / "notes.txt").write_text("x")
        (copy / "papers").mkdir()
    elif what == "one class":
        for name in ("hum", "sweep"):
            shutil.rmtree(copy / name)
    elif what == "one file":
        for i in range(1, 6):
            (copy / "hum" / f"{i}.wav").unlink()
    elif what == "class of broken files":
        for path in (copy / "hum").iterdir():
            path.write_bytes(b"x")
    elif what == "alike":
        (copy / "hum").rename(copy / "Hiss")


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("twin", 2, "0.wav hold the same bytes, and are of classes 'hiss' and 'hum'"),
        ("twin of its own class", 0, ""),
        ("silence", 3, "0.wav: is digital silence; there is nothing to learn from"),
        ("padded", 0, "1 file holds digital silence"),
        ("short", 3, "0.wav: has 100 samples, fewer than one frame of 200"),
        ("missing samples", 0, "1 file lacks samples, as"),
        ("nothing but missing", 3, "0.wav: every sample is missing"),
        ("broken", 3, "0.wav: "),
        ("no samples", 3, "0.wav: "),
        ("junk", 0, "papers: holds no sound, so it is no class"),
        ("one class", 2, "all sounds are of one class, 'hiss'; there must be 2 classes or more"),
        ("one file", 2, "class 'hum' has one file only; it must have 2 or more"),
        ("class of broken files", 2, "class 'hum' has no file that can be used"),
        ("alike", 2, "labels 'Hiss' and 'hiss' differ by case or spaces only"),
    ],
)
def test_bad_input_is_told(copy, tmp_path, capsys, what, code, words):
    bad_set(copy, what)
    assert train(copy, "-o", tmp_path / "a.model", "-q") == code
    assert words in capsys.readouterr().err
    assert (tmp_path / "a.model").exists() == (code != 2)


def test_a_file_listed_in_two_classes_is_refused(sounds, tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text(f"file,label\n{sounds}/hum/0.wav,a\n{sounds}/hum/../hum/0.wav,b\n{sounds}/hum/1.wav,b\n")
    assert train(table, "-o", tmp_path / "a.model") == 2
    assert "is listed as 'a' and as 'b'; list each sound once" in capsys.readouterr().err


def test_hundreds_of_classes(tmp_path, capsys):
    for label in range(60):
        for seed in range(2):
            path = tmp_path / "set" / f"class {label}"
            path.mkdir(parents=True, exist_ok=True)
            soundfile.write(path / f"{seed}.wav", made.sound("hum", 1000 * label + seed, seconds=0.05), RATE)
    assert train(tmp_path / "set", "-o", tmp_path / "a.model", "--json", "--report", tmp_path / "report", "-q") == 0
    assert len(json.loads(capsys.readouterr().out)["classes"]) == 60


def test_an_interrupted_training_goes_on(sounds, tmp_path, capsys, monkeypatch):
    from sonograph.learning import training

    def struck(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training, "train", struck)
        assert train(sounds, "-o", tmp_path / "a.model") == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert (tmp_path / "a.model.parts").is_dir() and not (tmp_path / "a.model").exists()
    monkeypatch.setattr("sonograph.learning.filerows.Rows.__call__", struck)  # no row is computed again
    assert train(sounds, "-o", tmp_path / "a.model") == 0
    assert "18 files had been done by an earlier run" in capsys.readouterr().err
    assert not (tmp_path / "a.model.parts").exists()


def test_a_model_says_what_it_is(model, capsys):
    assert main(["info", str(model)]) == 0
    out = capsys.readouterr().out
    assert "hiss (6), hum (6), sweep (6)" in out and "accuracy" in out and "digest" in out
    assert main(["info", "--json", str(model)]) == 0
    facts = json.loads(capsys.readouterr().out)["model"]
    assert facts["classes"] == ["hiss", "hum", "sweep"] and len(facts["training_digest"]) == 32


def test_info_refuses_a_damaged_model(model, tmp_path, capsys):
    (tmp_path / "b.model").write_bytes(model.read_bytes()[:-3])
    assert main(["info", str(tmp_path / "b.model")]) == 3
    assert "b.model: was changed or cut since it was written" in capsys.readouterr().err


def classify(model, *words):
    return main(["classify", str(model), *map(str, words)])


def test_whole_files_have_a_name(model, sounds, tmp_path, capsys):
    assert classify(model, sounds / "hum", sounds / "hiss" / "0.wav") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7 and all("  hum  " in line for line in lines[:6]) and "  hiss  " in lines[6]
    assert classify(model, sounds, "-o", tmp_path / "a.csv", "-q") == 0
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert [row["label"] for row in rows] == [label for label in ("hiss", "hum", "sweep") for _ in range(6)]
    assert list(rows[0]) == ["file", "start", "end", "label", "probability"]
    assert classify(model, sounds / "hum", "-o", tmp_path / "a.jsonl", "-q") == 0
    first = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-5) and first["end"] == 0.4


@pytest.fixture
def long(tmp_path):
    """A second of hiss, a second of silence, two seconds of hum."""
    path = tmp_path / "long.wav"
    parts = [made.sound("hiss", 90, 1.0), np.zeros(RATE), made.sound("hum", 91, 2.0)]
    soundfile.write(path, np.concatenate(parts), RATE)
    return path


def test_windows_become_segments(model, long, tmp_path):
    assert classify(model, long, "--window", "0.4s", "--step", "0.1s", "-o", tmp_path / "a.txt", "-q") == 0
    marks = read_marks(tmp_path / "a.txt")
    hiss, hum = marks[0], marks[-1]
    assert hiss.words.startswith("hiss ") and hum.words.startswith("hum ")
    assert hiss.start == 0 and abs(hum.start - 2) < 0.5 and hum.end == 4.0
    assert not any(mark.start < 1.5 < mark.end for mark in marks)  # the middle of the silence has no name
    assert classify(model, long, "--window", "0.4s", "-o", tmp_path / "a.selections.txt", "-q") == 0
    raven = read_marks(tmp_path / "a.selections.txt", long)
    assert raven[-1].words == "hum" and 0 < float(raven[-1].extra["Score"]) <= 1
    assert {(mark.low, mark.high) for mark in raven} == {(0.0, RATE / 2)}  # Raven wants numbers


def test_every_table_opens_in_the_viewer_with_the_same_marks(model, long, tmp_path):
    from sonograph.web.hit_tables import table_of

    found = {}
    for form in ("txt", "selections.txt", "csv", "jsonl"):
        path = tmp_path / f"a.{form}"
        assert classify(model, long, "--window", "0.4s", "-o", path, "-q") == 0
        marks = [entry.mark for entry in table_of(path).entries()]
        assert marks_of(marks, long) == tuple(marks)
        found[form] = [(round(mark.start, 2), round(mark.end, 2), mark.words.split(" ")[0]) for mark in marks]
    assert len(found["csv"]) >= 2 and found["csv"][0][2] == "hiss"
    assert all(marks == found["csv"] for marks in found.values())


def test_a_pipe_gives_what_the_file_gives(model, long, tmp_path, capsys, monkeypatch):
    import io
    import sys

    for form, name in (("WAV", "a.wav"), ("FLAC", "a.flac")):
        held = io.BytesIO()
        soundfile.write(held, soundfile.read(long)[0], RATE, format=form, subtype="PCM_16")
        (tmp_path / name).write_bytes(held.getvalue())
        assert classify(model, tmp_path / name, "--window", "0.4s", "--step", "0.1s", "--json") == 0
        wanted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(held.getvalue())))
        assert classify(model, "-", "--window", "0.4s", "--step", "0.1s", "--json") == 0
        heard = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one | {"file": ""} for one in heard] == [one | {"file": ""} for one in wanted]


def test_unknown_refuses_the_least_sure_and_says_what_it_is_worth(model, sounds, long, tmp_path, capsys):
    assert classify(model, sounds / "hum", "--unknown", "0.1") == 0
    assert "a model does not know what it never heard" in capsys.readouterr().err
    random = np.random.default_rng(0)
    soundfile.write(
        tmp_path / "x.wav", 0.2 * np.sign(random.standard_normal(3200)) * (np.arange(3200) % 800 < 90), RATE
    )
    assert classify(model, tmp_path / "x.wav", "--unknown", "99%", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == "unknown" or found["probability"] >= 0.5


def test_a_sound_of_a_narrower_band_is_told(model, tmp_path, capsys):
    soundfile.write(tmp_path / "low.wav", made.sound("hum", 3, rate=4000), 4000)
    assert classify(model, tmp_path / "low.wav") == 0
    assert "is at 4000 Hz and holds nothing above 2000 Hz; the model heard sounds up to 4000" in capsys.readouterr().err
    soundfile.write(tmp_path / "high.wav", made.sound("hum", 3, rate=16_000), 16_000)
    assert classify(model, tmp_path / "high.wav") == 0
    assert "what lies above 4000 Hz is not looked at" in capsys.readouterr().err


def test_files_with_faults_are_told_and_the_others_named(model, sounds, tmp_path, capsys):
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    soundfile.write(tmp_path / "still.wav", np.zeros(4000), RATE)
    assert classify(model, tmp_path / "bad.wav", tmp_path / "still.wav", sounds / "hum" / "0.wav") == 3
    done = capsys.readouterr()
    assert "bad.wav" in done.err and "still.wav: nothing but digital silence" in done.out and "  hum  " in done.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--step", "1s"], "--step is 1 s without --window"),
        (["--window", "1s", "--step", "2s"], "--step is 2 s; with a window of 1 s it must be above 0, at most that"),
        (["--window", "0.001s"], "--window is 0.001; it must be 0.05 to"),
        (["--unknown", "2"], "--unknown is 2; it must be a share of known sounds"),
        (["-o", "a.wav"], "the output is 'a.wav'; it must end in .txt (Audacity)"),
        (["-o", "a.txt"], "which are of one sound, and there are"),
        (["--processes", "0"], "--processes is 0; it must be 1 or more"),
    ],
)
def test_options_that_cannot_be_are_refused(model, sounds, tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    assert classify(model, sounds, *words) == 2
    assert says in capsys.readouterr().err


def test_nothing_is_written_over(model, sounds, capsys):
    before = (sounds / "hum" / "0.wav").read_bytes()
    assert main(["train", str(sounds), "-o", str(sounds / "hum" / "0.wav")]) == 4
    assert (sounds / "hum" / "0.wav").read_bytes() == before

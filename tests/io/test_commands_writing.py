"""What the commands write, in every format: whole or not there, on a full disk and interrupted anywhere."""

import errno
import io
import itertools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import cli
from tests.io import meek
from tests.thorough import ALL

DRAW = ("draw", "a.wav", "--size", "400x300", "-q", "-o")
FEATURES = ("features", "a.wav", "b.wav", "--preset", "htk.mfcc", "-q", "-o")
WAYS = {
    "png": (*DRAW, "out.png"),
    "bare.png": (*DRAW, "out.bare.png", "--bare"),
    "svg": (*DRAW, "out.svg"),
    "pdf": (*DRAW, "out.pdf"),
    "html": (*DRAW, "out.html", "--view", "surface"),
    "csv": (*FEATURES, "out.csv"),
    "jsonl": (*FEATURES, "out.jsonl"),
    "npz": (*FEATURES, "out.npz"),
    "parquet": (*FEATURES, "out.parquet"),
    "zarr": (*FEATURES, "out.zarr"),
    "wav": ("listen", "a.wav", "-o", "out.wav"),
    "report": ("info", "a.wav", "b.wav", "--report", "out.report"),
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("a.wav", "b.wav"):
        soundfile.write(name, 0.1 * rng.standard_normal(4000), 16_000)
    return tmp_path


def needed(way):
    if way in ("parquet", "zarr"):
        pytest.importorskip({"parquet": "pyarrow", "zarr": "zarr"}[way], reason=f"the extra {way} is not installed")


def clear():
    for path in Path().glob("out.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def left(folder):
    """What is in a folder, its folders included: names and contents."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class Full:
    """A disk that is full from the N-th write on, as Python's files and descriptors see it."""

    def __init__(self, monkeypatch, nth):
        self.nth, self.count = nth, 0
        real_open, real_write = io.open, os.write

        def opened(file, mode="r", buffering=-1, *rest, **options):
            if not set(mode) & set("wxa+") or not isinstance(file, str | os.PathLike):
                return real_open(file, mode, buffering, *rest, **options)
            raw = self.raw(file, mode.replace("b", "").replace("t", ""))
            if "b" in mode:
                kind = io.BufferedRandom if "+" in mode else io.BufferedWriter
                return raw if buffering == 0 else kind(raw)
            options = {name: options[name] for name in ("encoding", "errors", "newline") if name in options}
            return io.TextIOWrapper(io.BufferedWriter(raw), **options)

        def write(descriptor, data):
            if stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe to another process is on no disk
                self.check()
            return real_write(descriptor, data)

        for module, name in ((io, "open"), ("builtins", "open"), (os, "write")):
            fake = write if name == "write" else opened
            monkeypatch.setattr(
                f"{module}.{name}" if isinstance(module, str) else module,
                *((fake,) if isinstance(module, str) else (name, fake)),
            )

    def raw(self, file, mode):
        full = self

        class Raw(io.FileIO):
            def write(self, data):
                full.check()
                return super().write(data)

        return Raw(file, mode)

    def check(self):
        self.count += 1
        if self.count >= self.nth:
            raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Matplotlib leaves its PDF open
@pytest.mark.parametrize("before", [False, True], ids=["new", "there"])
@pytest.mark.parametrize("way", [way for way in WAYS if way != "parquet"])  # pyarrow writes without Python's files
def test_a_disk_full_from_any_write_on_leaves_what_was_there(here, monkeypatch, capsys, way, before):
    needed(way)
    command = [*WAYS[way], *(["--overwrite"] if before and "features" in WAYS[way] else [])]
    assert cli.main(list(WAYS[way])) == 0
    whole = left(here)
    inputs = {name: data for name, data in whole.items() if name in ("a.wav", "b.wav")}
    for nth in itertools.chain(range(1, 8), range(8, 10_000, 17 if ALL else 67)):
        if not before:
            clear()
        capsys.readouterr()
        with monkeypatch.context() as patched:
            disk = Full(patched, nth)
            code = cli.main(command)
        said = capsys.readouterr().err
        if disk.count < nth:
            assert code == 0 and nth > 1 and set(left(here)) == set(whole)
            return
        assert code == 4, (nth, said)
        assert "the disk is full: more than " in said and "bytes are needed and" in said and "were free" in said, said
        assert "Traceback" not in said
        found = {name: data for name, data in left(here).items() if ".parts/" not in name}
        assert found == (whole if before else inputs), nth
        assert not [name for name in left(here) if ".part" in name.replace(".parts/", "/")], nth


@pytest.mark.parametrize("way", list(WAYS))
def test_a_file_larger_than_allowed_is_said_and_leaves_nothing(here, way):
    """The system itself refuses, whatever writes; as it does on a full disk."""
    needed(way)
    code = "import resource, signal, sys; from sonograph import cli; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); sys.exit(cli.main(sys.argv[1:]))"
    before = left(here)
    done = subprocess.run([sys.executable, "-c", code, *WAYS[way]], capture_output=True, text=True)
    assert done.returncode == 4 and "(file too large)" in done.stderr, done.stderr
    assert {name for name in left(here) if ".parts/" not in name} == set(before)


@pytest.mark.parametrize("way", ["csv", "jsonl", "npz", "parquet", "zarr"])
def test_a_table_that_is_there_is_kept_unless_it_may_be_replaced(here, capsys, way):
    needed(way)
    assert cli.main(list(WAYS[way])) == 0
    before = left(here)
    soundfile.write("b.wav", np.zeros(2000), 16_000)
    sounds = left(here)["b.wav"]
    assert cli.main(list(WAYS[way])) == 4
    assert "exists already" in capsys.readouterr().err
    assert left(here) == before | {"b.wav": sounds}
    assert cli.main([*WAYS[way], "--overwrite"]) == 0
    after = left(here)
    assert set(after) == set(before) and after != before | {"b.wav": sounds}


def test_a_folder_that_is_no_table_is_never_replaced(here, capsys):
    needed("zarr")
    Path("out.zarr").mkdir()
    Path("out.zarr/letter").write_text("dear")
    assert cli.main([*WAYS["zarr"], "--overwrite"]) == 4
    assert "out.zarr: is there and is no Zarr group" in capsys.readouterr().err
    assert Path("out.zarr/letter").read_text() == "dear"


@pytest.mark.parametrize("way", ["png", "csv", "zarr", "wav", "report"])
def test_a_place_that_cannot_be_written_is_refused_before_any_work(here, way):
    """Read-only, missing, a file, or the input itself; run by somebody who may not do everything."""
    needed(way)
    Path("locked").mkdir(mode=0o555)
    for folder in (here, *here.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    name = next(word for word in WAYS[way] if word.startswith("out."))
    code = f"{meek.CODE}\nimport json, sonograph.io.audio, sonograph.io.writing, sonograph.extract.all_files\n"
    code += "import sonograph.drawing.calls, sonograph.pictures.out.save, sonograph.pictures.compose\n"
    code += "import sonograph.io.door\n"
    code += "from sonograph import cli\n"
    code += "def never(*_): raise AssertionError('it was read')\n"
    code += "sonograph.io.door.OpenFile.__init__ = never\n"
    code += "meek()\nfor command in json.loads(sys.argv[1]): print(cli.main(command), file=sys.stderr)"
    before = left(here)
    wanted = {
        f"locked/{name}": "the folder locked may not be written to",
        f"missing/{name}": "the folder missing does not exist",
        f"a.wav/{name}": "a.wav is not a folder",
    }
    commands = [[place if word == name else word for word in WAYS[way]] for place in wanted]
    done = subprocess.run([sys.executable, "-c", code, json.dumps(commands)], capture_output=True, text=True)
    *answers, rest = done.stderr.split("\n4\n")
    assert len(answers) == len(wanted) and not rest, done.stderr
    for words, answer in zip(wanted.values(), answers, strict=True):
        assert words in answer, done.stderr
    Path("locked").chmod(0o755)
    assert left(here) == before


URLS = {
    "demo": ("demo", "-o", "s3://bucket/out"),
    "folder": ("draw", "a.wav", "b.wav", "-o", "s3://bucket/out/"),
    "index": ("index", "a.wav", "-o", "memory://out.index"),
}


@pytest.mark.parametrize("way", [*WAYS, *URLS])
def test_a_url_is_no_name_of_what_is_written(way, here, capsys):
    needed(way)
    words = URLS.get(way) or ["gs://bucket/" + word if word.startswith("out.") else word for word in WAYS[way]]
    assert cli.main(list(words)) == 4
    assert "out" in (said := capsys.readouterr().err)
    assert ": is a URL, to which only archives are written" in said
    assert sorted(path.name for path in here.iterdir()) == ["a.wav", "b.wav"]


def test_a_folder_that_vanishes_while_at_work_is_one_sentence(here, capsys, monkeypatch):
    from sonograph.pictures.out import bare

    Path("gone").mkdir()
    save = bare.save_bare
    monkeypatch.setattr(bare, "save_bare", lambda *words: Path("gone").rmdir() or save(*words))
    assert cli.main([*DRAW, "gone/out.png", "--bare"]) == 4
    assert "gone/out.png: could not be written (no such file or directory)" in capsys.readouterr().err


INTERRUPTED = """
import json, os, random, signal, sys, threading, time
from sonograph import cli
import sonograph.drawing.calls, sonograph.io.audio, sonograph.extract.all_files, sonograph.pictures.compose
import sonograph.pictures.out.save, sonograph.pictures.figure, sonograph.pictures.out.bare
import contextlib, sonograph.engines.compiled, llvmlite.ir, llvmlite.binding, matplotlib.patheffects, sonograph.inverse
with contextlib.suppress(ImportError):
    import zarr

def on_way(event, arguments):
    named = [str(a) for a in arguments if isinstance(a, (str, os.PathLike))]
    return event in ("open", "os.rename", "os.mkdir", "os.remove", "os.chmod", "os.link", "shutil.rmtree", "os.rmdir",
        "os.truncate", "tempfile.mkdtemp") and any(".part" in name or "out." in name for name in named)

for line in sys.stdin:  # a fork for each: it has everything loaded, and no threads
    command, number, nth, delay = json.loads(line)
    child = os.fork()
    if not child:
        count = 0
        def strike():
            time.sleep(delay)
            os.kill(os.getpid(), number)
        def hook(event, arguments):
            global count
            if on_way(event, arguments):
                count += 1
                if count == nth:
                    threading.Thread(target=strike, daemon=True).start() if delay else strike()
        if number:
            sys.addaudithook(hook)
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
        os.dup2(devnull, 2)
        code = cli.main(command)
        os._exit(code if count >= nth or not number else 99)
    began = time.monotonic()
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), time.monotonic() - began]), flush=True)
"""


INTERRUPTIONS = [*itertools.product(["png", "npz", "wav", "csv", "zarr"], [signal.SIGINT, signal.SIGTERM])]

FEW = [one for i, one in enumerate(INTERRUPTIONS) if i % 4 in (0, 3)]
"""Each way, by one of the two."""


@pytest.mark.parametrize(("way", "number"), INTERRUPTIONS if ALL else FEW, ids=str)
def test_interrupted_at_any_step_of_writing_nothing_half_is_left_and_a_second_run_completes(here, way, number):
    needed(way)
    command = list(WAYS[way])
    inputs = left(here)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:

        def run(number=0, nth=0, delay=0.0):
            server.stdin.write(json.dumps([command, number, nth, delay]) + "\n")
            server.stdin.flush()
            return json.loads(server.stdout.readline())

        assert run()[0] == 0
        whole = left(here)
        clear()
        chance = np.random.default_rng(int(number))
        for struck, nth in enumerate(itertools.chain(range(1, 6), range(6, 1000, 29 if ALL else 151))):
            delay = float(chance.uniform(0.0, 0.02)) * (nth % 2)
            code, seconds = run(int(number), nth, delay)
            if code == 99:  # it had fewer steps
                assert struck >= 3  # opened, renamed, removed
                server.stdin.close()
                return
            assert seconds < 5
            found = {name: data for name, data in left(here).items() if ".parts/" not in name}
            assert code in ((0, 130, -2) if number == signal.SIGINT else (0, 143, -15)), (nth, code)
            assert found in (inputs, whole) and (found == whole or code), (nth, delay, sorted(found))
            assert not [path for path in here.iterdir() if path.name.startswith(".")]
            command = list(WAYS[way]) + ["--overwrite"] * ("features" in WAYS[way] and found == whole)
            assert run()[0] == 0
            assert left(here) == whole, nth
            clear()
    pytest.fail("it never ended")

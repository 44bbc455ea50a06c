import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sonograph import OutputError, SettingsError, SourceError, cli
from sonograph.cli import archive, exits
from sonograph.settings.stft import EDGES, SCALINGS


@pytest.mark.parametrize(
    "given", [["--help"], ["draw", "--help"], ["info", "--help"], ["demo", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(given):
    code = (
        "import sys; from sonograph.cli import main; code = main(sys.argv[1:]); "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'numpy', 'matplotlib', 'scipy', 'soundfile', "
        "'llvmlite', 'PIL'}), [m for m in sys.modules if m.startswith('sonograph.settings')], code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[] [] 0\n")
    assert done.stderr == ""


def test_help_names_units_defaults_examples_and_exit_codes(capsys):
    assert cli.main(["draw", "--help"]) == 0
    said = capsys.readouterr().out
    for name in (*EDGES, *SCALINGS):
        assert name in said.split("how to compute:")[1].split("--edges NAME")[1].split("what the numbers")[0]
    for words in ("how to compute:", "samples (1024) or time (25ms) [2048]", "examples:", "exit status: 0 done, 2 an"):
        assert words in said


@pytest.mark.parametrize(
    "command", [[], *([name] for name in cli.COMMANDS), *(["archive", name] for name in archive.ACTIONS)]
)
def test_help_fits_a_terminal_of_80_columns(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main([*command, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if len(line) > 80] == []
    assert not re.search(r"--?\w+  ", lines[0])  # an option without what it takes
    assert any(line.startswith("  sonograph ") for line in lines)  # an example keeps its line


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "name a command: draw, info, "),
        (["drow"], "drow is no command; did you mean draw?"),
        (["draw"], "required: FILE"),
        (
            ["draw", "a.wav", "--window", "25mm", "-o", "a.png"],
            r"--window: '25mm'; it must be samples (1024) or a time",
        ),
        (["draw", "a.wav", "--start", "x", "-o", "a.png"], "--start: 'x'; it must be seconds (12.5), min:s (1:30)"),
        (["draw", "a.wav", "--size", "9", "-o", "a.png"], "--size: '9'; it must be width and height in pixels"),
        (["draw", "a.wav", "--shape", "gaussian:x", "-o", "a.png"], "what follows the colon must be a number"),
        (["draw", "a.wav", "--edges", "round", "-o", "a.png"], "--edges is 'round'; it must be one of zeros"),
    ],
)
def test_wrong_usage_is_one_line_and_2(given, words, capsys):
    assert cli.main(given) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("hop is 0"), 2),
        (SourceError("a.wav: is empty."), 3),
        (OutputError("a.png: the disk is full."), 4),
        (MemoryError(), 4),
        (KeyboardInterrupt(), 130),
        (SystemExit(143), 143),
    ],
)
def test_every_end_has_its_code_and_one_line(error, code, capsys):
    assert exits.report(error) == code
    said = capsys.readouterr().err
    assert said.count("\n") == (0 if isinstance(error, SystemExit) else 1)


def test_our_own_fault_shows_its_traceback(capsys):
    assert exits.report(ZeroDivisionError("x")) == 1
    assert "this is a fault of Sonograph itself" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_traceback(wav):
    code = f"{sys.executable} -m sonograph info {' '.join([wav] * 50)} | head -c 10"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_leaves_no_half_picture(here, number, code):
    """While the picture is being written, which is when a half one could be left."""
    program = (
        "import sys, time\n"
        "from sonograph.drawing import calls\n"
        "from sonograph.pictures.out import save\n"
        "def slow(figure, part, format, text):\n"
        "    part.write_bytes(b'half'); print('writing', flush=True); time.sleep(60)\n"
        "save.save = slow\n"
        "from sonograph.cli import main\n"
        "sys.exit(main(['demo', '-o', 'out']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "writing\n"
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in said
    assert list((here / "out").iterdir()) == []


@pytest.mark.parametrize(
    "command", ["draw - -o out.png", "listen - -o out.wav", "info -", "features - -o out.csv --feature rms"]
)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_standard_input_is_read_leaves_nothing(here, command, number, code):
    process = subprocess.Popen(
        [sys.executable, "-m", "sonograph", *command.split()],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(here)},
    )
    process.stdin.write(bytes(3 << 20))  # the end does not come
    process.stdin.flush()
    while not any(path.stat().st_size for path in here.glob("sonograph-*/*")):
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert b"Traceback" not in said
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("given", [["--version"], ["draw"], ["info", "no such file.wav"]])
def test_the_command_ends_as_main_does(given):
    done = subprocess.run([sys.executable, "-m", "sonograph", *given], capture_output=True, text=True)
    code = subprocess.run(
        [sys.executable, "-c", f"import sys; from sonograph.cli import main; sys.exit(main({given!r}))"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code.returncode, code.stdout, code.stderr)
    assert done.stdout or done.stderr


@pytest.mark.parametrize(
    ("closed", "given", "code", "says"),
    [
        (">&-", ["presets"], 4, b"standard output: Bad file descriptor. Make room there, or write to another place."),
        (">&-", ["info", "tone.wav"], 4, b"standard output: Bad file descriptor."),
        (">&-", ["draw", "tone.wav", "-o", "-"], 4, b"standard output: could not be written (Bad file descriptor)."),
        (">&-", ["draw", "tone.wav", "-o", "a.png"], 0, b""),
        ("<&-", ["draw", "-", "-o", "a.png"], 3, b"standard input: is empty. Pipe a sound file into it."),
        ("2>&-", ["draw", "tone.wav", "-o", "a.png"], 0, b""),
        ("2>&-", ["info", "no such file.wav"], 3, b""),
        ("<&- >&- 2>&-", ["draw", "tone.wav", "-o", "a.png"], 0, b""),
    ],
)
def test_a_stream_that_is_closed_is_no_traceback(wav, closed, given, code, says):
    words = ["bash", "-c", f'exec "$@" {closed}', "-", sys.executable, "-m", "sonograph", *given]
    done = subprocess.run(words, capture_output=True)
    assert done.returncode == code
    assert done.stdout == b""
    assert done.stderr.removeprefix(b"sonograph: ").startswith(says) and done.stderr.count(b"\n") == bool(says)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("given", [["presets"], ["--version"]])
def test_the_command_says_when_its_output_cannot_be_written(given):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "sonograph", *given], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == exits.OUTPUT
    said = b"sonograph: standard output: No space left on device. Make room there, or write to another place.\n"
    assert done.stderr == said

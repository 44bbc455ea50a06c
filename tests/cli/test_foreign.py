"""What other programs call our options, and slips of typing, are answered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sonograph import cli
from sonograph.cli import foreign
from sonograph.settings.elsewhere import ELSEWHERE, PICTURE


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("draw a.wav --n_fft 1024", "--n_fft is no option of draw; it is --n-fft 1024"),
        ("draw a.wav --hop-length 256", "--hop-length is no option of draw; it is --hop 256"),
        ("draw a.wav --cmap viridis", "it is --colours viridis"),
        ("draw a.wav --colormap=jet", "it is --colours jet"),
        ("draw a.wav --vmin -80 --vmax 0", "--vmin and --vmax are no options of draw; they are --range -80 0"),
        ("draw a.wav --fmin 100", "it is --frequencies 100 HIGH"),
        ("draw a.wav --fmax 8000 --fmin 20", "they are --frequencies 20 8000"),
        ("draw a.wav --sr 16000", "it is --resample 16000"),
        ("listen a.wav --sr 16000 -o b.wav", "it is --resample 16000"),
        ("draw a.wav --nperseg 512 --noverlap 384", "they are --window 512 --hop 128"),
        ("draw a.wav --overlap 75%", "it is --hop 512"),
        ("draw a.wav --overlap 0.5 --window 1024", "it is --hop 512"),
        ("draw a.wav --window-type hamming", "it is --shape hamming"),
        ("draw a.wav --y_axis log", "it is --axis log"),
        ("draw a.wav --y_axis cqt_note -w Hanning", "they are --axis musical --shape hann"),
        ("draw a.wav --minimum-frequency 20 --maximum-frequency 900", "they are --frequencies 20 900"),
        ("draw a.wav --figsize 8,4", "it is --size 1200x600"),
        ("draw a.wav --offset 1 --duration 2", "they are --start 1 --end 3"),
        ("draw a.wav -ss 10 -t 5", "they are --start 10 --end 15"),
        ("draw a.wav -x 800 -y 400 -z 90 -t Robin", "they are --size 800x400 --below 90 --title Robin"),
        ("draw a.wav -S 1 -d 2 -m -l", "they are --start 1 --end 3 --colours grey --theme light"),
        ("draw a.wav --center False", "it is --edges inside"),
        ("draw -i a.wav", "-i is no option of draw; it is a.wav without it"),
        ("features a.wav --jobs 4", "it is --processes 4"),
        ("draw a.wav --n-mels 80", "it is n_bands, which settings have: sonograph presets librosa.mel > my.toml,"),
        ("features a.wav --n_mfcc 13", "it is n_coefficients, which settings have: sonograph presets librosa.mfcc >"),
        ("draw a.wav --windw 9", "--windw is no option of draw; did you mean --window?"),
        ("info a.wav --window 9", "--window is no option of info; draw, features"),
        ("draw a.wav --zork", "--zork is no option of draw; 'sonograph draw --help' lists them"),
        ("draw a.wav --window hann", "what the window is like is --shape hann"),
        ("plot a.wav", "plot is no command; did you mean draw?"),
        ("drwa a.wav", "did you mean draw?"),
        ("zork", "zork is no command; it must be one of draw, info"),
    ],
)  # fmt: skip
def test_the_answer_has_our_name_and_the_value(here, capsys, words, answer):
    assert cli.main(words.split()) == 2
    err = capsys.readouterr().err
    assert answer in err and err.count("\n") == 1


def test_what_is_answered_can_be_typed(wav, capsys):
    words = "--n_fft 1024 --win_length 512 --hop_length 128 --cmap viridis --vmin -80 --vmax 0 --fmin 50 --fmax 3000"
    assert cli.main(["draw", wav, "-o", "a.png", *words.split()]) == 2
    ours = capsys.readouterr().err.split("they are ")[1].split()
    assert cli.main(["draw", wav, "-o", "a.png", *ours]) == 0


@pytest.mark.parametrize("name", sorted({*PICTURE, *ELSEWHERE, *foreign.PLAIN, *foreign.SPECIAL}))
def test_every_name_that_is_known_leads_to_an_option_or_a_setting(wav, capsys, name):
    dashes = "-" if len(name) == 1 else "--"
    options = cli.of_command(cli.parser("draw"), "draw")._option_string_actions
    if any(one.startswith(dashes + name) for one in options):
        return  # it is ours, or the beginning of it
    assert cli.main(["draw", wav, f"{dashes}{name}", "8"]) == 2
    err = capsys.readouterr().err
    if name in foreign.PLAIN and foreign.PLAIN[name] not in ("", *options):
        return  # of another command
    assert "it is " in err, err


def test_a_file_in_the_place_of_a_command_is_told_how_it_is_drawn(wav, capsys):
    assert cli.main([wav]) == 2
    assert f"{wav} is no command; to draw it: sonograph draw {wav} -o picture.png" in capsys.readouterr().err


def test_a_name_that_is_a_value_or_stands_behind_two_dashes_is_left(wav, here):
    Path("--n_fft").write_bytes(Path(wav).read_bytes())
    assert cli.main(["info", wav, "--", "--n_fft"]) == 0
    assert cli.main(["draw", wav, "-o", "a.png", "--title", "n_fft", "--range", "-80", "0"]) == 0


def test_completion_is_loaded_only_when_it_is_asked_for():
    code = "import sys\nfrom sonograph import cli\ncli.main(['info', 'no such'])\nassert 'shtab' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


SCRIPT = """
source ./completion
for line in "sonograph dr" "sonograph draw --mo" "sonograph draw --preset librosa.mf" "sonograph draw ton" \
        "sonograph draw --view su" "sonograph features --feature cent"; do
    COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
    $(complete -p sonograph | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    echo "${COMPREPLY[@]}"
done
"""


def test_bash_completes_commands_options_names_and_files(wav, capsys):
    pytest.importorskip("shtab", reason="shtab is not installed: pip install -e .")
    assert cli.main(["--print-completion", "bash"]) == 0
    Path("completion").write_text(capsys.readouterr().out)
    done = subprocess.run(
        ["bash", "-c", SCRIPT], capture_output=True, text=True, check=True, env=os.environ | {"LC_ALL": "C"}
    )
    assert done.stdout.splitlines() == ["draw", "--mono", "librosa.mfcc", "tone.wav", "surface", "centroid"]
    assert cli.main(["--print-completion", "zsh"]) == 0
    assert capsys.readouterr().out.startswith("#compdef sonograph")
    assert cli.main(["--print-completion", "fish"]) == 2
    assert "--print-completion is 'fish'; it must be one of bash, zsh" in capsys.readouterr().err


def test_help_can_be_asked_for_as_a_command_and_begins_with_what_is_needed(capsys):
    for words, first in (
        (["help", "listen"], "usage: sonograph listen FILE -o OUT [options]"),
        (["features", "--help"], "usage: sonograph features PATH [PATH ...] -o OUT [options]"),
        (["help"], "usage: sonograph [-h]"),
        (["help", "zork"], "usage: sonograph [-h]"),
    ):
        assert cli.main(words) == 0
        assert capsys.readouterr().out.startswith(first)


def test_a_picture_that_was_named_without_its_option_is_told_it(wav, here, capsys):
    assert cli.main(["draw", wav, "robin.svg"]) == 2
    assert "no output is named; name the picture: -o robin.svg" in capsys.readouterr().err
    assert cli.main(["features", wav, "-o", "a.csv", "--feature", "rms", "--hop", "1s"]) == 3
    assert "or samples would be skipped; a longer --window allows more" in capsys.readouterr().err

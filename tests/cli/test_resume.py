"""A run that goes on after an interruption gives what a run from the beginning gives, whatever changed meanwhile."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from sonograph import Calibration, Limits, StftSettings
from sonograph.cli import main
from sonograph.extract import part
from sonograph.extract.choice import Choice
from sonograph.extract.wanted import Wanted
from sonograph.io.opening import Opening
from sonograph.jobs.identity import digest

SETTINGS = 'kind = "stft"\nwindow_length = {}\n'


def sound(path, seed=0):
    soundfile.write(path, 0.1 * np.random.default_rng(seed).standard_normal(4000), 16_000, subtype="FLOAT")


@pytest.fixture
def room(folder):
    Path("settings.toml").write_text(SETTINGS.format(256))
    for i in range(8):
        Path(f"birds/{i}.wav.toml").write_text("end_to_end = 176.0\n")
    for place in ("birds", "birds/more"):
        Path(place, "calibration.toml").write_text("end_to_end = 176.0\n")
    return folder


def untouched(path, write):
    """Write a file and give it the times it had: what only its content tells."""
    before = path.stat()
    write(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def edited(path, text):
    return lambda: untouched(Path(path), lambda path: path.write_text(text))


CHANGES = {
    "a calibration beside a file": edited("birds/3.wav.toml", "end_to_end = 156.0\n"),
    "a calibration of a folder": edited("birds/more/calibration.toml", "end_to_end = 156.0\n"),
    "all calibrations": lambda: [
        edited(p, "end_to_end = 156.0\n")() for p in Path().rglob("*.toml") if "settings" not in p.name
    ],
    "a calibration is taken away": lambda: [path.unlink() for path in Path("birds").glob("*.wav.toml")],
    "a calibration that comes before the folder's": lambda: Path("birds/more/2.wav.toml").write_text(
        "end_to_end = 156.0\n"
    ),
    "a calibration becomes a link": lambda: [
        Path("other.toml").write_text("end_to_end = 156.0\n"),
        Path("birds/3.wav.toml").unlink(),
        Path("birds/3.wav.toml").symlink_to("../other.toml"),
    ],
    "the settings": edited("settings.toml", SETTINGS.format(512)),
    "a sound": lambda: sound("birds/2.wav", seed=9),
    "a sound, in place and with its times": lambda: untouched(Path("birds/2.wav"), lambda path: sound(path, seed=9)),
    "a sound is replaced by one of the same time": lambda: untouched(
        Path("birds/2.wav"),
        lambda path: (sound("new.wav", seed=9), os.replace("new.wav", path)),  # noqa: PTH105
    ),
}


def interrupted(runs, command, after):
    runs.stop_after = after
    assert main(command) == 130
    runs.stop_after = None


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("how", ["settings", "feature"])
def test_what_changed_between_a_run_and_its_resume_is_computed_anew(room, runs, capsys, change, how):
    what = ["--settings", "settings.toml"] if how == "settings" else ["--feature", "rms,centroid"]
    command = ["features", "birds", *what, "-q", "-o"]
    interrupted(runs, [*command, "a.npz"], after=15)
    CHANGES[change]()
    runs.parts.clear()
    codes = main([*command, "a.npz"]), main([*command, "whole.npz"])
    assert codes[0] == codes[1] == 0, capsys.readouterr().err
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()
    fresh = len(runs.parts) - 20
    assert fresh >= 5 + (change != "the settings" or how == "settings")  # at least one part more than was left


def test_what_did_not_change_is_not_computed_again(room, runs):
    """Not for another time of a calibration, which says the same."""
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o", "a.npz"]
    interrupted(runs, command, after=15)
    for path in Path().rglob("*.toml"):
        path.write_text(path.read_text())
        os.utime(path, (1, 1))
    runs.parts.clear()
    assert main(command) == 0
    assert len(runs.parts) == 5


@pytest.mark.parametrize(
    "flags",
    [
        ["--unit", "Pa"], ["--end-to-end", "150"], ["--end-to-end", "150.5"], ["--max-seconds", "100"], ["--summary"],
        ["--hydrophone", "-170", "--full-scale", "1"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_other_options_are_other_parts(room, runs, flags):
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o", "a.npz"]
    interrupted(runs, [*command, "--end-to-end", "149"], after=15)
    runs.parts.clear()
    assert main([*command, *flags]) == 0
    assert len(runs.parts) == 20


def test_a_run_that_another_engine_goes_on_with_mixes_no_numbers(room, runs, monkeypatch, recwarn):
    """As on another machine, or where llvmlite was taken away: they round differently."""
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o"]
    interrupted(runs, [*command, "a.npz"], after=15)
    monkeypatch.setattr("sonograph.engines._no_kernels", lambda: "there is no llvmlite")
    runs.parts.clear()
    assert main([*command, "a.npz"]) == main([*command, "whole.npz"]) == 0
    assert len(runs.parts) == 40
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_a_calibration_that_changes_while_it_is_read_is_not_taken_for_the_one_before(room, runs, monkeypatch):
    """The part was named for the one and may hold the other: a run to come makes it anew."""
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o"]

    def change(count):
        if count == 1:
            for path in Path("birds").glob("*.toml"):
                path.write_text("end_to_end = 156.0\n")

    real = part.audio.settled

    def settled(file, *rest, **options):
        change(len(runs.parts) - 1)
        return real(file, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(part.audio, "settled", settled)
        interrupted(runs, [*command, "a.npz"], after=3)
    for path in Path("birds").glob("*.toml"):
        path.write_text("end_to_end = 176.0\n")
    assert main([*command, "a.npz"]) == main([*command, "whole.npz"]) == 0
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_a_file_is_named_by_all_that_it_depends_on(here):
    """Each of these alone is another name; none of them is told from how it prints."""
    sound("a.wav")
    sound("b.wav")
    stft = StftSettings(window_length=256)
    volts = Calibration(1.0, "V")
    openings = [
        Opening(), Opening(unit="Pa"), Opening(unit="V"), Opening(sample_rate=1.0), Opening(sample_rate=2.0),
        Opening(calibration=False), Opening(calibration=volts), Opening(calibration=Calibration(2.0, "V")),
        Opening(calibration=Calibration(1.0, "V", ((10.0, 1.0),))), Opening(time_column="t"), Opening(raw="8000:1:s16"),
        Opening(limits=Limits(seconds=5)), Opening(zone="UTC"),
    ]  # fmt: skip
    wanted = [Wanted(stft, False, opening) for opening in openings]
    wanted += [Wanted(stft, True), Wanted(StftSettings(window_length=512)), Wanted(Choice(("rms",)))]
    keys = [one.key("a.wav") for one in wanted] + [wanted[0].key("b.wav"), wanted[0].key("missing.wav")]
    assert len(set(keys)) == len(keys)
    assert Wanted(stft, False, openings[9], threads=7).key("a.wav") == keys[9]

    class Odd:
        def __repr__(self):
            return "always the same"

    with pytest.raises(TypeError, match="Odd has no fields"):
        digest(Odd())


def test_the_time_and_the_number_of_an_input_are_part_of_its_identity(here):
    sound("a.wav")
    stft = StftSettings(window_length=256)
    names = {Wanted(stft).key("a.wav")}
    found = os.stat("a.wav")  # noqa: PTH116
    os.utime("a.wav", ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    names.add(Wanted(stft).key("a.wav"))
    Path("a.wav").rename("was.wav")
    sound("a.wav")
    os.utime("a.wav", ns=(found.st_atime_ns, found.st_mtime_ns))
    names.add(Wanted(stft).key("a.wav"))
    with Path("a.wav").open("ab") as file:
        file.write(b"0")
    os.utime("a.wav", ns=(found.st_atime_ns, found.st_mtime_ns))
    names.add(Wanted(stft).key("a.wav"))
    assert len(names) == 4


@pytest.mark.parametrize("field", ["st_ino", "st_size", "st_mtime_ns", "st_ctime_ns"])
def test_each_of_what_a_disk_tells_of_an_input_is_part_of_its_identity(here, monkeypatch, field):
    """A system may tell one of them and not another: Windows knows no time of a change of its own."""
    sound("a.wav")
    stft = StftSettings(window_length=256)
    before, real = Wanted(stft).key("a.wav"), os.stat

    def other(path, **how):
        found = real(path, **how)
        names = ("st_mode", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
        return SimpleNamespace(**{name: getattr(found, name) + (name == field) for name in names})

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", other)
        after = Wanted(stft).key("a.wav")
    assert after != before


def test_a_digest_tells_values_apart_that_look_alike():
    alike = [
        (1, 2), (12,), ((1, 2),), ([1], 2), ("1", "2"), ("12",), (b"12",), (1.0, 2.0), (True, 2), (None,), (), ("",),
        ({"a": 1},), ({"a": "1"},), ((("a", 1),),), (["list", 1],), (["float", "0x1p0"],), (0.1 + 0.2,), (0.3,),
        ("None",),
    ]  # fmt: skip
    assert len({digest(*values) for values in alike}) == len(alike)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert len(digest("a", digits=24)) == 24

"""A run that goes on after an interruption gives what a run from the beginning gives, whatever changed meanwhile."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from sonograph import Calibration, Limits, StftSettings, preset
from sonograph.cli import main
from sonograph.extract import run
from sonograph.extract.part import Job, make
from sonograph.io.opening import Opening
from sonograph.jobs.identity import digest
from sonograph.named.features import Choice

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


def interrupted(monkeypatch, command, after):
    count = 0

    def stop(job, where):
        nonlocal count
        if count == after:
            raise KeyboardInterrupt
        count += 1
        return make(job, where)

    with monkeypatch.context() as patched:
        patched.setattr(run, "make", stop)
        assert main(command) == 130


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("how", ["settings", "feature"])
def test_what_changed_between_a_run_and_its_resume_is_computed_anew(room, monkeypatch, capsys, change, how):
    what = ["--settings", "settings.toml"] if how == "settings" else ["--feature", "rms,centroid"]
    command = ["features", "birds", *what, "-q", "-o"]
    interrupted(monkeypatch, [*command, "a.npz"], after=15)
    CHANGES[change]()
    made = []
    with monkeypatch.context() as patched:
        patched.setattr(run, "make", lambda job, where: made.append(job) or make(job, where))
        codes = main([*command, "a.npz"]), main([*command, "whole.npz"])
    assert codes[0] == codes[1] == 0, capsys.readouterr().err
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()
    fresh = len(made) - 20
    assert fresh >= 5 + (change != "the settings" or how == "settings")  # at least one part more than was left


def test_what_did_not_change_is_not_computed_again(room, monkeypatch):
    """Not for another time of a calibration, which says the same."""
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o", "a.npz"]
    interrupted(monkeypatch, command, after=15)
    for path in Path().rglob("*.toml"):
        path.write_text(path.read_text())
        os.utime(path, (1, 1))
    made = []
    monkeypatch.setattr(run, "make", lambda job, where: made.append(job) or make(job, where))
    assert main(command) == 0
    assert len(made) == 5


@pytest.mark.parametrize(
    "flags",
    [
        ["--unit", "Pa"], ["--end-to-end", "150"], ["--end-to-end", "150.5"], ["--max-seconds", "100"], ["--summary"],
        ["--hydrophone", "-170", "--full-scale", "1"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_other_options_are_other_parts(room, monkeypatch, flags):
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o", "a.npz"]
    interrupted(monkeypatch, [*command, "--end-to-end", "149"], after=15)
    made = []
    monkeypatch.setattr(run, "make", lambda job, where: made.append(job) or make(job, where))
    assert main([*command, *flags]) == 0
    assert len(made) == 20


def test_a_calibration_that_changes_while_it_is_read_is_not_taken_for_the_one_before(room, monkeypatch):
    """The part was named for the one and may hold the other: a run to come makes it anew."""
    command = ["features", "birds", "--settings", "settings.toml", "-q", "-o"]
    count = 0

    def changing(job, where):
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        if count == 2:
            for path in Path("birds").glob("*.toml"):
                path.write_text("end_to_end = 156.0\n")
        return make(job, where)

    with monkeypatch.context() as patched:
        patched.setattr(run, "make", changing)
        assert main([*command, "a.npz"]) == 130
    for path in Path("birds").glob("*.toml"):
        path.write_text("end_to_end = 176.0\n")
    assert main([*command, "a.npz"]) == main([*command, "whole.npz"]) == 0
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_a_part_that_lost_a_file_is_not_whole(folder, monkeypatch, capsys):
    """Some file ended its process: the run after an interruption tells of it again."""
    monkeypatch.setattr(run, "AT_ONCE", 3)
    from sonograph.extract.part import kept
    from sonograph.jobs.lock import alone

    with alone(Path("a.npz.parts"), "a.npz") as held:
        few = Job(("birds/0.wav", "birds/1.wav", "birds/2.wav"), preset("kaldi.fbank"), False)
        rest = Job(few.files[:2], few.settings, False)
        make(rest, held)
        held.rename(rest.name, few.name)
        assert kept(few, held) is None
        make(few, held)
        assert [report.file for report in kept(few, held)] == list(few.files)


def test_a_part_is_named_by_all_that_it_depends_on(here):
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
    jobs = [Job(("a.wav",), stft, False, opening) for opening in openings]
    jobs += [Job(("b.wav",), stft, False), Job(("a.wav", "b.wav"), stft, False), Job(("b.wav", "a.wav"), stft, False)]
    jobs += [Job(("a.wav",), stft, True), Job(("a.wav",), StftSettings(window_length=512), False)]
    jobs += [Job(("a.wav",), Choice(("rms",)), False), Job(("missing.wav",), stft, False)]
    assert len({job.name for job in jobs}) == len(jobs)
    assert Job(("a.wav",), stft, False, openings[9]).name == jobs[9].name

    class Odd:
        def __repr__(self):
            return "always the same"

    with pytest.raises(TypeError, match="Odd has no fields"):
        digest(Odd())


def test_the_time_and_the_number_of_an_input_are_part_of_its_identity(here):
    sound("a.wav")
    stft = StftSettings(window_length=256)
    names = {Job(("a.wav",), stft, False).name}
    found = os.stat("a.wav")  # noqa: PTH116
    os.utime("a.wav", ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    names.add(Job(("a.wav",), stft, False).name)
    Path("a.wav").rename("was.wav")
    sound("a.wav")
    os.utime("a.wav", ns=(found.st_atime_ns, found.st_mtime_ns))
    names.add(Job(("a.wav",), stft, False).name)
    with Path("a.wav").open("ab") as file:
        file.write(b"0")
    os.utime("a.wav", ns=(found.st_atime_ns, found.st_mtime_ns))
    names.add(Job(("a.wav",), stft, False).name)
    assert len(names) == 4


@pytest.mark.parametrize("field", ["st_ino", "st_size", "st_mtime_ns", "st_ctime_ns"])
def test_each_of_what_a_disk_tells_of_an_input_is_part_of_its_identity(here, monkeypatch, field):
    """A system may tell one of them and not another: Windows knows no time of a change of its own."""
    sound("a.wav")
    stft = StftSettings(window_length=256)
    before, real = Job(("a.wav",), stft, False).name, os.stat

    def other(path, **how):
        found = real(path, **how)
        names = ("st_mode", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
        return SimpleNamespace(**{name: getattr(found, name) + (name == field) for name in names})

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", other)
        after = Job(("a.wav",), stft, False).name
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

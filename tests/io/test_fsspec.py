"""What fsspec reads is, bit for bit, what the disk gives, or a named error; and nothing is written there."""

import json
import os
import random

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive, cli
from sonograph.errors import LimitError, OutputError, SourceError
from sonograph.io import fsspec_stores, object_stores, object_tries, read_ahead, remote, scratch
from sonograph.io.folders import sound_files
from sonograph.io.objects import Bucket
from tests.archive.archives import contents, record, scanned
from tests.archive.test_scan_buckets import rows
from tests.io.damaged import encoded, sound
from tests.io.test_remote import files

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: make cluster")
faulty = pytest.importorskip("tests.io.fsspec_faults")
FaultyFiles, Refused = faulty.FaultyFiles, faulty.Refused


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """Parts and heads so small that short files have many, and no pauses."""
    fsspec.register_implementation("faulty", FaultyFiles, clobber=True)
    FaultyFiles.faults.clear()
    FaultyFiles.asked.clear()
    object_stores._store.cache_clear()
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(read_ahead, "GRID", 8192)
    monkeypatch.setattr(read_ahead, "PIECE", 1024)
    for name in ("HEAD", "ENDS", "LITTLE"):
        monkeypatch.setattr(remote, name, 8192)
    monkeypatch.setattr(scratch, "PART", 16_384)
    monkeypatch.setenv(scratch.FOLDER, str(tmp_path / "scratch"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("sounds")
    for name, data in files().items():
        (at / name).write_bytes(data)
    return at


def in_memory(folder, name):
    """The files of a folder in a new folder of the memory's."""
    at = f"memory://{name}"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            fsspec.filesystem("memory").pipe_file(f"{at}/{path.relative_to(folder).as_posix()}", path.read_bytes())
    return at


@pytest.mark.parametrize("scheme", ["memory", "faulty"])
@pytest.mark.parametrize("name", list(files()))
def test_any_range_in_any_order_is_what_the_disk_gives(folder, scheme, name):
    url = f"faulty://{folder}/{name}" if scheme == "faulty" else f"{in_memory(folder, 'ranges')}/{name}"
    draw = random.Random(name)
    with sg.open(folder / name) as here, sg.open(url) as there:
        assert (there.format, there.n_samples, there.metadata) == (here.format, here.n_samples, here.metadata)
        for _ in range(8):
            first = draw.randrange(-100, here.n_samples)
            part = range(first, first + draw.choice([1, 100, 3000, 20_000]))
            np.testing.assert_array_equal(there.read(part), here.read(part))
    np.testing.assert_array_equal(sg.read(url).samples, sg.read(folder / name).samples)


def test_of_wav_the_ranges_are_read_that_are_needed_and_flac_is_copied_within_a_bound(tmp_path, monkeypatch):
    (tmp_path / "a.wav").write_bytes(encoded(sound(400_000), "WAV", "PCM_16"))
    (tmp_path / "a.flac").write_bytes(encoded(sound(400_000), "FLAC", "PCM_16"))
    with sg.open(f"faulty://{tmp_path}/a.wav") as there:
        there.read(range(300_000, 300_100))
    fetched = sum(stop - start for call, of in FaultyFiles.asked if call == "cat_file" for start, stop in [of])
    assert 0 < fetched < 100_000
    with sg.open(f"faulty://{tmp_path}/a.flac") as there:
        there.read(range(300_000, 300_100))
        copies = [path for path in scratch.folder().iterdir() if path.name != "lock"]
        assert [path.read_bytes() for path in copies] == [(tmp_path / "a.flac").read_bytes()]
    monkeypatch.setenv(scratch.BYTES, "1000")
    with pytest.raises(LimitError, match=r"faulty://.*a\.flac: has .* bytes and is read whole"):
        sg.read(f"faulty://{tmp_path}/a.flac")


def test_what_passes_changes_no_byte_and_what_stays_is_one_sentence(folder):
    url = f"faulty://{folder}/WAV-PCM_16"
    for fault in (ConnectionResetError("reset"), EOFError(), TimeoutError("slow"), Refused(503), Refused(429)):
        FaultyFiles.faults[:] = [("cat_file", fault)] * 3
        np.testing.assert_array_equal(sg.read(url).samples, sg.read(folder / "WAV-PCM_16").samples)
        assert not FaultyFiles.faults
    for call, fault, words in (
        ("connect", OSError("no route to host"), r"its store did not answer \(no route to host\), 5 times"),
        ("cat_file", Refused(429), r"its store said 429 \(asked too often\), 5 times"),
        ("info", PermissionError("no"), r"may not be read \(no\)\. Give its keys as fsspec takes them"),
        ("info", Refused(403), "may not be read"),
        ("info", Refused(404), "does not exist"),
        ("cat_file", Refused(418), "its store said 418"),
        ("cat_file", ValueError("odd"), r"its store could not be used \(odd\)"),
    ):
        object_stores._store.cache_clear()
        FaultyFiles.faults[:] = [(call, fault)] * object_tries.TRIES
        with pytest.raises(SourceError, match=rf"^faulty://.*WAV-PCM_16: {words}") as raised:
            sg.open(url)
        assert "\n" not in str(raised.value)


def test_a_file_system_is_asked_one_thing_at_a_time(folder):
    """As few that are not asynchronous may be used by several threads."""
    found = list(Bucket(f"faulty://{folder}").read_many([("WAV-PCM_16", at, 10) for at in range(30)], at_once=8))
    assert found == [(folder / "WAV-PCM_16").read_bytes()[at : at + 10] for at in range(30)]
    assert FaultyFiles.most_at_once == 1


def test_a_broken_connection_is_made_anew(folder):
    bucket = Bucket(f"faulty://{folder}")
    bucket.head("WAV-PCM_16")
    FaultyFiles.faults[:] = [("cat_file", OSError("Socket is closed"))]
    bucket.read("WAV-PCM_16", 0, 10)
    assert [call for call, _ in FaultyFiles.asked].count("connect") == 2


def test_a_folder_that_cannot_be_listed_is_a_fault_and_no_shorter_list(folder, tmp_path):
    for name in ("b/x.wav", "b/c/y.wav", "a.wav", "b.wav", ".aside/z.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    (tmp_path / "link.wav").symlink_to(tmp_path / "a.wav")
    (tmp_path / "nowhere.wav").symlink_to(tmp_path / "nothing")
    url = f"faulty://{tmp_path}"
    names = [".aside/z.wav", "a.wav", "b.wav", "b/c/y.wav", "b/x.wav", "link.wav"]
    assert [one.name for one in Bucket(url).list()] == names
    assert [one.name for one in Bucket(url).list(after="b.wav")] == names[3:]
    assert Bucket(url).folders() == (".aside", "b") and Bucket(url).folders("b") == ("b/c",)
    assert sound_files([url + "/b"]) == [f"{url}/b/c/y.wav", f"{url}/b/x.wav"]
    FaultyFiles.faults[:] = [("ls", lambda: None), ("ls", PermissionError("b is closed"))]
    with pytest.raises(SourceError, match=r"may not be read \(b is closed\)"):
        list(Bucket(url).list())
    with pytest.raises(SourceError, match="no sound file lies there"):
        sound_files([url + "/none"])


def test_bytes_of_two_versions_are_not_mixed(tmp_path):
    """Also not within the first of its answers, nor where both were written in one second."""
    path, url = tmp_path / "a.wav", f"faulty://{tmp_path}/a.wav"
    first, second = (encoded(sound(60_000), "WAV", "PCM_16", rate) for rate in (8000, 16_000))
    path.write_bytes(first)

    def replace():
        path.write_bytes(second)
        os.utime(path, (1e9, 1e9 + 0.25))

    FaultyFiles.faults[:] = [("cat_file", replace)]
    assert sg.read(url).sample_rate == 16_000
    path.write_bytes(first)
    os.utime(path, (1e9, 1e9))
    with sg.open(url) as there:
        replace()
        with pytest.raises(SourceError, match="changed while being read: another was written in its place"):
            there.read(range(50_000, 50_100))
        path.unlink()
        with pytest.raises(SourceError, match="changed while being read"):
            there.read(range(30_000, 30_100))


def test_commands_give_the_numbers_of_the_disk_with_what_lies_beside(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    for seed in (1, 2):
        (folder / f"{seed}.wav").write_bytes(encoded(seed / 2 * sound(60_000), "WAV", "PCM_16"))
    (folder / "calibration.toml").write_text("full_scale = 2.0\n")
    (folder / "2.wav.toml").write_text("full_scale = 3.0\n")

    def told(at):
        assert cli.main(["info", "--json", f"{at}/1.wav", f"{at}/2.wav"]) == 0
        assert cli.main(["draw", f"{at}/2.wav", "-o", str(tmp_path / "a.png"), "--bare", "-q", "--overwrite"]) == 0
        said = [{**json.loads(line), "file": ""} for line in capsys.readouterr().out.splitlines()]
        return said, (tmp_path / "a.png").read_bytes()

    def table(at):
        out = tmp_path / "table.csv"
        assert cli.main(["features", at, "--feature", "centroid", "-o", str(out), "-q", "--overwrite"]) == 0
        return out.read_text().replace(at, "@")

    there = in_memory(folder, "commands")
    in_memory(folder, "")
    assert told(folder)[0][0]["unit"] == "V"
    assert told(there) == told(folder) == told("memory:/")  # with a name: memory://1.wav
    assert table(there) == table(str(folder)) and "@/1.wav" in table(there)


def test_a_folder_is_scanned_and_an_archive_there_is_read_and_never_written(tmp_path):
    record(tmp_path / "in", hours=range(3))
    (tmp_path / "in" / "calibration.toml").write_text("full_scale = 2.0\n")
    there, here = in_memory(tmp_path / "in", "recorder"), str(tmp_path / "in")
    assert rows(scanned(there), there) == rows(scanned(here), here)
    quiet, of_memory = tmp_path / "quiet", tmp_path / "of memory"
    archive.run(archive.plan(scanned(here), at=quiet, hours=1), workers=0)
    archive.run(archive.plan(scanned(there), at=of_memory, hours=1), workers=0)
    sums = [archive.open(at).minutes().density for at in (quiet, of_memory)]
    np.testing.assert_array_equal(*sums)
    copy = in_memory(quiet, "site.archive")
    np.testing.assert_array_equal(archive.open(copy).minutes().density, sums[0])
    before = contents(quiet)
    refusal = "what fsspec reads is not written.*Write to a disk, or to a bucket of s3://, gs:// or az://"
    for act in (
        lambda: archive.run(copy, workers=0),
        lambda: archive.verify(copy),  # which holds what it looks at
        lambda: archive.plan(scanned(here), at="memory://new.archive"),
    ):
        with pytest.raises(OutputError, match=refusal):
            act()
    assert not fsspec.filesystem("memory").exists("/new.archive")
    assert {name: fsspec.filesystem("memory").cat_file(f"/site.archive/{name}") for name in before} == before


def test_what_file_systems_call_a_version():
    old, new = ({"type": "file", "size": 3, "mtime": 1.5 + n} for n in (0, 1))
    assert fsspec_stores._meta(old, "a")["e_tag"] != fsspec_stores._meta(new, "a")["e_tag"]
    tagged = [
        fsspec_stores._meta({"size": 3, "sha": tag, "LastModified": "2024-05-01T00:00:00Z"}, "a")
        for tag in ("x", '"y"')
    ]
    assert [one["e_tag"] for one in tagged] == ["x", "y"]
    assert tagged[0]["last_modified"].isoformat() == "2024-05-01T00:00:00+00:00"

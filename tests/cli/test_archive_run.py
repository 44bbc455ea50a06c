"""`sonograph archive plan`, `run`, `status` and `verify`: what they write and say, what they refuse, how they end."""

import json

import pytest

from sonograph import archive, cli
from tests.archive.archives import record


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "in", hours=(0, 2))
    assert cli.main(["archive", "scan", "in", "-o", "all.jsonl", "--zone", "UTC", "-q"]) == 0
    return tmp_path


def said(capsys, *words):
    capsys.readouterr()
    code = cli.main(["archive", *words])
    return code, capsys.readouterr()


def test_from_a_catalogue_to_minutes(folder, capsys):
    code, told = said(capsys, "plan", "all.jsonl", "-o", "a", "--hours", "1")
    assert code == 0 and "A_200Hz: 2024-05-01 to 2024-05-01, 5 min of sound, 4.1% of the time" in told.out
    assert "minutes: 7 tasks of 1 hour, 2 to do with sound" in told.out and "archive run a" in told.out
    code, told = said(capsys, "status", "a")
    assert code == 0 and "A_200Hz minutes: 7 shards: 0 computed, 0 without sound, 7 to do" in told.out
    code, told = said(capsys, "run", "a", "--processes", "1")
    assert (code, told.out) == (
        0, "2 shards computed, 5 min of sound; 5 more without sound, 0 were there already\n"
    )  # fmt: skip
    assert archive.open("a").minutes().effort.sum() == 300
    code, told = said(capsys, "verify", "a")
    assert (code, told.out) == (0, "all is whole\n")
    code, told = said(capsys, "status", "a", "--json")
    assert json.loads(told.out)["products"][0]["done"] == 2


def test_what_a_plan_tells_machines(folder, capsys):
    code, told = said(capsys, "plan", "all.jsonl", "-o", "a", "--hours", "1", "--json", "--measure")
    values = json.loads(told.out)
    assert code == 0
    assert (values["tasks"], values["todo"], values["products"]) == (7, 2, ["minutes"])
    assert 0 < values["work"] < 60 and values["bytes"] == (60 + 33) * (101 * 4 + 8 + 8 + 2 + 4)
    assert values["timelines"][0]["seconds"] == 300


def test_progress_for_machines_is_lines(folder, capsys):
    said(capsys, "plan", "all.jsonl", "-o", "a", "--hours", "1")
    code, told = said(capsys, "run", "a", "--json", "--processes", "1")
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert code == 0 and lines[-1]["event"] == "end"
    assert (lines[-1]["done"], lines[-1]["empty"]) == (2, 5)


def test_damage_is_named_and_repaired(folder, capsys):
    said(capsys, "plan", "all.jsonl", "-o", "a", "--hours", "1")
    said(capsys, "run", "a", "-q", "--processes", "1")
    [file] = (folder / "a").glob("*/minutes/*/peak/c/6")
    file.write_bytes(b"")
    code, told = said(capsys, "verify", "a")
    assert (
        code == 3
        and "shard 6 of peak, 2024-05-01 06:00 to 2024-05-01 06:33 UTC, made of A_20240501_063000.wav." in told.out
    )
    code, told = said(capsys, "verify", "a", "--repair", "--processes", "1")
    assert code == 0 and told.out.endswith("1 fault made good\n")


def test_files_that_are_gone_are_told_and_the_others_done(folder, capsys):
    said(capsys, "plan", "all.jsonl", "-o", "a", "--hours", "1")
    (folder / "in" / "A_20240501_043000.wav").unlink()
    code, told = said(capsys, "run", "a", "-q", "--processes", "1")
    assert code == 3 and "A_20240501_043000.wav" in told.err
    assert archive.open("a").minutes().effort.sum() == 150


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("plan all.jsonl -o a --hours 5", 2, "hours is 5; it must be one of 1, 2, 3, 4, 6, 8, 12, 24"),
        ("plan all.jsonl -o a --start noon", 2, "--start is 'noon'; it must be a time with its zone"),
        ("plan all.jsonl -o a --start 2024-05-01T00:30:00Z", 2, "it must be a full hour"),
        ("plan all.jsonl -o a --products hours", 2, "product is hours; it must be one of"),
        ("plan all.jsonl -o a --channel 3", 2, "channel is 3; it must be 0 to 0"),
        ("plan none.jsonl -o a", 3, "none.jsonl: does not exist"),
        ("plan all.jsonl -o in", 4, "in: is there and is no archive"),
        ("run in", 3, "in: is no archive. Make one: archive plan"),
        ("run in --processes 0", 2, "--processes is 0"),
        ("status in", 3, "is no archive"),
        ("verify in", 3, "is no archive"),
    ],
)
def test_what_cannot_be_is_refused(folder, capsys, words, code, sentence):
    found, told = said(capsys, *words.split())
    assert (found, sentence in told.err) == (code, True), told.err

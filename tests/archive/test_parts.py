"""A run in parts that know nothing of each other gives the archive of one run, byte for byte."""

import shutil

import pytest

from sonograph import archive, cli
from sonograph.archive.runs.parts import Part, ledgers
from sonograph.errors import OutputError, SettingsError
from sonograph.jobs.lock import locked
from tests.archive.archives import contents, scanned


@pytest.fixture
def planned(recordings, tmp_path):
    archive.plan(scanned(recordings), at=tmp_path / "a", hours=1)
    return tmp_path / "a"


@pytest.mark.parametrize("by", ["join", "run"])
def test_parts_in_any_order_joined_are_one_run(planned, quiet, by):
    ran = [archive.run(planned, part=f"{k}/3", workers=0) for k in (3, 1, 2)]
    assert sum(one.done for one in ran) == len(list(marked(quiet, "done")))
    assert len(ledgers(planned)) == 3
    if by == "join":
        assert archive.join(planned) == 3 and archive.join(planned) == 0
    else:
        assert archive.run(planned, workers=0).done == 0
    assert contents(planned) == contents(quiet)
    assert not [path.name for path in planned.iterdir() if "-of-" in path.name]


def marked(at, status):
    from sonograph.archive.stores.marks import Marks

    return (one for one in Marks(at / "ledger").all() if one.status == status)


def test_a_part_that_is_killed_goes_on_and_one_that_is_missing_is_done_by_the_next_run(planned, quiet, monkeypatch):
    from sonograph.archive.runs import running

    real, done = running.Coordinator._mark, []

    def stops(self, *rest):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(real(self, *rest))

    monkeypatch.setattr(running.Coordinator, "_mark", stops)
    with pytest.raises(KeyboardInterrupt):
        archive.run(planned, part="1/2", workers=0)
    monkeypatch.undo()
    again = archive.run(planned, part="1/2", workers=0)
    assert again.kept >= 1
    archive.run(planned, workers=0)
    assert contents(planned) == contents(quiet)


def test_parts_run_together_but_not_beside_a_whole_run_nor_twice(planned):
    with locked(planned / "lock", "a", shared=True), locked(planned / "lock.1-of-2", "a"):
        archive.run(planned, part="2/2", workers=0)
        for again in ({"part": "1/2"}, {}):
            with pytest.raises(OutputError, match="is being written by"):
                archive.run(planned, workers=0, **again)
        with pytest.raises(OutputError, match="is being written by"):
            archive.join(planned)


def test_a_damaged_ledger_of_a_part_costs_its_shards_alone(planned, quiet):
    for k in (1, 2):
        archive.run(planned, part=f"{k}/2", workers=0)
    ledger = planned / "ledger.1-of-2"
    ledger.write_bytes(ledger.read_bytes()[:-9])
    assert archive.run(planned, workers=0).done == 1
    assert contents(planned) == contents(quiet)


def test_the_command_runs_parts_and_joins_them(planned, quiet, capsys):
    for k in (1, 2):
        assert cli.main(["archive", "run", str(planned), "--part", f"{k}/2", "--processes", "1", "-q"]) == 0
    assert cli.main(["archive", "status", str(planned)]) == 0
    assert "2 parts of a run not joined yet: --join" in capsys.readouterr().err
    assert cli.main(["archive", "status", str(planned), "--join"]) == 0
    out, err = capsys.readouterr()
    assert "0 to do" in out and not err
    assert contents(planned) == contents(quiet)


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"])
def test_what_is_no_part_is_refused(planned, text):
    with pytest.raises(SettingsError, match=r"part is .*; it must be K/N"):
        archive.run(planned, part=text)
    shutil.rmtree(planned)


def test_each_task_is_of_one_part():
    for count in (1, 2, 7):
        tasks = [number for k in range(1, count + 1) for number in Part(k, count).tasks(23)]
        assert sorted(tasks) == list(range(23))

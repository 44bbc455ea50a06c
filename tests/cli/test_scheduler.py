"""Commands on the workers of a cluster write what they write here."""

import numpy as np
import pytest

from sonograph import Signal, cli, write
from tests.jobs.clusters import local_cluster

pytest.importorskip("distributed", reason="Dask is not installed: make cluster")


@pytest.fixture(scope="module")
def scheduler():
    with local_cluster() as made:
        yield made.scheduler_address


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sounds").mkdir()
    for i in range(5):
        samples = 0.1 * np.random.default_rng(i).standard_normal(9000 + i)
        write(f"sounds/{i}.wav", Signal(samples, 8000.0))
    (tmp_path / "sounds" / "cut.wav").write_bytes((tmp_path / "sounds" / "1.wav").read_bytes()[:9000])
    return tmp_path


def test_features(here, scheduler, capsys):
    command = ["features", "sounds", "--preset", "kaldi.fbank", "-q"]
    assert cli.main([*command, "-o", "here.csv"]) == 3
    assert cli.main([*command, "-o", "there.csv", "--scheduler", scheduler]) == 3
    assert (here / "there.csv").read_bytes() == (here / "here.csv").read_bytes()
    assert "cut.wav" in capsys.readouterr().err


def test_an_index_and_what_is_detected(here, scheduler, capsys):
    assert cli.main(["index", "sounds", "-o", "here.index", "-q"]) == 3
    assert cli.main(["index", "sounds", "-o", "there.index", "-q", "--scheduler", scheduler]) == 3
    lists = []
    for name in ("here.index", "there.index"):
        capsys.readouterr()
        assert cli.main(["index", "-o", name, "--list"]) == 0
        lists.append(capsys.readouterr().out)
    assert lists[0] == lists[1] and lists[0].count("wav") == 6
    found = []
    for more in ([], ["--scheduler", scheduler]):
        assert cli.main(["detect", "sounds/0.wav", "--in", "sounds/1.wav", "sounds/2.wav", "--json", "-q", *more]) in (
            0,
            3,
        )
        found.append(capsys.readouterr().out)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--scheduler", "cluster"], "--scheduler is 'cluster'; it must be an address like tcp://HOST:8786"),
        (["--scheduler", "tcp://a:1", "--processes", "2"], "--processes and --scheduler are given"),
    ],
)
def test_what_cannot_be_is_refused(here, capsys, more, sentence):
    assert cli.main(["features", "sounds", "-o", "a.csv", *more]) == 2
    assert sentence in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["sounds"]

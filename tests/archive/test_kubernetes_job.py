"""The Kubernetes job of the guide: what dask-operator's definition of a DaskJob requires, and commands that parse.

Its definition (kubernetes.dask.org/v1) wants of a job its pod, of a cluster a worker and a scheduler, and of a
scheduler a service. The operator sets DASK_SCHEDULER_ADDRESS and DASK_WORKER_NAME; it finds the scheduler by the labels
dask.org/cluster-name and dask.org/component and speaks to the ports tcp-comm and http-dashboard.
"""

import re
import shlex
import subprocess

import pytest

from sonograph import cli
from sonograph.cli import exits
from tests.guides import DOCS

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: pip install '.[netcdf]'")


@pytest.fixture(scope="module")
def job():
    [text] = re.findall(r"```yaml\n(.*?)```", (DOCS / "guide" / "cluster.md").read_text("utf-8"), re.DOTALL)
    return yaml.safe_load(text)


def pods(job):
    cluster = job["spec"]["cluster"]["spec"]
    return {"job": job["spec"]["job"]["spec"]} | {name: cluster[name]["spec"] for name in ("worker", "scheduler")}


def test_it_has_what_the_operator_requires_and_nothing_that_it_does_not_know(job):
    assert (job["apiVersion"], job["kind"]) == ("kubernetes.dask.org/v1", "DaskJob")
    assert set(job["spec"]) == {"job", "cluster"} and set(job["spec"]["job"]) == {"spec"}
    cluster = job["spec"]["cluster"]["spec"]
    assert set(cluster) == {"worker", "scheduler"}
    assert set(cluster["worker"]) == {"spec", "replicas"} and isinstance(cluster["worker"]["replicas"], int)
    assert set(cluster["scheduler"]) == {"spec", "service"}


def test_the_service_leads_to_the_scheduler_of_this_cluster(job):
    scheduler = job["spec"]["cluster"]["spec"]["scheduler"]
    service, [container] = scheduler["service"], scheduler["spec"]["containers"]
    assert service["selector"] == {
        "dask.org/cluster-name": job["metadata"]["name"], "dask.org/component": "scheduler"
    }  # fmt: skip
    inside = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert inside == {"tcp-comm": 8786, "http-dashboard": 8787}
    for port in service["ports"]:
        assert port["targetPort"] == port["name"] and inside[port["name"]] == port["port"]
    assert container["readinessProbe"]["httpGet"]["port"] in inside


def test_all_pods_have_one_image_and_the_recordings_at_one_place(job):
    found = pods(job)
    assert {one["image"] for pod in found.values() for one in pod["containers"]} == {"IMAGE"}
    for name in ("job", "worker"):
        [volume], [container] = found[name]["volumes"], found[name]["containers"]
        assert container["volumeMounts"] == [{"name": volume["name"], "mountPath": "/data"}]
    assert found["job"]["containers"][0]["workingDir"] == "/data"


def test_its_commands_are_ours_and_dasks(job, tmp_path, monkeypatch, capsys):
    """Ours goes as far as it can without an archive: it says that there is none."""
    args = {name: pod["containers"][0]["args"] for name, pod in pods(job).items()}
    monkeypatch.chdir(tmp_path)
    assert args["job"][:2] == ["sh", "-c"]
    command, condition = args["job"][2].split("; ")
    words = shlex.split(command.replace("$DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:9"))
    assert words[0] == "sonograph" and "tcp://127.0.0.1:9" in words
    for code in range(6):  # it is started again where it could not go on
        ended = subprocess.run(["sh", "-c", f"(exit {code}); {condition}"], check=False).returncode
        assert (ended == 0) == (code < exits.OUTPUT)
    pytest.importorskip("distributed", reason="Dask is not installed: make cluster")
    assert cli.main(words[1:]) == 3 and "site.archive: is no archive" in capsys.readouterr().err
    from distributed.cli import dask_scheduler, dask_worker

    for name, command in (("worker", dask_worker.main), ("scheduler", dask_scheduler.main)):
        assert args[name][:2] == ["dask", name]
        command.make_context(name, args[name][2:], resilient_parsing=False)
        assert all(isinstance(one, str) for one in args[name])

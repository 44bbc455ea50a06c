"""A file that is written to while it is viewed: what was is never shown for what is (V-08)."""

import time

import numpy as np
import pytest
import soundfile

from sonograph import StftSettings, level, open, spectrogram
from tests.web.visiting import describe, visiting

RATE = 48_000


class Told:
    """What a viewer tells."""

    def __init__(self, viewer):
        self.events = []
        viewer.following.close()  # a test looks by itself
        viewer.events.tell = lambda kind, **facts: self.events.append((kind, facts))


@pytest.fixture
def watched(made, tmp_path):
    path = tmp_path / "growing.wav"
    write(path, 2 * RATE)
    viewer = made(path)
    told, client = Told(viewer), visiting(viewer)
    (row,) = client.get("/recordings").json()["recordings"]
    said = describe(client, row["id"])
    viewer.following.look()
    return path, viewer, told, client, row, said


def write(path, n, seed=0, rate=RATE):
    soundfile.write(path, np.random.default_rng(seed).standard_normal(n) / 10, rate, subtype="PCM_16")


def tile(client, said, level=0):
    return client.get(f"/tiles/{said['recording']}/{said['settings']}/0/max/{level}.0/0.0")


def test_one_that_is_replaced_is_said_to_have_changed_at_once(watched):
    path, viewer, told, client, row, said = watched
    before = tile(client, said).content
    other = path.with_name("other.wav")
    write(other, 2 * RATE, seed=1)
    other.replace(path)
    for answer in (
        tile(client, said),
        client.get(f"/samples/{said['recording']}/0?start=0&end=5"),
        client.get(f"/waves/{said['recording']}/0/0/0"),
        client.get(f"/sound/{said['recording']}?start=0&end=5&rate=48000"),
        client.get(f"/file/{said['recording']}"),
        client.get(f"/level/{said['recording']}/{said['settings']}/0?sample=0&hertz=0"),
    ):
        assert answer.status_code == 410 and "Open it again" in answer.json()["error"]
    viewer.following.look()
    now = describe(client, row["id"])
    assert told.events == [("changed", {"id": row["id"], "digest": now["recording"], "error": ""})]
    assert now["recording"] != said["recording"] and tile(client, now).content != before
    assert client.get("/recordings").json()["recordings"][0]["digest"] == now["recording"]


def test_one_that_is_removed_or_cut_is_said_to_be(watched):
    path, viewer, told, client, row, said = watched
    path.unlink()
    assert tile(client, said).status_code == 410
    viewer.following.look()
    (event,) = told.events
    assert event[0] == "changed" and "does not exist" in event[1]["error"]
    (listed,) = client.get("/recordings").json()["recordings"]
    assert (listed["status"], listed["reason"]) == ("failed", "missing")
    write(path, RATE)
    assert describe(client, row["id"])["n_samples"] == RATE


def test_one_that_is_written_to_in_place_has_no_old_tiles(watched):
    path, viewer, told, client, _row, said = watched
    time.sleep(0.01)  # a clock of a disk may be coarse
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(b"\1\2\3\4")
    assert tile(client, said).status_code == 410
    viewer.following.look()
    assert [kind for kind, _ in told.events] == ["changed"]


def test_one_that_grows_goes_on(watched):
    """Its tiles are then those of the longer recording, whatever was computed before."""
    path, viewer, told, client, row, said = watched
    tile(client, said)
    with soundfile.SoundFile(path, "r+") as file:
        file.seek(0, soundfile.SEEK_END)
        file.write(np.random.default_rng(5).standard_normal(3 * RATE) / 10)
    assert tile(client, said).status_code == 410
    viewer.following.look()
    ((kind, facts),) = told.events
    assert (kind, facts["id"], facts["n_samples"]) == ("grown", row["id"], 5 * RATE)
    now = describe(client, row["id"])
    assert now["recording"] == facts["digest"] and now["n_samples"] == 5 * RATE
    values = []
    for column in range(2):
        octets = client.get(f"/tiles/{now['recording']}/{now['settings']}/0/max/0.0/{column}.0").content
        values.append(np.frombuffer(octets, "<u2", offset=32).reshape(int.from_bytes(octets[4:6], "little"), -1))
    with open(path) as source:
        expected = level(spectrogram(source, StftSettings())).values.T
    codes = np.concatenate(values)
    np.testing.assert_allclose(codes / 128 - 256, expected[: len(codes), : codes.shape[1]], atol=0.004)


def test_one_that_did_not_change_is_left_alone(watched):
    _, viewer, told, client, _, said = watched
    viewer.following.look()
    assert told.events == [] and tile(client, said).status_code == 200

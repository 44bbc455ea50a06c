"""What the routes answer is what the library computes, and what is none is refused at once."""

import json
import time

import numpy as np
import pytest

from sonograph import Signal, StftSettings, level, measure_box, open, spectrogram
from sonograph.settings import BandSettings, MelBank
from sonograph.web.app import application
from tests.web.visiting import TestClient, describe

RATE = 48_000


def test_recordings_are_told_by_their_headers(client):
    answer = client.get("/recordings").json()
    assert answer["complete"] and not answer["writable"]
    noise, tone = answer["recordings"]
    assert (noise["name"], noise["seconds"], noise["n_samples"], noise["n_channels"]) == ("noise.flac", 2.0, 96_000, 2)
    assert (tone["name"], tone["sample_rate"], tone["unit"], tone["status"]) == ("tone.wav", 48_000.0, "FS", "unread")
    assert answer["defaults"]["settings"]["window_length"] == 2048


def test_settings_are_described_as_they_are(client, ids):
    said = describe(client, ids["tone.wav"], {"kind": "stft", "window_length": 1000, "hop": 250})
    expected = spectrogram(open_tone(client), StftSettings(window_length=1000, hop=250))
    assert (said["n_frames"], said["n_rows"], said["hop"], said["start"]) == (*expected.shape[::-1], 250, -500)
    assert said["label"] == "Level (dBFS)" and said["reference"] == 0.5
    assert said["frequencies"] == {"kind": "linear", "first": 0.0, "step": 48.0}
    assert StftSettings.from_dict(said["json"]) if hasattr(StftSettings, "from_dict") else said["json"]["hop"] == 250


def test_bands_have_their_frequencies_told(client, ids):
    settings = BandSettings(of=StftSettings(window_length=1024), bands=MelBank(n_bands=20))
    said = describe(client, ids["tone.wav"], settings.to_dict())
    expected = spectrogram(open_tone(client), settings)
    assert said["frequencies"]["kind"] == "list"
    np.testing.assert_allclose(said["frequencies"]["values"], expected.frequencies)
    np.testing.assert_allclose(said["frequencies"]["edges"], expected.edges)


def test_a_tile_holds_the_levels_of_the_spectrogram(client, ids):
    said = describe(client, ids["noise.flac"])
    answer = client.get(f"/tiles/{said['recording']}/{said['settings']}/1/max/0.0/0.0")
    assert answer.headers["cache-control"].endswith("immutable")
    codes = np.frombuffer(answer.content, "<u2", offset=32).reshape(said["n_frames"], -1)
    expected = level(spectrogram(open_noise(client))).values[1].T[:, : codes.shape[1]]
    np.testing.assert_allclose(codes / 128 - 256, expected, atol=0.004)


@pytest.mark.parametrize(
    "address",
    ["0/max/-1.0/0.0", "0/max/1000000000.0/0.0", "0/max/NaN.0/0.0", "0/max/x/0.0", "0/max/0.0/1000000000.0",
     "0/max/0.1000000/0.0", "0/max/0.0/0.9", "9/max/0.0/0.0", "0/jet/0.0/0.0", "0/max/41.0/0.0", "0/max/0.0/²"],
)  # fmt: skip
def test_a_tile_that_there_is_not_is_refused_at_once(client, ids, address):
    said = describe(client, ids["tone.wav"])
    begun = time.process_time()
    answer = client.get(f"/tiles/{said['recording']}/{said['settings']}/{address}")
    assert answer.status_code == 404 and answer.json()["error"]
    assert time.process_time() - begun < 5  # nothing large is computed before


def test_settings_that_nobody_described_have_no_tiles(client, ids):
    said = describe(client, ids["tone.wav"])
    assert client.get(f"/tiles/{said['recording']}/0000/0/max/0.0/0.0").status_code == 404
    assert client.get(f"/tiles/0000/{said['settings']}/0/max/0.0/0.0").status_code == 404


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "stft", "hop": 0}, "hop is 0"),
        ({"kind": "stft", "window_length": 1 << 40}, "window_length"),
        ({"kind": "nothing"}, "nothing"),
        ([1], "no JSON object"),
        ({"kind": "level", "of": {"kind": "stft"}, "reference": "max"}, "whole sound"),
        ({"kind": "stft", "sample_rate": 8000}, "8000"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_a_sentence(client, ids, settings, words):
    answer = client.post("/describe", json={"recording": ids["tone.wav"], "settings": settings})
    assert answer.status_code == 400 and words in answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"1", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(client, body):
    assert client.post("/describe", content=body).status_code == 400


def test_a_body_of_any_length_is_not_read(client):
    assert client.post("/describe", content=b"x" * (17 << 20)).status_code == 413


def test_the_level_under_the_pointer_is_that_of_the_spectrogram(client, ids):
    said = describe(client, ids["noise.flac"])
    expected = level(spectrogram(open_noise(client)))
    for frame, row in ((0, 0), (17, 300), (187, 1024)):
        query = {"sample": expected.times[frame] * RATE + 100, "hertz": expected.frequencies[row] + 9}
        here = client.get(f"/level/{said['recording']}/{said['settings']}/1", params=query).json()
        assert (here["frame"], here["row"], here["unit"]) == (frame, row, "dBFS")
        assert here["level"] == pytest.approx(float(expected.values[1, row, frame]), abs=0.01)
        assert (here["time"], here["frequency"]) == (expected.times[frame], expected.frequencies[row])


def test_samples_are_those_of_the_file(client, ids):
    answer = client.get(f"/samples/{ids['noise.flac']}/1", params={"start": 1000, "end": 1500})
    np.testing.assert_array_equal(np.frombuffer(answer.content, "<f4"), open_noise(client).read(range(1000, 1500))[1])
    assert client.get(f"/samples/{ids['noise.flac']}/1?start=0&end=65537").status_code == 400
    assert client.get(f"/samples/{ids['noise.flac']}/2?start=0&end=5").status_code == 404
    assert client.get(f"/samples/{ids['noise.flac']}/0?start=x&end=5").status_code == 400


def test_sounds_in_memory_are_viewed_without_a_token():
    second = Signal(np.random.default_rng(1).standard_normal(8000), 8000.0)
    client = TestClient(application([("one", second)], settings=StftSettings(window_length=256)), base_url="http://any")
    (row,) = client.get("/recordings").json()["recordings"]
    assert (row["name"], row["seconds"]) == ("one", 1.0)
    said = describe(client, row["id"])
    tile = client.get(f"/tiles/{said['recording']}/{said['settings']}/0/mean/1.0/0.0").content
    assert tile[:4] == b"SGT1" and said["window_length"] == 256
    assert client.get(f"/file/{row['id']}").status_code == 404


def test_errors_are_one_sentence_of_json(client):
    answer = client.get("/samples/nothing/0?start=0&end=1")
    assert answer.status_code == 404
    assert json.loads(answer.content) == {"error": "there is no such recording here. Look it up in the list."}
    assert client.get("/nowhere").json() == {"error": "Not Found"}
    assert client.put("/describe").status_code == 405


def open_noise(client):
    return open(client.folder / "noise.flac")


def open_tone(client):
    return open(client.folder / "tone.wav")


def test_a_box_is_measured_as_the_library_does(client, ids):
    said = describe(client, ids["noise.flac"], {"kind": "stft", "window_length": 512})
    query = {"start": 4800, "end": 48_000, "low": 2000, "high": 9000}
    answer = client.get(f"/measure/{said['recording']}/{said['settings']}/1", params=query).json()
    settings = StftSettings(window_length=512)
    expected = measure_box(open_noise(client), settings, seconds=(0.1, 1.0), hertz=(2000.0, 9000.0), channel=1)
    assert answer == {"channel": 1, "measures": expected.to_dict()}
    refused = client.get(f"/measure/{said['recording']}/{said['settings']}/1", params={**query, "low": 9000})
    assert refused.status_code == 400 and "it must go up" in refused.json()["error"]


def test_a_tile_that_is_in_memory_is_the_same_and_needs_no_thread(client, ids, monkeypatch):
    said = describe(client, ids["noise.flac"])
    for address in ("1/max/0.0/0.0", "1/salient/1.1/0.0"):
        path = f"/tiles/{said['recording']}/{said['settings']}/{address}"
        first = client.get(path)
        with monkeypatch.context() as patch:
            patch.setattr("sonograph.web.app.worked", None)
            assert client.get(path).content == first.content

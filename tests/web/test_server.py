"""The server as a process and on a port: it begins, is shared, is left, and ends (V-01, V-09, a port in use)."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soundfile

from sonograph import cli
from sonograph.errors import SettingsError
from sonograph.web import server
from sonograph.web.work import Cancelled
from tests.web.visiting import describe  # skips where Starlette is not
from tests.web.walking import TOKEN, Running

RATE = 48_000


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server of this process, with two sounds."""
    folder = tmp_path_factory.mktemp("sounds")
    soundfile.write(folder / "noise.wav", np.random.default_rng(0).standard_normal(5 * RATE) / 10, RATE)
    found = Running(folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def cookie(running):
    answer = ask(running, f"/?token={TOKEN}", cookie=None)
    return answer.getheader("set-cookie").split(";")[0]


def ask(running, path, cookie, method="GET", body=None):
    """An answer, read."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)) as connection:
        connection.request(method, path, body, {} if cookie is None else {"Cookie": cookie})
        answer = connection.getresponse()
        answer.data = answer.read()
        return answer


@contextlib.contextmanager
def command(tmp_path, *words):
    """`sonograph view` of a sound, once it has printed its address; what it said is in `said` when it has ended."""
    soundfile.write(tmp_path / "a.wav", np.zeros(RATE), RATE)
    given = [sys.executable, "-m", "sonograph", "view", "a.wav", "--no-browser", "--no-cache", *words]
    process = subprocess.Popen(
        given, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        process.address = process.stdout.readline().strip()
        process.port = int(process.address.split("/")[2].rsplit(":", 1)[1])
        yield process
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_ends_it_with_listeners_there_and_a_second_one_takes_the_next_port(tmp_path):
    with command(tmp_path, "--port", "0") as first:
        with command(tmp_path, "--port", str(first.port)) as second:
            assert second.port > first.port
            os.kill(second.pid, signal.SIGTERM)
            assert second.wait(10) in (-signal.SIGTERM, 128 + signal.SIGTERM)
            assert f"port {first.port} is in use; {second.port} is taken instead." in second.stderr.read()
        first.token = first.address.partition("token=")[2]
        got = ask(first, f"/?token={first.token}", None)
        cookie = got.getheader("set-cookie").split(";")[0]
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", first.port)) as listener:
            listener.request("GET", "/events", headers={"Cookie": cookie})
            assert listener.getresponse().status == 200
            os.kill(first.pid, signal.SIGINT)
            assert first.wait(10) == 0
        said = first.stderr.read()
        assert said == "sonograph: 1 recording can be viewed there; Ctrl-C ends it.\n"
        assert first.token not in said


def test_only_this_machine_can_connect(running):
    """V-01: the socket listens on 127.0.0.1 alone."""
    with contextlib.closing(server.listening("127.0.0.1", 0, print)) as sock:
        assert sock.getsockname()[0] == "127.0.0.1"
    with contextlib.closing(socket.socket()) as other, pytest.raises(OSError):
        other.settimeout(2)
        other.connect(("127.0.0.2", running.port))


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (["--port", "70000"], "--port is 70000; it must be 0 (any that is free) to 65535", 2),
        (["--host", "no.such.host.invalid"], "--host is no.such.host.invalid; it must be a name or an address of", 2),
        (["--host", "192.0.2.1"], "--host is 192.0.2.1; it must be", 2),
        (["--cache-size", "big"], "--cache-size: 'big'; it must be a size, as 500MB or 4GB", 2),
        (["--no-cache", "--cache", "x"], "--cache has no effect with --no-cache", 2),
        (["--axis", "bark"], "--axis is 'bark'", 2),
        (["--colours", "jet"], "--colours is 'jet'", 2),
        (["--range", "0", "-80"], "--range is 0 to -80 dB; it must begin below its end", 2),
        (["--hop", "0"], "--hop is 0", 2),
        (["--labels", "nowhere"], "the folder nowhere does not exist", 4),
        (["--marks", "nothing.csv"], "nothing.csv: does not exist", 3),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_served(tmp_path, monkeypatch, capsys, words, message, code):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server, "serve", lambda *_, **__: pytest.fail("it was served"))
    soundfile.write("a.wav", np.zeros(100), RATE)
    assert cli.main(["view", "a.wav", "--no-browser", *words]) == code
    assert message in capsys.readouterr().err


def test_a_file_that_cannot_be_viewed_is_said_here_and_there(made, tmp_path, monkeypatch, capsys):
    """On the page it stands in the list with its reason; where there is no other, nothing is served."""
    from tests.web.visiting import visiting

    (row,) = visiting(made(tmp_path / "no such.wav")).get("/recordings").json()["recordings"]
    assert row["status"] == "failed" and "does not exist" in row["sentence"]
    monkeypatch.chdir(tmp_path)
    soundfile.write("a.wav", np.zeros(100), RATE)
    served = []
    monkeypatch.setattr(
        server, "serve", lambda viewer, sock, *_, **__: (served.append(1), sock.close(), viewer.close())
    )
    assert cli.main(["view", "no such.wav", "a.wav", "--no-browser", "--port", "0"]) == 0 and served == [1]
    assert "no such.wav: does not exist. Check the name." in capsys.readouterr().err
    assert cli.main(["view", "no such.wav", "--no-browser"]) == 3 and served == [1]
    assert "no such.wav: does not exist. Check the name." in capsys.readouterr().err


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    soundfile.write("a.wav", np.zeros(100), RATE)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main(["view", "a.wav"]) == 4
    assert "the viewer needs starlette and uvicorn: pip install '.[view]'" in capsys.readouterr().err


def test_others_are_warned_of_and_asked_for_the_token(tmp_path):
    with command(tmp_path, "--port", "0", "--host", "0.0.0.0") as one:  # noqa: S104
        assert "token=" in one.address
        assert ask(one, "/recordings", None).status == 403
        os.kill(one.pid, signal.SIGINT)
        assert one.wait(10) == 0
        assert "--host 0.0.0.0 lets other machines come: whoever has the whole address, with its" in one.stderr.read()


@pytest.mark.parametrize("there", [False, True])
def test_no_browser_is_said(monkeypatch, there):
    words, told = [], threading.Event()
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("BROWSER", raising=False)
    if there:  # a screen, and no browser on it
        monkeypatch.setenv("DISPLAY", ":0")
        monkeypatch.setattr("webbrowser.open", lambda where: False)
    server.open_browser("http://x", lambda said: (words.append(said), told.set()))
    if sys.platform.startswith("linux") or there:
        assert told.wait(10) and "yourself" in words[0]


def test_the_work_for_one_who_left_ends(running, cookie):
    """A tile whose asker closes the connection stops being computed (V-09)."""
    begun, ended = threading.Event(), threading.Event()

    def tile(shown, asked, cancelled):
        begun.set()
        assert cancelled.wait(10)
        ended.set()
        raise Cancelled

    (row,) = running.viewer.listing.rows()[0]
    said = running.viewer.layers.add(running.viewer.recordings.sound(row["id"]), running.viewer.look.settings(None))
    before, running.viewer.tile = running.viewer.tile, tile
    try:
        connection = http.client.HTTPConnection("127.0.0.1", running.port)
        path = f"/tiles/{said.sound.digest}/{said.layer.digest}/0/max/0.0/0.0"
        connection.request("GET", path, headers={"Cookie": cookie})
        assert begun.wait(10) and not ended.is_set()
        connection.close()
        assert ended.wait(10)
    finally:
        running.viewer.tile = before


def test_slow_and_silent_clients_leave_the_others_alone(running, cookie):
    """Connections that say nothing, say one letter, or never read what they asked for (V-09)."""
    (row,) = running.viewer.listing.rows()[0]
    idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
    try:
        for one in idle[:50]:
            one.send(b"G")
        for one in idle[50:60]:  # a megabyte that nobody takes
            head = f"GET /file/{row['id']} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nCookie: {cookie}\r\n\r\n"
            one.send(head.encode())
        for _ in range(10):
            assert ask(running, "/recordings", cookie).status == 200
            answer = ask(running, f"/samples/{row['id']}/0?start=0&end=48000", cookie)
            assert len(answer.data) == 4 * 48_000
    finally:
        for one in idle:
            one.close()


def test_a_folder_of_thousands_with_junk_in_it_is_listed_from_its_headers(made, tmp_path):
    """Each that is none is named; nothing is decoded. Ten thousand with SONOGRAPH_ALL=1."""
    from tests.web.visiting import visiting

    count = 10_000 if os.environ.get("SONOGRAPH_ALL") else 1_000
    sound = tmp_path / "0.wav"
    soundfile.write(sound, np.zeros(100), RATE)
    for i in range(1, count):
        os.link(sound, tmp_path / f"{i}.wav")
    (tmp_path / "junk.wav").write_bytes(b"junk" * 100)
    (tmp_path / "empty.flac").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("not a sound")
    (tmp_path / "one.wav").write_bytes(sound.read_bytes()[:60])
    viewer = made(tmp_path)
    client = visiting(viewer)
    while not (answer := client.get("/recordings").json())["complete"]:
        time.sleep(0.05)
    rows = {row["name"]: row for row in answer["recordings"]}
    assert len(rows) == count + 3 and "notes.txt" not in rows
    assert rows["junk.wav"]["status"] == "failed" and "junk.wav" in rows["junk.wav"]["sentence"]
    assert rows["empty.flac"]["status"] == "failed" and rows[f"{count - 1}.wav"]["n_samples"] == 100
    assert len(viewer.recordings.opened()) <= 32


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_recording_of_next_to_nothing_is_described_or_refused_in_a_sentence(made, tmp_path, n):
    from tests.web.visiting import visiting

    soundfile.write(tmp_path / "a.wav", np.zeros(n), RATE)
    client = visiting(made(tmp_path))
    (row,) = client.get("/recordings").json()["recordings"]
    answer = client.post("/describe", json={"recording": row["id"], "settings": None})
    assert answer.status_code in (200, 400) and answer.json()
    if answer.status_code == 200 and answer.json()["n_frames"]:
        said = answer.json()
        assert client.get(f"/tiles/{said['recording']}/{said['settings']}/0/max/0.0/0.0").status_code == 200
    assert client.get(f"/sound/{row['id']}?start=0&end=10&rate=44100").status_code == 200
    here = client.get(f"/measure/{row['digest']}/none/0?start=0&end=1&low=0&high=10")
    assert here.status_code == 404


def test_64_channels_and_half_a_megahertz_are_viewed(made, tmp_path):
    from tests.web.visiting import visiting

    soundfile.write(tmp_path / "many.wav", np.random.default_rng(0).standard_normal((5000, 64)) / 9, 500_000)
    client = visiting(made(tmp_path))
    said = describe(client, client.get("/recordings").json()["recordings"][0]["id"])
    assert (said["n_channels"], said["sample_rate"]) == (64, 500_000.0)
    assert client.get(f"/tiles/{said['recording']}/{said['settings']}/63/max/0.0/0.0").status_code == 200
    assert client.get(f"/sound/{said['recording']}?start=0&end=5000&rate=48000&slow=20&channel=63").status_code == 200


def test_a_refusal_of_the_host_is_an_error_of_settings():
    with pytest.raises(SettingsError, match="--host is 192"):
        server.listening("192.0.2.7", 0, print)


@pytest.mark.parametrize("why", ["full", "a file", "read-only"])
def test_a_cache_that_cannot_be_used_costs_nothing_but_time(made, tmp_path, monkeypatch, why):
    """Tiles come as without one, and why is told."""
    from sonograph.web.tiles import Tiles
    from tests.web.visiting import describe, visiting

    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).standard_normal(200 * 512 * 3) / 9, RATE)
    cache = tmp_path / "cache"
    if why == "a file":
        cache.write_text("")

    def refused(self, *_, **__):
        raise OSError(28 if why == "full" else 30, os.strerror(28 if why == "full" else 30), str(self))

    tiles = Tiles(cache=cache)
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", refused)
        client = visiting(made(tmp_path / "a.wav", tiles=tiles))
        said = describe(client, client.get("/recordings").json()["recordings"][0]["id"])
        root = f"/tiles/{said['recording']}/{said['settings']}/0/max"
        with_it = client.get(f"{root}/7.0/0.0")
        assert with_it.status_code == 200
        assert tiles.problem
    plain = visiting(made(tmp_path / "a.wav"))
    describe(plain, plain.get("/recordings").json()["recordings"][0]["id"])
    assert plain.get(f"{root}/7.0/0.0").content == with_it.content
    assert client.get("/recordings").json()["problem"] == tiles.problem

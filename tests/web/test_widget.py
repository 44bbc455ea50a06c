"""The viewer in a notebook's cell: its page asks this process by messages, and gets what a browser would get."""

import json
import threading

import numpy as np
import pytest
import soundfile

import sonograph as sg
from sonograph.errors import MissingExtra, SettingsError, SourceError
from sonograph.web import widget

pytest.importorskip("anywidget", reason="the viewer in a notebook needs anywidget: pip install '.[jupyter]'")


class Cell:
    """A widget whose messages go to a list instead of a notebook's page."""

    def __init__(self, *arguments, **options):
        self.widget = sg.view(*arguments, **options)
        self.sent, self.came = [], threading.Semaphore(0)
        self.widget.send = self.send

    def send(self, message, buffers):
        json.dumps(message)  # as the notebook does
        self.sent.append((message, bytes(buffers[0])))
        self.came.release()

    def hear(self, message, *buffers):
        """A message from the page, as it comes out of the comm."""
        content = {"comm_id": self.widget.comm.comm_id, "data": {"method": "custom", "content": message}}
        self.widget.comm.handle_msg({"content": content, "buffers": [memoryview(b) for b in buffers]})

    def ask(self, path, body=None, **more):
        request = {"id": 7, "path": path, "method": "GET" if body is None else "POST", **more}
        self.hear(request, *([] if body is None else [json.dumps(body).encode()]))
        assert self.came.acquire(timeout=20)
        return self.sent.pop()


@pytest.fixture
def cell_of():
    cells = []

    def make(*arguments, **options):
        cells.append(Cell(*arguments, **options))
        return cells[-1]

    yield make
    for cell in cells:
        cell.widget.close()


def tone():
    return sg.signals.tone(1000.0, 1.0, sample_rate=8000.0)


def test_the_page_asks_by_messages_and_gets_what_the_server_answers(cell_of):
    cell = cell_of({"a tone": tone(), "another": tone()}, sg.StftSettings(window_length=256))
    message, body = cell.ask("/recordings")
    assert (message["id"], message["status"], message["more"]) == (7, 200, False)
    first, second = json.loads(body)["recordings"]
    assert (first["name"], second["name"], first["sample_rate"]) == ("a tone", "another", 8000)
    _, body = cell.ask("/describe", {"recording": first["id"], "settings": None})
    described = json.loads(body)
    assert (described["window_length"], described["n_rows"]) == (256, 129)


def test_a_refusal_has_its_status_and_sentence(cell_of):
    message, body = cell_of(tone()).ask("/describe", {"recording": "nothing", "settings": None})
    assert message["status"] == 404
    assert "no such recording" in json.loads(body)["error"]


def test_events_come_as_parts_until_the_page_leaves(cell_of):
    cell = cell_of(tone())
    message, body = cell.ask("/events", parts=True)
    assert (message["status"], message["more"], body) == (200, True, b": hello\n\n")
    cell.hear({"leave": 7})
    cell.hear("nonsense")
    cell.hear({"id": 8, "path": "/recordings", "method": "DELETE"})
    assert cell.ask("/recordings")[0]["status"] == 200
    assert not any(message["id"] == 8 for message, _ in cell.sent)


def test_files_are_named_as_their_files_are(cell_of, tmp_path):
    soundfile.write(tmp_path / "robin.wav", np.zeros(800), 8000)
    _, body = cell_of([tmp_path / "robin.wav", tone()]).ask("/recordings")
    assert [row["name"] for row in json.loads(body)["recordings"]] == ["robin.wav", "sound 2"]


def test_it_says_what_it_cannot_show(tmp_path):
    with pytest.raises(SettingsError, match="there is no sound"):
        sg.view([])
    with pytest.raises(SettingsError, match="sound is a ndarray; it must be a path, a Signal"):
        sg.view(np.zeros(10))
    with pytest.raises(SettingsError, match="height is 10; it must be 240 to 4000 pixels"):
        sg.view(tone(), height=10)
    with pytest.raises(SourceError, match=r"missing\.wav"):
        sg.view(tmp_path / "missing.wav")


def test_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "anywidget", None)
    widget._widget.cache_clear()
    with pytest.raises(MissingExtra, match=r"needs anywidget: pip install '\.\[jupyter\]'"):
        sg.view(tone())
    widget._widget.cache_clear()


def test_closed_it_leaves_no_thread():
    before = set(threading.enumerate())
    cell = Cell(tone(), sg.StftSettings(window_length=256))
    _, body = cell.ask("/recordings")
    cell.ask("/describe", {"recording": json.loads(body)["recordings"][0]["id"], "settings": None})
    begun = set(threading.enumerate()) - before
    assert begun
    cell.widget.close()
    for thread in begun:
        thread.join(10)
    assert not any(thread.is_alive() for thread in begun)

"""Requests to an application in this process: as many at a time as there are, ended when the asker leaves."""

import asyncio
import json
import threading

import pytest

from sonograph.web.asking import LARGEST, Asker


class Answers:
    """Keeps what comes, and waits for it."""

    def __init__(self):
        self.all, self.came = [], threading.Semaphore(0)

    def __call__(self, answer):
        self.all.append(answer)
        self.came.release()

    def wait(self, count=1):
        for _ in range(count):
            assert self.came.acquire(timeout=10)
        return self.all


async def echo(scope, receive, send):
    """Answers with what it was asked, in two pieces."""
    request = await receive()
    facts = {name: scope[name] for name in ("path", "method")} | {"query": scope["query_string"].decode()}
    facts |= {name.decode(): value.decode() for name, value in scope["headers"]} | {"body": request["body"].decode()}
    await send({"type": "http.response.start", "status": 207, "headers": [(b"ETag", b'"7"')]})
    text = json.dumps(facts).encode()
    await send({"type": "http.response.body", "body": text[:5], "more_body": True})
    await send({"type": "http.response.body", "body": text[5:]})


@pytest.fixture
def asker_of():
    askers = []

    def make(app):
        askers.append(Asker(app))
        return askers[-1]

    yield make
    for asker in askers:
        asker.close()


def test_an_answer_is_put_together(asker_of):
    heard = Answers()
    asker_of(echo).ask(1, "/a%20b?c=1&d=%2B", heard, method="PUT", headers={"If-Match": '"6"'}, body=b"text")
    (answer,) = heard.wait()
    assert (answer.status, answer.headers["etag"], answer.more) == (207, '"7"', False)
    asked = {"path": "/a b", "method": "PUT", "query": "c=1&d=%2B", "if-match": '"6"', "body": "text"}
    assert json.loads(answer.body) == asked


def test_an_answer_in_parts_comes_as_they_come(asker_of):
    heard = Answers()
    asker_of(echo).ask(1, "/", heard, parts=True)
    first, last = heard.wait(2)
    assert (len(first.body), first.more, last.more) == (5, True, False)


def test_a_request_that_is_left_is_told_so_and_others_go_on(asker_of):
    waiting, left = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        if scope["path"] != "/slow":
            await echo(scope, receive, send)
            return
        await receive()
        waiting.set()
        assert (await receive())["type"] == "http.disconnect"
        left.set()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"to nobody"})

    asker, slow, quick = asker_of(app), Answers(), Answers()
    asker.ask(1, "/slow", slow)
    assert waiting.wait(10)
    asker.ask(2, "/quick", quick)
    quick.wait()
    asker.leave(1)
    asker.leave(99)
    assert left.wait(10)
    asker.ask(3, "/quick", quick)
    quick.wait()
    assert slow.all == []


def test_a_fault_of_the_application_is_an_answer(asker_of):
    async def app(scope, receive, send):
        raise ZeroDivisionError

    heard = Answers()
    asker_of(app).ask(1, "/", heard)
    (answer,) = heard.wait()
    assert answer.status == 500
    assert "a fault of Sonograph itself (ZeroDivisionError)" in json.loads(answer.body)["error"]


def test_an_answer_too_long_for_a_message_is_refused(asker_of):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": bytes(LARGEST // 2), "more_body": True})

    heard = Answers()
    asker_of(app).ask(1, "/", heard)
    (answer,) = heard.wait()
    assert answer.status == 413
    assert "over 64 MB" in json.loads(answer.body)["error"]


def test_closing_ends_what_is_asked():
    begun, ended = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    asker = Asker(app)
    asker.ask(1, "/", Answers())
    assert begun.wait(10)
    asker.close()
    assert ended.is_set()
    asker.close()

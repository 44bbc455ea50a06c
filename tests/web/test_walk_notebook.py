"""The viewer in a cell: the page's module as anywidget loads it, with messages instead of a port."""

import base64
import json

import pytest

import sonograph as sg
from sonograph.web.widget import PAGE

anywidget = pytest.importorskip(
    "anywidget", reason="the viewer in a notebook needs anywidget: pip install '.[jupyter]'"
)

CELL = """async ([source, styles]) => {
    const {default: widget} = await import(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})));
    const heard = new Set();
    const model = {
        get: name => ({height: 420, styles})[name],
        on: (_, hear) => heard.add(hear),
        off: (_, hear) => heard.delete(hear),
        send: (message, _, buffers) => toKernel(JSON.stringify(message),
            buffers?.length ? new TextDecoder().decode(buffers[0]) : ''),
    };
    const listen = async () => {
        for (const [message, body] of await fromKernel()) {
            const octets = Uint8Array.from(atob(body), c => c.charCodeAt(0));
            for (const hear of heard) hear(message, [new DataView(octets.buffer)]);
        }
        setTimeout(listen, 20);
    };
    listen();
    const el = document.createElement('div');
    document.body.append(el);
    window.cell = el;
    window.leave = widget.render({model, el});
}"""
STORE = "cell.shadowRoot.querySelector('.sonograph').sonograph.app.store"
READY = """() => {
    const page = cell.shadowRoot.querySelector('.sonograph').sonograph;
    return page?.app.panes().length && page.stage.seen.draws.length && page.settled();
}"""


@pytest.fixture
def cell(chromium):
    """A page with the widget of a tone in it."""
    widget = sg.view({"a tone": sg.signals.tone(1000.0, 2.0, sample_rate=8000.0)}, height=420)
    sent = []
    widget.send = lambda message, buffers: sent.append((message, base64.b64encode(bytes(buffers[0])).decode()))
    page = chromium.new_page(viewport={"width": 1100, "height": 600})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    hear = lambda message, body: widget._heard(widget, json.loads(message), [body.encode()] if body else [])  # noqa: E731
    page.expose_function("toKernel", hear)
    page.expose_function("fromKernel", lambda: [sent.pop(0) for _ in range(len(sent))])
    page.evaluate(CELL, [(PAGE / "view.js").read_text("utf-8"), widget.styles])
    page.wait_for_function(READY)
    yield page
    page.close()
    widget.close()
    assert faults == []


def test_a_cell_shows_the_sound_and_gives_its_graphics_back_out_of_sight(cell):
    assert cell.evaluate("() => cell.offsetHeight") == 420
    codes = "() => new Set(cell.shadowRoot.querySelector('.sonograph').sonograph.stage.read().codes).size"
    assert cell.evaluate(codes) > 50
    cell.evaluate(f"() => {STORE}.set({{start: 0.5, end: 1, colours: 'viridis'}})")
    cell.evaluate("() => { cell.style.marginTop = '5000px'; }")
    cell.wait_for_function("() => !cell.shadowRoot.querySelector('canvas')")
    cell.evaluate("() => { cell.style.marginTop = '0'; }")
    cell.wait_for_function("() => cell.shadowRoot.querySelector('canvas')")
    cell.wait_for_function(READY)
    view = cell.evaluate(f"() => {STORE}.get()")
    assert (view["start"], view["end"], view["colours"]) == (0.5, 1, "viridis")
    assert cell.evaluate("() => location.hash") == ""

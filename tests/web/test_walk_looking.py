"""Opening, moving, reading and changing what is computed, as a person does it: by wheel, drag and keys."""

import pytest


def test_a_folder_is_opened_and_seen_at_once(walk, morning):
    on = walk(morning, gpu="always")
    on.step("opened")
    view = on.view()
    assert (view["start"], view["low"]) == (0, 0)
    assert view["end"] > 0
    codes = on.page.evaluate(
        "() => { const {codes} = document.body.sonograph.stage.read(); return new Set(codes).size; }"
    )
    assert codes > 100  # a picture, not one colour
    assert on.page.evaluate("() => document.body.sonograph.stage.kind") == "webgl"


def test_zooming_by_wheel_keeps_what_is_under_the_pointer(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    x, y = map(round, on.at(6.5, 4000))  # a wheel is at a whole pixel
    place = on.under(x, y)
    on.page.mouse.move(x, y)
    on.page.mouse.wheel(0, -400)
    on.until("view.end - view.start < 12")
    view = on.view()
    assert (view["low"], view["high"]) == (0, 24_000)  # time alone
    assert on.at(*place) == pytest.approx([x, y], abs=0.5)
    on.step("closer in time")
    on.page.keyboard.down("Control")
    on.page.mouse.wheel(0, -200)
    on.page.keyboard.up("Control")
    on.until("view.high - view.low < 20000")
    assert on.at(*place) == pytest.approx([x, y], abs=0.5)
    on.step("closer in both")
    before = on.view()
    on.drag((6.5, 4000), (6.3, 4000))
    on.until(f"view.start > {before['start']}")
    assert on.view()["end"] - on.view()["start"] == pytest.approx(before["end"] - before["start"])


def test_keys_go_from_the_whole_to_milliseconds_and_back(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.mouse.click(*on.at(6.5, 4000))
    on.until("view.cursor")
    on.press(*["+"] * 22)
    on.until("view.end - view.start < 0.01")
    assert on.view()["start"] < 6.51 and on.view()["end"] > 6.49
    on.settle()
    on.step("milliseconds")
    on.press("ArrowRight")
    on.press("0")
    on.until("view.end - view.start > 19")


def test_what_is_under_the_pointer_is_read_aloud_in_numbers(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.mouse.click(*on.at(18.0, 440))
    on.page.wait_for_function(
        "() => /dB/.test([...document.querySelectorAll('[aria-live]')].map(e => e.textContent).join())"
    )
    on.step("read")
    words = on.said()
    assert "18.0" in words and "Hz" in words


def test_axis_colours_plane_and_window_change_live(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    asked = []
    on.page.on("request", lambda request: asked.append(request.url))
    on.press("k")
    on.until("view.colours !== 'magma'")
    on.press(".")
    on.frame()
    assert [url for url in asked if "/tiles/" in url] == []  # colours and range need no number
    for axis in ("log", "mel", "note"):
        on.press("z")
        on.until(f"view.axis === '{axis}'")
        on.step(f"axis {axis}")
    length = on.view()["settings"]["window_length"]
    on.press("1")
    on.until(f"view.settings.window_length < {length}")
    on.settle()
    on.step("shorter window")

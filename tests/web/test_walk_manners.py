"""By keyboard alone, by touch, in dark and light, narrow, with several channels, and while the file grows."""

import numpy as np
import pytest
import soundfile

from tests.web.walking import Running


def test_all_of_it_goes_by_keyboard(walk, morning):
    on = walk(morning)
    on.press("?")
    listed = on.page.get_by_role("dialog")
    listed.wait_for()
    on.step("commands")
    names = on.page.evaluate("() => document.body.sonograph.app.commands.all().map(c => [c.title, c.key])")
    assert all(key for _, key in names)
    words = listed.inner_text()
    assert [title for title, _ in names if title not in words] == []
    on.press("Escape")
    on.open("morning.wav")
    on.press("Control+ArrowRight", "i", *["Control+ArrowRight"] * 9, "Control+ArrowUp", "o")
    on.until("view.selection && view.selection.end > view.selection.start")
    on.press("9", "m")
    on.page.keyboard.type("by keys")
    on.press("Enter")
    on.page.locator("ul.marks").get_by_text("by keys").wait_for()
    on.step("marked by keys")
    on.press("Tab")
    outline = on.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def touch(on, kind, *points):
    on.session.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]},
    )


def test_two_fingers_zoom_and_one_moves(walk, morning):
    on = walk(morning, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    on.session = on.page.context.new_cdp_session(on.page)
    on.open("morning.wav")
    on.step("narrow")
    x, y = on.at(10, 12_000)
    touch(on, "touchStart", (x - 30, y), (x + 30, y))
    for reach in (45, 60, 75, 90):
        touch(on, "touchMove", (x - reach, y), (x + reach, y))
    touch(on, "touchEnd")
    on.until("view.end - view.start < 9")
    assert (on.view()["low"], on.view()["high"]) == (0, 24_000)
    before = on.view()
    x, y = on.at((before["start"] + before["end"]) / 2, 12_000)
    touch(on, "touchStart", (x, y))
    for way in (20, 40, 60):
        touch(on, "touchMove", (x - way, y))
    touch(on, "touchEnd")
    on.until(f"view.start > {before['start']}")
    on.step("pinched")
    buttons = "[...document.querySelectorAll('header button, .toolbar button')].filter(one => one.offsetParent)"
    sizes = on.page.evaluate(f"() => {buttons}.map(one => [one.offsetWidth, one.offsetHeight])")
    assert sizes and min(min(size) for size in sizes) >= 44


CONTRAST = """() => {
    const part = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const bright = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(v => part(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = e => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)|transparent/.test(colour)) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const words = [...document.querySelectorAll('button, label, summary, p, th, td, span')];
    return words.filter(e => e.offsetParent && e.textContent.trim() && !e.disabled).map(e => {
        const [a, b] = [bright(getComputedStyle(e).color), bright(ground(e))].sort((x, y) => y - x);
        return [e.textContent.trim().slice(0, 30), (a + 0.05) / (b + 0.05)];
    });
}"""  # of WCAG 2.1: words, and how much brighter they are than what they stand on


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_words_are_read_on_any_ground(walk, morning, scheme):
    on = walk(morning, color_scheme=scheme)
    on.open("morning.wav")
    on.step(scheme)
    assert on.page.evaluate("() => document.body.dataset.theme") == scheme
    ratios = on.page.evaluate(CONTRAST)
    assert [row for row in ratios if row[1] < 4.5] == []


def test_channels_are_chosen(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.locator("details.compare summary").click()
    on.page.get_by_label("Channel of morning.wav").select_option("1")
    on.until("view.recordings[0].channel === 1")
    on.settle()
    on.step("second channel")


def test_a_recording_that_grows_is_followed(walk, tmp_path):
    file = tmp_path / "growing.wav"
    noise = np.random.default_rng(0).standard_normal(8000) / 10
    with soundfile.SoundFile(file, "w", 8000, 1, "PCM_16") as out:
        out.write(noise)
    running = Running(tmp_path)
    try:
        on = walk(running)
        on.until("view.end === 1")
        with soundfile.SoundFile(file, "r+") as out:
            out.seek(0, soundfile.SEEK_END)
            out.write(noise)
        on.until("view.end === 2")
        on.settle()
        on.step("grown")
    finally:
        running.close()


def test_a_cache_that_cannot_be_written_is_told_and_all_is_drawn(walk, tmp_path):
    soundfile.write(tmp_path / "a.wav", 0.1 * np.random.default_rng(0).standard_normal(160_000), 16_000)
    (tmp_path / "cache").write_text("no folder")
    running = Running(tmp_path / "a.wav", cache=tmp_path / "cache")
    try:
        on = walk(running)
        on.page.locator(".message").get_by_text("is tried again after a minute").wait_for()
        on.settle()
        on.step("a cache that cannot be written")
    finally:
        running.close()

"""Comparing and sharing as a person does it."""

from tests.web.walking import Running, write_sounds


def add(on, name):
    on.page.get_by_label("Add a recording below").select_option(label=name)
    on.until("view.recordings.length === 2")


def test_two_recordings_are_stacked_slid_turned_and_subtracted(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.locator("details.compare summary").click()
    add(on, "later.wav")
    on.settle()
    on.step("stacked")
    assert len(on.page.evaluate("() => document.body.sonograph.app.panes()")) == 2
    offset = on.page.get_by_label("Seconds by which later.wav is shown later")
    offset.fill("-0.5")
    offset.press("Enter")
    on.until("view.recordings[1].offset === -24000")
    on.step("slid")
    on.page.locator(".plot").focus()
    on.press("Alt+ArrowRight")
    on.until("view.recordings[1].offset === -24000 + 512")
    on.press("Alt+ArrowLeft", "a")
    on.until("view.arrangement === 'first'")
    on.press("a")
    on.until("view.arrangement === 'second'")
    on.step("b in place of a")
    on.press("d")
    on.until("view.arrangement === 'difference'")
    on.settle()
    on.step("difference")
    on.press("s")
    on.until("view.arrangement === 'stack'")


def test_a_difference_of_other_rates_is_refused_in_a_sentence(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    on.page.locator("details.compare summary").click()
    add(on, "other_rate.wav")
    on.press("d")
    on.page.get_by_text("other_rate.wav 24000").wait_for()
    assert on.view()["arrangement"] == "stack"


def test_a_link_shows_the_same_view_and_says_what_is_missing(walk, morning, tmp_path):
    on = walk(morning)
    on.open("morning.wav")
    on.drag((6.0, 2500), (7.0, 5500), "Shift")
    on.press("z", "9")
    on.until("view.axis === 'log' && view.end - view.start < 2")
    on.page.wait_for_function("() => location.hash.includes('selection=')")
    on.page.wait_for_timeout(300)
    link = on.page.evaluate("() => location.hash")
    assert "token" not in on.page.url
    again = walk(morning, link)
    names = ("start", "end", "low", "high", "axis", "settings", "range", "colours", "plane", "selection", "recordings")
    seen, there = on.view(), again.view()
    assert {name: there[name] for name in names} == {name: seen[name] for name in names}
    again.step("by its link")
    write_sounds(tmp_path)
    (tmp_path / "morning.wav").unlink()
    elsewhere = Running(tmp_path)
    try:
        other = walk(elsewhere, link)
        other.page.get_by_text("morning.wav, which is not open here").wait_for()
        other.step("missing")
    finally:
        elsewhere.close()

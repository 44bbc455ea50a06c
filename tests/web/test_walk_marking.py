"""Marking and taking away as a person does it."""

import pytest
from PIL import Image

from tests.web.walking import Running, write_sounds


@pytest.fixture
def labelled(tmp_path):
    """A viewer that writes labels into a folder."""
    sounds, labels = tmp_path / "sounds", tmp_path / "labels"
    sounds.mkdir()
    labels.mkdir()
    write_sounds(sounds)
    running = Running(sounds, labels=labels)
    yield running, labels
    running.close()


def mark(on, start, end, words):
    on.drag(start, end, "Shift")
    on.press("m")
    on.page.keyboard.type(words)
    on.press("Enter")


def test_boxes_are_marked_undone_saved_and_found_again(walk, labelled):
    running, labels = labelled
    on = walk(running)
    on.open("morning.wav")
    mark(on, (2.0, 1500), (3.0, 4500), "robin")
    mark(on, (6.0, 2500), (7.0, 5500), "wren")
    mark(on, (14.0, 1500), (15.0, 6500), "mistake")
    on.press("Control+z", "Control+z")
    on.step("two marks")
    lines = on.page.locator("ul.marks li")
    assert lines.count() == 2
    on.press("Control+s")
    on.page.get_by_text("not saved").wait_for(state="detached")
    (file,) = [path for path in labels.iterdir() if path.is_file()]
    text = file.read_text("utf-8")
    assert "robin" in text and "wren" in text and "mistake" not in text
    again = walk(running)
    again.open("morning.wav")
    again.page.locator("ul.marks li").nth(1).wait_for(state="attached")
    again.press("n")
    again.until("view.selection")
    assert again.view()["selection"]["start"] == pytest.approx(2.0, abs=0.03)
    again.press("n", "Delete", "Control+s")
    again.page.get_by_text("not saved").wait_for(state="detached")
    again.step("one is deleted")
    text = file.read_text("utf-8")
    assert "robin" in text and "wren" not in text


def test_a_file_that_was_changed_elsewhere_is_not_written_over(walk, labelled):
    running, labels = labelled
    on = walk(running)
    on.open("morning.wav")
    mark(on, (2.0, 1500), (3.0, 4500), "robin")
    on.press("Control+s")
    on.page.get_by_text("not saved").wait_for(state="detached")
    (file,) = [path for path in labels.iterdir() if path.is_file()]
    theirs = file.read_text("utf-8").replace("robin", "owl")
    file.write_text(theirs, "utf-8")
    mark(on, (6.0, 2500), (7.0, 5500), "wren")
    on.press("Control+s")
    on.page.get_by_text("changed elsewhere").wait_for()
    on.step("changed elsewhere")
    assert file.read_text("utf-8") == theirs
    on.page.get_by_role("button", name="Read it anew").click()
    on.page.locator("ul.marks").get_by_text("owl").wait_for()


def test_without_labels_it_says_that_it_is_read_only(walk, morning):
    on = walk(morning)
    on.open("morning.wav")
    mark(on, (2.0, 1500), (3.0, 4500), "robin")
    on.press("Control+s")
    on.page.get_by_text("--labels FOLDER").wait_for()


def test_a_picture_and_the_selection_as_sound_are_saved(walk, morning, tmp_path):
    import soundfile

    on = walk(morning)
    on.open("morning.wav")
    on.drag((6.0, 2500), (7.0, 5500), "Shift")
    with on.page.expect_download() as saved:
        on.press("Shift+s")
    saved.value.save_as(tmp_path / "picture.png")
    with Image.open(tmp_path / "picture.png") as picture:
        assert picture.format == "PNG" and len(picture.convert("RGB").getcolors(1 << 24)) > 200
    with on.page.expect_download() as saved:
        on.press("Shift+w")
    saved.value.save_as(tmp_path / "sound.wav")
    samples, rate = soundfile.read(tmp_path / "sound.wav")
    assert rate == 48_000 and samples.shape[1] == 2
    whole, _ = soundfile.read(morning.folder / "morning.wav")
    start = round(on.view()["selection"]["start"] * 48_000)
    assert (samples == whole[start : start + len(samples)]).all()


def test_hits_of_a_detector_are_confirmed_and_refused_by_key(walk, tmp_path):
    sounds, labels = tmp_path / "sounds", tmp_path / "labels"
    sounds.mkdir()
    labels.mkdir()
    write_sounds(sounds)
    hits = tmp_path / "hits.csv"
    rows = [(2.0, 3.0, 1900, 4100, 0.9), (4.0, 4.4, 1000, 2000, 0.3), (6.0, 7.0, 2900, 5100, 0.8)]
    lines = [f"morning.wav,{start},{end},{low},{high},call,{score}" for start, end, low, high, score in rows]
    hits.write_text("\n".join(["file,start,end,low,high,name,score", *lines]) + "\n")
    running = Running(sounds, labels=labels, hits=hits)
    try:
        on = walk(running)
        on.open("morning.wav")
        on.page.locator("ul.marks li").nth(2).wait_for(state="attached")
        on.press("n", "y", "x", "y")
        on.step("hits judged")
        on.press("Control+s")
        on.page.get_by_text("not saved").wait_for(state="detached")
        written = hits.read_text().splitlines()
        assert [line.split(",")[-1] for line in written[1:]] == ["confirmed", "refused", "confirmed"]
        assert [line.rsplit(",", 1)[0] for line in written[1:]] == lines
    finally:
        running.close()

"""Makes the pictures of docs/guide/viewing.md: the viewer's page in Chromium, as a person has it. Run by hand."""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures" / "viewing"
sys.path.insert(0, str(ROOT))


def write_sounds(folder: Path) -> None:
    """A chorus of a minute, and the same as a second recorder has it: later, softer, in a forest."""
    from sonograph import Signal, signals, write

    chorus = signals.chorus(60.0, seed=3)
    write(folder / "chorus.wav", chorus)
    there = signals.reverberant(chorus)
    write(folder / "second recorder.wav", Signal(0.5 * there.samples, there.sample_rate))


def keep(on, name: str, width: int = 1100) -> None:
    """Keep the page as it is now."""
    on.settle()
    with Image.open(BytesIO(on.page.screenshot())) as picture:
        height = round(picture.height * width / picture.width)
        picture.convert("RGB").resize((width, height)).save(PICTURES / f"{name}.webp", quality=78, method=6)
        print(PICTURES / f"{name}.webp")


def main() -> int:
    from playwright.sync_api import sync_playwright

    from tests.web.walking import CHROMIUM, FLAGS, Running, Walker

    PICTURES.mkdir(exist_ok=True)
    places = tempfile.TemporaryDirectory(), tempfile.TemporaryDirectory()
    with places[0] as folder, places[1] as labels, sync_playwright() as play:
        write_sounds(Path(folder))
        running = Running(folder, labels=Path(labels))
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))

        def page(**how):
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 760}, **how})
            on = Walker(context.new_page(), running, "guide")
            on.open("chorus.wav")
            return on

        on = page()
        keep(on, "whole")
        on.press("z", "z", "z")
        keep(on, "notes")
        on = page()
        app = "document.body.sonograph.app"
        on.page.evaluate(f"() => {app}.store.set({{start: 19.7, end: 20.5, low: 0, high: 9000}})")
        on.page.mouse.move(*on.at(20.03, 3656))
        on.press("r")
        keep(on, "closer")
        on.page.evaluate(f"() => {app}.store.set({{start: 18, end: 24, low: 0, high: 12000}})")
        on.drag((19.8, 1800), (20.35, 4300), "Shift")
        on.page.locator("table.numbers td").first.wait_for()
        keep(on, "measured")
        on.press("r", "m")
        on.page.keyboard.type("arch")
        on.press("Enter")
        for box, words in (((22.5, 3400), (23.15, 5300)), "trill"), (((23.5, 1900), (24.0, 6400)), "chirps"):
            on.drag(*box, "Shift")
            on.press("m")
            on.page.keyboard.type(words)
            on.press("Enter")
        on.press("Escape")
        keep(on, "marked")
        on = page()
        on.page.locator("details.compare summary").click()
        on.page.get_by_label("Add a recording below").select_option(label="second recorder.wav")
        on.page.evaluate(f"() => {app}.store.set({{start: 18, end: 30, low: 0, high: 12000}})")
        on.press("r")
        keep(on, "compared")
        narrow = {"width": 390, "height": 780}
        on = page(viewport=narrow, has_touch=True, is_mobile=True, device_scale_factor=2, color_scheme="dark")
        keep(on, "narrow", 390)
        browser.close()
        running.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

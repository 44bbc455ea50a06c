"""Draws every picture of the gallery and the guide, by the code on their pages, and README's. `make docs` runs it."""

import os
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parent
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"!\[[^]]*\]\((pictures/[^)]+)\)")


def code_of(page: Path) -> list[str]:
    """The blocks of Python on a page, to be run in order."""
    return CODE.findall(page.read_text("utf-8"))


def pictures_of(page: Path) -> list[str]:
    """The pictures that a page shows, relative to it."""
    return SHOWN.findall(page.read_text("utf-8"))


PAGES = [page for folder in ("gallery", "guide") for page in sorted((DOCS / folder).glob("*.md")) if pictures_of(page)]


def run(page: Path) -> None:
    """Run the code of a page in the working folder."""
    names: dict[str, object] = {}
    for code in code_of(page):
        exec(compile(code, f"<{page.name}>", "exec"), names)  # noqa: S102


def draw_readme() -> None:
    """The picture of README: that of the demonstration, as it is drawn, every colour kept."""
    from sonograph.cli.demo import demonstrations
    from sonograph.drawing.calls import draw

    name, sound, settings, look = next(iter(demonstrations()))
    draw(sound, settings, path=DOCS / "pictures" / f"{name}.webp", **look)


def main() -> int:
    draw_readme()
    for page in PAGES:
        here = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                run(page)
                for picture in pictures_of(page):
                    target = page.parent / picture
                    target.parent.mkdir(exist_ok=True)
                    with Image.open(Path(picture).with_suffix(".png").name) as drawn:
                        # noise in colour does not compress: as PNG the pictures would be ten times as large
                        drawn.convert("RGB").save(target, quality=80, method=6)
                    print(target.relative_to(DOCS.parent))
            finally:
                os.chdir(here)
    return 0


if __name__ == "__main__":
    sys.exit(main())

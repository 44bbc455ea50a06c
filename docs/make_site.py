"""Build the documentation into site/, as pages that ask no other machine for anything: `make site` runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the generator would have a page load, so that its search runs where the page was opened as a file."""
OWN = "worker_in_a_frame.js"
ELSEWHERE = re.compile(
    r'(?:<(?:script|img|iframe|source)\b[^>]*\bsrc|<link\b[^>]*\brel="stylesheet"[^>]*\bhref)="(https?:[^"]*)"'
)


def keep_to_itself(site: Path) -> None:
    """Have every page load its own copy of what it loads.

    Raises
    ------
    ValueError
        A page that asks for something else from elsewhere.
    """
    for page in sorted(site.rglob("*.html")):
        text = page.read_text("utf-8").replace(SHIM, relpath(site / OWN, page.parent).replace("\\", "/"))
        if found := ELSEWHERE.search(text):
            raise ValueError(f"{page} asks for {found[1]}; a copy of it must lie in docs/")
        page.write_text(text, "utf-8")


def main() -> int:
    program = Path(sys.executable).parent / "zensical"
    done = subprocess.run([program, "build", "--clean", "--strict"], cwd=ROOT)  # noqa: S603
    if done.returncode == 0:
        keep_to_itself(ROOT / "site")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

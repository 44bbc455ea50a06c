"""Pages of the guide as programs: their Python and their commands, run in order in one folder."""

import contextlib
import io
import re
import shlex
from pathlib import Path

from sonograph.cli import main

DOCS = Path(__file__).parents[1] / "docs"
PIECES = re.compile(r"```python\n(.*?)```|^    (sonograph [^\n]*)$", re.DOTALL | re.MULTILINE)


def run_page(page, folder, *, elsewhere=()):
    """[(code or command, what it printed)] of a page, but for commands that name what is `elsewhere`."""
    names, printed = {}, []
    with contextlib.chdir(folder):
        for code, command in PIECES.findall((DOCS / "guide" / page).read_text("utf-8")):
            if any(word in command for word in elsewhere):
                continue
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                if code:
                    exec(code, names)  # noqa: S102
                else:
                    assert main(shlex.split(command)[1:]) == 0, command
            printed.append((code or command, out.getvalue()))
    return printed


def check_printed(printed):
    """What the page says is printed, behind a print or in lines of their own, is printed; how many pieces say so."""
    checked = 0
    for code, out in printed:
        expected = re.findall(r"^(?:.*print\(.*\)  )?# (.*)$", code, re.MULTILINE)
        if expected:
            assert out.splitlines() == expected, f"{code}\nprinted:\n{out}"
            checked += 1
    return checked

"""Writes the notebooks of the two tutorials from their pages in the guide; `make docs` runs it.

A block of code becomes cells that each end in their picture; what the page shows of a picture, the notebook draws. A
line `<!-- notebook: CODE -->`, which no page shows, is a cell of its own.
"""

import ast
import json
import re
import sys
from pathlib import Path

DOCS = Path(__file__).parent
TUTORIALS = ("visualising", "learning_from_audio")
PARTS = re.compile(r"```python\n(?P<code>.*?)```|<!-- notebook: (?P<own>.*?) -->", re.DOTALL)
WRITTEN = re.compile(r",\s*path=f?\"[^\"]*\"")
PICTURE = re.compile(r"^!\[[^]]*\]\(pictures/[^)]+\)\n?", re.MULTILINE)


def cells_of(page: str) -> list[tuple[str, str]]:
    """The cells of a page: "markdown" or "code", and what it holds."""
    cells, done = [], 0
    for part in [*PARTS.finditer(page), None]:
        words = PICTURE.sub("", page[done : part.start() if part else len(page)]).strip()
        cells += [("markdown", words)] if words else []
        if part is not None:
            done = part.end()
            cells += [("code", code) for code in (_cut(part["code"]) if part["code"] else [part["own"]])]
    return cells


def _cut(code: str) -> list[str]:
    """A block of code after each picture, which only the last value of a cell shows; in a loop it is shown at once."""
    lines, cells, here = code.splitlines(), [], []
    done = 0
    for statement in ast.parse(code).body:
        text = WRITTEN.sub("", "\n".join(lines[done : statement.end_lineno]))
        done = statement.end_lineno
        draws = isinstance(statement, ast.Expr) and "draw" in ast.unparse(statement.value).split("(")[0]
        here.append(text if draws else re.sub(r"(?<=\s)draw\(", "sg.show(", text))
        if draws:
            cells.append(here)
            here = []
    return ["\n".join(cell).strip() for cell in [*cells, here] if "".join(cell).strip()]


def notebook_of(page: Path) -> str:
    """A notebook without outputs, as its file holds it."""
    cells = [
        {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for number, (kind, text) in enumerate(cells_of(page.read_text("utf-8")), 1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    folder = DOCS / "notebooks"
    folder.mkdir(exist_ok=True)
    for name in TUTORIALS:
        (folder / f"{name}.ipynb").write_text(notebook_of(DOCS / "guide" / f"{name}.md"), "utf-8")
        print(f"docs/notebooks/{name}.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main())

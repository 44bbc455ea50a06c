"""Notebooks: what the last value of a cell shows, in a kernel, and the tutorials of docs/notebooks, executed."""

import base64
import importlib.util
import json
import pickle
import re
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from sonograph import BandSettings, MelBank, StftSettings, draw, draw_bands, signals

DOCS = Path(__file__).parents[2] / "docs"
spec = importlib.util.spec_from_file_location("make_notebooks", DOCS / "make_notebooks.py")
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)
SOUND = signals.tone(1000.0, 1.0, sample_rate=8000.0)


def executed(cells):
    """The outputs of cells of code in a fresh kernel: of each the bundles, by type."""
    reason = "notebooks run where nbclient and ipykernel are installed: pip install nbclient ipykernel"
    client = pytest.importorskip("nbclient", reason=reason)
    pytest.importorskip("ipykernel", reason=reason)
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    client.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [[dict(out.get("data", {"text/plain": out.get("text")})) for out in cell.outputs] for cell in book.cells]


def size_of(bundle):
    with Image.open(BytesIO(base64.b64decode(bundle["image/png"]))) as image:
        return image.size


CELLS = (
    "import sys\nimport sonograph as sg\nsound = sg.signals.guitar(sample_rate=22_050.0)",
    "sg.draw(sound, size=(640, 400))",
    "assert 'matplotlib.pyplot' not in sys.modules",
    "sg.show(sound, view='surface', size=(640, 400))",
    "sg.show(sound, size=(500, 300), dpi=90)",
    "sound",
    "sg.loudness(sound)",
)
INLINE = "%matplotlib inline\nsg.draw(sound, size=(640, 400))"


def tutorial(name):
    book = json.loads((DOCS / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
    assert not any(cell.get("outputs") for cell in book["cells"])
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def run():
    """The outputs of all cells by their code, from one kernel, as it takes long to start."""
    cells = [*CELLS, *(code for name in notebooks.TUTORIALS for code in tutorial(name)), INLINE]
    return dict(zip(cells, executed(cells), strict=True))


def test_the_last_value_of_a_fresh_cell_shows_its_picture(run):
    _, drawn, _, surface, shown, sound, loudness = (run[code] for code in CELLS)
    assert [size_of(one) for one in drawn] == [(640, 400)]
    assert [size_of(one) for one in shown] == [(500, 300)]
    assert "Plotly.newPlot" in surface[0]["text/html"]
    assert surface[0]["text/html"].startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')
    assert '<audio controls preload="metadata" src="data:audio/wav;base64,' in sound[0]["text/html"]
    assert len(run[INLINE]) == 1  # not once by us and once by Matplotlib
    assert loudness[0]["text/plain"].startswith("<Loudness: ")


def test_what_is_drawn_is_a_figure_that_shows_itself(tmp_path):
    mel = BandSettings(of=StftSettings(), bands=MelBank(n_bands=20))
    for figure in (draw(SOUND, size=(640, 400)), draw_bands(mel, sample_rate=22_050.0, size=(640, 400))):
        assert isinstance(figure, Figure)
        for one in (figure, pickle.loads(pickle.dumps(figure))):
            with Image.open(BytesIO(one._repr_png_())) as image:
                assert image.size == (640, 400)
    figure.savefig(tmp_path / "a.svg")


def test_the_notebooks_say_what_the_pages_say():
    for name in notebooks.TUTORIALS:
        kept = (DOCS / "notebooks" / f"{name}.ipynb").read_text("utf-8")
        assert kept == notebooks.notebook_of(DOCS / "guide" / f"{name}.md"), "run make docs"


def test_a_page_is_cut_into_cells_after_each_picture():
    page = 'Words.\n\n```python\na = 1\ndraw(a, path="a.png")\nfor b in (1, 2):\n    draw(b, path=f"{b}.png")\n```\n\n'
    page += "![A](pictures/a.webp)\n"
    page += "<!-- notebook: a -->\n\nMore."
    assert notebooks.cells_of(page) == [
        ("markdown", "Words."),
        ("code", "a = 1\ndraw(a)"),
        ("code", "for b in (1, 2):\n    sg.show(b)"),
        ("code", "a"),
        ("markdown", "More."),
    ]


@pytest.mark.parametrize("name", notebooks.TUTORIALS)
def test_a_tutorial_runs_and_shows_the_pictures_of_its_page(name, run):
    page = (DOCS / "guide" / f"{name}.md").read_text("utf-8")
    shown = [size_of(one) for code in tutorial(name) for one in run[code] if "image/png" in one]
    kept = []
    for picture in re.findall(r"!\[[^]]*\]\((pictures/[^)]+)\)", page):
        with Image.open(DOCS / "guide" / picture) as image:
            kept.append(image.size)
    assert shown == kept
    assert sum("<audio" in one.get("text/html", "") for code in tutorial(name) for one in run[code]) == 1

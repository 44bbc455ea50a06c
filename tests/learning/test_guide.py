"""The guide to training, run section by section, as far as its libraries are here."""

import contextlib
import io
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "training.md"
SECTIONS = {
    text.split("\n", 1)[0]: re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for text in GUIDE.read_text().split("\n## ")[1:]
}
FIRST = "A folder of sounds"


def run(blocks, names):
    """What is printed by the code of a section."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for code in blocks:
            exec(code, names)  # noqa: S102
    return said.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the sounds are, and the names that the first section gives."""
    here = tmp_path_factory.mktemp("guide")
    with contextlib.chdir(here):
        names = {}
        run(SECTIONS[FIRST], names)
    return here, names


def in_guide(folder, section, monkeypatch):
    monkeypatch.chdir(folder[0])
    names = dict(folder[1])
    return names, run(SECTIONS[section], names)


def needs(library, how):
    return pytest.mark.skipif(find_spec(library) is None, reason=f"{library} is not installed: {how}")


def test_the_sounds_are_there(folder):
    items = folder[1]["items"]
    assert [label for _, label in items] == 20 * ["kick"] + 20 * ["snare"] + 20 * ["string"]
    assert all((folder[0] / path).is_file() for path, _ in items)


@needs("sklearn", "pip install '.[learn]'")
def test_the_classifier_of_scikit_learn_is_right(folder, monkeypatch):
    names, said = in_guide(folder, "scikit-learn", monkeypatch)
    assert names["scores"].mean() >= 0.95
    assert re.fullmatch(r"\d+% right\n", said)


@needs("torch", "make torch")
def test_the_network_of_torch_is_right(folder, monkeypatch):
    import torch

    torch.set_num_threads(1)
    names, said = in_guide(folder, "Torch", monkeypatch)
    assert names["right"] >= 0.9
    assert re.match(r"\d+% of 15 sounds right\n", said)
    assert names["power"].engine == "torch"


@needs("tensorflow", "make test-tensorflow")
def test_the_data_of_tensorflow_have_the_shape_that_is_said(folder, monkeypatch):
    assert in_guide(folder, "TensorFlow", monkeypatch)[1] == "(15, 40, 51)\n"


def test_a_stream_goes_on_with_the_same_settings(folder, monkeypatch):
    names, _ = in_guide(folder, "Once it is trained", monkeypatch)
    assert names["frames"].quantity == "cepstrum"


def test_every_section_has_code():
    assert set(SECTIONS) == {FIRST, "scikit-learn", "Torch", "TensorFlow", "Once it is trained"}
    assert all(SECTIONS.values())

"""The pages are true: their code runs, what they point to is there, and what they name exists."""

import importlib
import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile

import sonograph
from sonograph import cli
from sonograph.cli.demo import demonstrations
from sonograph.settings import KINDS
from sonograph.settings.banks import BANKS
from tests.static import PACKAGE, definition, module

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
ALL = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*/*.md"))]
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
FENCED = re.compile(r"```.*?```|^    .*?$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r"^::: (\S+)$", re.MULTILINE)


def blocks(page):
    return CODE.findall(page.read_text("utf-8"))


def named(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=named)
def test_the_code_on_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    second = 0.1 * np.random.default_rng(0).standard_normal(44_100)
    for name in ("robin.wav", "a_day.flac"):
        soundfile.write(name, second, 44_100)
    put_demo(tmp_path)
    names: dict = {}
    for code in blocks(page):
        exec(code, names)  # noqa: S102


def put_demo(folder):
    """The sounds that `make demo` leaves."""
    (folder / "demo").mkdir()
    for name, sound, *_ in demonstrations():
        if sound.unit == "FS":
            sonograph.write(folder / "demo" / f"{name}.wav", sound)


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "start.md", DOCS / "index.md"], ids=named)
def test_every_line_for_a_shell_can_be_pasted_after_the_demonstration(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    put_demo(tmp_path)
    lines = [line.strip() for line in re.findall(r"^    (sonograph .*)$", page.read_text("utf-8"), re.MULTILINE)]
    assert lines
    for line in lines:
        words = shlex.split(line.split(" > ")[0])[1:]
        assert cli.main(words) == 0, (line, capsys.readouterr().err)


def test_extras_are_installed_from_the_checkout_until_there_is_a_package():
    files = [*ALL, *PACKAGE.rglob("*.py")]
    assert [named(file) for file in files if "pip install 'sonograph" in file.read_text("utf-8")] == []


def test_the_pages_have_code():
    assert sum(len(blocks(page)) for page in PAGES) > 4


def anchors(page):
    """What the headings of a page are called in addresses, as GitHub and the site call them."""
    for heading in re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        yield re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", plain.lower()).strip())


def targets(page):
    text = FENCED.sub("", page.read_text("utf-8"))
    yield from re.findall(r"\]\(([^)\s]+)\)", text)
    yield from re.findall(r'(?:src|srcset|href)="([^"]+)"', text)


@pytest.mark.parametrize("page", ALL, ids=named)
def test_what_a_page_points_to_is_there(page):
    for target in targets(page):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in set(anchors(there)), target
        if DOCS in page.parents and there.suffix == ".md":
            assert there.resolve().is_relative_to(DOCS), f"{target} is not on the site"


def public():
    """Every public name: those at the top, the settings and banks, and those of the rooms that have their own."""
    settings = {kind.__name__ for kind in (*KINDS.values(), *BANKS.values())} | {"Band"}
    rooms = tuple(set(sonograph._MODULES) - {"settings"})
    top = set(sonograph.__all__) - {"__version__", *sonograph._MODULES} - settings
    yield from sorted(top)
    yield from (f"settings.{name}" for name in sorted(settings))
    for room in rooms:
        yield from (f"{room}.{name}" for name in importlib.import_module(f"sonograph.{room}").__all__)


def entries():
    return [
        name for page in sorted((DOCS / "reference").glob("*.md")) for name in ENTRY.findall(page.read_text("utf-8"))
    ]


def test_every_public_name_has_one_entry_in_the_reference():
    found = [entry.removeprefix("sonograph.") for entry in entries()]
    assert len(found) == len(set(found))
    elsewhere = {
        "learning.augment": "learning.torch.augment",
        "learning.tensorflow": "learning.tensorflow.function",
    }
    assert {elsewhere.get(name, name) for name in public()} <= set(found)


@pytest.mark.parametrize("entry", entries())
def test_an_entry_of_the_reference_is_of_something_that_is_there(entry):
    place, _, name = entry.rpartition(".")
    if entry == "sonograph.signals.G_MAJOR":
        assert sonograph.signals.G_MAJOR
    elif (PACKAGE.parent / entry.replace(".", "/")).with_suffix(".py").exists():
        assert module(entry)
    else:
        assert definition(place, name)


def test_every_page_has_its_place_on_the_site():
    listed = re.findall(r"\S+\.md\b", (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:")[1])
    assert sorted(listed) == sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


def test_files_and_classes_that_the_pages_name_are_there():
    source = "\n".join(file.read_text("utf-8") for file in PACKAGE.rglob("*.py"))
    for page in (DOCS / "how_it_works.md", DOCS / "words.md", DOCS / "why" / "layers.md", ROOT / "CONTRIBUTING.md"):
        text = page.read_text("utf-8")
        paths = re.findall(r"`((?:\w+/)*\w+\.py)`", text)
        assert paths or page.name in ("words.md", "layers.md"), page.name
        for path in paths:
            near = [PACKAGE / path, ROOT / path, *PACKAGE.rglob(path), *(ROOT / "tests").rglob(path)]
            assert "NAME" in path or any(file.exists() for file in near), (page.name, path)
        for path in re.findall(r"`((?:\w+/)*\w+\.(?:md|toml|txt))`", text):
            assert (ROOT / path).exists(), (page.name, path)
        for room, name in re.findall(r"`(\w+)\.(\w+)`", text):
            if room != "sg" and name not in ("py", "md", "toml", "txt"):
                found = [file for file in PACKAGE.rglob(f"{room}.py") if f"def {name}(" in file.read_text("utf-8")]
                assert found, (page.name, f"{room}.{name}")
        for name in re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", text):
            assert name == "NameSettings" or re.search(rf"^class {name}\b", source, re.MULTILINE), (page.name, name)


def test_the_layers_on_the_page_are_those_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [layer for one in contracts for layer in one.get("layers", ())]
    wanted = [re.sub(r"[()]", "", layer) for layer in layers if layer != "(__main__)"]
    page = (DOCS / "why" / "layers.md").read_text("utf-8")
    assert [re.split(r"  +", line.strip())[0] for line in re.findall(r"^    \S.*$", page, re.MULTILINE)] == wanted


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_of_the_way_is_drawn_by_its_script(theme):
    script: dict = {"__name__": "make_way"}
    exec((DOCS / "make_way.py").read_text("utf-8"), script)  # noqa: S102
    assert (DOCS / "pictures" / f"way-{theme}.svg").read_text("utf-8") == script["drawn"](script["THEMES"][theme])


def test_a_page_of_the_site_asks_no_other_machine(tmp_path):
    site: dict = {"__name__": "make_site", "__file__": str(DOCS / "make_site.py")}
    exec((DOCS / "make_site.py").read_text("utf-8"), site)  # noqa: S102
    (tmp_path / "why").mkdir()
    pages = [tmp_path / "index.html", tmp_path / "why" / "layers.html"]
    for page in pages:
        page.write_text(f'<a href="https://example.org">x</a><script src="{site["SHIM"]}" type="a"></script>')
    site["keep_to_itself"](tmp_path)
    assert [re.findall('src="([^"]*)"', page.read_text())[0] for page in pages] == [site["OWN"], f"../{site['OWN']}"]
    assert (DOCS / site["OWN"]).exists()
    for tag in (
        '<img alt="" src="https://example.org/a.png">',
        '<link rel="stylesheet" href="https://example.org/a.css">',
    ):
        pages[1].write_text(tag)
        with pytest.raises(ValueError, match=r"layers\.html asks for https://example\.org/a"):
            site["keep_to_itself"](tmp_path)


def test_the_readme_is_one_screen():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 80

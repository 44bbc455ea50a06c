"""No file imports one that imports it in turn, by way of others or inside a function: between rooms a contract holds
that, and between the files of a room this does."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.static import PACKAGE

ALLOWED = {
    ("sonograph.spectrograms.values", "sonograph.pictures.out.notebook"): "a notebook asks for a picture",
}
"""Which file imports one from above, and why."""


def names_of(top):
    """The files of a package by the names of their modules."""
    files = {}
    for file in top.rglob("*.py"):
        parts = file.relative_to(top.parent).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return files


def imported(node, files):
    """The modules among `files` that a node and all below it import when it runs."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for one in node.orelse:
            yield from imported(one, files)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in files)
    if isinstance(node, ast.ImportFrom):
        assert not node.level, f"from {'.' * node.level}{node.module or ''} import"  # whole names, as everywhere
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            yield from (name for name in [whole if whole in files else node.module] if name in files)
    for one in ast.iter_child_nodes(node):
        yield from imported(one, files)


def imports_of(top):
    """Which modules each module of a package imports."""
    files = names_of(top)
    return {name: set(imported(ast.parse(file.read_text("utf-8")), files)) for name, file in files.items()}


def circle(imports):
    """Modules of which each imports the next, and the last is the first; none where there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


@pytest.fixture(scope="module")
def imports():
    return imports_of(PACKAGE)


def test_no_files_import_each_other(imports):
    assert "sonograph.io.marks" in imports["sonograph.cli.draw"]  # which is inside a function
    assert circle({name: {one for one in found if (name, one) not in ALLOWED} for name, found in imports.items()}) == []


@pytest.mark.parametrize("allowed", ALLOWED)
def test_what_is_allowed_is_needed(imports, allowed):
    rest = {name: {one for one in found if (name, one) not in ALLOWED} for name, found in imports.items()}
    importer, other = allowed
    assert other in imports[importer]
    rest[importer].add(other)
    assert set(allowed) <= set(circle(rest))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("import room.b", "from room.a import x"),
        ("def f():\n    from room import b", "class A:\n    def f(self):\n        import room.a"),
        ("from room.c import x", "from room import x"),
        ("try:\n    import room.b as b\nexcept ImportError:\n    b = None", "from room import a as x"),
    ],
)  # fmt: skip
def test_a_circle_is_found(tmp_path, first, second):
    room = package(tmp_path, a=first, b=second, c="from room.b import x", __init__="from room.a import x")
    found = circle(imports_of(room))
    assert found[0] == found[-1] and {"room.a", "room.b"} <= set(found)


def test_types_alone_and_other_packages_make_none(tmp_path):
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from room.b import x\nimport roomy.b, os"
    room = package(tmp_path, a=types, b="from room import a, other\nimport room.a", __init__="")
    assert imports_of(room) == {"room": set(), "room.a": set(), "room.b": {"room", "room.a"}}
    assert circle(imports_of(room)) == []


def package(folder: Path, **files):
    room = folder / "room"
    room.mkdir()
    for name, text in files.items():
        (room / f"{name}.py").write_text(text + "\n")
    return room

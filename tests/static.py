"""The package read as an editor reads it: without running any of it."""

import ast
from pathlib import Path

import sonograph

PACKAGE = Path(sonograph.__file__).parent


def module(name):
    """The file of a module, parsed."""
    place = PACKAGE.parent / Path(*name.split("."))
    files = (place / "__init__.pyi", place / "__init__.py", place.with_suffix(".py"))
    return ast.parse(next(file for file in files if file.exists()).read_text("utf-8"))


def stub(package="sonograph"):
    """(name, module that it comes from) of a package's `__init__.pyi`, in which a module comes from "sonograph"."""
    for statement in module(package).body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("sonograph"):
            for alias in statement.names:
                assert alias.asname == alias.name, alias.name  # else a type checker keeps it to itself
                yield alias.name, statement.module


def definition(place, name):
    """The function, class or module that a name in a module stands for, followed to where it is written."""
    if place == "sonograph":
        place = dict(stub())[name]
        return module(f"sonograph.{name}") if place == "sonograph" else definition(place, name)
    for statement in ast.walk(module(place)):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name == name:
            if "overload" in [getattr(decorator, "id", "") for decorator in statement.decorator_list]:
                continue  # its types alone; the words follow
            return statement
        if isinstance(statement, ast.ImportFrom) and name in [alias.asname or alias.name for alias in statement.names]:
            return definition(statement.module, name)
    raise AssertionError(f"{place} does not define {name}")

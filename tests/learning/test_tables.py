"""Every kind of settings is computed by Torch and by TensorFlow, or listed as what they cannot, with the reason."""

import ast
from pathlib import Path

import pytest

from sonograph import settings as kinds
from sonograph.features.stages import STAGES
from sonograph.learning import __path__ as rooms
from sonograph.learning.taken_apart import REASONS
from sonograph.settings import KINDS

IN_THE_TRANSFORM = {kinds.StftSettings, kinds.BandSettings}
"""What an engine does, and so does each library by its transform."""


def in_tables(library):
    """The settings types that stand in the tables of a library; read, not imported, as it need not be here."""
    found = set()
    for file in sorted(Path(rooms[0], library).rglob("*.py")):
        for statement in ast.parse(file.read_text("utf-8")).body:
            name = getattr(getattr(statement, "target", None), "id", "")
            if name in ("LINKS", "MEASURES") and isinstance(statement.value, ast.Dict):
                found |= {getattr(kinds, key.id) for key in statement.value.keys}
    return found


@pytest.mark.parametrize("library", ["torch", "tensorflow"])
def test_every_kind_is_in_the_tables_or_listed_with_the_reason(library):
    known = in_tables(library) | IN_THE_TRANSFORM
    assert len(known) > 20
    missing = set(KINDS.values()) - known
    assert missing == set(REASONS), "put the stage into the table, or into REASONS of learning/taken_apart.py"
    assert all(reason.startswith(", as ") for reason in REASONS.values())


def test_every_kind_but_the_transform_has_its_row_among_the_stages():
    assert set(STAGES) == set(KINDS.values()) - {kinds.StftSettings}

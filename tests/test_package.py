"""What a package index shows of us leads somewhere."""

import re
import sys
import tomllib
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture
def build(monkeypatch):
    """hatch_build.py, without Hatch."""
    interface = types.ModuleType("interface")
    interface.MetadataHookInterface = object
    monkeypatch.setitem(sys.modules, "hatchling", types.ModuleType("hatchling"))
    for name in ("metadata", "metadata.plugin", "metadata.plugin.interface"):
        monkeypatch.setitem(sys.modules, f"hatchling.{name}", interface)
    names: dict = {"__name__": "hatch_build"}
    exec((ROOT / "hatch_build.py").read_text("utf-8"), names)  # noqa: S102
    return names


def described(build, monkeypatch, url):
    monkeypatch.setenv("SONOGRAPH_URL", url)
    hook, metadata = build["Hook"](), {}
    hook.root = ROOT
    hook.update(metadata)
    return metadata


def test_every_link_of_the_page_is_absolute_where_there_is_an_address(build, monkeypatch):
    metadata = described(build, monkeypatch, "https://host.example/sonograph/")
    targets = LINK.findall(metadata["readme"]["text"])
    assert len(targets) > 15
    for target in targets:
        kind, path = re.fullmatch(r"https://host\.example/sonograph/(raw|blob)/main/(.*)", target).groups()
        assert (ROOT / path.partition("#")[0]).exists()
        assert (kind == "raw") == (Path(path).suffix in (".png", ".webp", ".svg"))
    assert metadata["urls"]["Repository"] == "https://host.example/sonograph"


def test_no_link_leads_nowhere_where_there_is_none(build, monkeypatch):
    metadata = described(build, monkeypatch, "")
    assert LINK.findall(metadata["readme"]["text"]) == [] and "urls" not in metadata
    assert "| Start | in five minutes |" in metadata["readme"]["text"]


def test_the_package_says_who_made_it_and_leaves_to_the_build_what_it_fills_in():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["authors"] == [{"name": "The Sonograph developers"}]
    assert set(project["dynamic"]) == {"readme", "urls"}

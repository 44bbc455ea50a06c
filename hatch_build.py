"""What a package index shows: README with links that lead somewhere from there, and the project's addresses.

The address of the repository is given when a package is built, SONOGRAPH_URL; without it links to files of the
repository become their words, as they would lead nowhere.
"""

import os
import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


def for_an_index(readme: str, url: str) -> str:
    """README with absolute links: pages and folders as the repository shows them, pictures as they are."""

    def link(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        if not url:
            return "" if picture else words
        return f"{picture}[{words}]({url}/{'raw' if picture else 'blob'}/main/{target})"

    return re.sub(r"(!?)\[([^]]*)\]\(([^)\s]+)\)", link, readme)


class Hook(MetadataHookInterface):
    """Fills in what `dynamic` in pyproject.toml leaves out."""

    def update(self, metadata: dict) -> None:
        """Put README and addresses into the metadata."""
        url = os.environ.get("SONOGRAPH_URL", "").rstrip("/")
        readme = Path(self.root, "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": for_an_index(readme, url)}
        if url:
            pages = {"Repository": "", "Documentation": "/blob/main/docs/index.md", "Issues": "/issues"}
            metadata["urls"] = {name: url + page for name, page in pages.items()}
            metadata["urls"]["Changes"] = f"{url}/blob/main/CHANGELOG.md"

"""Part of the build: the README with links that lead somewhere on a package index, too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)(\[[^\]]*\])\((?![a-z]+:|#)([^)\s]+)\)")
"""A link or a picture of Markdown, to a file of the repository."""


class AbsoluteLinks(MetadataHookInterface):
    """Makes the package's description of README.md."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Let what README.md links to be that of the released version, as it lies in the repository."""
        repository, tag = metadata["urls"]["Repository"], f"v{metadata['version']}"

        def absolute(link: re.Match[str]) -> str:
            picture, text, path = link.groups()
            return f"{picture}{text}({repository}/{'raw' if picture else 'blob'}/{tag}/{path})"

        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": LINK.sub(absolute, text)}

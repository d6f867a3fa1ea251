"""Names of what is imported: those of resources and of variables. Each is given once and never changes."""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
import unicodedata
from collections.abc import Collection, Sequence

from verge_pulumi.importing.keys import LOOKUPS

LONGEST = 64
"""Characters of the name of a resource."""

IMPORTED = frozenset({"pulumi", "by_name", "rule_addresses", *(name for name, _ in LOOKUPS.values())})
"""What a program imports, apart from classes and its own modules."""

RESERVED = IMPORTED.union(keyword.kwlist, keyword.softkwlist, dir(builtins))
"""Names that no variable may have, since the language or an import has given them a meaning."""

OPTIONS = "options"
"""The variable with the options of all resources of a system that is not the program's only one."""

OF_A_PACKAGE = frozenset({"__init__", "__main__", "guest_files", OPTIONS, "config", "protected", "Provider"})
"""Names that no module may have: an import writes such a file by itself, or its ``__init__.py`` has something else."""


def resource_name(text: str) -> str:
    """Return a text as the name of a resource: letters, digits, ``.``, ``_`` and ``-``; "" if nothing is left of it."""
    kept = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", text)).strip("-")
    if len(kept) <= LONGEST:
        return kept
    middle = hashlib.sha256(kept.encode()).hexdigest()[:8]
    half = (LONGEST - len(middle) - 2) // 2
    return f"{kept[:half]}-{middle}-{kept[-half:]}"


_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that no file has on Windows, whatever follows behind a dot."""


def file_name(resource: str) -> str:
    """Return the name of a resource as that of a file, which a checkout on Windows can have too."""
    name = f"file-{resource}" if resource.partition(".")[0].casefold() in _DEVICES else resource
    return f"{name}-" if name.endswith(".") else name


def variable_name(text: str, kind: str) -> str:
    """Return a text as the name of a variable.

    Args:
        text: The name of the resource.
        kind: Its kind, in snake case, which stands in front of what no variable can begin with.
    """
    # Python normalises identifiers itself, so two that look different could be one; only ASCII is left.
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")
    return name if re.match("[a-z]", name) else f"{kind}_{name}".strip("_")


def snake_case(name: str) -> str:
    """Return the name of a class as that of a variable: ``network_rule`` of ``NetworkRule``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Names:
    """Names that are given out, each once; those that differ in case only are the same.

    Args:
        taken: Names that are not to be given.
    """

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def take(self, name: str) -> bool:
        """Say whether a name is free, and take it."""
        if name.casefold() in self._taken:
            return False
        self._taken.add(name.casefold())
        return True

    def first(self, candidates: Sequence[str], joint: str = "-") -> str:
        """Take the first candidate that is free; if none is, the last one with a number behind it."""
        for candidate in candidates:
            if candidate and self.take(candidate):
                return candidate
        number = 2
        while not self.take(f"{candidates[-1]}{joint}{number}"):
            number += 1
        return f"{candidates[-1]}{joint}{number}"

"""What VergeOS gives to a user by itself (docs/vergeos/access.md §1)."""

from __future__ import annotations

from collections.abc import Mapping

from verge_pulumi.engine.declaring.rights import RIGHTS

EVERYTHING = "/"
"""The name of the table that stands for all of them."""

ON_EVERYTHING: Mapping[str, tuple[str, ...]] = {"normal": ("list", "read"), "api": ("list", "read"), "vdi": ("list",)}
"""What a new user may do with everything, by its type."""

ON_ITSELF: Mapping[str, tuple[str, ...]] = dict.fromkeys(ON_EVERYTHING, ("list", "read", "modify"))
"""What it may do with its own row."""

AT_THE_CONSOLE = RIGHTS
"""What may do with everything, up to VergeOS 26.1, who may log in at the machines."""

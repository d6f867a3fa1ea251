"""What is said of rows that are there before a program and stay after it."""

from __future__ import annotations

from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, policy
from verge_pulumi.engine.declaring.declaration import Declared


class Existing(Declared):
    """A row that exists already: the program changes it, and neither makes nor deletes it."""

    on_delete: Attr[Literal["restore", "leave"] | None] = policy(default=None)
    """What becomes of it when the resource is deleted. ``restore``, which it is if unset, puts back what each column
    held when the program began to set it; ``leave`` writes nothing. What somebody else changed since is left too, with
    a warning. A password cannot be put back, since VergeOS never shows one."""

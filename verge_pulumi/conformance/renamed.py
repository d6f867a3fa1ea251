"""Which new column is one that is missing under another name?"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from verge_pulumi.catalogue import Column
from verge_pulumi.catalogue.described import DescribedColumn, same_type

_ALIKE = 0.6
"""How much of two names has to be the same, from 0 to 1."""


def new_name(gone: Column, new: Mapping[str, DescribedColumn]) -> str:
    """Return the name that a missing column may have now; "" where no new column resembles it.

    It is of the same type, and has the same words or a similar name.
    """
    found = [(_likeness(gone, name, each), name) for name, each in new.items()]
    likeness, name = max(found, default=(0.0, ""))
    return name if likeness >= _ALIKE else ""


def _likeness(gone: Column, name: str, new: DescribedColumn) -> float:
    if not same_type(gone, new.type):
        return 0.0
    if gone.choices and new.words is not None and set(gone.choices) == set(new.words):
        return 1.0
    contained = min(len(name), len(gone.name)) > 2 and (name in gone.name or gone.name in name)
    return 0.9 if contained else SequenceMatcher(None, name, gone.name).ratio()

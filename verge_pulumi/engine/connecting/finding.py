"""Rows that a program names: look-ups, and references given as ``by_name("External")``. Each is read once in a run.

A VergeOS answers, or in a unit test what was given to `pulumi.runtime.set_mocks` (docs/testing.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from verge_pulumi.client import Row, VergeError, printable
from verge_pulumi.engine.connecting.answers import Answers, Kind, OfVergeOS
from verge_pulumi.engine.connecting.mocked import OfMocks, key_of
from verge_pulumi.engine.connecting.provider import for_program
from verge_pulumi.engine.errors import EngineError, Refusal, sentence, shown
from verge_pulumi.engine.runtime import provider_process


@dataclass(frozen=True)
class ByName:
    """A reference to a row that this program does not manage; see `by_name`."""

    name: str | int

    def __str__(self) -> str:
        return f"by_name({self.name!r})"


def by_name(name: str | int) -> ByName:
    """Refer to what has that name in VergeOS, wherever a resource is accepted: ``network=by_name("External")``.

    A zone is named by its domain, an address by itself, a router by its number: ``router=by_name(65001)``. It is looked
    up when the program runs, in previews too, on the VergeOS of the resource that it is given to.
    """
    return ByName(name)


def answers(provider: pulumi.ProviderResource | None) -> Answers:
    """Return what answers a program.

    Args:
        provider: Whose VergeOS is meant; None for the default one.

    Raises:
        EngineError: The settings are incomplete, or are not known yet while the program runs.
    """
    mocks = provider_process.mocks()
    return OfVergeOS(for_program(provider)) if mocks is None else OfMocks(mocks, provider)


def find(
    provider: pulumi.ProviderResource | None,
    kind: Kind,
    fields: Sequence[str],
    wanted: Mapping[str, Any],
    within: Mapping[str, Any] | None = None,
    place: str = "",
) -> Row:
    """Return the one row that has the wanted values.

    Args:
        provider: Whose VergeOS; None for the default one.
        kind: What is looked for.
        fields: What to read.
        wanted: By column.
        within: The column that names the parent row, and its key.
        place: What people call that parent, as in " in VM 42".

    Raises:
        Refusal: There is none, there are several, or VergeOS cannot be asked.
    """
    try:
        asked = answers(provider)
        rows = asked.matching(kind, fields, wanted, within)
        if len(rows) == 1:
            return rows[0]
        place = f"{place}{asked.place}"
        if rows:
            keys = ", ".join(map(key_of, rows))
            raise EngineError(f"there are several{place}, with the keys {keys}. Say which by its key.")
        raise EngineError(f"there is none{place}. {asked.advice([(kind, wanted)], within)}".rstrip())
    except (EngineError, VergeError) as error:
        raise _not_found(kind, wanted, error) from None


def find_all(
    provider: pulumi.ProviderResource | None, kind: Kind, fields: Sequence[str], wanted: Mapping[str, Any]
) -> Sequence[Row]:
    """Return all rows that have the wanted values.

    Args:
        provider: Whose VergeOS; None for the default one.
        kind: What is looked for.
        fields: What to read.
        wanted: By column.

    Raises:
        Refusal: VergeOS cannot be asked.
    """
    try:
        return answers(provider).matching(kind, fields, wanted)
    except (EngineError, VergeError) as error:
        raise _not_found(kind, wanted, error) from None


def _not_found(kind: Kind, wanted: Mapping[str, Any], error: Exception) -> Refusal:
    """Return the error that a program ends with."""
    called = " ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in wanted.values())
    what = f"{kind.noun} {printable(called)}".strip()
    return Refusal(shown(sentence(f"Unable to find the {what}: {error}")))

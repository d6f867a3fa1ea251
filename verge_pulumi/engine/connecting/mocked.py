"""What a unit test answers to a program that looks for rows: `pulumi.runtime.set_mocks` (docs/testing.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from verge_pulumi.client import Row
from verge_pulumi.engine.connecting.answers import Kind, Search
from verge_pulumi.engine.errors import EngineError


class MockRow(dict[str, Any]):
    """A row that a unit test made up, by the names of the facts that a look-up returns."""


@dataclass(frozen=True)
class OfMocks:
    """What the mocks of a unit test answer to ``vergeos:<table>:get``: a row, or several as ``{"rows": [...]}``."""

    mocks: pulumi.runtime.Mocks
    provider: pulumi.ProviderResource | None

    place = " in the mocks of this test"

    def matching(
        self,
        kind: Kind,
        fields: Sequence[str],
        wanted: Mapping[str, Any],
        within: Mapping[str, Any] | None = None,
    ) -> Sequence[Row]:
        """Ask for what has these values."""
        return self._rows(kind, _arguments(wanted, within))

    def between(self, kind: Kind, fields: Sequence[str], since: int | None, until: int | None) -> Sequence[Row]:
        """Ask for a period."""
        return self._rows(kind, {"since": since, "until": until})

    def advice(self, searches: Iterable[Search], within: Mapping[str, Any] | None = None) -> str:
        """Say what the mocks were asked."""
        asked = " and ".join(f"{_token(kind)!r} with {_arguments(wanted, within)}" for kind, wanted in searches)
        return f"Let call() answer {asked} by a row such as {{'key': 3}} (docs/testing.md)."

    def _rows(self, kind: Kind, arguments: dict[str, Any]) -> Sequence[Row]:
        name = self.provider.pulumi_resource_name if self.provider else ""
        # Any is right: it is up to a program what it returns.
        answer: Any = self.mocks.call(pulumi.runtime.MockCallArgs(_token(kind), arguments, name))
        answer, failures = answer if isinstance(answer, tuple) else (answer, None)
        if failures:
            raise EngineError("; ".join(str(why) for _, why in failures))
        rows = answer.get("rows", [answer] if answer else []) if isinstance(answer, Mapping) else [answer]
        if not all(isinstance(row, Mapping) for row in rows):
            raise EngineError(f"call() answers {_token(kind)!r} by something else than a dictionary")
        return [MockRow(row) for row in rows]


def _token(kind: Kind) -> str:
    return f"vergeos:{kind.table}:get"


def _arguments(wanted: Mapping[str, Any], within: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name.removeprefix("$"): value for name, value in {**wanted, **(within or {})}.items()}


def key_of(row: Row) -> str:
    """Return the key of a row as references hold it.

    Raises:
        EngineError: The mocks of a unit test do not say it.
    """
    if isinstance(row, MockRow) and "key" not in row:
        raise EngineError(f"call() answers {dict(row)}, which has no 'key'. Let it return the key of the row, too.")
    return str(row["key" if isinstance(row, MockRow) else "$key"])

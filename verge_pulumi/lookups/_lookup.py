"""How a look-up reads the one row that is meant."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_type_hints

import pulumi
from pydantic import TypeAdapter, ValidationError

from verge_pulumi.client import Key, Row, as_key
from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.engine.connecting.finding import find
from verge_pulumi.engine.connecting.mocked import MockRow
from verge_pulumi.engine.errors import Refusal, shown
from verge_pulumi.engine.lifecycle.needs import seen

T = TypeVar("T")


class Lookup(Generic[T]):
    """The look-up of a row, and how its columns become the facts that a dataclass declares."""

    def __init__(self, result: Any, kind: Kind) -> None:
        self.kind = kind
        """The rows among which it looks."""
        self._result = result
        self._adapter: TypeAdapter[T] = TypeAdapter(result)
        hints = get_type_hints(result, include_extras=True)
        self._paths = {
            name: next((each for each in getattr(hint, "__metadata__", ()) if isinstance(each, str)), name)
            for name, hint in hints.items()
        }

    def find(
        self,
        provider: pulumi.ProviderResource | None,
        wanted: dict[str, Any],
        within: dict[str, Any] | None = None,
        place: str = "",
    ) -> T:
        """Return the only row that has the wanted values.

        Args:
            provider: Whose VergeOS; None for the default one.
            wanted: By column.
            within: The column that names the parent row, and its key.
            place: Where that is, as the end of a sentence.

        Raises:
            pulumi.RunError: There is not exactly one.
        """
        return self.facts(find(provider, self.kind, self.projection, wanted, within, place))

    @property
    def tables(self) -> list[str]:
        """The tables that it reads."""
        return seen(self.kind.table, self._paths.values())

    @property
    def projection(self) -> list[str]:
        """What is read of a row."""
        return [f"{path} as {name}" if "#" in path else path for name, path in self._paths.items()]

    def facts(self, row: Row) -> T:
        """Return what a row says.

        Raises:
            pulumi.RunError: It says something else than it can.
        """
        if isinstance(row, MockRow):
            return self._made_up(row)
        facts = {name: row.get(name if "#" in path else path) for name, path in self._paths.items()}
        try:
            return self._adapter.validate_python(facts)
        except ValidationError as error:
            wrong = ", ".join(str(detail["loc"][0]) for detail in error.errors(include_input=False))
            raise pulumi.RunError(
                shown(
                    f"Unable to read the {self.kind.noun} {row.get('$key')}: VergeOS answered something else for "
                    f"{wrong}. Check whether this version of verge-pulumi knows your VergeOS."
                )
            ) from None

    def _made_up(self, row: MockRow) -> T:
        """Return what the mocks of a unit test say. As with Pulumi's own look-ups what they leave out is None."""
        if unknown := row.keys() - self._paths.keys():
            raise pulumi.RunError(
                shown(
                    f"Unable to read the {self.kind.noun} that call() returned: {self._result.__name__} has no "
                    f"{', '.join(sorted(unknown))}. It has {', '.join(self._paths)}."
                )
            )
        facts: T = self._result(**{**dict.fromkeys(self._paths), **row})
        return facts


class Named(Lookup[T]):
    """Looks up what has a name: ``get_network(name="External")`` or ``get_network(key=3)``."""

    def __call__(
        self, *, name: str | None = None, key: Key | None = None, provider: pulumi.ProviderResource | None = None
    ) -> T:
        """Return the one that has that name, or that key."""
        return self.find(provider, one_of(self.kind, name=name, key=key))

    def output(
        self,
        *,
        name: pulumi.Input[str] | None = None,
        key: pulumi.Input[int] | pulumi.Input[str] | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the one that has that name, or that key, when these are known."""
        return pulumi.Output.all(name=name, key=key).apply(lambda known: self(**known, provider=provider))


def one_of(kind: Kind, *, name: str | None, key: Key | None) -> dict[str, Any]:
    if (name is None) == (key is None):
        raise Refusal(
            f"Unable to find a {kind.noun}: name and key are {'both given' if name is not None else 'missing'}. "
            "Give one of them."
        )
    return {"$key": as_key(key)} if key is not None else {kind.label: name}

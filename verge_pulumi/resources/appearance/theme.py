"""Themes: how the user interface looks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.values import Value
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable


class _Definitions(Value):
    """Values by property, which VergeOS takes and answers as a list; an empty value is that of the base."""

    json_types = ("json",)

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("is not a mapping of properties. Give one, such as {'primary': '#336699'}")
        said = {str(name).strip(): str(text).strip() for name, text in value.items()}
        if not all(name and name.isprintable() for name in said):
            raise ValueError("has a property without a name. Give it one")
        return {name: text for name, text in said.items() if text}

    def to_api(self, value: Any) -> Any:
        return [{"property": name, "value": text} for name, text in value.items()]

    def from_api(self, value: Any) -> Any:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        return {str(row["property"]): str(row["value"]) for row in rows if row.get("property") and row.get("value")}


class Theme(Describable, Resource, table="themes", named_by="name", fixed=("created",)):
    """A theme of the user interface: colours instead of those of the base that it is made from.

    The themes that VergeOS comes with are not changed or deleted.
    """

    importing = Importing(given={"system_created": (True,)})  # docs/vergeos/themes.md §1

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it can be chosen."""

    based_on: Attr[Literal["light", "dark"] | None] = arg(default=None, replaces=True)
    """Theme of the system that it is made from; ``light`` if unset."""

    definitions: Attr[Annotated[dict[str, str], _Definitions()] | None] = arg(
        default=None, column="set_definitions", follow="definitions[most]"
    )
    """Values of properties, such as colours of CSS. A property that is left out is left alone; one that is no longer
    there gets the value of the base again."""

    system_created: Attr[bool | None] = computed()
    """Whether VergeOS came with it."""


class ThemeProvider(RowProvider[Theme]):
    """What is special about a theme's life."""

    touched = (touch("theme_definitions"),)

    def outs(self, row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs; of the definitions those that the program knows of, since a base has many more."""
        outs = super().outs(row, kept)
        said, live = kept.get("definitions"), outs.get("definitions")
        if said and live:
            outs["definitions"] = {name: text for name, text in live.items() if name in said and text}
        return outs

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Give properties that the program does not name any more the value of the base (docs/vergeos/themes.md §1)."""
        said = inputs.get("definitions")
        if said is not None:
            gone = dict.fromkeys((state.get("definitions") or {}).keys() - said.keys(), "")
            inputs = {**inputs, "definitions": {**gone, **said}}
        return super().change(id, state, inputs)

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Leave the themes alone that VergeOS comes with."""
        _refuse_systems(id, row)

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Leave the themes alone that VergeOS comes with."""
        _refuse_systems(id, row)


def _refuse_systems(id: str, row: Row) -> None:
    if row.get("system_created"):
        raise EngineError(
            f"theme {id} '{printable(str(row.get('name')))}' came with VergeOS and is left alone. Run 'pulumi state "
            "delete' to forget it"
        )

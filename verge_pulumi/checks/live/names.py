"""Names, and whatever else VergeOS wants to be unique, that rows outside of the stack have already."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.checks.live.stack import whose
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.lifecycle.frame import provider_of
from verge_pulumi.engine.lifecycle.hooks import RowHooks

TAKE_OVER = "set adopt=True to manage that row from here"


class Names:
    """The unique values of the rows of one system."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._existing = existing

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration = planned.resource.declaration
        if not _is_refused_twice(planned):
            return
        if not self._existing.adopts(planned) and not self._existing.is_changed(planned, *declaration.unique):
            return
        row = self._existing.namesake(planned)
        if row is None:
            return
        named = " and ".join(f"{name} '{printable(str(planned.known(name)))}'" for name in _own(declaration))
        within = "".join(f" of {_named(planned, name)}" for name in _places(declaration))
        taken, which = f"{named}{within} is already that of", f"row {row['$key']} of {declaration.table}"
        taker = self._existing.taker(declaration.table, row)
        if taker not in (None, planned):
            yield Mistake(f"{taken} {taker}, which takes over {which}", "Give one of them another name.")
        elif not self._existing.owns(declaration.table, row, planned):
            cause, other = f"{taken} {which}, {whose(row)}", "Choose another one"
            # What is there already is renamed, and takes over nothing.
            advice = f"{other}." if planned.arguments.get("adopt") else f"{other}, or {TAKE_OVER}."
            yield Doubt(f"{cause}, a lease", advice) if _is_lease(declaration, row) else Mistake(cause, advice)


def _is_refused_twice(planned: Planned) -> bool:
    """Say whether VergeOS refuses a second object, and none of them is there for every program to use."""
    declaration, provider = planned.resource.declaration, provider_of(type(planned.resource))
    if isinstance(declaration.life, ExistsAlready) or not _own(declaration) or not issubclass(provider, RowHooks):
        return False
    return provider.made_by_vergeos is RowHooks.made_by_vergeos


def _is_lease(declaration: Declaration, row: Row) -> bool:
    """Say whether a row goes by itself, so that it may be gone by the update (docs/vergeos/networks.md §6)."""
    return declaration.table == "vnet_addresses" and row.get("type") == "dynamic"


def _own(declaration: Declaration) -> list[str]:
    """Return what is unique of an object, other than where it belongs to."""
    return [name for name in declaration.unique if not isinstance(declaration.inputs[name], Reference)]


def _places(declaration: Declaration) -> list[str]:
    return [name for name in declaration.unique if isinstance(declaration.inputs[name], Reference)]


def _named(planned: Planned, name: str) -> str:
    value = planned.known(name)
    return str(value) if isinstance(value, Planned) else f"{name} {value}"

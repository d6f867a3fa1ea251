"""Names, and whatever else VergeOS wants to be unique, that rows outside of the stack have already."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.checks.live.stack import Stack, takes_over, whose
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.lifecycle.frame import provider_of
from verge_pulumi.engine.lifecycle.hooks import RowHooks


class Names:
    """The unique values of the rows of one system."""

    def __init__(self, site: Site, stack: Stack) -> None:
        self._stack = stack
        self._existing = Existing(site, stack)

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration = planned.resource.declaration
        if takes_over(planned) or not _is_refused_twice(planned):
            return
        if not self._stack.is_changed(planned, *declaration.unique):
            return
        row = self._existing.namesake(planned)
        if row is not None and not self._stack.owns(declaration.table, row, planned):
            named = " and ".join(f"{name} '{printable(str(planned.known(name)))}'" for name in _own(declaration))
            within = "".join(f" of {_named(planned, name)}" for name in _places(declaration))
            cause = f"{named}{within} is already that of row {row['$key']} of {declaration.table}, {whose(row)}"
            advice = "Choose another one, or set adopt=True to manage that row from here."
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

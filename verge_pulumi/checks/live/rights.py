"""Rights that the account of a run has not, of those that making or changing a resource takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from verge_pulumi.checks.findings import Doubt, Finding
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site, tell
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import SEE, Right, Stage
from verge_pulumi.engine.lifecycle.granted import Granted, granted
from verge_pulumi.engine.lifecycle.needs import rights_of


class Rights:
    """What the account may do on one system."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing
        self._kinds: set[type[BaseResource]] = set()
        self._told: set[tuple[str, Right]] = set()

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        kind, declaration = type(planned.resource), planned.resource.declaration
        self._kinds.add(kind)
        if not self._existing.is_changed(planned, *declaration.inputs):
            return
        stage: Stage = "update" if self._existing.outputs(planned) else "create"
        # A reference to one of several kinds is to one that was declared before, or is given by its key.
        missing = self._granted.compare(rights_of(kind, stage, self._kinds)).missing
        lacking: set[tuple[str, Right]] = {(table, right) for table, rights in missing.items() for right in rights}
        if new := lacking - self._told:
            self._told |= new
            listed = ", ".join(f"{right} {table}" for table, right in sorted(new))
            yield Doubt(f"{self._granted.who} may not {listed}", "Give the account these rights, or use another one.")

    @cached_property
    def _granted(self) -> Granted:
        def ask(connection: Connection) -> Granted:
            # With an API key a user name is needed for nothing else, so it says whose the key is.
            stack, claimed = self._existing.stack.name, connection.settings.username
            return granted(connection, stack, claimed, lambda table, *_: self._site.listed(table).values())

        found = self._site.ask(ask, "what the account may do")
        why = found.unknown or ("" if _writes(found) else f"{found.who} may only look, which is enough for a preview")
        if why:
            # It is so by intention as a rule, which nobody has to be warned of.
            tell(f"what the account may do is left out: {why}", warning=False)
        return replace(found, complete=False) if why else found


def _writes(granted: Granted) -> bool:
    """Say whether an account may write to any table; one that may not is meant for previews."""
    return any(rights - SEE for rights in granted.on_tables.values())

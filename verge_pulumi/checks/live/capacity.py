"""Memory, cores and storage: does what a run adds fit beside what there is, also when a node fails?

Only what is added counts: a machine that is to run and does not, one that runs and grows, a drive that is new or grows.
What is deleted in the same run counts as there, since Pulumi deletes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.live.clusters import Clusters
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site, number
from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.declaring.roles import MIB
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.resources.compute.drive import Drive
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.power import Power


class Capacity:
    """What a run adds to one system."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing
        self._clusters = Clusters(site)
        self._stored: Counter[str] = Counter()

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        match planned.resource:
            case VirtualMachine():
                yield from self._machine(planned)
            case Power():
                yield from self._power(planned)
            case Drive():
                yield from self._drive(planned)

    def _machine(self, planned: Planned) -> Iterator[Finding]:
        """Compare with what one VM may have, and count by how much one that runs grows."""
        if not self._existing.is_changed(planned, "ram", "cpu_cores", "cluster"):
            return
        row = self._existing.row(planned)
        ram, cores = self._asked(planned, "ram") * MIB, self._asked(planned, "cpu_cores")
        cluster = self._clusters.of(planned, row)
        yield from cluster.one(ram, cores)
        if row is not None and row.get("running"):
            grown = max(ram - number(row.get("ram")) * MIB, 0), max(cores - number(row.get("cpu_cores")), 0)
            yield from cluster.add(*grown)

    def _power(self, planned: Planned) -> Iterator[Finding]:
        """Count a VM that is to run and does not."""
        machine = planned.known("of")
        if not isinstance(machine, Planned) or not isinstance(machine.resource, VirtualMachine):
            return
        if planned.known("state") != "running" or not self._existing.is_changed(planned, "state", "of"):
            return
        row = self._existing.row(machine)
        if row is None and self._existing.is_open(machine):
            return  # it may be one that runs
        if row is None or not row.get("running"):
            ram, cores = self._asked(machine, "ram") * MIB, self._asked(machine, "cpu_cores")
            yield from self._clusters.of(machine, row).add(ram, cores)

    def _asked(self, machine: Planned, name: str) -> int:
        """Return how much a VM asks for; what a copy leaves unset is as in its original, and counts as nothing here."""
        copied = machine.resource.declaration.roles.said("original", machine.arguments) is not None
        known = self._existing.said(machine, name, None if copied else machine.attributes[name].unset)
        return int(known) if known is not None else 0

    def _drive(self, planned: Planned) -> Iterator[Finding]:
        tier, size = planned.known("preferred_tier"), planned.known("disksize")
        # Which tier VergeOS takes by itself is not known.
        if tier is None or not self._existing.is_changed(planned, "preferred_tier", "disksize", "media"):
            return
        rows = self._site.rows("storage_tiers").values()
        tiers = {str(row.get("tier")): row for row in rows if number(row.get("capacity"))}
        if tier in tiers:
            yield from self._store(planned, tier, size, tiers[tier]) if size is not None else ()
        elif tiers:  # who may not list them sees none
            cause = f"there is no storage in tier {tier}; the tiers with drives are: {', '.join(sorted(tiers))}"
            yield Mistake(cause, "Choose one of them.")

    def _store(self, planned: Planned, tier: str, size: str, row: Row) -> Iterator[Finding]:
        """Count by how much a drive grows. Drives take space as they are filled, so that little is certain before."""
        if self._existing.is_open(planned):
            return  # it may have that size
        sizes, held = planned.attributes["disksize"].value, self._existing.stack.held(planned)
        if sizes.to_api(size) > (whole := number(row.get("capacity"))):
            cause = (
                f"disksize {in_units(sizes.to_api(size))} is more than all of tier {tier}, which has {in_units(whole)}"
            )
            yield Mistake(cause, "Ask for less, choose another tier, or add storage first.")
            return
        there = held.outputs if held else self._existing.row(planned) or {}
        before = there.get("disksize") if str(there.get("preferred_tier")) == tier else None
        added = sizes.to_api(size) - (sizes.to_api(before) if before else 0)
        left = max(number(row.get("capacity")) - number(row.get("used")), 0)
        fitted = self._stored[tier] <= left
        self._stored[tier] += max(added, 0)
        if fitted and self._stored[tier] > left:
            cause = (
                f"with it this run adds {in_units(self._stored[tier])} to tier {tier}, where {in_units(left)} are left"
            )
            yield Doubt(cause, "Drives take space as they are filled; add storage before these are, or ask for less.")

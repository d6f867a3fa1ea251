"""The clusters of a system: what their nodes have, what is used of it, and what a run adds.

Which part of a node's memory VergeOS keeps for itself no source tells, so all of it counts: what is said not to fit
certainly does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.live.site import Site, number
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.declaring.roles import MIB
from verge_pulumi.engine.declaring.values import in_units


@dataclass
class Cluster:
    """One cluster, or all of them where nobody knows which one VergeOS takes.

    Attributes:
        name: What people call it.
        nodes: Bytes of memory of each node that runs; none where that is not known.
        ram: Bytes that they have together, with what may be handed out twice.
        used_ram: Bytes that those have which run.
        cores: Cores of the nodes.
        used_cores: Virtual cores of the machines that run.
        most_ram: Bytes that one machine may have; 0 for no limit.
        most_cores: Virtual cores that one machine may have; 0 for no limit.
    """

    name: str
    nodes: tuple[int, ...]
    ram: int
    used_ram: int
    cores: int
    used_cores: int
    most_ram: int = 0
    most_cores: int = 0
    added_ram: int = field(default=0, init=False)
    added_cores: int = field(default=0, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    def one(self, ram: int, cores: int) -> Iterator[Finding]:
        """Compare one machine with what any machine may have."""
        if 0 < self.most_ram < ram:
            cause = (
                f"{in_units(ram)} of RAM are more than the {in_units(self.most_ram)} that {self.name} gives to one VM"
            )
            yield Mistake(cause, "Ask for less, or raise max_ram_per_vm of the cluster.")
        elif self.nodes and ram > max(self.nodes):
            cause = f"{in_units(ram)} of RAM are more than any node of {self.name} has: {in_units(max(self.nodes))}"
            yield Mistake(cause, "Ask for less; a VM runs on one node.")
        if 0 < self.most_cores < cores:
            cause = f"{cores} cores are more than the {self.most_cores} that {self.name} gives to one VM"
            yield Mistake(cause, "Ask for less, or raise max_cores_per_vm of the cluster.")

    def add(self, ram: int, cores: int) -> Iterator[Finding]:
        """Count what is to run in addition, and tell if it does not fit, or only as long as no node fails."""
        self.added_ram += ram
        self.added_cores += cores
        if ram and self.nodes:
            yield from self._memory()
        if cores and 0 < self.cores < self.used_cores + self.added_cores and self._first("cores"):
            cause = f"with it {self.name} runs {self.used_cores + self.added_cores} virtual cores on {self.cores} cores"
            yield Doubt(cause, "They take turns; ask for less if they shall not.")

    def _memory(self) -> Iterator[Finding]:
        free, largest = max(self.ram - self.used_ram, 0), max(self.nodes)
        added, left = in_units(self.added_ram), in_units(free)
        cause = f"with it this run adds {added} of RAM to {self.name}, where {left} are left"
        if self.added_ram > free:
            yield Mistake(cause, "Ask for less, or make room there first.")
        elif len(self.nodes) > 1 and self.added_ram > free - largest and self._first("ram"):
            cause = f"{cause}; if the largest node fails, with {in_units(largest)}, not all of its machines start again"
            yield Doubt(cause, "Ask for less if they have to.")

    def _first(self, what: str) -> bool:
        """Say whether something is told for the first time; what comes after it is no news."""
        new = what not in self._told
        self._told.add(what)
        return new


class Clusters:
    """The clusters of one system."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def of(self, machine: Planned, row: Row | None) -> Cluster:
        """Return the cluster on which a VM is to run; all together where VergeOS chooses among several.

        Args:
            machine: The VM.
            row: The VM as it is; None where it is new.

        Raises:
            NotAsked: The clusters or their nodes cannot be listed.
        """
        wanted = machine.known("cluster")
        if wanted is None and row is not None and machine.arguments.get("cluster") is None:
            wanted = row.get("cluster") or row.get("machine_cluster")
        if wanted is not None and str(wanted) in self._clusters:
            return self._clusters[str(wanted)]
        return next(iter(self._clusters.values())) if len(self._clusters) == 1 else self._together

    @cached_property
    def _clusters(self) -> dict[str, Cluster]:
        nodes = self._site.rows("nodes").values()
        return {
            key: _cluster(row, [node for node in nodes if str(node.get("cluster")) == key])
            for key, row in self._site.rows("clusters").items()
            if row.get("compute") is not False
        }

    @cached_property
    def _together(self) -> Cluster:
        each = self._clusters.values()
        known = all(cluster.nodes for cluster in each)
        return Cluster(
            name="all clusters together",
            nodes=tuple(node for cluster in each for node in cluster.nodes) if known else (),
            ram=sum(cluster.ram for cluster in each),
            used_ram=sum(cluster.used_ram for cluster in each),
            cores=sum(cluster.cores for cluster in each) if known else 0,
            used_cores=sum(cluster.used_cores for cluster in each),
        )


def _cluster(row: Row, nodes: Collection[Row]) -> Cluster:
    # Who may not see all of its nodes cannot tell what it has.
    nodes = [node for node in nodes if _is_there(node)] if len(nodes) >= number(row.get("total_nodes")) else ()
    ram = tuple(number(node.get("ram")) * MIB for node in nodes)
    return Cluster(
        name=f"the cluster '{printable(str(row.get('name')))}'",
        nodes=ram,
        ram=sum(ram) * (100 + number(row.get("ram_overcommit_pct"))) // 100,
        used_ram=number(row.get("used_ram")) * MIB,
        cores=sum(number(node.get("cores")) for node in nodes),
        used_cores=number(row.get("used_cores")),
        most_ram=number(row.get("max_ram_per_vm")) * MIB,
        most_cores=number(row.get("max_cores_per_vm")),
    )


def _is_there(node: Row) -> bool:
    """Say whether machines can run on a node."""
    return node.get("running") is not False and not node.get("maintenance")

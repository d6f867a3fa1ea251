"""The clusters of a system: what their nodes have for machines, what is used of it, and what a run adds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.live.site import Site, number
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.declaring.roles import MIB
from verge_pulumi.engine.declaring.values import in_units


@dataclass(frozen=True, kw_only=True)
class Node:
    """What a node has for machines (docs/vergeos/system.md §6).

    Attributes:
        ram: Bytes of memory that it gives to machines.
        room: The same with what is handed out twice.
        kept: Bytes that it keeps free for the machines of a node that fails.
        cores: Its cores.
        runs: Whether machines can run on it now.
    """

    ram: int
    room: int
    kept: int
    cores: int
    runs: bool


@dataclass
class Cluster:
    """One cluster, or all of them where nobody knows which one VergeOS takes.

    Attributes:
        name: What people call it.
        nodes: All of its nodes; none where they are not known.
        used_ram: Bytes that those machines have which run.
        used_cores: Virtual cores of these.
        most_ram: Bytes that one machine may have; 0 for no limit.
        most_cores: Virtual cores that one machine may have; 0 for no limit.
    """

    name: str
    nodes: tuple[Node, ...]
    used_ram: int
    used_cores: int
    most_ram: int = 0
    most_cores: int = 0
    added_ram: int = field(default=0, init=False)
    added_cores: int = field(default=0, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    @property
    def _running(self) -> list[Node]:
        return [node for node in self.nodes if node.runs]

    def one(self, ram: int, cores: int) -> Iterator[Finding]:
        """Compare one machine with what any machine may have."""
        largest, now = (_largest([node.ram for node in nodes]) for nodes in (self.nodes, self._running))
        if 0 < self.most_ram < ram:
            cause = (
                f"{in_units(ram)} of RAM are more than the {in_units(self.most_ram)} that {self.name} gives to one VM"
            )
            yield Mistake(cause, "Ask for less, or raise max_ram_per_vm of the cluster.")
        elif 0 < largest < ram:
            cause = f"{in_units(ram)} of RAM are more than any node of {self.name} gives to VMs: {in_units(largest)}"
            yield Mistake(cause, "Ask for less; a VM runs on one node.")
        elif 0 < now < ram:
            cause = f"{in_units(ram)} of RAM are more than any node of {self.name} that runs now gives to VMs: "
            advice = "Ask for less, or let a larger node run first; a VM runs on one node."
            yield Doubt(f"{cause}{in_units(now)}", advice)
        if 0 < self.most_cores < cores:
            cause = f"{cores} cores are more than the {self.most_cores} that {self.name} gives to one VM"
            yield Mistake(cause, "Ask for less, or raise max_cores_per_vm of the cluster.")

    def add(self, ram: int, cores: int) -> Iterator[Finding]:
        """Count what is to run in addition, and tell if it does not fit, or only as long as no node fails."""
        self.added_ram += ram
        self.added_cores += cores
        if ram and self._running:
            yield from self._memory()
        if cores and self._running:
            yield from self._processors()

    def _memory(self) -> Iterator[Finding]:
        """Compare with what is free, and with what is left of that if a node fails, or is kept free for that."""
        rooms, kept = [node.room for node in self._running], sum(node.kept for node in self._running)
        if not all(rooms):
            return  # a node does not tell it
        free, lost = max(sum(rooms) - self.used_ram, 0), _of_one(rooms)
        added, left = in_units(self.added_ram), in_units(free)
        cause = f"with it this run adds {added} of RAM to {self.name}, where {left} are left"
        if self.added_ram > free:
            yield Mistake(cause, "Ask for less, or make room there first.")
        elif self.added_ram > free - max(lost, kept) and self._first("ram"):
            failed = f"if the largest node fails, with {in_units(lost)}, not all of its machines start again"
            reserved = f"the nodes keep {in_units(kept)} of it (failover_ram) for the machines of one that fails"
            yield Doubt(f"{cause}; {failed if lost >= kept else reserved}", "Ask for less if all have to start again.")

    def _processors(self) -> Iterator[Finding]:
        """Compare with the cores that there are, and with those that are left if a node fails."""
        each, used = [node.cores for node in self._running], self.used_cores + self.added_cores
        if not all(each):
            return
        cores, left = sum(each), sum(each) - _of_one(each)
        cause = f"with it {self.name} runs {used} virtual cores on {cores} cores"
        if cores < used and self._first("cores"):
            yield Doubt(cause, "They take turns; ask for less if they shall not.")
        elif left < used <= cores and self._first("cores that are left"):
            cause = f"{cause}; if the node with most of them fails, they share {left}"
            yield Doubt(cause, "They take turns then; ask for less if they shall not.")

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
            used_ram=sum(cluster.used_ram for cluster in each),
            used_cores=sum(cluster.used_cores for cluster in each),
        )


def _cluster(row: Row, nodes: Collection[Row]) -> Cluster:
    # Who may not see all of its nodes cannot tell what it has.
    nodes = nodes if len(nodes) >= number(row.get("total_nodes")) else ()
    return Cluster(
        name=f"the cluster '{printable(str(row.get('name')))}'",
        nodes=tuple(_node(node, number(row.get("ram_overcommit_pct"))) for node in nodes),
        used_ram=number(row.get("used_ram")) * MIB,
        used_cores=number(row.get("used_cores")),
        most_ram=number(row.get("max_ram_per_vm")) * MIB,
        most_cores=number(row.get("max_cores_per_vm")),
    )


def _node(row: Row, overcommit: int) -> Node:
    # What VergeOS keeps of `ram` for itself machines never get; where it does not tell the rest, all of it counts.
    ram = (number(row.get("vm_ram")) or number(row.get("ram"))) * MIB
    return Node(
        ram=ram,
        room=ram * (100 + overcommit) // 100,
        kept=number(row.get("failover_ram")) * MIB,
        cores=number(row.get("cores")),
        runs=row.get("running") is not False and not row.get("maintenance"),
    )


def _largest(each: Sequence[int]) -> int:
    """Return what the largest node has; 0 where one of them does not tell."""
    return max(each) if each and all(each) else 0


def _of_one(each: Sequence[int]) -> int:
    """Return what is lost if the largest of several nodes fails; of the only one there is nothing to fall back on."""
    return max(each) if len(each) > 1 else 0

"""What a stack may hold: limits that a program sets for itself, seen to before anything is written.

```python
pulumi.runtime.register_stack_transformation(policies.enforce(policies.Limits(max_cores=64, max_ram="256GiB")))
```

They hold for what is declared after that line. In the ``transformations`` of a component they hold for its parts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pulumi

from verge_pulumi.checks.findings import Mistake, refuse
from verge_pulumi.checks.rules import rules_of
from verge_pulumi.client import printable
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.problems import Several, problem
from verge_pulumi.engine.declaring.program import Given, Planned
from verge_pulumi.engine.declaring.roles import Role
from verge_pulumi.engine.declaring.values import Size, in_units, value_of
from verge_pulumi.engine.errors import Unfit, refusal, written_at
from verge_pulumi.resources.firewall._rule_sets import NOTHING_KNOWN, addresses_of
from verge_pulumi.resources.firewall.firewall import Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule

EVERYTHING = [span for text in ("0.0.0.0/0", "::/0") for span in addresses_of(text, NOTHING_KNOWN).spans]

_size = value_of(Size)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a stack may hold; what is None is not limited.

    Attributes:
        max_cores: Virtual cores of all its virtual machines together.
        max_ram: Their memory together, in bytes or as a text such as ``256GiB``.
        max_disk: The sizes of its drives together, in bytes or as a text such as ``2TiB``.
        public_rules: Whether a rule may let in what comes from anywhere, on an external network or on one that this
            program does not declare, which may be external.
        protected: Patterns such as ``db-*``. What has such a name in the program gets Pulumi's option ``protect``.
        required_tags: Names of categories of which each virtual machine must have a tag, by its argument `tags`.
        snapshot_profiles: Whether what can have a snapshot profile must have one: each virtual machine.
        prefix: What the names begin with that are unique on the system, as those of machines and networks are.
    """

    max_cores: int | None = None
    max_ram: int | str | None = None
    max_disk: int | str | None = None
    public_rules: bool = True
    protected: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()
    snapshot_profiles: bool = False
    prefix: str | None = None

    def sizes(self) -> tuple[int | None, int | None]:
        """Return `max_ram` and `max_disk` in bytes.

        Raises:
            Unfit: One of them is no size.
        """
        return _bytes("max_ram", self.max_ram), _bytes("max_disk", self.max_disk)


def enforce(limits: Limits) -> pulumi.ResourceTransformation:
    """Return a transformation that refuses the resource which goes beyond the limits, and protects what they name.

    What is an output, and so not known while the program runs, is not counted.

    Raises:
        Refusal: `max_ram` or `max_disk` is no size.
    """
    return _Guard(limits)


class _Guard:
    """The limits, and what has been used of them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        try:
            ram, disk = limits.sizes()
        except Unfit as error:
            raise refusal(written_at(Limits), error.shown) from None
        self._counts: Mapping[Role, _Count] = {
            "cores": _Count(limits.max_cores, lambda count: f"{count} cores"),
            "ram": _Count(ram, lambda size: f"{in_units(size)} of RAM"),
            "disk": _Count(disk, lambda size: f"{in_units(size)} of disk"),
        }

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """Look at one more resource."""
        announced = program.current().planned(args.resource)
        if announced is not None:
            # Transformations before this one may have changed what was announced; references stay what they are.
            links = {name: given for name, given in announced.arguments.items() if isinstance(given, Planned)}
            planned = dataclasses.replace(announced, arguments={**args.props, **links})
            refuse(planned, self._mistakes(planned))
        if not isinstance(args.resource, Declared) or not self._protects(args.name):
            return None
        opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
        return pulumi.ResourceTransformationResult(args.props, opts)

    def _protects(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._limits.protected)

    def _mistakes(self, planned: Planned) -> Iterator[Mistake]:
        prefix, name = self._limits.prefix, planned.known("name")
        if prefix and name and planned.resource.declaration.unique == ("name",) and not name.startswith(prefix):
            yield Mistake(f"its name '{printable(name)}' does not begin with '{prefix}'", "Name it so.")
        for role, count in self._counts.items():
            for amount in _amounts(planned, role):
                yield from count.add(amount)
        if self._limits.snapshot_profiles and _is_unprotected(planned):
            cause = "no snapshot profile takes snapshots of it, and the stack has no machine without one"
            yield Mistake(cause, "Say in snapshot_profile which one does.")
        for category in _missing_tags(planned, self._limits.required_tags):
            cause = f"it has no tag of the category '{printable(category)}', and the stack has no machine without one"
            yield Mistake(cause, "Put one on it by tags=[...].")
        if not self._limits.public_rules:
            for rule in _public_rules(planned):
                cause = f"{rule} lets in what comes from anywhere, and the stack has no public rules"
                yield Mistake(cause, "Say in source_ip where it may come from.")


class _Count:
    """How much there is of something, and how much there may be."""

    def __init__(self, most: int | None, tell: Callable[[int], str]) -> None:
        self._most = most
        self._tell = tell
        self._used = 0

    def add(self, count: int) -> Iterator[Mistake]:
        """Count something more, and complain if that is too much."""
        self._used += count
        if self._most is not None and self._used > self._most:
            cause = f"with it the stack has {self._tell(self._used)}, and the limit is {self._tell(self._most)}"
            yield Mistake(cause, "Ask for less, or raise the limit.")


def _bytes(limit: str, size: Any) -> int | None:
    try:
        return None if size is None else int(_size.to_api(size))
    except ValueError as error:
        raise Several([problem(limit, size, error)]) from None


def _is_unprotected(planned: Planned) -> bool:
    """Say whether something is not snapshotted by itself that could be, as far as the program knows."""
    roles = planned.resource.declaration.roles
    # What is unset of a copy is as it is in the original, which nobody knows here.
    copied = roles.said("original", planned.arguments) is not None
    return "snapshots" in roles and not copied and roles.said("snapshots", planned.arguments) is None


def _missing_tags(planned: Planned, required: Iterable[str]) -> Iterator[str]:
    """Yield the categories of which a machine has no tag, as far as the program knows the categories of its tags."""
    given = planned.parts.get("tags") or ()
    if planned.resource.declaration.review.drawn != "server" or isinstance(given, str):
        return
    categories = {_category_of(tag) for tag in (given.values() if isinstance(given, Mapping) else given)}
    if None not in categories:
        yield from (name for name in required if name not in categories)


def _category_of(tag: Any) -> str | None:
    """Return the name of the category of a tag; None if it is none of this program, or its name is not known."""
    linked = program.current().linked(tag)
    category = linked.known("category") if isinstance(linked, Planned) else None
    return category.known("name") if isinstance(category, Planned) else None


def _amounts(planned: Planned, role: Role) -> Iterator[int]:
    """Yield how much a resource asks for, as far as the program knows."""
    declaration = planned.resource.declaration
    # What is unset of a copy is as it is in the original, which nobody knows here.
    copied = declaration.roles.said("original", planned.arguments) is not None
    for name in declaration.roles.named(role):
        attribute = declaration.inputs[name]
        known = planned.said(name, None if copied else attribute.unset)
        if known is not None:
            yield int(attribute.value.to_api(known)) * (attribute.unit or 1)


def _public_rules(planned: Planned) -> Iterator[str]:
    """Name those rules of a resource that let in what comes from anywhere, as far as the program knows."""
    network = planned.known("network")
    if isinstance(network, Planned) and network.said("type", "internal") not in ("external", None):
        return
    match planned.resource:
        case NetworkRule() if _is_open(planned):
            yield "it"
        case Firewall():
            yield from (f"rule '{printable(rule.known('name'))}'" for rule in rules_of(planned) if _is_open(rule))


def _is_open(rule: Given) -> bool:
    source, action = rule.said("source_ip", ""), rule.said("action", "accept")
    if rule.said("direction", "incoming") != "incoming" or action not in ("accept", "translate"):
        return False
    return rule.known("enabled") is not False and source is not None and _is_anywhere(source)


def _is_anywhere(source: str) -> bool:
    """Say whether addresses as rules write them are all there are, in one piece or in several."""
    spans = () if source == "default" else addresses_of(source, NOTHING_KNOWN).spans
    return any(low <= first and last <= high for low, high in spans for first, last in EVERYTHING)

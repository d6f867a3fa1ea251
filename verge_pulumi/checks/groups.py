"""Groups: rights that are given to a group that nobody is in."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.checks.findings import Doubt, Finding, warn
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.access.group import Group
from verge_pulumi.resources.access.group_member import GroupMember
from verge_pulumi.resources.access.permission import Permission


class Groups:
    """The groups of one system and who is in them."""

    def __init__(self) -> None:
        self._filled: set[Planned] = set()
        self._permitted: set[Planned] = set()
        self._unknown = False

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource; what there is to say is said when the program has declared all."""
        match planned.resource:
            case GroupMember():
                group = planned.known("group")
                if isinstance(group, Planned):
                    self._filled.add(group)
                self._unknown |= group is None  # any of them may be meant
            case Permission():
                self._permission(planned.known("who"))
        return iter(())

    def _permission(self, group: object) -> None:
        # One that is taken over may have members already.
        declared = isinstance(group, Planned) and isinstance(group.resource, Group) and not group.arguments.get("adopt")
        if isinstance(group, Planned) and declared and group not in self._permitted:
            self._permitted.add(group)
            # Members are often declared last. When Pulumi knows the group, the program has said all.
            group.resource.urn.apply(lambda _: self._looked_at(group))

    def _looked_at(self, group: Planned) -> None:
        if group not in self._filled and not self._unknown:
            cause = "it has a Permission, and nobody is in it as far as this program tells"
            warn(group, Doubt(cause, "Declare a GroupMember, unless others add members."))

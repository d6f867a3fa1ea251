"""Accounts for pipelines, which may do what a program takes and nothing else.

```python
ci = preview_account("ci", uses=[Network, Server, get_cluster])
pulumi.export("ci-key", ci.key.private_key)
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypedDict, Unpack

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.component import Component
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import RIGHTS, SEE, STAGES, Rights, Stage
from verge_pulumi.engine.errors import Unfit, given_as, refusal
from verge_pulumi.engine.lifecycle.needs import SYSTEM, Kinds, choices, merged, rights_for
from verge_pulumi.lookups import Lookup
from verge_pulumi.resources.access.api_key import ApiKey
from verge_pulumi.resources.access.group import Group
from verge_pulumi.resources.access.group_member import GroupMember
from verge_pulumi.resources.access.permission import Permission
from verge_pulumi.resources.access.user import User
from verge_pulumi.review.kinds import every_kind
from verge_pulumi.review.report.capacity import ROOM_TABLES

__all__ = ["Account", "deploy_account", "preview_account"]


class Login(TypedDict, total=False):
    """How an account logs in."""

    name: str
    """Name of the user and of its group; the account's name in the program if unset."""

    password: pulumi.Input[str]
    """Log in with a password instead of an API key, which VergeOS has since 26.0."""

    rotation: str
    """Another text makes another key, or writes the password again."""

    ip_allow_list: Sequence[str]
    """Addresses and networks from which the key is accepted; all if unset."""

    expires: str
    """When the key ends, such as ``2030-01-31T12:00:00Z``; never if unset."""


class Account(pulumi.ComponentResource):
    """A user that is in a group of its own, and may do what the group may.

    Attributes:
        user: The user.
        group: The group. Others who shall have the same rights join it.
        member: That it is in the group.
        permissions: What the group may do, by table.
    """

    makes: ClassVar[tuple[type[BaseResource], ...]] = (User, Group, GroupMember, Permission, ApiKey)
    """The resources that it makes."""

    def __init__(
        self, resource_name: str, rights: Rights, opts: pulumi.ResourceOptions | None = None, **login: Unpack[Login]
    ) -> None:
        super().__init__("vergeos:index:Account", resource_name, None, opts)
        name, password = login.get("name", resource_name), login.get("password")
        rotation = login.get("rotation")
        within = pulumi.ResourceOptions(parent=self, custom_timeouts=opts.custom_timeouts if opts else None)
        self.group = Group(resource_name, opts=within, name=name, description="rights of an account")
        self.user = User(
            f"{resource_name}-user",
            opts=within,
            name=name,
            type="api",
            password=password,
            rotation=rotation if password is not None else None,
        )
        # VergeOS lets a new user read everything, and change itself (docs/vergeos/access.md §1).
        Permission(f"{resource_name}-everything", opts=within, who=self.user, table="/", list=False)
        Permission(f"{resource_name}-itself", opts=within, who=self.user, table="users", row=self.user.key, read=True)
        self.permissions: Mapping[str, Permission] = {
            table: Permission(
                f"{resource_name}-{table}",
                opts=within,
                who=self.group,
                table=table,
                **dict.fromkeys([right for right in RIGHTS if right in given], True),
            )
            for table, given in rights.items()
        }
        self.member = GroupMember(f"{resource_name}-member", opts=within, group=self.group, member=self.user)
        self._key = None if password is not None else _key(resource_name, self.user, within, login)
        self.register_outputs({})

    @property
    def key(self) -> ApiKey:
        """The API key, whose `private_key` is a secret.

        Raises:
            AttributeError: The account logs in with a password.
        """
        if self._key is None:
            raise AttributeError(f"Account '{self.pulumi_resource_name}' logs in with a password and has no key")
        return self._key


def _key(resource_name: str, user: User, opts: pulumi.ResourceOptions, login: Login) -> ApiKey:
    allowed = login.get("ip_allow_list")
    return ApiKey(
        f"{resource_name}-key",
        opts=opts,
        user=user,
        name=resource_name,
        rotation=login.get("rotation"),
        expires=login.get("expires"),
        ip_allow_list=None if allowed is None else list(allowed),
    )


def preview_account(
    resource_name: str, *, uses: Iterable[object], opts: pulumi.ResourceOptions | None = None, **login: Unpack[Login]
) -> Account:
    """Declare an account that previews programs and reads what they manage, and writes nothing.

    It is enough for ``pulumi preview --refresh``, ``pulumi refresh``, ``verge-pulumi drift`` and ``report --live``.

    Args:
        resource_name: Name of the account in the program.
        uses: What the programs use: classes of resources and components, resources of this program, and look-ups.
        opts: Pulumi's resource options.
        login: How it logs in.
    """
    surveyed = [kind.declaration.table for kind in every_kind() if kind.declaration.review.inventory]
    more = [(table, SEE) for table in (*surveyed, *ROOM_TABLES)]
    return _account(resource_name, uses, ("read",), more, opts, login)


def deploy_account(
    resource_name: str, *, uses: Iterable[object], opts: pulumi.ResourceOptions | None = None, **login: Unpack[Login]
) -> Account:
    """Declare an account that updates and destroys what programs manage: ``pulumi up``, ``refresh``, ``destroy``.

    Args:
        resource_name: Name of the account in the program.
        uses: What the programs use: classes of resources and components, resources of this program, and look-ups.
        opts: Pulumi's resource options.
        login: How it logs in.
    """
    return _account(resource_name, uses, STAGES, [], opts, login)


def _account(
    name: str,
    uses: Iterable[object],
    stages: Iterable[Stage],
    more: Iterable[tuple[str, frozenset[Any]]],
    opts: pulumi.ResourceOptions | None,
    login: Login,
) -> Account:
    try:
        kinds, tables = sorted_uses(uses)
    except Unfit as error:
        raise refusal(f"Account '{printable(name)}'", str(error)) from None
    for kind in kinds:
        _see_whole(name, kind, kinds)
    return Account(name, merged([*rights_taken(kinds, tables, stages).items(), *more]), opts, **login)


def rights_taken(kinds: Kinds, tables: Iterable[str], stages: Iterable[Stage]) -> Rights:
    """Return the rights that programs take.

    Args:
        kinds: The kinds of resources that they use, and no others.
        tables: The tables that their look-ups read.
        stages: What is done with the resources.
    """
    return merged([*rights_for(kinds, stages).items(), *((table, SEE) for table in (SYSTEM, *tables))])


def sorted_uses(uses: Iterable[object]) -> tuple[list[type[BaseResource]], list[str]]:
    """Return the kinds of resources that are used, and the tables that look-ups read.

    Args:
        uses: As for `deploy_account`.

    Raises:
        Unfit: An element is none of what can be used.
    """
    kinds: dict[type[BaseResource], None] = {}
    tables: list[str] = []
    for each in uses:
        look = getattr(each, "__self__", each)  # of get_vm_output, which is a method of get_vm
        if isinstance(look, Lookup):
            tables += look.tables
        elif isinstance(each, type) and issubclass(each, BaseResource):
            kinds[each] = None
        elif isinstance(each, type) and issubclass(each, Component | Account):
            kinds.update(dict.fromkeys(each.makes))
        elif isinstance(each, BaseResource | Component | Account):
            kinds.update(dict.fromkeys(_made(each)))
        else:
            raise Unfit(
                f"{given_as(each)} in uses takes no rights. Give a resource, a component, the class of one, "
                "or a look-up such as get_network"
            )
    return list(kinds), tables


def _made(value: Any) -> Iterator[type[BaseResource]]:
    """Yield the kinds of a resource or component and of what it has made of its parts."""
    if isinstance(value, BaseResource):
        yield type(value)
    parts = getattr(type(value), "parts", ()) if isinstance(value, BaseResource) else vars(value)
    for part in parts:
        found = getattr(value, part)
        for each in found.values() if isinstance(found, Mapping) else [found]:
            if isinstance(each, BaseResource):
                yield from _made(each)


def _see_whole(name: str, kind: type[BaseResource], kinds: Sequence[type[BaseResource]]) -> None:
    """See that it is known what a reference means that may name rows of several kinds.

    Raises:
        Refusal: None of them is used.
    """
    for argument, possible in choices(kind).items():
        if not any(issubclass(each, tuple(possible)) for each in kinds):
            title, words = kind.declaration.title, " or ".join(each.__name__ for each in possible)
            raise refusal(
                f"Account '{printable(name)}'",
                f"'{argument}' of a {title} is a {words}, and uses has none of them. Add what the {title}s of your "
                "programs refer to",
            )

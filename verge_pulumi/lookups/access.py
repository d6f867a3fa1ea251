"""Look-ups of users and groups."""

from __future__ import annotations

from dataclasses import dataclass

from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.lookups._facts import DescribedRow, Number, RowKey, Switch, Text
from verge_pulumi.lookups._lookup import Named


@dataclass(frozen=True, kw_only=True)
class GetUserResult:
    """A user, whose name is in lower case; permissions name it by its `identity`."""

    key: RowKey
    name: str
    displayname: Text
    email: Text
    type: str
    enabled: Switch
    identity: Number


@dataclass(frozen=True, kw_only=True)
class GetGroupResult(DescribedRow):
    """A group; permissions name it by its `identity`."""

    email: Text
    enabled: Switch
    system_group: Switch
    identity: Number


get_group: Named[GetGroupResult] = Named(GetGroupResult, Kind("group", "groups"))
get_user: Named[GetUserResult] = Named(GetUserResult, Kind("user", "users"))

get_group_output = get_group.output
get_user_output = get_user.output

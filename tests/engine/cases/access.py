"""Users, groups, and what they may do."""

from __future__ import annotations

from tests.engine.subjects import Case, Within

CASES = (
    Case(
        noun="User",
        arguments=lambda: {"name": "Ann", "password": "s3cret-words", "email": "Ann@example.com", "displayname": "Ann"},
        edit=("displayname", "Ann B."),
        drift=("email", "someone@example.com"),
        unset=("remote_name", "from the UI"),
        replace=("type", "api"),
    ),
    Case(
        noun="Group",
        arguments=lambda: {"name": "team", "description": "for tests", "external_id": "42"},
        edit=("email", "team@example.com"),
        drift=("description", "changed in the UI"),
    ),
    Case(
        noun="GroupMember",
        within=Within(argument="group", noun="Group"),
        arguments=lambda: {"member": "users/1"},
        edit=None,
        drift=None,
        unset=None,
    ),
    Case(
        noun="Permission",
        within=Within(argument="who", noun="User", label="holder"),
        arguments=lambda: {"table": "vms", "read": True},
        edit=("modify", True),
        drift=("delete", True),
        unset=None,
    ),
    Case(
        noun="ApiKey",
        within=Within(argument="user", noun="User", label="owner"),
        arguments=lambda: {"name": "ci", "description": "for tests", "expires": "2100-01-31T12:00:00Z"},
        edit=("ip_allow_list", ["192.0.2.0/24"]),
        drift=("description", "changed in the UI"),
        unset=("ip_deny_list", "198.51.100.7"),
        replace=("rotation", "2"),
    ),
)

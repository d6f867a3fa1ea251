"""What a request needs that VergeOS denied (docs/vergeos/access.md §6)."""

from __future__ import annotations

_TABLES = "/api/v4/"
_ACTIONS = "_actions"
_ON_ROW = {"GET": "read", "POST": "modify", "PUT": "modify", "DELETE": "delete"}


def needed(method: str, path: str, who: str) -> str:
    """Return who needs which right on what, and what to do.

    Args:
        method: The verb of the request.
        path: Its path below the host.
        who: Who sent it, as the beginning of a sentence; "" where that is not known.
    """
    who = who or "The user of this login"
    return f"{who} needs {_right(method, path)}. Give it in VergeOS, or log in as a user that has it."


def _right(method: str, path: str) -> str:
    if not path.startswith(_TABLES):
        return "a permission for that"
    table, *rest = path.removeprefix(_TABLES).split("/")
    match rest:
        case [] if table.endswith(_ACTIONS):
            return f"the right 'modify' on {_acted_on(table)}, or on the row that the action is for"
        case [] if method == "POST":
            return f"the right 'create' on {table}, or on what the row is to be a part of"
        case []:
            return f"the rights 'list' and 'read' on {table}"
        case ["$table"]:
            return "all rights on '/'"
    key, *action = rest
    right = "modify" if action else _ON_ROW[method]
    return f"the right '{right}' on {table}, on its row {key}, or on what that row is a part of"


def _acted_on(actions: str) -> str:
    """Return the table that an action table is for, ``vms`` for ``vm_actions``."""
    singular = actions.removesuffix(_ACTIONS)
    return f"{singular[:-1]}ies" if singular.endswith("y") else f"{singular}s"

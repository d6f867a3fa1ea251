"""Users with the rights that a test names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.simulator.conftest import Http

RIGHTS = ("list", "read", "create", "modify", "delete")

Who = Callable[..., Http]


def identity(http: Http, path: str) -> int:
    """Return what permissions name a user or a group by."""
    return int(http.get(path, fields="identity")["identity"])


def key(receipt: dict[str, str]) -> int:
    return int(receipt["$key"])


def grant(http: Http, path: str, table: str, rights: str, row: int = 0) -> int:
    """Give a user or a group rights, and no others on that row; return the key of the permission."""
    flags = {right: right in rights.split() for right in RIGHTS}
    return key(http.post("permissions", {"identity": identity(http, path), "table": table, "row": row, **flags}))


@pytest.fixture
def who(http: Http) -> Iterator[Who]:
    """Log in as a new user, the key of which is 2, who has only the given rights: ``who(vms="list read")``."""
    clients = []

    def log_in(**rights: str) -> Http:
        user = key(http.post("users", {"name": "ann", "password": "s3cret"}))
        for row in http.get("permissions", filter=f"identity eq {identity(http, f'users/{user}')}"):
            http.delete(f"permissions/{row['$key']}")
        for table, names in rights.items():
            grant(http, f"users/{user}", table, names)
        client = Http(http.simulator)
        client.session.auth = ("ann", "s3cret")
        clients.append(client)
        return client

    yield log_in
    for client in clients:
        client.session.close()

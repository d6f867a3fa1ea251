"""The REST API: from request to response (docs/vergeos/README.md §1, §6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from verge_pulumi.catalogue.openapi import openapi_document
from verge_pulumi.catalogue.platform import index_entries
from verge_pulumi.catalogue.schema import table_schema
from verge_pulumi.simulator.access import Access
from verge_pulumi.simulator.backend import Backend
from verge_pulumi.simulator.calls import Answer, Call
from verge_pulumi.simulator.contents import Content
from verge_pulumi.simulator.errors import (
    ApiError,
    denied,
    not_found,
    not_modelled,
    not_permitted,
    refused,
)
from verge_pulumi.simulator.query import Query
from verge_pulumi.simulator.relations import Row
from verge_pulumi.simulator.rights import rights_of

INDEX = "/api/v4"
API = f"{INDEX}/"
TOKENS = "/api/sys/tokens"

_BINARY = {"Content-Type": "application/octet-stream"}
_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{0,18})")


class Api:
    """Answers requests.

    Args:
        backend: The system.
        access: The authentication.
    """

    def __init__(self, backend: Backend, access: Access) -> None:
        self._backend = backend
        self._access = access

    def answer(self, call: Call) -> Answer:
        """Perform a request; a refusal is returned, not raised."""
        self._backend.transitions.settle()
        try:
            return self._route(call)
        except ApiError as error:
            return Answer.of_error(error)
        finally:
            self._backend.rights = None
            self._backend.transitions.count_looks()

    def console(self, call: Call) -> Answer | None:
        """Check a websocket upgrade: only a running VM's console has one.

        The real path is not documented; ``/api/v4/vms/<key>/console`` is ours (docs/vergeos/README.md §10).

        Returns:
            The refusal, or None if the upgrade is allowed.
        """
        self._backend.transitions.settle()
        parts = call.path.removeprefix(API).split("/")
        try:
            self._admit(call)
            if len(parts) != 3 or (parts[0], parts[2]) != ("vms", "console"):
                raise not_modelled("this websocket")
            vm = self._backend.read("vms", parts[1], Query(fields="machine"))
            if not self._backend.power.is_running(vm["machine"]):
                raise refused("Machine is not running")
        except ApiError as error:
            return Answer.of_error(error)
        finally:
            self._backend.rights = None
        return None

    def _admit(self, call: Call) -> Row:
        """Return the user that a request acts for, whose rights hold until it is answered."""
        user = self._access.user(call.headers)
        self._backend.rights = rights_of(user, self._backend.store, self._backend.release)
        return user

    def _route(self, call: Call) -> Answer:
        release = self._backend.release.text
        if call.path == "/version.json":
            digest = hashlib.sha1(release.encode(), usedforsecurity=False).hexdigest()
            return _read_only(call, {"name": "v4", "version": release, "hash": digest})
        if call.path == "/swagger":
            tables = {name: self._backend.described(name) for name in self._backend.shown}
            return _read_only(call, openapi_document(tables, release))
        if call.path == TOKENS and call.verb == "POST":
            return Answer(201, self._access.login(call.headers, call.columns()))
        if call.path == TOKENS or call.path.startswith(TOKENS + "/"):
            return self._logout(call)
        if call.path == INDEX:
            self._admit(call)
            return _read_only(call, self._index())
        if not call.path.startswith(API):
            raise not_found(call.path)
        user = self._admit(call)
        table, *rest = call.path.removeprefix(API).split("/")
        if not table or "" in rest:
            raise not_found(call.path.removeprefix("/api"))
        match rest:
            case []:
                return self._whole_table(call, table, user)
            case ["$table"]:
                return self._schema(call, table)
            case [key]:
                return self._row(call, table, key)
            case [key, action]:
                return self._action_in_path(call, table, key, action)
        raise not_found(call.path.removeprefix("/api"))

    def _index(self) -> list[Mapping[str, str]]:
        return index_entries([relation.table for relation in self._backend.shown.values()])

    def _logout(self, call: Call) -> Answer:
        self._access.user(call.headers)
        if call.verb != "DELETE":
            raise not_permitted(call.verb)
        if not self._access.logout(call.path.removeprefix(TOKENS).lstrip("/")):
            raise not_found("/sys/tokens/")
        return Answer(200)

    def _whole_table(self, call: Call, table: str, user: Row) -> Answer:
        backend = self._backend
        if backend.is_action_table(table):
            if call.verb != "POST":
                raise not_permitted(call.verb)
            return self._accepted(table, backend.act(table, call.columns()))
        match call.verb:
            case "GET":
                return Answer(200, backend.select(table, Query.of(call.query)))
            case "POST":
                return Answer(201, backend.create(table, call.columns(), user["name"]), applied=True)
        self._backend.require_table(table)
        raise not_permitted(call.verb)

    def _row(self, call: Call, table: str, key: str) -> Answer:
        backend = self._backend
        match call.verb:
            case "GET" if call.query.get("download") == "1":
                return self._download(call, backend.download(table, key))
            case "GET":
                return Answer(200, backend.read(table, key, Query.of(call.query)))
            case "PUT" if "filepos" in call.query:
                backend.upload(table, key, call.query["filepos"], call.body)
                return self._updated(applied=True)
            case "PUT" if "action" in call.query:
                backend.act_in_query(table, key, call.query["action"])
                return self._updated(applied=False)
            case "PUT":
                return self._updated(applied=backend.update(table, key, call.columns()))
            case "DELETE":
                backend.delete(table, key)
                return Answer(200, applied=True)
        self._backend.require_table(table)
        raise not_permitted(call.verb)

    def _download(self, call: Call, content: bytes | Content) -> Answer:
        """Return a file or, since 26.0.2, the requested range of it (docs/vergeos/quirks.md §4).

        Ranges of another form than ``bytes=0-99`` and ``bytes=100-`` are ignored, as RFC 9110 allows.
        """
        asked = _RANGE.fullmatch(call.headers.get("Range", "")) if self._backend.release.since("26.0.2") else None
        if asked is None:
            return Answer(200, content[:], headers=_BINARY)
        start, stop = int(asked[1]), min(int(asked[2] or len(content)) + 1, len(content))
        if start >= stop:
            return Answer(416, headers={"Content-Range": f"bytes */{len(content)}"})
        place = {"Content-Range": f"bytes {start}-{stop - 1}/{len(content)}"}
        return Answer(206, content[start:stop], headers=_BINARY | place)

    def _schema(self, call: Call, table: str) -> Answer:
        self._backend.require_table(table)
        if self._backend.rights is not None:
            raise denied()
        lists = {name: of.shown for name, of in self._backend.relations[table].lists.items()}
        return _read_only(call, table_schema(self._backend.described(table), lists))

    def _action_in_path(self, call: Call, table: str, key: str, action: str) -> Answer:
        self._backend.require_table(table)
        if call.verb not in ("POST", "PUT"):
            known = self._backend.has_action(table, action)
            raise not_permitted(call.verb) if known else not_found(call.path.removeprefix("/api"))
        response = self._backend.act_in_path(table, key, action, call.columns())
        if call.verb == "PUT":
            return self._updated(applied=True)
        return Answer(201, None if response is None else {"response": response}, applied=True)

    def _accepted(self, action_table: str, response: Mapping[str, str] | None) -> Answer:
        """Return the answer to an action, of which sources show two forms (docs/vergeos/README.md §6.5)."""
        body: dict[str, Any] = {} if response is None else {"response": response}
        if self._backend.disputed["action_answer"] == "receipt":
            body |= {"location": f"/v4/{action_table}/1", "dbpath": f"{action_table}/1", "$row": 1, "$key": "1"}
        return Answer(201, body or None, applied=True)

    def _updated(self, *, applied: bool) -> Answer:
        """Return the answer to a PUT, of which sources show three bodies (docs/vergeos/README.md §6.3)."""
        body: Mapping[str, Any] = {"list": [], "object": {}, "empty": None}
        return Answer(200, body[self._backend.disputed["update_answer"]], applied=applied)


def _read_only(call: Call, body: Any) -> Answer:
    if call.verb != "GET":
        raise not_permitted(call.verb)
    return Answer(200, body)

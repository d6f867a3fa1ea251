"""An OpenAPI 3.1 description of the VergeOS REST API, built from the catalogue.

VergeOS serves one of its own (the interactive API documentation), which is not published; this one describes what the
catalogue knows, and the simulator serves it.

It is one file, since it writes one document.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from verge_pulumi.catalogue.model import UNSET, Column, Effect, Table, Type, Write
from verge_pulumi.catalogue.releases import release_number

Json = dict[str, Any]

_TYPES: Mapping[Type, Json] = {
    Type.BOOL: {"type": "boolean"},
    Type.INT: {"type": "integer"},
    Type.NUMBER: {"type": "number"},
    Type.TEXT: {"type": "string"},
    Type.JSON: {"type": ["object", "array"]},
    Type.REF: {"type": "integer"},
    Type.ANY_REF: {"type": "string", "examples": ["users/1"]},
}

_KEYS: Mapping[str, Json] = {
    "int": {"type": "integer"},
    "hex": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
    "uuid": {"type": "string", "format": "uuid"},
}

_EFFECTS: Mapping[Effect, str] = {
    Effect.RESTART: "Takes effect after a power cycle; until then `need_restart` is true.",
    Effect.START: "Takes effect at the next start.",
    Effect.FIREWALL: "Takes effect when the rules are applied; until then the network's `need_fw_apply` is true.",
    Effect.DNS: "Takes effect when DNS is applied; until then the network's `need_dns_apply` is true.",
    Effect.PROXY: "Takes effect when the network restarts; until then its `need_proxy_apply` is true.",
}

_DESCRIPTION = """\
Tables of rows. A write answers with a receipt, never with the row; columns that do not exist are ignored without an
error; numbers and booleans are also accepted as text. Without `fields` a GET shows only a few columns.
"""

_PARAMETERS: Json = {
    "fields": {
        "name": "fields",
        "in": "query",
        "description": "What to return, separated by commas: column names, `$key`, the views `all`, `most`, `summary`"
        " and `dashboard`, `a#b` to follow the reference `a` to its column `b`, `a[b,c]` to expand a reference or a"
        " list of child rows, functions such as `count(members)`; each may be renamed with ` as name`. Unknown names"
        ' are dropped. A value without any name answers one row `{"$count": N}`.',
        "schema": {"type": "string"},
        "examples": {"power": {"value": "$key,name,machine#status#running as running"}},
    },
    "filter": {
        "name": "filter",
        "in": "query",
        "description": "`column operator value`, joined by `and` and `or`, which have no precedence and are evaluated"
        " from left to right; use parentheses. Operators: `eq ne gt ge lt le`, `bw` begins with, `ew` ends with, `cs`"
        " contains, `ct` contains ignoring case, `rx` POSIX extended regular expression; since 26.0.2 `et`, `pm`, `pt`."
        " Text stands in single quotes; a backslash escapes `\\`, `'` and `{`. An unknown column matches no row.",
        "schema": {"type": "string"},
        "examples": {"name": {"value": "name eq 'web-1' and is_snapshot eq false"}},
    },
    "sort": {
        "name": "sort",
        "in": "query",
        "description": "A column to order by, ascending (`name`, `+name`) or descending (`-name`).",
        "schema": {"type": "string"},
    },
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "The most rows to return; 0, like leaving it out, is all of them.",
        "schema": {"type": "integer", "minimum": 0, "default": 0},
    },
    "offset": {
        "name": "offset",
        "in": "query",
        "description": "How many rows to skip.",
        "schema": {"type": "integer", "minimum": 0, "default": 0},
    },
}

_SCHEMAS: Json = {
    "Receipt": {
        "description": "What a create answers: where the new row is.",
        "type": "object",
        "required": ["$key", "$row", "dbpath", "location"],
        "properties": {
            "$key": {"type": "string", "description": "The new row's key, as text even where rows show a number."},
            "$row": {"type": "integer"},
            "dbpath": {"type": "string", "examples": ["vms/42"]},
            "location": {"type": "string", "description": "Relative to `/api`.", "examples": ["/v4/vms/42"]},
            "response": {"type": "object", "description": "Further output of some tables."},
        },
    },
    "ActionReceipt": {
        "description": "What an action answers; most actions answer nothing.",
        "type": "object",
        "properties": {"response": {"type": "object"}},
    },
    "Error": {
        "type": "object",
        "required": ["err"],
        "properties": {
            "err": {"type": "string"},
            "response": {"type": "object"},
        },
        "examples": [{"err": "Validation error on field: 'dhcp_start' - 'fails validation test'"}],
    },
    "Version": {
        "type": "object",
        "required": ["name", "version", "hash"],
        "properties": {"name": {"const": "v4"}, "version": {"type": "string"}, "hash": {"type": "string"}},
    },
    "TableSchema": {
        "description": "A table's schema. What a field says beyond `type` and `list` has names of our own.",
        "type": "object",
        "required": ["fields"],
        "properties": {
            "fields": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["type"],
                    "properties": {
                        "type": {"type": "string"},
                        "list": {"type": "object", "additionalProperties": {"type": "string"}},
                    },
                },
            },
        },
    },
}


def openapi_document(tables: Mapping[str, Table], release: str) -> Json:
    """Return an OpenAPI 3.1 description of the REST API.

    Args:
        tables: The tables to describe by name, as `for_release` returns them.
        release: The VergeOS release; it decides about API keys (26.0) and the status of a duplicate (26.1.4).

    Returns:
        A JSON object, the caller's to change.

    Raises:
        ValueError: If `release` is not numbers separated by dots.
    """
    number = release_number(release)
    errors = _errors(number)
    paths: Json = {**_session_paths(errors), "/version.json": _version_path(), "/api/v4": _index_path(errors)}
    schemas: Json = dict(_SCHEMAS)
    for table in tables.values():
        paths |= _table_paths(table, errors)
        schemas |= _table_schemas(table)
    security_schemes = _security_schemes(number)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "VergeOS", "version": release, "description": _DESCRIPTION},
        "security": [{name: []} for name in security_schemes],
        "tags": [{"name": name} for name in ("session", *tables)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": _PARAMETERS,
            "responses": {
                status: {"description": text, **_content(_schema_ref("Error"))} for status, text in errors.items()
            },
            "securitySchemes": security_schemes,
        },
    }
    return deepcopy(document)


def _errors(number: tuple[int, ...]) -> dict[str, str]:
    """Return what each error status means, by status (docs/vergeos/README.md §7.2)."""
    duplicate = "a value that must be unique is already in use"
    invalid = "A value, a parameter or the state of the row does not allow it"
    answers = {
        "401": "Login required.",
        "403": "Permission denied.",
        "404": "The row does not exist, or one that a reference names.",
        "405": "Not permitted.",
    }
    if number >= release_number("26.1.4"):
        return answers | {"409": f"{duplicate.capitalize()}.", "422": f"{invalid}."}
    return answers | {"422": f"{invalid}, or {duplicate}."}


def _security_schemes(number: tuple[int, ...]) -> Json:
    schemes: Json = {
        "basic": {"type": "http", "scheme": "basic"},
        "session": {
            "type": "apiKey",
            "in": "header",
            "name": "x-yottabyte-token",
            "description": "A session token; it expires after a time without requests.",
        },
    }
    if number >= release_number("26.0"):
        schemes["api_key"] = {"type": "http", "scheme": "bearer"}
    return schemes


def _session_paths(errors: Mapping[str, str]) -> Json:
    login = {
        "operationId": "login",
        "summary": "Log in for a session token",
        "tags": ["session"],
        "security": [{}, {"basic": []}],
        "requestBody": {
            "description": "Not needed with Basic credentials.",
            **_content(
                {
                    "type": "object",
                    "required": ["login", "password"],
                    "properties": {
                        "login": {"type": "string"},
                        "password": {"type": "string", "writeOnly": True},
                    },
                }
            ),
        },
        "responses": {
            "201": {"description": "`$key` is the token.", **_content(_schema_ref("Receipt"))},
            **_error_refs(errors, "401"),
        },
    }
    logout = {
        "operationId": "logout",
        "summary": "End a session",
        "tags": ["session"],
        "parameters": [_path_parameter("token", _KEYS["hex"])],
        "responses": {"200": {"description": "Logged out."}, **_error_refs(errors, "401", "404")},
    }
    return {"/api/sys/tokens": {"post": login}, "/api/sys/tokens/{token}": {"delete": logout}}


def _version_path() -> Json:
    operation = {
        "operationId": "version",
        "summary": "The version of the system",
        "tags": ["session"],
        "security": [],
        "responses": {"200": {"description": "The version.", **_content(_schema_ref("Version"))}},
    }
    return {"get": operation}


def _index_path(errors: Mapping[str, str]) -> Json:
    entry: Json = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    operation = {
        "operationId": "index",
        "summary": "The tables of the system",
        "tags": ["session"],
        "responses": {
            "200": {"description": "The tables.", **_content({"type": "array", "items": entry})},
            **_error_refs(errors, "401"),
        },
    }
    return {"get": operation}


def _table_paths(table: Table, errors: Mapping[str, str]) -> Json:
    name = table.name
    projection = [{"$ref": "#/components/parameters/fields"}]
    selection = [{"$ref": f"#/components/parameters/{parameter}"} for parameter in _PARAMETERS]
    row = _schema_ref(name)

    def operation(verb: str, summary: str, answers: Json, *statuses: str, **rest: Any) -> Json:
        return {
            "operationId": f"{verb}_{name}",
            "summary": summary,
            "tags": [name],
            **rest,
            "responses": answers | _error_refs(errors, "401", "403", "405", *statuses),
        }

    rows: Json = {
        "get": operation(
            "list",
            f"List rows of {name}",
            {"200": {"description": "The rows.", **_content({"type": "array", "items": row})}},
            "422",
            parameters=selection,
        )
    }
    one: Json = {
        "parameters": [_path_parameter("key", _KEYS[table.key])],
        "get": operation(
            "get",
            f"Get a row of {name}",
            {"200": {"description": "The row.", **_content(row)}},
            "404",
            parameters=projection,
        ),
    }
    if table.creatable:
        rows["post"] = operation(
            "create",
            f"Create a row of {name}",
            {"201": {"description": "Created.", **_content(_schema_ref("Receipt"))}},
            "404",
            "409",
            "422",
            requestBody={"required": True, **_content(_schema_ref(f"{name}_create"))},
        )
        one["delete"] = operation(
            "delete", f"Delete a row of {name}", {"200": {"description": "Deleted."}}, "404", "422"
        )
    if _writable(table, Write.ALWAYS, Write.UPDATE):
        one["put"] = operation(
            "update",
            f"Change columns of a row of {name}",
            {"200": {"description": "Changed.", **_content({"type": "array", "maxItems": 0})}},
            "404",
            "409",
            "422",
            requestBody={"required": True, **_content(_schema_ref(f"{name}_update"))},
        )
    described = operation(
        "describe",
        f"The schema of {name}",
        {"200": {"description": "The schema.", **_content(_schema_ref("TableSchema"))}},
    )
    paths: Json = {
        f"/api/v4/{name}": rows,
        f"/api/v4/{name}/{{key}}": one,
        f"/api/v4/{name}/$table": {"get": described},
    }
    if table.actions:
        act = operation(
            "act_on",
            f"Act on a row of {name}",
            {"201": {"description": "Accepted.", **_content(_schema_ref("ActionReceipt"))}},
            "404",
            "422",
            requestBody={"required": True, **_content(_schema_ref(f"{table.singular}_action"))},
        )
        paths[f"/api/v4/{table.action_table}"] = {"post": act}
    return paths


def _table_schemas(table: Table) -> Json:
    created = _writable(table, Write.CREATE, Write.ALWAYS)
    updated = _writable(table, Write.ALWAYS, Write.UPDATE)
    shown = {column.name: _column_schema(column) for column in table.columns if column.returned}
    schemas: Json = {
        table.name: {
            "description": "Which columns a row shows depends on `fields`.",
            "type": "object",
            "properties": {"$key": {**_KEYS[table.key], "readOnly": True}, **shown},
        }
    }
    if table.creatable:
        schemas[f"{table.name}_create"] = {
            "type": "object",
            "required": [column.name for column in created if column.required],
            "properties": {column.name: _column_schema(column) for column in created},
        }
    if updated:
        schemas[f"{table.name}_update"] = {
            "type": "object",
            "minProperties": 1,
            "properties": {column.name: _column_schema(column) for column in updated},
        }
    if table.actions:
        acted_on = table.acted_on or str(table.singular)
        schemas[f"{table.singular}_action"] = {
            "type": "object",
            "required": [acted_on, "action"],
            "properties": {
                acted_on: _KEYS[table.key],
                "action": {"enum": list(table.actions)},
                "params": {"type": "object"},
            },
        }
    return schemas


def _column_schema(column: Column) -> Json:
    schema: Json = dict(_TYPES[column.type])
    if column.choices and column.open_choices:
        schema["examples"] = list(column.choices)
    elif column.choices:
        schema["enum"] = list(column.choices)
    limits = {"minimum": column.minimum, "maximum": column.maximum, "maxLength": column.max_length}
    schema |= {keyword: limit for keyword, limit in limits.items() if limit is not None}
    if column.default is not UNSET:
        schema["default"] = column.default
    elif not column.required or column.nullable:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if column.write is Write.NEVER:
        schema["readOnly"] = True
    if not column.returned:
        schema["writeOnly"] = True
    return schema | {"description": column_description(column)}


def column_description(column: Column) -> str:
    """Return what a client should know of a column, in Markdown, with the source of it."""
    parts = [
        f"Key of a row of `{column.target}`." if column.target else "",
        "Set on create only." if column.write is Write.CREATE else "",
        "Stored in lower case." if column.lower else "",
        "Shown only when `fields` names it." if column.hidden else "",
        _EFFECTS.get(column.effect, ""),
        f"Since {column.since}." if column.since else "",
        f"Source: {column.source}.",
    ]
    return " ".join(filter(None, parts))


def _writable(table: Table, *writes: Write) -> list[Column]:
    return [column for column in table.columns if column.write in writes]


def _content(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": schema}}}


def _schema_ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _error_refs(errors: Mapping[str, str], *statuses: str) -> Json:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses if status in errors}


def _path_parameter(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}

"""The OpenAPI description and the ``$table`` answer that are derived from the catalogue."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from verge_pulumi.catalogue import RELEASES, TABLES, Column, Table, Type, Write, for_release
from verge_pulumi.catalogue.openapi import openapi_document
from verge_pulumi.catalogue.schema import FIELD_TYPES, table_schema

Json = dict[str, Any]


@pytest.fixture(params=RELEASES, scope="module")
def document(request: pytest.FixtureRequest) -> Json:
    return openapi_document(for_release(TABLES, request.param), request.param)


@pytest.fixture(scope="module")
def today() -> Json:
    return openapi_document(TABLES, "26.1.8")


@pytest.fixture(scope="module")
def earlier() -> Json:
    return openapi_document(for_release(TABLES, "4.12.6"), "4.12.6")


def walk(node: Any) -> Iterator[Json]:
    """Yield every object inside a JSON document."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from walk(child)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if verb != "parameters":
                yield path, verb, operation


def resolve(document: Json, reference: str) -> Any:
    assert reference.startswith("#/")
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_the_document_is_json_of_openapi_3_1(document: Json) -> None:
    assert json.loads(json.dumps(document)) == document
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"]
    assert document["info"]["version"] in RELEASES
    assert set(document) <= {"openapi", "info", "security", "tags", "paths", "components"}


def test_every_reference_resolves(document: Json) -> None:
    references = [node["$ref"] for node in walk(document) if isinstance(node.get("$ref"), str)]
    assert references
    assert all(resolve(document, reference) for reference in references)


def test_every_component_is_used(document: Json) -> None:
    references = {node["$ref"] for node in walk(document) if isinstance(node.get("$ref"), str)}
    for kind in ("schemas", "parameters", "responses"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in references


def test_operation_ids_are_unique(document: Json) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_operations_are_complete(document: Json) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    schemes = document["components"]["securitySchemes"]
    for path, verb, operation in operations(document):
        assert verb in {"get", "post", "put", "delete"}
        assert set(operation["tags"]) <= tags
        assert any(status.startswith("2") for status in operation["responses"])
        assert operation["summary"]
        for requirement in {**document, **operation}["security"]:
            assert set(requirement) <= set(schemes)
        declared = document["paths"][path].get("parameters", []) + operation.get("parameters", [])
        in_path = {p["name"] for p in declared if p.get("in") == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))


def test_schemas_say_what_they_require(document: Json) -> None:
    for schema in document["components"]["schemas"].values():
        assert set(schema.get("required", [])) <= set(schema.get("properties", {}))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_operations_its_columns_allow(name: str, today: Json) -> None:
    table = TABLES[name]
    rows, one = today["paths"][f"/api/v4/{name}"], today["paths"][f"/api/v4/{name}/{{key}}"]
    assert "get" in rows
    assert "get" in one
    assert "get" in today["paths"][f"/api/v4/{name}/$table"]
    assert ("post" in rows) == ("delete" in one) == table.creatable
    changeable = {c.name for c in table.columns if c.write in (Write.ALWAYS, Write.UPDATE)}
    assert ("put" in one) == bool(changeable)
    if changeable:
        assert set(today["components"]["schemas"][f"{name}_update"]["properties"]) == changeable


def test_a_create_lists_what_it_takes_and_must_have(today: Json) -> None:
    schema = today["components"]["schemas"]["vnet_rules_create"]
    assert schema["required"] == ["vnet", "name"]
    assert "system_rule" not in schema["properties"]
    action = schema["properties"]["action"]
    assert action["enum"] == ["accept", "drop", "reject", "translate", "route"]
    assert action["default"] == "accept"


def test_a_list_that_grows_is_not_an_enumeration(today: Json) -> None:
    machine_type = today["components"]["schemas"]["vms"]["properties"]["machine_type"]
    assert "enum" not in machine_type
    assert "pc-q35-10.0" in machine_type["examples"]


def test_secrets_are_written_and_never_shown(today: Json) -> None:
    schemas = today["components"]["schemas"]
    assert "password" not in schemas["users"]["properties"]
    assert schemas["users_create"]["properties"]["password"]["writeOnly"] is True


def test_limits_references_and_effects_are_told(today: Json) -> None:
    vm = today["components"]["schemas"]["vms"]["properties"]
    assert (vm["ram"]["minimum"], vm["ram"]["maximum"]) == (256, 1048576)
    assert vm["name"]["maxLength"] == 128
    assert vm["machine"]["readOnly"] is True
    assert {"type": "null"} in vm["machine"]["anyOf"]
    assert "`machines`" in vm["machine"]["description"]
    assert "power cycle" in vm["ram"]["description"]
    assert "docs/vergeos/virtual-machines.md §2.2" in vm["ram"]["description"]
    assert "Since 26.0" in vm["iommu"]["description"]
    assert "on create only" in vm["created_from"]["description"]


def test_an_action_names_its_row_and_its_words(today: Json) -> None:
    operation = today["paths"]["/api/v4/vm_actions"]["post"]
    schema = resolve(today, operation["requestBody"]["content"]["application/json"]["schema"]["$ref"])
    assert schema["required"] == ["vm", "action"]
    assert schema["properties"]["action"]["enum"] == list(TABLES["vms"].actions)


def test_a_list_takes_the_query_language(today: Json) -> None:
    parameters = today["paths"]["/api/v4/vms"]["get"]["parameters"]
    names = [resolve(today, parameter["$ref"])["name"] for parameter in parameters]
    assert names == ["fields", "filter", "sort", "limit", "offset"]
    assert all(parameter["description"] for parameter in today["components"]["parameters"].values())


def test_login_logout_and_version(today: Json) -> None:
    assert {} in today["paths"]["/api/sys/tokens"]["post"]["security"]
    assert "delete" in today["paths"]["/api/sys/tokens/{token}"]
    assert today["paths"]["/version.json"]["get"]["security"] == []
    assert today["components"]["securitySchemes"]["session"]["name"] == "x-yottabyte-token"


def test_api_keys_came_with_26_0(today: Json, earlier: Json) -> None:
    assert today["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
    assert set(earlier["components"]["securitySchemes"]) == {"basic", "session"}


def test_a_duplicate_is_409_since_26_1_4(today: Json, earlier: Json) -> None:
    assert "409" in today["paths"]["/api/v4/vms"]["post"]["responses"]
    assert "409" not in earlier["paths"]["/api/v4/vms"]["post"]["responses"]
    assert "already in use" in earlier["components"]["responses"]["422"]["description"]


def test_the_document_can_be_changed_without_harm() -> None:
    document = openapi_document(TABLES, "26.1.8")
    document["components"]["parameters"]["fields"].clear()
    document["components"]["schemas"]["Receipt"]["properties"].clear()
    again = openapi_document(TABLES, "26.1.8")
    assert again["components"]["parameters"]["fields"]["name"] == "fields"
    assert again["components"]["schemas"]["Receipt"]["properties"]


WIDGETS = Table(
    name="widgets",
    columns=(
        Column(name="name", type=Type.TEXT, required=True, max_length=20, lower=True, source="made up: widgets"),
        Column(name="size", type=Type.INT, default=2, minimum=1, maximum=9, source="made up: widgets"),
        Column(name="colour", type=Type.TEXT, choices=("red", "blue"), source="made up: widgets"),
        Column(name="kind", type=Type.TEXT, write=Write.CREATE, source="made up: widgets"),
        Column(name="vm", type=Type.REF, target="vms", source="made up: widgets"),
        Column(name="settings", type=Type.JSON, hidden=True, source="made up: widgets"),
        Column(name="owner", type=Type.ANY_REF, write=Write.NEVER, source="made up: widgets"),
    ),
    unique=(("vm", "name"),),
    parent="vm",
    owner="owner",
)


@pytest.mark.parametrize(
    ("key", "schema"),
    [
        ("int", {"type": "integer"}),
        ("hex", {"type": "string", "pattern": "^[0-9a-f]{40}$"}),
        ("uuid", {"type": "string", "format": "uuid"}),
    ],
)
def test_a_table_of_ones_own_is_described_with_its_kind_of_key(key: str, schema: Json) -> None:
    widgets = Table(name="widgets", columns=WIDGETS.columns, key=key)
    document = openapi_document({"widgets": widgets}, "26.1.8")
    assert document["components"]["schemas"]["widgets"]["properties"]["$key"] == {**schema, "readOnly": True}
    assert document["paths"]["/api/v4/widgets/{key}"]["parameters"][0]["schema"] == schema
    described = document["components"]["schemas"]["widgets"]["properties"]
    assert "lower case" in described["name"]["description"]
    assert "only when `fields` names it" in described["settings"]["description"]


def test_a_table_schema() -> None:
    assert table_schema(WIDGETS, {"parts": "widget_parts"}) == {
        "name": "widgets",
        "parent": "vm",
        "owner": "owner",
        "unique": [["vm", "name"]],
        "fields": {
            "name": {"type": "text", "readonly": False, "create": True, "required": True, "maxlength": 20},
            "size": {
                "type": "int64", "readonly": False, "create": True, "required": False, "default": 2,
                "min": 1, "max": 9,
            },
            "colour": {
                "type": "text", "readonly": False, "create": True, "required": False,
                "list": {"red": "Red", "blue": "Blue"},
            },
            "kind": {"type": "text", "readonly": True, "create": True, "required": False},
            "vm": {"type": "row", "readonly": False, "create": True, "required": False, "table": "vms"},
            "settings": {"type": "json", "readonly": False, "create": True, "required": False},
            "owner": {"type": "string", "readonly": True, "create": False, "required": False},
            "parts": {"type": "rows", "table": "widget_parts"},
        },
    }  # fmt: skip


def test_a_column_comes_before_the_list_of_its_name() -> None:
    assert table_schema(WIDGETS, {"size": "widget_sizes"}) == table_schema(WIDGETS)


@pytest.mark.parametrize("name", TABLES)
def test_the_schema_of_a_table_names_its_columns(name: str) -> None:
    schema = table_schema(TABLES[name])
    assert list(schema["fields"]) == list(TABLES[name].column_names())
    assert json.loads(json.dumps(schema)) == schema


def test_the_words_of_an_enumeration_can_be_read_from_the_schema() -> None:
    interface = table_schema(TABLES["machine_drives"])["fields"]["interface"]
    assert interface["list"]["virtio-scsi"] == "Virtio-scsi"


def test_a_field_has_the_type_that_has_its_name_if_there_is_one() -> None:
    fields = table_schema(TABLES["vms"])["fields"]
    assert {name: fields[name]["type"] for name in ("enabled", "created", "modified", "name")} == {
        "enabled": "enabled", "created": "created", "modified": "modified", "name": "text",
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_the_type_of_a_field_says_what_a_get_answers(name: str) -> None:
    for field, column in zip(table_schema(TABLES[name])["fields"].values(), TABLES[name].columns, strict=True):
        told = FIELD_TYPES[field["type"]]
        assert told is (Type.TEXT if column.type is Type.ANY_REF else column.type)

"""What an account for a pipeline registers: exactly the rights of what programs use."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.declarations.mocked import Engine, settle
from verge_pulumi import (
    Account,
    Network,
    Permission,
    Power,
    Server,
    Tag,
    TagAssignment,
    TagCategory,
    VirtualMachine,
    deploy_account,
    get_cluster,
    get_cluster_output,
    get_vm,
    preview_account,
)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

RIGHTS = ("list", "read", "create", "modify", "delete")


def given(engine: Engine, account: str = "ci") -> dict[str, set[str]]:
    """Return what the group of an account may do, by table."""
    settle()
    said = (engine.inputs(name) for name in engine.registered if name.startswith(f"{account}-"))
    rights = [each for each in said if "table" in each and "row" not in each]
    return {each["table"]: {right for right in RIGHTS if each.get(right)} for each in rights}


SEEN = {"list", "read"}


def test_a_preview_account_sees_what_is_read_and_writes_nothing(engine: Engine) -> None:
    account = preview_account("ci", uses=[Network, get_cluster])
    rights = given(engine)
    assert rights.pop("/") == set()
    assert set(rights) == {
        *("vnets", "vnet_dns_zones", "machines", "machine_status", "nodes", "clusters", "cluster_status"),
        *("system", "storage_tiers", "vms"),  # `drift` looks for strangers, `report --live` for space
    }
    assert all(each == SEEN for each in rights.values())
    assert account.key.declaration.title == "ApiKey"
    assert set(account.permissions) == set(rights)


def test_it_has_none_of_the_rights_that_a_new_user_gets(engine: Engine) -> None:
    preview_account("ci", uses=[Network])
    settle()
    everything, itself = (engine.inputs(f"ci-{name}") for name in ("everything", "itself"))
    assert (everything["table"], everything["list"]) == ("/", False)
    assert {right for right in RIGHTS if itself.get(right)} == {"read"}
    assert (itself["table"], itself["row"]) == ("users", 42)


def test_a_deploy_account_writes_what_programs_manage(engine: Engine) -> None:
    deploy_account("ci", uses=[Network])
    rights = given(engine)
    assert rights["vnets"] == set(RIGHTS)
    assert rights["machine_nics"] == SEEN  # they keep a network from being deleted
    assert {table for table, each in rights.items() if each - SEEN} == {"vnets"}


def test_a_component_stands_for_all_that_it_may_make(engine: Engine) -> None:
    deploy_account("ci", uses=[Server])
    rights = given(engine)
    tables = ("vms", "machine_drives", "machine_nics", "machine_devices", "cloudinit_files", "vnet_addresses")
    assert all(rights[table] == set(RIGHTS) for table in tables)
    assert "tag_members" not in rights


@pytest.mark.parametrize("form", ["class", "object"])
def test_accounts_are_used_too(engine: Engine, form: str) -> None:
    made = preview_account("made", uses=[Network])
    preview_account("ci", uses=[Account if form == "class" else made])
    assert given(engine).keys() >= {"users", "groups", "members", "permissions", "user_api_keys"}


def test_a_resource_stands_for_its_kind_and_its_tags(engine: Engine) -> None:
    colours = TagCategory("colours", name="colours", taggable_vms=True)
    web = VirtualMachine("web", name="web", tags=[Tag("blue", name="blue", category=colours)])
    preview_account("ci", uses=[web])
    assert given(engine)["tag_members"] == SEEN


def test_a_server_of_the_program_stands_for_what_it_is_made_of(engine: Engine) -> None:
    preview_account("ci", uses=[Server("web", name="web")])
    rights = given(engine)
    assert "vms" in rights
    assert "machine_devices" not in rights


def test_both_forms_of_a_look_up_read_the_same(engine: Engine) -> None:
    preview_account("ci", uses=[get_cluster_output, get_vm])
    assert given(engine).keys() >= {"clusters", "cluster_status", "vms", "machine_status"}


def test_the_rights_on_what_is_referred_to_are_those_of_what_is_used(engine: Engine) -> None:
    deploy_account("ci", uses=[Power, VirtualMachine])
    deploy_account("tagger", uses=[TagAssignment, Network])
    rights = given(engine)
    assert "vnets" not in rights
    assert rights["vms"] == set(RIGHTS)
    assert "users" not in given(engine, "tagger")


@pytest.mark.parametrize("used", [Power, TagAssignment, Permission])
def test_what_is_referred_to_has_to_be_told(engine: Engine, used: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"^Unable to declare Account 'ci': '\w+' of a {used.__name__} is a \w+ or .*none of them"
    ):
        preview_account("ci", uses=[used])
    assert engine.registered == {}


@pytest.mark.parametrize("used", ["Network", 5, pulumi.ComponentResource, given])
def test_other_elements_are_refused(engine: Engine, used: Any) -> None:
    with pytest.raises(TypeError, match=r"in uses takes no rights\. Give a resource"):
        preview_account("ci", uses=[used])
    assert engine.registered == {}


def test_with_a_password_there_is_no_key(engine: Engine) -> None:
    account = preview_account("ci", uses=[Network], name="pipeline", password="s3cret-words", rotation="1")
    settle()
    with pytest.raises(AttributeError, match=r"^Account 'ci' logs in with a password"):
        _ = account.key
    registered = [each for each in engine.registered.values() if each.inputs.get("rotation")]
    assert [each.typ.rpartition(":")[2] for each in registered] == ["User"]
    assert registered[0].inputs["name"] == "pipeline"


def test_the_key_is_limited_as_the_program_says(engine: Engine) -> None:
    preview_account("ci", uses=[Network], ip_allow_list=["192.0.2.0/24"], expires="2100-01-31T12:00:00Z", rotation="1")
    settle()
    (key,) = [each.inputs for each in engine.registered.values() if each.typ.endswith(":ApiKey")]
    assert (key["ip_allow_list"], key["expires"], key["rotation"]) == (["192.0.2.0/24"], "2100-01-31T12:00:00Z", "1")

"""The roles of attributes: all are explained, all are used, and an attribute has one that fits it."""

from __future__ import annotations

from typing import get_args

import pytest

from verge_pulumi import resources
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.declaring import roles
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.resource import BaseResource

KINDS: list[type[BaseResource]] = [getattr(resources, name) for name in resources.__all__]
DECLARATIONS = [kind.declaration for kind in KINDS]


@pytest.mark.parametrize("role", get_args(roles.Role))
def test_a_role_is_explained_and_used(role: roles.Role) -> None:
    assert f"``{role}``" in str(roles.__doc__), f"explain the role '{role}' in the table of roles.py"
    assert any(role in declaration.roles for declaration in DECLARATIONS), f"no attribute has the role '{role}'"


def test_a_field_of_one_name_has_one_unit() -> None:
    units = {(a.name, a.unit) for declaration in DECLARATIONS for a in declaration.attributes.values() if a.unit}
    assert units == {("ram", roles.MIB), ("used_bytes", roles.BYTE), ("filesize", roles.BYTE)}


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda each: each.title)
def test_what_allows_a_restart_says_what_that_interrupts(declaration: Declaration) -> None:
    for name, attribute in declaration.attributes.items():
        assert bool(attribute.outage) == (attribute.role == "restart") == (name == "restart")


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda each: each.title)
def test_what_vergeos_makes_of_an_unset_amount_is_what_the_catalogue_says(declaration: Declaration) -> None:
    for name, attribute in declaration.attributes.items():
        column = TABLES[declaration.table].column(attribute.column or name)
        wanted = column.default if column and attribute.role in ("cores", "ram") else None
        assert attribute.unset == wanted, f"declare {name} with unset={wanted}"


def test_what_is_said_in_a_role() -> None:
    vm = next(each for each in DECLARATIONS if each.roles.said("original", {"clone_of": "7"}))
    assert vm.roles.said("original", {"clone_of": None, "restored_from": "8"}) == "8"
    assert vm.roles.said("original", {}) is None
    assert vm.roles.said("disk", {"disksize": "1GiB"}) is None


def test_an_object_is_empty_by_the_values_of_its_attributes() -> None:
    drive = resources.Drive.declaration
    assert drive.roles.is_empty({"media": "cdrom"})
    assert drive.roles.is_empty({"media": "disk", "interface": "tpm_state"})
    assert not drive.roles.is_empty({"media": "disk"})
    assert not drive.roles.is_empty({"media": ["cdrom"]})


def test_a_subclass_with_a_table_of_its_own_is_reviewed_as_its_base() -> None:
    class Guarded(resources.RuleAlias, table="vnet_rule_aliases", unique=("name",)):
        """An alias of another kind."""

    assert Guarded.declaration.review.guards

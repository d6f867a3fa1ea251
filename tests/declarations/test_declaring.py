"""What a resource class may say, and what is wrong with it."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, Ref, arg, computed, path_ref, policy, ref
from verge_pulumi.engine.declaring.declaration import DeclarationError, location, row_key
from verge_pulumi.engine.declaring.resource import BaseResource, Resource
from verge_pulumi.engine.declaring.values import PLAIN, Key, RowPath, Secret, Size, value_of
from verge_pulumi.resources import Network, VirtualMachine


class Thing(Resource, table="things", unique=("name",), only={"is_snapshot": False}, parent="vm"):
    """A thing that exists in tests only."""

    name: Attr[str] = arg(min_length=1, max_length=8, pattern="^[a-z]+$")
    size: Attr[Size | None] = arg(default=None, column="bytes", replaces=True)
    count: Attr[int | None] = arg(default=None, ge=1, le=9)
    token: Attr[Secret[str] | None] = arg(default=None, write_only=True)
    keep: Attr[bool | None] = policy(default=None)
    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    network: OptionalRef[Network] = ref(default=None, column="vnet")
    of: Ref[VirtualMachine | Network] = path_ref(replaces=True)
    made: Attr[int | None] = computed(column="created")
    status: Attr[str | None] = computed(follow="status#status")


class Setting(Resource, table="settings", unique=("name",), named_keys=True):
    """A row whose key is a name."""

    name: Attr[str] = arg(column="key")


class Watch(Resource, table="watches"):
    """What refers to one."""

    setting: Ref[Setting] = ref()
    place: Ref[Setting] = path_ref()
    either: Ref[Setting | Network] = path_ref()
    network: Ref[Network] = ref()


THING = Thing.declaration


def test_a_declaration_is_read_off_the_class() -> None:
    assert (THING.title, THING.module, THING.table) == ("Thing", __name__, "things")
    assert (THING.unique, THING.only) == (("name",), {"is_snapshot": False})
    own = ["name", "size", "count", "token", "keep", "vm", "network", "of", "made", "status"]
    assert list(THING.attributes) == ["adopt", *own]
    assert set(THING.attributes) - set(THING.inputs) == {"made", "status"}
    assert THING.markable is False
    assert THING.parent is THING.attributes["vm"]
    assert Network.declaration.markable is True


@pytest.mark.parametrize(
    ("name", "column", "required", "readable", "writable", "replaces"),
    [
        ("name", "name", True, True, True, False),
        ("size", "bytes", False, True, True, True),
        ("token", "token", False, False, True, False),
        ("keep", None, False, False, False, False),
        ("vm", "machine", True, False, True, True),
        ("network", "vnet", False, True, True, False),
        ("of", None, True, False, False, True),
        ("made", "created", False, True, False, False),
        ("status", "status", False, True, False, False),
        ("adopt", None, False, False, False, False),
    ],
)
def test_an_attribute_says_what_it_is(
    name: str, column: str | None, required: bool, readable: bool, writable: bool, replaces: bool
) -> None:
    attribute = THING.attributes[name]
    assert attribute.name == name
    assert (attribute.column, attribute.required, attribute.readable, attribute.writable, attribute.replaces) == (
        column,
        required,
        readable,
        writable,
        replaces,
    )


def test_limits_secrets_types_and_values_are_known() -> None:
    attributes: dict[str, Any] = dict(THING.attributes)
    assert attributes["name"].limits == {"min_length": 1, "max_length": 8, "pattern": "^[a-z]+$"}
    assert attributes["count"].limits == {"ge": 1, "le": 9}
    assert [name for name, attribute in attributes.items() if attribute.secret] == ["token"]
    types = {name: attributes[name].value_type for name in ("name", "size", "count", "token", "network")}
    assert types == {"name": str, "size": str | int, "count": int, "token": str, "network": str | int}
    assert attributes["size"].value is value_of(Size)
    assert attributes["vm"].value is attributes["network"].value is value_of(Key)
    assert attributes["of"].value is value_of(RowPath)
    assert attributes["count"].value is PLAIN


def test_references_name_what_they_accept() -> None:
    attributes: dict[str, Any] = dict(THING.attributes)
    assert attributes["vm"].accepts() == ["VirtualMachine"]
    assert attributes["of"].accepts() == ["VirtualMachine", "Network"]
    uplink: Any = Network.declaration.attributes["uplink"]
    assert uplink.accepts() == ["Network"]


def test_a_row_is_named_by_what_is_unique_or_declared() -> None:
    class Plain(Resource, table="plains"):
        """Rows without a name."""

        name: Attr[str] = arg()

    class Declared(Plain, table="plains", named_by="name"):
        """Rows whose name is declared."""

    class Child(Resource, table="children", unique=("vm", "title")):
        """Rows whose name is unique within their parent."""

        vm: Ref[VirtualMachine] = ref()
        title: Attr[str] = arg()

    class Part(Resource, table="parts", unique=("first", "second")):
        """Rows that no single attribute names."""

        first: Attr[str] = arg()
        second: Attr[str] = arg()

    labels = [each.declaration.label for each in (Thing, Plain, Declared, Child, Part)]
    assert [label and label.name for label in labels] == ["name", None, "name", "title", None]


def test_the_key_of_a_row_may_be_a_name() -> None:
    watch = Watch.declaration.attributes
    assert watch["setting"].value.normalise("cloud_name") == "cloud_name"
    assert watch["setting"].value.normalise(5.0) == "5"
    assert watch["place"].value.normalise("cloud_name") == "settings/cloud_name"
    assert watch["either"].value.normalise("/v4/settings/cloud_name") == "settings/cloud_name"
    assert watch["setting"].value.to_api("cloud_name") == "cloud_name"
    for name, wrong in (("network", "cloud_name"), ("setting", "two words"), ("place", "settings/a/b")):
        with pytest.raises(ValueError, match=r"^is not a (key|reference)\. Give "):
            watch[name].value.normalise(wrong)


def test_a_get_names_the_columns_that_are_read() -> None:
    own = ("name", "bytes", "count", "vnet", "created", "status#status as status")
    # The column of the parent is read too, since it tells a row from one that got its key later.
    assert THING.fields == ("$key", *own, "machine")


def test_the_class_gives_its_declarations_and_an_instance_its_outputs() -> None:
    declared: Any = Thing.name
    assert declared is THING.attributes["name"]
    reference: Any = Thing.vm
    assert reference is THING.attributes["vm"]
    optional: Any = Thing.network
    assert optional is THING.attributes["network"]


def test_a_resource_of_another_module_is_known_by_its_module() -> None:
    assert THING.kind == f"{__name__}:Thing"
    assert Network.declaration.kind == "Network"


def test_attributes_are_inherited() -> None:
    class Special(Thing, table="specials", parent="vm"):
        """A thing with more."""

        count: Attr[int | None] = arg(default=None, ge=5)
        colour: Attr[Literal["red", "blue"] | None] = arg(default=None)

    declaration = Special.declaration
    assert list(declaration.attributes) == [*THING.attributes, "colour"]
    assert declaration.attributes["count"].limits == {"ge": 5}
    assert declaration.attributes["size"] is THING.attributes["size"]
    assert (declaration.table, declaration.unique) == ("specials", ())
    assert THING.attributes["count"].limits == {"ge": 1, "le": 9}


def test_an_abstract_class_only_gives_its_attributes() -> None:
    class Named(Resource, abstract=True):
        name: Attr[str] = arg()

    class First(Named, table="firsts"):
        """The first."""

        size: Attr[int | None] = arg(default=None)

    assert "declaration" not in vars(Named)
    assert list(First.declaration.attributes) == ["adopt", "name", "size"]


def test_only_rows_can_be_adopted() -> None:
    class Bare(BaseResource, table="bares"):
        """No row of its own."""

        name: Attr[str] = arg()

    assert list(Bare.declaration.attributes) == ["name"]


def no_table() -> None:
    class Wrong(Resource):
        """Wrong."""


def no_docstring() -> None:
    class Wrong(Resource, table="things"):
        name: Attr[str] = arg()


def one_column_twice() -> None:
    class Wrong(Resource, table="things"):
        """Wrong."""

        name: Attr[str] = arg()
        title: Attr[str | None] = arg(default=None, column="name")


def one_member_twice() -> None:
    class Wrong(Resource, table="things"):
        """Wrong."""

        first: Attr[str | None] = arg(default=None, column="settings", member="a")
        other: Attr[str | None] = arg(default=None, column="settings", member="b")
        second: Attr[str | None] = arg(default=None, column="settings", member="a")


def a_default() -> None:
    class Wrong(Resource, table="things"):
        """Wrong."""

        mtu: Attr[int | None] = arg(default=1500)


def unique_by_nothing() -> None:
    class Wrong(Resource, table="things", unique=("name", "nome")):
        """Wrong."""

        name: Attr[str] = arg()


def named_by_nothing() -> None:
    class Wrong(Resource, table="things", named_by="nome"):
        """Wrong."""

        name: Attr[str] = arg()


def named_by_a_policy() -> None:
    class Wrong(Resource, table="things", named_by="keep"):
        """Wrong."""

        keep: Attr[bool | None] = policy(default=None)


def unique_by_an_output() -> None:
    class Wrong(Resource, table="things", unique=("made",)):
        """Wrong."""

        made: Attr[int | None] = computed()


def two_parents() -> None:
    class Wrong(Resource, table="things"):
        """Wrong."""

        vm: Ref[VirtualMachine] = ref(replaces=True)
        network: Ref[Network] = ref(replaces=True)


def a_parent_that_may_change() -> None:
    class Wrong(Resource, table="things", parent="network"):
        """Wrong."""

        vm: Ref[VirtualMachine] = ref(replaces=True)
        network: Ref[Network] = ref()


def another_kind_of_reference() -> None:
    class Wrong(Resource, table="things"):
        """Wrong."""

        network: OptionalRef[Network] = ref()


def no_descriptor() -> None:
    class Wrong(Resource, table="things"):
        """Wrong."""

        name: str = arg()


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (no_table, "Wrong: name the table it manages, class Wrong(Resource, table=...)."),
        (no_docstring, "Wrong: say in a docstring what it is."),
        (one_column_twice, "Wrong.title: column 'name' is already 'name'."),
        (one_member_twice, "Wrong.second: column 'settings' is already 'first'."),
        (a_default, "Wrong.mtu: the only default is None; what is unset VergeOS decides."),
        (unique_by_nothing, "Wrong: unique names 'nome', which is no argument of it."),
        (named_by_nothing, "Wrong: named_by is 'nome', which is no column of it."),
        (named_by_a_policy, "Wrong: named_by is 'keep', which is no column of it."),
        (unique_by_an_output, "Wrong: unique names 'made', which is no argument of it."),
        (two_parents, "Wrong: name the row that it is created within, parent='vm' or parent='network'."),
        (
            a_parent_that_may_change,
            "Wrong: parent='network' is no reference that is required and replaces the row.",
        ),
        (another_kind_of_reference, "Wrong.network: declare it as Ref[...]."),
        (no_descriptor, "Wrong.name: declare it as Attr[...]."),
    ],
)
def test_a_class_that_contradicts_itself_is_refused_when_it_is_defined(declare: Any, message: str) -> None:
    with pytest.raises(DeclarationError) as error:
        declare()
    assert str(error.value) == message
    assert isinstance(error.value, TypeError)


@pytest.mark.parametrize(
    ("table", "id", "where"),
    [
        ("vms", "42", "/v4/vms/42"),
        ("machine_status", "vms/42", "/v4/vms/42"),
        ("volumes", "ab" * 20, f"/v4/volumes/{'ab' * 20}"),
        ("settings", "cloud_name", "/v4/settings/cloud_name"),
    ],
)
def test_a_row_has_a_place_in_the_api(table: str, id: str, where: str) -> None:
    assert location(table, id) == where


@pytest.mark.parametrize(
    ("id", "key"),
    [
        ("42", 42),
        ("vms/42", 42),
        ("ab" * 20, "ab" * 20),
        # Digits alone: no number, which Pulumi would carry as another one.
        ("1234567890" * 4, "1234567890" * 4),
        ("1f67f07e-f653-db95-c475-01b8a2ea0ff1", "1f67f07e-f653-db95-c475-01b8a2ea0ff1"),
        ("settings/cloud_name", "cloud_name"),
    ],
)
def test_an_id_stands_for_a_key(id: str, key: int | str) -> None:
    assert row_key(id) == key

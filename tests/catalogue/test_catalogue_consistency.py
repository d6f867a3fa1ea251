"""The catalogue agrees with itself: what one table says of another, and what one column says twice."""

import re
from collections.abc import Callable, Iterable

import pytest

from verge_pulumi.catalogue import RELEASES, TABLES, UNSET, Column, Effect, Table, Type, Write, tables_of

# Tables that columns refer to and the catalogue does not model.
EXTERNAL = {
    "machine_console",
    "machine_drive_phys",
    "machine_drive_stats",
    "machine_nic_ipv4_configs",
    "machine_nic_stats",
    "node_stats",
    "storage_tier_stats",
    "sys/credentials",
    "sys/groups",
    "sys/identities",
    "sys/members",
    "sys/nodes",
    "tenant_recipe_instances",
    "tenant_stats",
    "ui_branding",
    "user_settings",
    "vm_paste_configs",
    "vm_recipe_instances",
    "vm_services",
    "vnet_bonds",
}

# A section of a page on VergeOS, or a file of one of the vendor's clients.
SOURCE = re.compile(r"^docs/vergeos/[\w-]+\.md §\w|^\w[\w-]*: [\w./-]+")

PYTHON_TYPES: dict[Type, tuple[type, ...]] = {
    Type.BOOL: (bool,),
    Type.INT: (int,),
    Type.NUMBER: (int, float),
    Type.TEXT: (str,),
    Type.JSON: (list, dict),
}


def each_table(holds: Callable[[Table], None]) -> Callable[[str], None]:
    """Make a test for each release of what holds for each of its tables."""

    @pytest.mark.parametrize("release", RELEASES)
    def test(release: str) -> None:
        for table in tables_of(release).values():
            try:
                holds(table)
            except AssertionError as error:
                error.add_note(f"table {table.name}")
                raise

    return test


def names(columns: Iterable[Column]) -> set[str]:
    return {column.name for column in columns}


def test_tables_are_named_by_their_key_and_sorted() -> None:
    assert [table.name for table in TABLES.values()] == list(TABLES) == sorted(TABLES)


def test_the_tables_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError):
        TABLES["vms"] = TABLES["vnets"]  # type: ignore[index]  # the point of the test


@each_table
def test_column_names_are_unique(table: Table) -> None:
    names = list(table.column_names())
    assert len(names) == len(set(names))
    assert "$key" not in names


@each_table
def test_what_a_table_names_are_its_columns(table: Table) -> None:
    named = {
        *table.short,
        *(name for view in table.views.values() for name in view),
        *(name for group in table.unique for name in group),
        *filter(None, (table.parent, table.owner, table.runs_as, table.viewer)),
    }
    assert named <= set(table.column_names())


@each_table
def test_selections_are_short_and_name_each_column_once(table: Table) -> None:
    for selection in (table.short, *table.views.values()):
        assert len(selection) == len(set(selection))
    assert len(table.short) < len(table.columns)
    assert table.parent not in table.short


@each_table
def test_no_selection_shows_a_secret(table: Table) -> None:
    secrets = {column.name for column in table.columns if column.secret or column.hidden}
    for selection in (table.short, *table.views.values()):
        assert secrets.isdisjoint(selection)


@each_table
def test_most_is_all_but_secrets_and_arguments(table: Table) -> None:
    left_out = names(c for c in table.columns if c.secret or c.hidden or c.name.endswith("_args"))
    assert set(table.views["most"]) == names(table.columns) - left_out
    assert set(table.views) == {"most", "summary", "dashboard"}


@each_table
def test_a_parent_is_a_reference_that_is_never_moved(table: Table) -> None:
    if table.parent:
        column = table.column(table.parent)
        assert column is not None
        assert column.type is Type.REF
        assert column.write in (Write.NEVER, Write.CREATE)
        assert column.target in TABLES


@each_table
def test_what_permissions_are_decided_by_are_references(table: Table) -> None:
    assert (table.owner == "owner") == ("owner" in table.column_names())
    for name, target in ((table.owner, None), (table.runs_as, "machines"), (table.viewer, "users")):
        column = table.column(name) if name else None
        if column is not None:
            assert column.type in (Type.REF, Type.ANY_REF)
            assert target in (None, column.target)


@each_table
def test_an_action_table_has_a_name_and_distinct_actions(table: Table) -> None:
    assert bool(table.singular) == bool(table.actions)
    assert len(table.actions) == len(set(table.actions))


@each_table
def test_rows_that_clients_cannot_create_have_no_columns_for_it(table: Table) -> None:
    if not table.creatable:
        assert all(column.write in (Write.NEVER, Write.UPDATE) for column in table.columns)
    else:
        assert any(column.write in (Write.CREATE, Write.ALWAYS) for column in table.columns)


@each_table
def test_every_table_has_a_source(table: Table) -> None:
    assert SOURCE.search(table.source)


@each_table
def test_every_column_has_a_source(table: Table) -> None:
    assert [c.name for c in table.columns if not SOURCE.search(c.source)] == []


@each_table
def test_references_and_only_they_have_a_target(table: Table) -> None:
    references = [c for c in table.columns if c.type is Type.REF]
    assert references == [c for c in table.columns if c.target is not None]
    assert {c.target for c in references} <= EXTERNAL | set(TABLES)


@each_table
def test_words_and_lengths_belong_to_text(table: Table) -> None:
    for column in table.columns:
        if column.choices or column.max_length or column.lower:
            assert column.type is Type.TEXT, column.name
        assert len(column.choices) == len(set(column.choices)), column.name
        assert column.choices or not column.open_choices, column.name


@each_table
def test_limits_belong_to_numbers(table: Table) -> None:
    for column in table.columns:
        if column.minimum is not None or column.maximum is not None:
            assert column.type in (Type.INT, Type.NUMBER), column.name
        if column.minimum is not None and column.maximum is not None:
            assert column.minimum < column.maximum, column.name


@each_table
def test_a_default_obeys_its_own_column(table: Table) -> None:
    for column in table.columns:
        name, default = column.name, column.default
        if default is UNSET:
            continue
        assert type(default) in PYTHON_TYPES[column.type], name
        assert not column.required, name
        assert not column.choices or default in column.choices, name
        assert column.minimum is None or default >= column.minimum, name
        assert column.maximum is None or default <= column.maximum, name
        assert column.max_length is None or len(default) <= column.max_length, name


@each_table
def test_required_columns_can_be_given(table: Table) -> None:
    required = [c for c in table.columns if c.required]
    assert all(c.write in (Write.CREATE, Write.ALWAYS) for c in required)


@each_table
def test_only_changeable_columns_have_a_later_effect(table: Table) -> None:
    delayed = [c for c in table.columns if c.effect is not Effect.NOW]
    assert all(c.write in (Write.ALWAYS, Write.UPDATE) for c in delayed)


@pytest.mark.parametrize("target", sorted(EXTERNAL))
def test_no_table_is_listed_as_external_without_need(target: str) -> None:
    assert target not in TABLES
    assert any(column.target == target for table in TABLES.values() for column in table.columns)

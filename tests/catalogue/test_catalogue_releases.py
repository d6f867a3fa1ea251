"""Taking the tables back to an earlier release."""

import pytest

from verge_pulumi.catalogue import (
    DEFAULT_RELEASE,
    RELEASES,
    TABLES,
    Column,
    Effect,
    Table,
    Type,
    Write,
    for_release,
    release_number,
)


def column(release: str, table: str, name: str) -> Column:
    found = for_release(TABLES, release)[table].column(name)
    assert found is not None
    return found


def test_the_default_release_is_the_newest_and_is_what_the_tables_state() -> None:
    assert DEFAULT_RELEASE == RELEASES[0] == max(RELEASES, key=release_number)
    assert for_release(TABLES, DEFAULT_RELEASE) == TABLES


@pytest.mark.parametrize(
    ("release", "default"),
    [
        ("26.1.8", "pc-q35-10.0"),
        ("26.0", "pc-q35-10.0"),
        ("4.12.6", "pc-q35-8.1"),
        ("4.11.9", "pc-q35-3.1"),
    ],
)
def test_the_default_machine_type_of_a_release(release: str, default: str) -> None:
    assert column(release, "vms", "machine_type").default == default


def test_the_machine_types_of_a_release() -> None:
    # docs/vergeos/virtual-machines.md §2.2: terraform v1 lists 47, tsvergeos 57; QEMU 9.0 came with 4.13.0
    # (docs/vergeos/quirks.md §4).
    earlier = column("4.12.6", "vms", "machine_type").choices
    today = column("26.1.8", "vms", "machine_type").choices
    assert (len(earlier), len(today)) == (47, 57)
    assert set(earlier) < set(today)
    assert "pc-q35-9.0" not in earlier
    assert "pc-q35-9.0" in column("4.13.0", "vms", "machine_type").choices


@pytest.mark.parametrize("table", ["tag_categories", "tags"])
def test_a_release_lacks_later_tables(table: str) -> None:
    assert table in for_release(TABLES, "26.0")
    assert table not in for_release(TABLES, "4.13.4")


@pytest.mark.parametrize(
    ("table", "name", "first", "last_without"),
    [
        ("vms", "iommu", "26.0", "4.13.4"),
        ("machine_nics", "disable_mq", "26.0.1", "4.13.4"),
        ("machine_drives", "ms_2023_kek_applied", "26.1.0", "26.0.2"),
    ],
)
def test_a_column_appears_with_its_release(table: str, name: str, first: str, last_without: str) -> None:
    assert for_release(TABLES, first)[table].column(name)
    earlier = for_release(TABLES, last_without)[table]
    assert earlier.column(name) is None
    assert name not in earlier.views["most"]
    assert name in TABLES[table].views["most"]


@pytest.mark.parametrize("name", ["running", "status", "state", "migratable"])
def test_the_power_record_can_be_edited_since_4_13_2(name: str) -> None:
    assert column("4.13.2", "machine_status", name).write is Write.UPDATE
    assert column("4.13.1", "machine_status", name).write is Write.NEVER


def test_cloudinit_files_can_be_created_since_4_13_2() -> None:
    before, since = (for_release(TABLES, release)["cloudinit_files"] for release in ("4.13.1", "4.13.2"))
    assert (before.creatable, since.creatable) == (False, True)
    writes = {c.name: c.write for c in before.columns if c.name in ("owner", "name", "contents", "filesize")}
    assert writes == {
        "owner": Write.NEVER,
        "name": Write.UPDATE,
        "contents": Write.UPDATE,
        "filesize": Write.NEVER,
    }


def test_a_tier_changes_live_since_4_13() -> None:
    assert column("4.13", "machine_drives", "preferred_tier").effect is Effect.NOW
    assert column("4.12.6", "machine_drives", "preferred_tier").effect is Effect.START


def test_tables_of_ones_own_are_taken_back_too() -> None:
    widgets = Table(
        name="widgets",
        columns=(
            Column(name="name", type=Type.TEXT),
            Column(name="colour", type=Type.TEXT, since="26.1.4"),
        ),
        views={"most": ("name", "colour")},
    )
    earlier = for_release({"widgets": widgets}, "26.1.3.1")["widgets"]
    assert list(earlier.column_names()) == ["name"]
    assert earlier.views == {"most": ("name",)}
    assert for_release({"widgets": widgets}, "26.1.4") == {"widgets": widgets}


@pytest.mark.parametrize(
    ("older", "newer"),
    [("4.12.6", "4.13"), ("4.9", "4.12"), ("4.13.4", "26.0"), ("26.1.3.1", "26.1.4"), ("26.1.3", "26.1.3.1")],
)
def test_releases_compare_by_number(older: str, newer: str) -> None:
    assert release_number(older) < release_number(newer)


def test_trailing_zeros_do_not_make_another_release() -> None:
    assert release_number("26.0.0") == release_number("26.0") == (26,)


@pytest.mark.parametrize("release", ["", "latest", "26.x", "26..1"])
def test_what_is_not_a_release_is_refused(release: str) -> None:
    with pytest.raises(ValueError, match="Unable to read the VergeOS release") as caught:
        for_release(TABLES, release)
    assert repr(release) in str(caught.value)
    assert DEFAULT_RELEASE in str(caught.value)

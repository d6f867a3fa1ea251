"""Which columns and rows a GET answers."""

from __future__ import annotations

from collections.abc import Iterable

from verge_pulumi.catalogue.model import Type
from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.assumptions.filters import two_vms
from verge_pulumi.conformance.lab.assumptions.rows import each_table
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.lives import Life
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.subjects import UNKNOWN

FIELDS = "docs/vergeos/README.md §5.1"
QUERY = "client.query"


@assumption(FIELDS, Sure.MEASURED, QUERY, "engine.reading.reader")
def unknown_fields(lab: Lab) -> None:
    """Names that do not exist are dropped from `fields` in silence."""
    same("the row", lab.read(lab.row("vms"), f"name,{UNKNOWN}"), {"name": lab.row("vms").values["name"]})


@assumption("docs/vergeos/README.md §5", Sure.MEASURED, "client.table.Table.count")
def count(lab: Lab) -> None:
    """A `fields` that names nothing answers the number of rows: `$count`."""
    lab.row("vms")
    rows = lab.rows("vms", fields=",", filter=f"name bw '{lab.prefix}-' and is_snapshot eq false")
    names = lab.rows("vms", fields="name", filter=f"name bw '{lab.prefix}-' and is_snapshot eq false")
    same("the answer", rows, [{"$count": len(names)}])


@assumption(FIELDS, Sure.MEASURED, "client.table.EVERYTHING")
def default_fields(lab: Lab) -> None:
    """Without `fields` a GET answers few columns, and of a NIC not the machine."""
    row = lab.get(lab.row("machine_nics").path).answered(200).value
    if "machine" in row:
        raise Surprise("a GET without fields answers machine_nics.machine")


@assumption(FIELDS, Sure.MEASURED, "client.table.EVERYTHING", "engine.reading.reader")
def all_fields(lab: Lab) -> None:
    """`all` answers the row's own columns and `$key`, references as numbers, and no secrets."""
    row = lab.read(lab.row("vms"), "all")
    missing = [name for name in ("$key", "name", "description", "ram", "cpu_cores", "machine") if name not in row]
    if missing:
        raise Surprise(f"all lacks {', '.join(missing)} of vms")
    same("vms.machine under all", row["machine"], lab.machine(lab.row("vms")))
    same("console_pass under all", "console_pass" in row, False)


@assumption(FIELDS, Sure.DOCUMENTED, "catalogue.notation.table")
def most_fields(lab: Lab) -> None:
    """`most` answers the columns of a row without its arguments, such as `settings_args`."""
    row = lab.read(lab.row("machine_devices"), "most")
    same("name under most", "name" in row, True)
    same("settings_args under most", "settings_args" in row, False)


@assumption(FIELDS, Sure.MEASURED, "resources.power", QUERY)
def power_state(lab: Lab) -> None:
    """A plain `running` of a VM is dropped; `machine#status#running as running` is its power state."""
    vm = lab.row("vms")
    same("a plain running", lab.read(vm, "name,running").get("running"), None)
    same("the power state", lab.read(vm, "machine#status#running as running").get("running"), False)


@assumption("docs/vergeos/quirks.md §R5", Sure.MEASURED, QUERY)
def null_references(lab: Lab) -> None:
    """A path through a null reference is null; through a null polymorphic one the column is missing from the row."""
    row = lab.read(lab.row("vnets"), "name,vnet_default_gateway#name as gateway,owner#$display as owner_name")
    same("a path through a null reference", row.get("gateway", "missing"), None)
    same("a path through a null polymorphic one", "owner_name" in row, False)


@assumption(FIELDS, Sure.DOCUMENTED, "client.query.select", "resources.compute.virtual_machine")
def selections(lab: Lab) -> None:
    """`machine[drives[$key,name]]` answers a nested object with a list of child rows."""
    vm, drive = lab.row("vms"), lab.row("machine_drives")
    row = lab.read(vm, "machine[drives[$key,name]] as hardware")
    keys = [str(each.get("$key")) for each in row["hardware"]["drives"]]
    if drive.key not in keys:
        raise Surprise(f"the drives of the VM are {shown(row.get('hardware'))}")


@assumption(FIELDS, Sure.DOCUMENTED, "client.query.call")
def functions(lab: Lab) -> None:
    """Functions are applied in `fields`: `upper(name)`, and `count(members)` of a group."""
    vm = lab.row("vms")
    same("upper(name)", lab.read(vm, "upper(name) as big").get("big"), str(vm.values["name"]).upper())
    lab.row("members")
    same("count(members)", lab.read(lab.row("groups"), "count(members) as n").get("n"), 1)


@assumption(FIELDS, Sure.DOCUMENTED, "client.query.follow")
def display(lab: Lab) -> None:
    """`vnet#$display` is the name of the network that a NIC refers to."""
    row = lab.read(lab.row("machine_nics"), "vnet#$display as shown")
    same("the display text", row.get("shown"), lab.row("vnets").values["name"])


@assumption("docs/vergeos/quirks.md §8", Sure.DOCUMENTED, "engine.declaring.hidden", "catalogue")
def secrets(lab: Lab) -> None:
    """Secrets are never answered, even where they are named; the argument `cloudinit_files` may list rows."""

    def look(life: Life) -> Iterable[str]:
        table = lab.tables[life.subject.table]
        secret = [c.name for c in table.columns if c.secret and not c.hidden and c.type is not Type.JSON]
        if secret:
            row = lab.read(lab.row(table.name), ",".join(("$key", *secret)))
            yield from (f"{table.name}.{name} is answered" for name in secret if row.get(name) is not None)

    each_table(lab, look)


@assumption(FIELDS, Sure.DOCUMENTED, "engine.declaring.declaration", "catalogue")
def named_only(lab: Lab) -> None:
    """Some columns are answered where they are named, and not under `all`: contents, keys, arguments."""

    def look(life: Life) -> Iterable[str]:
        table = lab.tables[life.subject.table]
        hidden = [column.name for column in table.columns if column.hidden and column.name != "expires_type"]
        if hidden:
            made = lab.row(table.name)
            named, all_of_it = lab.read(made, ",".join(("$key", *hidden))), lab.read(made, "all")
            yield from (f"{table.name}.{name} is not answered" for name in hidden if name not in named)
            yield from (f"{table.name}.{name} is answered under all" for name in hidden if name in all_of_it)

    each_table(lab, look)


# Order and pages


@assumption("docs/vergeos/README.md §5", Sure.DOCUMENTED, "client.query.sort_text", "client.table.Table.iterate")
def order(lab: Lab) -> None:
    """`sort=name` and `sort=+name` ascend, `sort=-name` descends; `limit` and `offset` cut the sorted rows."""
    two_vms(lab)
    where = f"name bw '{lab.prefix}-' and is_snapshot eq false"
    names = [[row["name"] for row in lab.rows("vms", fields="name", filter=where, sort=s)] for s in _SORTS]
    same("sort=+name", names[1], sorted(names[0]))
    same("sort=name", names[0], names[1])
    same("sort=-name", names[2], names[1][::-1])
    page = lab.rows("vms", fields="name", filter=where, sort="name", limit=1, offset=1)
    same("the second page of one", [row["name"] for row in page], names[1][1:2])


_SORTS = ("name", "+name", "-name")


@assumption("docs/vergeos/README.md §5", Sure.INFERRED, "client.table.Table.list", "engine.reading.reader")
def no_limit(lab: Lab) -> None:
    """`limit=0` and no `limit` answer all rows."""
    two_vms(lab)
    where = f"name bw '{lab.prefix}-'"
    number = lab.rows("vms", fields=",", filter=where)[0]["$count"]
    same("rows without a limit", len(lab.rows("vms", fields="name", filter=where)), number)
    same("rows with a limit of 0", len(lab.rows("vms", fields="name", filter=where, limit=0)), number)


@assumption("docs/vergeos/README.md §5", Sure.INFERRED, "client.table.Table.iterate", "engine.reading.reader")
def order_of_keys(lab: Lab) -> None:
    """`sort=-$key` descends by the number of the key."""
    two_vms(lab)
    keys = [row["$key"] for row in lab.rows("vms", fields="$key", filter=f"name bw '{lab.prefix}-'", sort="-$key")]
    same("the keys", keys, sorted(keys, reverse=True))

"""How requests are answered, whatever they are about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.requests import NOWHERE, Made
from verge_pulumi.conformance.lab.subjects import NETWORK, UNKNOWN


@assumption("docs/vergeos/README.md §1", Sure.DOCUMENTED, "client.client.VergeClient.system", "engine.connecting")
def system(lab: Lab) -> None:
    """`system` is one row, as an object or a list of one, and has `cloud_name`, `os_version` and `id`."""
    rows = lab.rows("system", fields="cloud_name,os_version,id")
    same("the number of rows of system", len(rows), 1)
    missing = [name for name in ("cloud_name", "os_version", "id") if not rows[0].get(name)]
    if missing:
        raise Surprise(f"system has no {', '.join(missing)}")


@assumption("docs/vergeos/README.md §1", Sure.DOCUMENTED, "doctor.vergeos.product")
def version(lab: Lab) -> None:
    """`/version.json` needs no login, has the `name` `v4` and a `hash`, and its `version` is that of `os_version`."""
    said = lab.version().answered(200).value
    if not isinstance(said, dict):
        raise Surprise("/version.json is no object")
    same("the name in /version.json", said.get("name"), "v4")
    release = str(lab.rows("system", fields="os_version")[0].get("os_version"))
    same("the version in /version.json", release.startswith(str(said.get("version"))), True)
    if not said.get("hash"):
        raise Surprise("/version.json has no hash")


@assumption("docs/vergeos/README.md §6.1, §7.1", Sure.DOCUMENTED, "client.errors.NotFound", "engine.lifecycle.rows")
def no_such_row(lab: Lab) -> None:
    """A GET of a row that does not exist is answered with 404, and with words in `err`."""
    reply = lab.get(f"vms/{NOWHERE}").answered(404)
    if not reply.words:
        raise Surprise(f"the body of a 404 has no err: {shown(reply.value)}")


@assumption("docs/vergeos/README.md §6.2", Sure.MEASURED, "client.table.Receipt", "engine.lifecycle.settling")
def receipt_is_no_row(lab: Lab) -> None:
    """A receipt holds nothing of the row."""
    receipt = lab.life("vms").reply.answered(201).value
    same("the name in the receipt", receipt.get("name"), None)


@assumption("docs/vergeos/README.md §6.2", Sure.DOCUMENTED, "resources.compute.virtual_machine", since="26.0")
def receipt_of_a_vm(lab: Lab) -> None:
    """The receipt of a VM has the key of its machine, as text, in `response.machine`."""
    vm = lab.row("vms")
    same("response.machine", lab.life("vms").reply.response.get("machine"), str(lab.machine(vm)))


@assumption("docs/vergeos/quirks.md §W1", Sure.MEASURED, "engine.lifecycle.settling")
def unknown_column_of_a_create(lab: Lab) -> None:
    """A POST that names a column that does not exist is accepted, and drops it."""
    made = lab.make("vnet_rule_aliases", {"name": lab.name("unknown"), "value": "192.0.2.7", UNKNOWN: 1})
    row = lab.read(made, f"$key,{UNKNOWN}")
    if UNKNOWN in row:
        raise Surprise("a column that does not exist was stored")


@assumption("docs/vergeos/README.md §7.2", Sure.DOCUMENTED, "engine.declaring.model")
def missing_column(lab: Lab) -> None:
    """A POST that lacks a column which a create has to name is refused with 422."""
    lab.post("vms", {"description": lab.name("nameless")}).refused(422)


@assumption("docs/vergeos/README.md §7.3", Sure.DOCUMENTED, "engine.declaring.model", "client.errors.field_named_in")
def word_not_in_list(lab: Lab) -> None:
    """A word that is not in the list of a column is refused with 422, in words that name the column."""
    lab.put(lab.row("vms"), {"os_family": "verge-pulumi"}).refused(422, "'os_family'")


@assumption("docs/vergeos/README.md §7.3", Sure.DOCUMENTED, "engine.declaring.model", "client.errors.field_named_in")
def number_out_of_range(lab: Lab) -> None:
    """A number beyond the limits of a column is refused with 422, in words that name the column."""
    lab.put(lab.row("vms"), {"cpu_cores": 0}).refused(422, "'cpu_cores'")


@assumption("docs/vergeos/virtual-machines.md §2.1", Sure.DOCUMENTED, "engine.declaring.model")
def text_too_long(lab: Lab) -> None:
    """A text longer than its column holds is refused with 422, and not cut."""
    lab.put(lab.row("vms"), {"name": lab.name("x" * 128)}).refused(422)


@assumption("docs/vergeos/quirks.md §W6", Sure.MEASURED, "engine.declaring.declaration", "engine.lifecycle.rows")
def read_only_column(lab: Lab) -> None:
    """A PUT of a column that is set on create only is refused with 422 `field '…' is readonly`."""
    lab.put(lab.row("vms"), {"created_from": "import"}).refused(422, "readonly")


@assumption("docs/vergeos/quirks.md §W2", Sure.MEASURED, "client.table.Table.update")
def empty_put(lab: Lab) -> None:
    """An empty PUT is accepted."""
    lab.put(lab.row("vms"), {}).answered(200)


@assumption("docs/vergeos/quirks.md §W9", Sure.MEASURED, "engine.declaring.references", "client.errors.NotFound")
def zero_is_a_row(lab: Lab) -> None:
    """A reference of 0 is looked up as a row: 404 `error setting field`."""
    lab.put(lab.row("machine_nics"), {"vnet": 0}).refused(404, "error setting field")


@assumption("docs/vergeos/quirks.md §W9", Sure.MEASURED, "engine.declaring.references")
def null_is_none(lab: Lab) -> None:
    """A reference of null is no row, and reads as null, 0 or an empty text."""
    nic = lab.row("machine_nics")
    lab.put(nic, {"vnet": None}).answered(200)
    found = lab.read(nic, "vnet").get("vnet")
    lab.put(nic, {"vnet": lab.key("vnets")}).answered(200)
    if found not in (None, 0, ""):
        raise Surprise(f"machine_nics.vnet is {shown(found)} after null was written")


@assumption("docs/vergeos/README.md §7.2", Sure.DOCUMENTED, "client.errors.NotFound", "engine.lifecycle.creating")
def dangling_reference(lab: Lab) -> None:
    """A POST that refers to a row which does not exist is answered with 404."""
    values = {"vnet": int(NOWHERE), "name": lab.name("dangling")}
    lab.post("vnet_rules", values).refused(404)


@assumption("docs/vergeos/README.md §8", Sure.DOCUMENTED, "engine.declaring.values")
def values_as_text(lab: Lab) -> None:
    """Booleans and numbers are accepted as text, and answered as what they are."""
    vm = lab.row("vms")
    lab.put(vm, {"guest_agent": "true", "boot_delay": "7"}).answered(200)
    row = lab.read(vm, "guest_agent,boot_delay")
    lab.put(vm, {"guest_agent": False, "boot_delay": 5}).answered(200)
    same("vms.guest_agent", row.get("guest_agent"), True)
    same("vms.boot_delay", row.get("boot_delay"), 7)


@assumption("docs/vergeos/README.md §8: no source says which characters", Sure.OPEN, "engine.ownership.mark")
def text_is_kept(lab: Lab) -> None:
    """A description is answered as it was written: line ends, quotes, umlauts, brackets, blanks at an end."""
    written = "Größe 'a' \"b\" {c} <d> & \\e\n\n[lab x/y web 1a2b] "
    vm = lab.row("vms")
    lab.put(vm, {"description": written}).answered(200)
    found = lab.read(vm, "description").get("description")
    lab.put(vm, {"description": ""}).answered(200)
    same("vms.description", found, written)


@assumption("docs/vergeos/README.md §6.5", Sure.MEASURED, "client.table.Table.action")
def unknown_action(lab: Lab) -> None:
    """An action that a table does not have is refused with 422 `value '…' is not in list for field 'action'`."""
    lab.act(lab.row("vms"), "snapshot").refused(422, "is not in list for field 'action'")


@assumption("docs/vergeos/README.md §6.5", Sure.INFERRED, "client.table.Table.action")
def answer_of_an_action(lab: Lab) -> None:
    """An action is answered with 201, and with nothing or a `response`, and not with a receipt."""
    answer = lab.act(lab.row("vms"), "kill").answered(201).value
    if answer and set(answer) != {"response"}:
        raise Surprise(f"the answer of kill is {shown(answer)}")


@assumption("docs/vergeos/README.md §6.5", Sure.DOCUMENTED, "client.table.Table.action", "resources._power_actions")
def action_on_no_row(lab: Lab) -> None:
    """An action on a row that does not exist is answered with 404."""
    lab.get(f"vms/{NOWHERE}").answered(404)
    lab.act(Made("vms", NOWHERE), "poweron").refused(404)


@assumption("docs/vergeos/quirks.md §W5", Sure.MEASURED, "client.table.Table.action_in_query")
def action_in_the_wrong_form(lab: Lab) -> None:
    """`PUT machine_drives/<key>?action=apply_universal_vars` is accepted and does nothing."""
    lab.put(lab.row("machine_drives"), {}, action="apply_universal_vars").answered(200)


@assumption("docs/vergeos/README.md §6.4", Sure.DOCUMENTED, "client.table.Table.delete", "engine.lifecycle.rows")
def delete_of_no_row(lab: Lab) -> None:
    """A DELETE of a row that does not exist is answered with 404, as a second DELETE is."""
    lab.get(f"vnet_rule_aliases/{NOWHERE}").answered(404)
    lab.delete(Made("vnet_rule_aliases", NOWHERE)).answered(404)


@assumption("docs/vergeos/README.md §8", Sure.DOCUMENTED, "client.keys", "engine.reading.reader")
def keys(lab: Lab) -> None:
    """A `$key` is text in a receipt and a number in the row; those of catalogs have 40 hexadecimal digits."""
    same("$key of a VM", str(lab.read(lab.row("vms"), "$key").get("$key")), lab.row("vms").key)
    if not isinstance(lab.read(lab.row("vms"), "$key").get("$key"), int):
        raise Surprise("$key of a row of vms is no number")
    catalog = lab.row("catalogs")
    row = lab.read(catalog, "$key,id")
    same("$key of a catalog", row.get("$key"), catalog.key)
    same("the length of it", len(catalog.key), 40)
    same("catalogs.id", row.get("id"), catalog.key)


@assumption(
    "docs/vergeos/quirks.md §3: no source says", Sure.OPEN, "engine.lifecycle.creating", "engine.lifecycle.rows"
)
def side_by_side(lab: Lab) -> None:
    """Rules of one network and drives of one VM may be created at the same time; each is then as it was sent."""
    network = int(lab.make("vnets", {"name": lab.name("side"), "network": NETWORK}).key)
    machine = lab.machine(lab.make("vms", {"name": lab.name("side")}))
    drive = {"machine": machine, "media": "disk", "disksize": 1 << 30}
    wanted: list[tuple[str, dict[str, object]]] = []
    for number in range(3):
        name = lab.name(f"side-{number}")
        wanted += [("vnet_rules", {"vnet": network, "name": name}), ("machine_drives", {**drive, "name": name})]
    with ThreadPoolExecutor(len(wanted)) as pool:
        replies = list(pool.map(lambda each: lab.post(*each), wanted))
    for reply, (table, values) in zip(replies, wanted, strict=True):
        receipt = reply.answered(201).value
        same(f"{table}.name", lab.read(Made(table, str(receipt["$key"])), "name").get("name"), values["name"])

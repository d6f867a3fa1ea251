"""Which rows a filter finds."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import same
from verge_pulumi.conformance.lab.requests import NOWHERE
from verge_pulumi.conformance.lab.subjects import UNKNOWN

FILTER = "docs/vergeos/README.md §5.2"
QUERY = "client.query"


@assumption(FILTER, Sure.MEASURED, QUERY)
def operators(lab: Lab) -> None:
    """`eq` `ne` `gt` `ge` `lt` `le` `bw` `ew` `cs` regard case, `ct` does not."""
    two_vms(lab)
    for condition, expected in {
        f"name eq '{lab.name('vm')}'": ["vm"],
        f"name eq '{lab.name('VM')}'": [],
        "name ew '-second'": ["second"],
        "name ew '-SECOND'": [],
        "name cs 'eco'": ["second"],
        "name cs 'ECO'": [],
        "name ct 'ECO'": ["second"],
        f"name bw '{lab.prefix.upper()}'": [],
        "boot_delay gt 5": ["second"],
        "boot_delay ge 5": ["second", "vm"],
        "boot_delay lt 9": ["vm"],
        "boot_delay le 9": ["second", "vm"],
        "boot_delay ne 9": ["vm"],
    }.items():
        same(condition, _found(lab, condition), expected)


@assumption(FILTER, Sure.MEASURED, QUERY)
def expressions(lab: Lab) -> None:
    r"""`rx` is a POSIX extended expression that matches a part; an empty one matches all rows, `\d` none."""
    two_vms(lab)
    for condition, expected in {
        "name rx '-sec.nd$'": ["second"],
        "name rx '[[:alnum:]]+-vm$'": ["vm"],
        "name rx ''": ["second", "vm"],
        r"boot_delay rx '\\d'": [],
        "name re 'second'": [],
    }.items():
        same(condition, _found(lab, condition), expected)


@assumption("docs/vergeos/quirks.md §4", Sure.DOCUMENTED, "client.query.Operator", since="26.0.2")
def newer_operators(lab: Lab) -> None:
    """`et` is equal without regard to case, `pm` a pattern, `pt` a pattern without regard to case."""
    two_vms(lab)
    for condition, expected in {
        f"name et '{lab.name('VM')}'": ["vm"],
        "name pm '*-sec?nd'": ["second"],
        "name pt '*-SEC?ND'": ["second"],
    }.items():
        same(condition, _found(lab, condition), expected)


@assumption("docs/vergeos/quirks.md §4", Sure.INFERRED, "client.query.Operator", before="26.0.2")
def operators_to_come(lab: Lab) -> None:
    """Operators of later releases are refused with 422 `Invalid argument`."""
    lab.get("vms", filter=f"name et '{lab.prefix}'").refused(422, "Invalid argument")


@assumption(FILTER, Sure.MEASURED, "client.query.Operator")
def refused_operators(lab: Lab) -> None:
    """Other operators are refused with 422 `Invalid argument`."""
    for operator in ("like", "in", "sw", "matches"):
        lab.get("vms", filter=f"name {operator} '{lab.prefix}'").refused(422, "Invalid argument")


@assumption("docs/vergeos/quirks.md §R8", Sure.MEASURED, "client.query.Filter")
def no_precedence(lab: Lab) -> None:
    """`and` and `or` are evaluated from left to right, and parentheses group."""
    two_vms(lab)
    same("a or b and c", _found(lab, "boot_delay eq 9 or boot_delay eq 5 and boot_delay eq 5"), ["vm"])
    same("a or (b and c)", _found(lab, "boot_delay eq 9 or (boot_delay eq 5 and boot_delay eq 5)"), ["second", "vm"])


@assumption("docs/vergeos/quirks.md §R6", Sure.MEASURED, QUERY, "engine.connecting.finding")
def unknown_column_in_a_filter(lab: Lab) -> None:
    """A filter on a column that does not exist finds no rows and is no error."""
    lab.row("vms")
    same("rows", lab.rows("vms", filter=f"{UNKNOWN} eq 1"), [])


@assumption("docs/vergeos/quirks.md §9", Sure.INFERRED, "client.query.where", "engine.reading.batching")
def references_in_a_filter(lab: Lab) -> None:
    """A filter over a reference (`machine#name eq …`) finds no rows."""
    lab.row("machine_nics")
    same("rows", lab.rows("machine_nics", filter=f"vnet#name eq '{lab.row('vnets').values['name']}'"), [])


@assumption("docs/vergeos/README.md §5.2", Sure.INFERRED, "simulator.filters")
def aliases_in_a_filter(lab: Lab) -> None:
    """A filter may name an alias of `fields`. Sources disagree, and only the simulator leans on it."""
    network = lab.row("vnets")
    where = f"$key eq {lab.row('machine_nics').key} and at eq '{network.values['name']}'"
    rows = lab.rows("machine_nics", fields="vnet#name as at", filter=where)
    same("the rows", rows, [{"at": network.values["name"]}])


@assumption("docs/vergeos/quirks.md §R7", Sure.MEASURED, "client.query.where")
def quoting(lab: Lab) -> None:
    r"""In a text of a filter a backslash escapes `\`, `'` and `{`; braces without one are cut out of it."""
    vm = lab.row("vms")
    lab.put(vm, {"description": "it's a {br}ace \\ here"}).answered(200)
    exact = _found(lab, r"description eq 'it\'s a \{br}ace \\ here'")
    cut = _found(lab, r"description eq 'it\'s a \{br}{xx}ace \\ here'")
    lab.put(vm, {"description": ""}).answered(200)
    same("the escaped text", exact, ["vm"])
    same("the text with braces to be cut", cut, ["vm"])
    lab.get("vms", filter="name eq 'a{b'").refused(422)


@assumption(FILTER, Sure.MEASURED, QUERY, "engine.reading.reader", "engine.lifecycle.looking")
def references_by_key(lab: Lab) -> None:
    """References are compared by key, polymorphic ones as text, `$key` and null as such."""
    vm, drive = lab.row("vms"), lab.row("machine_drives")
    for table, condition, key in (
        ("machine_drives", f"machine eq {lab.machine(vm)}", drive.key),
        ("machine_drives", f"$key eq {drive.key}", drive.key),
        ("vnets", f"vnet_default_gateway eq null and $key eq {lab.row('vnets').key}", lab.row("vnets").key),
        ("vms", f"is_snapshot eq false and $key eq {vm.key}", vm.key),
        ("members", f"member eq '{lab.row('users').path}'", lab.row("members").key),
    ):
        found = [str(row.get("$key")) for row in lab.rows(table, fields="$key", filter=condition)]
        same(f"{table} where {condition}", found, [key])


@assumption("docs/vergeos/README.md §5.2: no source says", Sure.OPEN, "engine.reading.reader", "client.query.any_of")
def many_terms(lab: Lab) -> None:
    """A filter may have 200 terms, which are 4,000 characters of the URL."""
    vm = lab.row("vms")
    keys = [f"$key eq {int(NOWHERE) - number}" for number in range(199)]
    rows = lab.rows("vms", fields="$key", filter=" or ".join((*keys, f"$key eq {vm.key}")))
    same("the rows", [str(row.get("$key")) for row in rows], [vm.key])


def two_vms(lab: Lab) -> None:
    """See that there are two VMs."""
    lab.row("vms")
    if not any(made.values.get("name") == lab.name("second") for made in lab.made):
        lab.make("vms", {"name": lab.name("second"), "boot_delay": 9})


def _vms(lab: Lab, condition: str) -> list[str]:
    rows = lab.rows("vms", fields="name", filter=f"is_snapshot eq false and ({condition})", sort="name")
    return [str(row.get("name")) for row in rows]


def _found(lab: Lab, condition: str) -> list[str]:
    """Return which of the two VMs a filter finds, by the last part of their names."""
    names = {lab.name("vm"): "vm", lab.name("second"): "second"}
    return [names[name] for name in _vms(lab, condition) if name in names]

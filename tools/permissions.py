"""The page of the rights that each resource takes, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tools import names
from verge_pulumi import lookups
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import RIGHTS, WRITING, Right, Rights
from verge_pulumi.engine.lifecycle.granted import TOLD_BY
from verge_pulumi.engine.lifecycle.needs import SYSTEM, choices, rights_of, touches
from verge_pulumi.lookups import Lookup
from verge_pulumi.review.kinds import every_kind
from verge_pulumi.review.report.capacity import ROOM_TABLES

HEAD = """# Permissions

<!-- Written by `make docs` from the declarations; edit those instead. -->

Which rights an account takes for what a program declares. A right is on a table of VergeOS; the account has it by a
[Permission](reference/access/Permission.md) for itself or for one of its groups. [Accounts](access.md#accounts) with
exactly these rights are one line of a program.

* Everything takes `list` and `read` on `{system}`: a run asks which VergeOS answers.
* `pulumi preview` without `--refresh` makes no request, but for look-ups, for what a refusal depends on, and for
  [live checks](live-checks.md) if they are on, which list further tables.
* Each table in the column "read" takes `list` and `read`: the table of the resource, those of what it refers to and of
  what it is created within, which tells whose it is, and those that columns like `machine#status#running` lead to. The
  other columns name what comes on top.
* References that may name rows of several kinds (in italics) take the rights on the tables of those that a program
  uses.
* Who changes rights may give itself all: `create` or `modify` on `permissions` or `members` is as good as
  everything, and so are `modify` on `users` and `create` on `user_api_keys`.
* Limits and checks of a program read nothing.
* VergeOS also accepts the right on what a row is within: who may create on `vnets` may create rules. This page names
  the table itself, which does in any case. A row that names an owner, such as a cloud-init file its VM, takes the right
  there; so does a block of addresses that a program gives to a tenant, on `tenants`, which no column here tells.
* An action takes `modify` on the row's table, as far as is known; the
  [facts about VergeOS](vergeos/access.md#6-what-a-user-may-do) name the sources.
"""


def permissions_page() -> str:
    """Return the page."""
    lines = [HEAD.format(system=SYSTEM)]
    lines += ["## Resources", "", "| resource | read | created | changed | deleted |", "|---|---|---|---|---|"]
    lines += [_line(kind) for kind in names.nouns().values()]
    lines += ["", "## Look-ups", "", "| look-up | read |", "|---|---|"]
    for name, look in sorted(vars(lookups).items()):
        if isinstance(look, Lookup):
            lines.append(f"| `{name}`, `{name}_output` | {_tables(look.tables)} |")
    surveyed = {kind.declaration.table: None for kind in every_kind() if kind.declaration.review.inventory}
    lines += ["", "## Commands", "", "What they read in addition to the tables of the stacks:", ""]
    lines += ["| command | read |", "|---|---|"]
    lines += [f"| `verge-pulumi drift` | {_tables(surveyed)} |"]
    lines += [f"| `verge-pulumi report --live` | {_tables(ROOM_TABLES)} |"]
    lines += [f"| `verge-pulumi billing` | {_tables(lookups.get_billing.tables)} |"]
    lines += [f"| `verge-pulumi doctor` | {_tables(('users', *TOLD_BY))} |"]
    lines += ["", "`verge-pulumi conformance` reads the schemas of tables, which takes all rights on `/`."]
    lines += ["`verge-pulumi reap` deletes what the stack manages, and takes the rights for that."]
    return "\n".join(lines) + "\n"


def table_of(kind: type[BaseResource]) -> list[str]:
    """Return the rows of a table for the page of a resource."""
    stages = ("read", "to create it", "to change it", "to delete it")
    return [f"| {stage} | {told} |" for stage, told in zip(stages, _cells(kind), strict=True) if told]


def _line(kind: type[BaseResource]) -> str:
    place = kind.__module__.removeprefix("verge_pulumi.resources.").rpartition(".")[0].replace(".", "/")
    link = f"[{kind.__name__}](reference/{place}{'/' if place else ''}{kind.__name__}.md)"
    return f"| {link} | {' | '.join(_cells(kind))} |"


def _cells(kind: type[BaseResource]) -> list[str]:
    """Return what it takes to read, create, change and delete a resource; the last three on top of the first."""
    only: frozenset[type[BaseResource]] = frozenset()
    seen = rights_of(kind, "read", only)
    read = _tables(table for table in seen if table != SYSTEM)
    read += "".join(f", *those of `{name}`*" for name in choices(kind))
    return [read, *(_more(kind, rights_of(kind, stage, only), seen, stage) for stage in WRITING)]


def _more(kind: type[BaseResource], rights: Rights, seen: Rights, stage: str) -> str:
    """Return what a stage takes in addition to reading."""
    told = []
    for table, given in rights.items():
        if more := given - seen.get(table, frozenset()):
            told.append(f"`{table}`: {_words(more)}")
    for each in touches(kind):
        if each.of and stage in each.at:
            told.append(f"*table of `{each.of}`*: {_words(each.rights)}")
    return "<br>".join(told)


def _words(rights: frozenset[Right]) -> str:
    return ", ".join(right for right in RIGHTS if right in rights)


def _tables(tables: Iterable[str] | Mapping[str, object]) -> str:
    return " ".join(f"`{table}`" for table in sorted(set(tables)))

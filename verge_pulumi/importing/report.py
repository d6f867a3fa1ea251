"""The report of an import, for people who review it: what is in the program, what is not and why, and how to go on.

It says nothing of when and where it was made, so the same site and the same decisions give the same bytes.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from verge_pulumi.importing.found import Found
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line, Treatment
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.review.escaping import Markdown, code, row, table

MOST = 10
"""Objects that are named of one kind of thing; the plan has all."""

HEAD = """\
# What was imported

`verge-pulumi import` writes this file together with the program. Each row has a line in [plan.csv](plan.csv).
"""

GO_ON = """
## How to go on

```sh
verge-pulumi import --no-state   # after you edited the plan or set a secret: writes the program again
verge-pulumi import              # records the program in the state, and looks whether anything differs
verge-pulumi import --mark       # lets other stacks see what this one manages
pulumi preview                   # from now on, as for any program
pulumi config set protect false  # allows that something is deleted
```
"""


def save_report(plan: Plan, outcome: Outcome, path: Path) -> None:
    """Write the report, as a whole or not at all, unless the file says the same."""
    text = report(plan, outcome).encode()
    if path.exists() and path.read_bytes() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text.decode(), encoding="utf-8", newline="")
    part.replace(path)


def report(plan: Plan, outcome: Outcome) -> str:
    """Return the report in Markdown.

    Args:
        plan: What becomes of each row.
        outcome: What came of it.
    """
    lines = [*_imported(plan), *_left(plan, outcome), *_unmanaged(plan), *_secrets(outcome), *_review(plan, outcome)]
    return HEAD + "\n".join(lines) + GO_ON


def _imported(plan: Plan) -> Iterator[str]:
    kinds: dict[str, Counter[str]] = {}
    for line in plan.lines.values():
        if line.is_in_program:
            kinds.setdefault(line.kind, Counter())[line.treatment] += 1
    told = Counter(line.treatment for line in plan.lines.values())
    yield from ("", "## In the program", "", _table("kind", "resources", "parts of others"))
    for kind, sizes in sorted(kinds.items()):
        yield _row(kind, sizes[Treatment.MANAGE.value], sizes[Treatment.PART.value])
    numbers = ", ".join(f"{told[each.value]:,} `{each.value}`" for each in Treatment)
    yield from ("", f"{len(plan.lines):,} rows, which the plan treats so: {numbers}.")


def _left(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """Yield what is not in the program, by reason."""
    reasons: dict[tuple[str, str], list[Line]] = {}
    for line in plan.lines.values():
        if not line.is_in_program:
            reasons.setdefault((line.treatment, line.reason), []).append(line)
    yield from ("", "## Not in the program", "")
    for (treatment, reason), lines in sorted(reasons.items(), key=lambda each: (each[0][0], -len(each[1]), each[0][1])):
        named = _named(plan.all[each.place] for each in lines)
        yield f"* `{treatment}`, since {code(reason or 'nobody said why')}: {named}"
    for name, why in sorted(outcome.unread.items()):
        yield f"* the whole table {code(name)}, which cannot be read: {code(why)}"
    if outcome.others:
        named = ", ".join(map(code, outcome.others))
        yield f"* {len(outcome.others):,} tables that this version does not know: {named}"


def _unmanaged(plan: Plan) -> Iterator[str]:
    """Yield how many columns the program does not set."""
    sizes: dict[str, Counter[str]] = {}
    for line in plan.lines.values():
        found = plan.objects.all.get(line.place)
        if found and line.is_in_program:
            settable = plan.objects.settable(found.kind)
            size = sizes.setdefault(found.declaration.title, Counter())
            size["objects"] += 1
            size["columns"] = len(settable)
            size["left"] += len(settable - found.columns)
    yield from ("", "## Not managed", "")
    yield f"The program does not set {sum(size['left'] for size in sizes.values()):,} values, which VergeOS decides."
    yield "Nobody sees it if they change. With `--all-arguments` it sets each argument that it can."
    yield from ("", _table("kind", "objects", "columns that can be set", "values that the program does not set"))
    for kind, size in sorted(sizes.items()):
        yield _row(kind, size["objects"], size["columns"], size["left"])


def _secrets(outcome: Outcome) -> Iterator[str]:
    if not outcome.untold:
        return
    yield from ("", "## Secrets to give", "")
    yield "VergeOS keeps these and does not tell them, so the program does not set them, and they stay as they are."
    yield from ("To set one, run its line and uncomment it in the program.", "", "```sh")
    yield from (f"pulumi config set --secret {shlex.quote(key)}" for key in sorted(outcome.untold))
    yield "```"


def _review(plan: Plan, outcome: Outcome) -> Iterator[str]:
    single = [plan.all[line.place] for line in plan.lines.values() if line.kind == VirtualMachine.__name__]
    told = {
        "Words that this version does not know": outcome.unknown,
        "Rows that a program cannot say": outcome.refused,
        "A key instead of a variable, since two objects refer to each other": outcome.cuts,
        "Taken over from other stacks": outcome.taken,
        "Files that somebody edited, and that were kept": outcome.kept,
        "The program differs from VergeOS": outcome.differences,
        "The preview shows changes": outcome.leftovers,
    }
    machines = [found for found in single if plan.lines[found.place].is_managed]
    lines = [f"* {title}: {_first(each)}" for title, each in told.items() if each]
    if machines:
        lines.append(f"* Machines that are no `Server`: {_named(machines)}")
    if lines:
        yield from ("", "## To review", "", *lines)


def _table(*names: str) -> str:
    return table(*map(Markdown, names))


def _row(kind: str, *numbers: int) -> str:
    return row([code(kind), *(Markdown(f"{number:,}") for number in numbers)])


def _named(rows: Iterable[Found]) -> str:
    return _first([found.title for found in rows])


def _first(names: list[str]) -> str:
    """Return the first of some names, and how many there are."""
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return f"{', '.join(map(code, names[:MOST]))}{more}"

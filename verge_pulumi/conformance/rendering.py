"""How it is told what differs: to people in a terminal, and to programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from verge_pulumi.catalogue import DEFAULT_RELEASE, release_number
from verge_pulumi.conformance.comparing import Difference, Kind
from verge_pulumi.conformance.examining import Conformance, Finding
from verge_pulumi.conformance.harm import ADVICE, MEANING, Harm, Hurt
from verge_pulumi.review.escaping import LONGEST_ERROR, LONGEST_MESSAGE, text

LISTED = 20
"""How many differences that hurt nobody are shown; JSON has them all."""

NAMED = 4
"""How many of those whom a difference hurts in the same way are named; JSON has them all."""


def as_text(conformance: Conformance) -> str:
    """Return what people read."""
    return "\n".join(_lines(conformance))


def as_json(conformance: Conformance) -> str:
    """Return what programs read."""
    found = {
        "release": conformance.release,
        "newest_known": DEFAULT_RELEASE,
        "exit_code": conformance.exit_code,
        "tables": conformance.tables,
        "columns": conformance.columns,
        "other_columns": conformance.other_columns,
        "other_tables": conformance.other_tables,
        "findings": [finding_as_json(each) for each in conformance.findings],
        "unread": dict(conformance.unread),
        "untold": list(conformance.untold),
        "held": dict(conformance.held),
    }
    return json.dumps(found, indent=2, ensure_ascii=True)


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return one difference as JSON."""
    difference = finding.difference
    return {
        "table": difference.table,
        "column": difference.column,
        "kind": difference.kind,
        "ours": difference.ours,
        "theirs": difference.theirs,
        "harm": finding.harm,
        "hurts": [
            {"whom": each.whom, "harm": each.harm, "how": each.how, "advice": ADVICE[each.harm]}
            for each in finding.hurts
        ],
    }


def _lines(conformance: Conformance) -> Iterator[str]:
    yield (
        f"VergeOS {conformance.release}: {_count(conformance.tables, 'table')} with "
        f"{_count(conformance.columns, 'column')} compared with what this package knows of that release."
    )
    if release_number(conformance.release) > release_number(DEFAULT_RELEASE):
        yield f"It is later than {DEFAULT_RELEASE}, the newest that this package knows, and was compared with that."
    hurting = conformance.hurting
    harmless = [each for each in conformance.findings if not each.hurts]
    if conformance.findings:
        hurt = "difference hurts" if len(hurting) == 1 else "differences hurt"
        yield f"{len(hurting):,} {hurt}; {len(harmless):,} in what nothing of this package uses."
    else:
        yield "No difference in what was read." if conformance.unread else "No difference."
    for harm in Harm:
        ours = [each for each in hurting if each.harm is harm]
        if ours:
            yield from ("", f"{_begun(harm)} ({MEANING[harm]}). {_begun(ADVICE[harm])}.")
            yield from _table(ours)
    if harmless:
        yield from ("", "Used by nothing of this package:", *_table(harmless[:LISTED]))
        if len(harmless) > LISTED:
            yield f"  and {len(harmless) - LISTED:,} more, all in --json"
    yield from _rest(conformance)


def _rest(conformance: Conformance) -> Iterator[str]:
    """Yield what was not compared."""
    if conformance.unread:
        yield from ("", "Not read:")
        yield from (f"  {name}: {text(why, LONGEST_ERROR)}" for name, why in conformance.unread.items())
    if conformance.untold:
        yield from ("", f"Not told by this VergeOS, and not compared: {', '.join(conformance.untold)}.")
    for table in sorted({*conformance.held.values()}):
        places = [place for place, holder in conformance.held.items() if holder == table]
        yield from ("", f"Columns that {table} have instead, from where they are read: {', '.join(places)}.")
        yield "Whether a write of them holds no schema says; verge-pulumi conformance --lab tries it."
    tables = "" if conformance.other_tables is None else f", and {_count(conformance.other_tables, 'other table')}"
    yield from ("", f"It also has {_count(conformance.other_columns, 'other column')} in these tables{tables}.")


def _table(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line for each difference, in columns, and below it one for each way in which it hurts somebody."""
    places = [text(each.difference.place) for each in findings]
    width = max(map(len, places))
    for place, finding in zip(places, findings, strict=True):
        yield f"  {place.ljust(width)}  {_what(finding.difference)}"
        yield from (f"    {line}" for line in _whom(finding))


def _what(difference: Difference) -> str:
    ours, theirs = text(difference.ours, LONGEST_MESSAGE), text(difference.theirs, LONGEST_MESSAGE)
    if ours and theirs:
        return f"{difference.kind}: {ours} → {theirs}"
    if difference.kind in (Kind.DEFAULT, Kind.MINIMUM, Kind.MAXIMUM, Kind.LENGTH, Kind.OWNER, Kind.PARENT):
        return f"{difference.kind}: {ours or 'none'} → {theirs or 'none'}"
    return f"{difference.kind}: {ours or theirs}" if ours or theirs else str(difference.kind)


def _whom(finding: Finding) -> list[str]:
    """Return a line for each way in which a difference hurts somebody."""
    ways: dict[tuple[str, str], list[Hurt]] = {}
    for hurt in finding.hurts:
        ways.setdefault((hurt.how, hurt.harm), []).append(hurt)
    return [f"{_names(each)}: {text(each[0].how, LONGEST_MESSAGE)}" for each in ways.values()]


def _names(hurt: Sequence[Hurt]) -> str:
    more = f" and {len(hurt) - NAMED:,} more" if len(hurt) > NAMED else ""
    return ", ".join(each.whom for each in hurt[:NAMED]) + more


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

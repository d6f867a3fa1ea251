"""What ``verge-pulumi import`` tells at its end."""

from __future__ import annotations

import shlex

from verge_pulumi.importing.marking import Marking
from verge_pulumi.importing.outcome import Outcome

MOST_LINES = 20
"""Lines of one kind that are shown; the plan has all."""

MOST_NAMES = 5
"""Names in such a line."""


def _marks(marking: Marking) -> dict[str, list[str]]:
    """Return what there is to tell of marks, by its title."""
    without = ", ".join(f"{count:,} {kind}" for kind, count in sorted(marking.without.items()))
    declined = len(marking.due) - len(marking.marks) - len(marking.failed)
    unmarked = [f"{declined:,} objects, as you said"] if declined else []
    if stay := sum(bool(due.holder) and due.held.urn not in marking.marks for due in marking.due):
        unmarked.append(
            f"{stay:,} of them are the other stacks' until then: a change here is refused, and a refresh forgets them"
        )
    return {
        "Marked": [f"{len(marking.marks):,} objects bear the mark of this stack"] if marking.marks else [],
        "Without a place for a mark; import these into no other stack": [without] if without else [],
        "Networks say that these wait to take effect, of which only the mark is new": marking.waiting,
        "Not marked": [*marking.failed, *unmarked],
    }


def _others(tables: list[str]) -> list[str]:
    """Return one line for tables that the catalogue does not have; a VergeOS has hundreds."""
    more = f" and {len(tables) - MOST_NAMES:,} more, which the report names" if len(tables) > MOST_NAMES else ""
    return [f"{', '.join(tables[:MOST_NAMES])}{more}"] if tables else []


def _leftovers(outcome: Outcome) -> list[str]:
    """Return what the preview shows: a line for each argument, or what it printed where that is something else."""
    more = [f"  and {len(outcome.leftovers) - MOST_LINES:,} more"] if len(outcome.leftovers) > MOST_LINES else []
    return [f"  {line}" for line in outcome.leftovers[:MOST_LINES]] + more or [outcome.shown]


def summary(outcome: Outcome) -> str:
    """Return what an import tells at its end."""
    counts = outcome.counts
    lines = (
        [f"{outcome.new:,} new entries in the state."]
        if not counts
        else [
            f"{counts['manage']:,} resources, {counts['part']:,} parts of servers, {counts['lookup']:,} look-ups, "
            f"{counts['leave']:,} rows left; the plan says why."
        ]
    )
    told = {
        "Not readable": [f"{table}: {why}" for table, why in outcome.unread.items()],
        "Not in the program": outcome.refused,
        "Words that this version does not know": outcome.unknown,
        "Secrets that stay as they are. To set one, run its line here and uncomment that of the program": [
            f"pulumi config set --secret {shlex.quote(key)}" for key in (outcome.untold if outcome.new else ())
        ],
        "Left, since this version does not know these tables": _others(outcome.others),
        "Managed by Terraform, and not taken": outcome.untaken,
        "A key instead of a variable, since two objects refer to each other": outcome.cuts,
        "Taken over": outcome.taken,
        "Declared, and not found in VergeOS": outcome.missing,
        "In the state, and gone in VergeOS; 'pulumi refresh' takes them out": outcome.gone,
        "Edited since they were written, and kept": outcome.kept,
        "Changed while it was read, and read again": outcome.changed,
        "The program differs from VergeOS": outcome.differences,
        **(_marks(outcome.marking) if outcome.marking else {}),
    }
    for title, each in told.items():
        if each:
            more = [f"  and {len(each) - MOST_LINES:,} more"] if len(each) > MOST_LINES else []
            lines += [f"{title}:", *(f"  {line}" for line in each[:MOST_LINES]), *more]
    if outcome.declined:
        lines.append("Nothing was recorded, as you said.")
    if outcome.quiet is not None:
        nothing = (
            "'pulumi preview' shows no change." if outcome.new else "Nothing new. 'pulumi preview' shows no change."
        )
        lines.append(nothing if outcome.quiet else "\n".join(["'pulumi preview' shows changes:", *_leftovers(outcome)]))
    if outcome.quiet and outcome.new and not outcome.marking:
        lines.append(
            "Nothing in VergeOS tells other stacks that this one manages them; 'verge-pulumi import --mark' does."
        )
    if outcome.handed:
        lines += ["Both tools manage these now. Take them out of Terraform's configuration, and let it forget them:"]
        lines += [
            *outcome.handed,
            f"Or add {outcome.removed} to the configuration, and run 'terraform apply'.",
        ]
    return "\n".join(lines)

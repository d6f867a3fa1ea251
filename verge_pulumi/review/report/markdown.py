"""The report as Markdown for a comment of a forge: summary first, and cut from its least important end.

Foreign text stands in code spans only, where no forge makes a mention, a link, an image or a tag of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.review.escaping import LONGEST_MESSAGE, Markdown, cell, code, row, table
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.capacity import OWN_WORDS, Room, capacity
from verge_pulumi.review.report.firewall import traffic_changes
from verge_pulumi.review.report.machines import lines
from verge_pulumi.review.report.ordering import UNFOLDED, Group, effects, groups
from verge_pulumi.review.report.picture import mermaid
from verge_pulumi.review.report.plan import Change, Diagnostic, Plan
from verge_pulumi.review.values import Names, traffic

MARKER = "<!-- verge-pulumi report -->"
"""The first line, by which a pipeline finds its own comment again."""

FORGE_LIMIT = 65_536
"""Characters that a comment on GitHub may have."""

SMALLEST_LIMIT = 1000
"""Characters into which what cannot be cut fits in any case."""


@dataclass
class _Section:
    """A part of the report.

    Attributes:
        name: What its blocks are; it is told when some were cut.
        weight: How important it is: of the least important one blocks are cut first.
        blocks: What it consists of.
        title: Its heading; without one it cannot be folded.
        head: What comes before the blocks, such as the head of a table.
        folded: Whether it is closed until somebody opens it.
    """

    name: str
    weight: int
    blocks: list[str]
    title: str = ""
    head: str = ""
    folded: bool = False
    cut: int = field(default=0, init=False)

    def text(self) -> str:
        """Return it as Markdown, or "" if nothing is in it."""
        body = "\n".join([self.head, *self.blocks] if self.head else self.blocks)
        if not self.blocks or not self.title:
            return body if self.blocks else ""
        return f"<details{'' if self.folded else ' open'}>\n<summary>{self.title}</summary>\n\n{body}\n\n</details>"


def markdown(
    plans: Sequence[Plan], *, rooms: Sequence[Room] = (), notes: Sequence[str] = (), limit: int = FORGE_LIMIT
) -> str:
    """Return the report.

    Args:
        plans: One for each stack.
        rooms: What the system has, if it was asked.
        notes: Further sentences, for the end.
        limit: The most characters it may have, at least `SMALLEST_LIMIT`; 0 for no limit.
    """
    sections = [section for plan in plans for section in _sections(plan)]
    sections.append(_rooms(rooms))
    sections.append(_Section("notes", 90, [f"- {code(note, LONGEST_MESSAGE)}" for note in notes]))
    return _fitted(sections, limit)


def _head(*names: str) -> str:
    return table(*map(Markdown, names))


def _sections(plan: Plan) -> list[_Section]:
    """Return the parts of the report on one stack, in their order."""
    return [
        _summary(plan),
        _messages("errors", 95, "The preview failed", plan.errors),
        *(_group(group, plan.names) for group in groups(plan)),
        _drift(plan),
        _capacity(plan),
        _machines(plan),
        _firewall(plan),
        _traffic(plan),
        _rights(plan),
        _picture(plan),
        _messages("warnings", 35, "Warnings", _of(plan, lambda word: word == "warning")),
        _messages("messages", 10, "Messages", _of(plan, lambda word: word not in ("warning", "error")), folded=True),
    ]


def _summary(plan: Plan) -> _Section:
    name = f"{plan.project}/{plan.stack}" if plan.stack else "no stack"
    lines = [f"## {code(name)}: {phrases.verdict(plan)}", "", f"{phrases.counts(plan)}; {phrases.cost(plan)}."]
    return _Section("summaries", 100, ["\n".join(lines)])


def _group(group: Group, names: Names) -> _Section:
    blocks = [_block(change, names) for change in group.changes]
    return _Section(group.name, group.weight, blocks, title=group.title, folded=group.folded)


def _block(change: Change, names: Names) -> str:
    """Return what happens to one resource, as an item of a list."""
    inside = f" in {code(phrases.name(change.parent))}" if change.parent else ""
    kind = change.kind if phrases.noun(change) == change.kind else code(change.kind)
    lines = [f"- {change.action} {code(change.name)} {kind}{inside}"]
    lines += [f"  - **{effect}**: {sentence}" for effect, sentence in effects(change).items()]
    if change.action == "replace" and change.reasons:
        lines.append(f"  - replaced for {', '.join(map(code, change.reasons))}")
    if change.vanished:
        lines.append("  - somebody deleted it behind Pulumi's back; it is created again")
    lines += [f"  - finishes what the last run could not: {code(why, LONGEST_MESSAGE)}" for why in change.unfinished]
    told = phrases.fields(change, names)
    if change.action == "create":
        lines += ["  - " + ", ".join(f"{code(name)} {code(new)}" for name, _, new in told)] if told else []
    else:
        lines += [f"  - {code(name)}: {_arrow(old, new)}" for name, old, new in told]
    return "\n".join(lines)


def _arrow(old: str, new: str) -> str:
    return f"{code(old)} → {code(new)}" if old else code(new)


def _drift(plan: Plan) -> _Section:
    blocks = [
        f"- {code(change.name)}: "
        + ", ".join(f"{code(name)} {_arrow(old, new)}" for name, old, new in phrases.drift(change, plan.names))
        for change in plan.changes
        if change.drift
    ]
    return _Section("drifted resources", 60, blocks, title="Changed behind Pulumi's back")


def _capacity(plan: Plan) -> _Section:
    asked = capacity(plan)
    if not asked.differs:
        return _Section("figures", 70, [])
    head = _head("", "difference", "before", "after") if asked.whole else _head("", "difference")
    blocks = [
        row(
            [
                Markdown(line.what) if line.what in OWN_WORDS else line.what,
                *map(Markdown, [line.words()[2], *(line.words()[:2] if asked.whole else ())]),
            ]
        )
        for line in asked.lines
        if asked.whole or line.before != line.after
    ]
    if asked.unknown:
        names = ", ".join(map(code, asked.unknown[:UNFOLDED]))
        more = len(asked.unknown) - UNFOLDED
        blocks.append(f"\nNot counted, since it shows only later: {names}{f' and {more} more' if more > 0 else ''}.")
    return _Section("figures", 70, blocks, title="Capacity", head=head)


def _machines(plan: Plan) -> _Section:
    found = lines(plan)
    blocks = [row([Markdown(each) for each in (line.what, str(line.before), str(line.after))]) for line in found]
    for line in found:
        if line.names:
            names = [*map(code, map(phrases.name, line.names[:UNFOLDED]))]
            more = [f"{len(line.names) - UNFOLDED} more"] if len(line.names) > UNFOLDED else []
            blocks.append(f"\n{line.what.capitalize()}: {', '.join([*names, *more])}.")
    return _Section("figures", 70, blocks, title="Machines", head=_head("", "before", "after"))


def _rooms(rooms: Sequence[Room]) -> _Section:
    blocks = [
        row([room.what, *(Markdown(in_units(count)) for count in (room.free, room.used, room.total))]) for room in rooms
    ]
    return _Section("figures", 70, blocks, title="What the system has", head=_head("", "free", "in use", "in all"))


def _firewall(plan: Plan) -> _Section:
    blocks = []
    for rule in (rule for change in plan.changing for rule in change.rules):
        does = [word for word, true in (("opens", rule.opens), ("closes", rule.closes)) if true]
        sides = (cell(traffic(side, plan.names), LONGEST_MESSAGE) if side else "" for side in (rule.before, rule.after))
        blocks.append(row([Markdown(", ".join(does)), phrases.name(rule.network), rule.name, *sides]))
    head = _head("may", "network", "rule", "before", "after")
    return _Section("rules", 75, blocks, title="Firewall", head=head)


def _traffic(plan: Plan) -> _Section:
    found = traffic_changes(plan)
    blocks = [
        row(
            [
                Markdown(phrases.outcome(each.after)),
                Markdown(phrases.outcome(each.before)),
                phrases.name(network),
                *(each.direction, each.source, each.destination, each.protocol, each.ports),
            ]
        )
        for network, differs in found.items()
        for each in differs.changes
    ]
    if any(differs.cut for differs in found.values()):
        blocks.append("\nThere may be more.")
    head = _head("after", "before", "network", "direction", "from", "to", "protocol", "ports")
    return _Section("lines of traffic", 72, blocks, title="Traffic, as the rules of this stack have it", head=head)


def _rights(plan: Plan) -> _Section:
    blocks = []
    for change in plan.rights:
        members = phrases.holders(change.members, UNFOLDED)
        who = f"{phrases.holder(change.holder)} with {members}" if members else phrases.holder(change.holder)
        cells = (who, phrases.holders(change.groups, UNFOLDED), phrases.target(change))
        sides = (Markdown(phrases.rights(side)) for side in (change.before, change.after))
        blocks.append(
            row(
                [
                    Markdown(phrases.turn(change)),
                    *(cell(each, LONGEST_MESSAGE) if each else "" for each in cells),
                    *sides,
                ]
            )
        )
    head = _head("change", "who", "through", "on", "before", "after")
    return _Section("lines of rights", 74, blocks, title="Rights, as this stack gives them", head=head)


def _picture(plan: Plan) -> _Section:
    drawn = mermaid(plan) if plan.changing else ""
    return _Section("pictures", 20, [f"```mermaid\n{drawn}```"] if drawn else [], title="Picture", folded=True)


def _of(plan: Plan, wanted: Callable[[str], bool]) -> list[Diagnostic]:
    return [message for message in plan.diagnostics if wanted(message.severity)]


def _messages(name: str, weight: int, title: str, found: Collection[Diagnostic], *, folded: bool = False) -> _Section:
    blocks = [
        f"- {code(phrases.name(each.urn))}: {code(each.message, LONGEST_MESSAGE)}"
        if each.urn
        else f"- {code(each.message, LONGEST_MESSAGE)}"
        for each in found
    ]
    return _Section(name, weight, blocks, title=title, folded=folded)


def _fitted(sections: Sequence[_Section], limit: int) -> str:
    """Return the sections as one text that is no longer than the limit."""
    weightiest_first = sorted(sections, key=lambda section: -section.weight)
    text = _joined(sections)
    while limit and len(text) > limit:
        excess = len(text) - limit
        for section in reversed(weightiest_first):
            while excess > 0 and section.blocks:
                last = section.text() if len(section.blocks) == 1 else section.blocks[-1]
                excess -= len(last) + 1
                section.blocks.pop()
                section.cut += 1
        text = _joined(sections)
    return text


def _joined(sections: Sequence[_Section]) -> str:
    cut: Counter[str] = Counter()
    for section in sections:
        cut[section.name] += section.cut
    told = ", ".join(f"{count} {name}" for name, count in cut.items() if count)
    last = [f"Left out to keep this short: {told}."] if told else []
    return "\n\n".join([MARKER, *filter(None, (section.text() for section in sections)), *last]) + "\n"

"""Whom a difference hurts: what a program of ours sends that this release drops, refuses or spells otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin

from verge_pulumi.conformance.comparing import Difference, Kind
from verge_pulumi.conformance.harm import Harm, Hurt, severity
from verge_pulumi.conformance.uses import Use, makers, uses
from verge_pulumi.engine.declaring.attributes import Attribute, Reference
from verge_pulumi.importing.objects import is_left_out_as_default
from verge_pulumi.importing.site import importable
from verge_pulumi.review.kinds import every_kind


def hurts(difference: Difference) -> tuple[Hurt, ...]:
    """Return whom a difference hurts, the worst first; nobody, where nothing of this package uses what differs."""
    rule = _RULES.get(difference.kind)
    found = dict.fromkeys(rule(difference)) if rule else {}
    return tuple(sorted(found, key=lambda hurt: (severity(hurt.harm), hurt.whom)))


Rule = Callable[[Difference], Iterable[Hurt]]


def _each_sent(judge: Callable[[Difference, Use, Attribute], tuple[Harm, str] | None]) -> Rule:
    """Return a rule that judges each argument of which the column is written."""

    def rule(difference: Difference) -> Iterator[Hurt]:
        for use in _uses(difference):
            judged = judge(difference, use, use.sent) if use.sent else None
            if judged:
                yield Hurt(whom=use.name, harm=judged[0], how=judged[1])

    return rule


def _uses(difference: Difference) -> Iterable[Use]:
    return uses().get((difference.table, difference.column), ())


def _no_table(difference: Difference) -> Iterator[Hurt]:
    owners = uses().get((difference.table, ""), ())
    for use in owners:
        harm = Harm.UNREAD if use.reads_only else Harm.REFUSED
        yield Hurt(whom=use.name, harm=harm, how="this VergeOS has no such table")
    for (table, _), each in uses().items():
        for use in each if table == difference.table else ():
            if use.resource not in {owner.owner for owner in owners}:
                yield Hurt(whom=use.name, harm=Harm.UNREAD, how="the table that it is read from is missing")


def _no_column(difference: Difference) -> Iterator[Hurt]:
    for use in _uses(difference):
        if use.key:
            yield Hurt(whom=use.name, harm=Harm.DROPPED, how="setting it ends in an error, and no row is found by it")
        elif use.sent:
            yield Hurt(whom=use.name, harm=Harm.DROPPED, how="setting it ends in an error")
        elif not use.argument and not use.reads_only:
            yield Hurt(whom=use.name, harm=Harm.UNREAD, how="one thing less tells whose a row is")
        else:
            yield Hurt(whom=use.name, harm=Harm.UNREAD, how="it stays empty")


def _early_table(difference: Difference) -> Iterator[Hurt]:
    for use in _uses(difference):
        if not use.reads_only:
            yield Hurt(whom=use.name, harm=Harm.WITHHELD, how=f"this package refuses it ({difference.ours})")


def _early_column(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    return (Harm.WITHHELD, f"this package refuses it ({difference.ours})") if sent.since else None


def _type(difference: Difference) -> Iterator[Hurt]:
    """What is sent as text is read back as text; a type of which nothing is known says nothing."""
    if not difference.tighter:
        return
    as_text = difference.theirs in ("text", "string")
    for use in _uses(difference):
        harm = Harm.SPELT if as_text or not use.sent else Harm.REFUSED
        how = "is refused" if harm is Harm.REFUSED else "reads back otherwise"
        yield Hurt(whom=use.name, harm=harm, how=f"it is {difference.theirs} there and {how}")


def _owner(difference: Difference) -> Iterator[Hurt]:
    if difference.theirs:
        how = f"rights are asked on what {difference.theirs} names, which the accounts that this package makes lack"
        yield from (Hurt(whom=use.name, harm=Harm.REFUSED, how=how) for use in _uses(difference))


def _unique_gone(difference: Difference) -> Iterator[Hurt]:
    how = f"a second one of the same {difference.theirs} is no longer refused"
    for kind in every_kind():
        declaration = kind.declaration
        relies = declaration.table == difference.table and declaration.title in makers(difference.table)
        if relies and {declaration.column_of(name) for name in declaration.unique} == set(difference.words):
            yield Hurt(whom=declaration.title, harm=Harm.UNPROTECTED, how=how)


def _unique_new(difference: Difference) -> Iterator[Hurt]:
    how = f"a second one of the same {difference.theirs} is refused"
    yield from (Hurt(whom=title, harm=Harm.REFUSED, how=how) for title in makers(difference.table))


def _words_gone(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    said = [word for word in difference.words if word in (words_of(sent) or ())]
    return (Harm.REFUSED, _refused(said)) if said else None


def _words_new(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    known = words_of(sent)
    if known is None:
        return None
    unsaid = [word for word in difference.words if word not in known]
    what = _quoted(unsaid) if unsaid else "the new word"
    return Harm.WITHHELD, f"this package does not let a program say {what}"


def _listed(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    """Say what of an argument is no word there."""
    known = words_of(sent)
    if known is None:
        return Harm.REFUSED, "any other word is refused"
    said = [word for word in sorted(known) if word not in difference.words]
    return (Harm.REFUSED, _refused(said)) if said else None


def _target(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    return Harm.REFUSED, f"it names a row of {difference.theirs} there, and not of {difference.ours}"


def _not_created(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    return (Harm.DROPPED, "setting it at creation ends in an error") if use.made else None


def _not_updated(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    return None if sent.replaces else (Harm.REFUSED, "a change of it is refused")


def _updated(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
    return (Harm.WITHHELD, "a change of it replaces the object, which need not be") if sent.replaces else None


def _required(difference: Difference) -> Iterator[Hurt]:
    setting = {use.resource for use in _uses(difference) if use.sent}
    for use in _uses(difference):
        if use.sent and use.made and not use.sent.required:
            yield Hurt(whom=use.name, harm=Harm.REFUSED, how="a create without it is refused")
    how = f"every create is refused, since no argument sets {difference.column}"
    for title in makers(difference.table):
        if title not in setting:
            yield Hurt(whom=title, harm=Harm.REFUSED, how=how)


def _limit(bound: str, beyond: str) -> Rule:
    """Return the rule of a limit.

    Args:
        bound: The limit's name in a declaration.
        beyond: What lies outside, such as "less than".
    """

    def judge(difference: Difference, use: Use, sent: Attribute) -> tuple[Harm, str] | None:
        own, theirs = sent.limits.get(bound), difference.limit
        if isinstance(sent, Reference) or words_of(sent) is not None:
            return None
        sign = -1 if bound == "ge" else 1
        wider = theirs is not None and (own is None or sign * own > sign * theirs)
        if difference.tighter and wider:
            return Harm.REFUSED, f"{beyond} {difference.theirs} is refused"
        if not difference.tighter and own is not None and not wider and own != theirs:
            return Harm.WITHHELD, f"this package refuses {beyond} {own}"
        return None

    return _each_sent(judge)


def _default(difference: Difference) -> Iterator[Hurt]:
    there = f"VergeOS decides {difference.theirs or 'nothing'} there"
    for use in _uses(difference):
        if use.sent is None:
            continue
        if use.sent.if_unset is not None or use.sent.unset is not None:
            how = f"this package takes {difference.ours or 'nothing'} for granted where it is unset; {there}"
            yield Hurt(whom=use.name, harm=Harm.DECIDED, how=how)
        elif difference.ours and use in _left_out_by_imports():
            how = f"'verge-pulumi import' leaves it out where it is {difference.ours}; {there}"
            yield Hurt(whom=use.name, harm=Harm.DECIDED, how=how)


@cache
def _left_out_by_imports() -> frozenset[Use]:
    """Return the uses of arguments that an import does not write where they have VergeOS's default."""
    imported = {kind.declaration.title: kind.declaration for kind in importable() if not kind.importing.left}
    return frozenset(
        use
        for each in uses().values()
        for use in each
        if use.sent and use.owner in imported and is_left_out_as_default(imported[use.owner], use.sent)
    )


def words_of(attribute: Attribute) -> frozenset[str] | None:
    """Return the words that a program may say of an argument; None if any will do."""
    found = list(_literals(attribute.value_type))
    return frozenset(found) if found else None


def _literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
        return
    for inner in get_args(annotation):
        yield from _literals(inner)


def _refused(words: Sequence[str]) -> str:
    return f"{_quoted(words)} {'is' if len(words) == 1 else 'are'} refused"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_RULES: Mapping[Kind, Rule] = {
    Kind.NO_TABLE: _no_table,
    Kind.NO_COLUMN: _no_column,
    Kind.EARLY_TABLE: _early_table,
    Kind.EARLY_COLUMN: _each_sent(_early_column),
    Kind.OWNER: _owner,
    Kind.UNIQUE_GONE: _unique_gone,
    Kind.UNIQUE_NEW: _unique_new,
    Kind.TYPE: _type,
    Kind.WORDS_GONE: _each_sent(_words_gone),
    Kind.WORDS_NEW: _each_sent(_words_new),
    Kind.LISTED: _each_sent(_listed),
    Kind.TARGET: _each_sent(_target),
    Kind.NOT_CREATED: _each_sent(_not_created),
    Kind.NOT_UPDATED: _each_sent(_not_updated),
    Kind.UPDATED: _each_sent(_updated),
    Kind.REQUIRED: _required,
    Kind.MINIMUM: _limit("ge", "less than"),
    Kind.MAXIMUM: _limit("le", "more than"),
    Kind.LENGTH: _limit("max_length", "text longer than"),
    Kind.DEFAULT: _default,
}
"""How each kind of difference is judged. The others hurt nobody: this release accepts more, and rights on the table of
an object do where those on its parent do not."""

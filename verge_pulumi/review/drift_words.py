"""Drift as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

from verge_pulumi.review.drift import Difference, Report, Risk, Stray
from verge_pulumi.review.escaping import LONGEST_ERROR, LONGEST_MESSAGE, Markdown, code, row, table, text
from verge_pulumi.review.output import Format, error_text
from verge_pulumi.review.values import shown

LISTED = 20
"""How many names of things in no stack are shown; JSON has them all."""


def render(report: Report, form: Format) -> str:
    """Return a report as people or programs read it."""
    if form is Format.JSON:
        return json.dumps({**asdict(report), "exit_code": report.exit_code}, indent=2, ensure_ascii=True)
    return "\n".join(_markdown(report) if form is Format.MARKDOWN else _text(report))


def _summary(report: Report, shown: Callable[[str], str]) -> str:
    counts = [f"{sum(each.risk is risk for each in report.drifted)} of {risk} risk" for risk in Risk]
    found = f"{len(report.drifted)} drifted ({', '.join(counts)})" if report.drifted else "none drifted"
    objects = f"{report.checked} object{'' if report.checked == 1 else 's'}"
    return f"{objects} of {', '.join(map(shown, report.stacks))}: {found}; {report.requests} requests."


def _text(report: Report) -> Iterable[str]:
    yield _summary(report, text)
    for each in report.drifted:
        yield f"[{each.risk}] {text(each.stack)} {text(each.title)} ({text(each.id)}): {each.what}"
        for one in each.differences:
            yield f"    {text(one.field)}: {' -> '.join(filter(None, _words(one)))}"
    for line, strays in _grouped(report.strays):
        yield f"{line}: {_listed(strays, text)}"
    for error in report.errors:
        yield error_text(error)


def _markdown(report: Report) -> Iterable[str]:
    yield "## Drift\n"
    yield f"{_summary(report, code)}\n"
    if report.drifted:
        yield table(*map(Markdown, ("Risk", "Stack", "Object", "What", "Field", "Recorded", "Live")))
    for each in report.drifted:
        what = [each.risk, each.stack, each.title, each.what]
        fields = [[one.field, *_words(one)] for one in each.differences]
        for cells in fields or [["", "", ""]]:
            yield row([*what, *cells])
    for line, strays in _grouped(report.strays):
        yield f"\n{line}: {_listed(strays, code)}"
    if report.errors:
        yield "\nNot compared:\n"
    for error in report.errors:
        yield f"- {code(error, LONGEST_ERROR)}"


def _words(one: Difference) -> tuple[str, str]:
    if any(one.words):
        return text(one.words[0], LONGEST_MESSAGE), text(one.words[1], LONGEST_MESSAGE)
    return shown(one.field, one.recorded), shown(one.field, one.live)


def _listed(strays: Sequence[Stray], harmless: Callable[[str, int], str]) -> str:
    more = f" and {len(strays) - LISTED} more" if len(strays) > LISTED else ""
    return ", ".join(harmless(_called(stray), LONGEST_MESSAGE) for stray in strays[:LISTED]) + more


def _called(stray: Stray) -> str:
    return f"{stray.name} on {stray.within} ({stray.says})" if stray.within else stray.name


def _grouped(strays: Sequence[Stray]) -> Iterable[tuple[str, Sequence[Stray]]]:
    """Group strays by what they are, and tell how many there are: "5 VMs exist that are in no stack"."""
    for noun in dict.fromkeys(stray.noun for stray in strays):
        unmarked = [stray for stray in strays if stray.noun == noun and not stray.mark]
        marked = [stray for stray in strays if stray.noun == noun and stray.mark]
        if unmarked:
            one = len(unmarked) == 1
            yield f"{_count(unmarked)} {'exists that is' if one else 'exist that are'} in no stack", unmarked
        if marked:
            one = len(marked) == 1
            bear, them = ("bears", "it") if one else ("bear", "them")
            yield f"{_count(marked)} {bear} the mark of a stack whose state does not hold {them}", marked


def _count(strays: Sequence[Stray]) -> str:
    return f"{len(strays)} {strays[0].noun}{'' if len(strays) == 1 else 's'}"

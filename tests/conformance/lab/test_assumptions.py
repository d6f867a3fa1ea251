"""The list of assumptions: what it says of each, and that it misses no table."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

from tests.declarations.test_citations import broken
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.model import Write
from verge_pulumi.conformance.lab.assumption import Assumption, Sure
from verge_pulumi.conformance.lab.assumptions import ASSUMPTIONS
from verge_pulumi.conformance.lab.subjects import NEVER_MADE, SUBJECTS
from verge_pulumi.review.kinds import every_kind


def named(name: str) -> object:
    """Return what a dotted name leads to: a module, or something in one."""
    parts, found = name.split("."), None
    for number in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:number]))
        except ModuleNotFoundError:
            continue
        for part in parts[number:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


def test_each_id_is_given_once() -> None:
    ids = [each.id for each in ASSUMPTIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+/[a-z0-9-]+", each) for each in ids)


def faults_of(each: Assumption) -> Iterator[str]:
    """Yield what is wrong with what an assumption says of itself."""
    if not re.match(r"docs/vergeos/[A-Za-z-]+\.md §", each.source):
        yield "its source is no section"
    yield from (f"it cites {lost}, which does not exist" for lost in broken(each.source))
    if not each.sentence.endswith((".", "`")):
        yield "its sentence has no end"
    if ("no source" in each.source or "shown nowhere" in each.source) != (each.sure is Sure.OPEN):
        yield f"it is {each.sure}, and its source says otherwise"
    if not each.leans:
        yield "nothing leans on it"
    for name in each.leans:
        try:
            named(name)
        except (ModuleNotFoundError, AttributeError):
            yield f"{name} does not exist"


def test_each_names_a_source_that_exists_and_code_that_leans_on_it() -> None:
    wrong = [f"{each.id}: {fault}" for each in ASSUMPTIONS for fault in faults_of(each)]
    assert wrong == []


def test_each_table_that_a_resource_makes_rows_in_has_a_subject() -> None:
    made = {kind.declaration.table for kind in every_kind() if TABLES[kind.declaration.table].creatable}
    assert made <= SUBJECTS.keys() | NEVER_MADE.keys()
    assert not SUBJECTS.keys() & NEVER_MADE.keys()
    assert {table.name for table in TABLES.values() if table.creatable} == SUBJECTS.keys() | NEVER_MADE.keys()


def test_what_is_changed_is_what_clients_may_change() -> None:
    for subject in SUBJECTS.values():
        for name, value in subject.change.items():
            column = TABLES[subject.table].column(name)
            assert column is not None
            assert (column.write, value != column.default) == (Write.ALWAYS, True), f"{subject.table}.{name}"

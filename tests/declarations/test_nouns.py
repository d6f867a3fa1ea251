"""A noun is a table in the catalogue, a resource and a `Case`; whoever leaves one out is told what to do."""

from __future__ import annotations

from tests.engine.cases import CASES
from tools import names
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.declaring.resource import Resource

ROWS = {noun: kind for noun, kind in names.nouns().items() if issubclass(kind, Resource)}
"""The resources that are one row each. `Firewall` and `Power` are not; their whole lives have tests of their own."""


def test_every_resource_has_a_table() -> None:
    missing = {noun: kind.declaration.table for noun, kind in ROWS.items() if kind.declaration.table not in TABLES}
    assert not missing, (
        f"Describe these tables in verge_pulumi/catalogue/<area>/, each column with its source: {missing}."
    )


def test_every_resource_has_a_case() -> None:
    missing = set(ROWS) - set(CASES)
    assert not missing, (
        "The whole life of each resource is tested. Add a Case for each of these to tests/engine/cases/<area>.py:"
        f" {', '.join(sorted(missing))}."
    )


def test_every_case_has_a_resource() -> None:
    parents = {case.within.noun for case in CASES.values() if case.within}
    missing = {*CASES, *parents} - {*ROWS, "Gadget"}
    assert not missing, (
        "Declare each of these in a file of verge_pulumi/resources/<area>/ and run `make docs`, or remove its Case from"
        f" tests/engine/cases/: {', '.join(sorted(missing))}."
    )

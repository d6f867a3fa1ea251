"""Previews that are written by hand, for what no short run of the CLI would show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.review.report.plan import Change, Plan
from verge_pulumi.review.report.reading import read

OURS = "pulumi-python:dynamic/vergeos:"


def urn(kind: str, name: str) -> str:
    """Return the URN of a resource, of this package unless the kind is a whole type token."""
    return f"urn:pulumi:dev::shop::{kind if ':' in kind else OURS + kind}::{name}"


def state(inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a state with these values."""
    return {"inputs": dict(inputs), "outputs": {**inputs, **(outputs or {})}, **more}


def step(
    op: str,
    kind: str,
    name: str = "it",
    *,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return one step of a preview."""
    sides = {"oldState": old, "newState": new}
    return {"op": op, "urn": urn(kind, name), **{side: value for side, value in sides.items() if value}, **more}


def preview(*steps: Mapping[str, Any], **more: Any) -> Plan:
    """Return the plan that consists of these steps."""
    return read({"steps": list(steps), **more}, parallel=8)


def only(*steps: Mapping[str, Any]) -> Change:
    """Return the one change that these steps are."""
    (change,) = preview(*steps).changes
    return change

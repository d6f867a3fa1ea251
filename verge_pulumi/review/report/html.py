"""The report as one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.review.escaping import LONGEST, LONGEST_MESSAGE
from verge_pulumi.review.escaping import text as harmless
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.capacity import Room, capacity
from verge_pulumi.review.report.firewall import traffic_changes
from verge_pulumi.review.report.machines import lines
from verge_pulumi.review.report.ordering import effects, groups
from verge_pulumi.review.report.picture import svg
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.values import traffic


def html(plans: Sequence[Plan], *, rooms: Sequence[Room] = (), notes: Sequence[str] = ()) -> str:
    """Return the report, the same in content as the Markdown but whole, and with a picture.

    Args:
        plans: One for each stack.
        rooms: What the system has, if it was asked.
        notes: Further sentences, for the end.
    """
    package, files = resources.files("verge_pulumi"), ("page.css", "review/report/report.css")
    style = "".join((package / name).read_text(encoding="utf-8") for name in files)
    environment = Environment(
        loader=PackageLoader("verge_pulumi.review", "report"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        capacity=capacity,
        effects=effects,
        groups=groups,
        in_units=in_units,
        lines=lines,
        picture=lambda plan: Markup(svg(plan)),  # noqa: S704 it escapes what it puts in
        rules=lambda plan: [rule for change in plan.changing for rule in change.rules],
        traffic=traffic,
        differences=traffic_changes,
        text=_element,
        phrases=phrases,
    )
    return environment.get_template("report.html.j2").render(
        plans=plans,
        rooms=rooms,
        notes=notes,
        style=Markup(style),  # noqa: S704 it is ours
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _shown(value: object) -> object:
    """Return what a template puts out; what is no markup yet is foreign text."""
    return _element(value, LONGEST_MESSAGE) if isinstance(value, str) and not isinstance(value, Markup) else value


def _element(value: object, limit: int = LONGEST) -> Markup:
    """Return foreign text as markup, so that it is neither cut nor escaped once more."""
    return escape(harmless(value, limit))

"""When what a sandbox made may be deleted: a line of its description, such as ``expires 2026-12-01T00:00Z``.

The mark of its owner has a form that never changes and no room for it, so it is a line of its own above the mark, which
people see in the UI and may edit to keep something longer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi

from verge_pulumi.engine.declaring.hidden import OWNER
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.ownership.mark import without_mark
from verge_pulumi.resources.firewall.firewall import Firewall

_FORM = "%Y-%m-%dT%H:%MZ"
_LINE = re.compile(r"(?:\A|\n)expires (\d{4}-\d\d-\d\dT\d\d:\d\dZ)\s*\Z")
_LIKE = re.compile(r"^[ \t]*expires\b", re.MULTILINE | re.IGNORECASE)


def end_of_day(now: datetime, ttl: timedelta) -> datetime:
    """Return the end of the day, in UTC, on which a time to live that starts now runs out.

    Whole days keep the programs of one day equal: only the first ``up`` of a day writes another expiry.
    """
    day = (now.astimezone(UTC) + ttl).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


def expiry_in(description: str | None) -> datetime | None:
    """Return when a row expires as its description says, in UTC; None if it does not say or names no real time."""
    found = _LINE.search(without_mark(description))
    try:
        return datetime.strptime(found[1], _FORM).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None  # somebody edited it to a day that is none; what says no time is kept


def is_unclear(description: str | None) -> bool:
    """Say whether a row has a line on its expiry that cannot be read, or several, as after somebody edited it."""
    lines = len(_LIKE.findall(without_mark(description)))
    return lines > (expiry_in(description) is not None)


def with_expiry(description: str | None, expires: datetime) -> str:
    """Return a description with the line that says when the row expires."""
    text = _LINE.sub("", description or "")
    line = f"expires {expires.astimezone(UTC).strftime(_FORM)}"
    return f"{text}\n{line}" if text else line


def tell_expiry(expires: datetime) -> None:
    """Let everything that the running program makes from here on say when it expires.

    That is what has a description which may change; the rest is deleted with its parent.
    """

    def tell(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        resource = args.resource
        # One that this program only reads (`get`) is registered without the hidden inputs.
        if not isinstance(resource, BaseResource) or OWNER not in args.props:
            return None
        if isinstance(resource, Firewall):
            given: Any = args.props["rules"]
            rules = [_told(rule, expires) for rule in given]
            return pulumi.ResourceTransformationResult({**args.props, "rules": rules}, args.opts)
        declared = resource.declaration.inputs.get("description")
        if declared is None or declared.replaces:
            return None
        return pulumi.ResourceTransformationResult(_told(args.props, expires), args.opts)

    pulumi.runtime.register_stack_transformation(tell)


def _told(arguments: Mapping[str, Any], expires: datetime) -> dict[str, Any]:
    """Return arguments whose description says when what they describe expires."""
    given: Any = arguments.get("description")
    if given is None or isinstance(given, str):
        return {**arguments, "description": with_expiry(given, expires)}
    text = pulumi.Output.from_input(given).apply(lambda known: with_expiry(known, expires))
    return {**arguments, "description": text}

"""Values as people read them: in units, rules as sentences, and what refers to a row by what that is called.

All texts are harmless on a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from verge_pulumi.engine.declaring.attributes import Attribute, Reference, Refs
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.review.escaping import text
from verge_pulumi.review.kinds import every_kind
from verge_pulumi.review.urns import name_of

SECRET = "[secret]"  # noqa: S105 Pulumi's own word for one
"""What stands where a secret was."""

ANOTHER_SECRET = "[another secret]"  # noqa: S105 no secret either
"""What stands where another secret will be."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What Pulumi writes for a value that is known only when the change is made."""

UNTOLD: Mapping[str, str] = {SECRET: "secret", ANOTHER_SECRET: "another secret", UNKNOWN: "known later"}
"""What stands for values that a preview does not tell, in words. One of them may be any value."""

Names = Mapping[tuple[str, str], str]
"""What rows are called, by table and key."""

_ALIAS = re.compile(r"\balias:([0-9]+)\b")


def shown(
    field: str,
    value: Any,
    attribute: Attribute | None = None,
    names: Names | None = None,
    referred: Iterable[str] = (),
) -> str:
    """Return a value as people read it.

    Args:
        field: The field that holds it, which tells its unit.
        value: The value.
        attribute: What the field is declared as, if that is known.
        names: What rows are called.
        referred: URNs of what it is the key of, or is made of as long as it is unknown.
    """
    names = names or {}
    if value is None:
        return "unset"
    if value in (SECRET, ANOTHER_SECRET):
        return UNTOLD[value]
    if isinstance(attribute, Reference):
        called = _called(attribute, value, names)
        return text(", ".join(_completed(called, referred) if called else map(name_of, referred))) or "known later"
    if value == UNKNOWN:
        return text(", ".join(map(name_of, referred))) or "known later"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        count = int(value)
        if field in _units():
            return in_units(count * _units()[field])
        return text(count if count == value else value)
    if isinstance(value, list):
        return text(", ".join(_item(each, attribute, names) for each in value)) or "none"
    if isinstance(value, Mapping):
        return text(_pairs(value, names)) or "none"
    return text(_with_names(str(value), names)) or "empty"


def sides(
    field: str,
    old: Any,
    new: Any,
    attribute: Attribute | None = None,
    names: Names | None = None,
    referred: Iterable[str] = (),
) -> tuple[str, str]:
    """Return both values of a field that differs; the old one is "" where the new one says it all.

    Args:
        field: The field.
        old: What it is.
        new: What it shall be.
        attribute: What the field is declared as, if that is known.
        names: What rows are called.
        referred: URNs of what the new value refers to.
    """
    names = names or {}
    if old == SECRET and new == SECRET:
        return "", "secret changed"
    if isinstance(old, list) and isinstance(new, list) and not isinstance(attribute, Refs):
        return "", text(", ".join(_turned(old, new, attribute, names))) or "another order"
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return "", text(", ".join(_changed(old, new, attribute, names))) or "a secret in it changed"
    before, after = shown(field, old, attribute, names), shown(field, new, attribute, names, referred)
    if isinstance(attribute, Reference) and before == after:
        return ("", f"{after}, recreated") if new == UNKNOWN else (_text(old, {}), _text(new, {}))
    return ("", "a secret in it changed") if before == after and not referred else (before, after)


def traffic(rule: Mapping[str, Any] | None, names: Names | None = None) -> str:
    """Return a rule in words, such as ``accept incoming tcp from anywhere to 10.0.0.5 port 443``; "" for none.

    Args:
        rule: What it says, by name of the argument.
        names: What rows are called.
    """
    if rule is None:
        return ""
    defaults = (("action", "accept"), ("direction", "incoming"), ("protocol", "any"))
    does = [_text(rule.get(name) or default, names or {}) for name, default in defaults]
    ends = [f"{word} {_end(rule, end, names or {})}" for word, end in (("from", "source"), ("to", "destination"))]
    if len(said := {*does, *(_text(rule.get(column), {}) for column in ("source_ip", "destination_ip"))}) == 1:
        return said.pop()  # nothing of it is told
    target = f"by {_end(rule, 'target', names or {})}" if rule.get("target_ip") or rule.get("target_ports") else ""
    off = "(off)" if rule.get("enabled") is False else ""
    return " ".join(filter(None, [*does, *ends, target, off]))


def is_untold(value: Any) -> bool:
    """Say whether a preview does not tell a value."""
    return isinstance(value, str) and value in UNTOLD


def by_name(value: Any) -> dict[str, Mapping[str, Any]] | None:
    """Return a list of what has names as a mapping; None if it is no such list."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) and "name" in each for each in value):
        return None
    named = {str(each["name"]): each for each in value}
    return named if len(named) == len(value) else None


def _end(rule: Mapping[str, Any], end: str, names: Names) -> str:
    address, ports = rule.get(f"{end}_ip") or "anywhere", rule.get(f"{end}_ports")
    return f"{_text(address, names)} port {_text(ports, names)}" if ports else _text(address, names)


def _with_names(value: str, names: Names) -> str:
    """Return a text in which addresses or ports of a rule name their aliases."""

    def called(found: re.Match[str]) -> str:
        rows = [(table, found[1]) for table in _aliases()]
        return f"alias {next((names[row] for row in rows if row in names), f'with key {found[1]}')}"

    return _ALIAS.sub(called, value)


def _text(value: Any, names: Names) -> str:
    """Return a value inside another one."""
    if is_untold(value):
        return UNTOLD[value]
    if value is None or isinstance(value, bool):
        return {None: "unset", True: "yes", False: "no"}[value]
    if isinstance(value, Mapping):
        return f"({_pairs(value, names)})"
    if isinstance(value, list):
        return "/".join(_text(each, names) for each in value)
    is_whole = isinstance(value, float) and value.is_integer()
    return _with_names(str(int(value) if is_whole else value), names)


def _pairs(value: Mapping[str, Any], names: Names) -> str:
    return ", ".join(f"{key}: {_text(each, names)}" for key, each in value.items())


def _item(value: Any, attribute: Attribute | None, names: Names) -> str:
    """Return an element of a list: a rule in words, what has a name with that in front."""
    if not isinstance(value, Mapping) or "name" not in value:
        return _text(value, names)
    return f"{value['name']} ({_said(value, attribute, names)})"


def _said(value: Mapping[str, Any], attribute: Attribute | None, names: Names) -> str:
    """Return what something says that is known by its name."""
    if attribute is not None and attribute.role == "rules":
        return traffic(value, names)
    return _pairs({key: each for key, each in value.items() if key != "name"}, names)


def _turned(old: Sequence[Any], new: Sequence[Any], attribute: Attribute | None, names: Names) -> Iterable[str]:
    """Yield what goes from a list, comes to it, and becomes another one under its name."""
    before, after = by_name(old), by_name(new)
    if before is None or after is None:
        yield from (f"−{_item(each, attribute, names)}" for each in old if each not in new)
        yield from (f"+{_item(each, attribute, names)}" for each in new if each not in old)
        return
    yield from _changed(before, after, attribute, names)


def _changed(
    old: Mapping[str, Any], new: Mapping[str, Any], attribute: Attribute | None, names: Names
) -> Iterable[str]:
    """Yield what goes from a mapping, comes to it, and changes in it."""
    yield from (f"−{key}" for key in old if key not in new)
    for key, value in new.items():
        if key not in old:
            said = _said(value, attribute, names) if isinstance(value, Mapping) else _text(value, names)
            yield f"+{key} ({said})" if isinstance(value, Mapping) else f"+{key}: {said}"
        elif old[key] != value:
            yield f"{key}: {difference(old[key], value, attribute, names)}"


def difference(old: Any, new: Any, attribute: Attribute | None = None, names: Names | None = None) -> str:
    """Return what differs between two values of one name, rules as what they say and other mappings by field."""
    names = names or {}
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return f"{_text(old, names)} → {_text(new, names)}"
    if attribute is not None and attribute.role == "rules":
        before, after = traffic(old, names), traffic(new, names)
        if before != after:
            return f"{before} → {after}"
    differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return ", ".join(f"{key} {_text(old.get(key), names)} → {_text(new.get(key), names)}" for key in differing)


def _called(attribute: Reference, value: Any, names: Names) -> list[str]:
    """Return what the rows are called to which a reference refers; what has no name is told as it is."""
    keys = value if isinstance(value, list) else [value]
    found = []
    for key in keys:
        if key == UNKNOWN:
            continue
        rows = attribute.refers_to([key] if isinstance(attribute, Refs) else key)
        found.append(next((names[row] for row in rows if row in names), _text(key, names)))
    return found


def _completed(called: Sequence[str], referred: Iterable[str]) -> list[str]:
    """Return names, and the names of other objects that are referred to; one name alone replaces one key alone."""
    others = [name for name in map(name_of, referred) if name not in called]
    return others if len(called) == len(others) == 1 else [*called, *others]


@cache
def _aliases() -> Sequence[str]:
    """Return the tables of what rules refer to by its key."""
    return [kind.declaration.table for kind in every_kind() if "matched" in kind.declaration.roles]


@cache
def _units() -> Mapping[str, int]:
    """Return in which units fields are amounts of memory or data; one name means the same in all resources."""
    attributes = (attribute for kind in every_kind() for attribute in kind.declaration.attributes.values())
    return {attribute.name: attribute.unit for attribute in attributes if attribute.unit}

"""What a program registers, found out by running it without an engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verge_pulumi.client import Row
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.ownership.states import OURS

_REFUSED = re.compile(r"(?:RunError|Refusal): Unable to declare (?P<kind>\w+) '(?P<name>.*?)':(?P<why>.*)", re.DOTALL)


class Refused(EngineError):
    """The program declares something that the package refuses.

    Attributes:
        kind: The resource.
        name: Its name.
        why: The reason.
    """

    def __init__(self, kind: str, name: str, why: str) -> None:
        super().__init__(f"{kind} '{name}' cannot be declared: {why}")
        self.kind = kind
        self.name = name
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack, as the program is told of it.

    Attributes:
        organization: The organization.
        project: The project.
        name: The stack.
        config: Its configuration, secrets in the open.
        secret: The keys of those.
    """

    organization: str
    project: str
    name: str
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """``project/stack``, as marks have it."""
        return f"{self.project}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A resource that the program registers.

    Attributes:
        urn: Its URN.
        type: Its type.
        name: Its name.
        parent: The URN of its parent.
        custom: Whether it is a resource and no component.
        inputs: Its inputs, as they travel to the engine.
        dependencies: The URNs on which it depends.
        propertyDependencies: Those of each input.
        protect: Whether it is protected.
        deletedWith: The URN of that with which it is deleted.
        additionalSecretOutputs: Outputs that are secret.
        provider: Its explicit provider.
        id: The id of the row behind it; "" if there is none.
        why: Why there is none.
    """

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: Mapping[str, Any] = field(repr=False)
    dependencies: list[str]
    propertyDependencies: Mapping[str, list[str]]  # noqa: N815  as the state has it
    protect: bool
    deletedWith: str  # noqa: N815
    additionalSecretOutputs: list[str]  # noqa: N815
    provider: str
    id: str
    why: str = ""

    @property
    def path(self) -> str:
        """Its type with those of its parents."""
        return self.urn.split("::")[2]


Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Id and outputs of the row behind each resource, by its type with those of its parents, and by name."""


Candidates = Mapping[str, Sequence[Mapping[str, Any]]]
"""Id and outputs of each row that a resource may be, by the title of its kind."""


Read = Mapping[str, Sequence[Row]]
"""Rows that a program need not ask VergeOS for, by table."""

NOTHING: Read = {}


def told_to_recorder(
    stack: Stack, rows: Rows, candidates: Candidates, provider: str = "", read: Read = NOTHING
) -> dict[str, Any]:
    """Return what the recorder has to know, as `recorder.record` takes it."""
    return {
        "organization": stack.organization,
        "project": stack.project,
        "stack": stack.name,
        "config": dict(stack.config),
        "secret": list(stack.secret),
        "rows": rows,
        "candidates": candidates,
        "provider": provider,
        "read": read,
    }


def record(
    folder: Path, stack: Stack, rows: Rows, candidates: Candidates, provider: str = "", read: Read = NOTHING
) -> list[Registered]:
    """Run the program in a folder and return what it registers, in order.

    Args:
        folder: The project.
        stack: For which stack.
        rows: The rows behind the resources that a plan knows.
        candidates: The rows that other resources may be.
        provider: The name of the provider of these, "" for the default one.
        read: Rows that the program looks up there and that were read before, by table.

    Raises:
        Refused: The package refuses one of the resources.
        EngineError: The program fails; the text is its own.
    """
    with tempfile.TemporaryDirectory(prefix="verge-pulumi-") as private:
        source, target = Path(private, "given.json"), Path(private, "registered.json")
        source.touch(mode=0o600)
        source.write_text(json.dumps(told_to_recorder(stack, rows, candidates, provider, read)), encoding="utf-8")
        ran = subprocess.run(  # noqa: S603  this Python
            [sys.executable, "-m", "verge_pulumi.importing.recorder", str(source), str(target)],
            cwd=folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if ran.returncode:
            raise failure(folder, ran.stderr)
        with target.open(encoding="utf-8") as lines:
            return [Registered(**json.loads(line)) for line in lines]


def failure(folder: Path, words: str) -> EngineError:
    """Return what a program failed with.

    Args:
        folder: The project.
        words: What it wrote at its end.
    """
    if refused := _REFUSED.search(words):
        reasons = [line.strip().removeprefix("- ") for line in refused["why"].splitlines()]
        return Refused(refused["kind"], refused["name"], shown(" ".join(filter(None, reasons))))
    last = words.strip().rpartition("\n")[2] or "it ended without a word"
    return EngineError(f"the program in {folder} fails: {shown(last)}. Run 'pulumi preview' to see where")


def differing(one: Iterable[Registered], other: Iterable[Registered]) -> list[str]:
    """Return the names of the resources that two programs do not register alike; in which order does not matter."""
    first, second = ({each.urn: each for each in program} for program in (one, other))
    urns = [urn for urn in first | second if first.get(urn) != second.get(urn)]
    return sorted((first.get(urn) or second[urn]).name for urn in urns)


def see_declared(registered: Collection[Registered], planned: Collection[tuple[str, str]]) -> None:
    """See that the program declares all that the plan manages: files that somebody edited may not.

    Raises:
        EngineError: It does not.
    """
    declared = {(each.path, each.name) for each in registered}
    lacking = [f"{path.rpartition(OURS)[2]} '{name}'" for path, name in planned if (path, name) not in declared]
    if lacking:
        more = f" and {len(lacking) - 1:,} more" if lacking[1:] else ""
        raise EngineError(
            f"the program lacks {lacking[0]}{more}, which the plan manages. Import in __main__.py the modules "
            "that declare it, or set its treatment to 'leave' in the plan"
        )

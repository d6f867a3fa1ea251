"""What the tests of the matrix say again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from tests.providers.bench import Bench
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Simulator

CREATE = {"verb": "POST", "path": "/vms$"}
UPDATE = {"verb": "PUT", "path": "/vms/"}
DELETE = {"verb": "DELETE", "path": "/vms/"}
READ = {"verb": "GET", "path": "/vms/"}


def refusal_of(call: Callable[[], object], kind: type[Exception]) -> str:
    """Return what a call says when it refuses, or "" when it does not; what is said is one printable line."""
    try:
        call()
    except kind as refusal:
        text = str(refusal)
    else:
        return ""
    assert text
    assert text.isprintable()
    return text


def cases(number: int, part: int = 8) -> settings:
    """Return how many cases hypothesis tries: all of them in `make soak`, an eighth or another part in `make test`.

    No single one has a deadline, for the machine may be busy.
    """
    whole = settings.get_current_profile_name() == "whole"
    return settings(max_examples=number if whole else max(number // part, 10), deadline=None)


def fault(match: dict[str, Any], what: str, /, when: str = "before", **options: Any) -> dict[str, Any]:
    """Return a fault for `Simulator.faults`; ``nth`` and ``times`` go into the match."""
    chosen = {name: options.pop(name) for name in ("nth", "times") if name in options}
    return {"match": {**match, **chosen}, "when": when, "what": what, **options}


def error_of(call: Callable[[], object]) -> str:
    """Return the one line that a call of a provider fails with."""
    with pytest.raises(Reported) as caught:
        call()
    text = str(caught.value)
    assert text.isprintable()
    return text


def sent(simulator: Simulator, verb: str, path: str) -> int:
    """Return how many requests of that kind arrived, applied or not."""
    return sum(request.verb == verb and path in request.path for request in simulator.requests())


def applied(simulator: Simulator, verb: str) -> int:
    """Return how many requests of that kind were applied: the simulator is the witness, not our client."""
    return sum(request.verb == verb and request.applied for request in simulator.requests())


def names(simulator: Simulator, table: str = "vms") -> list[str]:
    """Return the names of the rows there are."""
    return [row["name"] for row in simulator.rows(table)]


def exactly_one(bench: Bench, id: str) -> None:
    """See that the one VM there is, made by one applied POST, is the one with that id."""
    assert [str(row["$key"]) for row in bench.simulator.rows("vms")] == [id]
    assert sum(r.applied and r.path.endswith("/vms") for r in bench.simulator.requests() if r.verb == "POST") == 1

"""The control panel under ``/_sim``: dials and queries for tests (JSON, no login, not in the log).

The page at ``/`` uses it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from verge_pulumi.catalogue.openapi import column_description
from verge_pulumi.simulator.calls import Answer, Call
from verge_pulumi.simulator.disputed import QUESTIONS
from verge_pulumi.simulator.errors import ApiError
from verge_pulumi.simulator.faults import WHAT
from verge_pulumi.simulator.world import World

DIALS = "/_sim"
"""The path of the control panel."""

HELP: Mapping[str, str] = {
    "GET /_sim": "this list",
    "GET /_sim/system": "name, release, and how many rows each table has",
    "GET /_sim/table": "?name=vms: columns with the source of each, actions, and rows with their secrets masked",
    "GET /_sim/requests": "the request log; ?last=50: the end of it",
    "GET /_sim/counters": "requests by verb and table, connections, applied writes, unknown columns, most in flight",
    "POST /_sim/reset": '{"what": "all" | "log"}: back to the seed, or an empty log',
    "GET /_sim/clock": "mode and time",
    "PUT /_sim/clock": '{"mode": "real"} or {"mode": "manual", "advance": 5}',
    "GET /_sim/transitions": "how state changes behave",
    "PUT /_sim/transitions": '{"seconds": 1.0} or {"looks": 2}; {"stuck": ["stopping"]};'
    ' {"ignore_poweroff": true | [machine keys]}',
    "GET /_sim/latency": "how long answers are delayed",
    "PUT /_sim/latency": '{"ms": 50}',
    "GET /_sim/disputed": "what sources disagree about, with the answer that is given and the others",
    "PUT /_sim/disputed": f'another answer: {{"update_answer": "object"}}; of {", ".join(QUESTIONS)}',
    "PUT /_sim/guest": '{"machine": 101, "addresses": ["10.0.0.5"], "hostname": "web"}: what the agent of a VM with'
    " guest_agent reports, one transition after the VM runs",
    "GET /_sim/faults": "the faults that are set",
    "PUT /_sim/faults": '[{"match": {"verb", "path" (regular expression), "nth", "times"}, "when": "before" | "after",'
    f' "what": …}}], what = {"; ".join(f"{name}: {meaning}" for name, meaning in WHAT.items())}',
    "GET /_sim/state": "the whole content, secrets included",
    "PUT /_sim/state": "replace the whole content",
}
"""The dials and their parameters."""


class Dialboard:
    """Answers requests to the dials.

    Args:
        world: The system that they control.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._dials: Mapping[str, Callable[[Call], Any]] = {
            "GET /_sim": lambda call: HELP,
            "GET /_sim/system": _asked(self._system),
            "GET /_sim/table": _asked(self._table),
            "GET /_sim/requests": _asked(self._requests),
            "GET /_sim/counters": lambda call: world.log.counters(world.backend.unknown_columns).as_json(),
            "POST /_sim/reset": _asked(world.reset),
            "GET /_sim/clock": lambda call: {"mode": world.clock.mode, "now": world.clock.now()},
            "PUT /_sim/clock": _asked(world.clock.set),
            "GET /_sim/transitions": lambda call: asdict(world.dials),
            "PUT /_sim/transitions": _asked(world.dials.set),
            "GET /_sim/latency": lambda call: {"ms": world.latency * 1000},
            "PUT /_sim/latency": _asked(world.delay),
            "GET /_sim/disputed": lambda call: world.backend.disputed.as_json(),
            "PUT /_sim/disputed": _asked(world.backend.disputed.set),
            "PUT /_sim/guest": _asked(world.guest),
            "GET /_sim/faults": lambda call: world.faults.as_json(),
            "PUT /_sim/faults": lambda call: world.faults.set(call.value()),
            "GET /_sim/state": lambda call: world.backend.dump(),
            "PUT /_sim/state": lambda call: world.load(call.value()),
        }

    def answer(self, call: Call) -> Answer:
        """Set or read a dial; an invalid request is answered with 422 and the reason."""
        dial = self._dials.get(f"{call.verb} {call.path.rstrip('/')}")
        if dial is None:
            return Answer.of_error(ApiError(404, f"There is no dial {call.verb} {call.path}. GET {DIALS} lists them."))
        self._world.backend.transitions.settle()
        try:
            result = dial(call)
            return Answer(200, {} if result is None else result)
        except ApiError as error:
            return Answer.of_error(error)
        except ValueError as error:
            reason = str(error)
            known = reason.startswith("Unable")
            return Answer.of_error(ApiError(422, reason if known else f"Unable to set the dial: {reason}"))

    def _system(self) -> dict[str, Any]:
        backend = self._world.backend
        tables = {name: len(backend.store.rows(name)) for name in backend.relations}
        return {"name": backend.name, "release": backend.release.text, "tables": tables}

    def _table(self, name: str) -> dict[str, Any]:
        backend = self._world.backend
        if name not in backend.relations:
            raise ValueError(f"there is no table {name!r}.")
        table = backend.relations[name].table
        return {
            "name": table.name,
            "key": table.key,
            "actions": table.actions,
            "source": table.source,
            "columns": [
                {
                    "name": column.name,
                    "type": column.type.value,
                    "write": column.write.value,
                    "description": column_description(column),
                }
                for column in table.columns
            ],
            "rows": self._world.log.masked(list(backend.store.rows(name))),
        }

    def _requests(self, last: str = "0") -> list[dict[str, Any]]:
        if not (last.isascii() and last.isdecimal() and len(last) < 10):
            raise ValueError("last must be a whole number.")
        log = list(self._world.log.requests)
        return [asdict(request) for request in log[-int(last) :]]


def _asked(dial: Callable[..., Any]) -> Callable[[Call], Any]:
    """Return a handler that calls a function with the parameters in a request's query or body."""
    signature = inspect.signature(dial)

    def ask(call: Call) -> Any:
        parameters = call.query if call.verb == "GET" else call.value()
        if not isinstance(parameters, Mapping):
            raise ValueError("the body must be an object.")
        try:
            bound = signature.bind(**parameters)
        except TypeError as error:
            raise ValueError(f"{error}.") from None
        return dial(*bound.args, **bound.kwargs)

    return ask

"""The control panel under ``/_sim``: what a test turns and what it may ask (JSON, no login, not in the log)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from verge_pulumi.simulator.api import Answer, Call
from verge_pulumi.simulator.errors import ApiError
from verge_pulumi.simulator.faults import WHAT
from verge_pulumi.simulator.world import World

DIALS = "/_sim"
"""Where the control panel is."""

HELP: Mapping[str, str] = {
    "GET /_sim": "this list",
    "GET /_sim/requests": "the request log",
    "GET /_sim/counters": "requests by verb and table, connections, applied writes, unknown columns, most in flight",
    "POST /_sim/reset": '{"what": "all" | "log"}: back to the seed, or an empty log',
    "GET /_sim/clock": "mode and time",
    "PUT /_sim/clock": '{"mode": "real"} or {"mode": "manual", "advance": 5}',
    "GET /_sim/transitions": "how state changes behave",
    "PUT /_sim/transitions": '{"seconds": 1.0} or {"looks": 2}; {"stuck": ["stopping"]};'
    ' {"ignore_poweroff": true | [machine keys]}',
    "PUT /_sim/guest": '{"machine": 101, "addresses": ["10.0.0.5"], "hostname": "web"}: what the agent of a VM with'
    " guest_agent reports, one transition after the VM runs",
    "GET /_sim/faults": "the faults that are set",
    "PUT /_sim/faults": '[{"match": {"verb", "path" (regular expression), "nth", "times"}, "when": "before" | "after",'
    f' "what": …}}], what = {"; ".join(f"{name}: {meaning}" for name, meaning in WHAT.items())}',
    "GET /_sim/state": "the whole content, secrets included",
    "PUT /_sim/state": "replace the whole content",
}
"""The dials and what they take."""


class Dialboard:
    """Answers the dials' requests.

    Args:
        world: What they turn.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._dials: Mapping[str, Callable[[Any], Any]] = {
            "GET /_sim": lambda body: HELP,
            "GET /_sim/requests": lambda body: [asdict(request) for request in world.log.requests],
            "GET /_sim/counters": lambda body: world.log.counters(world.backend.unknown_columns).as_json(),
            "POST /_sim/reset": lambda body: world.reset(**body),
            "GET /_sim/clock": lambda body: {"mode": world.clock.mode, "now": world.clock.now()},
            "PUT /_sim/clock": lambda body: world.clock.set(**body),
            "GET /_sim/transitions": lambda body: asdict(world.dials),
            "PUT /_sim/transitions": lambda body: world.dials.set(**body),
            "PUT /_sim/guest": lambda body: world.guest(**body),
            "GET /_sim/faults": lambda body: world.faults.as_json(),
            "PUT /_sim/faults": world.faults.set,
            "GET /_sim/state": lambda body: world.backend.dump(),
            "PUT /_sim/state": world.load,
        }

    def answer(self, call: Call) -> Answer:
        """Turn or read a dial; a mistake in the request is answered 422 with the reason."""
        dial = self._dials.get(f"{call.verb} {call.path.rstrip('/')}")
        if dial is None:
            return Answer.of_error(ApiError(404, f"There is no dial {call.verb} {call.path}. GET {DIALS} lists them."))
        self._world.backend.transitions.settle()
        try:
            result = dial(call.value())
            return Answer(200, {} if result is None else result)
        except ApiError as error:
            return Answer.of_error(error)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return Answer.of_error(ApiError(422, f"Unable to set the dial: {error}"))

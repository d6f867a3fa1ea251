"""The engine's own floor: as many resources with the same dependencies, whose provider does nothing."""

import os
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

COMPUTED = {"uuid": "0" * 36, "machine": 1, "status": "online", "location": "/v4/vms/1", "$key": 1}
"""As many outputs as a drive of ours has, so that the state grows as fast."""


class IdleProvider(ResourceProvider):
    """Keeps what it is given."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Return the inputs as outputs."""
        return CreateResult("1", {**props, **COMPUTED})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the one argument that the workload changes."""
        return DiffResult(changes=_olds.get("ram") != _news.get("ram"))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Return the new inputs as outputs."""
        return UpdateResult({**_news, **COMPUTED})


class Idle(Resource):
    """A resource that is nothing but a line in the state."""


def idle(number: int, ram: int) -> None:
    """Declare what `bench.machines` declares, or each machine with its parts as one resource."""

    def declare(name: str, *parents: Idle, **arguments: Any) -> Idle:
        given = {"name": name, **arguments, "parents": [parent.id for parent in parents]}
        return Idle(IdleProvider(), name, given)

    lan = declare("lan")
    if os.environ.get("IN_ONE_ENTRY"):
        for n in range(number):
            parts = {"disk": {"disksize": "1GiB", **COMPUTED}, "nic": COMPUTED, "power": {"state": "running"}}
            declare(f"vm-{n}", lan, ram=ram, **parts)
        return
    for n in range(number):
        vm = declare(f"vm-{n}", ram=ram)
        disk = declare(f"disk-{n}", vm, disksize="1GiB")
        nic = declare(f"nic-{n}", vm, lan)
        declare(f"on-{n}", vm, disk, nic, state="running")


if __name__ == "__main__":
    from bench import idle as importable  # a provider of the module __main__ would be pickled with all its code

    importable.idle(int(os.environ["MACHINES"]), int(os.environ.get("RAM", "1024")))

"""The workload: a network, and so many machines with a drive and a NIC, powered on.

``MACHINES`` and ``RAM`` are the environment variables by which a Pulumi run of this file chooses.
"""

import os
from collections.abc import Callable

import pulumi

from verge_pulumi import Drive, Network, Nic, Power, VirtualMachine


def machines(number: int, *, ram: int = 1024, components: bool = False) -> Callable[[], None]:
    """Return a program with so many machines, each in a component of the program's own if wanted."""

    def program() -> None:
        lan = Network("lan", name="lan")
        for n in range(number):
            inside = pulumi.ComponentResource("bench:index:Machine", f"machine-{n}") if components else None
            within = pulumi.ResourceOptions(parent=inside)
            vm = VirtualMachine(f"vm-{n}", name=f"vm-{n}", ram=ram, opts=within)
            disk = Drive(f"disk-{n}", vm=vm, name="disk", disksize="1GiB", opts=within)
            nic = Nic(f"nic-{n}", vm=vm, network=lan, name="nic", opts=within)
            on = pulumi.ResourceOptions(parent=inside, depends_on=[disk, nic])
            Power(f"on-{n}", of=vm, state="running", opts=on)

    return program


if __name__ == "__main__":
    machines(int(os.environ["MACHINES"]), ram=int(os.environ.get("RAM", "1024")))()

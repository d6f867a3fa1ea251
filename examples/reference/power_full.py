"""A machine that is started after its disk is there, and is off hard after two minutes when it has to go."""

import pulumi

from verge_pulumi import Drive, Power, VirtualMachine

vm = VirtualMachine("app", name="app")
disk = Drive("app", vm=vm, name="root", disksize="10GiB")
power = Power(
    "app",
    of=vm,
    state="running",
    timeout=120,
    force=True,
    on_destroy="stop",
    opts=pulumi.ResourceOptions(depends_on=[disk]),
)
pulumi.export("app-runs-on", power.node)

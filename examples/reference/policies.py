"""A stack that refuses to grow beyond its limits, or to let in traffic from anywhere."""

import pulumi

from verge_pulumi import VirtualMachine
from verge_pulumi.policies import Limits, enforce

limits = Limits(max_cores=64, max_ram="256GiB", max_disk="10TiB", public_rules=False, protected=("vault-*",))
pulumi.runtime.register_stack_transformation(enforce(limits))

VirtualMachine("small", name="small", cpu_cores=2, ram=2048)

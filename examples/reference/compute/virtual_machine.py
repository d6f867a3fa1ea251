"""A virtual machine with a disk, which is started when the disk is there."""

import pulumi

from verge_pulumi import Drive, Power, VirtualMachine

build = VirtualMachine("build", name="build", cpu_cores=2, ram=2048, os_family="linux")
build_disk = Drive("build", vm=build, name="root", disksize="20GiB")
Power("build", of=build, state="running", opts=pulumi.ResourceOptions(depends_on=[build_disk]))

"""A golden image: uploaded once, imported into a template once, and copied for every machine of a fleet."""

import hashlib
from pathlib import Path

import pulumi

from verge_pulumi import CloudInit, Drive, MediaFile, NicArgs, Server, VirtualMachine, by_name, cloudinit, export

config = pulumi.Config()
stack = pulumi.get_stack()
path = Path(config.require("image"))
if not path.is_file():
    raise pulumi.RunError(f"There is no image '{path}'. README.md tells how to get one.")
with path.open("rb") as content:
    checksum = hashlib.file_digest(content, "sha256").hexdigest()

# What is made of an image has the image's checksum in its name. So another image makes another template beside the one
# there is, the fleet moves over, and the old template goes last.
golden = f"golden-{checksum[:8]}"

image = MediaFile(golden, name=f"{stack}-{golden}{path.suffix}", source=str(path), sha256=checksum)
template = VirtualMachine(golden, name=f"{stack}-{golden}", os_family="linux", cpu_cores=2, ram=2048)
root = Drive(
    golden,
    vm=template,
    name="root",
    media="import",
    media_source=image,
    disksize=config.require("disk-size"),
    # An imported image counts as data. Here it can be made again at any time.
    allow_data_loss=True,
)

# One machine after the other, so that a new image never stops more than one of them, and none after one that fails.
# The first comes after the template's disk is filled and grown.
turn: pulumi.Resource = root
for number in range(1, config.require_int("machines") + 1):
    name = f"app-{number}"
    server = Server(
        name,
        name=f"{stack}-{name}",
        clone_of=template,
        # The disk of a copy counts as data too. Whatever these machines are to keep belongs somewhere else.
        allow_data_loss=True,
        nics={"eth0": NicArgs(network=by_name(config.require("network")))},
        cloud_init=CloudInit(
            hostname=name,
            users=[
                cloudinit.User(
                    name="ops",
                    sudo="ALL=(ALL) NOPASSWD:ALL",
                    shell="/bin/bash",
                    ssh_authorized_keys=[config.require("ssh-key")],
                )
            ],
        ),
        opts=pulumi.ResourceOptions(depends_on=[turn]),
    )
    turn = server.power
    export(name, server.vm)

export("template", template)

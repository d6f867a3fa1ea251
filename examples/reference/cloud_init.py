"""A guest with an account, a package, a file and a fixed address."""

import pulumi

from verge_pulumi import CloudInit, CloudInitFile, VirtualMachine, cloudinit

config = pulumi.Config()
first_boot = CloudInit(
    hostname="cache",
    users=[
        cloudinit.User(
            name="ada",
            sudo="ALL=(ALL) NOPASSWD:ALL",
            ssh_authorized_keys=["ssh-ed25519 AAAA... ada@example.com"],
            password=config.require_secret("ada-password"),
        )
    ],
    packages=["redis"],
    write_files=[cloudinit.WriteFile(path="/etc/motd", content="Managed by Pulumi\n", permissions="0644")],
    runcmd=["systemctl enable --now redis"],
    network=[
        cloudinit.Ethernet(name="en*", addresses=["10.96.0.5/24"], gateway="10.96.0.1", nameservers=["10.96.0.1"])
    ],
)

# A Server does this itself: Server(..., cloud_init=first_boot).
cache = VirtualMachine("cache", name="cache", cloudinit_datasource="nocloud")
for name, contents in first_boot.files("cache").items():
    CloudInitFile(f"cache-{name.strip('/')}", vm=cache, name=name, contents=contents)

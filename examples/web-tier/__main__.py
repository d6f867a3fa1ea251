"""A web tier: a network of its own and, behind it, servers with a data drive each."""

from ipaddress import IPv4Network

import pulumi

from verge_pulumi import CloudInit, DriveArgs, MediaFile, Network, NicArgs, Power, Server, by_name, cloudinit, export

config = pulumi.Config()
stack = pulumi.get_stack()
segment = IPv4Network(config.require("network"))
router, first_server, first_lease = segment[1], segment[10], segment[segment.num_addresses // 2]
nameservers = ["1.1.1.1", "9.9.9.9"]

lan = Network(
    "lan",
    name=f"{stack}-web",
    network=str(segment),
    ipaddress=str(router),
    default_gateway=by_name(config.require("uplink")),
    dnslist=nameservers,
    # The servers have fixed addresses below the pool, so that they are known before anything runs.
    dhcp_enabled=True,
    dhcp_dynamic=True,
    dhcp_start=str(first_lease),
    dhcp_stop=str(segment[-2]),
)
lan_power = Power("lan", of=lan, state="running")

image = MediaFile("image", name=f"{stack}-web.qcow2", url=config.require("image-url"))

admin = cloudinit.User(
    name="ops",
    groups=["sudo"],
    shell="/bin/bash",
    ssh_authorized_keys=[config.require("ssh-key")],
    password=config.require_secret("password"),
)

addresses: dict[str, str] = {}
for index in range(config.require_int("servers")):
    name = f"web-{index + 1}"
    address = first_server + index
    if address >= first_lease:
        raise pulumi.RunError(f"The network {segment} has no room below its DHCP pool for {name}.")
    server = Server(
        name,
        name=f"{stack}-{name}",
        os_family="linux",
        cpu_cores=2,
        ram=2048,
        guest_agent=True,
        # Its drives go with it, and an imported image counts as data: nothing is destroyed before this is said.
        allow_data_loss=config.require_bool("allow-data-loss"),
        drives={
            "root": DriveArgs(media="import", media_source=image, disksize="8GiB", orderid=0),
            "data": DriveArgs(disksize=config.require("data-size"), orderid=1),
        },
        nics={"eth0": NicArgs(network=lan)},
        cloud_init=CloudInit(
            hostname=name,
            users=[admin],
            packages=["nginx", "qemu-guest-agent"],
            write_files=[cloudinit.WriteFile(path="/var/www/html/index.html", content=f"<h1>{name}</h1>\n")],
            network=[
                cloudinit.Ethernet(
                    name="en*",
                    addresses=[f"{address}/{segment.prefixlen}"],
                    gateway=str(router),
                    nameservers=nameservers,
                )
            ],
            extra={
                # The second disk by `orderid`; it is formatted only if it is empty.
                "fs_setup": [{"device": "/dev/sdb", "filesystem": "ext4", "label": "data", "overwrite": False}],
                "mounts": [["/dev/sdb", "/srv/data", "ext4", "defaults,nofail"]],
            },
        ),
        opts=pulumi.ResourceOptions(depends_on=[lan_power]),
    )
    addresses[name] = str(address)
    export(name, server.vm)

export("lan", lan)
pulumi.export("addresses", addresses)

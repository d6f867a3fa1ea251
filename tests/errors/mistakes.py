"""The mistakes of the first hours, and what a program is told of each: the list behind docs/errors.md.

It is one file, since it is one list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOTE = "<!-- Written by `make docs` from tests/errors/mistakes.py; edit that instead. -->"


@dataclass(frozen=True)
class Mistake:
    """A mistake.

    Attributes:
        program: What is written, after ``import pulumi`` and ``from verge_pulumi import *``.
        says: What is said of it.
        environment: The variables of the environment, where the mistake is among them.
    """

    program: str
    says: str
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Mistakes of a kind.

    Attributes:
        title: What they are about.
        means: What they mean, and what to do.
        mistakes: The mistakes.
    """

    title: str
    means: str
    mistakes: list[Mistake]


def of(kind: str, name: str, arguments: str, says: str) -> Mistake:
    """Return a mistake that the check of a resource finds, which Pulumi calls by its type and name."""
    return Mistake(f'{kind}("{name}", {arguments})', f"{kind} '{name}': {says}")


def vm(arguments: str, says: str) -> Mistake:
    """Return a mistake in a virtual machine."""
    return of("VirtualMachine", "web", f'name="web", {arguments}', says)


def network(arguments: str, says: str) -> Mistake:
    """Return a mistake in a network."""
    return of("Network", "lan", f'name="lan", {arguments}', says)


LAN = 'lan = Network("lan", name="lan")\n'

GROUPS = [
    Group(
        "Names of arguments",
        "The argument does not exist, is missing, or is an output. Take the name that is proposed, or look it up "
        "in the "
        "[reference](reference/README.md). Type checkers find these too.",
        [
            Mistake(
                'Network("lan", name="lan", mtuu=1500)',
                "Unable to declare Network 'lan': mtuu is no argument. Did you mean 'mtu'?",
            ),
            Mistake(
                'VirtualMachine("web", name="web", hdd=3)',
                "Unable to declare VirtualMachine 'web': hdd is no argument. Leave it out.",
            ),
            Mistake(
                'Server("web", name="web", drive={})',
                "Unable to declare Server 'web': drive is no argument. Did you mean 'drives'?",
            ),
            Mistake('Network("lan")', "Unable to declare Network 'lan': name is missing. Give it."),
            Mistake(
                'Network("lan", name="lan", machine=101)',
                "Unable to declare Network 'lan': VergeOS decides machine. Leave it out, and read it as an output.",
            ),
            Mistake(
                'Network(name="lan")',
                "Unable to declare Network (__main__.py, line 3): it has no name in the program, which is a text "
                "and the "
                "first argument. Write Network('lan', ...).",
            ),
            Mistake(
                'NicArgs(netwrok="1")',
                "Unable to declare NicArgs (__main__.py, line 3): netwrok is no argument. Did you mean 'network'?",
            ),
            Mistake(
                'CloudInit(hostnam="web")',
                "Unable to declare CloudInit (__main__.py, line 3): hostnam is no argument. Did you mean 'hostname'?",
            ),
            Mistake(
                'VirtualMachine("web", name="web", opts=pulumi.ResourceOptions(import_="7"))',
                "Unable to import VirtualMachine 'web': Pulumi imports nothing that a dynamic provider manages. Leave "
                "import_ out and set adopt=True, which takes the existing row over.",
            ),
        ],
    ),
    Group(
        "Sizes and numbers",
        "The value is no number, or outside of what VergeOS accepts. Memory is a number of MiB and a size of a "
        "drive one "
        "of bytes; both accept a text with a unit.",
        [
            vm('ram="2 gigs"', "ram '2 gigs' is not a size. Give MiB as a number, or a text such as '2GiB'."),
            vm('ram="1KiB"', "ram '1KiB' is not a whole number of MiB. Give one, or a text such as '2GiB'."),
            vm("ram=16", "ram 16 is too small. Give at least 256."),
            vm('ram="2TiB"', "ram '2TiB' is too large. Give at most 1048576."),
            vm('cpu_cores="four"', "cpu_cores 'four' is not a whole number. Give one, such as 4."),
            vm("cpu_cores=1.5", "cpu_cores 1.5 is not a whole number. Give one, such as 4."),
            vm("cpu_cores=0", "cpu_cores 0 is too small. Give at least 1."),
            vm("boot_delay=90", "boot_delay 90 is too large. Give at most 60."),
            of(
                "Drive",
                "data",
                'vm="1", disksize="20 gigabytes"',
                "disksize '20 gigabytes' is not a size. Give bytes as a number, or a text with a unit (TiB, TB, "
                "GiB, GB, "
                "MiB, MB, KiB, B).",
            ),
            Mistake(
                'VirtualMachine("web", name="web", meta={"id": 2**60})',
                "Unable to declare VirtualMachine 'web': meta holds a number beyond 9,007,199,254,740,991, which "
                "Pulumi "
                "carries as another one. Write it as text.",
            ),
        ],
    ),
    Group(
        "Words and texts",
        "The value is not one of the words that VergeOS knows, or a text that it does not accept.",
        [
            vm(
                'machine_type="q36"',
                "machine_type 'q36' is not a machine type. Did you mean 'q35'? Give 'q35', 'pc', or a version such as "
                "'pc-q35-10.0'.",
            ),
            vm(
                'os_family="Linux"',
                "os_family 'Linux' is not a valid choice. Did you mean 'linux'? Give 'linux', 'windows', 'freebsd' or "
                "'other'.",
            ),
            vm('uefi="maybe"', "uefi 'maybe' is neither True nor False. Give one of them."),
            vm("note=5", "note 5 is not text. Write it in quotes."),
            vm(
                'snapshot_before_restart="3 days"',
                "snapshot_before_restart '3 days' is not a duration. Give a number with a unit (w, d, h, m, s), "
                "such as "
                "'72h'.",
            ),
            vm(
                'console_pass=""',
                "console_pass (a secret, not shown) is too short. Give at least 1 character.",
            ),
            of(
                "VirtualMachine",
                "web",
                "name='a \"b\"'",
                "name 'a \"b\"' does not fit. Give a name without double quotes, and without a space at either end.",
            ),
            of("User", "ada", 'name="ada/b"', "name 'ada/b' does not fit. Give a name without '/'."),
            of(
                "CloudInitFile",
                "user-data",
                'vm="1", name="user-data", contents="#cloud-config\\n"',
                "name 'user-data' does not fit. Give a path that begins with '/', such as '/user-data'.",
            ),
            of(
                "Snapshot",
                "before",
                'vm="1", name="before", expires="tomorrow"',
                "expires 'tomorrow' is not a time. Give one with its zone such as '2030-01-31T12:00:00Z', seconds "
                "since "
                "1970, or 'never'.",
            ),
            Mistake(
                'Network("lan", name="lan", mtu=[1500])',
                "Unable to declare Network 'lan': mtu [1500] is a list. Give a single value.",
            ),
            network(
                'dnslist="1.1.1.1"',
                "dnslist '1.1.1.1' is not a list of words. Give one, such as ['one', 'two'].",
            ),
        ],
    ),
    Group(
        "Addresses",
        "The text is no address or network of the form that is wanted. A network has no host in it: where the address "
        "of a router is meant, `network` is the network and `ipaddress` the address.",
        [
            network(
                'network="10.1.0.5/24"',
                "network '10.1.0.5/24' is the address of a host in a network. Give the network itself, '10.1.0.0/24'.",
            ),
            network('network="10.1.0"', "network '10.1.0' is not a network. Give one, such as '10.0.0.0/24'."),
            network(
                'ipaddress="10.1.0.1/24"', "ipaddress '10.1.0.1/24' is not an address. Give one, such as '10.0.0.1'."
            ),
            of(
                "Nic",
                "eth0",
                'vm="1", macaddress="f0:db:30"',
                "macaddress 'f0:db:30' is not a MAC address. Give 12 hexadecimal digits, such as 'f0:db:30:00:00:01'.",
            ),
            of(
                "NetworkRule",
                "web",
                'network="1", name="web", destination_ports="http"',
                "destination_ports 'http' is not a port. Give one from 1 to 65535, a range such as '1000-1005', "
                "'alias:<key>', or several of them with commas.",
            ),
            of(
                "Firewall",
                "lan",
                'network="1", rules=[FirewallRule(name="web", action="acept")]',
                "rules: rule 1: action 'acept' is not a valid choice. Did you mean 'accept'? Give 'accept', 'drop', "
                "'reject', 'translate' or 'route'.",
            ),
            Mistake(
                'Firewall("lan", network="1", rules=["ssh"])',
                "Unable to declare Firewall 'lan': rules is not a list of FirewallRule. Give one, in brackets: "
                "[FirewallRule(...)].",
            ),
        ],
    ),
    Group(
        "References",
        "The argument names another object, by the resource, its key, or `by_name`. A bare name is none of these, "
        "since "
        "a key may be text as well.",
        [
            Mistake(
                'Nic("eth0", vm="1", network="External")',
                "Unable to declare Nic 'eth0': network 'External' is not a key. Pass a Network, its key, or "
                "by_name('External').",
            ),
            Mistake(
                'web = VirtualMachine("web", name="web")\nNic("eth0", vm=web, network=web)',
                "Unable to declare Nic 'eth0': network accepts Network, not VirtualMachine 'web'. Pass a Network, its "
                "key, or by_name(...).",
            ),
            Mistake(
                LAN + 'VirtualMachine("web", name=lan)',
                "Unable to declare VirtualMachine 'web': name accepts no resource. Pass an output of Network 'lan'.",
            ),
            Mistake(
                'Network("lan", name=by_name("External"))',
                "Unable to declare Network 'lan': name accepts no by_name('External'). Pass the value itself.",
            ),
            Mistake(
                'Power("on", of="web", state="running")',
                "Unable to declare Power 'on': of 'web' is not a reference. Pass a VirtualMachine or a Network, "
                "its path "
                "such as 'vms/42', or by_name('web').",
            ),
            Mistake(
                LAN + 'Network("bond", name="bond", bond_interfaces_args=lan)',
                "Unable to declare Network 'bond': bond_interfaces_args accepts a list, not Network 'lan'. Pass "
                "bond_interfaces_args=[...].",
            ),
            Mistake(
                'export("x", "hello")',
                "Unable to export 'x': str is no resource of VergeOS. Pass one, or write pulumi.export('x', ...) "
                "for any "
                "other value.",
            ),
            Mistake("get_vm()", "Unable to find a virtual machine: name and key are missing. Give one of them."),
            Mistake(
                'get_billing(since="yesterday")',
                "Unable to list the billing records: 'yesterday' is not a time. Give a date such as '2026-11-01', "
                "a time "
                "with its zone such as '2026-11-01T12:00:00Z', or seconds since 1970.",
            ),
        ],
    ),
    Group(
        "Resources together",
        "Each of them is right, and they cannot be together. [checks.md](checks.md) lists all of these.",
        [
            Mistake(
                'VirtualMachine("a", name="web")\nVirtualMachine("b", name="web")',
                "Unable to declare VirtualMachine 'b': name 'web' is already that of VirtualMachine 'a'. Give one of "
                "them another name.",
            ),
            Mistake(
                'lan = Network("lan", name="lan", dns="bind")\n'
                'DnsView("a", network=lan, name="all")\nDnsView("b", network=lan, name="all")',
                "Unable to declare DnsView 'b': name 'all' of Network 'lan' is already that of DnsView 'a'. Give one "
                "of them another name.",
            ),
            Mistake(
                LAN + 'DnsView("all", network=lan, name="all")',
                "Unable to declare DnsView 'all': Network 'lan' has dns 'simple', which knows no views. Set dns='bind' "
                "there.",
            ),
            Mistake(
                LAN + 'Network("lan", name="other")',
                "Unable to declare Network 'lan': it is declared twice. Give each a name of its own.",
            ),
            Mistake(
                'Server("web", name="web", nics={"eth0": NicArgs(address="10.0.0.5")})',
                "Unable to declare Server 'web': NIC 'eth0' has an address, which is of a Network. Give its network=.",
            ),
            Mistake(
                'Server("web", name="web", drives=[DriveArgs(disksize="1GiB")])',
                "Unable to declare Server 'web': drives is not a mapping of DriveArgs. Give one by name: {'drive': "
                "DriveArgs(...)}.",
            ),
        ],
    ),
    Group(
        "The first boot",
        "A description of a guest is checked where it is written. Passwords, contents of files and commands are not "
        "shown.",
        [
            Mistake(
                'cloudinit.User(name="1 bad")',
                "Unable to declare User (__main__.py, line 3): name '1 bad' is not a login name. Give a letter or '_', "
                "then letters, digits, '_', '.' and '-', at most 31 in all.",
            ),
            Mistake(
                'CloudInit(hostname="web_1")',
                "Unable to declare CloudInit (__main__.py, line 3): hostname 'web_1' is not a host name. Give letters, "
                "digits and hyphens, such as 'web-1'.",
            ),
            Mistake(
                'CloudInit(packages="nginx")',
                "Unable to declare CloudInit (__main__.py, line 3): packages 'nginx' is not a list. Give one, in "
                "brackets: [...].",
            ),
            Mistake(
                'cloudinit.User(name="ada", hashed_passwd="secret")',
                "Unable to declare User (__main__.py, line 3): hashed_passwd (a secret, not shown) is not a hash as in "
                "/etc/shadow. Give one such as '$6$...', or password= instead.",
            ),
            Mistake(
                'cloudinit.Ethernet(name="eth0", addresses=["10.0.0.5"])',
                "Unable to declare Ethernet (__main__.py, line 3): addresses.0 '10.0.0.5' is not an address with the "
                "length of its network. Give one, such as '10.0.0.5/24'.",
            ),
            Mistake(
                'cloudinit.WriteFile(path="etc/motd", content="hello")',
                "Unable to declare WriteFile (__main__.py, line 3): path 'etc/motd' is not a path from the root. Give "
                "one that begins with '/'.",
            ),
        ],
    ),
    Group(
        "Environments, limits and accounts",
        "What a stack sets for itself is checked where it is written. [environments.md](environments.md), "
        "[checks.md](checks.md#limits-of-a-stack) and [permissions.md](permissions.md) describe it.",
        [
            Mistake(
                'environments.Pool("10.0.0.1/12", prefix=24, environments=("dev",))',
                "Unable to declare Pool (__main__.py, line 3): cidr '10.0.0.1/12' is the address of a host in a "
                "network. "
                "Give the network itself, '10.0.0.0/12'.",
            ),
            Mistake(
                'environments.Pool("10.0.0.0/12", prefix=8, environments=("dev",))',
                "Unable to declare Pool (__main__.py, line 3): prefix 8: the pool 10.0.0.0/12 has no network of that "
                "size. Give a number from 12 to 32.",
            ),
            Mistake(
                'policies.enforce(policies.Limits(max_ram="lots"))',
                "Unable to declare Limits (__main__.py, line 3): max_ram 'lots' is not a size. Give bytes as a number, "
                "or a text with a unit (TiB, TB, GiB, GB, MiB, MB, KiB, B).",
            ),
            Mistake(
                'accounts.deploy_account("ci", uses=["Network"])',
                "Unable to declare Account 'ci': 'Network' in uses takes no rights. Give a resource, a component, the "
                "class of one, or a look-up such as get_network.",
            ),
            Mistake(
                'Provider("b", host="b.example.com")',
                "Unable to declare Provider 'b': it needs api_key_env, or username_env and password_env. Give the "
                "names "
                "of variables that hold them.",
            ),
        ],
    ),
    Group(
        "Host and login",
        "Where VergeOS is and who asks, from the environment or the configuration of the stack "
        "([README](../README.md#use-it)). `verge-pulumi doctor` checks all of it.",
        [
            Mistake(
                "get_system()",
                "Unable to find the system: VERGEOS_HOST (or the configuration vergeos:host) is not set.",
                {"VERGEOS_API_KEY": "key"},
            ),
            Mistake(
                "get_system()",
                "Unable to find the system: VERGEOS_HOST (or the configuration vergeos:host) is not set (the "
                "environment "
                "has VERGEOS_HOTS).",
                {"VERGEOS_HOTS": "verge.example.com", "VERGEOS_API_KEY": "key"},
            ),
            Mistake(
                "get_system()",
                "Unable to find the system: VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set in "
                "the environment.",
                {"VERGEOS_HOST": "verge.example.com"},
            ),
            Mistake(
                "get_system()",
                "Unable to find the system: VERGEOS_TIMEOUT (or the configuration vergeos:timeout) is 'soon' and "
                "must be "
                "a number of seconds above 0 and up to 86400.",
                {"VERGEOS_HOST": "verge.example.com", "VERGEOS_API_KEY": "key", "VERGEOS_TIMEOUT": "soon"},
            ),
            Mistake(
                "get_system()",
                "Unable to find the system: VERGEOS_INSECURE (or the configuration vergeos:insecure) is 'maybe' "
                "and must "
                "be true or false.",
                {"VERGEOS_HOST": "verge.example.com", "VERGEOS_API_KEY": "key", "VERGEOS_INSECURE": "maybe"},
            ),
        ],
    ),
]


def errors_page() -> str:
    """Return docs/errors.md."""
    lines = [
        NOTE,
        "",
        "# Errors, and what to do",
        "",
        "An error names the resource, the argument, what was given, and what is right. It is one line without a",
        "traceback: a resource is found by its name in the program, and what has no name by its line. "
        "`VERGEOS_DEBUG=1`",
        "shows the traceback of an error that VergeOS or the network causes.",
        "",
        "Errors that begin with *Unable to declare* end the program there. The others come from the check of a "
        "resource,",
        "which tells all that is wrong with it, as `error: …VirtualMachine resource 'web' has a problem: ram …`. A "
        "value is",
        "shown only where it stands in the program as it is: an output may hold a secret.",
        "",
        "Where VergeOS refuses the login, one error says all, and those of the other resources refer to it; nothing is",
        "written, and the login is not tried again.",
    ]
    for group in GROUPS:
        lines += ["", f"## {group.title}", "", group.means, "", "| written | error |", "|---|---|"]
        lines += [f"| {_written(mistake)} | {_cell(mistake.says)} |" for mistake in group.mistakes]
    return "\n".join([*lines, ""])


def _written(mistake: Mistake) -> str:
    variables = [f"`{name}={value}`" for name, value in mistake.environment.items()]
    return "<br>".join([*variables, *(f"`{_bare(line)}`" for line in mistake.program.splitlines())])


def _bare(line: str) -> str:
    return line.replace("|", "\\|")


def _cell(text: Any) -> str:
    return (
        str(text).replace("_", "\\_").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")
    )

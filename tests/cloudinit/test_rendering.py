"""From a description to what cloud-init reads."""

from __future__ import annotations

import base64
import enum
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.cloudinit import CloudInit, Ethernet, User, WriteFile, rendering
from verge_pulumi.cloudinit.description import _plain
from verge_pulumi.cloudinit.rendering import Draft
from verge_pulumi.cloudinit.sha512_crypt import sha512_crypt

SCOPE = "shop/dev/web"


def files(description: CloudInit, scope: str = SCOPE) -> dict[str, str]:
    return Draft.of(_plain(description), "web").finished(scope)


def config(scope: str = SCOPE, **values: Any) -> Any:
    """Return the cloud-config of a description as cloud-init reads it."""
    text = files(CloudInit(**values), scope)["/user-data"]
    assert text.startswith("#cloud-config\n")
    return yaml.safe_load(text)


def network(*cards: Ethernet) -> Any:
    return yaml.safe_load(files(CloudInit(network=cards))["/network-config"])


def meta(name: str = "web", **values: Any) -> Any:
    return yaml.safe_load(files(CloudInit(**values), f"shop/dev/{name}")["/meta-data"])


# Cloud-config --------------------------------------------------------------------------------------------------------


def test_nothing_said_is_an_empty_config() -> None:
    assert files(CloudInit()).keys() == {"/user-data", "/meta-data"}
    assert files(CloudInit())["/user-data"] == "#cloud-config\n{}\n"


def test_what_people_read_is_readable() -> None:
    description = CloudInit(
        hostname="web",
        users=[User(name="ada", groups=["sudo", "adm"], sudo="ALL=(ALL) NOPASSWD:ALL", shell="/bin/sh")],  # noqa: S604
        packages=["nginx"],
        write_files=[WriteFile(path="/etc/motd", content="Grüße\nvon hier\n", permissions="0644")],
        runcmd=["systemctl enable --now nginx", ["echo", "a b"]],
    )
    assert files(description)["/user-data"] == (
        "#cloud-config\n"
        "hostname: web\n"
        "packages:\n- nginx\n"
        "users:\n- default\n- name: ada\n  groups:\n  - sudo\n  - adm\n"
        "  sudo: ALL=(ALL) NOPASSWD:ALL\n  shell: /bin/sh\n"
        "write_files:\n- path: /etc/motd\n  content: |\n    Grüße\n    von hier\n  permissions: '0644'\n"
        "runcmd:\n- systemctl enable --now nginx\n- - echo\n  - a b\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hostname", "web"),
        ("fqdn", "web.example.com"),
        ("timezone", "Europe/Berlin"),
        ("locale", "de_DE.UTF-8"),
        ("ssh_authorized_keys", ["ssh-ed25519 AAAA ada"]),
        ("ssh_pwauth", False),
        ("package_update", True),
        ("package_upgrade", False),
        ("packages", ["nginx", "curl"]),
        ("runcmd", ["true"]),
    ],
)
def test_what_cloud_init_calls_the_same_is_passed_on(name: str, value: Any) -> None:
    assert config(**{name: value}) == {name: value}


def test_the_same_description_gives_the_same_bytes() -> None:
    keys = ["ssh-ed25519 AAAA ada"]
    users = [User(name="ada", ssh_authorized_keys=keys), User(name="bob", ssh_authorized_keys=keys, password="x")]
    one, two = (
        CloudInit(users=users, extra={"b": keys, "a": keys}),
        CloudInit(extra={"b": keys, "a": keys}, users=users),
    )
    assert files(one) == files(two)
    assert "&" not in files(one)["/user-data"].partition("extra")[0]


def test_bytes_travel_as_base64() -> None:
    (file,) = config(write_files=[WriteFile(path="/a", content=b"\x00\xff", owner="root:root")])["write_files"]
    assert file == {"path": "/a", "content": "AP8=", "owner": "root:root", "encoding": "b64"}


def test_further_keys_are_passed_on() -> None:
    assert config(hostname="web", extra={"bootcmd": ["true"], "swap": {"size": 1}}) == {
        "hostname": "web",
        "bootcmd": ["true"],
        "swap": {"size": 1},
    }


def test_what_is_derived_from_text_and_numbers_is_written_as_these() -> None:
    class Token(str):
        pass

    class Level(enum.IntEnum):
        HIGH = 3

    class Mode(str, enum.Enum):  # noqa: UP042  of the older kind, whose text is not its value
        FAST = "fast"

    token = Token("t")
    assert config(
        hostname=Token("web"),
        users=[User(name=Token("ada"), groups=[token], sudo=token)],
        write_files=[WriteFile(path="/a", content=token)],
        runcmd=[token, [token]],
        extra={"a": {token: (token, Level.HIGH, Mode.FAST, 1.5, True, None)}},
    ) == {
        "hostname": "web",
        "users": ["default", {"name": "ada", "groups": ["t"], "sudo": "t"}],
        "write_files": [{"path": "/a", "content": "t"}],
        "runcmd": ["t", ["t"]],
        "a": {"t": ["t", 3, "fast", 1.5, True, None]},
    }


def test_a_key_is_not_said_twice() -> None:
    with pytest.raises(
        ValueError, match=r"^extra has packages, users, which an argument sets already\. Leave it out of extra$"
    ):
        config(packages=["a"], users=[User(name="a")], extra={"packages": [], "users": [], "bootcmd": []})


@given(st.text())
def test_any_text_arrives_as_it_was(text: str) -> None:
    (file,) = config(write_files=[WriteFile(path="/a", content=text)])["write_files"]
    assert file["content"] == text


@given(st.binary())
def test_any_bytes_arrive_as_they_were(data: bytes) -> None:
    (file,) = config(write_files=[WriteFile(path="/a", content=data)])["write_files"]
    assert base64.b64decode(file["content"]) == data


# Passwords -----------------------------------------------------------------------------------------------------------


def hash_of(scope: str = SCOPE, **user: Any) -> Any:
    return config(scope, users=[User(name="ada", **user)])["users"][1]["hashed_passwd"]


def test_a_password_is_hashed_and_the_account_open() -> None:
    account = config(users=[User(name="ada", password="secret")])["users"][1]
    assert account.keys() == {"name", "lock_passwd", "hashed_passwd"}
    assert account["lock_passwd"] is False
    salt = account["hashed_passwd"].split("$")[3]
    assert account["hashed_passwd"] == sha512_crypt("secret", salt, rounds=rendering.ROUNDS)


def test_the_password_of_the_images_own_user_is_hashed_and_does_not_expire() -> None:
    found = config(password="secret")
    assert found["password"].startswith(f"$6$rounds={rendering.ROUNDS}$")
    assert found["chpasswd"] == {"expire": False}


def test_a_hash_is_passed_on() -> None:
    assert hash_of(hashed_passwd="$y$j9T$salt$hash") == "$y$j9T$salt$hash"


def test_a_second_run_gives_the_same_hash() -> None:
    assert hash_of(password="secret") == hash_of(password="secret")


def test_every_account_of_every_vm_has_a_salt_of_its_own() -> None:
    users = [User(name="ada", password="secret"), User(name="bob", password="secret")]
    hashes = {user["hashed_passwd"] for user in config(users=users)["users"][1:]}
    hashes |= {config(password="secret")["password"], hash_of("shop/dev/db", password="secret")}
    assert len({text.split("$")[3] for text in hashes}) == 4


def test_the_salt_tells_nothing_of_the_password() -> None:
    one, two = hash_of(password="secret"), hash_of(password="other")
    assert one != two
    assert one.split("$")[3] == two.split("$")[3]


@pytest.mark.parametrize("inner", ["abcd", "MTI=", "e30=", "WyJhIl0=", "="])
def test_a_text_that_only_looks_like_a_marked_password_stays(inner: str) -> None:
    text = f"echo '$verge-pulumi-password${inner}$'"
    assert config(runcmd=[text], password="secret")["runcmd"] == [text]


# Network -------------------------------------------------------------------------------------------------------------


def test_a_card_without_addresses_uses_dhcp() -> None:
    assert network(Ethernet(name="eth0")) == {"version": 2, "ethernets": {"eth0": {"dhcp4": True}}}


def test_a_static_card() -> None:
    card = Ethernet(
        name="eth0",
        addresses=["10.0.0.5/24", "fd00::5/64"],
        gateway="10.0.0.1",
        nameservers=["1.1.1.1", "9.9.9.9"],
        search=["example.com"],
        mtu=9000,
    )
    assert network(card)["ethernets"]["eth0"] == {
        "dhcp4": False,
        "addresses": ["10.0.0.5/24", "fd00::5/64"],
        "routes": [{"to": "0.0.0.0/0", "via": "10.0.0.1"}],
        "nameservers": {"addresses": ["1.1.1.1", "9.9.9.9"], "search": ["example.com"]},
        "mtu": 9000,
    }


def test_a_gateway_of_ipv6() -> None:
    assert network(Ethernet(name="e", gateway="fd00::1"))["ethernets"]["e"]["routes"] == [
        {"to": "::/0", "via": "fd00::1"}
    ]


def test_a_card_is_found_by_a_pattern() -> None:
    cards = network(Ethernet(name="eth0"), Ethernet(name="en*", dhcp4=False, dhcp6=True))["ethernets"]
    assert cards["nic1"] == {"match": {"name": "en*"}, "dhcp4": False, "dhcp6": True}


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["nic1", "en*"], ["nic1", "nic2"]),
        (["en*", "nic0"], ["nic1", "nic0"]),
        (["en*", "nic0", "nic1", "ens*"], ["nic2", "nic0", "nic1", "nic3"]),
        (["nic1", "en*", "ens*"], ["nic1", "nic2", "nic3"]),
    ],
)
def test_the_key_of_a_pattern_is_no_card_of_the_program(names: list[str], keys: list[str]) -> None:
    cards = network(*(Ethernet(name=name) for name in names))["ethernets"]
    assert list(cards) == keys
    assert [card.get("match", {"name": key})["name"] for key, card in cards.items()] == names


def test_a_card_is_found_by_its_address_and_named() -> None:
    card = network(Ethernet(name="lan0", macaddress="f0:db:30:00:00:01"))["ethernets"]["lan0"]
    assert card == {"match": {"macaddress": "f0:db:30:00:00:01"}, "set-name": "lan0", "dhcp4": True}


# Metadata ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values", "hostname"),
    [
        ("web", {}, "web"),
        ("Web Server_1", {}, "web-server-1"),
        ("網", {}, "vm"),
        ("web", {"hostname": "db"}, "db"),
        ("web", {"fqdn": "db.example.com"}, "db"),
    ],
)
def test_a_guest_has_a_host_name_from_its_first_moment(name: str, values: dict[str, Any], hostname: str) -> None:
    assert meta(name, **values)["local-hostname"] == hostname


def test_other_contents_are_another_instance() -> None:
    ids = [
        meta()["instance-id"],
        meta("db")["instance-id"],
        meta(packages=["nginx"])["instance-id"],
        meta(network=[Ethernet(name="eth0")])["instance-id"],
        meta(network=[Ethernet(name="eth1")])["instance-id"],
    ]
    assert len(set(ids)) == len(ids)
    assert ids[0] == meta()["instance-id"]

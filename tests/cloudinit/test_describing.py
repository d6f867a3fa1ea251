"""What a program may say, what is refused at once, and what becomes of outputs."""

from __future__ import annotations

import asyncio
import gc
import pickle
import re
import traceback
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from verge_pulumi.cloudinit import CloudInit, Ethernet, User, WindowsUnattend, WriteFile
from verge_pulumi.cloudinit.rendering import Draft

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CANARY = "canary-pass/word+1"


class Engine(mocks.Mocks):
    """An engine that is never asked for anything."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise AssertionError(args.name)


@pytest.fixture(autouse=True)
def _program() -> Iterator[None]:
    """The program of stack dev of project shop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks.set_mocks(Engine(), project="shop", stack="dev")
    yield
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(autouse=True, scope="module")
def _leftovers() -> Iterator[None]:
    yield
    gc.collect()  # what Pulumi left behind is told here, and not in another file


def outcome(output: pulumi.Output[Any]) -> Any:
    """Wait for an output."""

    async def future() -> Any:
        return await output.future(with_unknowns=True)

    return asyncio.get_event_loop().run_until_complete(future())


def finished(output: pulumi.Output[Any], scope: str = "vms/42/web") -> str:
    """Return what becomes of a file in the provider."""
    text = outcome(output)
    found = Draft.read(text)
    return found[0].finished(scope)[found[1]] if found else str(text)


def is_secret(output: pulumi.Output[Any]) -> bool:
    async def secret() -> bool:
        return await output.is_secret()

    return asyncio.get_event_loop().run_until_complete(secret())


def test_files_are_secret_and_their_names_known() -> None:
    files = CloudInit(hostname="web").files("web")
    assert list(files) == ["/user-data", "/meta-data"]
    assert all(map(is_secret, files.values()))
    assert outcome(files["/user-data"]) == "#cloud-config\nhostname: web\n"
    assert yaml.safe_load(finished(files["/meta-data"]))["local-hostname"] == "web"


def test_outputs_are_filled_in_at_any_depth() -> None:
    def later(value: Any) -> Any:
        return pulumi.Output.from_input(value)

    description = CloudInit(
        hostname=later("web"),
        users=[User(name=later("ada"), ssh_authorized_keys=[later("key")], password=pulumi.Output.secret("secret"))],
        packages=later(["nginx"]),
        write_files=[WriteFile(path="/a", content=later(b"\x00"))],
        network=[Ethernet(name="eth0", addresses=[later("10.0.0.5/24")])],
        extra={"bootcmd": [later("true")]},
    )
    files = description.files("web")
    config = yaml.safe_load(finished(files["/user-data"]))
    assert (config["hostname"], config["packages"], config["bootcmd"]) == ("web", ["nginx"], ["true"])
    assert config["users"][1]["ssh_authorized_keys"] == ["key"]
    assert config["users"][1]["hashed_passwd"].startswith("$6$")
    assert config["write_files"] == [{"path": "/a", "content": "AA==", "encoding": "b64"}]
    assert yaml.safe_load(outcome(files["/network-config"]))["ethernets"]["eth0"]["addresses"] == ["10.0.0.5/24"]


def test_what_a_program_registers_does_not_depend_on_the_stack() -> None:
    one = outcome(CloudInit(password="secret").files("web")["/user-data"])
    mocks.set_mocks(Engine(), project="store", stack="prod")
    assert outcome(CloudInit(password="secret").files("web")["/user-data"]) == one


def test_the_answer_file_of_windows_is_passed_on() -> None:
    xml = "<?xml version='1.0'?>\r\n<unattend/>\r\n"
    files = WindowsUnattend(contents=pulumi.Output.from_input(xml)).files("web")
    assert list(files) == ["/unattend.xml"]
    assert is_secret(files["/unattend.xml"])
    assert outcome(files["/unattend.xml"]) == xml


def test_what_an_output_turns_out_to_be_is_checked() -> None:
    wrong = CloudInit(hostname=pulumi.Output.from_input("not a name")).files("web")
    reason = r"^Unable to declare the first boot of 'web': hostname is not a host name\. Give"
    with pytest.raises(pulumi.RunError, match=reason):
        outcome(wrong["/user-data"])


@pytest.mark.parametrize("wrong", ["<a>", "", "a: b", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>\x00</a>"])
def test_an_answer_file_that_is_known_later_is_refused_as_one_that_is_known(wrong: str) -> None:
    said = []
    for contents in (wrong, pulumi.Output.from_input(wrong)):
        with pytest.raises(pulumi.RunError) as caught:
            outcome(WindowsUnattend(contents=contents).files("web")["/unattend.xml"])
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert said[0].startswith("Unable to declare the first boot of 'web': /unattend.xml ")


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        (
            CloudInit(packages=["x" * 70000]),
            "Unable to declare the first boot of 'web': /user-data is 70,027 bytes long, and VergeOS keeps 65,536.",
        ),
        (
            WindowsUnattend(contents="<a>"),
            "Unable to declare the first boot of 'web': /unattend.xml is not XML in line 1, column 4.",
        ),
    ],
)
def test_files_that_no_guest_could_read_are_refused(description: Any, reason: str) -> None:
    with pytest.raises(pulumi.RunError, match="first boot") as caught:
        outcome(next(iter(description.files("web").values())))
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("part", "values", "reason"),
    [
        (CloudInit, {"hostname": "-web"}, "hostname '-web' is not a host name. Give letters, digits and hyphens"),
        (CloudInit, {"fqdn": "web..-"}, "fqdn 'web..-' is not a host name with its domain. Give one"),
        (CloudInit, {"packages": "nginx"}, "packages 'nginx' is not a list. Give one, in brackets: [...]."),
        (CloudInit, {"runcmd": [5]}, "runcmd.0 (a secret, not shown) is not text. Write it in quotes."),
        (CloudInit, {"hostnam": "web"}, "hostnam is no argument. Did you mean 'hostname'?"),
        (CloudInit, {"zzz": "web"}, "zzz is no argument. Leave it out."),
        (User, {}, "name is missing. Give it."),
        (User, {"name": "1 bad"}, "name '1 bad' is not a login name. Give a letter or '_', then letters"),
        (User, {"name": "ada", "hashed_passwd": "secret"}, "hashed_passwd (a secret, not shown) is not a hash"),
        (User, {"name": "ada", "password": "a\nb"}, "password (a secret, not shown) is more than one line. Give it"),
        (
            User,
            {"name": "ada", "password": "a", "hashed_passwd": "$6$a$b"},
            "hashed_passwd (a secret, not shown) is given beside the password. Give one of them.",
        ),
        (
            WriteFile,
            {"path": "etc", "content": ""},
            "path 'etc' is not a path from the root. Give one that begins with",
        ),
        (
            WriteFile,
            {"path": "/a", "content": "", "permissions": "644x"},
            "permissions '644x' is not a mode. Give octal",
        ),
        (Ethernet, {"name": "eth 0"}, "name 'eth 0' is not the name of a network card. Give one such as 'eth0'"),
        (Ethernet, {"name": "e", "macaddress": "f0db30000001"}, "macaddress 'f0db30000001' is not a MAC address. Give"),
        (
            Ethernet,
            {"name": "e", "addresses": ["10.0.0.5"]},
            "addresses.0 '10.0.0.5' is not an address with the length",
        ),
        (Ethernet, {"name": "e", "addresses": ["10.0.0.500/24"]}, "addresses.0 '10.0.0.500/24' is not an address with"),
        (
            Ethernet,
            {"name": "e", "gateway": "router"},
            "gateway 'router' is not an address. Give one, such as '10.0.0.1'",
        ),
        (Ethernet, {"name": "e", "mtu": 20}, "mtu 20 is too small. Give at least 68."),
        (
            Ethernet,
            {"name": "en*", "macaddress": "f0:db:30:00:00:01"},
            "macaddress 'f0:db:30:00:00:01' is given beside a pattern, which is no name for that card. Give",
        ),
        (CloudInit, {"extra": {"a": {"b": [Decimal(1)]}}}, "extra (a secret, not shown) holds in 'a' what YAML has no"),
    ],
)
def test_what_cannot_be_is_refused_at_once(part: Any, values: dict[str, Any], reason: str) -> None:
    with pytest.raises(
        pulumi.RunError, match=rf"^Unable to declare {part.__name__} \(test_describing\.py, line \d+\): "
    ) as error:
        part(**values)
    assert str(error.value).partition("): ")[2].startswith(reason)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ({"name": "eth0"}, {"name": "eth0", "dhcp6": True}, "name 'eth0'"),
        ({"name": "en*"}, {"name": "en*"}, "name 'en*'"),
        (
            {"name": "a", "macaddress": "f0:db:30:00:00:0a"},
            {"name": "b", "macaddress": "F0:DB:30:00:00:0A"},
            "macaddress 'f0:db:30:00:00:0a'",
        ),
    ],
)
def test_a_card_is_described_once(first: dict[str, Any], second: dict[str, Any], what: str) -> None:
    reason = rf"^Unable to declare .*: network .*has two cards with the {re.escape(what)}\. Give each its own\.$"
    with pytest.raises(pulumi.RunError, match=reason):
        CloudInit(network=[Ethernet(**first), Ethernet(**second)])
    later = [
        Ethernet(**{name: pulumi.Output.from_input(value) for name, value in each.items()}) for each in (first, second)
    ]
    with pytest.raises(pulumi.RunError, match=r"^Unable to declare the first boot of 'web': network .*has two cards"):
        outcome(CloudInit(network=later).files("web")["/network-config"])


def test_a_description_is_not_changed_afterwards() -> None:
    description: Any = CloudInit(hostname="web")
    with pytest.raises(ValueError, match="frozen"):
        description.hostname = "db"


@pytest.mark.fault(73, 75)
def test_a_description_shows_no_values() -> None:
    user = User(name="ada", password=CANARY)
    description = CloudInit(users=[user], password=CANARY, write_files=[WriteFile(path="/a", content=CANARY)])
    assert f"{description}" == "CloudInit(password=..., users=..., write_files=...)"
    assert CANARY not in f"{user!r} {user} {description!r} {WindowsUnattend(contents=CANARY)!r}"


@pytest.mark.fault(73)
def test_a_password_is_in_no_file() -> None:
    files = CloudInit(users=[User(name="ada", password=CANARY)], password=CANARY).files("web")
    assert not any(CANARY in finished(text) for text in files.values())


@pytest.mark.fault(76)
@pytest.mark.parametrize(
    ("part", "values"),
    [
        (User, {"name": "ada", "password": f"{CANARY}" * 100}),
        (User, {"name": "ada", "password": f"{CANARY}\n"}),
        (User, {"name": "ada", "password": [CANARY]}),
        (User, {"name": "ada", "hashed_passwd": CANARY}),
        (CloudInit, {"users": [{"name": "ada", "password": [CANARY]}]}),
        (CloudInit, {"extra": CANARY}),
        (CloudInit, {"extra": {"a": Path(CANARY)}}),
        (CloudInit, {"extra": {"a": {(1, CANARY): 1}}}),
        (CloudInit, {"extra": {"a": [{CANARY}]}}),
    ],
)
def test_a_refusal_quotes_no_value(part: Any, values: dict[str, Any]) -> None:
    with pytest.raises(pulumi.RunError, match=r"^Unable to declare (User|CloudInit) \(test_describing\.py") as caught:
        part(**values)
    error = caught.value
    assert error.__context__ is None
    shown = f"{error!r} {error.args!r} " + "".join(traceback.format_exception_only(error))
    assert CANARY not in shown
    assert CANARY.encode() not in pickle.dumps(error.args)


@pytest.mark.fault(76)
def test_a_secret_that_yaml_has_no_form_for_is_not_shown_when_it_is_known() -> None:
    files = CloudInit(extra={"rh_subscription": {"key": pulumi.Output.secret(Path(CANARY))}}).files("web")
    with pytest.raises(
        pulumi.RunError, match=r"^Unable to declare the first boot of 'web': extra \(a secret"
    ) as caught:
        outcome(files["/user-data"])
    assert CANARY not in str(caught.value)

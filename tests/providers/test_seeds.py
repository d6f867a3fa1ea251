"""What is derived from names at first stays when names change: instance ids, salts, host names, triggers."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest
import yaml

from tests.providers.bench import UNKNOWN, Bench, hosted
from verge_pulumi.cloudinit import CloudInit, Ethernet, User, rendering
from verge_pulumi.cloudinit.description import _plain
from verge_pulumi.cloudinit.rendering import EVERYTHING, Draft

PASSWORD = "c4nary pass"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "ROUNDS", 1000)


def draft(name: str = "web", **description: Any) -> Draft:
    given = {"users": [User(name="ada", password=PASSWORD)], **description}
    return Draft.of(_plain(CloudInit(**given)), name)


def said(file: str, name: str = "web", *, of: Draft | None = None, **arguments: Any) -> Any:
    """Return what the program registers for a file of the server of that name."""
    hidden = {"__owner": "shop/dev", "__name": f"{name}-{file.strip('/')}", "__provider": "text"}
    return hosted({"vm": "vms/42", "name": file, "contents": (of or draft(name)).contents(file), **hidden, **arguments})


def checked(bench: Bench, news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the inputs that the state keeps."""
    result = bench.provider("CloudInitFile").check(olds or {}, news)
    assert [failure.reason for failure in result.failures] == []
    return result.inputs


def instance(inputs: dict[str, Any]) -> Any:
    return yaml.safe_load(inputs["contents"])["instance-id"]


def salt(inputs: dict[str, Any]) -> str:
    found = re.search(r"\$6\$rounds=1000\$([^$]+)\$", inputs["contents"])
    assert found is not None
    return found[1]


CHANGES: dict[str, dict[str, Any]] = {
    "renamed": {"name": "frontend"},
    "stack renamed": {"__owner": "shop/prod"},
    "moved to another project": {"__owner": "store/dev"},
    "all of it": {"name": "frontend", "__owner": "store/prod"},
}


@pytest.mark.fault(105)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("file", ["/user-data", "/meta-data"])
def test_files_stay_as_they_are(bench: Bench, change: str, file: str) -> None:
    before = checked(bench, said(file))
    changes = dict(CHANGES[change])
    after = checked(bench, said(file, changes.pop("name", "web"), **changes), before)
    assert after["contents"] == before["contents"]


@pytest.mark.parametrize("change", CHANGES)
def test_files_of_the_first_release_stay_as_they_are(bench: Bench, change: str) -> None:
    texts = draft().finished("shop/dev/web")
    for file, text in texts.items():
        state = said(file, contents=text)
        changes = dict(CHANGES[change])
        after = checked(bench, said(file, changes.pop("name", "web"), **changes), state)
        assert after["contents"] == text
        # The scope is in the state from now on.
        again = checked(bench, said(file, "third", __owner="a/b"), after)
        assert again["contents"] == text


def test_a_file_declared_by_hand_has_the_name_it_was_given(bench: Bench) -> None:
    text = draft("web").finished("shop/dev/web")["/meta-data"]
    state = said("/meta-data", contents=text, __name="any")
    assert checked(bench, said("/meta-data", __name="other"), state)["contents"] == text


def test_other_contents_are_another_instance_with_the_same_salt(bench: Bench) -> None:
    more = draft(packages=["nginx"])
    users, meta = checked(bench, said("/user-data")), checked(bench, said("/meta-data"))
    later = checked(bench, said("/user-data", of=more), users)
    assert salt(later) == salt(users)
    assert instance(checked(bench, said("/meta-data", of=more), meta)) != instance(meta)


def test_another_password_is_another_instance(bench: Bench) -> None:
    meta = checked(bench, said("/meta-data"))
    other = draft(users=[User(name="ada", password="other")])
    assert instance(checked(bench, said("/meta-data", of=other), meta)) != instance(meta)


def test_the_instance_is_that_of_the_files_as_they_are_delivered(bench: Bench) -> None:
    networked = draft(network=[Ethernet(name="eth0")])
    files = {name: checked(bench, said(name, of=networked)) for name in networked.finished("a/b/web")}
    delivered = "\0".join(files[name]["contents"] for name in ("/user-data", "/network-config"))
    assert instance(files["/meta-data"]) == f"web-{sha256(delivered.encode()).hexdigest()[:8]}"


def test_a_file_that_is_created_again_is_the_same(bench: Bench) -> None:
    first, second = (checked(bench, said("/meta-data")) for _ in range(2))
    assert first["contents"] == second["contents"]


@pytest.mark.parametrize("other", [{"vm": "vms/43"}, {"name": "db"}])
def test_another_vm_has_other_salts(bench: Bench, other: dict[str, Any]) -> None:
    given = dict(other)
    assert salt(checked(bench, said("/user-data"))) != salt(
        checked(bench, said("/user-data", given.pop("name", "web"), **given))
    )


def test_a_default_host_name_stays(bench: Bench) -> None:
    before = checked(bench, said("/meta-data"))
    after = checked(bench, said("/meta-data", "frontend"), before)
    assert yaml.safe_load(after["contents"])["local-hostname"] == "web"
    named = checked(bench, said("/meta-data", of=draft(fqdn="db.example.com")), after)
    assert yaml.safe_load(named["contents"])["local-hostname"] == "db"


@pytest.mark.parametrize("file", ["/user-data", "/meta-data"])
def test_no_file_holds_a_password(bench: Bench, file: str) -> None:
    inputs = checked(bench, said(file))
    assert Draft.read(inputs["contents"]) is None
    assert PASSWORD not in repr(inputs)
    assert "password$" not in repr(inputs)


def test_what_does_not_depend_on_the_vm_is_registered_as_it_is() -> None:
    plain = draft(users=[], network=[Ethernet(name="eth0")])
    assert plain.contents("/user-data").startswith("#cloud-config\n")
    assert plain.contents("/network-config") == plain.texts["/network-config"]
    assert Draft.read(plain.contents("/meta-data")) == (plain, "/meta-data")


@pytest.mark.parametrize("contents", ["#cloud-config\n", "{}", '{"a": 1}', 5, None, UNKNOWN])
def test_plain_contents_are_no_draft(contents: Any) -> None:
    assert Draft.read(contents) is None


def test_while_the_vm_is_not_known_nothing_is_guessed(bench: Bench) -> None:
    preview = checked(bench, said("/meta-data", vm=UNKNOWN))
    assert preview["contents"] is UNKNOWN
    assert preview["__seed"] is UNKNOWN
    state = checked(bench, said("/meta-data"))
    assert checked(bench, said("/meta-data", vm=UNKNOWN), state)["contents"] == state["contents"]


def test_the_seed_lives_through_an_update_and_a_refresh(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    given = said("/meta-data", vm=f"vms/{vm.id}")
    file = bench.create("CloudInitFile", "web-meta-data", **given)
    file.up(contents=draft(packages=["nginx"]).contents("/meta-data"))
    file.refresh()
    assert file.inputs["__seed"] == file.outs["__seed"] == f"vms/{vm.id}/web"
    # The contents of an update were finished by the check before it.
    assert file.outs["contents"] == draft(packages=["nginx"]).finished(f"vms/{vm.id}/web")["/meta-data"]


def test_contents_that_are_ignored_stay(bench: Bench) -> None:
    state = checked(bench, said("/meta-data"))
    news = said("/meta-data", of=draft(packages=["nginx"]), on_change="ignore")
    later = checked(bench, news, state)
    assert (later["contents"], later["__seed"]) == (state["contents"], state["__seed"])


def trigger(name: str = "web", **hidden: Any) -> Any:
    """Return what the program registers for the VM of a server that first boots replace."""
    text = draft(name).contents(EVERYTHING)
    return hosted({"name": "web", "replacement_trigger": text, "__owner": "shop/dev", "__name": f"{name}-vm", **hidden})


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("first_release", [False, True])
def test_a_trigger_stays(bench: Bench, change: str, first_release: bool) -> None:
    provider = bench.provider("VirtualMachine")
    state = provider.check({}, trigger()).inputs
    if first_release:
        state = {**trigger(), "replacement_trigger": draft().digest("shop/dev/web")}
    changes = dict(CHANGES[change])
    later = provider.check(state, trigger(changes.pop("name", "web"), **changes)).inputs
    assert later["replacement_trigger"] == state["replacement_trigger"]
    assert re.fullmatch("[0-9a-f]{64}", later["replacement_trigger"])


def test_a_trigger_is_another_one_with_other_files(bench: Bench) -> None:
    provider = bench.provider("VirtualMachine")
    state = provider.check({}, trigger()).inputs
    other = {**trigger(), "replacement_trigger": draft(packages=["nginx"]).contents(EVERYTHING)}
    assert provider.check(state, other).inputs["replacement_trigger"] != state["replacement_trigger"]
    text = {**trigger(), "replacement_trigger": "by hand"}
    assert provider.check(state, text).inputs["replacement_trigger"] == "by hand"


def test_files_as_long_as_the_finished_ones_are_measured() -> None:
    finished, measured = draft().finished("vms/42/web"), draft().measured()
    hashes = re.compile(r"\$6\$rounds=\d+\$[^$]+\$\S+")
    assert hashes.sub("", measured["/user-data"]) == hashes.sub("", finished["/user-data"])
    assert len(measured["/user-data"]) >= len(finished["/user-data"])

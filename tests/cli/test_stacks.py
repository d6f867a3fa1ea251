"""States of stacks as the commands read them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import verge_pulumi
from tests.cli.states import SECRET, SIGNATURE, export, resource_of
from tests.providers.bench import Bench
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.documents import Unreadable
from verge_pulumi.review.stacks import Entry, UnreadableState, parse, read_state


def document(*resources: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    stack = {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"}
    return {"deployment": {"resources": [{**stack, "outputs": outputs}, *resources]}}


def test_a_state_tells_who_is_managed_and_by_which_provider(bench: Bench, tmp_path: Path) -> None:
    lan = bench.create("Network", "lan", name="lan")
    state = read_state(export(tmp_path, "shop/dev", lan, lan_key="5"))
    (entry,) = state.entries
    assert (state.name, state.stack, state.outputs) == ("shop/dev", "dev", {"lan_key": "5"})
    assert (entry.title, entry.id, entry.stack) == ("Network 'lan'", lan.id, "shop/dev")
    assert entry.inputs["name"] == entry.outputs["name"] == "lan"
    assert entry.provider == {"vergeos:timeout": "30"}
    assert entry.load().declaration.table == "vnets"


@pytest.mark.parametrize("changes", [{"external": True}, {"delete": True}, {"type": "random:index:RandomPet"}])
def test_what_is_not_managed_is_passed_over(bench: Bench, changes: dict[str, Any]) -> None:
    lan = bench.create("Network", "lan", name="lan")
    resource = {**resource_of("urn:pulumi:dev::shop", lan), **changes}
    assert parse(document(resource)).entries == ()


def test_a_name_may_hold_what_separates_names(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    resource = resource_of("urn:pulumi:dev::shop", lan)
    resource["urn"] += "::more"
    (entry,) = parse(document(resource)).entries
    assert entry.name == "lan::more"


def test_secrets_at_any_depth_are_found() -> None:
    sealed = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    told = {SIGNATURE: SECRET, "plaintext": json.dumps({"user": "root"})}
    state = parse(document(plain=[1, {"a": "b"}], deep={"list": [sealed]}, told={"inside": told}))
    assert state.outputs == {"plain": [1, {"a": "b"}], "told": {"inside": {"user": "root"}}}
    assert state.secret == {"deep", "told"}
    assert state.sealed == {"deep"}


def test_an_asset_is_no_secret() -> None:
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "hello"}
    assert parse(document(asset=asset)).outputs == {"asset": asset}


@pytest.mark.parametrize("constant", ["?", "Y29zCnN5c3RlbQ==", "/w=="])
def test_a_pickle_in_a_state_is_never_run(bench: Bench, constant: str) -> None:
    lan = bench.create("Network", "lan", name="lan")
    resource = resource_of("urn:pulumi:dev::shop", lan)
    resource["inputs"]["__provider"] = constant
    (entry,) = parse(document(resource)).entries
    assert entry.kind == "Network"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": null}', '{"deployment": {}}', "no json", "\x1b[2J"])
def test_what_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(UnreadableState, match="is not what 'pulumi stack export' writes"):
        read_state(str(path))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("outputs", "__managed"), "name"),
        (("outputs", "__managed"), [1]),
        (("outputs", "__origin"), {"system": "x"}),
        (("outputs", "__mark"), 5),
        (("outputs", "location"), []),
        (("urn",), "urn:pulumi:dev::shop"),
        (("id",), None),
        (("inputs",), ["name"]),
        (("inputs", "console_pass"), {SIGNATURE: SECRET, "plaintext": "no json"}),
    ],
)
def test_a_resource_that_is_none_is_refused(bench: Bench, place: tuple[str, ...], value: Any) -> None:
    resource = resource_of("urn:pulumi:dev::shop", bench.create("Network", "lan", name="lan"))
    holder: Any = resource
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    with pytest.raises(Unreadable):
        parse(document(resource))


def test_a_setting_of_a_provider_is_text(bench: Bench) -> None:
    provider: dict[str, Any] = {"urn": "urn:pulumi:dev::shop::pulumi:providers:pulumi-python::default", "id": "1"}
    provider |= {"type": "pulumi:providers:pulumi-python", "inputs": {"vergeos:timeout": 30}}
    with pytest.raises(Unreadable, match="the setting vergeos:timeout of a provider is no text"):
        parse(document(provider))


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Network", "mtu", "wide"),
        ("Network", "dhcp_enabled", [1]),
        ("Network", "name", {"a": 1}),
        ("Firewall", "rules", [{"protocol": "tcp"}]),
        ("Firewall", "rules", ["ssh"]),
        ("Firewall", "keys", {"ssh": [1]}),
    ],
)
def test_a_value_that_an_argument_cannot_have_is_refused(bench: Bench, kind: str, name: str, value: Any) -> None:
    lan = bench.create("Network", "lan", name="lan")
    made = lan if kind == "Network" else bench.create("Firewall", "lan", network=lan.id, rules=[{"name": "ssh"}])
    resource = resource_of("urn:pulumi:dev::shop", made)
    resource["outputs"][name] = value
    (entry,) = parse(document(resource)).entries
    with pytest.raises(
        EngineError, match=f"^{kind} 'lan' has a value for {name} in the state that {name} cannot have$"
    ):
        entry.load()
    assert list(entry.rows) == []


def test_a_word_of_a_later_release_is_a_value(bench: Bench) -> None:
    resource = resource_of("urn:pulumi:dev::shop", bench.create("Network", "lan", name="lan", type="internal"))
    resource["outputs"]["type"] = "wormhole"
    (entry,) = parse(document(resource)).entries
    assert entry.load().declaration.title == "Network"


def of_kind(bench: Bench, kind: str) -> Entry:
    """Return the entry of a resource whose type in the state is another one."""
    resource = resource_of("urn:pulumi:dev::shop", bench.create("Network", "lan", name="lan"))
    resource["inputs"].pop("__provider")
    resource["type"] = f"pulumi-python:dynamic/vergeos:{kind}"
    (entry,) = parse(document(resource)).entries
    return entry


@pytest.mark.parametrize(
    "kind", ["os:path", "verge_pulumi.engine.declaring.resource:BaseResource", ".a:b", "no.such:Thing"]
)
def test_what_others_declare_is_not_loaded(bench: Bench, kind: str) -> None:
    module, _, title = kind.partition(":")
    with pytest.raises(EngineError) as caught:
        of_kind(bench, kind).load()
    assert str(caught.value) == (
        f"{title} 'lan' is declared in '{module}', and only resources of verge_pulumi.resources are loaded"
    )


@pytest.mark.parametrize("kind", ["Teleporter", "__path__", "__getattr__", "importlib", ":x", "", "a\x1b[2Jb"])
def test_what_is_no_resource_is_not_loaded(bench: Bench, kind: str) -> None:
    with pytest.raises(
        EngineError, match=r"^this version of verge-pulumi has no resource '[\w:]*'\. Install"
    ) as caught:
        of_kind(bench, kind).load()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("module", ["planted", "planted.inside", "verge_pulumi.__main__", "verge_pulumi.planted"])
def test_a_state_names_no_module_that_is_run(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    (tmp_path / "planted").mkdir()
    for name in ("__init__.py", "inside.py"):
        (tmp_path / "planted" / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nraise SystemExit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(verge_pulumi, "__path__", [*verge_pulumi.__path__, str(tmp_path)])
    entry = of_kind(bench, f"{module}:Thing")
    assert list(entry.rows) == []
    with pytest.raises(EngineError):
        entry.load()
    assert not (tmp_path / "ran").exists()


def test_secrets_inside_one_another_have_an_end() -> None:
    value: Any = "inside"
    for _ in range(4):
        value = {SIGNATURE: SECRET, "plaintext": json.dumps(value)}
    with pytest.raises(Unreadable, match="too many secrets lie inside one another"):
        parse(document(deep=value))


def test_an_export_that_powershell_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps(document()), encoding="utf-16")
    assert read_state(str(tmp_path / "state.json")).name == "shop/dev"


@pytest.mark.parametrize("text", ['{"deployment": {"resources": []}} more', "[" * 100_000])
def test_what_goes_on_or_goes_too_deep_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(UnreadableState):
        read_state(str(tmp_path / "state.json"))


# By name, through the Pulumi CLI


def test_a_name_that_no_file_can_have_is_refused() -> None:
    # To Python 3.14 a file of such a name is just not there; then it is no stack, either.
    with pytest.raises(UnreadableState, match=r"is not what 'pulumi stack export' writes: .*too long|no stack named"):
        read_state("a" * 5000)


def test_a_name_that_no_stack_has_is_refused() -> None:
    with pytest.raises(UnreadableState, match="no stack can have the name"):
        read_state("a\0b")


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the CLI, which tells what it was called with."""
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\necho \"$*\" > '{tmp_path}/called'\n. '{tmp_path}/answer'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_a_stack_is_asked_for_by_its_name(pulumi: Path) -> None:
    (pulumi / "answer").write_text(f"cat <<'END'\n{json.dumps(document())}\nEND\n")
    assert read_state("dev").name == "shop/dev"
    assert (pulumi / "called").read_text() == "stack export --show-secrets --non-interactive --stack=dev\n"


def test_a_name_is_never_an_option(pulumi: Path) -> None:
    (pulumi / "answer").write_text(f"cat <<'END'\n{json.dumps(document())}\nEND\n")
    read_state("--file=/etc/passwd")
    assert "--stack=--file=/etc/passwd" in (pulumi / "called").read_text()


def test_what_the_cli_refuses_is_told(pulumi: Path) -> None:
    (pulumi / "answer").write_text("echo \"error: no stack named 'dev' found\" >&2; exit 255\n")
    with pytest.raises(UnreadableState, match="of 'dev' failed: error: no stack named 'dev' found"):
        read_state("dev")


def test_without_the_cli_files_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableState, match="there is no 'pulumi' on the PATH"):
        read_state("dev")

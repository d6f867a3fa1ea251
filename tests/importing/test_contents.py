"""Cloud-init files: beside the program, or in the configuration where they may hold a secret."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.importing.contents import may_hold_secret
from verge_pulumi.importing.naming import OF_A_PACKAGE
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import SiteFiles

CANARY = "c4nary-of-the-guest"
USERS = "users:\n- name: ann\n  ssh_authorized_keys: [ssh-ed25519 AAAA ann@example.com]\n"
PLAIN = f"#cloud-config\nhostname: web\npackages: [nginx]\n{USERS}"
SECRET = f"#cloud-config\nchpasswd:\n  users: [{{name: root, password: {CANARY}}}]\n"
META = "instance-id: i-1\r\nlocal-hostname: web\r\n"
ONLY = Scope(only=("web*",))


def machine(site: SiteBench, **files: str) -> int:
    """Create a machine with files."""
    listed = [{"name": f"/{name.replace('_', '-')}", "contents": contents} for name, contents in files.items()]
    return site.vm("web", cloudinit_files=listed)


@pytest.mark.parametrize(
    ("name", "text", "secret"),
    [
        ("/user-data", PLAIN, False),
        ("/meta-data", META, False),
        ("/network-config", "version: 2\nethernets:\n  eth0: {dhcp4: true, addresses: [10.0.0.5/24]}\n", False),
        ("/network-config", "version: 2\nwifis: {wlan0: {access-points: {home: {password: x}}}}\n", True),
        ("/network-config", "ethernets: {eth0: {auth: {password: x}}}\n", True),
        ("/user-data", SECRET, True),
        ("/user-data", "#!/bin/sh\nmysql -pfoo\n", True),
        ("/user-data", "#cloud-config\nruncmd: [mysql -pfoo]\n", True),
        ("/user-data", "#cloud-config\nwrite_files: [{path: /etc/x, content: y}]\n", True),
        ("/user-data", "#cloud-config\nusers: [{name: ann, passwd: $6$x$y}]\n", True),
        ("/user-data", "#cloud-config\nusers: [{name: ann, gecos: $6$x$y}]\n", True),
        ("/user-data", "#cloud-config\nssh_authorized_keys: [command=x ssh-ed25519 AAAA]\n", True),
        ("/user-data", "#cloud-config\n# the password is foo\nhostname: web\n", True),
        ("/user-data", "#cloud-config\nhostname: https://me:foo@example.com\n", True),
        ("/user-data", "#cloud-config\n[a, b]\n", True),
        ("/user-data", "#cloud-config\n{", True),
        ("/user-data", "hostname: web\n", True),
        ("/meta-data", "1: 2\n", True),
        ("/meta-data", "a: &a [1]\nb: &b [*a, *a]\nusers: &c [*b, *b, *c]\n", True),
        ("/meta-data", f"x: {'[' * 5000}", True),
        ("/unattend.xml", "<unattend/>", True),
        ("/user-data", f"#cloud-config\nusers: [{{name: ann, plain_text_passwd: x}}]\n{USERS}", True),
        ("/user-data", "#cloud-config\nhostname: x\nhostname: web\n", True),
        ("/user-data", "#cloud-config\nusers: !!pairs [passwd: x]\n", True),
        ("/user-data", "#cloud-config\nusers: !!omap [passwd: x]\n", True),
        ("/user-data", "#cloud-config\nusers: !!set {x}\n", True),
        ("/user-data", "#cloud-config\nusers: !!null x\n", True),
        ("/user-data", "#cloud-config\nusers: !!bool x\n", True),
        ("/user-data", "#cloud-config\nusers: !mine [x]\n", True),
        ("/user-data", "#cloud-config\n? [x]\n: web\n", True),
        ("/user-data", "#cloud-config\n<<: x\n", True),
        ("/user-data", "#cloud-config\n<<: [x]\n", True),
        ("/user-data", "#cloud-config\n<<: {passwd: x}\n", True),
        ("/user-data", "#cloud-config\n%PASSWORD x\n---\nhostname: web\n", True),
        ("/user-data", "#cloud-config\nhostname: web\n...\nx\n", True),
        ("/user-data", "#cloud-config\nusers: &all [{name: ann, groups: *all}]\n", False),
        ("/user-data", "#cloud-config\nusers: [&one {name: ann, sudo: a}, {<<: *one, name: bob}]\n", False),
        ("/user-data", "#cloud-config\nusers: [&one {name: a}, &two {uid: 1}, {<<: [*one, *two]}]\n", False),
        ("/network-config", "ethernets: {passwd: x}\n", True),
        ("/network-config", "ethernets: {eth0: {dhcp4: true}, eth1: [x]}\n", True),
        ("/network-config", "ethernets: {eth0: {dhcp4: true}, eth0: {mtu: 1500}}\n", True),
        ("/network-config", "ethernets: {<<: &all {passwd: x}}\n", True),
        ("/network-config", "vlans: &all {mtu: {auth: x}}\nmatch: *all\n", True),
        ("/network-config", "ethernets: {eth0: &lan {dhcp4: true}, eth1: *lan}\n", False),
        ("/network-config", "version: 1\nconfig: [{type: physical, subnets: [{type: dhcp}]}]\n", False),
    ],
)
def test_what_may_hold_a_secret(name: str, text: str, secret: bool) -> None:
    assert may_hold_secret(name, text) is secret


@pytest.mark.promise(17)
@pytest.mark.parametrize(("before", "after"), [(PLAIN, PLAIN.replace("nginx", "caddy")), (SECRET, f"{SECRET}# more\n")])
def test_a_file_that_is_edited_while_it_asks_is_named_and_recorded_as_it_is(
    site: SiteBench, cli: MemoryCli, before: str, after: str
) -> None:
    machine(site, user_data=before)
    (row,) = site.simulator.rows("cloudinit_files")

    def confirm(outcome: Outcome) -> bool:
        if not outcome.changed:
            site.simulator.edit("cloudinit_files", row["$key"], contents=after)
        return True

    outcome = site.imports(cli, confirm, cloud_init=True, scope=ONLY)
    assert (outcome.changed, outcome.exit_code) == (["CloudInitFile '/user-data': contents"], 0)
    (entry,) = [entry for name, entry in cli.entries.items() if "CloudInitFile" in name]
    assert json.loads(entry["inputs"]["contents"]["plaintext"]) == after


def test_a_secret_that_changed_before_the_state_was_written_is_configured_anew(site: SiteBench, cli: MemoryCli) -> None:
    machine(site, user_data=SECRET)
    (row,) = site.simulator.rows("cloudinit_files")
    site.imports(cli, cloud_init=True, scope=ONLY, no_state=True)
    site.simulator.edit("cloudinit_files", row["$key"], contents=f"{SECRET}# more\n")
    assert site.imports(cli, cloud_init=True, scope=ONLY).exit_code == 0
    assert [*cli.config.values()] == [f"{SECRET}# more\n"]


@pytest.mark.promise(19)
def test_files_stand_beside_the_program_and_secrets_in_the_configuration(site: SiteBench, cli: MemoryCli) -> None:
    machine(site, user_data=PLAIN, meta_data=META, network_config="")
    site.vm("web-2", cloudinit_files=[{"name": "/user-data", "contents": SECRET}])
    before = site.simulator.snapshot()
    site.simulator.reset("log")
    outcome = site.imports(cli, cloud_init=True, scope=ONLY)
    assert (outcome.differences, outcome.exit_code) == ([], 0)
    assert {request.verb for request in site.simulator.requests()} == {"GET"}
    assert site.simulator.snapshot() == before
    folder = site.folder / "infrastructure"
    assert (folder / "cloud-init" / "user-data").read_bytes() == PLAIN.encode()
    assert (folder / "cloud-init" / "meta-data").read_bytes() == META.encode(), "to the byte"
    written = json.loads((site.folder / "vergeos-import" / "written.json").read_text())["files"]
    own = {Path(name).stem for name, each in written.items() if name.endswith(".py") and "rows" not in each}
    assert {"guest_files"} < own <= OF_A_PACKAGE, "no module of the plan is called as they are"
    text = (folder / "compute.py").read_text()
    assert 'contents=guest_file("user-data")' in text
    key = "cloud-init-file-web-2-user-data-contents"
    assert re.search(rf'contents=pulumi.Config\(\).require_secret\(\s*"{key}",?\s*\)', text)
    assert cli.config == {f"shop:{key}": SECRET}
    entry = cli.entries["pulumi-python:dynamic/vergeos:CloudInitFile::web-2-user-data"]
    assert "plaintext" in entry["inputs"]["contents"]
    assert CANARY not in everything(site.folder)
    assert all(CANARY not in line for line in cli.told)
    again = site.imports(cli, cloud_init=True, scope=ONLY)
    assert (again.new, again.kept, again.exit_code) == (0, [], 0)


@pytest.mark.promise(19)
def test_what_another_reader_of_yaml_may_see_is_in_no_file(site: SiteBench, cli: MemoryCli) -> None:
    """Of a key that stands twice, cloud-init takes the last one; the password in the first is one all the same."""
    twice = f"#cloud-config\nusers: [{{name: ann, plain_text_passwd: {CANARY}}}]\n{USERS}"
    machine(site, user_data=twice)
    assert site.imports(cli, cloud_init=True, scope=ONLY).exit_code == 0
    assert [*cli.config.values()] == [twice]
    assert CANARY not in everything(site.folder)


def everything(folder: Path) -> str:
    """Return what all files below a folder hold."""
    texts = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return "".join(
        (gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text).decode(errors="replace") for text in texts
    )


def test_they_are_left_unless_they_are_asked_for(site: SiteBench) -> None:
    machine(site, user_data=PLAIN)
    site.simulator.reset("log")
    site.plan()
    (line,) = [line for line in site.lines.values() if line.table == "cloudinit_files"]
    assert (line.treatment, line.reason) == ("leave", "it may hold passwords, and only a first boot reads it")
    assert not [request for request in site.simulator.requests() if "download" in str(request)]


def test_why_a_file_is_left_is_said(site: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(site, meta_data="", network_config=META, user_data=PLAIN, vendor_data=PLAIN)
    keys = {row["name"]: row["$key"] for row in site.simulator.rows("cloudinit_files")}
    refuse = {"verb": "GET", "path": f"/cloudinit_files/{keys['/user-data']}$", "times": 0}
    site.simulator.faults({"what": "status", "status": 403, "match": refuse, "body": {"err": "no"}})
    site.simulator.edit("cloudinit_files", keys["/network-config"], contents="\x01")
    real = SiteFiles.content
    broken = str(keys["/vendor-data"])
    content = lambda self, table, key: b"\xff" if key == broken else real(self, table, key)  # noqa: E731
    monkeypatch.setattr(SiteFiles, "content", content)
    site.imports(cli, cloud_init=True, scope=ONLY, plan_only=True)
    plan = (site.folder / "vergeos-import" / "plan.csv").read_text()
    assert "it is empty" in plan
    assert "its content cannot be read: " in plan
    assert "so it is binary" in plan
    assert "its content is no text" in plan


def test_an_edited_file_is_kept_and_its_module_is_written_all_the_same(site: SiteBench, cli: MemoryCli) -> None:
    machine(site, user_data=PLAIN)
    site.imports(cli, cloud_init=True, scope=ONLY, no_state=True)
    path = site.folder / "infrastructure" / "cloud-init" / "user-data"
    path.write_text(PLAIN + "timezone: UTC\n")
    outcome = site.imports(cli, cloud_init=True, scope=ONLY)
    assert outcome.kept == ["infrastructure/cloud-init/user-data"]
    assert outcome.differences == ["CloudInitFile 'user-data': contents"]
    assert cli.state["deployment"] == {}

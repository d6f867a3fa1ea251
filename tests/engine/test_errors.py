"""Errors as people see them: named, in one line, with what to do, and once."""

from __future__ import annotations

from tests.engine.lab import Lab
from verge_pulumi import Network, Nic, VirtualMachine

CANARY = "c4nary"


def test_a_preview_tells_what_was_given_and_what_is_right(lab: Lab) -> None:
    def program() -> None:
        VirtualMachine("web", name="web", ram="2 gigs", machine_type="q36", cpu_cores=0, console_pass=CANARY * 50)

    told = sorted(text.strip() for text in lab.preview(program, fails=True).errors if "has a problem" in text)
    where = "pulumi-python:dynamic/vergeos:VirtualMachine resource 'web' has a problem: "
    assert told == [
        f"{where}console_pass (a secret, not shown) is too long. Give at most 256 characters.",
        f"{where}cpu_cores 0 is too small. Give at least 1.",
        f"{where}machine_type 'q36' is not a machine type. Did you mean 'q35'? Give 'q35', 'pc', or a version such as "
        "'pc-q35-10.0'.",
        f"{where}ram '2 gigs' is not a size. Give MiB as a number, or a text such as '2GiB'.",
    ]


def test_a_refusal_of_the_program_is_one_line_without_a_traceback(lab: Lab) -> None:
    def program() -> None:
        vm = VirtualMachine("web", name="web")
        Nic("eth0", vm=vm, network="External")

    told = [text.strip() for text in lab.preview(program, fails=True).errors]
    assert (
        "Unable to declare Nic 'eth0': network 'External' is not a key. Pass a Network, its key, or "
        "by_name('External')." in told
    )
    assert not any("Traceback" in text for text in told)


def test_memory_is_written_with_a_unit_and_kept_as_a_number(lab: Lab) -> None:
    def program() -> None:
        VirtualMachine("web", name="web", ram=ram)

    ram: str | int = "2GiB"
    lab.up(program)
    assert lab.simulator.rows("vms")[0]["ram"] == 2048
    ram = 2048
    assert lab.preview(program).changes == {}
    assert "__given" not in lab.state()["web"]["inputs"]


def test_a_wrong_key_is_told_once_and_nothing_is_written(lab: Lab) -> None:
    def program() -> None:
        for number in range(12):
            Network(f"lan-{number}", name=f"lan-{number}")

    lab.environment["VERGEOS_API_KEY"] = "canary-key"
    told = [text for text in lab.up(program, fails=True).errors if "Unable to create" in text]
    whole = [text for text in told if "Login required (401)" in text]
    assert len(whole) == 1
    assert "The login is that of VERGEOS_API_KEY" in whole[0]
    assert all("VergeOS refuses the login; the error of Network 'lan-" in text for text in told if text not in whole)
    assert [row for row in lab.simulator.rows("vnets") if row["name"].startswith("lan-")] == []
    assert "canary" not in " ".join(told)

"""The same workload with VergeOS's Terraform provider, which is brought along by whoever wants to compare.

``TERRAFORM_VERGEIO`` names the provider's binary, and ``terraform`` is on the PATH. Version 1 of the provider cannot
switch power, so its machines stay off: its counts are those of less work.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from verge_pulumi.simulator import Simulator

VARIABLE = "TERRAFORM_VERGEIO"

_SOURCE = "verge-io/vergeio"
_APPLY = ["apply", "-auto-approve"]
_COMMANDS: Mapping[str, list[str]] = {
    "create": _APPLY,
    "preview": ["plan", "-refresh=false"],
    "refresh": [*_APPLY, "-refresh-only"],
    "change": [*_APPLY, "-var=ram=2048"],
    "destroy": ["destroy", "-auto-approve"],
}


def is_there() -> bool:
    """Say whether there is a provider and a Terraform to run it."""
    return bool(os.environ.get(VARIABLE)) and shutil.which("terraform") is not None


class Terraform:
    """A Terraform configuration in a folder of its own.

    Args:
        folder: The folder.
        simulator: The VergeOS.
        machines: How many, each with a drive and a NIC.
        parallel: Resources that Terraform works on at once.
    """

    def __init__(self, folder: Path, simulator: Simulator, machines: int, parallel: int) -> None:
        self._folder = folder
        self._parallel = parallel
        (folder / "main.tf.json").write_text(json.dumps(_configuration(simulator, machines)))
        binary = Path(os.environ[VARIABLE]).resolve()
        overrides = (
            f'provider_installation {{\n  dev_overrides {{ "{_SOURCE}" = "{binary.parent}" }}\n  direct {{}}\n}}\n'
        )
        (folder / "terraform.rc").write_text(overrides)

    def command(self, workload: str) -> float:
        """Run one command; return the seconds it took.

        Raises:
            RuntimeError: It failed; the text is its output.
        """
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(self._folder / "terraform.rc")}
        start = time.monotonic()
        process = subprocess.run(
            ["terraform", *_COMMANDS[workload], "-input=false", "-no-color", f"-parallelism={self._parallel}"],
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if process.returncode:
            raise RuntimeError(f"Unable to run terraform {workload}:\n{process.stdout[-3000:]}")
        return time.monotonic() - start

    def usage(self) -> tuple[float, float]:
        """Return zeros: the provider's process is Terraform's."""
        return 0.0, 0.0


def _configuration(simulator: Simulator, machines: int) -> dict[str, object]:
    # Version 1.4.0 sends null for what has no default of its own, and VergeOS refuses that.
    machine = {
        "machine_type": "q35",
        "os_family": "linux",
        "cpu_type": "Cascadelake-Server",
        "boot_order": "cd",
        "console": "vnc",
        "video": "std",
    }
    each = {"count": machines, "machine": "${vergeio_vm.vm[count.index].machine}"}
    access = {"username": simulator.username, "password": simulator.password}
    return {
        "terraform": {"required_providers": {"vergeio": {"source": _SOURCE}}},
        "provider": {"vergeio": {"host": simulator.url, **access, "insecure": True}},
        "variable": {"ram": {"default": 1024}},
        "resource": {
            "vergeio_network": {"lan": {"name": "lan"}},
            "vergeio_vm": {"vm": {"count": machines, "name": "vm-${count.index}", "ram": "${var.ram}", **machine}},
            "vergeio_drive": {"disk": {**each, "name": "disk", "media": "disk", "disksize": 1}},
            "vergeio_nic": {"nic": {**each, "name": "nic", "vnet": "${vergeio_network.lan.id}"}},
        },
    }

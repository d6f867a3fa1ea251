"""The state of a stack, as the CLI that runs this process exports it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verge_pulumi.client import printable
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.runtime import provider_process

Deployment = Mapping[str, Any]
"""A state as ``pulumi stack export`` writes it, below ``deployment``."""

EXPORT_PAUSE = 0.3
"""Seconds after which an export that failed is tried again, twice at most."""

EXPORT_TIMEOUT = 120.0
"""Seconds that an export may take; one of 3,000 resources takes about one."""


def export_stack(stack: str) -> Deployment | None:
    """Ask the CLI that runs this process for the state of a stack.

    Args:
        stack: ``organization/project/stack``.

    Returns:
        The state; None where there is no such stack.

    Raises:
        EngineError: It cannot be read.
    """
    started = time.monotonic()
    for last in (False, False, True):
        try:
            done = _run_export(stack)
            if done.returncode == 0:
                deployment = json.loads(done.stdout)["deployment"]
                provider_process.log(f"read the state of {stack} in {time.monotonic() - started:.1f} s", ephemeral=True)
                return deployment if isinstance(deployment, dict) else {}
            if "no stack named" in done.stderr:
                return None
            reason = done.stderr.strip().rpartition("\n")[2]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
            reason = str(error)
        if not last:
            time.sleep(EXPORT_PAUSE)  # the engine may have been writing the very file
    raise EngineError(f"the state of the stack {stack} cannot be read ({printable(reason)}). Try again")


def _run_export(stack: str) -> subprocess.CompletedProcess[str]:
    # The options of the command that runs us are not meant for this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_OPTION_")}
    return subprocess.run(  # noqa: S603  the CLI that runs us
        [_cli(), "stack", "export", "--non-interactive", "--stack", stack],
        env=environment | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=EXPORT_TIMEOUT,
    )


def _cli() -> str:
    """Return the CLI that runs this process, found among its ancestors, else the one on the PATH."""
    pid = os.getppid()
    while pid > 1:
        try:
            program = Path(f"/proc/{pid}/exe").readlink()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if program.name == "pulumi":
            return str(program)
        pid = parent
    return shutil.which("pulumi") or "pulumi"

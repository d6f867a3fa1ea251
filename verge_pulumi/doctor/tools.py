"""What runs on this machine: Python, this package, Pulumi's SDK and its CLI."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
from collections.abc import Sequence

from verge_pulumi.client.text import printable
from verge_pulumi.doctor.findings import Finding, ok, problem, warning
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.stack_commands import StackCommands

OLDEST_CLI = "3.216.0"
"""The first engine that keeps the inputs that a dynamic provider reads; without it drift is not seen."""

Version = tuple[int, ...]


def python() -> Finding:
    """Say which Python this is."""
    text = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.prefix == sys.base_prefix:
        advice = "Programs of other versions of these packages are in each other's way there: use one per project."
        return warning("python", f"{text}, not in a virtual environment", advice)
    return ok("python", text)


def sdk() -> Finding:
    """Say which versions of this package and of Pulumi's SDK are installed, and whether they fit each other."""
    own, installed = importlib.metadata.version("verge-pulumi"), importlib.metadata.version("pulumi")
    text = f"verge-pulumi {own} with Pulumi's SDK {installed}"
    wanted = next(each for each in importlib.metadata.requires("verge-pulumi") or () if re.match(r"pulumi\b", each))
    if not fits(installed, wanted):
        return problem("sdk", text, f"Install {wanted}: 'pip install --upgrade verge-pulumi'.")
    return ok("sdk", text)


def fits(installed: str, wanted: str) -> bool:
    """Say whether a version is one that a requirement with ``>=`` and ``<`` allows."""
    bounds: Sequence[tuple[str, str]] = re.findall(r"(>=|<)\s*([0-9.]+)", wanted)
    version = _number(installed)
    return all(version >= _number(bound) if sign == ">=" else version < _number(bound) for sign, bound in bounds)


def cli(pulumi: StackCommands) -> Finding:
    """Say which Pulumi CLI is on the PATH."""
    try:
        said = pulumi.must("version").strip()
    except EngineError as error:
        return problem("cli", str(error), "See https://www.pulumi.com/docs/install/.")
    if not _number(said) or _number(said) < _number(OLDEST_CLI):
        return problem("cli", f"Pulumi {printable(said)}", f"Install {OLDEST_CLI} or later.")
    return ok("cli", f"Pulumi {printable(said)}")


def _number(version: str) -> Version:
    found = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else ()

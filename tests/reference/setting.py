"""What the examples of the reference take for granted: a configuration, and what a VergeOS has already."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authorities import certificate, private_key
from verge_pulumi.simulator import Simulator

GIB = 1024**3
KEY = "YzRuYXJ5LXNlY3JldC1rZXktb2YtYS12cG4tcGVlci0="

CONFIG = {
    f"shop:{name}": value
    for name, value in {
        "ada-password": "s3cret-words",
        "bank-psk": "s3cret-words",
        "branch-psk": "s3cret-words",
        "certificate": certificate(1),
        "certificate-key": private_key(1),
        "chat-url": "https://chat.example.com/s3cret-words",
        "entra-secret": "s3cret-words",
        "house-authority": certificate(2),
        "keycloak-secret": "s3cret-words",
        "mirror-password": "s3cret-words",
        "north-public-key": KEY,
        "north-preshared-key": KEY,
        "pager-token": "s3cret-words",
        "partner-password": "s3cret-words",
        "partner-psk": "s3cret-words",
        "tenant": "1",
    }.items()
}


def prepare(simulator: Simulator, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Let a VergeOS, and the folder of a program, have what examples refer to.

    Returns:
        The configuration of the stack.
    """
    simulator.add("tenants", name="acme")
    simulator.add("files", name="debian-12.qcow2", type="qcow2", filesize=2 * GIB)
    (folder / "debian-12.qcow2").write_text("an image")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SITE_B_KEY", simulator.api_key)
    return {**CONFIG, "shop:site-b-host": simulator.url}

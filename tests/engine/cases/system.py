"""The system: its certificates, and where it sends messages."""

from __future__ import annotations

from tests.authorities import certificate
from tests.engine.subjects import Case

CASES = (
    Case(
        noun="Certificate",
        arguments=lambda: {"type": "self_signed", "domainname": "site.example.com", "description": "for tests"},
        edit=("domainlist", ["www.example.com"]),
        drift=("description", "changed in the UI"),
        unset=("rsa_key_size", "4096"),
        replace=("domainname", "other.example.com"),
    ),
    Case(
        noun="RootCertificate",
        arguments=lambda: {"cert": certificate(1)},
        edit=None,
        drift=None,
        replace=("cert", certificate(2)),
    ),
    Case(
        noun="Webhook",
        arguments=lambda: {
            "name": "ops",
            "url": "https://hooks.example.com/ops",
            "headers": {"Content-Type": "application/json"},
            "authorization_type": "bearer",
            "authorization_value": "token",
            "timeout": 10,
        },
        edit=("url", "https://hooks.example.com/other"),
        drift=("timeout", 20),
        unset=("allow_insecure", True),
    ),
)

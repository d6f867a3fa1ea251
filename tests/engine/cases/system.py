"""The system and its settings, its certificates, where updates come from, and where it sends messages."""

from __future__ import annotations

from tests.authorities import certificate
from tests.engine.subjects import Case

CASES = (
    Case(
        noun="Setting",
        arguments=lambda: {"name": "ntp_servers", "value": "10.0.0.1"},
        edit=("value", "10.0.0.2"),
        drift=("value", "10.0.0.9"),
        unset=None,
        replace=("name", "cloud_name"),
    ),
    Case(
        noun="ClusterSettings",
        arguments=lambda: {"name": "cluster1", "description": "for tests", "max_ram_per_vm": 131072},
        edit=("max_cores_per_vm", 64),
        drift=("max_ram_per_vm", 65536),
        unset=None,
        replace=("name", "cluster2"),
    ),
    Case(
        noun="NodeSettings",
        arguments=lambda: {"name": "node1", "asset_tag": "R1-U12", "ipmi_address": "10.0.0.5"},
        edit=("note", "in the first rack"),
        drift=("asset_tag", "R9"),
        unset=None,
        replace=("name", "node2"),
    ),
    Case(
        noun="UpdateSource",
        arguments=lambda: {
            "name": "mirror",
            "url": "https://updates.example.com",
            "description": "for tests",
            "user": "here",
            "password": "secret",
        },
        edit=("url", "https://mirror.example.com"),
        drift=("user", "elsewhere"),
    ),
    Case(
        noun="UpdateSettings",
        arguments=lambda: {"max_vsan_usage": 70, "update_time": "02:30"},
        edit=("auto_reboot", True),
        drift=("update_time", "03:00"),
        unset=None,
    ),
    Case(
        noun="SystemIdentity",
        arguments=lambda: {"city": "Detroit", "latitude": 42.33},
        edit=("country", "US"),
        drift=("city", "Ann Arbor"),
        unset=None,
    ),
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

"""A certificate that the system makes itself, for several names; another date in `renew` renews it."""

from verge_pulumi import Certificate

Certificate(
    "lab",
    type="self_signed",
    description="For the lab",
    domainname="lab.example.com",
    domainlist=["verge.lab.example.com", "backup.lab.example.com"],
    key_type="rsa",
    rsa_key_size="4096",
    renew="2026-11-01",
    timeout=120,
)

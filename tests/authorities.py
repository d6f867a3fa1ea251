"""Certificates for tests, the same in every run: they follow from a number."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def _key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"authority {number}".encode()).digest())


@cache
def certificate(number: int, *, until: int = 2099) -> str:
    """Return a self-signed certificate in PEM.

    Args:
        number: Which one.
        until: The year at whose beginning it expires.
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority {number}")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key(number).public_key())
        .serial_number(number + 1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
        .sign(_key(number), None)
    )
    return made.public_bytes(Encoding.PEM).decode()


@cache
def private_key(number: int) -> str:
    """Return the private key of a certificate in PEM."""
    return _key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

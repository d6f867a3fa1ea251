"""PEM: certificates and private keys as text, compared by what they hold and not by how the lines break."""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from typing import Annotated, Any

from verge_pulumi.engine.declaring.values import Value

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s(.*?)-----END \1-----", re.DOTALL)


class _Pem(Value):
    """Blocks of PEM.

    Args:
        kinds: What the blocks may be called.
        wanted: What an error says.
        one: Whether there is exactly one block.
    """

    json_types = ("text",)

    def __init__(self, kinds: frozenset[str], wanted: str, *, one: bool = False) -> None:
        self.kinds = kinds
        self.wanted = wanted
        self.one = one

    def normalise(self, value: Any) -> Any:
        """Return the blocks as OpenSSL writes them; what is between them is a comment."""
        blocks = [(kind, _bytes(body)) for kind, body in _BLOCK.findall(str(value))]
        whole = blocks and all(kind in self.kinds and content for kind, content in blocks)
        if not whole or (self.one and len(blocks) > 1):
            raise ValueError(self.wanted)  # not the value, which may be a secret
        return "".join(_written(kind, content) for kind, content in blocks)

    def from_api(self, value: Any) -> Any:
        return value or None


def _bytes(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        return b""


def _written(kind: str, content: bytes) -> str:
    lines = textwrap.wrap(base64.b64encode(content).decode(), 64)
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


_CERTIFICATE = frozenset({"CERTIFICATE"})
_KEY = frozenset({"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "EC PARAMETERS"})

CertificatePem = Annotated[
    str,
    _Pem(
        _CERTIFICATE,
        "is not one certificate in PEM. Give it from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
        one=True,
    ),
]
"""A certificate."""

CertificatesPem = Annotated[
    str,
    _Pem(
        _CERTIFICATE,
        "is not a list of certificates in PEM. Give each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
    ),
]
"""One certificate or several."""

PrivateKeyPem = Annotated[
    str,
    _Pem(_KEY, "is not a private key in PEM without a passphrase. Give it from -----BEGIN PRIVATE KEY----- on"),
]
"""A private key."""

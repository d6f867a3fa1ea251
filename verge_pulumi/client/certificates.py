"""Which authority a client trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from verge_pulumi.client.errors import InvalidHost
from verge_pulumi.client.text import printable


def verification(ca_file: str | Path | None, insecure: bool) -> bool | str:
    """Return what `requests` calls ``verify``, after seeing that the CA file can be used.

    Raises:
        InvalidHost: It cannot, or is not to be used.
    """
    if insecure:
        if ca_file is not None:
            raise InvalidHost("a CA file and insecure exclude each other", advice="Leave out insecure.")
        return False
    if ca_file is None:
        return True
    try:
        ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        # OpenSSL's words for it name a line of its source.
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise InvalidHost(
            f'the CA file "{printable(str(ca_file))}" cannot be used: {reason}',
            advice="Give a file of certificates in PEM form.",
        ) from None
    return str(ca_file)

"""The host and its certificate, looked at before anything is sent."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from verge_pulumi.client.text import printable
from verge_pulumi.doctor.findings import Finding, ok, problem, unchecked, warning
from verge_pulumi.engine.connecting.settings import Settings

PATIENCE = 5.0
"""Seconds for a connection, and for each answer of a handshake."""

SOON = 14 * 86400
"""Seconds before its end at which a certificate is worth a warning."""

_TRUST = "If the system is yours, save the certificate of its authority and name that file in VERGEOS_CA_FILE."
_SELF_SIGNED = ("is self-signed, by itself or by an authority of its own", _TRUST)
_UNKNOWN_AUTHORITY = ("is of an authority that this machine does not know", _TRUST)
_OTHER_NAME = ("is for another name", "Use a name that it is for as the host.")
_REFUSALS = {
    2: _UNKNOWN_AUTHORITY,
    9: ("is not valid yet", "Set the clock of this machine, or that of VergeOS."),
    10: ("has expired", "Renew it in VergeOS, unless the clock of this machine is wrong."),
    18: _SELF_SIGNED,
    19: _SELF_SIGNED,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""Why a certificate is refused and what to do, by the codes of OpenSSL (``X509_V_ERR_...``)."""


def reachability(where: str) -> Finding:
    """Say whether something takes connections at an origin, such as ``https://verge.example.com``."""
    try:
        _connect(where).close()
    except UnicodeError:  # a label of a host name has 63 characters at most
        return problem("host", f"{where} is no host name", "Check how it is written.")
    except OSError as error:
        advice = "Check the host name and the port, and that VergeOS can be reached from here (VPN, firewall)."
        return problem("host", f"{where} cannot be reached: {_words(error)}", advice)
    return ok("host", f"{where} takes connections")


def certificate(where: str, settings: Settings) -> Finding:
    """Say whether the certificate of an origin that can be reached is one to trust."""
    if where.startswith("http:"):
        return unchecked("plain HTTP on this machine has none", "certificate")[0]
    trusted = settings.ca_file or DEFAULT_CA_BUNDLE_PATH  # as the client has it
    try:
        found = _handshake(where, ssl.create_default_context(cafile=trusted))
    except ssl.SSLCertVerificationError as error:
        text, advice = _refused(where, error, trusted)
        if settings.insecure:
            return warning("certificate", f"{text}; it is not checked (VERGEOS_INSECURE)", advice)
        return problem("certificate", text, advice)
    except OSError as error:
        advice = "Check the port: VergeOS speaks HTTPS there, TLS 1.2 at least."
        return problem("certificate", f"{where} makes no secure connection: {_words(error)}", advice)
    left = ssl.cert_time_to_seconds(str(found.get("notAfter"))) - time.time()
    until = f"{where} has one that is valid until {printable(str(found.get('notAfter')))}"
    if left < SOON:
        return warning("certificate", f"{until}, for {left / 86400:.0f} more days", "Renew it in VergeOS.")
    if settings.insecure:
        advice = "Leave out VERGEOS_INSECURE, which lets anybody answer in its place."
        return warning("certificate", f"{until}, and it is not checked (VERGEOS_INSECURE)", advice)
    return ok("certificate", until)


def _refused(where: str, error: ssl.SSLCertVerificationError, trusted: str) -> tuple[str, str]:
    """Return why a certificate is refused, and what to do."""
    why, advice = _REFUSALS.get(error.verify_code, (f"is not trusted: {printable(error.verify_message)}", _TRUST))
    names = _names(where, trusted) if (why, advice) == _OTHER_NAME else ""
    return f"the certificate of {where} {why}{names}", advice


def _names(where: str, trusted: str) -> str:
    """Return which names a certificate is for, as the end of a sentence; "" if nobody vouches for it."""
    context = ssl.create_default_context(cafile=trusted)
    context.check_hostname = False
    try:
        names = [str(name) for _, name in _handshake(where, context).get("subjectAltName", ())]
    except OSError:
        return ""
    return f": {', '.join(printable(name) for name in names[:5])}" if names else ""


def _handshake(where: str, context: ssl.SSLContext) -> dict[str, Any]:
    """Return the certificate of a host that makes a secure connection."""
    with _connect(where) as plain, context.wrap_socket(plain, server_hostname=urlsplit(where).hostname) as secure:
        return dict(secure.getpeercert() or {})


def _connect(where: str) -> socket.socket:
    parts = urlsplit(where)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return socket.create_connection((parts.hostname or "", port), timeout=PATIENCE)


def _words(error: OSError) -> str:
    """Return the system's words for a failure."""
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:g} s"
    if isinstance(error, ssl.SSLError) and error.reason:
        return printable(error.reason).lower().replace("_", " ")
    return printable(error.strerror or str(error))

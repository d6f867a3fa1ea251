"""From what people write as the host to one origin, or to a reason why not."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from verge_pulumi.client.errors import InvalidHost
from verge_pulumi.client.text import printable

_DEFAULT_PORT = {"https": 443, "http": 80}
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\Z")
_ADVICE = 'Give a name or an address, such as "verge.example.com", "10.0.0.5:8443" or "[fd00::5]".'


def origin(host: str) -> str:
    """Return the origin (scheme, host and port) of a VergeOS in its one spelling, such as ``https://verge.example.com``.

    ``https://`` may be left out; a trailing slash is dropped, as is the scheme's own port. Plain HTTP carries the
    credentials in the open and is accepted for loopback addresses only.

    Raises:
        InvalidHost: It is not a host, or holds more than one (user name, path, query).
    """
    text = host.strip()
    # urlsplit silently removes tabs and line ends and reads on, so they are refused before it sees them.
    if not text.isascii() or not text.isprintable() or re.search(r"[\s\\%]", text):
        raise _invalid(host, "it holds a character that no host name has")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
        name = parts.hostname or ""
    except ValueError:
        raise _invalid(host, "its address or port is malformed") from None
    if "@" in parts.netloc:
        # The text is not repeated: it holds a password.
        raise InvalidHost("the host holds a user name or password", advice="Give the credentials apart from the host.")
    if parts.scheme not in _DEFAULT_PORT:
        raise _invalid(host, f'"{parts.scheme}" is not "https"')
    if parts.path not in ("", "/") or "?" in text or "#" in text:
        raise _invalid(host, "it goes on after the host")
    if port == 0 or parts.netloc.endswith(":"):
        raise _invalid(host, "its port is not a number from 1 to 65535")
    address = _address(host, name, bracketed=parts.netloc.startswith("["))
    if parts.scheme == "http" and not (address.is_loopback if address else name == "localhost"):
        raise _invalid(host, "plain HTTP would show the credentials to the network", "Use https.")
    shown = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else name
    suffix = "" if port in (None, _DEFAULT_PORT[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{shown}{suffix}"


def is_loopback(origin: str) -> bool:
    """Say whether an origin is on this machine."""
    name = urlsplit(origin).hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _address(host: str, name: str, *, bracketed: bool) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host part is, None for a name, and refuse what is neither."""
    try:
        return ipaddress.IPv6Address(name) if bracketed else ipaddress.IPv4Address(name)
    except ValueError:
        if bracketed or not _NAME.match(name):
            raise _invalid(host, "it is neither a name nor an address") from None
        return None


def _invalid(host: str, reason: str, advice: str = _ADVICE) -> InvalidHost:
    return InvalidHost(f'"{printable(host, 80)}" is not a usable host: {reason}', advice=advice)

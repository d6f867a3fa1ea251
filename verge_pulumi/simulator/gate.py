"""Access to the page and the dials, which need no login.

Every local program has access. A browser, however, reaches loopback on behalf of any page it shows. Three rules keep
pages of other sites out. The name in ``Host`` must be one of this machine, so that no foreign name that resolves to it
(DNS rebinding) becomes the simulator's own origin. An ``Origin`` must be the simulator's own. A browser's request that
changes something must carry the header `PAGE`: a page of another origin cannot set it without a preflight, which is
refused, and a form cannot set it at all. Programs do not send the headers of browsers and need none of this.

The API is not restricted in this way. Each of its requests needs credentials, which no foreign page has, and clients
may reach it by any name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from verge_pulumi.simulator.errors import ApiError

PAGE = "X-Simulator-Page"
"""The header that the simulator's own page sends with every request."""

_OWN_SITES = ("none", "same-origin")
_BROWSERS_SEND = ("Origin", "Referer", "Upgrade-Insecure-Requests")
_BROWSERS_SEND_PREFIXES = ("sec-fetch-", "sec-ch-")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_LOOPBACK = ("localhost", "localhost.")


def is_loopback(host: str) -> bool:
    """Return whether an address is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Gate:
    """Admits or refuses requests.

    Args:
        bound: The address that the server listens on.
    """

    def __init__(self, bound: str) -> None:
        self._bound = bound.lower()

    def check_name(self, headers: Mapping[str, str], address: str) -> None:
        """Admit a request that addresses the simulator by one of its own names.

        Args:
            headers: Its headers, looked up without regard to case.
            address: The local address of its connection.

        Raises:
            ApiError: The name in ``Host`` is another one or missing (403).
        """
        if not self._is_ours(headers.get("Host", ""), address.lower()):
            raise ApiError(403, "Host names another server. Use the address that the simulator printed.")

    @staticmethod
    def check_sender(verb: str, headers: Mapping[str, str], scheme: str) -> None:
        """Admit a request to a dial from a program or from the simulator's own page.

        Args:
            verb: Its HTTP method.
            headers: Its headers, looked up without regard to case; the name in ``Host`` is ours.
            scheme: The scheme of the request, ``http`` or ``https``.

        Raises:
            ApiError: It comes from another page (403).
        """
        own = f"{scheme}://{headers['Host']}".lower()
        if headers.get("Origin", own).lower() != own or headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
            raise ApiError(403, "The dials are not for the pages of other sites.")
        if verb != "GET" and PAGE not in headers and _is_browser(headers):
            raise ApiError(403, f"In a browser only the simulator's page turns the dials; it sends {PAGE}.")

    def _is_ours(self, host: str, address: str) -> bool:
        found = _HOST.fullmatch(host.lower())
        name = found[1].strip("[]") if found else ""
        return name in (*_LOOPBACK, self._bound, address) or is_loopback(name)


def _is_browser(headers: Mapping[str, str]) -> bool:
    """Return whether headers are those of a browser; for historical reasons each calls itself Mozilla."""
    return (
        any(name in headers for name in _BROWSERS_SEND)
        or any(name.lower().startswith(_BROWSERS_SEND_PREFIXES) for name in headers)
        or headers.get("User-Agent", "").startswith("Mozilla/")
    )

"""Who may open the page and turn the dials, which need no login.

Whoever reaches this machine's loopback may, and nothing else: but a browser reaches it for any page that it shows.
Three things keep the pages of other sites out. The name in ``Host`` is one of this machine, so that no foreign name
that was made to lead here (DNS rebinding) becomes the simulator's own origin. An ``Origin`` is the simulator's own. And
what a browser sends that changes something carries the header `PAGE`: a page of another origin may not set it without
asking first (a preflight, which is refused), and a form cannot. Programs send nothing that only browsers do, so they
need no header.

The API is not behind the gate. It asks for credentials with each request, which no foreign page has, and clients reach
it by whatever name leads here.
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
    """Whether an address is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Gate:
    """Lets requests pass or refuses them.

    Args:
        bound: The address that the server was told to listen on.
    """

    def __init__(self, bound: str) -> None:
        self._bound = bound.lower()

    def check_name(self, headers: Mapping[str, str], address: str) -> None:
        """Let a request pass that calls the simulator by a name of its own.

        Args:
            headers: Its headers, looked up without regard to case.
            address: The address of this machine that its connection leads to.

        Raises:
            ApiError: The name in ``Host`` is another one, or there is none (403).
        """
        if not self._is_ours(headers.get("Host", ""), address.lower()):
            raise ApiError(403, "Host names another server. Use the address that the simulator printed.")

    @staticmethod
    def check_sender(verb: str, headers: Mapping[str, str], scheme: str) -> None:
        """Let a request for a dial pass that is of a program or of the simulator's own page.

        Args:
            verb: Its HTTP method.
            headers: Its headers, looked up without regard to case; the name in ``Host`` is ours.
            scheme: ``http`` or ``https``, as it came.

        Raises:
            ApiError: It is of another page (403).
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
    """Whether only a browser sends what is in the headers; each names itself Mozilla, for reasons of the past."""
    return (
        any(name in headers for name in _BROWSERS_SEND)
        or any(name.lower().startswith(_BROWSERS_SEND_PREFIXES) for name in headers)
        or headers.get("User-Agent", "").startswith("Mozilla/")
    )

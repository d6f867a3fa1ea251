"""API keys (docs/vergeos/access.md §5). The simulator logs in with them, and does not look at their addresses."""

from __future__ import annotations

from ipaddress import ip_network

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.drawing import draw_id
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

_LISTS = ("ip_allow_list", "ip_deny_list")


class ApiKeys(Behaviour):
    """The table `user_api_keys`."""

    def before_create(self, row: Row) -> None:
        """Validate the lists of addresses, and draw the secret."""
        self._check(row)
        row["private_key"] = draw_id()

    def after_create(self, row: Row) -> Response | None:
        """Show the secret, for the only time."""
        return {"private_key": row["private_key"]}

    def before_update(self, row: Row, changes: Row) -> None:
        """Validate the lists of addresses; a key that never expires has no date."""
        self._check(row | changes)
        if changes.get("expires_type") == "never":
            changes["expires"] = None

    def _check(self, row: Row) -> None:
        """Refuse lists that overlap, or allow or deny everything, in our own words."""
        if not self.backend.release.since("26.1.4"):
            return
        networks = {}
        for name in _LISTS:
            try:
                networks[name] = [ip_network(each.strip(), strict=False) for each in row[name].split(",") if each]
            except ValueError:
                raise invalid(name) from None
            if any(network.prefixlen == 0 for network in networks[name]):
                raise invalid(name)
        allowed, denied = networks.values()
        if any(one.version == other.version and one.overlaps(other) for one in allowed for other in denied):
            raise refused("The allow list and the deny list overlap")

    def user_of(self, key: str) -> int | None:
        """Return the key of the user that a secret logs in, None where it is none or has expired."""
        for row in self.backend.store.rows(self.table):
            if row["private_key"] == key:
                expires = row["expires"] if row["expires_type"] == "date" else None
                return None if expires and expires <= self.backend.clock.now() else int(row["user"])
        return None

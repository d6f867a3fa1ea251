"""IPsec and WireGuard of networks (docs/vergeos/networks.md §10)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import refused
from verge_pulumi.simulator.relations import Row

# Accept rules are documented (docs/vergeos/networks.md §10); the routes and the translation, and the kinds of peers
# that need them, are from pyVergeOS: resources/wireguard.py. The names and other columns of the rules are ours.
_RULES: Mapping[str, tuple[str, ...]] = {
    "site-to-site": ("accept", "route"),
    "remote-user": ("accept", "route", "translate"),
    "none": (),
}
_SHAPING = frozenset({"name", "enabled", "allowed_ips", "peer_ip", "configure_firewall"})
"""The columns of a peer that its rules depend on."""


class IpsecSettings(Behaviour):
    """The table `vnet_ipsecs`; the network shows its row, and whether it is enabled (docs/vergeos/networks.md §2.1)."""

    def after_create(self, row: Row) -> Response | None:
        """Set the reference of the network."""
        self.backend.store.change("vnets", row["vnet"], {"ipsec": row["$key"], "ipsec_enabled": row["enabled"]})
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Show on the network whether it is enabled."""
        self.backend.store.change("vnets", row["vnet"], {"ipsec_enabled": row["enabled"]})

    def after_delete(self, row: Row) -> None:
        """Show on the network, if it still exists, that it is disabled."""
        if self.backend.store.get("vnets", row["vnet"]) is not None:
            self.backend.store.change("vnets", row["vnet"], {"ipsec_enabled": False})


class WireGuards(Behaviour):
    """The table `vnet_wireguards`."""

    def before_create(self, row: Row) -> None:
        """Generate the keys. They are the same in every run, and not a valid pair."""
        for name in ("private_key", "public_key"):
            seed = f"{self.backend.name}/{row['vnet']}/{row['name']}/{name}"
            row[name] = base64.b64encode(hashlib.sha256(seed.encode()).digest()).decode()

    def before_delete(self, row: Row) -> None:
        """Refuse to delete an interface that is enabled, or whose running network has not applied the change yet.

        The simulator does not record for which change the network waits, so any counts. On a stopped network, where
        nothing can be applied, it is enough to disable the interface; this is our assumption.
        """
        network = self.backend.store.get("vnets", row["vnet"]) or {}
        pending = network["need_fw_apply"] and self.backend.power.is_running(network["machine"])
        if row["enabled"] or pending:
            # The end of this sentence is VergeOS's (docs/vergeos/networks.md §10).
            raise refused(f"WireGuard interface '{row['name']}' must be disabled and applied")


class WireGuardPeers(Behaviour):
    """The table `vnet_wireguard_peers`; VergeOS creates the rules that a peer needs (docs/vergeos/quirks.md §W14)."""

    def after_create(self, row: Row) -> Response | None:
        """Create its rules."""
        self._write_rules(row)
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Recreate its rules if they depend on the changes."""
        if _SHAPING & changes.keys():
            self._write_rules(row)

    def _write_rules(self, row: Row) -> None:
        store, owner = self.backend.store, f"{self.table}/{row['$key']}"
        for rule in store.children("vnet_rules", "owner", (self.table, row["$key"])):
            self.backend.remove("vnet_rules", rule["$key"])
        interface = store.get("vnet_wireguards", row["wireguard"]) or {}
        allowed = {"source_ip": row["allowed_ips"]}
        columns = {
            "accept": {"direction": "incoming", **allowed},
            "route": {"direction": "outgoing", "destination_ip": row["allowed_ips"], "target_ip": row["peer_ip"]},
            "translate": {"direction": "outgoing", **allowed, "target_ip": "router"},
        }
        for action in _RULES[row["configure_firewall"]]:
            rule = {
                "vnet": interface["vnet"],
                "name": f"WireGuard {interface['name']} {row['name']} {action}",
                "enabled": row["enabled"],
                "action": action,
                "interface": "wireguard",
                "owner": owner,
            }
            self.backend.add("vnet_rules", rule | columns[action])

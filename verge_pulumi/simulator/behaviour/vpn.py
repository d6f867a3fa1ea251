"""IPsec and WireGuard of networks (fact sheet vnets §10)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import refused
from verge_pulumi.simulator.relations import Row

# The sheet has accept rules; the routes and the translation, and for whom they are, are from pyVergeOS:
# resources/wireguard.py. What the rules are called and what else they say is our own.
_RULES: Mapping[str, tuple[str, ...]] = {
    "site-to-site": ("accept", "route"),
    "remote-user": ("accept", "route", "translate"),
    "none": (),
}
_SHAPING = frozenset({"name", "enabled", "allowed_ips", "peer_ip", "configure_firewall"})
"""The columns of a peer that its rules are made of."""


class IpsecSettings(Behaviour):
    """The table `vnet_ipsecs`; the network names its row, and whether it is on (fact sheet vnets §2.1)."""

    def after_create(self, row: Row) -> Response | None:
        """Show it at the network."""
        self.backend.store.change("vnets", row["vnet"], {"ipsec": row["$key"], "ipsec_enabled": row["enabled"]})
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Show at the network whether it is on."""
        self.backend.store.change("vnets", row["vnet"], {"ipsec_enabled": row["enabled"]})

    def after_delete(self, row: Row) -> None:
        """Show at the network, if that is still there, that it is off."""
        if self.backend.store.get("vnets", row["vnet"]) is not None:
            self.backend.store.change("vnets", row["vnet"], {"ipsec_enabled": False})


class WireGuards(Behaviour):
    """The table `vnet_wireguards`."""

    def before_create(self, row: Row) -> None:
        """Draw the keys. They are the same in every run, and no real pair."""
        for name in ("private_key", "public_key"):
            seed = f"{self.backend.name}/{row['vnet']}/{row['name']}/{name}"
            row[name] = base64.b64encode(hashlib.sha256(seed.encode()).digest()).decode()

    def before_delete(self, row: Row) -> None:
        """Refuse one that is on, or that the running network still has, since it has not applied the change.

        Which change the network waits for is not kept, so another one counts too. That on a stopped network it is
        enough to switch the interface off is our reading: nothing can be applied there.
        """
        network = self.backend.store.get("vnets", row["vnet"]) or {}
        pending = network["need_fw_apply"] and self.backend.power.is_running(network["machine"])
        if row["enabled"] or pending:
            # The sheet quotes the end of this sentence.
            raise refused(f"WireGuard interface '{row['name']}' must be disabled and applied")


class WireGuardPeers(Behaviour):
    """The table `vnet_wireguard_peers`; VergeOS writes the rules that a peer needs (fact sheet quirks W14)."""

    def after_create(self, row: Row) -> Response | None:
        """Write its rules."""
        self._write_rules(row)
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Write its rules again, if they are about what changed."""
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

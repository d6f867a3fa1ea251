"""Networks (docs/vergeos/networks.md §2, §3, §13)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, TypeAlias

from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.machines import MachineOwner
from verge_pulumi.simulator.drawing import draw_mac_address
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

_PROTECTED = ("core", "dmz", "physical")
_FIRST_VXLAN = 100
_DEFAULT_MTU = 1500

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Networks(MachineOwner):
    """The table `vnets`."""

    in_path = frozenset({"apply", "applydns"})

    def before_create(self, row: Row) -> None:
        """Fill in the values that VergeOS chooses (MTU, VXLAN id, router address) and validate the addresses."""
        self.backend.default_cluster(row)
        if row["mtu"] is None:
            uplink = self.backend.store.get(self.table, row["interface_vnet"])
            row["mtu"] = uplink["mtu"] if uplink is not None else _DEFAULT_MTU
        if row["layer2_id"] is None and row["layer2_type"] == "vxlan":
            used = [net["layer2_id"] for net in self.backend.store.rows(self.table) if net["layer2_type"] == "vxlan"]
            row["layer2_id"] = max(_FIRST_VXLAN, *(number + 1 for number in used if number))
        named = row["network"] != self.backend.relations[self.table].columns["network"].default
        row |= _without_prefix(row, named=named)
        network = _network(row)
        if not row["ipaddress"]:
            first_host = network is not None and row["ipaddress_type"] == "static"
            row["ipaddress"] = str(next(iter(network.hosts()))) if network and first_host else ""
        self._check(row, row)

    def after_create(self, row: Row) -> Response | None:
        """Create the machine, the MAC address, and the route to a default gateway."""
        super().after_create(row)
        mac = row["macaddress"] or draw_mac_address(0x31)
        self.backend.store.change(self.table, row["$key"], {"macaddress": mac})
        gateway = self.backend.store.get(self.table, row["vnet_default_gateway"])
        if gateway is not None:
            route = {
                "vnet": row["$key"],
                "name": "Default route",
                "direction": "outgoing",
                "action": "route",
                "destination_ip": "default",
                "target_ip": f"vnet:{gateway['name']}",
            }
            self.backend.add("vnet_rules", route)
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Validate the new addresses, and those that a new network is to hold."""
        changes |= _without_prefix(changes, named="network" in changes)
        self._check(row | changes, row | changes if "network" in changes else changes)

    def _check(self, row: Row, written: Row) -> None:
        network = _network(row)
        for name in ("ipaddress", "gateway", "dhcp_start", "dhcp_stop"):
            address = _address(name, written.get(name))
            inside = name != "gateway" or (row["type"] == "external" and self.backend.release.since("26.1.6"))
            if address is None or network is None or not inside:
                continue
            if address not in network or (name == "ipaddress" and not _is_of_host(address, network)):
                raise invalid(name)
        start, stop = _address("dhcp_start", row["dhcp_start"]), _address("dhcp_stop", row["dhcp_stop"])
        if start is not None and stop is not None and (start.version, int(start)) > (stop.version, int(stop)):
            raise invalid("dhcp_stop")
        last_vlan = 4094 if self.backend.release.since("26.1.5") else 4095
        if row["layer2_type"] == "vlan" and row["layer2_id"] not in range(1, last_vlan + 1):
            raise invalid("layer2_id")

    def before_delete(self, row: Row) -> None:
        """Refuse to delete system networks, running networks and networks in use."""
        _refuse_protected(row, "deleted")
        # The rule is documented, not the words of this refusal and the next but one.
        if not self.backend.power.is_off(row["machine"]):
            raise refused("vNet must be stopped to delete")
        referrers = {(table, column) for table, column, _ in self.backend.store.referrers(self.table, row["$key"])}
        if ("machine_nics", "vnet") in referrers:
            raise refused("Machine NICs are attached")
        if any(table == self.table or column == "interface_vnet" for table, column in referrers):
            raise refused(f"vNets are still referencing '{row['name']}'")

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Start, stop, restart, and apply staged changes."""
        power = self.backend.power
        match action:
            case "poweron":
                power.start(row, params.get("preferred_node"))
            case "poweroff":
                _refuse_protected(row, "powered off")
                power.stop(row)
            case "kill":
                _refuse_protected(row, "powered off")
                power.kill(row)
            case "reset":
                power.reset(row)
            case "refresh" if params.get("target") == "dnsonly":
                self._apply_dns(row)
            case "refresh":
                self._apply_rules(row)
            case _:
                return super().act(row, action, params)
        return None

    def act_in_path(self, row: Row, action: str) -> Response | None:
        """Apply staged changes by ``PUT vnets/<key>/apply`` and ``…/applydns``, which some clients use."""
        match action:
            case "apply":
                self._apply_rules(row)
            case "applydns":
                self._apply_dns(row)
            case _:
                return super().act_in_path(row, action)
        return None

    def _apply_rules(self, row: Row) -> None:
        self._require_running(row)
        self.backend.transitions.begin(self.table, row["$key"], "applying")

    def finish(self, row: Row, state: str) -> None:
        """Finish applying rules."""
        applied = {"need_fw_apply": False, "last_fw_apply": self.backend.clock.stamp()}
        self.backend.store.change(self.table, row["$key"], applied)

    def _apply_dns(self, row: Row) -> None:
        self._require_running(row)
        applied = {"need_dns_apply": False, "last_dns_apply": self.backend.clock.stamp()}
        self.backend.store.change(self.table, row["$key"], applied)

    def _require_running(self, row: Row) -> None:
        if not self.backend.power.is_running(row["machine"]):
            raise refused("vNet is not running")


def _refuse_protected(row: Row, what: str) -> None:
    if row["type"] in _PROTECTED:
        raise refused(f"vNet of type '{row['type']}' cannot be {what}")


def _without_prefix(columns: Row, *, named: bool) -> Row:
    """Return what becomes of an address with a prefix length: the address alone, and its network.

    See docs/vergeos/networks.md §2.3.

    Args:
        columns: The columns that are written.
        named: Whether they name a network, which then stays.
    """
    address, slash, _ = str(columns.get("ipaddress") or "").partition("/")
    if not slash:
        return {}
    try:
        network = str(ipaddress.ip_network(columns["ipaddress"], strict=False))
    except ValueError:
        raise invalid("ipaddress") from None
    return {"ipaddress": address} if named else {"ipaddress": address, "network": network}


def _network(row: Row) -> _Network | None:
    if row["ipaddress_type"] == "none" or not row["network"]:
        return None
    try:
        return ipaddress.ip_network(row["network"], strict=False)
    except ValueError:
        raise invalid("network") from None


def _is_of_host(address: _Address, network: _Network) -> bool:
    """Say whether an address can be a router's: not that of the network itself, nor that of all of its hosts."""
    if network.num_addresses <= 2:
        return True  # a network of two addresses, or of one, has no others
    return address != network.network_address and (network.version == 6 or address != network.broadcast_address)


def _address(field: str, text: str | None) -> _Address | None:
    """Read an address, with or without a prefix length (terraform v1 sends one)."""
    if not text:
        return None
    try:
        return ipaddress.ip_interface(text).ip
    except ValueError:
        raise invalid(field) from None

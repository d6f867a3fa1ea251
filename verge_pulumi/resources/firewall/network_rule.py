"""Rules of a network's router: firewall, address translation and routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import RowPath, Text
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.firewall._rule_values import RuleAddress, RulePorts
from verge_pulumi.resources.network._staged import StagingProvider
from verge_pulumi.resources.network.network import Network
from verge_pulumi.resources.tags._taggable import Taggable


class NetworkRuleSettings(Describable):
    """The arguments of a rule, apart from its network and its position."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name, unique in the network."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it applies."""

    pin: Attr[Literal["no", "top", "bottom"] | None] = arg(default=None)
    """Whether it stays above or below all rules that are not pinned."""

    direction: Attr[Literal["incoming", "outgoing"] | None] = arg(default=None)
    """Which traffic it is about; ``incoming`` if unset."""

    action: Attr[Literal["accept", "drop", "reject", "translate", "route"] | None] = arg(default=None)
    """What is done with the traffic; ``accept`` if unset."""

    protocol: Attr[str | None] = arg(default=None)
    """``any`` (the default), ``tcp``, ``udp``, ``tcpudp``, ``icmp``, or a number such as ``47`` for GRE."""

    interface: Attr[Literal["auto", "router", "dmz", "wireguard", "any"] | None] = arg(default=None)
    """Where the traffic passes the router; ``auto`` if unset."""

    ct_state: Attr[Text | None] = arg(default=None)
    """State of the connection, such as ``new`` or ``established``."""

    source_ip: Attr[RuleAddress | None] = arg(default=None)
    """Where the traffic comes from; anywhere if unset."""

    source_ports: Attr[RulePorts | None] = arg(default=None)
    """Ports that it comes from."""

    destination_ip: Attr[RuleAddress | None] = arg(default=None)
    """Where it goes; anywhere if unset. ``default`` is the default route of ``action="route"``."""

    destination_ports: Attr[RulePorts | None] = arg(default=None)
    """Ports that it goes to."""

    target_ip: Attr[RuleAddress | None] = arg(default=None)
    """Where ``translate`` and ``route`` send it."""

    target_ports: Attr[RulePorts | None] = arg(default=None)
    """Ports that ``translate`` sends it to."""

    log: Attr[bool | None] = arg(default=None)
    """Whether matches are logged."""

    statistics: Attr[bool | None] = arg(default=None)
    """Whether matches are counted."""

    trace: Attr[bool | None] = arg(default=None)
    """Whether matches are traced."""

    throttle: Attr[Text | None] = arg(default=None)
    """Limit of the traffic, such as ``1000 kbytes/second``."""

    drop_throttle: Attr[bool | None] = arg(default=None)
    """Whether what exceeds the limit is dropped."""

    # The counters `packets` and `bytes` would make every refresh a change.
    system_rule: Attr[bool | None] = computed()
    """Whether it is VergeOS's own, which lets nobody change it."""

    owner: Attr[RowPath | None] = computed()
    """What it was made for, such as ``vnet_addresses/28``."""


class NetworkRule(NetworkRuleSettings, Taggable, table="vnet_rules", unique=("network", "name"), life=Staged("rules")):
    """A rule by which a network's router lets traffic pass, drops it, translates its addresses or routes it.

    Rules are tried from the first to the last. Addresses are texts that VergeOS understands; the module
    `verge_pulumi.rule_addresses` has a function for each form, such as
    ``source_ip=rule_addresses.segment_of(dmz)``. A running network applies the changes at once, those that are made
    together by one apply; a stopped one loads them when it starts.
    """

    review = Review(guards=True)
    importing = Importing(
        # The default route comes with a default gateway (docs/vergeos/quirks.md §W14).
        given={"system_rule": (True,), "destination_ip": ("default",)},
        owned_by="owner",
    )

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    orderid: Attr[int | None] = arg(default=None)
    """Place among the network's rules, the lowest first; the end if unset. VergeOS moves the rules below a place that
    is taken, so give places that are free, or order rules with ``depends_on`` and leave it unset."""


class NetworkRuleProvider(StagingProvider[NetworkRule]):
    """What is special about a rule's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A target and the default route belong to the actions that know them."""
        return contradictions(inputs)


def contradictions(inputs: Inputs) -> Iterable[str]:
    """Return one sentence for each target or default route of an action that does not know it.

    See docs/vergeos/networks.md §4.
    """
    action = inputs.get("action") or "accept"
    if not isinstance(action, str):
        return
    given = {name: value for name, value in inputs.items() if isinstance(value, str) and value}
    for name in ("target_ip", "target_ports"):
        if name in given and action not in ("translate", "route"):
            yield f"{name}: action='{action}' has no target; 'translate' and 'route' have one"
    for name in ("source_ip", "destination_ip", "target_ip"):
        if given.get(name) == "default" and (name, action) != ("destination_ip", "route"):
            yield f"{name}: 'default' is the destination of action='route' only"

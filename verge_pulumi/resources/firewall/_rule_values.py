"""How the addresses and ports of rules are written; `rule_addresses` writes them for you.

See docs/vergeos/networks.md §4.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Annotated, Any

from verge_pulumi.engine.declaring.mentions import Mention
from verge_pulumi.engine.declaring.values import Value

ADDRESS_FORMS = (
    "is not an address. Give one, a network such as '10.0.0.0/24', a range such as '10.0.0.5-10.0.0.9', 'router', "
    "'vnetself', 'default', 'vnet:<name>', 'vmnic:<vm>.<nic>', 'alias:<key>', or several of them with commas"
)

PORT_FORMS = (
    "is not a port. Give one from 1 to 65535, a range such as '1000-1005', 'alias:<key>', or several of them with "
    "commas"
)


def _mention(term: str) -> Mention:
    """Return what a term of addresses or ports means, as `rule_addresses` writes it."""
    kind, _, name = term.partition(":")
    match kind:
        case "alias":
            return Mention(term, "rule_addresses.alias", "vnet_rule_aliases", "$key", name)
        case "vnet":
            return Mention(term, "rule_addresses.segment_of", "vnets", value=name)
        case "vmnic":
            vm, _, nic = name.rpartition(".")
            return Mention(term, "rule_addresses.nic", "vms", value=vm, part=nic)
        case _:
            return Mention(term)


class _Backwards(ValueError):
    """A range whose end comes before its beginning."""


class _Terms(Value):
    """Text of terms with commas between them; "" is none."""

    json_types = ("text",)
    mentioned = ("vnet_rule_aliases", "vnets", "vms")

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("is not text. Write it in quotes, such as '80,443' for ports")
        terms = [term.strip() for term in value.split(",")]
        return ",".join(map(self.term, terms)) if terms != [""] else ""

    def term(self, text: str) -> str:
        """Return the one spelling of a term."""
        raise NotImplementedError

    def from_api(self, value: Any) -> Any:
        return value or None

    def mentions(self, value: Any) -> Sequence[Mention]:
        return [_mention(term.strip()) for term in value.split(",")] if isinstance(value, str) else ()


class _RuleAddress(_Terms):
    def normalise(self, value: Any) -> Any:
        text = super().normalise(value)
        if "default" in text.split(",") and text != "default":
            raise ValueError("has 'default' beside others. Give it alone")
        return text

    def term(self, text: str) -> str:
        kind, colon, name = text.partition(":")
        if text in ("router", "vnetself", "default") or (kind == "vnet" and name):
            return text
        if kind == "alias" and colon:
            return _alias(text)
        if kind == "vmnic" and colon:
            vm, _, nic = name.rpartition(".")
            if vm and nic:
                return text
            raise ValueError("is not a NIC of a VM. Give it as 'vmnic:web.eth0'")
        try:
            return _literal(text)
        except _Backwards:
            raise
        except ValueError:
            # The text of the error quotes the value, which may be a secret.
            raise ValueError(ADDRESS_FORMS) from None


class _RulePorts(_Terms):
    def term(self, text: str) -> str:
        if text.startswith("alias:"):
            return _alias(text)
        match = re.fullmatch(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?", text)
        ports = [int(port) for port in match.groups() if port] if match else []
        if not ports or ports != sorted(ports) or not all(0 < port < 65536 for port in ports):
            raise ValueError(PORT_FORMS)
        return "-".join(map(str, ports))


class _AliasEntries(Value):
    """What an alias stands for. Labels have blanks, so only commas part the entries."""

    json_types = ("text",)

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, list) or not value:
            raise ValueError("is not a list of addresses or ports. Give one, such as ['10.0.0.0/24']")
        entries = [_entry(item) for item in value]
        if any("," in entry or not entry.partition("|")[0] for entry in entries):
            raise ValueError(
                "has an entry that is empty or holds a comma. Give an address or a port, with a label after '|' if "
                "you want one"
            )
        return entries

    def to_api(self, value: Any) -> Any:
        return ",".join(value)

    def from_api(self, value: Any) -> Any:
        return [entry for entry in map(_entry, str(value or "").split(",")) if entry] or None


def _entry(text: Any) -> str:
    return "|".join(part.strip() for part in str(text).split("|", 1))


def _alias(text: str) -> str:
    # VergeOS refuses the name of an alias (docs/vergeos/networks.md §4.2).
    if not re.fullmatch(r"alias:[1-9][0-9]*", text):
        raise ValueError("is not an alias. Give 'alias:<key>', as rule_addresses.alias(...) writes it")
    return text


def _literal(text: str) -> str:
    """Return the one spelling of an address, a network or a range.

    Raises:
        ValueError: It is none of them.
    """
    if "/" in text:
        return str(ip_network(text, strict=False))
    first, dash, last = text.partition("-")
    if not dash:
        return str(ip_address(text))
    low, high = ip_address(first.strip()), ip_address(last.strip())
    if low.version != high.version or int(low) > int(high):
        raise _Backwards("is a range that goes down. Give the lower address first")
    return f"{low}-{high}"


RuleAddress = Annotated[str, _RuleAddress()]
"""Addresses of a rule: ``10.0.0.0/24``, ``router``, ``vnet:<name>`` and others, several with commas; ``""`` is any."""

RulePorts = Annotated[str, _RulePorts()]
"""Ports of a rule: ``80``, ``80,443``, ``1000-1005``, ``alias:<key>``; ``""`` is any."""

AliasEntries = Annotated[list[str], _AliasEntries()]
"""What an alias of rules stands for: addresses or ports, each with a label after ``|`` if wanted."""

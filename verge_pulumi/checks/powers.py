"""Power: two that decide on one thing, and rules of a network that nothing starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verge_pulumi.checks.findings import Doubt, Finding, Mistake, warn
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.firewall.firewall import Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule
from verge_pulumi.resources.power import Power


class Powers:
    """Whose power the program decides on."""

    def __init__(self) -> None:
        self._powers: dict[Any, Planned] = {}
        self._ruled: set[Planned] = set()

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        match planned.resource:
            case Power():
                yield from self._power(planned)
            case NetworkRule() | Firewall():
                self._rule(planned)

    def _power(self, planned: Planned) -> Iterator[Finding]:
        target = planned.known("of")
        if target is None:
            return
        other = self._powers.setdefault(target, planned)
        if other is not planned:
            named = target if isinstance(target, Planned | str) else "the same thing"
            yield Mistake(f"the power of {named} is already that of {other}", "Declare it once.")

    def _rule(self, planned: Planned) -> None:
        network = planned.known("network")
        if isinstance(network, Planned) and network not in self._ruled:
            self._ruled.add(network)
            # A Power is often declared last. When Pulumi knows the network, the program has said all.
            network.resource.urn.apply(lambda _: self._started(network))

    def _started(self, network: Planned) -> None:
        if network not in self._powers:
            cause = "it has rules but no Power, and a new network is stopped"
            warn(network, Doubt(cause, "The rules have no effect until somebody starts it; declare a Power."))

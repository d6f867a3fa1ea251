"""DNS: views of networks whose server has none."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.dns.dns_view import DnsView


class Dns:
    """The DNS servers of the networks of one system."""

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        network = planned.known("network") if isinstance(planned.resource, DnsView) else None
        if not isinstance(network, Planned) or "dns" in network.ignored:
            return
        # What is unset of a network that is taken over is as it is there.
        unset = "simple" if network.arguments.get("adopt") in (None, False) else None
        served = network.said("dns", unset)
        if served not in ("bind", None):
            # VergeOS takes the row, and no server reads it (docs/vergeos/networks.md §2.3, §8).
            yield Mistake(f"{network} has dns '{served}', which knows no views", "Set dns='bind' there.")

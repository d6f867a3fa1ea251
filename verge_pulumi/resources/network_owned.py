"""DNS rows without a description: no mark fits on them, so they belong to whoever manages their network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from verge_pulumi.engine.declare import OWNER, BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.model import Inputs
from verge_pulumi.engine.ownership import other_owner
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.staged import DNS, StagingProvider

R = TypeVar("R", bound=BaseResource)


class NetworkOwnedProvider(StagingProvider[R]):
    """Manages rows that go with their network: another stack's are left alone."""

    staged = DNS

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Make the row, unless the network is another stack's: the row would be theirs as soon as it exists."""
        network = self.network_of(inputs)
        # What this run has read of the network already will do.
        holder = other_owner(self.connection.reader.known("vnets", network, "description"), inputs[OWNER])
        if holder:
            raise EngineError(f"vnets/{network} belongs to {holder}, and so would this. Declare it there")
        return super().make(inputs, values)

    def holder(self, props: Inputs) -> str:
        """Name who else manages the network, as its row says that the stack's own refresh reads too."""
        owner = props.get(OWNER, "")
        if not owner:
            return ""
        network = self.connection.reader.shared("vnets", self.network_of(props), Network.declaration.fields, owner)
        return other_owner(network.get("description"), owner) if network else ""

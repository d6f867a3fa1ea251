"""DNS rows without a description: no mark fits on them, so they belong to whoever manages their network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from verge_pulumi.engine.declaring.declaration import BaseResource
from verge_pulumi.engine.lifecycle.fencing import Owner
from verge_pulumi.resources.network._staged import DNS, StagingProvider
from verge_pulumi.resources.network.network import Network

R = TypeVar("R", bound=BaseResource)


class NetworkOwnedProvider(StagingProvider[R]):
    """Manages rows that go with their network: another stack's are left alone."""

    staged = DNS

    def owner_row(self, props: Mapping[str, Any]) -> Owner | None:
        """Name the network."""
        return Network, self.network_of(dict(props))

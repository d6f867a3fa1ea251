"""Rows of a network that it takes on when it restarts, and that belong to whoever manages the network."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from verge_pulumi.engine.declaring.attributes import Attr, Reference, policy
from verge_pulumi.engine.declaring.declaration import BaseResource, Declared
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.resources import _power_actions as power_actions
from verge_pulumi.resources._power_actions import Restart
from verge_pulumi.resources.network._network_owned import NetworkOwnedProvider
from verge_pulumi.resources.network._staged import apply_staged, look_at

R = TypeVar("R", bound=BaseResource)


class RestartPolicy(Declared):
    """What is said of the restart that a row waits for."""

    restart: Attr[Restart | None] = policy(
        default=None, role="restart", outage="the traffic of its network is cut for some seconds"
    )
    """Whether a change restarts the running network: ``never`` (the default) or ``on-change``, which cuts its traffic
    for some seconds. Changes that are made together share one restart; with ``depends_on`` one row restarts for all."""


class RestartingProvider(NetworkOwnedProvider[R]):
    """Restarts a running network whose changes wait for it, if the program says so."""

    root: ClassVar[str]
    """The table with one row for each network to which the rows belong, directly or through another row."""

    def put_into_effect(self, props: Inputs) -> None:
        """Restart the network, or tell that the change waits."""
        network = self.network_of(props)
        if props.get("restart") == "on-change":
            apply_staged(self.connection, self.staged, network)
        elif self.staged.waits(look_at(self.connection, self.staged, network)):
            power_actions.tell_restart()

    def network_of(self, props: Inputs) -> str:
        """Return the key of the network at the end of the row's parents."""
        if props.get("network") is not None:
            return str(props["network"])
        ((name, parent),) = (
            (name, attribute)
            for name, attribute in self.declaration.inputs.items()
            if isinstance(attribute, Reference) and attribute.replaces
        )
        known = self.connection.reader.known
        table, key = parent.target.declaration.table, str(props[name])
        if table != self.root:
            key = str(known(table, key, self.root.removeprefix("vnet_")))
        return str(known(self.root, key, "vnet"))

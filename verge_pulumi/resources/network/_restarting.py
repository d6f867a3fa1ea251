"""Rows of a network that it takes on when it restarts."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, policy
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.lives import RestartsParent
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.lifecycle.resuming import Resuming
from verge_pulumi.resources import _power_actions as power_actions
from verge_pulumi.resources._power_actions import Restart
from verge_pulumi.resources.network._staged import StagingProvider, apply_staged, look_at

R = TypeVar("R", bound=BaseResource)


class RestartPolicy(Declared):
    """What is said of the restart that a row waits for."""

    restart: Attr[Restart | None] = policy(
        default=None, role="restart", outage="the traffic of its network is cut for some seconds"
    )
    """Whether a change restarts the running network: ``never`` (the default) or ``on-change``, which cuts its traffic
    for some seconds. Changes that are made together share one restart; with ``depends_on`` one row restarts for all."""


class RestartingProvider(Resuming, StagingProvider[R], life=RestartsParent):
    """Restarts a running network whose changes wait for it, if the program says so."""

    def put_into_effect(self, state: Inputs) -> None:
        """Restart the network, or tell that the change waits."""
        network = self.network_of(state)
        if state.get("restart") == "on-change":
            apply_staged(self.connection, self.staged, network, begins=partial(self.goes_down, state))
            self.is_up(state)
        elif self.staged.waits(look_at(self.connection, self.staged, network)):
            power_actions.tell_restart()

    def resume(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Start the network again after a restart that did not come to its end."""
        network = self.network_of(inputs)
        power_actions.resume(
            self.connection, "vnets", network, look_at(self.connection, self.staged, network), timeout=None
        )
        return row

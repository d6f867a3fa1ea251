"""Which VergeOS an object was made on, and whether that is the one that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.ownership.states import ORIGIN
from verge_pulumi.engine.runtime import provider_process


class Home:
    """The VergeOS that objects belong to.

    Args:
        connection: Where to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has_moved(self, state: Inputs) -> bool:
        """Say whether the program moved the resource to a provider of another system.

        Only a provider or a host that is not the recorded one is worth a request; a preview of unmoved resources makes
        none.
        """
        origin = state.get(ORIGIN)
        here = (self._connection.settings.provider, self._connection.client.host)
        if origin is None or here == (origin["provider"], origin["host"]) or self._connection.is_at(origin["system"]):
            return False
        if origin["provider"] == self._connection.settings.provider:
            self.guard(state)
        return True

    def guard(self, state: Inputs) -> None:
        """Refuse to touch an object that was made on another system.

        Raises:
            EngineError: Another VergeOS answers than the one that holds the object.
        """
        origin = state.get(ORIGIN)
        if origin is not None and not self._connection.is_at(origin["system"]):
            raise self._elsewhere("it belongs", origin)

    def see(self, inputs: Inputs) -> None:
        """Refuse to make an object on another system than the one that holds the others of this stack.

        Raises:
            EngineError: The address of the provider leads elsewhere by now.
        """
        try:
            origins = self._connection.evidence.states.of(this_stack(inputs)).origins if provider_process.urn() else []
        except EngineError:
            return  # the check has told so
        for origin in origins:
            mine = origin.get("provider") == self._connection.settings.provider
            if mine and not self._connection.is_at(origin["system"]):
                raise self._elsewhere("what this stack manages belongs", origin)

    def _elsewhere(self, what: str, origin: Mapping[str, Any]) -> EngineError:
        return EngineError(
            f"{what} to the system '{origin.get('name')}', but {self._connection.client.host} is the system "
            f"'{self._connection.system.name}'. Point the provider back, or declare a second Provider; if "
            f"the system was renamed, set vergeos:formerName to '{origin['system']}' for one run"
        )

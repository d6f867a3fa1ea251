"""A replacement is looked at before it begins, while what depends on the object is still there."""

from __future__ import annotations

from typing import Any

from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.lifecycle.calls import asking
from verge_pulumi.engine.lifecycle.home import Home
from verge_pulumi.engine.lifecycle.hooks import RowHooks
from verge_pulumi.engine.lifecycle.reporting import reported
from verge_pulumi.engine.lifecycle.within import spare_others
from verge_pulumi.engine.ownership.states import Held


def see_replacement(provider: Any, inputs: Inputs) -> None:
    """See that what a new object of this program replaces, if anything, may be deleted.

    The engine checks the inputs of a successor as those of a new object, before it deletes anything. It does so where a
    replacement is forced as well, of which the diff does not know.

    Args:
        provider: The provider of the object.
        inputs: What the program says of the successor.

    Raises:
        Reported: It must not be replaced; nothing is written.
    """
    held = provider.identity.replaced(inputs)
    if held and isinstance(provider, RowHooks):  # only rows have others within them
        _see(provider, held, inputs)


@reported("replace")
@asking
def _see(provider: Any, held: Held, inputs: Inputs) -> None:
    state = dict(held.outputs)
    if not Home(provider.connection).has_moved(state):
        spare_others(provider, held.id, state, state)

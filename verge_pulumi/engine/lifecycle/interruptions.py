"""Writes that were cut off: noted until their outcome is known, and recognised by the next run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from verge_pulumi.client import recording_writes
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import InitialisationFailed, Withdrawn
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Verb
from verge_pulumi.engine.ownership.mark import token_in
from verge_pulumi.engine.runtime import provider_process


@contextlib.contextmanager
def noted(evidence: Evidence, verb: Verb, token: str, *, down: bool = False) -> Iterator[None]:
    """Keep a note of a write until its outcome is in the engine's hands, or it is known to have written nothing.

    The engine forgets a change or a delete that failed or was cut off. It would call the object unchanged, though
    it may be gone or half taken down.

    Args:
        evidence: Where it is noted.
        verb: What is begun.
        token: The token of the object.
        down: Whether the state tells that an earlier attempt left it switched off.
    """
    journal, urn = evidence.journal, provider_process.urn()
    if down := bool(token) and (down or evidence.attempts.left_down(verb, urn, token)):
        evidence.down.found(token)
    evidence.attempts.begin(verb, urn, token, down=down)
    with recording_writes() as writes:
        try:
            yield
        except InitialisationFailed:
            raise  # it is crossed out when the engine has saved it
        except BaseException as error:
            # What an earlier attempt has written is not undone because this one has written nothing.
            written = writes or evidence.attempts.was_cut_off(token)
            if not written or isinstance(error, Withdrawn):
                journal.end(token)
            raise
    provider_process.when_answered(lambda: journal.end(token))


def is_unclear(evidence: Evidence, state: Inputs, inputs: Inputs) -> bool:
    """Say whether an earlier run was cut off while it changed or deleted the object, and nobody looked since."""
    return bool(provider_process.urn()) and evidence.attempts.is_unclear(token_in(state), this_stack(inputs))

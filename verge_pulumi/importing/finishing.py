"""What an import writes in the end: the state, and marks, each seen to change nothing for the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from verge_pulumi.client import VergeError
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import StackState
from verge_pulumi.importing.commands import Pulumi
from verge_pulumi.importing.leftovers import leftovers
from verge_pulumi.importing.marking import Marking, find_due, recorded, write
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.owners import Owners
from verge_pulumi.review.stack_commands import Document
from verge_pulumi.review.systems import connect


class Finishing:
    """The state of a stack, and the marks of what it has.

    Args:
        pulumi: The stack.
        private: The folder for copies of the state as it was.
        tell: Receives a line of progress.
    """

    def __init__(self, pulumi: Pulumi, private: Path, tell: Callable[[str], None]) -> None:
        self._pulumi = pulumi
        self._private = private
        self._tell = tell

    def record(self, before: Document, after: Document, backup: str) -> None:
        """Put the new state in the place of the old one, of which a copy is kept."""
        path = self._private / backup
        path.unlink(missing_ok=True)
        self._pulumi.replace_state(before, after, path)
        self._tell(f"wrote the state; 'pulumi stack import --file {path}' puts the one before it back")

    def verify(self, outcome: Outcome, *, refresh: bool = False) -> None:
        """Let the engine say whether anything differs.

        Args:
            outcome: What came of the import so far.
            refresh: Whether each row is read once more before; that is few requests for rows that bear a mark only.
        """
        command = ["preview", *(["--refresh"] if refresh else [])]
        self._tell(f"running 'pulumi {' '.join(command)}'")
        ran = self._pulumi.run(*command, "--diff", "--expect-no-changes")
        outcome.quiet = ran.code == 0
        outcome.shown = "" if outcome.quiet else f"{ran.output}{ran.error}"
        # What is printed as JSON holds the whole state, so it is asked for only where there is something in it.
        listed = None if outcome.quiet else self._pulumi.run(*command, "--json")
        outcome.leftovers = leftovers(listed.output) if listed else []

    def mark(
        self,
        outcome: Outcome,
        objects: Objects,
        owner: str,
        settings: Settings,
        options: Options,
        confirm: Callable[[Marking], bool],
    ) -> None:
        """Let all that the state has bear its mark. What was written is recorded, also if it then fails.

        Args:
            outcome: What came of the import so far.
            objects: The rows, as they are.
            owner: ``project/stack``.
            settings: Where VergeOS is.
            options: What is wanted.
            confirm: Asked before anything is written.

        Raises:
            EngineError: VergeOS does not answer any more.
        """
        before = self._pulumi.export()
        state = StackState(before["deployment"])
        owners = Owners(objects, owner, state, take_over=options.take_over, marks=True)
        outcome.marking = marking = find_due(state, objects, owners, settings.provider)
        if not marking.due or not confirm(marking):
            return
        connection = connect(settings)
        try:
            write(marking, connection, self._tell)
        except VergeError as error:
            done = f"{len(marking.marks):,} of {len(marking.due):,} objects bear their mark"
            raise EngineError(f"{error} {done}; the same command goes on with the others") from error
        finally:
            connection.client.close()
            if marking.marks:
                self.record(before, recorded(before, marking, objects), "before-marks.json")
        self.verify(outcome, refresh=True)

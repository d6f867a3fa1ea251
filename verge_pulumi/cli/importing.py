"""``verge-pulumi import``: a running site becomes a program and the state of its stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from verge_pulumi.cli.completing import stacks
from verge_pulumi.cli.imported import summary
from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import working
from verge_pulumi.client import VergeError
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.asking import unanswered
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.commands import Pulumi
from verge_pulumi.importing.marking import Marking
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.tfstate import read_tfstate

EPILOG = (
    "Exit codes: 0 the program and VergeOS agree, 1 the command failed or a mark could not be written, 2 the program "
    "or the state differs from VergeOS, 3 some objects or marks were left out."
)


def importing(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of the Pulumi project; the program is written there.")
    ] = Path(),
    stack: Annotated[
        str,
        typer.Option(
            "--stack",
            "-s",
            metavar="STACK",
            help="Stack to import into; the selected one if not given.",
            autocompletion=stacks,
        ),
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Import only objects with this name or pattern, such as 'web-*' or 'Network/lan', and what lies "
            "within them. May be repeated, and goes together with --tag, --cluster and --network, each of which adds.",
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CATEGORY/TAG",
            help="Import objects with this tag, such as 'env/prod', and what lies within them. May be repeated.",
        ),
    ] = None,
    cluster: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Import what is to run on this cluster. May be repeated."),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Import the machines with a NIC on this network. May be repeated."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Leave out objects with this name or pattern. May be repeated."),
    ] = None,
    with_needs: Annotated[
        bool, typer.Option("--with-needs", help="Also import what the chosen objects refer to.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all-arguments", help="Write all arguments, not only those that differ from the defaults.")
    ] = False,
    cloud_init: Annotated[
        bool,
        typer.Option(
            "--cloud-init",
            help="Also import the cloud-init files of VMs: as files beside the program, or as secrets in the "
            "configuration of the stack if they may hold a password.",
        ),
    ] = False,
    fold: Annotated[
        bool,
        typer.Option("--fold", help="Declare three or more objects that are alike by a table and one loop."),
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Use what an earlier run read, instead of reading VergeOS again.")
    ] = False,
    plan_only: Annotated[bool, typer.Option("--plan", help="Stop after the plan, vergeos-import/plan.csv.")] = False,
    no_state: Annotated[
        bool, typer.Option("--no-state", help="Stop after the program; do not touch the state.")
    ] = False,
    declared: Annotated[
        bool,
        typer.Option(
            "--declared", help="Write no program; record the objects that the program in the folder declares."
        ),
    ] = False,
    mark: Annotated[
        bool,
        typer.Option(
            "--mark",
            help="After the state is written and the preview shows no change, write the mark of the stack to VergeOS: "
            "a line in the description of each object in its state, by which other stacks see that it is managed.",
        ),
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over",
            help="Also import objects that bear the mark of another stack. Needs --mark, except with --plan or "
            "--no-state.",
        ),
    ] = False,
    provider: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Import from another VergeOS, which the program reaches by a Provider of this name. Set its address "
            "with 'pulumi config set NAME:host', and the variable that holds its API key with 'NAME:apiKeyEnv'.",
        ),
    ] = "",
    tfstate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Import what Terraform manages, under the names that it has there, from a file that 'terraform state "
            "pull' wrote; prints how to remove it from Terraform. --only adds other objects.",
        ),
    ] = None,
    no_input: Annotated[
        bool,
        typer.Option(
            "--no-input", help="Do not ask for secrets that VergeOS does not return; leave out what needs one."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write the state and the marks without asking.")] = False,
) -> None:
    """Write a Pulumi program that declares the objects of a running VergeOS, and record them in the state of a stack.

    It reads VergeOS and changes nothing there, except that --mark writes to descriptions. Address and login are those
    of a program: VERGEOS_HOST, VERGEOS_API_KEY and so on, or the configuration of the stack.

    It writes vergeos-import/plan.csv, with a line for each object and what becomes of it, then the program, and after
    asking the state. In the end it runs 'pulumi preview', which should show no change.

    Start with --plan and open the plan in a spreadsheet. Edit in it what is imported and how it is named, and run the
    command again: it keeps what you edited. From then on edit the program, and run 'pulumi preview' and 'pulumi up'.
    """
    asking = _Asking(yes=yes)
    scope = Scope(
        only=tuple(only or ()),
        tags=tuple(tag or ()),
        clusters=tuple(cluster or ()),
        networks=tuple(network or ()),
        exclude=tuple(exclude or ()),
        with_needs=with_needs,
    )
    try:
        options = Options(
            scope=scope,
            every=every,
            cloud_init=cloud_init,
            fold=fold,
            offline=offline,
            plan_only=plan_only,
            no_state=no_state,
            declared=declared,
            mark=mark,
            take_over=take_over,
            tfstate=read_tfstate(tfstate) if tfstate else None,
        )
        of_secrets = unanswered if no_input or not at_terminal() else ask
        with working("Importing") as work:
            importing = Import(folder, Pulumi(folder, stack), os.environ, _tell, provider, work.aside(of_secrets))
            outcome = importing.run(options, work.aside(asking.state), work.aside(asking.marks))
    except (EngineError, VergeError) as error:
        stop("import", error, code=1)
    except OSError as error:
        mend = "Run the same command again once that is mended"
        stop("import", EngineError(f"{error.filename}: {error.strerror}. {mend}"), code=1)
    typer.echo(summary(outcome))
    raise typer.Exit(outcome.exit_code)


def at_terminal() -> bool:
    """Say whether a person can answer a question."""
    return sys.stdin.isatty()


def ask(question: str) -> str:
    """Ask a person for a secret, which is not shown."""
    answer: str = typer.prompt(f"{question} (empty: leave it)", "", hide_input=True, show_default=False, err=True)
    return answer


def _tell(line: str) -> None:
    typer.echo(line, err=True)


class _Asking:
    """What is told and asked before something is written.

    Args:
        yes: Whether it is only told.
    """

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes
        self._told: list[str] = []

    def state(self, outcome: Outcome) -> bool:
        """Say whether the state is to be written."""
        more = ""
        if outcome.taken:
            self._tell_taken(outcome.taken)
            rows = f"{len(outcome.taken):,} {'row' if len(outcome.taken) == 1 else 'rows'}"
            more = f", and take over {rows} from other stacks"
        if outcome.regained:
            _tell(
                f"{outcome.regained:,} rows bear the mark of this stack, whose state has lost them. They are its own "
                "again; say no if a stack of the same name in another backend manages them"
            )
        return self._yes or typer.confirm(f"Record {outcome.new:,} resources in the state{more}?", err=True)

    def marks(self, marking: Marking) -> bool:
        """Say whether marks are to be written to VergeOS."""
        if not self._told:  # what an earlier run that was cut off has recorded, and not marked yet
            self._tell_taken(marking.taken)
        question = f"Write the marks of {len(marking.due):,} objects to VergeOS, in {marking.writes:,} writes?"
        return self._yes or typer.confirm(question, err=True)

    def _tell_taken(self, taken: list[str]) -> None:
        self._told = taken
        for line in taken:
            _tell(f"takes over {line}")

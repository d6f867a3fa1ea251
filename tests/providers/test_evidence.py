"""What proves whose a row is, apart from the row: states, interrupted attempts, and the run itself."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership import stack_export as module
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.engine.ownership.stack_export import export_stack
from verge_pulumi.engine.ownership.states import Held, StackState, States, owner_in

STACK = "organization/shop/dev"
TOKEN = "0badcafe-0123456789ab"


def urn(name: str, kind: str = "Network", stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::shop::pulumi-python:dynamic/vergeos:{kind}::{name}"


def resource(name: str, id: str = "5", kind: str = "Network", stack: str = "dev", **more: Any) -> dict[str, Any]:
    """Return a resource as a state has it; outputs may be given by name."""
    outputs = {"name": name, "location": f"/v4/vnets/{id}", "__token": f"{TOKEN}{name}", **more.pop("outputs", {})}
    named = urn(name, kind, stack)
    return {"urn": named, "type": named.split("::")[2], "id": id, "outputs": outputs, **more}


def deployment(*resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"resources": list(resources), "pending_operations": list(pending)}


def creating(name: str, token: str | None, type: str = "creating") -> dict[str, Any]:
    inputs = {"__token": token} if token else {}
    return {"type": type, "resource": {"urn": urn(name), "inputs": inputs}}


def evidence(*states: dict[str, Any] | None, journal: Journal | None = None) -> Evidence:
    """Return the evidence of a run whose stack has these states, one after the other."""
    left = list(states)
    return Evidence(journal or Journal(None), lambda stack: left.pop(0) if len(left) > 1 else left[0])


def name_of(held: Held) -> tuple[str, ...] | None:
    name = held.outputs.get("name")
    return (name,) if name else None


# A state -------------------------------------------------------------------------------------------------------------


def test_a_state_is_known_by_row_token_resource_and_type() -> None:
    state = StackState(deployment(resource("lan"), resource("dmz", "6")))
    lan = state.of(urn("lan"))
    assert lan is not None
    assert (lan.id, lan.name, lan.stack, lan.place) == ("5", "lan", "shop/dev", ("vnets", "5"))
    assert list(state.at(("vnets", "5"))) == [lan]
    assert (list(state.at(("vnets", "7"))), list(state.at(("vms", "5")))) == ([], [])
    assert state.of(urn("other")) is None
    assert state.bearing(f"{TOKEN}lan") == [lan]
    assert [each.name for each in state.of_type(lan.type)] == ["lan", "dmz"]


def test_the_token_of_a_mark_wins_over_that_of_the_inputs() -> None:
    marked = resource("lan", outputs={"__mark": "[pulumi shop/dev lan 12ab34cd]"})
    state = StackState(deployment(marked))
    assert [each.name for each in state.bearing("12ab34cd")] == ["lan"]
    assert state.bearing(f"{TOKEN}lan") == []


def test_what_has_no_token_is_never_meant() -> None:
    state = StackState(deployment(resource("lan", outputs={"__token": None})))
    assert state.bearing("") == []


def test_what_is_read_only_or_of_another_package_is_not_held() -> None:
    foreign = {"urn": "urn:pulumi:dev::shop::aws:s3:Bucket::b", "type": "aws:s3:Bucket", "id": "5"}
    state = StackState(deployment(resource("lan", external=True), foreign))
    assert state.held == []


def test_a_resource_in_a_component_has_the_type_of_the_resource() -> None:
    inside = resource("lan")
    inside["urn"] = inside["urn"].replace("::pulumi-python", "::my:component:Site$pulumi-python")
    state = StackState(deployment(inside))
    assert state.of(inside["urn"]) is not None
    assert [each.name for each in state.of_type(inside["type"])] == ["lan"]


def test_what_is_deleted_to_be_replaced_holds_its_token_and_no_row() -> None:
    state = StackState(deployment(resource("lan", pendingReplacement=True)))
    assert (list(state.at(("vnets", "5"))), state.of(urn("lan"))) == ([], None)
    assert [each.leaving for each in state.bearing(f"{TOKEN}lan")] == [True]


@pytest.mark.parametrize(("kind", "of"), [("Power", "vms/5"), ("Firewall", "vnets/5")])
def test_what_is_no_row_of_its_own_has_no_place(kind: str, of: str) -> None:
    state = StackState(deployment(resource("on", of, kind, outputs={"location": f"/v4/{of}"})))
    assert state.held[0].place is None
    assert (list(state.at(("vms", "5"))), list(state.at(("vnets", "5")))) == ([], [])


def test_creates_that_were_cut_off_are_those_of_the_resource() -> None:
    pending = (creating("lan", "a"), creating("lan", "b"), creating("dmz", "c"), creating("lan", None))
    state = StackState(deployment(pending=(*pending, creating("lan", "d", "deleting"))))
    assert set(state.cut_off(urn("lan"))) == {"a", "b"}


def test_changes_that_were_cut_off_are_known_by_the_tokens_of_the_objects() -> None:
    pending = tuple(
        {"type": verb, "resource": resource(name)}
        for verb, name in (("updating", "lan"), ("deleting", "dmz"), ("reading", "wan"))
    )
    nameless = {"type": "deleting", "resource": {"urn": urn("old")}}
    state = StackState(deployment(pending=(*pending, nameless)))
    assert state.changing == {f"{TOKEN}lan": urn("lan"), f"{TOKEN}dmz": urn("dmz")}


def test_an_empty_state_holds_nothing() -> None:
    state = StackState({})
    assert (state.held, state.cut_off(urn("lan")), state.changing) == ([], {}, {})
    state = StackState({"resources": None, "pending_operations": None})
    assert state.held == []


# Evidence ------------------------------------------------------------------------------------------------------------


def test_a_state_is_read_once_unless_it_has_to_be_that_of_now() -> None:
    known = evidence(deployment(), deployment(resource("lan")))
    assert known.states.of(STACK).held == known.states.of(STACK).held == []
    assert [each.name for each in known.states.of(STACK, now=True).held] == ["lan"]
    assert [each.name for each in known.states.of(STACK).held] == ["lan"]


def test_a_state_that_is_read_ahead_is_read_once_and_told_of() -> None:
    asked, go = threading.Event(), threading.Event()
    reads: list[str] = []
    told: list[StackState] = []

    def export(stack: str) -> dict[str, Any]:
        reads.append(stack)
        asked.set()
        assert go.wait(30)
        return deployment(resource("lan"))

    states = States(export, told.append)
    states.read_ahead(STACK)
    assert asked.wait(30)
    states.read_ahead(STACK)  # as each check of a run does
    go.set()
    state = states.of(STACK)
    states.read_ahead(STACK)
    assert [each.name for each in state.held] == ["lan"]
    assert (reads, told, states.of(STACK)) == ([STACK], [state], state)


def test_what_fails_ahead_fails_for_those_who_ask() -> None:
    reads: list[str] = []

    def export(stack: str) -> None:
        reads.append(stack)
        raise EngineError("the backend is away")

    states = States(export)
    states.read_ahead(STACK)
    for _ in range(2):
        with pytest.raises(EngineError, match="the backend is away"):
            states.of(STACK)
    assert reads == [STACK]


def test_a_stack_that_runs_and_is_not_there_is_an_error() -> None:
    with pytest.raises(EngineError, match="cannot be read: there is no stack of that name"):
        evidence(None).states.of(STACK)


def test_a_state_that_cannot_be_read_is_not_asked_for_again_until_it_matters() -> None:
    asked: list[str] = []

    def export(stack: str) -> dict[str, Any]:
        asked.append(stack)
        if len(asked) == 1:
            raise EngineError("it cannot be read")
        return deployment(resource("lan"))

    known = Evidence(Journal(None), export)
    for _ in range(3):
        with pytest.raises(EngineError, match="it cannot be read"):
            known.states.of(STACK)
    assert known.token_at(("vnets", "5"), STACK) == ""
    assert len(asked) == 1
    assert [each.name for each in known.states.of(STACK, now=True).held] == ["lan"]


@pytest.mark.fault(97)
def test_interrupted_are_those_of_the_state_and_those_of_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    journal.begin("create", urn("lan"), "b")
    journal.begin("create", urn("dmz"), "c")
    journal.begin("change", urn("lan"), "d")
    known = evidence(deployment(pending=(creating("lan", "a"),)), journal=journal)
    assert known.attempts.interrupted(urn("lan"), STACK) == {"a": {"__token": "a"}, "b": {}}


def test_what_was_cut_off_proves_nothing_once_the_resource_exists(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    journal.begin("create", urn("lan"), "b")
    state = deployment(pending=(creating("lan", "a"), creating("dmz", "c")))  # the engine keeps them
    known = evidence(state, journal=journal)
    assert set(known.attempts.interrupted(urn("lan"), STACK)) == {"a", "b"}
    known.attempts.made_up_for(urn("lan"), STACK)
    for later in (known, evidence(state, journal=journal)):
        assert later.attempts.interrupted(urn("lan"), STACK) == {}
        assert set(later.attempts.interrupted(urn("dmz"), STACK)) == {"c"}


def test_a_change_that_was_cut_off_elsewhere_is_known_from_the_state_and_noted_here(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "attempts")
    cut_off = deployment(resource("lan"), pending=({"type": "deleting", "resource": resource("lan")},))
    assert evidence(cut_off, journal=journal).attempts.is_unclear(f"{TOKEN}lan", STACK)
    # The engine has dropped its note when the next process asks.
    later = evidence(deployment(resource("lan")), journal=journal)
    assert later.attempts.is_unclear(f"{TOKEN}lan", STACK)
    assert not later.attempts.is_unclear(f"{TOKEN}dmz", STACK)
    assert not later.attempts.is_unclear("", STACK)


def test_what_was_cut_off_elsewhere_is_told_and_kept_when_the_state_is_first_read(
    tmp_path: Path, told: list[str]
) -> None:
    """A run with --target may look at another object only, and drops the engine's note of this one."""
    journal = Journal(tmp_path / "attempts")
    cut_off = deployment(resource("lan"), pending=({"type": "updating", "resource": resource("lan")},))
    evidence(cut_off, journal=journal).states.of(STACK)
    assert [(each.verb, each.urn, each.token) for each in journal.cut_off()] == [("change", urn("lan"), f"{TOKEN}lan")]
    assert len(told) == 1
    assert told[0].startswith("warning: a run was cut off, or is under way, that changes or deletes 'lan'. ")
    evidence(cut_off, journal=journal).states.of(STACK)  # the update after the preview
    assert len(told) == 1


def test_what_this_run_does_itself_is_not_taken_for_what_was_cut_off(tmp_path: Path, told: list[str]) -> None:
    """The engine notes deletes that go side by side before it calls for them; one of them is the first to ask."""
    journal = Journal(tmp_path / "attempts")
    lan, dmz = ({"type": "deleting", "resource": resource(name)} for name in ("lan", "dmz"))
    known = evidence(deployment(pending=(lan, dmz)), journal=journal)
    known.attempts.begin("change", urn("lan"), f"{TOKEN}lan")
    known.states.of(STACK)
    assert (journal.cut_off(), told) == ([], [])
    assert not known.attempts.is_unclear(f"{TOKEN}dmz", STACK)


def test_what_was_cut_off_is_told_though_this_run_does_something_else(tmp_path: Path, told: list[str]) -> None:
    """The state does not show its write, so the notes in it are older."""
    cut_off = deployment(resource("lan"), pending=({"type": "updating", "resource": resource("lan")},))
    known = evidence(cut_off, journal=Journal(tmp_path / "attempts"))
    known.attempts.begin("create", urn("dmz"), f"{TOKEN}dmz")
    assert known.attempts.is_unclear(f"{TOKEN}lan", STACK)
    assert len(told) == 1


def test_the_state_of_another_stack_tells_nothing_of_this_one(tmp_path: Path, told: list[str]) -> None:
    journal = Journal(tmp_path / "attempts")
    cut_off = deployment(pending=({"type": "updating", "resource": resource("lan")},))
    evidence(cut_off, journal=journal).has_left("shop/prod", STACK, TOKEN)
    assert (journal.cut_off(), told) == ([], [])


def test_a_change_of_a_process_that_runs_is_not_noted_as_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "attempts", alive=lambda pid: True)
    journal.begin("change", urn("lan"), f"{TOKEN}lan")
    state = deployment(pending=({"type": "updating", "resource": resource("lan")},))
    evidence(state, journal=journal).attempts.is_unclear(f"{TOKEN}lan", STACK)
    assert journal.cut_off() == []


def test_a_note_that_a_later_state_lacks_is_not_forgotten() -> None:
    known = evidence(deployment(pending=({"type": "deleting", "resource": resource("lan")},)), deployment())
    known.states.of(STACK)
    known.states.of(STACK, now=True)
    assert known.attempts.is_unclear(f"{TOKEN}lan", STACK)


def test_a_state_that_cannot_be_read_is_told_once_where_it_would_show_what_was_cut_off(told: list[str]) -> None:
    def export(stack: str) -> dict[str, Any]:
        raise EngineError("it cannot be read")

    known = Evidence(Journal(None), export)
    assert not known.attempts.is_unclear(TOKEN, STACK)
    assert not known.attempts.is_unclear(f"{TOKEN}lan", STACK)
    assert told == ["warning: writes that were cut off on another machine cannot be recognised: it cannot be read"]


def test_a_state_that_was_read_stays_known_when_the_next_export_fails() -> None:
    answers: list[dict[str, Any]] = [deployment(resource("lan"))]

    def export(stack: str) -> dict[str, Any]:
        if not answers:
            raise EngineError("it cannot be read")
        return answers.pop()

    known = Evidence(Journal(None), export)
    known.states.of(STACK)
    with pytest.raises(EngineError, match="it cannot be read"):
        known.states.of(STACK, now=True)
    assert [each.name for each in known.states.of(STACK).held] == ["lan"]


def test_only_one_create_gets_a_row() -> None:
    known = evidence(deployment())
    place = ("vnets", "5")
    assert known.claims.claim(place, "a", made=False)
    assert known.claims.claim(place, "a", made=False)
    assert not known.claims.claim(place, "b", made=False)
    assert known.token_at(place, STACK) == "a"
    known.claims.release(place)
    assert not known.knows("a", STACK)
    assert known.claims.claim(place, "b", made=False)


def test_the_state_is_not_waited_for_where_it_is_not_needed() -> None:
    """While the CLI answers one thread, others go on."""
    begun, answered = threading.Event(), threading.Event()

    def export(stack: str) -> dict[str, Any]:
        begun.set()
        answered.wait(10)
        return deployment()

    known = Evidence(Journal(None), export)
    thread = threading.Thread(target=known.states.of, args=(STACK,))
    thread.start()
    begun.wait(10)
    assert known.claims.claim(("vnets", "5"), "a", made=True)
    known.warn_once("a warning")
    assert thread.is_alive()
    answered.set()
    thread.join()


def test_a_token_is_known_from_the_state_or_from_this_process() -> None:
    known = evidence(deployment(resource("lan")))
    assert known.knows(f"{TOKEN}lan", STACK)
    assert not known.knows("other", STACK)
    known.claims.claim(("vnets", "7"), "other", made=True)
    assert known.knows("other", STACK)
    assert (known.token_at(("vnets", "7"), STACK), known.token_at(("vnets", "5"), STACK)) == ("other", f"{TOKEN}lan")
    assert known.token_at(("vnets", "9"), STACK) == ""


def test_a_token_of_another_process_of_this_run_is_known_from_the_state_of_now() -> None:
    known = evidence(deployment(), deployment(resource("lan")))
    assert known.knows(f"{TOKEN}lan", STACK)


def test_what_was_taken_over_was_not_made() -> None:
    known = evidence(deployment())
    known.claims.claim(("vnets", "5"), "a", made=True)
    known.claims.claim(("vnets", "6"), "b", made=False)
    assert known.claims.has_made(("vnets", "5"))
    assert not known.claims.has_made(("vnets", "6"))
    assert all(place in known.claims for place in (("vnets", "5"), ("vnets", "6")))


@pytest.mark.parametrize(
    ("other", "left"),
    [
        (None, True),  # renamed: no such stack
        (deployment(), True),  # moved: it is there and does not hold the object
        (deployment(resource("lan", stack="prod")), False),  # copied
        (deployment(resource("web", stack="prod", outputs={"__token": f"{TOKEN}lan"})), False),
        (deployment(resource("lan")), True),  # an old name that is answered with the renamed stack
        (deployment(resource("lan", stack="prod"), resource("lan")), False),
    ],
)
def test_an_object_has_left_the_stack_that_holds_it_no_more(other: Any, left: bool) -> None:
    asked: list[str] = []

    def export(stack: str) -> Any:
        asked.append(stack)
        return other

    assert Evidence(Journal(None), export).has_left("shop/prod", "acme/shop/dev", f"{TOKEN}lan") is left
    assert asked == ["acme/shop/prod"]


@pytest.mark.parametrize(
    ("owner", "other", "known"),
    [
        ("shop/dev", None, True),  # a part that the engine took out of this state just now
        ("shop/old", None, True),  # that was not written to since the stack was renamed
        ("shop/old", deployment(resource("root", stack="old")), False),  # a new stack has the old name
        ("shop/prod", None, False),  # in another backend perhaps
        ("shop/prod", deployment(resource("root", stack="prod")), False),
        ("team/dev", None, False),
    ],
)
def test_a_part_that_went_out_of_the_state_is_no_other_stacks(owner: str, other: Any, known: bool) -> None:
    old = {"__mark": str(Mark.new("shop/old", "web", f"{TOKEN}web"))}
    states = {f"organization/{owner}": other} | {STACK: deployment(resource("web", outputs=old))}
    mark = Mark.new(owner, "root", f"{TOKEN}root")
    found = Evidence(Journal(None), states.get).known([mark], STACK)
    assert found == ({mark.token} if known else set())


def test_whether_an_object_has_left_is_not_guessed() -> None:
    def export(stack: str) -> Any:
        raise EngineError("it cannot be read")

    with pytest.raises(EngineError, match="it cannot be read"):
        Evidence(Journal(None), export).has_left("shop/prod", STACK, TOKEN)


# Namesakes -----------------------------------------------------------------------------------------------------------


def test_a_namesake_has_the_type_and_the_unique_values() -> None:
    known = evidence(deployment(resource("lan"), resource("dmz", "6"), resource("lan", "7", "VirtualMachine")))
    (found,) = known.namesakes(urn("new"), STACK, ("lan",), name_of)
    assert (found.name, found.id) == ("lan", "5")
    assert known.namesakes(urn("lan"), STACK, ("lan",), name_of) == []
    assert known.namesakes(urn("new"), STACK, ("wan",), name_of) == []


def test_what_goes_or_is_to_have_other_values_is_no_namesake() -> None:
    known = evidence(deployment(resource("old", outputs={"name": "lan"}, pendingReplacement=True)))
    assert known.namesakes(urn("new"), STACK, ("lan",), name_of) == []
    known = evidence(deployment(resource("old", outputs={"name": "lan"})))
    known.declares(urn("old"), ("wan",))
    assert known.namesakes(urn("new"), STACK, ("lan",), name_of) == []
    known.declares(urn("old"), None)  # not known in the preview
    assert known.namesakes(urn("new"), STACK, ("lan",), name_of) == []
    known.declares(urn("old"), ("lan",))
    assert [each.name for each in known.namesakes(urn("new"), STACK, ("lan",), name_of)] == ["old"]


def test_the_owner_is_in_the_urn() -> None:
    assert owner_in(urn("lan", stack="prod")) == "shop/prod"


# The export ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a `pulumi` on the PATH that writes down how it is called and does what is given."""

    def install(script: str) -> Path:
        log = tmp_path / "called"
        program = tmp_path / "bin" / "pulumi"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\necho "$@" >> {log}\nenv >> {log}\n{script}\n')
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return log

    return install


def test_the_state_is_that_which_the_cli_exports(
    pulumi: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_OPTION_PARALLEL", "3")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///nowhere")
    log = pulumi(f"cat <<'END'\n{json.dumps({'version': 3, 'deployment': deployment(resource('lan'))})}\nEND")
    assert export_stack(STACK) == deployment(resource("lan"))
    called = log.read_text()
    assert called.startswith(f"stack export --non-interactive --stack {STACK}\n")
    assert "PULUMI_SKIP_UPDATE_CHECK=true" in called
    assert "PULUMI_BACKEND_URL=file:///nowhere" in called
    # What the command that runs us was given is not meant for this one.
    assert "PULUMI_OPTION_" not in called


def test_a_state_without_anything_is_empty(pulumi: Callable[[str], Path]) -> None:
    pulumi("""echo '{"deployment": null}'""")
    assert export_stack(STACK) == {}


def test_a_stack_that_is_not_there_is_none(pulumi: Callable[[str], Path]) -> None:
    pulumi("""echo "error: no stack named 'dev' found" >&2; exit 255""")
    assert export_stack(STACK) is None


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo first >&2; echo 'error: no access' >&2; exit 255", "error: no access"),
        ("exit 3", ""),
        ("echo '{'", "Expecting property name"),
        ("echo '[]'", "list indices must be integers"),
        ("echo '{}'", "'deployment'"),
    ],
)
def test_a_state_that_cannot_be_read_is_said(pulumi: Callable[[str], Path], script: str, reason: str) -> None:
    pulumi(script)
    with pytest.raises(EngineError) as error:
        export_stack(STACK)
    text = str(error.value)
    assert text.startswith(f"the state of the stack {STACK} cannot be read (")
    assert reason in text
    assert text.endswith("). Try again")


def test_an_export_that_takes_too_long_is_given_up(
    pulumi: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXPORT_TIMEOUT", 0.2)
    monkeypatch.setattr(module, "printable", str)  # the path of the CLI here may be long
    pulumi("exec sleep 30")
    with pytest.raises(EngineError, match=r"cannot be read \(Command .* timed out"):
        export_stack(STACK)


def test_where_there_is_no_cli_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"cannot be read \(.*'pulumi'\)"):
        export_stack(STACK)


def test_the_cli_that_runs_this_process_is_asked_and_not_the_one_on_the_path(
    pulumi: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A parent that is called pulumi, as the CLI is: a copy of Python that runs the export in a child.
    pulumi("echo 'error: the wrong one' >&2; exit 1")
    proc = tmp_path / "proc"
    for pid, name, parent in ((1000, "sh", 2000), (2000, "pulumi", 1)):
        (proc / str(pid)).mkdir(parents=True)
        (proc / str(pid) / "exe").symlink_to(tmp_path / "running" / name)
        (proc / str(pid) / "stat").write_text(f"{pid} (a) b) S {parent} 0 0")
    running = tmp_path / "running" / "pulumi"
    running.parent.mkdir()
    running.write_text('#!/bin/sh\necho \'{"deployment": {"resources": []}}\'\n')
    running.chmod(0o700)
    monkeypatch.setattr(os, "getppid", lambda: 1000)
    monkeypatch.setattr(module, "Path", lambda path: proc / str(path).removeprefix("/proc/"))
    assert export_stack(STACK) == {"resources": []}


def test_where_ancestors_cannot_be_seen_the_cli_on_the_path_is_asked(
    pulumi: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi("""echo '{"deployment": {"resources": []}}'""")
    monkeypatch.setattr(module, "Path", lambda path: tmp_path / "none" / str(path).removeprefix("/proc/"))
    assert export_stack(STACK) == {"resources": []}

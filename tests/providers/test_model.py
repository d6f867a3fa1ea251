"""From what a program says to validated inputs, payloads and outputs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.model import differing, input_model, outputs, payload, validate
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.resources import Device, Drive, Network, VirtualMachine

NETWORK = Network.declaration
VM = VirtualMachine.declaration
DEVICE = Device.declaration


def test_numbers_become_what_the_declaration_says_and_nothing_is_filled_in() -> None:
    inputs, problems = validate(
        NETWORK, {"name": "lan", "mtu": 1500.0, "cluster": 1.0, "enabled": True, "network": "10.0.0.0/24", "note": None}
    )
    assert problems == []
    kept = {"name": "lan", "mtu": 1500, "cluster": "1", "enabled": True, "network": "10.0.0.0/24", "note": None}
    assert inputs == kept
    assert type(inputs["mtu"]) is int


def test_unknown_values_pass_untouched_at_any_depth() -> None:
    given = {"name": UNKNOWN, "mtu": UNKNOWN, "dnslist": ["1.1.1.1", UNKNOWN], "advanced_options": {"a": [UNKNOWN]}}
    inputs, problems = validate(NETWORK, given)
    assert problems == []
    assert inputs == given
    assert inputs["dnslist"][1] is UNKNOWN


def test_what_is_hidden_is_kept() -> None:
    inputs, problems = validate(NETWORK, {"name": "lan", "__owner": "shop/dev", "__provider": "text"})
    assert (inputs["__owner"], inputs["__provider"], problems) == ("shop/dev", "text", [])


@pytest.mark.parametrize(
    ("declaration", "given", "problem"),
    [
        (NETWORK, {}, "name is missing. Give it."),
        (NETWORK, {"name": None}, "name is missing. Give it."),
        (NETWORK, {"name": ""}, "name is too short. Give at least 1 character."),
        (NETWORK, {"name": "x" * 129}, "name is too long. Give at most 128 characters."),
        (NETWORK, {"name": 5.0}, "name is not text. Write it in quotes."),
        (NETWORK, {"name": "lan", "mtu": 999.0}, "mtu is too small. Give at least 1000."),
        (NETWORK, {"name": "lan", "mtu": 65537.0}, "mtu is too large. Give at most 65536."),
        (
            NETWORK,
            {"name": "lan", "mtu": 1500.5},
            "mtu is not a whole number. Give one, such as 4.",
        ),
        (
            NETWORK,
            {"name": "lan", "mtu": "big"},
            "mtu is not a whole number. Give one, such as 4.",
        ),
        (
            NETWORK,
            {"name": "lan", "type": "lan"},
            "type is not a valid choice. Give 'internal', 'external', 'dmz', 'core', 'physical', ",
        ),
        (
            NETWORK,
            {"name": "lan", "cluster": 0.0},
            "cluster is not a key. Give a positive number, or a resource of this package.",
        ),
        (
            NETWORK,
            {"name": "lan", "dnslist": "1.1.1.1"},
            "dnslist is not a list of words. Give one, such as ['one', 'two'].",
        ),
        (
            NETWORK,
            {"name": "lan", "bond_interfaces_args": "x"},
            "bond_interfaces_args is not a list. Give one, in brackets: [...].",
        ),
        (VM, {"name": ' web"'}, "name does not fit. Give a name without double quotes"),
        (
            Drive.declaration,
            {"vm": "1", "disksize": "much"},
            "disksize is not a size. Give bytes as a number, or a text with a unit",
        ),
    ],
)
def test_a_wrong_input_is_one_sentence(declaration: Declaration, given: dict[str, Any], problem: str) -> None:
    inputs, problems = validate(declaration, given)
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert problems[0].endswith(".")
    assert inputs == given


def test_every_problem_is_told_at_once_and_no_value() -> None:
    canary = "s3cret-canary"
    _, problems = validate(VM, {"ram": 1.0, "cpu_cores": 0.0, "console_pass": canary * 40})
    assert [problem.partition(" ")[0] for problem in problems] == ["name", "cpu_cores", "ram", "console_pass"]
    assert canary not in " ".join(problems)


def test_an_argument_that_the_declaration_has_not_is_refused_by_the_model() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        input_model(NETWORK).model_validate({"mtuu": 1})


def test_a_payload_holds_what_the_program_set_under_the_columns_names() -> None:
    inputs = {
        "name": "lan",
        "uplink": "3",
        "dnslist": ["1.1.1.1", "9.9.9.9"],
        "mtu": None,
        "description": "",
        "restart": "never",
        "adopt": True,
    }
    columns = {"name": "lan", "interface_vnet": 3, "dnslist": "1.1.1.1,9.9.9.9", "description": ""}
    assert payload(NETWORK, inputs) == columns
    assert payload(NETWORK, inputs, {"uplink", "restart", "mtu"}) == {"interface_vnet": 3}


def test_a_payload_leaves_out_what_must_be_looked_up() -> None:
    assert payload(Drive.declaration, {"vm": "7", "disksize": "1GiB"}) == {"disksize": 1073741824}


def test_members_of_one_column_are_written_together_and_read_apart() -> None:
    given = {"type": "tpm", "name": "t", "model": "crb", "version": "2"}
    assert payload(DEVICE, given) == {"type": "tpm", "name": "t", "settings_args": {"model": "crb", "version": "2"}}
    assert payload(DEVICE, given, {"version"}) == {"settings_args": {"model": "crb", "version": "2"}}
    assert payload(DEVICE, given, {"name"}) == {"name": "t"}
    for answered, version in (({"version": "2", "new": 1}, "2"), ({}, None), ([], None), (None, None), ("text", None)):
        assert outputs(DEVICE, {"settings_args": answered}, {})["version"] == version


def test_outputs_are_read_and_unset_texts_are_none() -> None:
    row = {
        "$key": 5,
        "name": "lan",
        "description": "",
        "interface_vnet": 3,
        "dnslist": "1.1.1.1, 9.9.9.9",
        "running": False,
        "surprise": 1,
    }
    outs = outputs(NETWORK, row, {})
    assert set(outs) == set(NETWORK.attributes)
    assert (outs["name"], outs["description"], outs["uplink"]) == ("lan", None, "3")
    assert (outs["dnslist"], outs["running"], outs["mtu"]) == (["1.1.1.1", "9.9.9.9"], False, None)


def test_outputs_keep_the_spelling_of_what_means_the_same_and_what_no_get_answers() -> None:
    kept = {"description": "", "machine_type": "q35", "console_pass": "secret", "stop_timeout": 5, "ram": 512}
    outs = outputs(VM, {"description": "", "machine_type": "pc-q35-10.0", "ram": 1024}, kept)
    assert (outs["description"], outs["machine_type"]) == ("", "q35")
    assert (outs["console_pass"], outs["stop_timeout"], outs["ram"]) == ("secret", 5, 1024)


def test_only_what_the_program_sets_can_differ() -> None:
    olds = {"name": "lan", "mtu": 1500.0, "description": "edited in the UI", "domain": None}
    assert differing(NETWORK, olds, {"name": "lan", "mtu": 1500}) == []
    assert differing(NETWORK, olds, {"name": "lan", "mtu": 9000, "note": "new", "domain": ""}) == ["note", "mtu"]


def test_what_is_unknown_differs() -> None:
    olds = {"name": "lan", "dnslist": ["1.1.1.1"]}
    assert differing(NETWORK, olds, {"name": UNKNOWN, "dnslist": ["1.1.1.1", UNKNOWN]}) == ["name", "dnslist"]


@pytest.mark.parametrize(
    ("declaration", "column", "answered", "read"),
    [
        (NETWORK, "mtu", "1500", 1500),
        (NETWORK, "mtu", None, None),
        (NETWORK, "enabled", "true", True),
        (NETWORK, "enabled", 0, False),
        (NETWORK, "name", 42, "42"),
        (NETWORK, "rate_limit", 0, 0),
        (Drive.declaration, "preferred_tier", 3, "3"),
        (NETWORK, "advanced_options", [], None),
        (NETWORK, "cluster", 0, None),
    ],
)
def test_an_answer_has_the_type_that_is_declared(
    declaration: Declaration, column: str, answered: Any, read: Any
) -> None:
    live = outputs(declaration, {column: answered}, {})[column]
    assert (live, type(live)) == (read, type(read))


@pytest.mark.parametrize(
    ("declaration", "column", "answered", "kind"),
    [
        (NETWORK, "mtu", "big", "str"),
        (NETWORK, "mtu", {"a": 1}, "dict"),
        (NETWORK, "name", ["canary"], "list"),
        (NETWORK, "enabled", 7, "int"),
        (Drive.declaration, "disksize", "much", "str"),
        (Drive.declaration, "preferred_tier", ["3"], "list"),
    ],
)
def test_an_answer_of_another_type_is_an_error_without_the_value(
    declaration: Declaration, column: str, answered: Any, kind: str
) -> None:
    with pytest.raises(EngineError) as error:
        outputs(declaration, {column: answered}, {})
    assert str(error.value) == (
        f"{column} was answered as {kind}, which it cannot be. "
        "Check whether this version of verge-pulumi knows your VergeOS"
    )


def test_a_word_of_a_later_release_is_kept_and_told_once(told: list[str]) -> None:
    for _ in range(2):
        assert outputs(NETWORK, {"dns": "quantum\x1b"}, {})["dns"] == "quantum\x1b"
    (line,) = told
    assert line.startswith("warning: VergeOS says 'quantum")
    assert line.endswith("for dns, which Network does not know; it is kept")
    assert "\x1b" not in line

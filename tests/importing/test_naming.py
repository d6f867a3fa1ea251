"""Names of resources and variables: valid, given once, and never another one because something came along."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tests.importing.hostile import NAMES
from verge_pulumi.importing.naming import LONGEST, RESERVED, Names, file_name, resource_name, snake_case, variable_name

TEXTS = st.text(max_size=150) | st.sampled_from(NAMES)


@given(TEXTS)
def test_the_name_of_a_resource_has_no_character_that_breaks_a_urn_or_a_file_name(text: str) -> None:
    name = resource_name(text)
    assert len(name) <= LONGEST
    assert all(
        character.isalnum() or character in "._-" or unicodedata.category(character) in ("No", "Nl")
        for character in name
    )
    assert name == resource_name(name), "a name that is one already stays as it is"


@given(TEXTS | st.sampled_from(["nul", "CON.cfg", "com1", "aux.", "console", "web."]))
def test_the_name_of_a_file_is_one_on_windows_too(text: str) -> None:
    name = file_name(resource_name(text))
    assert re.match(r"(?i)(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)", name) is None
    assert not name.endswith(".")
    assert name.endswith(resource_name(text)) or name[:-1].endswith(resource_name(text))


@given(TEXTS, st.sampled_from(["network", "virtual_machine"]))
def test_a_variable_is_an_identifier_which_python_does_not_normalise(text: str, kind: str) -> None:
    name = variable_name(text, kind)
    assert name.isidentifier()
    assert name.isascii()
    assert name == name.lower()


@given(st.lists(TEXTS, max_size=30))
def test_names_never_clash_and_never_change_when_rows_are_added(texts: list[str]) -> None:
    def given_to(texts: list[str]) -> list[str]:
        names = Names(RESERVED)
        return [names.first([variable_name(text, "vm"), f"vm_{variable_name(text, 'vm')}"], "_") for text in texts]

    every = given_to(texts)
    assert len({name.casefold() for name in every}) == len(texts)
    assert given_to(texts[: len(texts) // 2]) == every[: len(texts) // 2]
    assert not {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)} & {*every}


def test_what_is_too_long_keeps_both_ends_and_differs_where_the_middle_does() -> None:
    one, two = resource_name("web-" + "x" * 90 + "-1"), resource_name("web-" + "x" * 91 + "-1")
    assert one != two
    assert one.startswith("web-xxx")
    assert two.endswith("xxx-1")


def test_names_that_look_the_same_or_differ_in_case_only_are_the_same() -> None:
    assert resource_name("gro\u0308ße") == resource_name("größe")
    names = Names(["taken"])
    assert names.first(["Web"]) == "Web"
    assert names.first(["WEB"]) == "WEB-2"
    assert names.first(["web", "lan-web"]) == "lan-web"
    assert names.first(["Taken"], "_") == "Taken_2"
    assert not names.take("WEB")


def test_readable_names() -> None:
    assert resource_name("a/b::c  d") == "a-b-c-d"
    assert resource_name("🚀") == ""
    assert variable_name("1st", "network") == "network_1st"
    assert variable_name("größe", "network") == "groe"
    assert variable_name("🚀", "network") == "network"
    assert snake_case("NetworkRule") == "network_rule"
    assert snake_case("DnsView") == "dns_view"

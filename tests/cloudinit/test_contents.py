"""What is told of a file before anybody reads it. The provider's tests show the refusals themselves."""

from __future__ import annotations

import pytest

from verge_pulumi.cloudinit.contents import LONGEST, problems


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ("é" * (LONGEST // 2) + "x", ["is 65,537 bytes long, and VergeOS keeps 65,536"]),
        ("\ud800", ["holds half a character, so it is no text"]),
        ("#cloud-config\na: *b\n", ["is not YAML in line 2, column 4"]),
        ("#cloud-config\na: \ufffe\n", ["is not YAML"]),
        ("#cloud-config\n", []),
        ("#cloud-config\r\na: b\r\n", []),
        ("é" * (LONGEST // 2), []),
        ("a: [", []),
    ],
)
def test_what_is_said_of_user_data(contents: str, said: list[str]) -> None:
    assert list(problems("/user-data", contents)) == said


@pytest.mark.parametrize("name", ["/meta-data", "/network-config"])
def test_other_files_of_cloud_init_are_always_yaml(name: str) -> None:
    (problem,) = problems(name, "a: [")
    assert problem.startswith("is not YAML in line ")
    assert list(problems(name, "a: [", templated=True)) == []


def test_a_file_of_ones_own_may_hold_any_text() -> None:
    assert list(problems("/setup.sh", "a: [<\t\f\x1b")) == []


@pytest.mark.parametrize("bomb", ["<!DOCTYPE a [<!ENTITY a 'a'>]><a>&a;</a>", "<?xml version='1.0'?>\n<a/>"])
def test_xml_may_be_any_xml(bomb: str) -> None:
    assert list(problems("/unattend.xml", bomb)) == []

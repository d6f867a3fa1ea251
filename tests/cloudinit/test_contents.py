"""What is told of a file before anybody reads it. The provider's tests show the refusals themselves."""

from __future__ import annotations

import pytest

from verge_pulumi.cloudinit.contents import LONGEST, doubts, problems


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ("é" * (LONGEST // 2) + "x", ["is 65,537 bytes long, and VergeOS keeps 65,536"]),
        ("\ud800", ["holds half a character, so it is no text"]),
        ("#cloud-config\na: *b\n", ["is not YAML in line 2, column 4"]),
        ("#cloud-config\na: \ufffe\n", ["is not YAML"]),
        ("#cloud-config\n", []),
        ("#cloud-config\r\na: b\r\n", []),
        ("#!/bin/sh" + "é" * (LONGEST // 2 - 5), []),
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


@pytest.mark.parametrize("bomb", ["<a>&amp;</a>", "<?xml version='1.0'?>\n<a/>"])
def test_xml_may_be_any_xml(bomb: str) -> None:
    assert list(problems("/unattend.xml", bomb)) == []


BOMB = "<!DOCTYPE a [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + number)} '{f'&{chr(97 + number)};' * 10}'>" for number in range(20)
)


@pytest.mark.fault(107)
@pytest.mark.parametrize("xml", [BOMB + "]><a>&u;</a>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", BOMB])
def test_xml_with_a_document_type_is_refused_before_it_is_expanded(xml: str) -> None:
    (problem,) = problems("/unattend.xml", xml)
    assert problem.startswith("has a document type")


IGNORED = "has a first line that cloud-init ignores"
MAIL = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=x"\n\n--=x\n\n#cloud-config\n--=x--\n'


@pytest.mark.fault(107)
@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ("\n# comment\n", f"{IGNORED}, because it is blank;"),
        ("\t#!/bin/sh\n", "is a script with white space before its '#!'"),
        ("\n#!/bin/sh\n", "is a script with white space before its '#!'"),
        ("\n## template: jinja\n#cloud-config\n", f"{IGNORED}, because it is blank;"),
        ("\n#cloud-config\na: [", "is not YAML"),
        (" #cloud-config-archive\na: b", "is YAML, but not a list"),
        ("\u200b#cloud-config\n", f"{IGNORED}, because white space stands before it;"),
        ("\ufeff#cloud-config\n", f"{IGNORED}, because a byte order mark stands before it;"),
        ("#cloudconfig\n", f"{IGNORED} (did you mean '#cloud-config'?);"),
        ("# cloud-config\n", f"{IGNORED} (did you mean '#cloud-config'?);"),
        ("#cloud_config\n", f"{IGNORED} (did you mean '#cloud-config'?);"),
        ("cloud-config\n", f"{IGNORED} (did you mean '#cloud-config'?);"),
        ("#inclde\n", f"{IGNORED} (did you mean '#include'?);"),
        ("# comment\n#cloud-config\n", f"{IGNORED};"),
        ("---\n#cloud-config\n", f"{IGNORED};"),
        ("packages: [nginx]\n", f"{IGNORED};"),
        ('{"packages": ["nginx"]}', f"{IGNORED};"),
        ("I2Nsb3VkLWNvbmZpZwo=", f"{IGNORED};"),
        ("echo hello\n", f"{IGNORED};"),
        ("#include\n", "includes nothing;"),
        ("#include", "includes nothing;"),
        ("#include-once\n\n# http://10.0.0.1/x\n", "includes nothing;"),
        ("#Include-Once\n#include\n  \n", "includes nothing;"),
        (" #include http://10.0.0.1/x\n", "includes nothing;"),
        (
            "Content-Type: text/x-shellscript\n\n#!/bin/sh\n",
            f"{IGNORED}, because a mail needs the line 'MIME-Version: 1.0';",
        ),
        (f"\n{MAIL}", f"{IGNORED}, because white space stands before it;"),
        ("MIME-Version: 1.0\nContent-Type: multipart/mixed\n\n--x\n\n#cloud-config\n", "is a mail of several parts,"),
        (MAIL.replace("=x", "=y", 1), "is a mail of several parts, but its Content-Type names no boundary"),
        ("Content-Type: multipart/mixed\n", "is a mail of several parts,"),
        ("From: nobody\nMIME-Version: 1.0\n\n", "is a mail whose Content-Type does not say what it holds"),
        ("MIME-Version: 1.0\nContent-Type: text/plain\n\necho\n", "is a mail whose Content-Type does not say"),
        ("## template: jinja\n", "is empty, so the guest would ignore it;"),
        ("## template: jinja\nhostname: {{ v1.name }}\n", f"{IGNORED};"),
        ("## template: jinja\n\n#!/bin/sh\n", "is a script with white space before its '#!'"),
        ("", "is empty, so the guest would ignore it;"),
        (" \n\n", "is empty, so the guest would ignore it;"),
        ("#!\n", "is a script without an interpreter;"),
        ("#!sh\n", "is a script without an interpreter;"),
        ("#cloud-config-archive\ntype: text/cloud-config\n", "is YAML, but not a list"),
        ("#cloud-config\na:\n\tb: c\n", "is not YAML in line 3, column 1, which a tab indents;"),
        ("#cloud-config\n" + "[" * 60000, "is YAML with more than 100 collections inside each other"),
        ("#cloud-config\n" + "- " * 30000, "is YAML with more than 100 collections inside each other"),
    ],
)
@pytest.mark.parametrize("name", ["/user-data", "/vendor-data"])
def test_user_data_that_a_guest_would_ignore_is_refused(name: str, contents: str, said: str) -> None:
    (problem,) = problems(name, contents)
    assert problem.startswith(said)


@pytest.mark.parametrize(
    "contents",
    [
        "#cloud-config\npackages: [nginx]\n",
        "#cloud-config",
        "#cloud-config-archive\n- type: text/cloud-config\n",
        "#cloud-config-jsonp\n- {op: add, path: /runcmd, value: []}\n",
        "#!/bin/sh\n",
        "#! /usr/bin/env python3\n",
        "#include\nhttp://10.0.0.1/x\n",
        "#include-once\nhttp://10.0.0.1/x\n",
        "#include http://10.0.0.1/x",
        "#include\n# the first one\n#include-once http://10.0.0.1/x\n",
        "\n#include\nhttp://10.0.0.1/x\n",
        "#cloud-boothook\n",
        "#part-handler\n",
        "## template: jinja\n#cloud-config\nhostname: {{ v1.name }}\n",
        "## template: jinja\n{% if v1.region %}\n#cloud-config\n{% endif %}\n",
        "## template: jinja\n\n#cloud-config\n",
        "## template: jinja\n#include\n{{ v1.address }}\n",
        MAIL,
        MAIL.replace("\n", "\r\n"),
        MAIL.replace("; boundary", ";\n\tcharset=utf-8;\n boundary"),
        MAIL.partition("\n")[2],
        "MIME-Version: 1.0\nContent-Type: text/cloud-config\n\n#cloud-config\n",
        "From: nobody\nMIME-Version: 1.0\n\n#cloud-config\n",
        "#ps1_sysnative\r\nWrite-Host x\r\n",
        "rem cmd\r\ndir\r\n",
        '{"ignition": {"version": "3.4.0"}}',
        "version: v1alpha1\nmachine:\n  type: worker\n",
    ],
)
def test_user_data_that_a_guest_reads_is_left_alone(contents: str) -> None:
    assert (list(problems("/user-data", contents)), list(doubts("/user-data", contents))) == ([], [])


@pytest.mark.parametrize(
    ("contents", "refused"),
    [
        ("{{ header }}\n", False),
        ("{% if a %}\n#cloud-config\n{% endif %}", False),
        ("#cloud-config\na: {{ b\n", False),
        ("cloudconfig\na: {{ b }}\n", True),
        ("\n#cloud-config\n", False),
        ("\n{{ header }}\n", False),
        ("\n#!/bin/sh\n", True),
    ],
)
def test_a_template_of_vergeos_needs_a_first_line_too(contents: str, refused: bool) -> None:
    assert bool(list(problems("/user-data", contents, templated=True))) == refused


@pytest.mark.parametrize(
    ("contents", "refused"),
    [
        ("version: 2\nethernets: {}\n", False),
        ("network:\n  version: 1\n  config: []\n", False),
        ("network: {config: disabled}\n", False),
        ("ethernets: {}\n", True),
        ("version: '2'\nethernets: {}\n", True),
        ("version: 3\n", True),
        ("", True),
    ],
)
def test_a_network_configuration_needs_its_version(contents: str, refused: bool) -> None:
    assert bool(list(problems("/network-config", contents))) == refused


@pytest.mark.parametrize(
    ("name", "contents", "said"),
    [
        ("/user-data", "#!/bin/sh\r\ntrue\r\n", "is a script whose lines end as in Windows"),
        ("/user-data", "#Cloud-Config\na: b\n", "has white space before its first line or capital letters in it"),
        ("/user-data", "\n#cloud-config\na: b\n", "has white space before its first line or capital letters in it"),
        ("/user-data", "\r\n #cloud-config\r\n", "has white space before its first line or capital letters in it"),
        ("/user-data", "#cloud-config\na: 1\nb: 2\na: 3\n", "has a key in line 4 that stands there already"),
        ("/user-data", "#cloud-config\na: &a {b: 1, b: 2}\nc: *a\n", "has a key in line 2 that stands there already"),
        ("/meta-data", "instance_id: a\n", "has no instance-id"),
        ("/meta-data", "", "has no instance-id"),
        ("/network-config", "version: 2\nversion: 2\n", "has a key in line 2 that stands there already"),
        ("/unattend.xml", "<answers/>", "is no <unattend>"),
    ],
)
def test_what_may_be_meant_is_doubted(name: str, contents: str, said: str) -> None:
    assert list(problems(name, contents)) == []
    (doubt,) = doubts(name, contents)
    assert doubt.startswith(said)


def test_what_is_usual_is_not_doubted() -> None:
    assert list(doubts("/meta-data", "instance-id: a\n")) == []
    assert list(doubts("/unattend.xml", "<unattend xmlns='urn:schemas-microsoft-com:unattend'/>")) == []
    assert list(doubts("/setup.sh", "a: 1\na: 2\n")) == []

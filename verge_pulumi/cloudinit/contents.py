"""What can be told of a file for the guest before VergeOS or the guest sees it.

It is one file, since all checks of one text share how it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from xml.parsers import expat

import yaml

from verge_pulumi.engine.errors import nearest

LONGEST = 64 * 1024
"""Bytes that VergeOS keeps of one file (docs/vergeos/virtual-machines.md §10)."""

USER_DATA, META_DATA, NETWORK_CONFIG = "/user-data", "/meta-data", "/network-config"
VENDOR_DATA = "/vendor-data"
"""The files that cloud-init reads."""

UNATTEND = "/unattend.xml"
"""The answer file of Windows' setup (the vendor's Ansible collection, module windows_unattend)."""

CLOUD_CONFIG = "#cloud-config"
"""The first line by which cloud-init knows YAML from a script."""

_HEADERS = (
    CLOUD_CONFIG,  # and "#cloud-config-archive", "#cloud-config-jsonp"
    "#!",
    "#include",  # and "#include-once"
    "#cloud-boothook",
    "#part-handler",
    "#upstart-job",
)
"""What user data begins with, after any white space and in any case of letters; cloud-init looks no further (its
`handlers/__init__.py`, since 0.7.0 of 2012)."""

_TEMPLATE = "## template: jinja"
_WINDOWS = re.compile(r"(?i)(#ps1(_sysnative|_x86)?|rem cmd)\s|<(script|powershell)>")
"""What cloudbase-init knows, the cloud-init of Windows."""

_MAIL_HEADER = re.compile(r"[A-Za-z-]+:[ \t]")
_BOUNDARY = re.compile(r'(?i);[ \t]*boundary="?([^";]+)')
_EXPRESSION = re.compile(r"\{[{%#]|\$")
"""What a template may begin with instead of the first line that it makes."""

_KNOWN = "'#cloud-config', '#!/bin/sh', '## template: jinja', '#include' or another header of cloud-init"

_DEEPEST = 100
"""Collections inside each other that a file may have."""

_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def problems(name: str, contents: str, *, templated: bool = False) -> Iterator[str]:
    """Yield what is wrong with a file; never a word of its contents, which may be secret.

    Args:
        name: Its name, such as ``/user-data``.
        contents: What it holds.
        templated: Whether VergeOS renders it first; it need not be YAML before that.
    """
    try:
        size = len(contents.encode())
    except UnicodeEncodeError:
        yield "holds half a character, so it is no text"
        return
    if size > LONGEST:
        yield f"is {size:,} bytes long, and VergeOS keeps {LONGEST:,}"
    elif found := _BINARY.search(contents):
        yield (
            f"holds the character U+{ord(found[0]):04X}, so it is binary, and VergeOS keeps text. "
            "Carry it as base64, as WriteFile does with bytes"
        )
    elif name.endswith(".xml"):
        yield from _xml_problems(contents)
    elif name in (USER_DATA, VENDOR_DATA):
        yield from _user_data_problems(contents, templated)
    elif name in (META_DATA, NETWORK_CONFIG) and not templated:
        yield from _yaml_problems(contents)
        if name == NETWORK_CONFIG:
            yield from _network_problems(contents)


def doubts(name: str, contents: str, *, templated: bool = False) -> Iterator[str]:
    """Yield what is odd about a file that may be meant as it is; it has no `problems`. The arguments are the same."""
    if name == UNATTEND and (root := _root(contents)) and root.rpartition(" ")[2] != "unattend":
        yield "is no <unattend>, so the setup of Windows would ignore it"
    if name in (USER_DATA, VENDOR_DATA):
        first = contents.partition("\n")[0]
        if first.startswith("#!") and first.endswith("\r"):
            yield "is a script whose lines end as in Windows, so Linux would not find its interpreter"
        if _is_yaml(name, contents) and not contents.startswith(CLOUD_CONFIG):
            yield (
                "has white space before its first line or capital letters in it, which cloud-init reads and "
                "cloudbase-init (Windows) does not"
            )
    if templated or not _is_yaml(name, contents):
        return
    node = _composed(contents)
    if name == META_DATA and "instance-id" not in _entries(node):
        yield "has no instance-id, so the guest takes no later change for a new instance"
    for line in _twice(node):
        yield f"has a key in line {line} that stands there already; only the last one counts"


def _user_data_problems(contents: str, templated: bool) -> Iterator[str]:
    """Say if the guest would ignore user data because of its beginning, and what is wrong with it as YAML."""
    if templated and _EXPRESSION.match(contents.lstrip()):
        return
    body = contents
    if contents.lower().startswith(_TEMPLATE):
        # It is rendered in the guest, and what comes out needs a first line of its own.
        body, templated = contents.partition("\n")[2], True
        if _EXPRESSION.match(body.lstrip()):
            return
    header = _header(body.lstrip().lower())
    if not body.strip():
        yield f"is empty, so the guest would ignore it; begin it with {_KNOWN}"
    elif header == "#!" and body[0].isspace():
        yield "is a script with white space before its '#!', so the guest could not run it"
    elif header == "#!" and not re.match(r"#![ \t]*/\S", body):
        yield "is a script without an interpreter; begin it with '#!/bin/sh' or the like"
    elif header == "#include" and not templated and not any(_included(body)):
        yield "includes nothing; name one address in each line below '#include'"
    elif not header and not _is_known_otherwise(body):
        yield f"has a first line that cloud-init ignores{_hint(body)}; begin it with {_KNOWN}"
    elif not header and not templated:
        yield from _mail_problems(body)
    elif not templated and _is_yaml(USER_DATA, contents):
        yield from _yaml_problems(contents)


def _header(text: str) -> str:
    return next((header for header in _HEADERS if text.startswith(header)), "")


def _included(contents: str) -> Iterator[str]:
    """Yield the addresses that `#include` names, in its own line and in those below, as cloud-init finds them."""
    for line in contents.splitlines():
        address = re.sub(r"(?i)^#include(-once)?", "", line).strip()
        if address and not address.startswith("#"):
            yield address


def _mail(contents: str) -> tuple[Mapping[str, str], str]:
    """Return the fields of a mail's head, their names in small letters, and its body; ({}, "") if it is none."""
    if not _MAIL_HEADER.match(contents):
        return {}, ""
    head, _, body = contents.replace("\r\n", "\n").partition("\n\n")
    lines = (line.partition(":") for line in re.sub(r"\n[ \t]+", " ", head).split("\n"))
    fields = {name.lower(): value.strip() for name, _, value in lines}
    fields.setdefault("content-type", "text/plain")
    return (fields, body) if "mime-version" in fields or _has_parts(fields) else ({}, "")


def _has_parts(fields: Mapping[str, str]) -> bool:
    return fields["content-type"].lower().startswith("multipart/")


def _mail_problems(contents: str) -> Iterator[str]:
    """Say if a mail holds nothing that a guest would find."""
    fields, body = _mail(contents)
    if not fields:
        return
    if _has_parts(fields):
        boundary = _BOUNDARY.search(fields["content-type"])
        if boundary is None or f"--{boundary[1].strip()}" not in body:
            yield "is a mail of several parts, but its Content-Type names no boundary that stands between them"
    elif fields["content-type"].lower().startswith("text/plain") and not _header(body.lstrip().lower()):
        yield "is a mail whose Content-Type does not say what it holds, such as text/cloud-config"


def _is_known_otherwise(contents: str) -> bool:
    """Say whether it is a mail, or what other readers of user data than cloud-init know."""
    ignition = contents.startswith("{") and '"ignition"' in contents
    talos = re.search(r"^version: v1alpha1\b", contents, re.MULTILINE) and re.search(
        r"^machine:", contents, re.MULTILINE
    )
    return bool(_mail(contents)[0] or _WINDOWS.match(contents) or ignition or talos)


def _hint(contents: str) -> str:
    """Say what hides in front of the first line, or what its misspelt header may mean."""
    first = contents.partition("\n")[0].strip()
    if contents.startswith("\ufeff"):
        return ", because a byte order mark stands before it"
    if _is_known_otherwise(contents.lstrip()) or not (contents[0].isspace() or contents[0].isprintable()):
        return ", because white space stands before it"
    if not first:
        return ", because it is blank"
    if first.lower().startswith("content-type:"):
        return ", because a mail needs the line 'MIME-Version: 1.0'"
    close = nearest(first[:40].replace(" ", ""), _HEADERS, 0.7)
    return f" (did you mean '{close}'?)" if close else ""


def _is_yaml(name: str, contents: str) -> bool:
    """Say whether cloud-init reads the file as YAML; user data may also be a script, an archive or a template."""
    return name in (META_DATA, NETWORK_CONFIG) or (
        name in (USER_DATA, VENDOR_DATA) and _header(contents.lstrip().lower()) == CLOUD_CONFIG
    )


class _TooDeep(ValueError):
    """A document is nested so deeply that building it would end the process."""


def _composed(contents: str) -> yaml.Node | None:
    """Return the nodes of a YAML document; None if it is empty.

    Raises:
        yaml.YAMLError: It is no YAML.
        _TooDeep: It is nested too deeply.
    """
    depth = 0
    for event in yaml.parse(contents, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _TooDeep
    return cast("yaml.Node | None", yaml.compose(contents, Loader=_Loader))


def _yaml_problems(contents: str) -> Iterator[str]:
    try:
        node = _composed(contents)
    except _TooDeep:
        yield f"is YAML with more than {_DEEPEST} collections inside each other"
        return
    except yaml.YAMLError as error:
        # The text of the error quotes the line it is about.
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        yield f"is not YAML{where}{_tab(contents, mark)}"
        return
    wanted, kind = _wanted(contents)
    if node is not None and not isinstance(node, wanted):
        yield f"is YAML, but not a {kind}"


def _wanted(contents: str) -> tuple[type[yaml.Node], str]:
    """Return what YAML has to be, which its first line says."""
    for header in ("#cloud-config-archive", "#cloud-config-jsonp"):
        if contents.lstrip().lower().startswith(header):
            return yaml.SequenceNode, "list"
    return yaml.MappingNode, "mapping of keys to values"


def _tab(contents: str, mark: Any) -> str:
    """Say that a tab is to blame, which nobody sees."""
    lines = contents.splitlines()
    if mark is None or mark.line >= len(lines):
        return ""
    return ", which a tab indents; YAML takes blanks only" if re.match(r" *\t", lines[mark.line]) else ""


def _network_problems(contents: str) -> Iterator[str]:
    """Say if a network configuration is of no version that cloud-init knows, so that it configures nothing."""
    try:
        entries = _entries(_composed(contents))
    except (yaml.YAMLError, _TooDeep):
        return
    entries = _entries(entries["network"]) if "network" in entries else entries
    config, version = entries.get("config"), entries.get("version")
    if config is not None and config.value == "disabled":
        return
    # As text it is another version to cloud-init.
    if version is None or version.value not in ("1", "2") or not version.tag.endswith(":int"):
        yield "has neither 'version: 1' nor 'version: 2', so the guest would ignore it"


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Return what a mapping holds by key; nothing if it is no mapping."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _twice(root: yaml.Node | None) -> Iterator[int]:
    """Yield the lines of keys that stand in the same mapping before."""
    nodes, seen = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue  # what an alias stands for is looked at once
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys = set[str]()
            for key, value in node.value:
                nodes.append(value)
                if isinstance(key, yaml.ScalarNode):
                    if key.value in keys and key.value != "<<":
                        yield key.start_mark.line + 1
                    keys.add(key.value)
        else:
            nodes += node.value


class _Doctype(Exception):
    """An XML document declares a type, and with it perhaps entities of any length."""


def _root(contents: str) -> str:
    """Return the name of the root of an XML document, after its namespace and a blank.

    Raises:
        ExpatError: It is no XML.
        _Doctype: It has a document type.
    """
    names: list[str] = []

    def refuse(*_: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _: names.append(name) if not names else None
    parser.Parse(contents, True)
    return names[0]


def _xml_problems(contents: str) -> Iterator[str]:
    try:
        _root(contents)
    except expat.ExpatError as error:
        yield f"is not XML in line {error.lineno}, column {error.offset + 1}"
    except _Doctype:
        yield "has a document type (<!DOCTYPE>), which the setup of Windows does not need; leave it out"

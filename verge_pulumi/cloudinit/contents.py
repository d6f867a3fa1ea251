"""What can be told of a file for the guest before VergeOS or the guest sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import yaml

LONGEST = 64 * 1024
"""Bytes that VergeOS keeps of one file (fact sheet vms §10)."""

USER_DATA, META_DATA, NETWORK_CONFIG = "/user-data", "/meta-data", "/network-config"
"""The files that cloud-init reads."""

UNATTEND = "/unattend.xml"
"""The answer file of Windows' setup (the vendor's Ansible collection, module windows_unattend)."""

CLOUD_CONFIG = "#cloud-config"
"""The first line by which cloud-init knows YAML from a script."""

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
    if found := _BINARY.search(contents):
        yield (
            f"holds the character U+{ord(found[0]):04X}, so it is binary, and VergeOS keeps text. "
            "Carry it as base64, as WriteFile does with bytes"
        )
    elif name.endswith(".xml"):
        yield from _xml_problems(contents)
    elif not templated and _is_yaml(name, contents):
        yield from _yaml_problems(contents)


def _is_yaml(name: str, contents: str) -> bool:
    """Say whether cloud-init reads the file as YAML; user data may also be a script, an archive or a template."""
    return name in (META_DATA, NETWORK_CONFIG) or (name == USER_DATA and contents.startswith(CLOUD_CONFIG))


def _yaml_problems(contents: str) -> Iterator[str]:
    try:
        node = yaml.compose(contents, Loader=_Loader)
    except yaml.YAMLError as error:
        # The text of the error quotes the line it is about.
        mark = getattr(error, "problem_mark", None)
        yield f"is not YAML{f' in line {mark.line + 1}, column {mark.column + 1}' if mark else ''}"
        return
    if node is not None and not isinstance(node, yaml.MappingNode):
        yield "is YAML, but not a mapping of keys to values"


def _xml_problems(contents: str) -> Iterator[str]:
    parser = expat.ParserCreate()
    try:
        parser.Parse(contents, True)
    except expat.ExpatError as error:
        yield f"is not XML in line {error.lineno}, column {error.offset + 1}"

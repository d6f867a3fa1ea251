"""Files that a virtual machine hands to its guest's cloud-init."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import pulumi

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, path_ref, policy
from verge_pulumi.engine.declaring.hidden import SEED, scope_of
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Secret
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine


class CloudInitFile(Resource, table="cloudinit_files", unique=("vm", "name")):
    """A file for the guest's cloud-init, such as ``/user-data``; `CloudInit` renders its contents.

    VergeOS delivers the files of a VM while the VM's `cloudinit_datasource` is not ``none``. It makes ``/user-data``
    and ``/meta-data`` by itself when that is switched on; they are taken over, as a row of this table carries no mark,
    and in a VM that this stack does not manage only with ``adopt=True``.
    """

    importing = Importing(left="it may hold passwords, and only a first boot reads it", content="contents")

    vm: Ref[VirtualMachine] = path_ref(column="owner", replaces=True)
    """The virtual machine it belongs to."""

    name: Attr[str] = arg(
        min_length=2, max_length=256, pattern="^/", wanted="Give a path that begins with '/', such as '/user-data'"
    )
    """Name, unique in the VM: ``/user-data``, ``/meta-data``, ``/network-config``, or ``/unattend.xml`` for Windows."""

    contents: Attr[Secret[str]] = arg(write_only=True)
    """What it holds, at most 64 KiB of text. A change behind Pulumi's back is seen by a refresh."""

    render: Attr[Literal["no", "variables", "jinja2"] | None] = arg(default=None)
    """Whether VergeOS fills in variables or renders a Jinja template first; ``no`` if unset."""

    on_change: Attr[Literal["ignore", "next-boot", "replace"] | None] = policy(default=None)
    """What other contents do later on. ``next-boot`` (if unset): the file is changed, and the guest acts on it at its
    next boot if the instance id in ``/meta-data`` is another one. ``ignore``: nothing, until the file is recreated.
    ``replace``: the file is recreated, and so is what depends on it."""

    filesize: Attr[int | None] = computed()
    """Its length in bytes."""

    modified: Attr[int | None] = computed()
    """When it was last changed, in seconds since 1970."""


class CloudInitFileProvider(RowProvider[CloudInitFile]):
    """What is special about the life of a file whose contents no GET returns."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Contents are text of at most 64 KiB, and well-formed where their form is known."""
        # Imported here: it brings YAML along, and every provider process would wait for that.
        from verge_pulumi.cloudinit.contents import doubts, problems

        name, contents = inputs.get("name"), inputs.get("contents")
        if isinstance(name, str) and isinstance(contents, str):
            templated = inputs.get("render") not in (None, "no")
            wrong = list(problems(name, contents, templated=templated))
            yield from (f"contents: {problem}" for problem in wrong)
            for doubt in () if wrong else doubts(name, contents, templated=templated):
                provider_process.log(f"contents: {doubt}", warning=True)

    def kept(self, state: Inputs, inputs: Inputs) -> Collection[str]:
        """Contents that are to be ignored stay those of the state, so that no later policy takes them for written."""
        return ("contents",) if inputs.get("on_change") == "ignore" else ()

    def derived(self, state: Inputs, inputs: Inputs) -> Inputs:
        """Finish a draft in the scope in which the file was created: that of its VM's key and name then."""
        from verge_pulumi.cloudinit.rendering import Draft

        seed = {SEED: state[SEED]} if SEED in state else {}
        found = Draft.read(inputs.get("contents"))
        if found is None:
            return seed
        draft, file = found
        scope = scope_of(state, inputs, draft.name, f"-{file.strip('/')}", since="contents")
        if scope is None and pulumi.contains_unknowns(inputs.get("vm")):
            return {SEED: inputs["vm"], "contents": inputs["vm"]}
        scope = scope or f"{inputs.get('vm')}/{draft.name}"
        return {SEED: scope, "contents": draft.finished(scope)[file]}

    def replaced_by(self, name: str, state: Inputs, inputs: Inputs) -> bool:
        """Contents replace the file if the program says so."""
        wanted = name == "contents" and inputs.get("on_change") == "replace"
        return wanted or super().replaced_by(name, state, inputs)

    def made_by_vergeos(self, row: Mapping[str, Any]) -> bool:
        """Say whether it is one of the two files that come with a datasource (docs/vergeos/quirks.md §W14)."""
        return row.get("name") in ("/user-data", "/meta-data")

    def fetch(self, id: str, state: Inputs) -> dict[str, Any] | None:
        """Read the row, and download the contents only if the row tells that they may be others."""
        outs = super().fetch(id, state)
        if outs is None or state.get("on_change") == "ignore":
            return outs
        if any(outs[name] != state.get(name) for name in ("filesize", "modified")):
            content = self.connection.files.content(self.declaration.table, id)
            # What is no text was not written from here; it shows as a difference like any other.
            outs["contents"] = content.decode(errors="replace")
        return outs

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Write what differs, and tell that a guest reads its files only when it boots."""
        outs = super().change(id, state, inputs)
        if state.get("contents") != inputs["contents"]:
            provider_process.log(
                f"{inputs['name']} is changed; the guest acts on it at its next boot if the instance id is another one",
                warning=True,
            )
        return outs

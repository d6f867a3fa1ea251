"""States of stacks as ``pulumi stack export`` writes them, made of what the providers made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.providers.bench import Bench, Managed, hosted
from verge_pulumi.engine.loader import load

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def made(bench: Bench, owner: str, kind: str, resource_name: str, /, **arguments: Any) -> Managed:
    """Make a resource of any stack."""
    provider = bench.provider(kind)
    constant = provider.declaration.provider
    hidden = {"__owner": owner, "__name": resource_name, "__provider": constant}
    inputs = hosted(bench.check(kind, {**arguments, **hidden}))
    result = provider.create(inputs)
    return Managed(bench, kind, result.id, inputs, hosted(result.outs))


def export(folder: Path, owner: str, *resources: Managed, show_secrets: bool = True, **outputs: Any) -> str:
    """Write the export of a stack to a file and return its path."""
    path = folder / f"{owner.split('/')[1]}.json"
    path.write_text(json.dumps(document(owner, *resources, show_secrets=show_secrets, **outputs)))
    return str(path)


def document(owner: str, *resources: Managed, show_secrets: bool = True, **outputs: Any) -> dict[str, Any]:
    """Return the export of a stack."""
    project, stack = owner.split("/")
    where = f"urn:pulumi:{stack}::{project}"
    default = {
        "urn": f"{where}::pulumi:providers:pulumi-python::default",
        "id": "1",
        "type": "pulumi:providers:pulumi-python",
        "custom": True,
        "inputs": {"vergeos:timeout": "30"},
    }
    return {
        "version": 3,
        "deployment": {
            "resources": [
                {
                    "urn": f"{where}::pulumi:pulumi:Stack::{project}-{stack}",
                    "type": "pulumi:pulumi:Stack",
                    "outputs": outputs,
                },
                default,
                *(resource_of(where, each, show_secrets=show_secrets) for each in resources),
            ]
        },
    }


def resource_of(where: str, managed: Managed, *, show_secrets: bool = True) -> dict[str, Any]:
    """Return a resource as the state holds it."""
    declaration: Any = getattr(load(managed.kind), "declaration")  # noqa: B009
    kept = {name: value for name, value in managed.outs.items() if value is not None}
    hide = {name for name, attribute in declaration.attributes.items() if attribute.secret}

    def sealed(properties: dict[str, Any]) -> dict[str, Any]:
        how = "plaintext" if show_secrets else "ciphertext"
        return {
            name: {SIGNATURE: SECRET, how: json.dumps(value)} if name in hide else value
            for name, value in properties.items()
        }

    return {
        "urn": f"{where}::{declaration.type_token}::{managed.inputs['__name']}",
        "id": managed.id,
        "type": declaration.type_token,
        "custom": True,
        "inputs": sealed({name: value for name, value in managed.inputs.items() if value is not None}),
        "outputs": sealed({**kept, "__provider": declaration.provider}),
        "provider": f"{where}::pulumi:providers:pulumi-python::default::1",
    }

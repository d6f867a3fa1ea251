"""The stages of an import, one after the other, with a file for each."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verge_pulumi.components.server import FORMS
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.ownership.states import Place, StackState
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.recording import Rows, Stack
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.power import Power


def places_of(plan: Plan) -> dict[tuple[str, str], Place]:
    """Return the row behind each resource of the program, by type and name."""
    places: dict[tuple[str, str], Place] = {}

    def put(kind: type[BaseResource], name: str, place: Place) -> None:
        places[kind.declaration.type_token, name] = place

    for found in plan.managed():
        line = plan.lines[found.place]
        parts = plan.servers.get(found.place)
        if parts is None:
            put(found.kind, line.resource, found.place)
            continue
        put(VirtualMachine, f"{line.resource}-vm", found.place)
        put(Power, f"{line.resource}-power", found.place)
        for part in parts:
            put(part.kind, f"{line.resource}-{part.label}", part.place)
    return places


def rows_of(objects: Objects, places: Mapping[tuple[str, str], Place]) -> Rows:
    """Return id and outputs of the row behind each resource, as the recorder answers them."""
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for (kind, name), place in places.items():
        found = objects.all[place]
        switches = kind == Power.declaration.type_token
        id = "/".join(place) if switches else found.key
        known = {} if switches else {name: value for name, value in found.outputs.items() if value is not None}
        rows.setdefault(kind, {})[name] = {"id": id, "outputs": known}
    return rows

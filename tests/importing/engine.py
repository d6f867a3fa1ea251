"""What Pulumi's engine makes of an imported state, in process and with the real providers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.importing.bench import MemoryCli
from tests.properties.engine_model import Process, carried
from verge_pulumi.engine.declaring.model import differing
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.importing.secrets import is_sealed
from verge_pulumi.simulator import Simulator


def differences(cli: MemoryCli, simulator: Simulator) -> list[str]:
    """Preview what was imported, refresh it, and preview it again; return what shows a change.

    Args:
        cli: With the state.
        simulator: The VergeOS.
    """
    return [*_preview(cli, simulator), *drift(cli, simulator, save=True), *_preview(cli, simulator)]


def misdirected(cli: MemoryCli) -> Iterator[str]:
    """Yield each input that depends on another row than the one that it names."""
    known = {entry["urn"]: entry for entry in cli.state["deployment"].get("resources", ())}
    for entry in _resources(cli):
        for name, urns in entry.get("propertyDependencies", {}).items():
            value = entry["inputs"].get(name)
            keys = {str(each).rpartition("/")[2] for each in (value if isinstance(value, list) else [value])}
            for other in (known[urn] for urn in urns):
                if other["custom"] and other["id"] not in keys:
                    yield f"{entry['urn']}: {name} is {value}, and depends on {other['urn']}, which is {other['id']}"


def _preview(cli: MemoryCli, simulator: Simulator) -> Iterator[str]:
    process = _process(cli, simulator)
    with process.running():
        for entry in _resources(cli):
            urn, inputs = entry["urn"], _opened(entry["inputs"])
            provider = process.provider(entry["type"].removeprefix(OURS))
            checked = process.call(urn, provider.check, inputs, inputs)
            yield from (f"{urn} is refused: {failure.reason}" for failure in checked.failures)
            known = carried(checked.inputs)
            diff = process.call(urn, provider.diff, entry["id"], _opened(entry["outputs"]), known, old_inputs=inputs)
            if diff.changes is not False:
                named = differing(provider.declaration, _opened(entry["outputs"]), known)
                yield f"{urn} differs in {named or diff.changes}"


def drift(cli: MemoryCli, simulator: Simulator, *, save: bool = False) -> Iterator[str]:
    """Read what was imported as a refresh does, and yield what differs from the state.

    Args:
        cli: With the state.
        simulator: The VergeOS.
        save: Whether the state gets what was read.
    """
    process = _process(cli, simulator)
    with process.running():
        for entry in _resources(cli):
            urn, inputs = entry["urn"], carried(_opened(entry["inputs"]))
            provider = process.provider(entry["type"].removeprefix(OURS))
            read = process.call(urn, provider.read, entry["id"], _opened(entry["outputs"]))
            if read.id != entry["id"]:
                yield f"{urn}: it is gone"
                continue
            now = carried(read.inputs)
            for name in sorted({*inputs, *now}):
                if inputs.get(name) != now.get(name):
                    yield f"{urn}: {name} has drifted from {inputs.get(name)!r} to {now.get(name)!r}"
            if save:
                entry["inputs"], entry["outputs"] = now, carried(read.outs)


def _process(cli: MemoryCli, simulator: Simulator) -> Process:
    evidence = Evidence(Journal(None), lambda stack: cli.state["deployment"])
    return Process(simulator, evidence, None, None)


def _resources(cli: MemoryCli) -> list[dict[str, Any]]:
    return [entry for entry in cli.state["deployment"].get("resources", ()) if entry["type"].startswith(OURS)]


def _opened(value: Any) -> Any:
    """Return properties of a state as a provider gets them: secrets in the open, and not what its host keeps."""
    if is_sealed(value):
        return json.loads(value["plaintext"])
    if isinstance(value, Mapping):
        return {name: _opened(inner) for name, inner in value.items() if name != "__provider"}
    return [_opened(inner) for inner in value] if isinstance(value, list) else value

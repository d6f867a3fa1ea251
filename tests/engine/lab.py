"""A Pulumi project in a temporary folder whose program is a Python function, run by the real engine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import requests
from pulumi import automation as auto
from pulumi.automation import _stack
from pulumi.automation._local_workspace import LocalWorkspace
from pulumi.automation._stack import StackInitMode
from pulumi.runtime import _grpc_settings
from urllib3.util import make_headers

from tests.engine import vault, warm
from verge_pulumi.simulator import Simulator

Program = Callable[[], None]
PROJECT = "shop"

# Each command of the engine listens on another port. After some hundred of them one process meets a port again whose
# former channel is still waiting to connect, and gRPC would let the new channel wait with it: the program then ends
# with "Resource monitor has terminated".
CHANNEL_OPTIONS = _grpc_settings._GRPC_CHANNEL_OPTIONS
CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))


@dataclass
class Step:
    """What the engine did, or would do, to one resource."""

    op: str
    diff: dict[str, str]
    """The changed properties and the kind of each change."""
    replaces: list[str] = field(default_factory=list)


@dataclass
class Run:
    """One command of the engine, as its events tell."""

    steps: dict[str, Step]
    messages: list[tuple[str, str, str]]
    """(severity, name of the resource or "", text) of each line that a person sees."""
    requests: int
    outputs: dict[str, Any] = field(default_factory=dict)
    failed: bool = False

    @property
    def changes(self) -> dict[str, str]:
        """The operation on each resource that is not left as it is."""
        return {name: step.op for name, step in self.steps.items() if step.op not in ("same", "read", "refresh")}

    @property
    def errors(self) -> list[str]:
        """The error texts."""
        return [text for severity, _, text in self.messages if severity == "error"]


class _ReadToTheEnd(threading.Event):
    """Stops who reads the events of a command only when all that was written before its end is read.

    The Automation API stops when a look at the file found nothing and the command has ended since. A busy machine so
    lost the last events, in which a provider tells what the run cost.
    """

    def __init__(self, ended: threading.Event) -> None:
        super().__init__()
        self._ended = ended
        self._had_ended = False

    def wait(self, timeout: float | None = None) -> bool:
        """Say whether the command had ended before the last look."""
        before, self._had_ended = self._had_ended, self._ended.wait(timeout)
        return before


def watch(
    filename: str,
    callback: Callable[[auto.EngineEvent], Any],
    stopEvent: threading.Event | None = None,  # noqa: N803  as it is called in the SDK
) -> None:
    """Hand over the events of a command, to the last one."""
    _watch_logs(filename, callback, _ReadToTheEnd(stopEvent) if stopEvent else None)


_watch_logs = _stack._watch_logs
_stack._watch_logs = watch


class QuietStack(auto.Stack):
    """A stack of which nobody asks the CLI three times after each command what that did."""

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:
        """Return what no test looks at."""
        return auto.UpdateSummary("", datetime.now(UTC), "", {}, {}, "succeeded")

    def outputs(self) -> auto.OutputMap:
        """Return nothing; the lab reads them from the state."""
        return {}


class QuietWorkspace(LocalWorkspace):
    """A folder where no stack is selected: each command names its own."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing."""


@cache
def _command(cli: Path) -> auto.PulumiCommand:
    """Return the CLI; each new object of it asks for its version."""
    return auto.PulumiCommand(root=str(cli.parent), skip_version_check=True)


class Lab:
    """One stack of one project against one simulator.

    Args:
        folder: Where its program runs.
        cli: The folder of the Pulumi CLI.
        simulator: The VergeOS.
        stack: The name of the stack.
        project: The name of the project.
        states: Where the states lie; in a folder of its own if not given.
        exists: Whether the stack is there already.
    """

    def __init__(
        self,
        folder: Path,
        cli: Path,
        simulator: Simulator,
        *,
        stack: str = "dev",
        project: str = PROJECT,
        states: Path | None = None,
        exists: bool = False,
    ) -> None:
        self.simulator = simulator
        self.stack_name = stack
        self.project = project
        self.folder = folder
        self.cli = cli
        self.states = states or folder / "state"
        self._exists = exists
        self.environment = {
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": self.states.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_PYTHON_CMD": str(warm.python()),
            warm.WANTED: str(warm.python()),
            "PYTHONFAULTHANDLER": "1",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "VERGEOS_HOST": simulator.url,
            "VERGEOS_API_KEY": simulator.api_key,
        } | vault.environment()
        folder.mkdir(exist_ok=True)
        self.states.mkdir(exist_ok=True)
        self._made: QuietStack | None = None

    @property
    def by_hand(self) -> dict[str, str]:
        """The environment of commands that a person gives: the engine starts a new Python for each host."""
        return self.environment | {warm.WANTED: ""}

    def preview(self, program: Program, **options: Any) -> Run:
        """Run ``pulumi preview``."""
        return self._run(program, "preview", **options)

    def up(self, program: Program, **options: Any) -> Run:
        """Run ``pulumi up --skip-preview``."""
        return self._run(program, "up", **options)

    def refresh(self, program: Program, **options: Any) -> Run:
        """Run ``pulumi refresh --skip-preview``."""
        return self._run(program, "refresh", **options)

    def preview_refresh(self, program: Program) -> Run:
        """Run ``pulumi refresh --preview-only``."""
        return self._run(program, "preview_refresh")

    def destroy(self, **options: Any) -> Run:
        """Run ``pulumi destroy``."""
        return self._run(lambda: None, "destroy", **options)

    def configure(self, path: str, value: str) -> None:
        """Run ``pulumi config set --path``."""
        self._stack(lambda: None).set_config(path, auto.ConfigValue(value), path=True)

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the resources in the state, by name."""
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in self._resources()
            if "pulumi:" not in resource["type"]
        }

    def forget(self, name: str, *, cut_off: bool = False) -> None:
        """Take a resource out of the state, as ``pulumi state delete`` does.

        Args:
            name: Its name.
            cut_off: Whether it is left as if the run that made it had been killed before it was saved.
        """
        # In the file itself: an import drops what is pending.
        content = json.loads(self._file.read_text())
        latest = content["checkpoint"]["latest"]
        (gone,) = [each for each in latest["resources"] if each["urn"].rpartition("::")[2] == name]
        latest["resources"].remove(gone)
        if cut_off:
            pending = {key: value for key, value in gone.items() if key not in ("id", "outputs")}
            latest.setdefault("pending_operations", []).append({"type": "creating", "resource": pending})
        self._file.write_text(json.dumps(content))

    def forget_all(self) -> None:
        """Take all resources out of the state: it is that of a new stack."""
        content = json.loads(self._file.read_text())
        content["checkpoint"]["latest"].pop("resources", None)
        self._file.write_text(json.dumps(content))

    def state_text(self) -> str:
        """Return the state as it lies on disk."""
        return "".join(path.read_text() for path in self.states.rglob("*.json"))

    def has_whole_state(self) -> bool:
        """Say whether the file of the state can be read, and is not just being written."""
        try:
            return bool(json.loads(self._file.read_text()))
        except (FileNotFoundError, ValueError):
            return False

    @property
    def _file(self) -> Path:
        """The file that holds the state."""
        return self.states / ".pulumi" / "stacks" / self.project / f"{self.stack_name}.json"

    def _outputs(self) -> dict[str, Any]:
        """Return the outputs of the stack as its state holds them, secrets encrypted."""
        outputs: dict[str, Any] = next(iter(self._resources()), {}).get("outputs") or {}
        return outputs

    def _resources(self) -> list[dict[str, Any]]:
        resources: list[dict[str, Any]] = json.loads(self._file.read_text())["checkpoint"]["latest"].get("resources")
        return resources or []

    def _stack(self, program: Program) -> auto.Stack:
        if self._made is None:
            workspace = QuietWorkspace(
                work_dir=str(self.folder),
                env_vars=self.environment,
                program=program,
                project_settings=auto.ProjectSettings(self.project, "python"),
                pulumi_command=_command(self.cli),
            )
            if not self._exists:
                self._init(workspace)
            self._made = QuietStack(self.stack_name, workspace, StackInitMode.SELECT)
        self._made.workspace.program = program
        self._made.workspace.env_vars = self.environment
        return self._made

    def _init(self, workspace: auto.LocalWorkspace) -> None:
        """Write what ``pulumi stack init`` does, which takes half a second of processor time."""
        assert not self._file.exists()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        (self.states / ".pulumi" / "meta.yaml").write_text("version: 1\n")
        secrets = {"type": "cloud", "state": {"url": vault.URL, "encryptedkey": vault.KEY}}
        latest = {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
            "secrets_providers": secrets,
        }
        checkpoint = {"stack": f"organization/{self.project}/{self.stack_name}", "latest": latest}
        self._file.write_text(json.dumps({"version": 3, "checkpoint": checkpoint}))
        workspace.save_stack_settings(self.stack_name, auto.StackSettings(vault.URL, vault.KEY))

    def _run(self, program: Program, command: str, *, fails: bool | None = False, **options: Any) -> Run:
        before = len(self.simulator.requests())
        steps: dict[str, Step] = {}
        messages: list[tuple[str, str, str]] = []

        def on_event(event: auto.EngineEvent) -> None:
            if event.resource_pre_event:
                _record(steps, event.resource_pre_event.metadata)
            if event.res_outputs_event:
                _record(steps, event.res_outputs_event.metadata)
            if event.diagnostic_event and not event.diagnostic_event.ephemeral:
                line = event.diagnostic_event
                messages.append((line.severity, (line.urn or "").rpartition("::")[2], line.message))

        stack = self._stack(program)
        told = ""
        try:
            getattr(stack, command)(on_event=on_event, color="never", **options)
        except auto.CommandError as error:
            told = str(error)
        outputs = self._outputs() if command == "up" else {}
        run = Run(steps, messages, len(self.simulator.requests()) - before, outputs, failed=bool(told))
        assert fails is None or run.failed == fails, (run.errors, told or "the command did not fail")
        return run


def _record(steps: dict[str, Step], metadata: Any) -> None:
    name = metadata.urn.rpartition("::")[2]
    if "pulumi:pulumi:" in metadata.type or "pulumi:providers:" in metadata.type:
        return
    detailed = {key: change.diff_kind.value for key, change in (metadata.detailed_diff or {}).items()}
    op = metadata.op.value
    known = steps.get(name)
    if op in ("delete-replaced", "create-replacement", "discard-replaced", "replace"):
        op = "replace"
    if known is None or known.op in ("same", "refresh", "read") or (op == known.op and detailed):
        steps[name] = Step(op, detailed, list(metadata.keys or []))


def ask(simulator: Simulator, verb: str, path: str, body: Any = None) -> Any:
    """Do what a person does in the UI: one request that is not ours."""
    # `requests` takes three times as long, and some tests fill a site with a thousand rows.
    login = make_headers(basic_auth=f"{simulator.username}:{simulator.password}")
    with closing(HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)) as connection:
        target = requests.utils.requote_uri(f"/api/v4/{path}")
        connection.request(verb, target, None if body is None else json.dumps(body), login)
        answer = connection.getresponse()
        content = answer.read()
    assert answer.status < 400, (verb, path, answer.status, content)
    return json.loads(content) if content else None

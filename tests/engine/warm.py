"""A Python that has imported what programs and providers need, and becomes a new process for each of them.

Each command of the engine starts a host of dynamic providers, and mostly a program; an import starts a recorder of
that. All of them spend twice as long on their imports as on what a test is about. The lab gives `python()` to the
engine as the Python to use. It is a few lines that hand over their arguments, environment, folder and files to a
process that has the imports done and forks. What a host asks ``pulumi stack export`` for is read from the file of the
state, since that command, too, takes longer to start than for its answer.

Commands that a person gives (`Lab.by_hand`) start a real Python for programs and hosts, which asks the real CLI, so
that is tested too. The list of installed packages is the only answer that they share.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import importlib.util
import io
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

from verge_pulumi.engine.declaring.model import validate

WANTED = "WARM_PYTHON"
"""The variable by which a command asks for such a process; without it the same script starts a real Python."""

HOST = "pulumi.dynamic"
"""The module that hosts providers."""

COMMAND = "verge_pulumi"
"""The module that is the command line of this package."""

RECORDER = "verge_pulumi.importing.recorder"
"""The module by which that learns what a program registers."""

MODULES = (HOST, COMMAND, RECORDER)

PROGRAM = "pulumi-language-python-exec"
"""The script that runs a program."""

PACKAGES = ["-m", "pip", "list", "-v", "--format", "json"]
"""What the language host asks each time, and what takes as long as the imports of a program."""

CLIENT = """#!{python} -IS
import json, os, signal, socket, sys

what = [each for each in sys.argv[1:] if each != "-u"]
if what == {packages!r}:
    sys.exit(print({listed!r}))
if os.environ.get({wanted!r}) != {client!r}:
    what = []
if not (what[:1] == ["-m"] and what[1] in {modules!r}) and not "".join(what[:1]).endswith({program!r}):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
signal.signal(signal.SIGINT, signal.SIG_IGN)  # what it stands for has it too, and is given the time to end
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b" "], [0, 1, 2])
    start = [what, dict(os.environ), os.getcwd(), os.getpgid(0)]
    server.sendall(json.dumps(start).encode() + b"\\n")
    sys.exit(int(server.recv(3) or b"1"))
"""
"""Stands for the process until it ends, and takes it along when it is killed."""

PACKAGES_OF_OURS = (
    "client",
    "engine",
    "resources",
    "components",
    "lookups",
    "checks",
    "cloudinit",
    "environments",
    "cli",
    "importing",
)
"""What programs, hosts and the command line need of this package."""

STARTED = ("verge_pulumi.engine.runtime.host_start", RECORDER)
"""What does something when it is imported, or is run as the main module."""

EXPORT = """#!{python} -IS
import json, os, sys
from urllib.parse import unquote

path = unquote(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://")) + "/.pulumi/stacks/"
if sys.argv[1:-1] != ["stack", "export", "--non-interactive", "--stack"]:
    sys.exit("this is asked for exports only")
if not os.environ["PULUMI_BACKEND_URL"].startswith("file://"):
    os.environ["PATH"] = os.environ["PATH"].partition(os.pathsep)[2]
    os.execvp("pulumi", ["pulumi", *sys.argv[1:]])
_, project, stack = sys.argv[-1].split("/")
try:
    with open(path + project + "/" + stack + ".json") as file:
        checkpoint = json.load(file)["checkpoint"]
except FileNotFoundError:
    sys.exit("error: no stack named " + stack)
print(json.dumps(dict(version=3, deployment=checkpoint["latest"])))
"""
"""Answers as the CLI does (`test_lab.py` compares them), which is asked where the states are in no folder."""


@cache
def python() -> Path:
    """Return a Python that runs programs and hosts providers, served by a process that ends with this one."""
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    atexit.register(folder.cleanup)
    address, client, export = (str(Path(folder.name) / name) for name in ("socket", "python", "pulumi"))
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", __name__, address],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)  # which closes its input, and it ends
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    listed = subprocess.run([sys.executable, *PACKAGES], check=True, capture_output=True, text=True).stdout
    told = {"python": sys.executable, "client": client, "address": address, "listed": listed.strip()}
    for script, text in ((client, CLIENT), (export, EXPORT)):
        Path(script).write_text(text.format(modules=MODULES, program=PROGRAM, packages=PACKAGES, wanted=WANTED, **told))
        Path(script).chmod(0o755)
    return Path(client)


def virtualenv(folder: Path) -> None:
    """Make the virtual environment that the project in a folder asks for; `Lab.by_hand` makes it a real one."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(python())


def main(address: str) -> None:
    """Fork for each client, until the one who started this ends."""
    import_all()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, reap)
        print("ready", flush=True)
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            client = server.accept()[0]
            if os.fork() == 0:
                server.close()
                become(client, Path(address).parent)
            client.close()


def reap(*_: Any) -> None:
    """Let go of the processes that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return


def import_whole(package: str) -> None:
    """Import a package and everything in it."""
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        if module.name not in STARTED:
            importlib.import_module(module.name)


def import_all() -> None:
    """Import what programs and hosts need, so that nothing of it runs in a thread of its own when they are forked."""
    # A program imports only what it uses, and a provider the rest when it is called; that is all of these.
    for name in ("pulumi.dynamic", "dill", "pydantic", "requests", "tenacity", "difflib", "fractions"):
        importlib.import_module(name)
    for package in PACKAGES_OF_OURS:
        import_whole(f"verge_pulumi.{package}")
    resources = importlib.import_module("verge_pulumi.resources")
    for noun in resources.__all__:
        if declaration := getattr(getattr(resources, noun), "declaration", None):
            validate(declaration, {})  # which makes the model of its inputs
    gc.collect()
    gc.freeze()


def become(client: socket.socket, programs: Path) -> None:
    """Be the process that a client stands for."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _, files, _, _ = socket.recv_fds(client, 1, 3)
    with client.makefile("rb") as start:
        arguments, environment, folder, group = json.loads(start.readline())
    for own, given in enumerate(files):
        os.dup2(given, own)
        os.close(given)
    # Python has looked at the files that were there before: whether one can be sought in, say.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  it stays open
    sys.stdout, sys.stderr = (  # unbuffered, as with -u
        io.TextIOWrapper(io.FileIO(own, "w", closefd=False), errors=errors, write_through=True)
        for own, errors in ((1, "strict"), (2, "backslashreplace"))
    )
    os.setpgid(0, group)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    threading.Thread(target=end_with_client, args=[client], daemon=True).start()
    code = [1]

    # It is registered first and so called last: what a process has to tell at its end is told before the client goes.
    @atexit.register
    def tell_and_end() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        client.sendall(str(code[0]).encode())
        os._exit(code[0])  # taking apart all that was imported takes a tenth of a second

    try:
        if arguments[:2] == ["-m", HOST]:
            host(arguments[2:], programs)
        elif arguments[0] == "-m":
            sys.executable = str(programs / "python")
            sys.argv[1:] = arguments[2:]
            sys.path[0] = str(Path.cwd())
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv[:] = arguments
            sys.path[0] = str(Path(arguments[0]).parent)
            runpy.run_path(arguments[0], run_name="__main__")
        code[0] = 0
    except SystemExit as end:
        code[0] = end.code if isinstance(end.code, int) else int(bool(end.code))
        raise
    sys.exit()


def host(arguments: list[str], programs: Path) -> None:
    """Host providers, with a folder of programs that are found first."""
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    sys.argv[1:] = arguments
    sys.path[0] = str(Path.cwd())
    # By its name this process is known as a host, to its very end.
    sys.modules["__main__"].__spec__ = importlib.util.find_spec(f"{HOST}.__main__")
    runpy.run_module(HOST, run_name="__main__", alter_sys=True)


def end_with_client(client: socket.socket) -> None:
    """Kill this process when its client is gone; nothing else is said any more."""
    client.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])

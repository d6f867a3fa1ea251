"""``python -m bench.backends``: what each backend that keeps the state costs, and what saving it only at the end saves.

A folder, PostgreSQL, and a store that speaks S3, each of them on this machine: what a network adds is not measured.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from bench.report import put
from bench.run import PAGE, WORKLOADS, Case, numbers, pulumi_folder, run

START, END = "<!-- backends -->", "<!-- /backends -->"
"""Between these two the page is written by this command."""

S3_CREDENTIALS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "team",
    "AWS_SECRET_ACCESS_KEY": "team",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What the store takes: anything."""


class Missing(Exception):
    """What a backend needs is not on this machine."""


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, which distributions keep off the PATH."""
    known = shutil.which("postgres")
    folders = [Path(known).parent, *Path("/usr/lib/postgresql").glob("*/bin")] if known else []
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL on a socket of its own; give what Pulumi is told to reach it.

    Raises:
        Missing: There is none on this machine.
    """
    folder = programs()
    if folder is None:
        raise Missing("no PostgreSQL here: apt-get install postgresql")
    # It refuses to run as root, and the socket's path must be short.
    with TemporaryDirectory(prefix="pg-") as place:
        user: list[str] = []
        if os.geteuid() == 0:
            user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(place, "postgres", "postgres")
        data = f"{place}/data"
        make = [*user, str(folder / "initdb"), "-D", data, "-U", "pulumi", "--auth=trust", "--no-sync", "--no-locale"]
        subprocess.run(make, check=True, capture_output=True)
        server = subprocess.Popen(
            [*user, str(folder / "postgres"), "-D", data, "-k", place, "-c", "listen_addresses=", "-F"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr is not None
        with server, server.stderr:
            try:
                assert any("ready to accept connections" in line for line in server.stderr)
                yield f"postgres://pulumi@/postgres?host={place}"
            finally:
                server.send_signal(signal.SIGINT)  # disconnects whoever is left


@contextmanager
def s3() -> Iterator[str]:
    """Run a store that speaks S3, with an empty bucket; give what Pulumi is told to reach it."""
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    with server, server.stderr:
        try:
            address = next(found[1] for line in server.stderr if (found := re.search(r"http://(\S+)", line)))
            # Its log is read on, or it would stop when nobody does.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            requests.put(f"http://{address}/states", timeout=10).raise_for_status()
            yield f"s3://states?endpoint={address}&disableSSL=true&s3ForcePathStyle=true&region=us-east-1"
        finally:
            server.terminate()


BACKENDS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "file": lambda: nullcontext(""),
    "postgres": postgres,
    "s3": s3,
}
"""Each backend and what runs it; the bench has a folder of its own for files."""


def seconds(backend: str, machines: int, commands: tuple[str, ...], cli: Path, *, checkpoints: bool) -> list[float]:
    """Return the seconds that the first commands of the bench take, with an empty backend.

    Args:
        backend: One of `BACKENDS`.
        machines: How many machines are created.
        commands: The first of `WORKLOADS`, in their order.
        cli: The folder of the Pulumi CLI.
        checkpoints: Whether the state is saved after each resource.

    Raises:
        Missing: What the backend needs is not on this machine.
    """
    with BACKENDS[backend]() as url:
        variables = {"PULUMI_BACKEND_URL": url, **S3_CREDENTIALS} if url else {}
        if not checkpoints:
            variables["PULUMI_SKIP_CHECKPOINTS"] = "true"
        case = Case("ours", machines, 64, 0)
        measures = zip(commands, run(case, cli, **variables), strict=False)
        return [measure.seconds for _, measure in measures]


def main() -> None:
    """Measure, print, and with ``--write`` put the table into docs/performance.md."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.backends",
        description="Measure what each backend that keeps the state costs, and what saving it only at the end saves: a "
        "folder, PostgreSQL, and a store that speaks S3, all on this machine.",
    )
    parser.add_argument(
        "--n",
        type=numbers,
        default=[50, 250, 1000],
        help="numbers of machines, separated by commas (default 50,250,1000)",
    )
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=[*BACKENDS], help="default: all of them")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    cli = pulumi_folder()
    names = [f"{command}, {how}" for command in WORKLOADS[:2] for how in ("each saved", "saved at the end")]
    lines = [f"| backend | resources | {' | '.join(names)} |", "|---|--:" + "|--:" * len(names) + "|"]
    for machines in arguments.n:
        for backend in arguments.backends:
            try:
                saved, at_the_end = (
                    seconds(backend, machines, WORKLOADS[:2], cli, checkpoints=each) for each in (True, False)
                )
            except Missing as missing:
                sys.exit(f"Unable to measure {backend}: {missing}.")
            cells = [f"{taken:.1f} s" for pair in zip(saved, at_the_end, strict=True) for taken in pair]
            lines.append(f"| {backend} | {4 * machines + 1:,} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    if arguments.write:
        put(PAGE, START, END, "\n".join([*lines, ""]))


if __name__ == "__main__":
    main()

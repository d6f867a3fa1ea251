"""The command line: ``python -m verge_pulumi.simulator``."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from verge_pulumi._extras import MissingExtra, extra
from verge_pulumi.catalogue import DEFAULT_RELEASE, RELEASES, release_number

try:
    with extra("simulator", "start the simulator"):
        from verge_pulumi.simulator.dials import HELP
        from verge_pulumi.simulator.gate import PAGE
        from verge_pulumi.simulator.simulator import Options, Simulator
except MissingExtra as error:
    if __name__ == "__main__":
        sys.exit(str(error))
    raise

_WHO = f"""The page and the dials answer by the names of loopback and by the address that a request came to. Programs
need no header; in a browser only the page at / turns the dials, by the header {PAGE}."""


def parser(command: str = "python -m verge_pulumi.simulator") -> argparse.ArgumentParser:
    """Return what reads the command line.

    Args:
        command: What was typed before its options.
    """
    dials = "\n".join(f"  {dial:24} {meaning}" for dial, meaning in HELP.items())
    shown = f"Dials (JSON, no login), below the printed address:\n{dials}"
    parser = argparse.ArgumentParser(
        prog=command,
        description="A VergeOS on this machine, for trying out and testing clients.",
        epilog=f"Example: {command} --port 8006\n\n{shown}\n\n{_WHO}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=0, help="port; 0 lets the system choose (default: %(default)s)")
    add("--tls", action="store_true", help="speak HTTPS with a certificate of its own")
    add("--user", default="admin", help="the administrator's login name (default: %(default)s)")
    add("--password", help="the administrator's password (default: VERGEOS_PASSWORD, or generated and shown)")
    add("--api-key", help="the API key (default: VERGEOS_API_KEY, or generated and shown)")
    releases = ", ".join(RELEASES)
    either = parser.add_mutually_exclusive_group().add_argument
    either("--release", default=DEFAULT_RELEASE, help=f"release to imitate, such as {releases} (default: %(default)s)")
    either(
        "--like",
        type=Path,
        metavar="FILE",
        help="report of 'verge-pulumi conformance --report': columns, words, defaults and release of that system",
    )
    add("--name", default="simulator", help="the system's name (default: %(default)s)")
    add("--cert-file", type=Path, help="write the certificate authority here, for clients that verify (needs --tls)")
    add(
        "--state",
        type=Path,
        help="JSON file that is loaded at the start when it exists, and replaced as a whole at the end",
    )
    add("--latency-ms", type=float, default=0, help="milliseconds that every answer is delayed (default: %(default)s)")
    add(
        "--transition-seconds",
        type=float,
        default=1.0,
        help="seconds that a power change takes (default: %(default)s)",
    )
    add(
        "--requests-per-hour",
        type=int,
        default=0,
        help="requests per credential and hour, 429 after that; 0 for no limit (default: %(default)s)",
    )
    add("--expose", action="store_true", help="allow an address other than loopback; anybody who reaches it may use it")
    return parser


def main(arguments: Sequence[str] | None = None, command: str = "python -m verge_pulumi.simulator") -> int:
    """Run a simulator until SIGINT or SIGTERM.

    Args:
        arguments: The command line; by default the process's own.
        command: What was typed before it.

    Returns:
        The exit code: 0, or 1 when it could not start.
    """
    given = parser(command).parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    options = Options(
        **{name: value for name, value in vars(given).items() if name not in ("password", "api_key")},
        password=_secret("password", given.password, "VERGEOS_PASSWORD"),
        api_key=_secret("API key", given.api_key, "VERGEOS_API_KEY"),
    )
    try:
        simulator = Simulator(options).start()
    except (OSError, ValueError) as error:
        print(f"Unable to start the simulator: {error}", file=sys.stderr)
        return 1
    oldest, newest = min(RELEASES, key=release_number), max(RELEASES, key=release_number)
    if not release_number(oldest) <= release_number(simulator.release) <= release_number(newest):
        said = (
            f"release {simulator.release} is not known, only {oldest} to {newest}: what differs in it is not imitated"
        )
        print(said, file=sys.stderr, flush=True)
    print(f"VergeOS simulator {simulator.release} listening on {simulator.url}", flush=True)
    stop.wait()
    simulator.stop()
    return 0


def _secret(what: str, given: str | None, variable: str) -> str:
    """Return a secret from the command line or the environment, or a new one that is shown on stderr."""
    known = given or os.environ.get(variable)
    if known:
        return known
    generated = secrets.token_hex(20)
    print(f"{what}: {generated}", file=sys.stderr, flush=True)
    return generated


if __name__ == "__main__":
    sys.exit(main())

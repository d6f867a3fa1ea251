"""Show the main job from end to end: preview, up, a second up without changes, destroy, on the bundled simulator."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / ".quickstart"
STACK = "dev"


def main() -> int:
    """Run the quickstart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the stack and the simulator when done")
    keep = parser.parse_args().keep

    key = secrets.token_hex(20)
    say("Starting a VergeOS simulator on loopback")
    simulator, url = start_simulator(key, detached=keep)
    environment = os.environ | pulumi_environment() | {"VERGEOS_HOST": url, "VERGEOS_API_KEY": key}

    def pulumi(*arguments: str) -> None:
        say(f"pulumi {' '.join(arguments)}")
        subprocess.run(["pulumi", "--non-interactive", *arguments], cwd=ROOT, env=environment, check=True)

    # Pulumi writes the salt of the stack's secrets into the stack's file; the repository's copy is put back afterwards.
    config = ROOT / f"Pulumi.{STACK}.yaml"
    committed = config.read_bytes()
    kept = False
    try:
        pulumi("stack", "select", "--create", STACK)
        pulumi("preview")
        pulumi("up", "--yes", "--skip-preview")
        pulumi("stack", "output", "--json")
        say("A second up has nothing to do")
        pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        if keep:
            kept = True
            tell_how_to_go_on(url, key, simulator.pid)
            return 0
        pulumi("destroy", "--yes", "--skip-preview")
        pulumi("stack", "rm", "--yes", "--preserve-config", STACK)
    except subprocess.CalledProcessError as error:
        say(f"Stopped: 'pulumi {error.cmd[2]}' failed with exit code {error.returncode}.")
        return 1
    finally:
        if not kept:
            config.write_bytes(committed)
            simulator.terminate()
            simulator.wait()
    say("Done; nothing is left running. 'make quickstart KEEP=1' keeps the stack and the simulator.")
    return 0


def start_simulator(key: str, *, detached: bool) -> tuple[subprocess.Popen[str], str]:
    """Start the simulator in a process of its own; return it and where it listens."""
    SCRATCH.mkdir(exist_ok=True)
    log = SCRATCH / "simulator.log"
    # It holds no end of our own output, or whoever reads that would wait for as long as it is kept.
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "verge_pulumi.simulator"],
            env=os.environ | {"VERGEOS_API_KEY": key, "VERGEOS_PASSWORD": key},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=detached,
        )
    assert process.stdout is not None
    ready = process.stdout.readline().strip()
    if not ready:
        raise SystemExit(f"The simulator did not start: {log.read_text().strip()}")
    say(ready)
    return process, ready.rpartition(" ")[2]


def pulumi_environment() -> dict[str, str]:
    """Return the variables that keep Pulumi within the checkout and off the network."""
    state = SCRATCH / "state"
    state.mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_HOME": str(SCRATCH / "home"),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_PARALLEL": "64",
    }


def tell_how_to_go_on(url: str, key: str, pid: int) -> None:
    """Print what a person needs to work with what was kept."""
    exports = pulumi_environment() | {"VERGEOS_HOST": url, "VERGEOS_API_KEY": key}
    say("The stack (its file now holds its salt) and the simulator are kept. To go on in this shell:")
    for name, value in exports.items():
        print(f"export {name}='{value}'")
    say(f"The simulator runs until 'kill {pid}'. Its tables, requests and dials: {url}/")


def say(text: str) -> None:
    """Print what happens next."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

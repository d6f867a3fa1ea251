#!/usr/bin/env python3
"""Print the folder of a Pulumi CLI that this project can use, and build one where there is none.

In order: a `pulumi` on the PATH that is new enough; one that was built earlier; one that is built now, with Go, from
the published modules that `engine/go.mod` and `language-host/go.mod` pin by hash. The build goes into the user's cache
folder and nowhere else. Needs nothing but Python and, for a build, Go.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "3.259.0"
MINIMUM = (3, 216, 0)
"""First engine that keeps the inputs a dynamic provider reads; without it drift is not seen."""

HERE = Path(__file__).resolve().parent
SDK = "github.com/pulumi/pulumi/sdk/v3"
ENGINE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
# Later language hosts are not published as modules. This one serves later engines well; what Pulumi.yaml says of the
# environment `language-host/main.go` passes on to it.
LANGUAGE_HOST = f"{SDK}/python/cmd/pulumi-language-python"
HOST = "pulumi-language-python-host"
"""The published host, beside what the CLI starts in its place."""


def main() -> int:
    """Print the folder; everything else goes to standard error."""
    try:
        print(installed() or built() or build())
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"Unable to get a Pulumi CLI: {error}. Install Pulumi {dotted(MINIMUM)} or later and try again.")
        return 1
    return 0


def installed() -> Path | None:
    """Return the folder of a CLI on the PATH, if it is new enough."""
    command = shutil.which("pulumi")
    if command is None:
        return None
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    answer = subprocess.run([command, "version"], capture_output=True, text=True, env=environment, check=False)
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout)
    if found is None or tuple(map(int, found.groups())) < MINIMUM:
        say(f"{command} is {answer.stdout.strip() or 'not working'}; {dotted(MINIMUM)} or later is needed.")
        return None
    return Path(command).parent


def built() -> Path | None:
    """Return the folder of the CLI that was built earlier."""
    folder = cache() / f"pulumi-{VERSION}" / "bin"
    return folder if (folder / HOST).is_file() else None


def build() -> Path:
    """Build the CLI and what must lie beside it."""
    if shutil.which("go") is None:
        raise OSError("there is neither 'pulumi' nor 'go' on the PATH")
    root = cache() / f"pulumi-{VERSION}"
    only_host = root.is_dir()  # built when there was nothing in front of the published host
    what = "its Python language host" if only_host else f"Pulumi {VERSION}"
    say(f"Building {what} from its Go modules; this takes about {'one minute' if only_host else 'five minutes'}, once.")
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache(), prefix="building-") as scratch:
        work = Path(scratch)
        target = work / "root" / "bin"
        target.mkdir(parents=True)
        # Go's own caches would grow by gigabytes outside the cache folder; these go when the build is done.
        environment = os.environ | {
            "CGO_ENABLED": "0",
            "GOFLAGS": "-modcacherw -mod=readonly",
            "GOPATH": str(work / "go"),
            "GOMODCACHE": str(work / "go" / "pkg" / "mod"),
            "GOCACHE": str(work / "go-build"),
        }
        compile_go(HERE / "language-host", LANGUAGE_HOST, target / HOST, "", environment)
        compile_go(HERE / "language-host", ".", target / "pulumi-language-python", "", environment)
        if only_host:
            for name in (HOST, "pulumi-language-python"):
                (target / name).replace(root / "bin" / name)
            return root / "bin"
        version = f"-X {SDK}/go/common/version.Version=v{VERSION}"
        compile_go(HERE / "engine", ENGINE, target / "pulumi", version, environment)
        sdk = subprocess.run(
            ["go", "list", "-m", "-f", "{{.Dir}}", SDK],
            cwd=HERE / "engine",
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
            copy = target / Path(script).name
            shutil.copyfile(Path(sdk.stdout.strip()) / "python" / script, copy)
            copy.chmod(0o755)
        if not root.exists():  # two builds may have run side by side; the first one stays
            (work / "root").rename(root)
    say("Pulumi is built.")
    return root / "bin"


def compile_go(module: Path, package: str, target: Path, flags: str, environment: dict[str, str]) -> None:
    """Compile one Go program, counting packages as they are done."""
    command = ["go", "build", "-v", "-ldflags", f"-s -w {flags}", "-o", str(target), package]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=module, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if len(lines) % 100 == 0:
                say(f"  {target.name}: {len(lines)} packages fetched or compiled")
    if process.returncode:
        say("".join(lines[-20:]))
        raise subprocess.CalledProcessError(process.returncode, command[:2])


def cache() -> Path:
    """Return this project's folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "verge-pulumi"


def dotted(version: tuple[int, ...]) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version))


def say(text: str) -> None:
    """Tell the person what happens."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

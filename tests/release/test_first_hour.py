"""The tutorial, typed by somebody who has a wheel, a Pulumi CLI, an empty folder and an empty HOME."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.release import tutorial, wheelhouse

STEPS = (
    "pip install",
    "verge-pulumi new",
    "verge-pulumi simulator",
    "verge-pulumi doctor",
    "pulumi preview",
    "pulumi up",
    "verge-pulumi report",
    "verge-pulumi drift",
    "verge-pulumi import",
    "pytest",
    "pulumi destroy",
)
"""What the first hour has in it."""

SMOKE = Path(__file__).with_name("smoke.py")

PAGE = tutorial.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("step", STEPS)
def test_the_tutorial_has_every_step(step: str) -> None:
    assert any(step in command for command in tutorial.commands(PAGE))


def test_a_file_is_written_and_what_is_only_shown_is_not_typed(tmp_path: Path) -> None:
    page = '```sh\necho "it\'s"\n```\n```python\nshown\n```\n```python title="a.py"\nx = 1\n```\n```sh\ncat a.py\n```\n'
    assert tutorial.commands(page) == ['echo "it\'s"', "cat a.py"]
    done = subprocess.run(
        ["bash", "-c", tutorial.script(page)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert tutorial.told(done.stdout) == {'echo "it\'s"': ["it's\n"], "cat a.py": ["x = 1\n"]}


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="the tutorial is typed into a POSIX shell")
def test_the_first_hour_goes_as_the_tutorial_says_and_the_wheel_has_all_it_needs(
    cli: Path, built: Path, tmp_path: Path
) -> None:
    wheelhouse.fill(tmp_path / "wheels", ["verge-pulumi[cli,simulator]", "pytest"])
    home, folder = tmp_path / "home", tmp_path / "empty"
    home.mkdir()
    folder.mkdir()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    python = Path(sys.base_prefix) / "bin"
    environment = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join((str(cli), str(python), "/usr/bin", "/bin")),
        "PULUMI_HOME": str(home / ".pulumi"),  # or Pulumi takes the home that the system knows, and not HOME
        # Nothing leaves loopback, and nobody is there to answer yes.
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": f"{built} {tmp_path / 'wheels'}",
        "PIP_COMPILE": "0",  # Python compiles what is imported, a small part of it
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    log = tmp_path / "log"
    script = tutorial.script(
        PAGE.replace("127.0.0.1:8006", f"127.0.0.1:{port}").replace("--port 8006", f"--port {port}")
    )
    with log.open("w") as written:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdout=written,
            stderr=written,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = shell.wait()
        finally:
            with suppress(ProcessLookupError):  # the simulator, if it did not come to an end
                os.killpg(shell.pid, signal.SIGTERM)
    output = log.read_text()
    assert code == 0, output[-5000:]
    told = tutorial.told(output)
    assert "unchanged" in told["pulumi up"][1]
    assert "1 drifted" in told["verge-pulumi drift dev || true"][0]
    assert "cpu_cores" in told["verge-pulumi drift dev || true"][0]
    assert "3 passed" in told["pytest -q"][0]
    (report,) = (printed for command, (printed, *_) in told.items() if command.endswith("| verge-pulumi report"))
    assert "restart" in report
    assert [*(folder / "site" / "infrastructure").glob("*.py")]
    assert {path.name for path in home.iterdir()} <= {".pulumi", ".cache"}
    # The rest of the wheel, where nothing but it and its extras is.
    installed = folder / "shop" / ".venv" / "bin" / "python"
    smoke = subprocess.run([installed, "-I", SMOKE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert smoke.returncode == 0, smoke.stderr
    assert f"works on Python {sys.version.split()[0]}" in smoke.stdout

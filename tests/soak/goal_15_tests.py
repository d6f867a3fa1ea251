"""Goals that tests of the suite show: they are run, and counted."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.soak.goals import Figure, Measurement, measure

SHOWN_BY = {
    "G5": ["tests/engine/test_lifecycle.py", "tests/engine/test_quickstart.py"],
    "G11": ["tests/engine/test_canaries.py", "tests/engine/test_secrets.py", "tests/faults/test_secrets_in_process.py"],
    "G12": ["tests/client", "tests/faults", "-k", "redirect"],
    "G13": ["tests/providers/test_frame.py", "tests/providers/test_dynamic_host.py", "-k", "traceback or sentence"],
    "G15": ["tests/engine/test_golden.py"],
    "G19": ["tests/declarations/test_typing.py"],
    "G20": ["tests/providers/test_import_time.py"],
}


def by_tests(selection: list[str]) -> Measurement:
    """Return the measurement that runs these tests."""

    def measurement(short: bool) -> Figure:
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", *selection]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"(\d+) passed", done.stdout)
        return Figure(f"{found[1] if found else 0} tests passed", met=done.returncode == 0)

    return measurement


for _goal, _selection in SHOWN_BY.items():
    measure(_goal)(by_tests(_selection))

"""What the bench does in the processes of program and provider: measure them, or make the provider a naive one.

Python imports it by itself.
"""

from __future__ import annotations

import atexit
import os
import resource
import sys
from pathlib import Path


def _record(role: str) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    line = f"{role} {used.ru_utime + used.ru_stime} {used.ru_maxrss}\n"
    with Path(os.environ["BENCH_USAGE"]).open("a") as file:
        file.write(line)


if "BENCH_USAGE" in os.environ and any(each.endswith("pulumi-language-python-exec") for each in sys.orig_argv):
    atexit.register(_record, "program")
if "BENCH_USAGE" in os.environ and "pulumi.dynamic" in sys.orig_argv:
    atexit.register(_record, "provider")
    if os.environ.get("BENCH_NAIVE"):
        from bench.naive import install

        install()

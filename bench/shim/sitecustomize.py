"""What the bench does in a provider process: measure it, profile it, or make it naive. Python imports it by itself."""

from __future__ import annotations

import atexit
import os
import resource
import sys
from pathlib import Path


def _record() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    line = f"{used.ru_utime + used.ru_stime} {used.ru_maxrss}\n"
    with Path(os.environ["BENCH_USAGE"]).open("a") as file:
        file.write(line)


if "pulumi.dynamic" in sys.orig_argv and "BENCH_USAGE" in os.environ:
    atexit.register(_record)
    if os.environ.get("BENCH_NAIVE"):
        from bench.naive import install

        install()

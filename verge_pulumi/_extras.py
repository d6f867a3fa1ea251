"""What comes only with an extra, such as verge-pulumi[cli], and what to say where it is not installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import requires


class MissingExtra(ImportError):
    """Something needs a package that an extra brings."""


@contextmanager
def extra(name: str, purpose: str) -> Iterator[None]:
    """Let imports that need an extra say so in one sentence, if a package of that extra is what they lack.

    Args:
        name: The extra.
        purpose: What it is needed for: "start the simulator".

    Raises:
        MissingExtra: It is not installed, or not all of it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in packages(name):
            raise
        install = f"pip install 'verge-pulumi[{name}]'"
        raise MissingExtra(f"Unable to {purpose}: the package {missing} is missing. Run {install}.") from None


def packages(name: str) -> frozenset[str]:
    """Return the packages of an extra, as pyproject.toml lists them; each module is called as its package is."""
    needed = re.compile(r"""([\w.-]+).*;\s*extra == ['"]""" + re.escape(name) + """['"]""")
    return frozenset(found[1] for each in requires("verge-pulumi") or () if (found := needed.match(each)))

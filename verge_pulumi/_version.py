"""The version of the installed package, which pyproject.toml states."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("verge-pulumi")

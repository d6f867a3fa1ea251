"""A `Case` for each noun, by area as in `verge_pulumi/resources/`; every file of this folder is read."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from tests.engine.subjects import Case

CASES: Mapping[str, Case] = {
    case.noun: case
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    for case in importlib.import_module(f"{__name__}.{module.name}").CASES
}

"""Settings of the system, each known by its key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Scalar, Text
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.lives import ExistingRowProvider
from verge_pulumi.resources._existing import Existing


class Setting(Existing, Resource, table="settings", unique=("name",), named_keys=True, life=ExistsAlready()):
    """A setting of the system.

    ``Setting("ntp", name="ntp_servers", value="0.pool.ntp.org 1.pool.ntp.org")``. VergeOS has about seventy; their keys
    are listed by ``GET /api/v4/settings``. A key that does not exist is an error that names the closest one. The id of
    the system, to which its licence belongs, is out of reach.
    """

    name: Attr[str] = arg(column="key", min_length=1)
    """Key of the setting, such as ``ntp_servers``, ``max_connections`` or ``cloud_name``."""

    value: Attr[Scalar] = arg()
    """Its value. VergeOS keeps text, so ``500`` is written and compared as ``"500"``, and ``True`` as ``"true"``. Since
    26.1.7 VergeOS refuses what is no whole number where one is wanted."""

    default_value: Attr[Text | None] = computed()
    """What VergeOS has if nobody sets it."""


WHOLE_NUMBERS = ("max_connections",)
"""Settings of known keys that hold a whole number (docs/vergeos/system.md §1)."""

OUT_OF_REACH = "the licence belongs to the id of the system, so no program writes that. Leave it as it is"


class SettingProvider(ExistingRowProvider[Setting]):
    """What is special about a setting's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Keep the id of the system out of reach, and refuse what VergeOS is known to refuse."""
        yield from super().check_together(inputs)
        name, value = inputs.get("name"), inputs.get("value")
        if isinstance(name, str):
            # No source says how the key is spelt.
            letters = re.sub(r"[\W_]", "", name.casefold())
            if "systemid" in letters or letters in ("sysid", "id"):
                yield f"name: {OUT_OF_REACH}"
            if name in WHOLE_NUMBERS and isinstance(value, str) and not re.fullmatch(r"-?[0-9]+", value):
                yield f"value: {name} is a whole number"

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Refuse to write to the id of the system, by whatever key it goes."""
        system = self.connection.system
        if system.identity != system.name and str(row.get("value") or "") == system.identity:
            raise EngineError(OUT_OF_REACH)

"""Servers from which a system gets its updates."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Secret, Text
from verge_pulumi.resources._describable import Describable


class UpdateSource(Describable, Resource, table="update_sources", unique=("name",)):
    """A server from which the system gets its updates.

    A system has one from the start; ``UpdateSettings(source=by_name("..."))`` refers to that.
    """

    importing = Importing(given={"$key": (1,)}, secrets={"password": "user"})  # docs/vergeos/system.md §3

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS; unique on the system."""

    url: Attr[str] = arg(min_length=1)
    """Where it is."""

    user: Attr[Text | None] = arg(default=None)
    """User that it asks for."""

    password: Attr[Secret[str] | None] = arg(default=None, min_length=1, write_only=True)
    """Password of that user. VergeOS never shows it, so it is written when it changes in the program."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is in use; VergeOS says yes if unset."""

    last_updated: Attr[int | None] = computed()
    """When updates were last taken from it, in seconds since 1970."""

    last_refreshed: Attr[int | None] = computed()
    """When it was last asked, in seconds since 1970."""

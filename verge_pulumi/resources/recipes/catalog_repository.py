"""Repositories: where catalogs of recipes come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

from verge_pulumi.client import Row, printable, where
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed, policy
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs, differing
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.values import Secret, Text
from verge_pulumi.engine.errors import EngineError, gone
from verge_pulumi.engine.lifecycle.recording import UNFINISHED
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.resources.recipes._cascade import TOUCHED, forbid, recipes_in
from verge_pulumi.resources.recipes._short_descriptions import overlong

LONGEST_DESCRIPTION = 256
"""Characters that VergeOS keeps, the mark included (docs/vergeos/catalogs.md §1)."""


class CatalogRepository(
    Resource,
    table="catalog_repositories",
    unique=("name",),
    # What is in it is looked for before it is deleted.
    life=Life(delete=Cost(writes=2, reads=1)),
):
    """A place that catalogs of recipes come from: of this system, or elsewhere.

    ``CatalogRepository("partner", name="Partner", type="remote", url=..., user=..., password=...)``. When one that is
    elsewhere is made, or its address or its login changes, VergeOS fetches the catalogs, and the run waits until it
    has. The repository ``Local``, which every system has, is not managed: ``Catalog(repository=by_name("Local"))``
    refers to it.
    """

    importing = Importing(given={"name": ("Local",)}, secrets={"password": "user"})  # docs/vergeos/catalogs.md §1

    name: Attr[str] = arg(min_length=1, max_length=255)
    """Name in VergeOS; unique on the system."""

    type: Attr[str | None] = arg(default=None, replaces=True)
    """``local``, ``remote`` or ``remote-git``; ``local`` if unset. VergeOS makes the other kinds itself."""

    description: Attr[Text | None] = arg(default=None, min_length=1, max_length=LONGEST_DESCRIPTION)
    """Free text. The mark of this package follows it in VergeOS; both have room for 256 characters together."""

    url: Attr[Text | None] = arg(default=None)
    """Address of a repository that is elsewhere."""

    user: Attr[Text | None] = arg(default=None, max_length=64)
    """User name there."""

    password: Attr[Secret[str] | None] = arg(default=None, min_length=8, max_length=256, write_only=True)
    """Password there. VergeOS never returns it, so that only a change in the program is seen."""

    allow_insecure: Attr[bool | None] = arg(default=None)
    """Whether a certificate that cannot be checked is accepted there; VergeOS says no if unset."""

    auto_refresh: Attr[bool | None] = arg(default=None)
    """Whether VergeOS fetches the catalogs from time to time by itself; it says yes if unset."""

    max_tier: Attr[Literal["1", "2", "3", "4", "5"] | None] = arg(default=None)
    """Storage tier of what is downloaded; ``1`` if unset."""

    override_default_scope: Attr[Literal["private", "global", "tenant", "none"] | None] = arg(default=None)
    """Who sees its catalogs, whatever they say themselves; ``none`` (if unset) leaves it to them."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is used; VergeOS says yes if unset."""

    refresh: Attr[bool | None] = policy(default=None)
    """Whether VergeOS is asked to fetch the catalogs when that is due, and waited for; yes if unset."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds to wait for that; 600 if unset."""

    allow_cascade: Attr[bool | None] = policy(default=None, role="along", loss="the catalogs in it and their recipes")
    """Whether it may be deleted while there are catalogs in it, which VergeOS deletes along with their recipes."""

    status: Attr[str | None] = computed(follow="status#status")
    """Its state in VergeOS's words, such as ``online`` or ``refreshing``."""


LOCAL, LOCAL_KEY = "Local", "1"
"""Name and key of the repository that every system has (docs/vergeos/catalogs.md §1)."""

GIVEN_TYPES = ("provider", "yottabyte")
"""What VergeOS makes itself (docs/vergeos/catalogs.md §1)."""

FETCHED_BY = frozenset({"url", "user", "password", "allow_insecure", "enabled", "refresh"})
"""If one of these arguments changes, the catalogs are fetched again."""

BUSY = ("refreshing", "downloading", "installing", "applying")
"""Words for a repository that is at it (docs/vergeos/catalogs.md §2)."""

SETTLED = ("online", "warning")
"""States in which a repository can be used."""

SHOWS_WITHIN = 10.0
"""Seconds after which a refresh that was asked for and shows nowhere is taken for done; no source says how soon it
shows (docs/vergeos/catalogs.md §2)."""

PATIENCE = 600
"""Seconds to wait for a refresh if the program does not say."""

PROGRESS = ("$key", "last_refreshed", "status#status as status", "status#state as state", "status#info as info")

DUE = "__refresh_due"
"""Told to `after_write` together with the inputs: whether the catalogs are to be fetched."""


class CatalogRepositoryProvider(RowProvider[CatalogRepository]):
    """What is special about a repository's life."""

    touched = (touch("catalogs", at=("delete",)), *TOUCHED)

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Some repositories are VergeOS's own, and the mark needs room in the description."""
        if inputs.get("name") == LOCAL:
            yield f"name: the repository '{LOCAL}' is VergeOS's own. Refer to it by by_name('{LOCAL}')"
        if inputs.get("type") in GIVEN_TYPES:
            yield f"type: VergeOS makes repositories of the type '{inputs['type']}' itself"
        yield from overlong(self.connection.settings, inputs, LONGEST_DESCRIPTION)

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Leave VergeOS's own repository alone, whatever it is called."""
        if id == LOCAL_KEY:
            raise EngineError(f"row {id} of catalog_repositories is VergeOS's own. Declare one of another name")

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Change the repository, and have the catalogs fetched if the change is about where they come from."""
        due = UNFINISHED in state or not FETCHED_BY.isdisjoint(differing(self.declaration, state, inputs))
        return super().change(id, state, {**inputs, DUE: due})

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Have the catalogs fetched from elsewhere, and wait for it."""
        elsewhere = row.get("type") != "local" and row.get("enabled")
        if not elsewhere or inputs.get("refresh") is False or not inputs.get(DUE, True):
            return row
        self._refresh(id, patience(inputs.get("timeout"), PATIENCE))
        return self.read_back(id)

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Refuse to lose catalogs and recipes that nobody said may be lost."""
        reader = self.connection.reader
        found = reader.find("catalogs", where("repository", "eq", int(id)), ("$key", "name", "repository"))
        catalogs = {str(each["$key"]): str(each.get("name")) for each in found if str(each.get("repository")) == id}
        forbid(state, catalogs=catalogs.values(), recipes=recipes_in(reader, catalogs))

    def _refresh(self, id: str, timeout: float) -> None:
        """Ask for a refresh and wait until it is over.

        Raises:
            EngineError: It failed, or takes too long.
        """
        before, clock = self._progress(id), self.connection.clock
        self.connection.client.table("catalog_repositories").action(int(id), "refresh", column="repository")
        asked, shows = clock.now(), False

        def over(now: Row) -> bool:
            nonlocal shows
            moved = now.get("last_refreshed") != before.get("last_refreshed") or now.get("status") in BUSY
            # What it said before it was asked is no answer.
            shows = shows or moved or clock.now() - asked >= SHOWS_WITHIN
            return shows and now.get("status") not in BUSY

        wait_until(
            lambda: self._progress(id),
            lambda now: over(now) and now.get("state") in SETTLED,
            what="the catalogs of the repository",
            timeout=timeout,
            clock=clock,
            failed=lambda now: over(now) and now.get("state") == "error",
            describe=lambda now: str(now.get("status")),
            detail=lambda now: f" ({printable(str(now['info']))})" if now.get("info") else "",
        )

    def _progress(self, id: str) -> Row:
        row = self.connection.reader.fresh("catalog_repositories", id, PROGRESS)
        if row is None:
            raise gone("catalog_repositories", id)
        return row

"""Repositories and catalogs of recipes."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab


@assumption("docs/vergeos/catalogs.md §3: no source says", Sure.OPEN, "resources.recipes.catalog")
def catalogs_in_another_repository(lab: Lab) -> None:
    """A catalog can be made in a repository other than `Local`, and goes with it."""
    repository = lab.make("catalog_repositories", {"name": lab.name("brief")})
    catalog = lab.make("catalogs", {"repository": int(repository.key), "name": lab.name("brief")})
    lab.delete(repository).answered(200)
    lab.all_gone([catalog])


@assumption("docs/vergeos/catalogs.md §1", Sure.DOCUMENTED, "resources.recipes.catalog_repository")
def short_passwords(lab: Lab) -> None:
    """A password of a repository with less than eight characters is refused with 422."""
    lab.put(lab.row("catalog_repositories"), {"password": "lab"}).refused(422)

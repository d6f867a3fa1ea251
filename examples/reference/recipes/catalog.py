"""A catalog in the repository that every system has."""

from verge_pulumi import Catalog, by_name

Catalog(
    "servers", repository=by_name("Local"), name="Our servers", description="Web servers", publishing_scope="private"
)

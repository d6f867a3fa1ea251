"""What a system says of itself: its name and where it is."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Decimal, Text
from verge_pulumi.resources._existing import Existing


class SystemIdentity(Existing, Resource, table="system", life=ExistsAlready()):
    """What the system says of itself; there is one of it.

    ``SystemIdentity("here", city="Detroit", country="US", latitude=42.33, longitude=-83.05)``.
    """

    cloud_name: Attr[str | None] = arg(default=None, min_length=1)
    """Name of the system. A setting has that key too (`Setting`); which of the two counts no source says. Where a
    release shows no id of the system, this package knows a system by its name, and asks for ``vergeos:formerName``
    after a change."""

    description: Attr[Text | None] = arg(default=None)
    """Free text."""

    domain: Attr[Text | None] = arg(default=None)
    """Domain name of the system."""

    city: Attr[Text | None] = arg(default=None)
    """City where it is."""

    country: Attr[Text | None] = arg(default=None, pattern=r"^[A-Z]{2}$", wanted="Give its two letters, such as 'DE'")
    """Country where it is, by the two letters of ISO 3166-1, such as ``US``."""

    timezone: Attr[Text | None] = arg(default=None)
    """Time zone, by its IANA name, such as ``America/New_York``."""

    url: Attr[Text | None] = arg(default=None)
    """Address of its user interface."""

    latitude: Attr[Decimal | None] = arg(default=None, ge=-90, le=90)
    """Degrees north of the equator."""

    longitude: Attr[Decimal | None] = arg(default=None, ge=-180, le=180)
    """Degrees east of Greenwich."""

    vsan_host: Attr[Text | None] = arg(default=None)
    """Address of its vSAN."""

    vsan_port: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Port of that; VergeOS has 14201 if nobody sets it."""

    map_color: Attr[Text | None] = arg(default=None)
    """Colour of its pin on the map of sites."""

    system_id: Attr[Text | None] = computed(column="id")
    """The id of the system, to which its licence belongs."""

    os_version: Attr[Text | None] = computed()
    """The release of VergeOS."""

"""The description that most objects of VergeOS have."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.values import Text
from verge_pulumi.engine.ownership.mark import DESCRIPTION_LENGTH


class Describable(Declared):
    """What has a description, which bears the mark too."""

    description: Attr[Text | None] = arg(default=None, max_length=DESCRIPTION_LENGTH)
    """Free text. The mark of this package follows it in VergeOS and is not part of it here."""

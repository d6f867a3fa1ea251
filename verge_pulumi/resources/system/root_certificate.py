"""Certificates of authorities that the system trusts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.client import AlreadyExists, ApiError
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.system._pem import CertificatePem


class RootCertificate(Resource, table="root_certificates", named_by="subject", fixed=("fingerprint",)):
    """The certificate of an authority that the system trusts when it connects to others.

    VergeOS changes none, so another certificate is another row. How the text is broken into lines does not matter.
    """

    cert: Attr[CertificatePem] = arg(replaces=True)
    """The certificate in PEM."""

    subject: Attr[str | None] = computed()
    """Whose it is."""

    issuer: Attr[str | None] = computed()
    """Who has issued it."""

    fingerprint: Attr[str | None] = computed()
    """Its fingerprint, as VergeOS writes it."""

    startdate: Attr[str | None] = computed()
    """From when on it is valid, as VergeOS writes it."""

    enddate: Attr[str | None] = computed()
    """Until when it is valid, as VergeOS writes it."""


class RootCertificateProvider(RowProvider[RootCertificate]):
    """What is special about a root certificate's life."""

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Say what a duplicate is, of which VergeOS has no name."""
        if isinstance(error, AlreadyExists):
            return "The system trusts that certificate already. Delete its row, or leave it out of the program."
        return super().hint(error, inputs)

"""Certificates of the system, and those that it trusts (docs/vergeos/certificates.md)."""

from __future__ import annotations

import re

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

_HOST = re.compile(r"(?:\*\.)?(?:(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.|\Z))+|[0-9a-f:]+", re.ASCII | re.IGNORECASE)
"""Host names, and addresses."""

ISSUING = "issuing"
"""The state of a certificate for which VergeOS has asked an ACME server."""


class Certificates(Behaviour):
    """The table `certificates`."""

    def before_create(self, row: Row) -> None:
        """Complete a certificate, and refuse one that lacks what its type needs."""
        names = _names(row)
        row["domain"] = row["domain"] or next(iter(names), None)
        if row["type"] == "manual":
            _pair(row)
        elif row["type"] == "letsencrypt" and not (row["agree_tos"] and row["contact"] and names):
            raise invalid("domainname" if not names else "contact" if row["agree_tos"] else "agree_tos")
        elif row["type"] == "self_signed" and not (row["domainname"] and all(map(_HOST.fullmatch, names))):
            raise invalid("domainname")

    def after_create(self, row: Row) -> Response | None:
        """Read what was uploaded, or make a pair of keys; an ACME server is not asked before the next day."""
        if row["type"] == "manual":
            self._show(row)
        elif row["type"] == "self_signed" and not row["autocreated"]:
            self._issue(row)
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse to renew what was uploaded, and a pair that does not fit."""
        if row["type"] == "manual":
            if changes.get("renew"):
                raise refused("A manual certificate cannot be renewed")
            _pair(row | changes)

    def after_update(self, row: Row, changes: Row) -> None:
        """Read what was uploaded, or renew."""
        if row["type"] == "manual":
            self._show(row)
        if changes.get("renew"):
            self.backend.store.change(self.table, row["$key"], {"renew": False})
            if row["type"] == "self_signed":
                self._issue(row)
            else:
                self.backend.transitions.begin(self.table, row["$key"], ISSUING)

    def finish(self, row: Row, state: str) -> None:
        """The ACME server has issued it."""
        self._issue(row)

    def _issue(self, row: Row) -> None:
        kind = trustme.KeyType.RSA if row["key_type"] == "rsa" else trustme.KeyType.ECDSA
        made = trustme.CA(key_type=kind).issue_cert(*_names(row), key_type=kind)
        pair = {
            "public": made.cert_chain_pems[0].bytes().decode(),
            "private": made.private_key_pem.bytes().decode(),
        }
        self.backend.store.change(self.table, row["$key"], pair)
        self._show(row)

    def _show(self, row: Row) -> None:
        expires = int(_certificate("public", row["public"]).not_valid_after_utc.timestamp())
        shown = {"expires": expires, "valid": expires > self.backend.clock.stamp()}
        self.backend.store.change(self.table, row["$key"], shown)


class RootCertificates(Behaviour):
    """The table `root_certificates`."""

    def before_create(self, row: Row) -> None:
        """Read what the certificate says."""
        found = _certificate("cert", row["cert"])
        row["subject"], row["issuer"] = found.subject.rfc4514_string(), found.issuer.rfc4514_string()
        row["fingerprint"] = found.fingerprint(hashes.SHA256()).hex(":").upper()
        row["startdate"] = found.not_valid_before_utc.strftime("%b %e %H:%M:%S %Y GMT")
        row["enddate"] = found.not_valid_after_utc.strftime("%b %e %H:%M:%S %Y GMT")


def _names(row: Row) -> list[str]:
    listed = [row["domainname"] or "", *(row["domainlist"] or "").split(",")]
    return list(dict.fromkeys(name.strip() for name in listed if name.strip()))


def _certificate(column: str, text: object) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(str(text).encode())
    except ValueError:
        raise invalid(column) from None


def _pair(row: Row) -> None:
    """Refuse keys that do not belong to each other."""
    certificate = _certificate("public", row["public"])
    try:
        private = load_pem_private_key(str(row["private"]).encode(), None)
    except (ValueError, TypeError):
        raise invalid("private") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != private.public_key().public_bytes(*form):
        raise invalid("private")

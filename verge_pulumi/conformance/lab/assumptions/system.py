"""Webhooks and certificates of the system."""

from __future__ import annotations

import hashlib
import ssl

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import APPLY_SECONDS, Lab
from verge_pulumi.conformance.lab.reply import Surprise, same
from verge_pulumi.conformance.lab.subjects import AUTHORITY

CERTIFICATES = "docs/vergeos/certificates.md"


@assumption("docs/vergeos/webhooks.md §1", Sure.DOCUMENTED, "resources.system.webhook")
def addresses_of_webhooks(lab: Lab) -> None:
    """The `url` of a webhook that begins with neither `http://` nor `https://` is refused with 422."""
    lab.put(lab.row("webhook_urls"), {"url": "ftp://hooks.lab.invalid"}).refused(422)


@assumption("docs/vergeos/webhooks.md §1", Sure.DOCUMENTED, "resources.system.webhook")
def headers_of_webhooks(lab: Lab) -> None:
    """The `headers` of a webhook read as they were written, a line for each."""
    webhook, written = lab.row("webhook_urls"), "Content-Type:application/json\nX-Lab:1\n"
    lab.put(webhook, {"headers": written}).answered(200)
    same("webhook_urls.headers", lab.read(webhook, "headers").get("headers"), written)


@assumption(f"{CERTIFICATES} §1", Sure.DOCUMENTED, "resources.system.certificate")
def self_signed(lab: Lab) -> None:
    """VergeOS makes a `self_signed` certificate at once: it is valid, and `public` is PEM."""
    certificate = lab.row("certificates")
    row = lab.read(certificate, "valid,domain,public")
    same("certificates.valid", row.get("valid"), True)
    same("certificates.domain", row.get("domain"), certificate.values["domainname"])
    if not str(row.get("public")).startswith("-----BEGIN CERTIFICATE-----"):
        raise Surprise("certificates.public is no PEM")


@assumption(f"{CERTIFICATES} §1", Sure.DOCUMENTED, "resources.system.certificate")
def renewed(lab: Lab) -> None:
    """A PUT of `renew` makes a `self_signed` certificate again, with another pair of keys, and reads as false."""
    certificate = lab.row("certificates")
    before = lab.read(certificate, "public").get("public")
    lab.put(certificate, {"renew": True}).answered(200)
    lab.wait("another certificate", lambda: lab.read(certificate, "public").get("public") != before, APPLY_SECONDS)
    same("certificates.renew", lab.read(certificate, "renew").get("renew"), False)


@assumption(f"{CERTIFICATES} §1: no source says", Sure.OPEN, "resources.system.certificate")
def names_of_a_certificate(lab: Lab) -> None:
    """A change of `domainlist` does not make VergeOS issue a certificate again; `renew` does."""
    certificate = lab.row("certificates")
    before = lab.read(certificate, "public").get("public")
    lab.put(certificate, {"domainlist": f"www.{lab.prefix}.lab.invalid"}).answered(200)
    if lab.read(certificate, "public").get("public") != before:
        raise Surprise("a change of domainlist made another certificate")


@assumption(f"{CERTIFICATES} §1", Sure.DOCUMENTED, "resources.system.certificate")
def terms_of_acme(lab: Lab) -> None:
    """A `letsencrypt` certificate without `agree_tos` and `contact` is refused with 422."""
    values = {"type": "letsencrypt", "domainname": f"acme.{lab.prefix}.lab.invalid"}
    lab.post("certificates", values).refused(422)


@assumption(f"{CERTIFICATES} §2: no source shows it", Sure.OPEN, "resources.system.root_certificate")
def fingerprints(lab: Lab) -> None:
    """The `fingerprint` of a trusted certificate is its SHA-256, as capital hexadecimal digits with colons."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(AUTHORITY)).hexdigest().upper()
    expected = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    same("root_certificates.fingerprint", lab.read(lab.row("root_certificates")).get("fingerprint"), expected)

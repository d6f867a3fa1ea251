"""Certificates: the tables `certificates` and `root_certificates`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, U, boolean, integer, ref, section, table, text, words

CERTIFICATES = table(
    "certificates",
    section(
        "docs/vergeos/certificates.md §1",
        text("type", write=C, required=True, choices=words("manual letsencrypt self_signed")),
        # tsvergeos calls it read-only; the clients send it with a create.
        text("domainname", write=C),
        text("domain", write=R),
        text("domainlist", default=""),
        text("description", default="", max_length=2048),
        text("public", hidden=True),
        text("private", secret=True, hidden=True),
        text("chain", hidden=True),
        text("acme_server"),
        text("eab_kid", hidden=True),
        text("eab_hmac_key", secret=True),
        text("key_type", default="ecdsa", choices=words("ecdsa rsa")),
        text("rsa_key_size", default="2048", choices=words("2048 3072 4096")),
        ref("contact", "users"),
        boolean("agree_tos", default=False),
        boolean("renew", write=U, default=False),
        boolean("valid", write=R, default=False),
        boolean("autocreated", write=R, default=False),
        integer("expires", write=R),
        integer("created", write=R),
        integer("modified", write=R),
    ),
    short="domain type",
    dashboard="domain type valid expires",
    unique=(("domainname",),),
    source="docs/vergeos/certificates.md §1",
)

ROOT_CERTIFICATES = table(
    "root_certificates",
    section(
        "docs/vergeos/certificates.md §2",
        text("cert", write=C, required=True),
        text("subject", write=R, default=""),
        text("issuer", write=R, default=""),
        text("fingerprint", write=R),
        text("startdate", write=R, default=""),
        text("enddate", write=R, default=""),
        integer("modified", write=R),
    ),
    short="subject",
    # A duplicate is refused; what makes two certificates the same, no source says.
    unique=(("fingerprint",),),
    source="docs/vergeos/certificates.md §2",
)

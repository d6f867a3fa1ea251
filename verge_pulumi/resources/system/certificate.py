"""Certificates with which the system answers: uploaded ones, self-signed ones, and those that come over ACME."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, arg, computed, policy, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import CommaList, Secret, Text
from verge_pulumi.engine.errors import EngineError, Withdrawn, gone
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.lifecycle.settling import Settling
from verge_pulumi.engine.ownership.mark import FIXED, MARK, PARENT
from verge_pulumi.engine.reading.waiting import WaitTimeout, patience, wait_until
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.system._pem import CertificatePem, CertificatesPem, PrivateKeyPem

if TYPE_CHECKING:
    from verge_pulumi.resources.access.user import User


class Certificate(Describable, Resource, table="certificates", unique=("domainname",), fixed=("created",)):
    """A certificate with which the system answers.

    ``manual`` is one of your own, ``self_signed`` one that VergeOS makes, and ``letsencrypt`` one that a server issues
    that speaks ACME. It is there when it is valid, for which `timeout` says how long is waited. The certificate that
    VergeOS made by itself is never taken over and never deleted.
    """

    importing = Importing(given={"autocreated": (True,)})  # docs/vergeos/certificates.md §1

    type: Attr[Literal["manual", "letsencrypt", "self_signed"]] = arg(replaces=True)
    """Where it comes from."""

    domainname: Attr[Text | None] = arg(default=None, replaces=True, min_length=1)
    """First name that it is for; unique on the system. ``self_signed`` needs it, ``letsencrypt`` it or `domainlist`."""

    domainlist: Attr[CommaList | None] = arg(default=None)
    """Further names that it is for."""

    public: Attr[CertificatePem | None] = arg(default=None)
    """Manual: the certificate in PEM; of other types the one that there is."""

    private: Attr[Secret[PrivateKeyPem] | None] = arg(default=None, write_only=True)
    """Manual: its private key in PEM. It is never read back; when VergeOS has another `public` both are written."""

    chain: Attr[CertificatesPem | None] = arg(default=None)
    """Manual: the certificates of those who issued it, in PEM."""

    acme_server: Attr[Text | None] = arg(default=None)
    """ACME: address of the server's directory; Let's Encrypt if unset."""

    eab_kid: Attr[str | None] = arg(default=None, write_only=True)
    """ACME: key identifier of the account at the server, if it wants one."""

    eab_hmac_key: Attr[Secret[str] | None] = arg(default=None, write_only=True)
    """ACME: key that goes with `eab_kid`."""

    key_type: Attr[Literal["ecdsa", "rsa"] | None] = arg(default=None)
    """Kind of key that VergeOS makes; ``ecdsa`` if unset."""

    rsa_key_size: Attr[Literal["2048", "3072", "4096"] | None] = arg(default=None)
    """Bits of an RSA key; 2048 if unset."""

    contact: OptionalRef["User"] = ref(  # noqa: UP037 imported when it is used
        default=None, declared_in="verge_pulumi.resources.access.user"
    )
    """ACME: the user whose e-mail address the server gets."""

    agree_tos: Attr[bool | None] = arg(default=None)
    """ACME: whether you agree to the terms of the server, which has to be true."""

    renew: Attr[str | None] = policy(default=None)
    """Any text, such as a date: another one than before renews the certificate in place, a self-signed one with other
    keys. Not for ``manual``."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds to wait until it is valid, and until a renewed one has come; 600 if unset."""

    domain: Attr[str | None] = computed()
    """First name that it is for, as VergeOS reports it."""

    valid: Attr[bool | None] = computed()
    """Whether it is valid now."""

    expires: Attr[int | None] = computed()
    """When it expires, in seconds since 1970."""

    autocreated: Attr[bool | None] = computed()
    """Whether VergeOS made it by itself."""


OWN = ("public", "private", "chain")
"""Arguments of a certificate that is uploaded."""

MADE = ("key_type", "rsa_key_size")
"""Arguments of a certificate whose keys VergeOS makes."""

ACME = ("acme_server", "eab_kid", "eab_hmac_key", "contact", "agree_tos")
"""Arguments of a certificate that comes over ACME."""

FOREIGN: Mapping[str, tuple[str, ...]] = {
    "manual": (*MADE, *ACME),
    "self_signed": (*OWN, *ACME),
    "letsencrypt": OWN,
}
"""The arguments that a type has no use for."""


class CertificateProvider(RowProvider[Certificate]):
    """What is special about a certificate's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Each type has needs of its own (docs/vergeos/certificates.md §1)."""
        kind = inputs["type"]
        if not isinstance(kind, str):
            return
        given = {name for name in self.declaration.inputs if inputs.get(name) is not None}
        yield from (f"{name}: type='{kind}' has no use for it" for name in FOREIGN.get(kind, ()) if name in given)
        if kind == "manual":
            yield from (f"{name}: type='manual' needs it" for name in ("public", "private") if name not in given)
            if "renew" in given:
                yield "renew: a manual certificate is not renewed; declare another public and private"
        elif kind == "self_signed":
            if "domainname" not in given:
                yield "domainname: type='self_signed' needs it"
        elif kind == "letsencrypt":
            if given.isdisjoint({"domainname", "domainlist"}):
                yield "domainname, domainlist: type='letsencrypt' needs one of them"
            if "contact" not in given:
                yield "contact: type='letsencrypt' needs a user with an e-mail address"
            if inputs.get("agree_tos") is None or inputs["agree_tos"] is False:
                yield "agree_tos: type='letsencrypt' needs agree_tos=True"
            if ("eab_kid" in given) != ("eab_hmac_key" in given):
                yield "eab_kid, eab_hmac_key: one needs the other"

    def notes(self, state: Inputs, inputs: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell what a renewal does, and what waits for one."""
        yield from super().notes(state, inputs, changed)
        waiting = [name for name in changed if name in ("domainlist", *MADE, *ACME)]
        if "renew" in changed:
            keys = ", with other keys" if inputs.get("type") == "self_signed" else ""
            yield f"renew: the certificate is renewed in place{keys}"
        elif waiting and inputs.get("type") != "manual":
            yield f"{', '.join(waiting)}: counts when the certificate is renewed, for which another text of renew asks"

    def to_write(self, row: Row, inputs: Inputs, changed: Collection[str]) -> Collection[str]:
        """Write what was uploaded as a whole: a certificate and a key that VergeOS has may belong to others."""
        return changed if set(OWN).isdisjoint(changed) else {*changed, *OWN}

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until a new certificate is valid; an ACME server is asked at once, and not by the next daily job.

        See docs/vergeos/certificates.md §1.
        """
        if row.get("autocreated"):
            raise Withdrawn(_of_vergeos(id, row))
        if not row.get("valid") and row.get("type") == "letsencrypt":
            self.put(id, {"renew": True})
        return self._awaited(id, inputs, lambda row: bool(row.get("valid")))

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Write what differs, then renew the certificate if another text asks for it."""
        outs = super().change(id, state, inputs)
        asked = inputs.get("renew")
        if asked is None or asked == state.get("renew"):
            return outs
        hidden = {name: outs[name] for name in (MARK, PARENT, FIXED) if name in outs}
        try:
            self.put(id, {"renew": True})
            before = outs.get("public")
            row = self._awaited(id, inputs, lambda row: bool(row.get("valid")) and not self._is_public(row, before))
        except Exception as error:
            # The old text is kept, so that the next run asks again.
            raise Settling(self, id, {**inputs, "renew": state.get("renew")}, hidden).unfinished(error) from error
        return outs | self.outs(row, inputs)

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """See that what was uploaded is valid."""
        if inputs.get("type") != "manual" or row.get("valid"):
            return row
        return self._awaited(id, inputs, lambda row: bool(row.get("valid")))

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Leave the certificate alone that VergeOS made."""
        if row.get("autocreated"):
            raise EngineError(_of_vergeos(id, row))

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Leave the certificate alone that VergeOS made."""
        if row.get("autocreated"):
            raise EngineError(f"{_of_vergeos(id, row)}; run 'pulumi state delete' to forget it")

    def _is_public(self, row: Row, public: Any) -> bool:
        return self.declaration.inputs["public"].value.same(row.get("public"), public)

    def _awaited(self, id: str, inputs: Inputs, done: Callable[[Row], bool]) -> Row:
        """Wait for a certificate."""
        table = self.declaration.table

        def look() -> Row:
            row = self.connection.reader.fresh(table, id, self.declaration.fields)
            if row is None:
                raise gone(table, id)
            return row

        name = printable(str(inputs.get("domainname") or (inputs.get("domainlist") or [id])[0]))
        try:
            return wait_until(
                look,
                done,
                what=f"the certificate of '{name}'",
                timeout=patience(inputs.get("timeout"), 600),
                clock=self.connection.clock,
                describe=lambda row: "the one before" if row.get("valid") and not done(row) else "not valid",
            )
        except WaitTimeout as error:
            raise EngineError(f"{error}. {_ADVICE[str(inputs['type'])]}") from error


_ADVICE = {
    "manual": "See whether it has expired, and whether the system's time is right",
    "self_signed": "See the logs of VergeOS",
    "letsencrypt": "See the logs of VergeOS for what the ACME server said, and whether the server reaches the system "
    "by that name; the next run asks again",
}


def _of_vergeos(id: str, row: Row) -> str:
    return f"certificate {id} of '{printable(str(row.get('domain')))}' was made by VergeOS itself and is left alone"

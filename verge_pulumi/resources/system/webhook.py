"""Webhooks: addresses to which VergeOS sends messages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Annotated, Any, Literal

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Secret, Value
from verge_pulumi.engine.lifecycle.releases import is_older
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.runtime import provider_process

RETRIES_SINCE = "26.2"
"""The first release that tries again (docs/vergeos/webhooks.md §1)."""


class _Headers(Value):
    """Headers by name, which VergeOS keeps as lines; upper and lower case of names do not differ."""

    json_types = ("text",)

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("is not a mapping of headers. Give one, such as {'Content-Type': 'application/json'}")
        headers = {str(name).strip(): str(text).strip() for name, text in value.items()}
        if not all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) for name in headers):
            raise ValueError("has a header with another name than letters, digits and hyphens. Change its name")
        if len({name.lower() for name in headers}) < len(headers):
            raise ValueError("names a header twice, in upper and lower case. Name it once")
        if not all(text.isprintable() for text in headers.values()):
            raise ValueError(
                "has a header whose value is no line of text. Give one line"
            )  # not the value, which may be a secret
        return headers

    def same(self, left: Any, right: Any) -> bool:
        return super().same(_by_lower_name(left), _by_lower_name(right))

    def to_api(self, value: Any) -> Any:
        return "".join(f"{name}:{text}\n" for name, text in value.items())

    def from_api(self, value: Any) -> Any:
        lines = [line.partition(":") for line in str(value or "").splitlines() if line.strip()]
        return {name.strip(): text.strip() for name, _, text in lines} or None


def _by_lower_name(headers: Any) -> Any:
    return {str(name).strip().lower(): text for name, text in headers.items()} if isinstance(headers, dict) else headers


class Webhook(Resource, table="webhook_urls", unique=("name",)):
    """An address to which VergeOS sends messages over HTTP.

    Where `url` holds a secret, pass it as one, with ``pulumi.Output.secret``.
    """

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name in VergeOS; unique on the system."""

    url: Attr[str] = arg(
        pattern=r"^https?://[^\s/]\S*$", wanted="Give one that begins with https://, such as 'https://example.com/hook'"
    )
    """Where messages go, beginning with ``http://`` or ``https://``."""

    headers: Attr[Secret[Annotated[dict[str, str], _Headers()]] | None] = arg(default=None)
    """Headers of a message by name; ``{}`` for none. Their order does not matter, nor does the case of their names.
    They are a secret, since one may hold a token."""

    authorization_type: Attr[Literal["none", "basic", "bearer", "apikey"] | None] = arg(default=None)
    """How VergeOS proves who it is; not at all if unset."""

    authorization_value: Attr[Secret[str] | None] = arg(default=None, min_length=1, write_only=True)
    """Proof for `authorization_type`: ``user:password`` for ``basic``, else the token. VergeOS never returns it, so a
    change behind Pulumi's back is not seen."""

    allow_insecure: Attr[bool | None] = arg(default=None)
    """Whether a certificate that cannot be verified is accepted."""

    timeout: Attr[int | None] = arg(default=None, ge=3, le=120)
    """Seconds until an attempt has failed; 5 if unset."""

    retries: Attr[int | None] = arg(default=None, ge=0, le=100)
    """How many more attempts there are; 3 if unset. VergeOS before 26.2 ignores it and makes one attempt."""


class WebhookProvider(RowProvider[Webhook]):
    """What is special about a webhook's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """The kind of proof and the proof belong together."""
        kind, proof = inputs.get("authorization_type"), inputs.get("authorization_value")
        if kind in (None, "none") and proof is not None:
            yield "authorization_type: say what authorization_value is: 'basic', 'bearer' or 'apikey'"
        if kind in ("basic", "bearer", "apikey") and proof is None:
            yield f"authorization_value: authorization_type='{kind}' needs it"
        if isinstance(proof, str) and not proof.isprintable():
            yield "authorization_value: is one line of text"
        elif kind == "basic" and isinstance(proof, str) and ":" not in proof:
            yield "authorization_value: authorization_type='basic' needs 'user:password'"

    def to_write(self, row: Row, inputs: Inputs, changed: Collection[str]) -> Collection[str]:
        """Write the kind of proof and the proof together: VergeOS encodes one according to the other."""
        both = {"authorization_type", "authorization_value"}
        return changed if both.isdisjoint(changed) else {*changed, *both}

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Tell that an older VergeOS does not try again."""
        release = self.connection.release
        if inputs.get("retries") and release and is_older(release, RETRIES_SINCE):
            provider_process.log(
                f"retries: VergeOS {release} ignores it and makes one attempt; {RETRIES_SINCE} heeds it", warning=True
            )
        return row

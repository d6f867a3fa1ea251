"""Certificates and webhooks: what each type needs, and what belongs to the system.

See docs/vergeos/certificates.md §3, docs/vergeos/webhooks.md §1.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.authorities import certificate, private_key
from tests.simulator.conftest import Http

PAIR = {"public": certificate(1), "private": private_key(1)}
ACME = {"type": "letsencrypt", "domainname": "a.example.com", "contact": 1, "agree_tos": True}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "'certificates.type'"),
        ({"type": "self_signed"}, "'domainname'"),
        ({"type": "self_signed", "domainname": "a_b"}, "'domainname'"),
        ({"type": "self_signed", "domainname": "both of them"}, "'domainname'"),
        ({"type": "manual"}, "'public'"),
        ({"type": "manual", **PAIR, "private": ""}, "'private'"),
        ({"type": "manual", **PAIR, "private": private_key(2)}, "'private'"),
        ({**ACME, "agree_tos": False}, "'agree_tos'"),
        ({**ACME, "contact": None}, "'contact'"),
        ({**ACME, "domainname": None}, "'domainname'"),
    ],
)
def test_what_a_type_lacks_is_refused(http: Http, body: dict[str, Any], text: str) -> None:
    status, words = http.error("POST", "certificates", body)
    assert (status, text in words) == (422, True)


def test_contents_are_answered_if_named(http: Http) -> None:
    key = http.post("certificates", {"type": "manual", **PAIR})["$key"]
    assert "public" not in http.get(f"certificates/{key}", fields="most")
    assert http.get(f"certificates/{key}", fields="public,private,valid") == {**PAIR, "valid": True}


def test_what_was_uploaded_is_not_renewed(http: Http) -> None:
    key = http.post("certificates", {"type": "manual", **PAIR})["$key"]
    assert http.error("PUT", f"certificates/{key}", {"renew": True})[0] == 422
    http.put(f"certificates/{key}", {"public": certificate(2), "private": private_key(2)})


def test_a_self_signed_one_is_made_with_the_keys_that_are_asked_for(http: Http) -> None:
    body = {"type": "self_signed", "domainname": "a.example.com", "key_type": "rsa"}
    key = http.post("certificates", body)["$key"]
    first = http.get(f"certificates/{key}", fields="public,renew")
    http.put(f"certificates/{key}", {"renew": True})
    second = http.get(f"certificates/{key}", fields="public,renew")
    assert (first["renew"], second["renew"], first["public"] != second["public"]) == (False, False, True)
    assert http.error("POST", "certificates", body)[0] == 409


def test_an_acme_server_is_asked_when_renewal_is_forced(http: Http) -> None:
    key = http.post("certificates", ACME)["$key"]
    assert http.get(f"certificates/{key}", fields="valid") == {"valid": False}
    http.simulator.transitions(looks=2)
    http.put(f"certificates/{key}", {"renew": True})
    assert [http.get(f"certificates/{key}", fields="valid")["valid"] for _ in range(3)] == [False, False, True]


def test_the_system_has_one_of_its_own(http: Http) -> None:
    assert http.get("certificates/1", fields="type,autocreated,valid") == {
        "type": "self_signed", "autocreated": True, "valid": True,
    }  # fmt: skip


def test_a_root_certificate_is_read_and_not_doubled(http: Http) -> None:
    key = http.post("root_certificates", {"cert": certificate(1)})["$key"]
    assert http.get(f"root_certificates/{key}", fields="subject")["subject"] == "CN=Authority 1"
    assert http.error("POST", "root_certificates", {"cert": certificate(1).replace("\n", "\r\n")})[0] == 409
    assert http.error("POST", "root_certificates", {"cert": "none"})[0] == 422
    assert http.error("PUT", f"root_certificates/{key}", {"cert": certificate(2)})[0] == 422


def test_messages_go_with_their_webhook(http: Http) -> None:
    body = {"name": "ops", "url": "https://example.com", "authorization_value": "proof"}
    key = http.post("webhook_urls", body)["$key"]
    assert "authorization_value" not in http.get(f"webhook_urls/{key}", fields="all,authorization_value")
    http.post(f"webhook_urls/{key}/send", {"message": "{}"})
    assert http.get("webhooks", fields="message,status") == [{"message": "{}", "status": "queued"}]
    assert http.error("POST", f"webhook_urls/{key}/send", {})[0] == 422
    assert http.error("POST", f"webhook_urls/{key}/test", {})[0] == 501
    assert http.error("PUT", f"webhook_urls/{key}", {"url": "ftp://example.com"})[0] == 422
    assert http.error("POST", "webhook_urls", {"name": "b", "url": "example.com"})[0] == 422
    http.delete(f"webhook_urls/{key}")
    assert http.get("webhooks") == []

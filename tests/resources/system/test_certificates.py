"""Certificates: own ones, self-signed ones, and those that come over ACME."""

from __future__ import annotations

from typing import Any

import pytest

from tests.authorities import certificate, private_key
from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported

DOMAIN = "site.example.com"
ACME = {"type": "letsencrypt", "domainname": DOMAIN, "contact": "1", "agree_tos": True}


def made(bench: Bench, **arguments: Any) -> Managed:
    return bench.create("Certificate", "tls", **{"type": "self_signed", "domainname": DOMAIN, **arguments})


def own(bench: Bench, number: int = 1, **arguments: Any) -> Managed:
    pair = {"public": certificate(number), "private": private_key(number)}
    return bench.create("Certificate", "tls", **{"type": "manual", "domainname": DOMAIN, **pair, **arguments})


def acme(bench: Bench, **arguments: Any) -> Managed:
    return bench.create("Certificate", "tls", **{**ACME, **arguments})


def problems(bench: Bench, **inputs: Any) -> list[str]:
    result = bench.provider("Certificate").check({}, hosted(inputs))
    return [failure.reason for failure in result.failures]


def renewals(bench: Bench) -> int:
    return sum("renew" in write.body for write in bench.writes())


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the certificates that VergeOS did not make by itself."""
    return [row for row in bench.simulator.rows("certificates") if not row["autocreated"]]


# Own ones ------------------------------------------------------------------------------------------------------------


def test_an_own_one_is_uploaded(bench: Bench) -> None:
    tls = own(bench, chain=certificate(2) + certificate(3), description="text")
    row = tls.row()
    assert (row["public"], row["private"]) == (certificate(1), private_key(1))
    assert (tls.outs["valid"], tls.outs["domain"]) == (True, DOMAIN)
    tls.refresh()
    assert tls.diff().changes is False
    tls.destroy()
    assert rows(bench) == []
    assert bench.simulator.counters().unknown_columns == {}


def test_the_private_key_is_never_asked_for(bench: Bench) -> None:
    own(bench).refresh()
    reads = "".join(request.query for request in bench.simulator.requests() if request.verb == "GET")
    assert "public" in reads
    assert "private" not in reads


def test_a_pair_is_written_together(bench: Bench) -> None:
    tls = own(bench)
    tls.up(public=certificate(2), private=private_key(2))
    assert set(bench.writes()[-1].body) == {"public", "private"}
    assert (tls.row()["public"], tls.row()["private"]) == (certificate(2), private_key(2))
    tls.up(description="text")
    assert list(bench.writes()[-1].body) == ["description"]


def test_a_pair_that_somebody_else_uploaded_is_replaced_as_a_whole(bench: Bench) -> None:
    tls = own(bench, chain=certificate(3))
    bench.simulator.edit("certificates", int(tls.id), public=certificate(2), private=private_key(2))
    bench.connection.reader.forget("certificates")
    tls.refresh()
    assert tls.outs["public"] == certificate(2)
    tls.up(public=certificate(1))
    assert set(bench.writes()[-1].body) == {"public", "private", "chain"}
    assert (tls.row()["public"], tls.row()["private"]) == (certificate(1), private_key(1))


def test_one_that_has_expired_is_no_success(bench: Bench, saved: list[Saved]) -> None:
    with pytest.raises(Reported, match=r"still 'not valid' after 30 s.*See whether it has expired"):
        own(bench, public=certificate(1, until=2021), timeout=30)
    (kept,) = saved
    assert kept.id == str(rows(bench)[0]["$key"])


def test_an_update_that_has_expired_is_no_success(bench: Bench, saved: list[Saved]) -> None:
    tls = own(bench, timeout=30)
    with pytest.raises(Reported, match="still 'not valid' after 30 s"):
        tls.up(public=certificate(1, until=2021))
    assert saved


def test_keys_that_do_not_fit_are_refused_without_showing_them(bench: Bench) -> None:
    with pytest.raises(Reported, match="fails validation test") as error:
        own(bench, private=private_key(2))
    assert private_key(2).splitlines()[1] not in str(error.value)
    assert rows(bench) == []


# Self-signed ones ----------------------------------------------------------------------------------------------------


def test_a_self_signed_one_is_made(bench: Bench) -> None:
    tls = made(bench, domainlist=["www.example.com", "api.example.com"])
    assert tls.row()["domainlist"] == "www.example.com,api.example.com"
    assert tls.outs["public"].startswith("-----BEGIN CERTIFICATE-----")
    assert (tls.outs["valid"], tls.outs["private"], tls.outs["autocreated"]) == (True, None, False)
    tls.refresh()
    assert tls.diff().changes is False
    assert renewals(bench) == 0


def test_another_text_renews_in_place(bench: Bench) -> None:
    tls = made(bench)
    first, key = tls.outs["public"], tls.id
    tls.up(renew="2027")
    second = tls.outs["public"]
    assert (tls.id, renewals(bench)) == (key, 1)
    assert second == tls.row()["public"] != first
    tls.refresh()
    assert tls.diff().changes is False
    tls.up(renew="2027", description="text")
    assert renewals(bench) == 1
    tls.up(renew="2028")
    assert renewals(bench) == 2
    tls.up(renew=None)
    assert renewals(bench) == 2


def test_a_new_one_is_not_renewed_at_once(bench: Bench) -> None:
    tls = made(bench, renew="2026")
    assert renewals(bench) == 0
    assert tls.diff().changes is False


def test_a_renewal_that_is_refused_is_asked_for_again(bench: Bench, saved: list[Saved]) -> None:
    tls = made(bench)
    refusal = {"what": "status", "status": 422, "body": {"err": "not now"}}
    bench.simulator.faults({"match": {"verb": "PUT", "path": "certificates", "nth": 2}, **refusal})
    with pytest.raises(Reported, match="not now"):
        tls.up(description="text", renew="2027")
    (kept,) = saved
    assert (kept.outs["renew"], kept.outs["description"]) == (None, "text")
    bench.simulator.faults()
    tls.outs = hosted(kept.outs)
    tls.up(description="text", renew="2027")
    assert (renewals(bench), tls.outs["renew"]) == (1, "2027")


def test_a_preview_tells_what_a_renewal_does_and_what_waits_for_one(bench: Bench, told: list[str]) -> None:
    tls = made(bench)
    tls.diff(renew="2027")
    assert told == ["renew: the certificate is renewed in place, with other keys"]
    told.clear()
    tls.diff(domainlist=["www.example.com"])
    assert told == ["domainlist: counts when the certificate is renewed, for which another text of renew asks"]


# ACME ----------------------------------------------------------------------------------------------------------------


def test_a_server_is_asked_at_once_and_waited_for(bench: Bench) -> None:
    bench.share_clock()
    bench.simulator.transitions(seconds=90)
    tls = acme(bench)
    assert (renewals(bench), tls.outs["valid"]) == (1, True)
    assert bench.time.now >= 90


def test_one_that_does_not_come_is_known_and_asked_for_again(bench: Bench, saved: list[Saved]) -> None:
    bench.share_clock()
    bench.simulator.transitions(stuck=["issuing"])
    with pytest.raises(Reported, match=r"the certificate of 'site\.example\.com': still 'not valid' after 60 s"):
        acme(bench, timeout=60)
    (kept,) = saved
    bench.simulator.transitions(stuck=[])
    inputs = bench.plan("Certificate", "tls", **ACME, timeout=60)
    tls = Managed(bench, "Certificate", kept.id, inputs, hosted(kept.outs))
    tls.up()
    assert (tls.outs["valid"], len(rows(bench))) == (True, 1)


def test_a_renewed_one_is_waited_for(bench: Bench, saved: list[Saved]) -> None:
    bench.share_clock()
    tls = acme(bench, timeout=60)
    bench.simulator.transitions(stuck=["issuing"])
    with pytest.raises(Reported, match=r"still 'the one before' after 60 s.*the next run asks again"):
        tls.up(renew="2027")
    assert saved[0].outs["renew"] is None
    bench.simulator.transitions(stuck=[], seconds=20)
    before = tls.outs["public"]
    tls.outs = hosted(saved[0].outs)
    tls.up(renew="2027")
    assert (tls.outs["public"] != before, tls.outs["renew"]) == (True, "2027")


def test_names_may_all_be_in_the_list(bench: Bench) -> None:
    tls = acme(bench, domainname=None, domainlist=["a.example.com", "b.example.com"])
    assert tls.outs["domain"] == "a.example.com"


def test_an_account_at_the_server_is_a_secret_that_is_not_read(bench: Bench) -> None:
    tls = acme(bench, eab_kid="kid", eab_hmac_key="c4nary", acme_server="https://acme.example.com/directory")
    assert (tls.row()["eab_kid"], tls.row()["eab_hmac_key"]) == ("kid", "c4nary")
    tls.refresh()
    assert tls.diff().changes is False
    assert "eab" not in "".join(each.query for each in bench.simulator.requests() if each.verb == "GET")


# Refusals ------------------------------------------------------------------------------------------------------------

PAIR = {"public": certificate(1), "private": private_key(1)}


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ({"type": "manual", "public": certificate(1)}, ["private: type='manual' needs it."]),
        ({"type": "manual", "private": private_key(1)}, ["public: type='manual' needs it."]),
        ({"type": "manual", **PAIR, "key_type": "rsa"}, ["key_type: type='manual' has no use for it."]),
        (
            {"type": "manual", **PAIR, "renew": "x"},
            ["renew: a manual certificate is not renewed; declare another public and private."],
        ),
        ({"type": "self_signed"}, ["domainname: type='self_signed' needs it."]),
        (
            {"type": "self_signed", "domainname": DOMAIN, "private": private_key(1)},
            ["private: type='self_signed' has no use for it."],
        ),
        ({**ACME, "agree_tos": False}, ["agree_tos: type='letsencrypt' needs agree_tos=True."]),
        ({**ACME, "contact": None}, ["contact: type='letsencrypt' needs a user with an e-mail address."]),
        ({**ACME, "domainname": None}, ["domainname, domainlist: type='letsencrypt' needs one of them."]),
        ({**ACME, "eab_kid": "kid"}, ["eab_kid, eab_hmac_key: one needs the other."]),
        ({**ACME, "public": certificate(1)}, ["public: type='letsencrypt' has no use for it."]),
        ({"type": "acme"}, ["type is not a valid choice. Give 'manual', 'letsencrypt' or 'self_signed'."]),
        ({**ACME, "rsa_key_size": "1024"}, ["rsa_key_size is not a valid choice. Give '2048', '3072' or '4096'."]),
    ],
)
def test_each_type_has_needs_of_its_own(bench: Bench, inputs: dict[str, Any], found: list[str]) -> None:
    assert problems(bench, **inputs) == found


@pytest.mark.parametrize("text", ["", "c4nary", certificate(1), private_key(1).replace("PRIVATE", "ENCRYPTED PRIVATE")])
def test_what_is_no_private_key_is_refused_without_showing_it(bench: Bench, text: str) -> None:
    (found,) = problems(bench, type="manual", public=certificate(1), private=text)
    assert found.startswith("private (a secret, not shown) is not a private key in PEM")
    assert "c4nary" not in found


def test_what_is_not_known_yet_is_let_through(bench: Bench) -> None:
    assert problems(bench, type=UNKNOWN) == []
    assert problems(bench, type="manual", public=UNKNOWN, private=UNKNOWN) == []
    assert problems(bench, **{**ACME, "agree_tos": UNKNOWN, "contact": UNKNOWN}) == []


# The one that VergeOS made -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [True, False])
def test_the_one_that_vergeos_made_is_not_taken_over(bench: Bench, mark: bool) -> None:
    (given,) = [row for row in bench.simulator.rows("certificates") if row["autocreated"]]
    taking = Bench(bench.simulator, mark=mark)
    with pytest.raises(Reported, match="was made by VergeOS itself and is left alone"):
        taking.create("Certificate", "tls", type="self_signed", domainname=given["domainname"], adopt=True)
    assert taking.writes() == []
    assert given in bench.simulator.rows("certificates")


def test_the_one_that_vergeos_made_is_neither_changed_nor_deleted(bench: Bench) -> None:
    tls = made(bench)
    bench.simulator.edit("certificates", int(tls.id), autocreated=True)
    with pytest.raises(Reported, match="was made by VergeOS itself and is left alone"):
        tls.up(description="text")
    with pytest.raises(Reported, match="was made by VergeOS itself and is left alone"):
        tls.destroy()
    assert [write.verb for write in bench.writes()] == ["POST"]


def test_another_domain_makes_another_certificate(bench: Bench) -> None:
    assert made(bench).diff(domainname="other.example.com").replaces == ["domainname"]


def test_a_domain_that_is_taken_belongs_to_whoever_has_it(bench: Bench) -> None:
    key = bench.simulator.add("certificates", type="self_signed", domainname=DOMAIN)
    with pytest.raises(Reported, match=f"row {key} of certificates has that name already"):
        made(bench)
    assert made(bench, adopt=True).id == str(key)

"""Trusted authorities: one row for each certificate, however its lines are broken."""

from __future__ import annotations

import textwrap

import pytest

from tests.authorities import certificate, private_key
from tests.providers.bench import Bench, Managed, hosted
from verge_pulumi.engine.errors import Reported


def trusted(bench: Bench, number: int = 1, *, name: str = "ca", **arguments: bool) -> Managed:
    return bench.create("RootCertificate", name, cert=certificate(number), **arguments)


def broken_otherwise(pem: str) -> str:
    """Return the same certificate with a comment, other line ends and longer lines."""
    begin, *lines, end = pem.strip().splitlines()
    return "\r\n".join(["subject=CN = Authority", begin, *textwrap.wrap("".join(lines), 76), end])


def test_the_life_of_one(bench: Bench) -> None:
    ca = trusted(bench)
    assert (ca.outs["subject"], ca.outs["issuer"]) == ("CN=Authority 1", "CN=Authority 1")
    assert ca.outs["fingerprint"] == ca.row()["fingerprint"]
    assert ca.outs["enddate"].endswith("2099 GMT")
    ca.refresh()
    assert ca.diff().changes is False
    assert ca.diff(cert=certificate(2)).replaces == ["cert"]
    ca.destroy()
    assert bench.simulator.rows("root_certificates") == []
    assert bench.simulator.counters().unknown_columns == {}


def test_how_lines_are_broken_means_nothing(bench: Bench) -> None:
    ca = trusted(bench)
    assert ca.diff(cert=broken_otherwise(certificate(1))).changes is False
    bench.simulator.edit("root_certificates", int(ca.id), cert=broken_otherwise(certificate(1)))
    ca.refresh()
    assert ca.diff().changes is False


def test_another_certificate_under_its_key_is_not_ours(bench: Bench) -> None:
    ca = trusted(bench)
    bench.simulator.edit("root_certificates", int(ca.id), cert=certificate(3), fingerprint="AA")
    assert ca.read().id == ""
    with pytest.raises(Reported, match="It is left alone"):
        ca.destroy()
    assert len(bench.simulator.rows("root_certificates")) == 1


@pytest.mark.parametrize(
    "text", ["", "not PEM", certificate(1)[:200], certificate(1) + certificate(2), private_key(1), certificate(1)[::-1]]
)
def test_what_is_no_certificate_is_refused_in_the_preview(bench: Bench, text: str) -> None:
    result = bench.provider("RootCertificate").check({}, hosted({"cert": text}))
    (found,) = [failure.reason for failure in result.failures]
    assert found.startswith("cert is not one certificate in PEM")
    assert not any(line and line in found for line in text.splitlines() if "-----" not in line)


def test_one_that_is_trusted_already_is_not_ours(bench: Bench) -> None:
    key = bench.simulator.add("root_certificates", cert=certificate(1))
    with pytest.raises(Reported, match=f"row {key} of root_certificates already has these values, and no stack"):
        trusted(bench)
    assert trusted(bench, adopt=True).id == str(key)


def test_one_that_is_trusted_in_another_spelling_is_a_duplicate(bench: Bench) -> None:
    bench.simulator.add("root_certificates", cert=broken_otherwise(certificate(1)))
    with pytest.raises(Reported, match="The system trusts that certificate already"):
        trusted(bench)
    assert len(bench.simulator.rows("root_certificates")) == 1


def test_a_create_that_was_cut_off_is_found_again(bench: Bench) -> None:
    first = trusted(bench).cut_off()
    assert trusted(bench.later()).id == first.id
    assert len(bench.simulator.rows("root_certificates")) == 1

"""Which hosts are understood, and that the others are refused without showing a credential."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.client import Basic, InvalidHost, VergeClient
from verge_pulumi.client.host import origin

from .conftest import Connect


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("verge.example.com", "https://verge.example.com"),
        ("Verge.Example.COM/", "https://verge.example.com"),
        (" verge \n", "https://verge"),
        ("https://verge.example.com", "https://verge.example.com"),
        ("HTTPS://verge.example.com:443/", "https://verge.example.com"),
        ("verge:8443", "https://verge:8443"),
        ("10.0.0.5", "https://10.0.0.5"),
        ("[fd00::0005]:8443", "https://[fd00::5]:8443"),
        ("https://[::1]", "https://[::1]"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9:80", "http://127.9.9.9"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://localhost", "http://localhost"),
        ("my_lab-1", "https://my_lab-1"),
    ],
)
def test_a_host_has_one_spelling(host: str, expected: str) -> None:
    assert origin(host) == expected


@pytest.mark.fault(14, 15)
@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("", "neither a name nor an address"),
        ("https://", "neither a name nor an address"),
        ("http://verge.example.com", "plain HTTP"),
        ("http://10.0.0.5", "plain HTTP"),
        ("http://localhost.example.com", "plain HTTP"),
        ("http://[::2]", "plain HTTP"),
        ("ftp://verge", 'is not "https"'),
        ("https://verge/api/v4", "goes on after the host"),
        ("verge/api", "goes on after the host"),
        ("verge//", "goes on after the host"),
        ("verge?x=1", "goes on after the host"),
        ("verge#x", "goes on after the host"),
        ("verge:", "port is not a number"),
        ("verge:0", "port is not a number"),
        ("verge:65536", "malformed"),
        ("verge:http", "malformed"),
        ("::1", "malformed"),
        ("[::1", "malformed"),
        ("[::g]", "malformed"),
        ("[fe80::1%eth0]", "character"),
        ("ver ge", "character"),
        ("ver\tge", "character"),
        ("verge\x1b[31m", "character"),
        ("verg\u0435", "character"),
        ("verge\\x", "character"),
        ("-verge", "neither"),
        ("verge..com", "neither"),
        ("a" * 254, "neither"),
        ("https://https://verge", "goes on after the host|port"),
    ],
)
def test_anything_else_is_refused_with_a_reason(host: str, reason: str) -> None:
    with pytest.raises(InvalidHost, match=reason) as caught:
        origin(host)
    assert str(caught.value).isprintable()


@pytest.mark.fault(15)
@pytest.mark.parametrize("host", ["admin:canary@verge", "https://admin:canary@verge", "http://canary@127.0.0.1"])
def test_credentials_in_the_host_are_refused_and_not_shown(host: str) -> None:
    with pytest.raises(InvalidHost, match="user name or password") as caught:
        origin(host)
    assert "canary" not in str(caught.value)


@pytest.mark.fault(15)
@given(st.text() | st.text("htps:/@.[]1aA-_#?%\\ \n\t"))
def test_every_text_is_an_origin_or_a_reason(host: str) -> None:
    try:
        made = origin(host)
    except InvalidHost:
        return
    parts = urlsplit(made)
    assert origin(made) == made
    assert parts.scheme in ("https", "http")
    assert (parts.path, parts.query, parts.fragment, parts.username) == ("", "", "", None)


def test_the_client_says_its_host(connect: Connect) -> None:
    assert connect("Verge.example.com/").host == "https://verge.example.com"


def test_a_ca_file_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    rubbish = tmp_path / "ca.pem"
    rubbish.write_text("no certificate")
    for path in (tmp_path / "missing.pem", rubbish):
        with pytest.raises(InvalidHost, match=r"the CA file .* cannot be used"):
            VergeClient("verge", auth=Basic("a", "b"), ca_file=path)


def test_a_ca_file_and_insecure_exclude_each_other(ca_file: Path) -> None:
    with pytest.raises(InvalidHost, match="exclude"):
        VergeClient("verge", auth=Basic("a", "b"), ca_file=ca_file, insecure=True)

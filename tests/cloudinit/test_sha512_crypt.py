"""SHA-512-crypt against the vectors of its specification, and against OpenSSL."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from verge_pulumi.cloudinit.sha512_crypt import ROUNDS, sha512_crypt

# Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6: salt, rounds, password, hash.
VECTORS = [
    (
        "saltstring", 5000, "Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
    ),
    (
        "saltstringsaltstring", 10000, "Hello world!",
        "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs"
        "/y3RnOaw5v.",
    ),
    (
        "toolongsaltstring", 5000, "This is just a test",
        "$6$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0",
    ),
    (
        "anotherlongsaltstring", 1400,
        "a very much longer text to encrypt.  This one even stretches over morethan one line.",
        "$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiD"
        "wGqd8p4ur1",
    ),
    (
        "short", 77777, "we have a short salt string but not a short password",
        "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
    ),
    (
        "asaltof16chars..", 123456, "a short string",
        "$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVc"
        "gEJAstJeonj1",
    ),
    (
        "roundstoolow", 10, "the minimum number is still observed",
        "$6$rounds=1000$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBa"
        "HHrsX.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("salt", "rounds", "password", "hashed"), VECTORS)
def test_the_published_vectors(salt: str, rounds: int, password: str, hashed: str) -> None:
    assert sha512_crypt(password, salt, rounds=rounds) == hashed


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no OpenSSL here")
@pytest.mark.parametrize("length", [1, 63, 64, 65, 128, 200])
def test_openssl_agrees(length: int) -> None:
    password = ("pässwörd " * 30)[:length]
    run = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "salt./09AZaz", "-stdin"],
        input=password + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert sha512_crypt(password, "salt./09AZaz") == run.stdout.strip()


def test_the_rounds_that_are_not_named_are_the_specifications() -> None:
    assert ROUNDS == 5000

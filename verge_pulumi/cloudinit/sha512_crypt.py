"""SHA-512-crypt, the ``$6$`` hashes of ``/etc/shadow``, after Ulrich Drepper's specification of 2008.

Python had it in `crypt`, which is gone since 3.13; what is left in the index is compiled, or brings the import name
`passlib` along, which a program may have from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha512

ROUNDS = 5000
"""The number of rounds that hashes do not name."""

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_SALT = 16


def sha512_crypt(password: str, salt: str, *, rounds: int = ROUNDS) -> str:
    """Return the hash of a password.

    Args:
        password: The password.
        salt: Up to 16 characters of letters, digits, dots and slashes; what is more is cut off.
        rounds: How often it is hashed; at least 1,000 and at most 999,999,999.
    """
    key, salt = password.encode(), salt[:_LONGEST_SALT]
    rounds = max(1000, min(rounds, 999_999_999))
    digest = _digest(key, salt.encode(), rounds)
    named = "" if rounds == ROUNDS else f"rounds={rounds}$"
    return f"$6${named}{salt}${''.join(_encoded(digest))}"


def _digest(key: bytes, salt: bytes, rounds: int) -> bytes:
    alternate = sha512(key + salt + key).digest()
    message = key + salt + _repeated(alternate, len(key))
    length = len(key)
    while length:
        message += alternate if length & 1 else key
        length >>= 1
    digest = sha512(message).digest()
    long_key = _repeated(sha512(key * len(key)).digest(), len(key))
    long_salt = _repeated(sha512(salt * (16 + digest[0])).digest(), len(salt))
    for number in range(rounds):
        odd = number & 1
        message = long_key if odd else digest
        if number % 3:
            message += long_salt
        if number % 7:
            message += long_key
        digest = sha512(message + (digest if odd else long_key)).digest()
    return digest


def _repeated(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _encoded(digest: bytes) -> Iterator[str]:
    """Yield the digest in the alphabet of crypt: three bytes, a third of the digest apart, as four characters."""
    first, second, third = 0, 21, 42
    for _ in range(21):
        yield from _characters(digest[first] << 16 | digest[second] << 8 | digest[third], 4)
        first, second, third = second + 1, third + 1, first + 1
    yield from _characters(digest[63], 2)


def _characters(value: int, count: int) -> Iterator[str]:
    for _ in range(count):
        yield _ALPHABET[value & 63]
        value >>= 6

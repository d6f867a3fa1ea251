"""What is masked and what is cut, to the last character."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from verge_pulumi.client import Basic, mask, printable

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "base64": lambda secret: base64.b64encode(secret.encode(errors="surrogatepass")).decode(),
    "base64 without padding": lambda secret: (
        base64.b64encode(secret.encode(errors="surrogatepass")).decode().rstrip("=")
    ),
    "URL": lambda secret: quote(secret.encode(errors="surrogatepass"), safe=""),
    "form": lambda secret: quote_plus(secret.encode(errors="surrogatepass")),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON with escaped slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
}


@pytest.mark.fault(74)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("secret", ["pass/word 12", 'quo"ted/ä', "half\udc80/surrogate"])
def test_every_form_of_a_secret_is_masked_whole(form: Callable[[str], str], secret: str) -> None:
    assert mask(f"<{form(secret)}>", [secret]) == "<***>"


def test_a_secret_inside_a_longer_one_does_not_keep_that_from_being_masked() -> None:
    assert mask("pass-word", ["word", "pass-word"]) == "***"


def test_a_very_short_secret_leaves_the_others_masked() -> None:
    assert mask("a canary", ["a", "canary"]) == "a ***"


def test_four_characters_are_a_secret() -> None:
    assert mask("1234 123", ["1234", "123"]) == "*** 123"


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("1234", "1234"), ("12345", "12345"), ("123456", "1234…"), ("1234567", "1234…")]
)
def test_a_text_is_cut_only_when_it_is_longer_than_the_limit(text: str, shown: str) -> None:
    assert printable(text, 5) == shown


def test_what_holds_a_secret_says_that_it_cannot_be_pickled() -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(Basic("admin", "password"))
    assert str(caught.value) == "Basic holds a secret and cannot be pickled. Build it anew where it is used."

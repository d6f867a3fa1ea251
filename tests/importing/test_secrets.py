"""Secrets on their way into the state."""

from __future__ import annotations

import json

from verge_pulumi.engine.ownership.states import SIGNATURE
from verge_pulumi.importing.secrets import holds_secret, is_sealed, opened, sealed
from verge_pulumi.importing.state import closed

KIND = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
TRAVELS = {**KIND, "value": "x"}


def test_a_secret_is_opened_at_every_depth() -> None:
    sent = {"name": "web", "password": TRAVELS, "headers": [{"token": TRAVELS}, "plain"]}
    assert opened(sent) == {"name": "web", "password": "x", "headers": [{"token": "x"}, "plain"]}
    assert opened({**KIND, "value": {"inner": TRAVELS}}) == {"inner": "x"}


def test_what_holds_one_is_a_secret_as_a_whole() -> None:
    assert is_sealed(TRAVELS)
    assert holds_secret([{"token": TRAVELS}])
    assert not holds_secret([{"token": "x"}, 1, None])
    assert not is_sealed({SIGNATURE: "an asset"})


def test_the_state_gets_it_as_the_cli_encrypts_it() -> None:
    assert sealed({"a": 1}) == {**KIND, "plaintext": json.dumps({"a": 1})}
    assert closed({"b": "x", "a": 1, "nothing": None}, {"b"}) == {"a": 1, "b": sealed("x")}

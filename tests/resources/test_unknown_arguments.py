"""For what depends on something that is replaced the engine asks for a diff in which a whole argument is unknown."""

from __future__ import annotations

import pytest

from tests.providers.bench import OWNER, UNKNOWN, Bench, serving, urn_of
from verge_pulumi import resources
from verge_pulumi.engine.declaring.resource import BaseResource

KINDS: list[type[BaseResource]] = [getattr(resources, name) for name in resources.__all__]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_any_argument_may_be_unknown_in_a_diff(bench: Bench, kind: type[BaseResource]) -> None:
    declaration, noun = kind.declaration, kind.__name__
    hidden = {"__owner": OWNER, "__name": "web", "__org": "organization", "__provider": "text", "__token": "t"}
    state = dict.fromkeys(declaration.attributes) | hidden
    if "rules" in state:
        state |= {"rules": []}
    for argument in declaration.inputs:
        news = dict.fromkeys(declaration.inputs) | hidden | {argument: UNKNOWN}
        with serving(urn_of(noun, "web")):
            bench.provider(noun).diff("1", dict(state), news)

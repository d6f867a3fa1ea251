"""What the tests of descriptions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from verge_pulumi.cloudinit import rendering


@pytest.fixture(autouse=True, scope="package")
def _quick_hashes() -> Iterator[None]:
    """Hashes that cost as little as may be; what they cost in earnest is not what is tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "ROUNDS", 1000)
        yield

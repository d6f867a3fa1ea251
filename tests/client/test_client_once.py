"""What is made when it is first needed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from verge_pulumi.client.once import Once


def test_threads_that_need_it_at_once_share_one() -> None:
    made: list[object] = []
    begun = threading.Barrier(8)

    def make() -> object:
        made.append(object())
        return made[-1]

    once = Once(make)
    assert once.made is None

    def ask() -> object:
        begun.wait()
        return once()

    with ThreadPoolExecutor(8) as pool:
        given = {future.result() for future in [pool.submit(ask) for _ in range(8)]}
    assert given == set(made) == {once.made}


def test_what_could_not_be_made_is_tried_again() -> None:
    attempts = iter([OSError(), None])

    def make() -> str:
        if error := next(attempts):
            raise error
        return "made"

    once = Once(make)
    with pytest.raises(OSError):  # noqa: PT011  the very one
        once()
    assert once() == "made"

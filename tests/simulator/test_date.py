"""The date of an answer is the simulated time."""

from __future__ import annotations

import email.utils

from tests.simulator.conftest import Http


def test_the_date_follows_the_clock(http: Http) -> None:
    now = http.simulator.clock("manual")
    http.simulator.clock(advance=86400)
    answers = [http.send("GET", path) for path in ("/version.json", "/api/v4/vms", "/api/v4/none", "/")]
    dates = [email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp() for answer in answers]
    assert dates == [int(now) + 86400] * 4

"""Snapshots of the system: taken once, kept as long as the program says, waited for, and never deleted while locked."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Options, Simulator

NEW_YEAR = 1893456000
TABLE = "cloud_snapshots"


def take(bench: Bench, **arguments: Any) -> Managed:
    given = {"name": "before", **({} if "keep" in arguments else {"expires": "never"}), **arguments}
    return bench.create("SystemSnapshot", "before", **given)


def problems(bench: Bench, **arguments: Any) -> list[str]:
    inputs = {"name": "before", **arguments}
    return [failure.reason for failure in bench.provider("SystemSnapshot").check({}, inputs).failures]


@pytest.mark.parametrize(
    ("arguments", "expected", "kind"),
    [
        ({"expires": "never"}, lambda now: 0, "never"),
        ({"expires": "2030-01-01T00:00:00Z"}, lambda now: NEW_YEAR, "date"),
        ({"keep": "72h"}, lambda now: pytest.approx(now + 259200, abs=600), "date"),
    ],
)
def test_its_expiry_is_always_sent(bench: Bench, arguments: Any, expected: Callable[[float], Any], kind: str) -> None:
    snapshot, expires = take(bench, **arguments), expected(time.time())
    (post,) = [request for request in bench.writes() if request.verb == "POST"]
    assert (post.body["expires"], post.body["expires_type"]) == (expires, kind)
    assert snapshot.row()["expires"] == expires
    assert snapshot.diff(**arguments).changes is False


def test_one_that_says_nothing_of_its_expiry_is_refused(bench: Bench) -> None:
    assert problems(bench) == ["expires, keep: one of them has to say when it goes; expires='never' keeps it."]
    assert problems(bench, expires="never", keep="1h") == ["expires, keep: only one of them says when it goes."]
    assert problems(bench, expires=UNKNOWN) == problems(bench, keep="1h") == []


def test_how_it_expires_is_said_whenever_it_changes(bench: Bench) -> None:
    snapshot = take(bench, expires="2030-01-01T00:00:00Z")
    bench.simulator.reset("log")
    snapshot.up(expires="never")
    (put,) = bench.writes()
    assert put.body == {"expires": 0, "expires_type": "never"}
    assert snapshot.row()["expires"] == 0
    bench.simulator.reset("log")
    snapshot.up(expires="never", private=True)
    (put,) = bench.writes()
    assert put.body == {"private": True}


def test_how_long_it_is_kept_counts_at_its_creation_only(bench: Bench) -> None:
    snapshot = take(bench, keep="72h")
    bench.simulator.reset("log")
    snapshot.up(keep="1h")
    assert bench.writes() == []


def test_it_is_waited_for(bench: Bench) -> None:
    bench.simulator.transitions(looks=2)
    bench.simulator.reset("log")
    snapshot = take(bench)
    assert snapshot.outs["status"] == "normal"
    # Two looks see no status, and two see that it is being built.
    assert bench.asked().count(("GET", "cloud_snapshots/1")) == 5


def test_one_that_does_not_get_ready_is_an_error_and_known(bench: Bench, saved: list[Saved]) -> None:
    bench.simulator.transitions(stuck=["building"])
    with pytest.raises(
        Reported, match=r"the snapshot of the system: still 'building' after 60 s \(cloud_snapshots/1\)"
    ):
        take(bench, timeout=60)
    assert [each.id for each in saved] == ["1"]


def test_it_is_unique_by_its_name(bench: Bench) -> None:
    bench.simulator.add(TABLE, name="before", status="normal")
    with pytest.raises(Reported, match="has that name already and no stack manages it"):
        take(bench)


# Immutable -----------------------------------------------------------------------------------------------------------


def test_one_that_is_locked_is_not_destroyed(bench: Bench) -> None:
    snapshot = take(bench, immutable=True)
    assert snapshot.outs["immutable_status"] == "locked"
    bench.simulator.reset("log")
    with pytest.raises(
        Reported, match=r"it is immutable: nobody can delete it. Set immutable=False and run 'pulumi up'"
    ):
        snapshot.destroy()
    assert bench.writes() == []
    assert snapshot.row()


def test_a_replacement_of_one_that_is_locked_is_refused_in_the_preview(bench: Bench) -> None:
    snapshot = take(bench, immutable=True)
    with pytest.raises(Reported, match="a change of min_snapshots would replace it, and it is immutable"):
        snapshot.diff(min_snapshots=2)
    assert snapshot.diff(private=True).replaces == []


def test_one_that_is_being_unlocked_goes_when_vergeos_lets_it(bench: Bench) -> None:
    bench.share_clock()
    snapshot = take(bench, immutable=True)
    snapshot.up(immutable=False)
    assert snapshot.outs["immutable_status"] == "unlocking"
    with pytest.raises(Reported, match="being unlocked, which ends at 2"):
        snapshot.destroy()
    bench.time.sleep(8 * 86400)
    snapshot.destroy()
    assert bench.simulator.rows(TABLE) == []


def test_one_that_is_being_unlocked_is_not_replaced_before(bench: Bench) -> None:
    snapshot = take(bench, immutable=True)
    snapshot.up(immutable=False)
    snapshot.outs["immutable_lock_expires"] = time.time() + 1000
    with pytest.raises(Reported, match="would replace it, and it was immutable and is being unlocked"):
        snapshot.diff(name="other")
    snapshot.outs["immutable_lock_expires"] = time.time() - 1000
    assert snapshot.diff(name="other").replaces == ["name"]


# Partial -------------------------------------------------------------------------------------------------------------


def test_a_partial_one_names_its_tags_by_key(bench: Bench) -> None:
    snapshot = take(bench, type="partial_include", partial_tags=["3", "5"], quiesce_tags=["5"])
    row = snapshot.row()
    assert (row["type"], row["partial_tags"], row["quiesce_tags"]) == ("partial_include", "3,5", "5")
    assert snapshot.outs["partial_tags"] == ["3", "5"]
    assert snapshot.diff().changes is False
    snapshot.refresh()
    assert snapshot.diff(type="partial_include", partial_tags=["3", "5"], quiesce_tags=["5"]).changes is False
    assert snapshot.diff(partial_tags=["3"]).replaces == ["partial_tags"]


def test_tags_belong_to_a_partial_one(bench: Bench) -> None:
    wanted = "needs type='partial_include' or 'partial_exclude'."
    assert problems(bench, keep="1h", partial_tags=["3"]) == [f"partial_tags: {wanted}"]
    assert problems(bench, keep="1h", quiesce_tags=["3"]) == [f"quiesce_tags: {wanted}"]
    assert problems(bench, keep="1h", type="partial_exclude") == [
        "type: 'partial_exclude' needs partial_tags, by which it chooses."
    ]
    assert problems(bench, keep="1h", type=UNKNOWN, partial_tags=["3"]) == []
    assert problems(bench, keep="1h", type="partial_exclude", partial_tags=UNKNOWN) == []


def test_a_name_is_no_tag(bench: Bench) -> None:
    (text,) = problems(bench, keep="1h", type="partial_exclude", partial_tags=["prod"])
    assert "is not a key" in text


def test_an_older_system_takes_whole_ones_only() -> None:
    with Simulator(Options(release="4.12.6")) as simulator:
        old = Bench(simulator, api_key="", username=simulator.username, password=simulator.password)
        assert take(old).outs["status"] == "normal"
        with pytest.raises(Reported, match=r"which has no 'type' .* 'partial_tags' "):
            take(old, type="partial_include", partial_tags=["3"])
        old.connection.client.close()

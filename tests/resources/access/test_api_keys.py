"""API keys: shown once, rotated, and never the one that the run logs in with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from tests.providers.test_creating import failure
from tests.resources.access.logins import kept, problems, refused
from verge_pulumi.client import LoginRequired
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.resources import ApiKey
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def ann(bench: Bench) -> Managed:
    """A user."""
    return bench.create("User", "ann", name="ann")


def key_of(bench: Bench, user: Managed, **arguments: Any) -> Managed:
    """Declare a key."""
    return bench.create("ApiKey", "ci", **{"user": user.id, "name": "ci", **arguments})


def logs_in(bench: Bench, key: str) -> bool:
    connection = Connection(Settings(host=bench.simulator.url, api_key=key), bench.time.clock())
    try:
        return bool(connection.system)
    except LoginRequired:
        return False
    finally:
        connection.client.close()


def test_a_key_is_shown_once_and_kept(bench: Bench, ann: Managed) -> None:
    mine = key_of(bench, ann, ip_allow_list=["192.0.2.7/32", "10.0.0.9/24"])
    secret = mine.outs["private_key"]
    assert secret == mine.row()["private_key"]
    assert logs_in(bench, secret)
    assert mine.row()["ip_allow_list"] == "192.0.2.7,10.0.0.0/24"
    assert ApiKey.declaration.attributes["private_key"].secret
    mine.refresh()
    mine.up(description="for the pipeline")
    assert mine.outs["private_key"] == secret
    assert secret not in str({name: value for name, value in mine.outs.items() if name != "private_key"})
    assert mine.diff().changes is False


def test_whether_it_ends_is_always_said(bench: Bench, ann: Managed) -> None:
    mine = key_of(bench, ann)
    assert (mine.row()["expires_type"], mine.outs["expires_type"]) == ("never", "never")
    mine.up(expires="2030-01-31T12:00:00Z", expires_type=None)
    assert (mine.row()["expires_type"], mine.row()["expires"]) == ("date", 1896091200)
    bench.simulator.reset("log")
    mine.up(expires=None, expires_type=None)
    assert [write.body for write in bench.writes()] == [{"expires_type": "never"}]
    assert mine.diff().changes is False


def test_a_date_that_somebody_else_set_stays(bench: Bench, ann: Managed) -> None:
    mine = key_of(bench, ann)
    bench.simulator.edit("user_api_keys", int(mine.id), expires_type="date", expires=1896091200)
    bench.simulator.reset("log")
    mine.refresh()
    assert mine.diff().changes is False
    mine.up(description="for the pipeline")
    assert [write.body.keys() for write in bench.writes()] == [{"description"}]
    assert (mine.row()["expires_type"], mine.row()["expires"]) == ("date", 1896091200)


def test_a_date_that_somebody_else_set_stays_with_a_state_of_an_earlier_release(bench: Bench, ann: Managed) -> None:
    mine = key_of(bench, ann, expires_type="never")
    assert mine.diff(expires_type=None).changes is False
    bench.simulator.edit("user_api_keys", int(mine.id), expires_type="date", expires=1896091200)
    bench.simulator.reset("log")
    mine.refresh()
    mine.up(expires_type=None)
    assert bench.writes() == []
    assert mine.diff().changes is False


def test_addresses_are_cleared_by_an_empty_list(bench: Bench, ann: Managed) -> None:
    mine = key_of(bench, ann, ip_deny_list=["192.0.2.7"])
    mine.up(ip_deny_list=[])
    assert mine.row()["ip_deny_list"] == ""
    assert mine.diff(ip_deny_list=[]).changes is False


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"expires": "never"}, "expires: leave it out for a key that never ends"),
        ({"expires_type": "date"}, "expires: expires_type='date' needs a time"),
        ({"expires_type": "never", "expires": "2030-01-31T12:00:00Z"}, "expires: expires_type='never' has no time"),
        ({"ip_allow_list": ["0.0.0.0/0"]}, "ip_allow_list: VergeOS refuses all addresses at once"),
        ({"ip_deny_list": ["::/0"]}, "ip_deny_list: VergeOS refuses all addresses at once"),
        (
            {"ip_allow_list": ["10.0.0.0/8", "::1"], "ip_deny_list": ["10.1.2.3"]},
            "ip_deny_list: 10.1.2.3/32 overlaps with 10.0.0.0/8",
        ),
        ({"ip_allow_list": ["example.com"]}, "ip_allow_list is not a list of addresses and networks"),
        ({"ip_allow_list": [UNKNOWN]}, ""),
    ],
)
def test_what_vergeos_would_refuse_is_refused_in_the_preview(
    bench: Bench, arguments: dict[str, Any], problem: str
) -> None:
    told = problems(bench, "ApiKey", user="1", name="ci", **arguments)
    assert [each.startswith(problem) for each in told] == [True] * bool(problem)


def test_a_rotation_makes_another_key_under_the_same_name(bench: Bench, ann: Managed) -> None:
    mine = key_of(bench, ann, rotation="1")
    result = mine.diff(rotation="2")
    assert (result.replaces, result.delete_before_replace) == (["rotation"], True)
    first = mine.outs["private_key"]
    mine.destroy()
    again = key_of(bench, ann, rotation="2")
    assert (logs_in(bench, first), logs_in(bench, again.outs["private_key"])) == (False, True)


def test_a_lost_answer_ends_with_one_key_whose_secret_is_known(bench: Bench, ann: Managed) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": "api_keys$"}, "when": "after", "what": "reset"})
    mine = key_of(bench, ann)
    (row,) = bench.simulator.rows("user_api_keys")
    assert row["private_key"] == mine.outs["private_key"]


def test_a_create_that_was_cut_off_is_made_up_for(bench: Bench, ann: Managed, saved: list[Saved]) -> None:
    cut_off = key_of(bench, ann).cut_off()
    mine = key_of(cut_off.bench.later(), ann)
    (row,) = bench.simulator.rows("user_api_keys")
    assert row["private_key"] == mine.outs["private_key"] != cut_off.outs["private_key"]
    assert saved == []


def test_an_older_release_has_none() -> None:
    with Simulator(Options(release="4.13.4")) as simulator:
        bench = Bench(simulator, api_key="", username="admin", password=simulator.password)
        text = failure(bench, "ApiKey", user="1", name="ci")
        assert "is VergeOS 4.13.4, which has no ApiKey (VergeOS 26.0 and later)" in text
        assert bench.writes() == []
        bench.connection.client.close()


def test_lists_of_addresses_need_a_release_that_enforces_them() -> None:
    with Simulator(Options(release="26.0")) as simulator:
        bench = Bench(simulator)
        text = failure(bench, "ApiKey", user="1", name="ci", ip_allow_list=["192.0.2.7"])
        assert "which has no 'ip_allow_list' (VergeOS 26.1.4 and later)" in text
        assert bench.writes() == []
        bench.connection.client.close()


def test_the_key_of_this_run_stays(bench: Bench, ann: Managed) -> None:
    theirs = key_of(bench, ann, rotation="1")
    mine = theirs.seen_by(bench.later(api_key=theirs.outs["private_key"]))
    assert "this would delete the key that this run logs in with. Run it with another login" in refused(
        mine, rotation="2"
    )
    assert "Unable to delete ApiKey 'ci': this run logs in with it. Run it with another login" in kept(mine)
    assert theirs.outs["private_key"] not in kept(mine)
    mine.up(description="changed")
    theirs.destroy()

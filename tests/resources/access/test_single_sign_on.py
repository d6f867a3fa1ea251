"""Single sign-on: settings that are replaced as a whole, secrets in them, and references that must be named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources import AuthSource, OidcApplication

SECRET = "canary-client-secret"
AZURE = {"name": "Contoso", "driver": "azure", "client_id": "shop", "client_secret": SECRET}


def source(bench: Bench, **arguments: Any) -> Managed:
    return bench.create("AuthSource", "contoso", **{**AZURE, **arguments})


def settings(made: Managed) -> dict[str, Any]:
    found: dict[str, Any] = made.row()["settings"]
    return found


def in_ui(made: Managed, **changes: Any) -> None:
    """Change settings behind Pulumi's back."""
    made.bench.simulator.edit("auth_sources", int(made.id), settings={**settings(made), **changes})


# Auth sources --------------------------------------------------------------------------------------------------------


def test_settings_are_one_object(bench: Bench) -> None:
    made = source(bench, tenant_id="t-1", update_group_membership=True, settings={"group_scope": "groups", "depth": 2})
    assert settings(made) == {
        "client_id": "shop",
        "client_secret": SECRET,
        "tenant_id": "t-1",
        "update_group_membership": True,
        "group_scope": "groups",
        "depth": 2,
        "debug": False,
    }
    assert (made.outs["tenant_id"], made.outs["settings"]) == ("t-1", {"group_scope": "groups", "depth": 2})
    assert made.diff().changes is False


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"scope": "openid"}, {"scope": "openid"}),
        ({"client_secret": "canary-rotated"}, {"client_secret": "canary-rotated"}),
        ({"settings": {"group_scope": "teams"}}, {"group_scope": "teams"}),
        ({"settings": {"group_scope": "groups", "redirect_uri": "https://a"}}, {"redirect_uri": "https://a"}),
    ],
)
def test_a_change_keeps_the_secret_and_what_vergeos_has_besides(
    bench: Bench, changes: dict[str, Any], changed: dict[str, Any]
) -> None:
    made = source(bench, settings={"group_scope": "groups"})
    in_ui(made, added_by_vergeos=1)
    before = settings(made)
    bench.simulator.reset("log")
    made.up(**changes)
    assert settings(made) == {**before, **changed}
    (write,) = bench.writes()
    assert list(write.body) == ["settings"]
    assert made.diff().changes is False


def test_what_else_changes_sends_no_settings(bench: Bench) -> None:
    made = source(bench)
    bench.simulator.reset("log")
    made.up(button_color="#fff", menu=True)
    (write,) = bench.writes()
    assert write.body == {"button_color": "#fff", "menu": True}


def test_only_what_the_program_says_drifts(bench: Bench) -> None:
    made = source(bench, settings={"group_scope": "groups"})
    in_ui(made, scope="openid email", another="key")
    made.refresh()
    assert made.diff().changes is False
    in_ui(made, client_secret="canary-of-others", group_scope="teams")
    made.refresh()
    assert (made.outs["client_secret"], made.outs["settings"]) == ("canary-of-others", {"group_scope": "teams"})
    made.inputs = {**made.inputs, "client_secret": SECRET, "settings": {"group_scope": "groups"}}
    made.up()
    assert (settings(made)["client_secret"], settings(made)["group_scope"]) == (SECRET, "groups")
    assert (settings(made)["scope"], settings(made)["another"]) == ("openid email", "key")


def test_a_setting_that_is_gone_is_drift(bench: Bench) -> None:
    made = source(bench, settings={"group_scope": "groups"})
    bench.simulator.edit("auth_sources", int(made.id), settings={"debug": False})
    made.refresh()
    assert (made.outs["settings"], made.outs["client_id"]) == ({}, None)


def test_what_vergeos_adds_is_no_output(bench: Bench) -> None:
    made = source(bench)
    in_ui(made, private_key="canary-of-vergeos")
    made.refresh()
    assert "canary-of-vergeos" not in json.dumps(made.outs)
    assert made.outs["settings"] in (None, {})


def test_an_adopted_source_keeps_its_settings(bench: Bench) -> None:
    has = {"client_secret": "canary-old", "kept": "in the UI"}
    bench.simulator.add("auth_sources", name="Contoso", driver="azure", settings=has)
    made = source(bench, adopt=True)
    assert settings(made) == {"client_id": "shop", "client_secret": SECRET, "kept": "in the UI", "debug": False}


def test_the_secret_has_an_argument_of_its_own(bench: Bench) -> None:
    assert AuthSource.declaration.attributes["client_secret"].secret
    given = {**AZURE, "settings": {"client_secret": SECRET, "scope": "openid"}}
    result = bench.provider("AuthSource").check({}, given)
    problems = [each.reason for each in result.failures]
    assert problems == [
        "settings: 'client_secret' has an argument of its own, client_secret=.",
        "settings: 'scope' has an argument of its own, scope=.",
    ]
    assert bench.provider("AuthSource").check({}, {**AZURE, "settings": UNKNOWN}).failures == []


def test_a_setting_that_does_not_stick_is_told_without_it(bench: Bench, saved: list[Saved]) -> None:
    def lose() -> None:
        for row in bench.simulator.rows("auth_sources"):
            bench.simulator.edit("auth_sources", row["$key"], settings={"client_id": "shop"})

    made = source(bench)
    bench.simulator.faults(
        {"match": {"verb": "PUT", "path": "/auth_sources"}, "when": "before", "what": "status", "status": 200}
    )
    lose()
    with pytest.raises(Reported) as error:
        made.up(client_secret="canary-rotated")
    text = str(error.value)
    assert "client_secret was written as [secret] and reads back as [secret]" in text
    assert "canary" not in text


def test_debug_turns_itself_off_and_stays_so(bench: Bench) -> None:
    made = source(bench, debug=True)
    assert made.row()["debug"] is True
    bench.simulator.edit("auth_sources", int(made.id), debug=False)
    made.refresh()
    assert made.diff().changes is False
    made.up(debug=False)
    made.up(debug=True)
    assert made.row()["debug"] is True


def test_the_driver_is_fixed(bench: Bench) -> None:
    assert source(bench).diff(driver="gitlab").replaces == ["driver"]


def test_who_uses_it_is_named_when_vergeos_keeps_it(bench: Bench) -> None:
    made = source(bench)
    bench.simulator.add("users", name="anna", auth_source=int(made.id))
    bench.simulator.add("oidc_applications", name="wiki", force_auth_source=int(made.id))
    with pytest.raises(Reported, match=r"It is used by user 'anna', OIDC application 'wiki'\.$"):
        made.destroy()
    assert made.row()


def test_a_source_whose_answer_was_lost_is_made_once(bench: Bench) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": "/auth_sources$"}, "when": "after", "what": "reset"})
    made = source(bench)
    (row,) = bench.simulator.rows("auth_sources")
    assert str(row["$key"]) == made.id


@pytest.mark.parametrize("driver", ["azure", "gitlab"])
def test_a_source_of_a_killed_run_is_found_though_the_state_tells_no_secrets(bench: Bench, driver: str) -> None:
    made = source(bench)
    sealed = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "djE6"}
    bench.stack.forget(made)
    bench.stack.cut_off(made.urn, {**made.inputs, "client_secret": sealed, "driver": driver})
    later = bench.later()
    arguments = {**AZURE, "client_secret": "canary-rotated"}
    if driver == "azure":
        again = later.create("AuthSource", "contoso", **arguments)
        assert (again.id, settings(again)["client_secret"]) == (made.id, "canary-rotated")
    else:
        with pytest.raises(Reported, match="has that name already and no stack manages it"):
            later.create("AuthSource", "contoso", **arguments)


# OIDC applications ---------------------------------------------------------------------------------------------------


def application(bench: Bench, **arguments: Any) -> Managed:
    return bench.create("OidcApplication", "wiki", **{"name": "wiki", **arguments})


def posted(bench: Bench) -> Any:
    (post,) = [request for request in bench.writes() if request.path.endswith("/oidc_applications")]
    return post.body


def test_no_reference_is_sent_as_null(bench: Bench) -> None:
    application(bench)
    assert {name: posted(bench)[name] for name in ("force_auth_source", "map_user")} == {
        "force_auth_source": None,
        "map_user": None,
    }


def test_references_are_sent_as_keys(bench: Bench) -> None:
    made = application(bench, force_auth_source=source(bench).id, map_user="1")
    assert (posted(bench)["force_auth_source"], posted(bench)["map_user"]) == (1, 1)
    assert (made.outs["force_auth_source"], made.outs["map_user"]) == ("1", "1")
    bench.simulator.reset("log")
    made.up(enabled=False)
    (write,) = bench.writes()
    assert write.body == {"enabled": False}


def test_addresses_are_lines(bench: Bench) -> None:
    made = application(bench, redirect_uri=["https://a/callback", "https://*.example.com"])
    assert made.row()["redirect_uri"] == "https://a/callback\nhttps://*.example.com"
    bench.simulator.edit(
        "oidc_applications", int(made.id), redirect_uri="https://a/callback\r\nhttps://*.example.com\n"
    )
    made.refresh()
    assert made.outs["redirect_uri"] == ["https://a/callback", "https://*.example.com"]
    result = bench.provider("OidcApplication").check({}, {"name": "wiki", "redirect_uri": ["https://a https://b"]})
    assert len(result.failures) == 1


def test_what_vergeos_drew_is_an_output_and_the_secret_is_one(bench: Bench) -> None:
    made = application(bench)
    row = made.row()
    assert (made.outs["client_id"], made.outs["client_secret"]) == (row["client_id"], row["client_secret"])
    assert OidcApplication.declaration.attributes["client_secret"].secret
    made.up(description="changed")
    assert made.outs["client_secret"] == row["client_secret"]
    made.refresh()
    assert made.outs["client_secret"] == row["client_secret"]


def test_an_application_whose_answer_was_lost_is_made_once(bench: Bench) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": "/oidc_applications$"}, "when": "after", "what": "reset"})
    made = application(bench)
    (row,) = bench.simulator.rows("oidc_applications")
    assert (str(row["$key"]), made.outs["client_secret"]) == (made.id, row["client_secret"])


# Who may use one -----------------------------------------------------------------------------------------------------


@pytest.fixture
def wiki(bench: Bench) -> Managed:
    return application(bench, restrict_access=True)


@pytest.mark.parametrize(
    ("kind", "table", "who"),
    [
        ("OidcApplicationUser", "oidc_application_users", {"user": "1"}),
        ("OidcApplicationGroup", "oidc_application_groups", {"group": "2"}),
    ],
)
def test_who_may_use_one_is_a_row_that_is_made_and_deleted(
    bench: Bench, wiki: Managed, kind: str, table: str, who: dict[str, str]
) -> None:
    made = bench.create(kind, "anna", oidc_application=wiki.id, **who)
    ((name, key),) = who.items()
    (row,) = bench.simulator.rows(table)
    assert (row["oidc_application"], row[name]) == (int(wiki.id), int(key))
    assert made.diff(**{name: "7"}).replaces == [name]
    made.refresh()
    assert made.diff().changes is False
    made.destroy()
    assert bench.simulator.rows(table) == []


def test_one_that_somebody_else_let_in_is_not_taken_over(bench: Bench, wiki: Managed) -> None:
    key = bench.simulator.add("oidc_application_users", oidc_application=int(wiki.id), user=1)
    arguments = {"oidc_application": wiki.id, "user": "1"}
    with pytest.raises(Reported, match=f"row {key} of oidc_application_users already has these values"):
        bench.create("OidcApplicationUser", "anna", **arguments)
    assert len(bench.simulator.rows("oidc_application_users")) == 1
    assert bench.create("OidcApplicationUser", "anna", **arguments, adopt=True).id == str(key)


def test_nobody_is_let_in_to_an_application_of_another_stack(bench: Bench, wiki: Managed) -> None:
    made = bench.create("OidcApplicationUser", "anna", oidc_application=wiki.id, user="1")
    mark = "[pulumi shop/prod wiki deadbeef-0123456789ab]"
    bench.simulator.edit("oidc_applications", int(wiki.id), description=mark)
    with pytest.raises(Reported, match="belongs to shop/prod as 'wiki'"):
        bench.later().create("OidcApplicationGroup", "team", oidc_application=wiki.id, group="2")
    with pytest.raises(Reported, match="belongs to shop/prod as 'wiki'"):
        made.destroy()
    assert len(bench.simulator.rows("oidc_application_users")) == 1

"""Themes: definitions as child rows, and those that belong to the system (docs/vergeos/themes.md §1, §2)."""

from __future__ import annotations

from tests.simulator.conftest import Http


def test_a_theme_lists_what_was_defined(http: Http) -> None:
    one, two = ({"property": name, "value": "#000000"} for name in ("one", "two"))
    key = http.post("themes", {"name": "house", "set_definitions": [one, two]})["$key"]
    http.put(f"themes/{key}", {"set_definitions": [{"property": "one", "value": ""}]})
    (found,) = http.get(f"themes/{key}", fields="definitions[most]")["definitions"]
    assert (found["property"], found["value"]) == ("two", "#000000")
    assert http.error("PUT", f"themes/{key}", {"set_definitions": ["one"]})[0] == 422


def test_the_themes_of_the_system_stay(http: Http) -> None:
    for row in http.get("themes", fields="$key,system_created"):
        assert row["system_created"] is True
        assert http.error("PUT", f"themes/{row['$key']}", {"name": "mine"})[0] == 422
        assert http.error("DELETE", f"themes/{row['$key']}")[0] == 422

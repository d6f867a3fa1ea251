"""Tags and what has them (docs/vergeos/tags.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulator.conftest import Http


def tag(http: Http, name: str = "prod", category: str = "", **columns: object) -> str:
    """Create a tag, in a category of its own if none is given; return its key."""
    category = category or http.post("tag_categories", {"name": f"of {name}", "taggable_vms": True, **columns})["$key"]
    return str(http.post("tags", {"category": int(category), "name": name})["$key"])


def put_on(http: Http, key: str, member: str) -> str:
    return str(http.post("tag_members", {"tag": int(key), "member": member})["$key"])


@pytest.mark.parametrize(("release", "status"), [("26.1.4", 409), ("26.1.3", 422)])
def test_a_tag_is_put_on_an_object_once(start: Callable[..., Http], release: str, status: int) -> None:
    http = start(release=release)
    vm, _ = http.vm("web")
    key = tag(http)
    put_on(http, key, f"vms/{vm}")
    again = {"tag": int(key), "member": f"/v4/vms/{vm}"}
    assert http.error("POST", "tag_members", again) == (status, "Tag member is already assigned")


def test_a_category_says_what_may_have_its_tags(http: Http) -> None:
    key = tag(http)
    assert http.error("POST", "tag_members", {"tag": int(key), "member": "vnets/3"}) == (422, "Operation not permitted")
    http.put("tag_categories/1", {"taggable_vnets": True})
    put_on(http, key, "vnets/3")
    assert http.error("POST", "tag_members", {"tag": int(key), "member": "vms/9"})[0] == 404
    assert http.error("PUT", "tag_members/1", {"member": "vnets/2"}) == (422, "field 'member' is readonly")


def test_an_object_has_one_tag_of_some_categories(http: Http) -> None:
    vm, _ = http.vm("web")
    prod = tag(http, single_tag_selection=True)
    dev = tag(http, "dev", category="1")
    put_on(http, prod, f"vms/{vm}")
    assert http.error("POST", "tag_members", {"tag": int(dev), "member": f"vms/{vm}"})[0] == 422
    put_on(http, tag(http, "blue"), f"vms/{vm}")


def test_assignments_go_with_their_object_their_tag_and_its_category(http: Http) -> None:
    vm, _ = http.vm("web")
    other, _ = http.vm("db")
    prod, blue = tag(http), tag(http, "blue")
    for key in (prod, blue):
        for each in (vm, other):
            put_on(http, key, f"vms/{each}")
    http.delete(f"vms/{vm}")
    left = [(row["tag"], row["member"]) for row in http.get("tag_members", fields="tag,member")]
    assert left == [(int(prod), f"vms/{other}"), (int(blue), f"vms/{other}")]
    http.delete(f"tags/{blue}")
    assert [row["tag"] for row in http.get("tag_members", fields="tag")] == [int(prod)]
    http.delete("tag_categories/1")
    assert (http.get("tags", fields="$key"), http.get("tag_members", fields="$key")) == ([], [])


def test_older_releases_have_no_tags(start: Callable[..., Http]) -> None:
    assert start(release="25.4").error("GET", "tag_members")[0] == 404

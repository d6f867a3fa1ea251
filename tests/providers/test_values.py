"""How values are spelt, compared, and carried to and from the API."""

from __future__ import annotations

from typing import Annotated, Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.engine.declaring.values import (
    PLAIN,
    Cidr,
    CommaList,
    IpAddress,
    Key,
    KeyText,
    MacAddress,
    MachineType,
    Mebibytes,
    Media,
    RowPath,
    Seconds,
    Secret,
    SemicolonList,
    Size,
    Text,
    in_units,
    is_secret,
    value_of,
)

HEX = "0123456789abcdef0123456789abcdef01234567"
UUID = "1f67f07e-f653-db95-c475-01b8a2ea0ff1"


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (str, " as it is ", " as it is "),
        (Text, "text", "text"),
        (MacAddress, "F0:DB:30:00:00:0A", "f0:db:30:00:00:0a"),
        (MacAddress, "F0-DB-30-00-00-0A", "f0:db:30:00:00:0a"),
        (MacAddress, "f0db.3000.000a", "f0:db:30:00:00:0a"),
        (Cidr, "10.0.0.0/24", "10.0.0.0/24"),
        (Mebibytes, 2048.0, 2048),
        (Mebibytes, "2GiB", 2048),
        (Mebibytes, "1.5 GiB", 1536),
        (Mebibytes, "512", 512),
        (Cidr, " 10.0.0.0/255.255.255.0 ", "10.0.0.0/24"),
        (Cidr, "FD00:0::/64", "fd00::/64"),
        (IpAddress, " 10.0.0.1", "10.0.0.1"),
        (IpAddress, "FD00::0001", "fd00::1"),
        (CommaList, [" 1.1.1.1", "9.9.9.9 "], ["1.1.1.1", "9.9.9.9"]),
        (CommaList, [], []),
        (SemicolonList, [" 10.0.0.0/8", "any "], ["10.0.0.0/8", "any"]),
        (Size, "20GiB", "20GiB"),
        (Size, "20480 MiB", "20GiB"),
        (Size, "1.5GiB", "1536MiB"),
        (Size, "500GB", "500GB"),
        (Size, 1073741824.0, "1GiB"),
        (Size, 1023, "1023"),
        (Size, "1023", "1023"),
        (Size, 0.0, "0"),
        (Key, 5.0, "5"),
        (Key, 5, "5"),
        (Key, "5", "5"),
        (Key, HEX, HEX),
        (Key, UUID, UUID),
        (RowPath, "vms/42", "vms/42"),
        (RowPath, "/v4/vms/42", "vms/42"),
        (RowPath, f"volumes/{HEX}", f"volumes/{HEX}"),
        (RowPath, f"/v4/resource_groups/{UUID}", f"resource_groups/{UUID}"),
        (RowPath, "vnet_ipv6_pools/7", "vnet_ipv6_pools/7"),
        (Key, "1234567890" * 4, "1234567890" * 4),
        (MachineType, "pc-q35-10.0", "pc-q35-10.0"),
        (KeyText, [5.0, "7"], ["5", "7"]),
        (Seconds, "72h", "3d"),
    ],
)
def test_a_value_has_one_spelling(kind: Any, written: Any, kept: Any) -> None:
    value = value_of(kind)
    assert value.normalise(written) == kept
    assert value.normalise(kept) == kept
    assert value.same(written, kept)


MAC_WANTED = "is not a MAC address. Give 12 hexadecimal digits, such as 'f0:db:30:00:00:01'"
LIST_WANTED = "is not a list of words. Give one, such as ['one', 'two']"
WORD_WANTED = "has a word that is empty, or holds commas or spaces. Give each word by itself"
SIZE_WANTED = "is not a size. Give bytes as a number, or a text with a unit (TiB, TB, GiB, GB, MiB, MB, KiB, B)"
WHOLE_WANTED = "is not a whole number of bytes. Give a size such as '20GiB'"
KEY_WANTED = "is not a key. Give a positive number, or a resource of this package"
PATH_WANTED = "is not a reference. Give a resource, or 'table/key' such as 'vms/42'"


@pytest.mark.parametrize(
    ("kind", "wrong", "message"),
    [
        (MacAddress, "f0:db:30:00:00", MAC_WANTED),
        (MacAddress, "f0:db:30:00:00:0g", MAC_WANTED),
        (MacAddress, 42.0, MAC_WANTED),
        (
            Cidr,
            "10.0.0.0/33",
            "is not a network. Give one, such as '10.0.0.0/24'",
        ),
        (
            IpAddress,
            "10.0.0.1/24",
            "is not an address. Give one, such as '10.0.0.1'",
        ),
        (CommaList, "1.1.1.1", LIST_WANTED),
        (CommaList, 1.0, LIST_WANTED),
        (CommaList, ["1.1.1.1,9.9.9.9"], WORD_WANTED),
        (CommaList, ["two words"], WORD_WANTED),
        (CommaList, [" "], WORD_WANTED),
        (SemicolonList, ["any;"], WORD_WANTED.replace("commas", "semicolons")),
        (Size, "20 gigabytes", SIZE_WANTED),
        (Size, "GiB", SIZE_WANTED),
        (Size, "", SIZE_WANTED),
        (Size, -5.0, SIZE_WANTED),
        (Size, float("inf"), SIZE_WANTED),
        (Size, True, SIZE_WANTED),
        (Size, 1.5, WHOLE_WANTED),
        (Size, "0.3B", WHOLE_WANTED),
        (Key, 0.0, KEY_WANTED),
        (Key, "0", KEY_WANTED),
        (Key, "007", KEY_WANTED),
        (Key, 1.5, KEY_WANTED),
        (Key, -1.0, KEY_WANTED),
        (Key, "web", KEY_WANTED),
        (Key, "../users/1", KEY_WANTED),
        (Key, UUID[:-1], KEY_WANTED),
        (Key, f"{UUID}0", KEY_WANTED),
        (RowPath, "vms/0", PATH_WANTED),
        (RowPath, "42", PATH_WANTED),
        (RowPath, "vms/42/x", PATH_WANTED),
        (RowPath, "vms/web", PATH_WANTED),
        (RowPath, "6rd/42", PATH_WANTED),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wanted(kind: Any, wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=r"\A") as refusal:
        value_of(kind).normalise(wrong)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("kind", "left", "right", "same"),
    [
        (str, "a", "a", True),
        (str, "a", "A", False),
        (str, "", None, True),
        (str, None, "a", False),
        (int, 0, None, False),
        (int, 1.0, 1, True),
        (bool, False, None, False),
        (CommaList, [], None, True),
        (CommaList, ["a", "b"], ["b", "a"], False),
        (dict, {}, None, True),
        (IpAddress, "10.0.0.1", "10.0.0.1/24", False),
        (MachineType, "q35", "pc-q35-10.0", True),
        (MachineType, "pc-q35-10.0", "q35", True),
        (MachineType, "pc", "pc-i440fx-9.0", True),
        (MachineType, "q35", "pc-i440fx-9.0", False),
        (MachineType, "pc", "q35", False),
        (MachineType, "pc-q35-9.0", "pc-q35-10.0", False),
        (MachineType, "q35", None, False),
        (Media, "import", "disk", True),
        (Media, "disk", "import", False),
        (Media, "clone", "disk", False),
        (Media, None, "disk", False),
        (Seconds, "3d", "72h", True),
        (Seconds, "0s", "1s", False),
    ],
)
def test_values_are_compared_by_what_they_mean(kind: Any, left: Any, right: Any, same: bool) -> None:
    assert value_of(kind).same(left, right) is same


@pytest.mark.parametrize(
    ("kind", "written", "sent"),
    [
        (str, "a", "a"),
        (CommaList, ["1.1.1.1", "9.9.9.9"], "1.1.1.1,9.9.9.9"),
        (CommaList, [], ""),
        (SemicolonList, ["10.0.0.0/8", "any"], "10.0.0.0/8;any;"),
        (SemicolonList, [], ""),
        (Size, "20GiB", 21474836480),
        (Size, "9007199254740993", 9007199254740993),
        (Size, 512.0, 512),
        (Key, "5", 5),
        (Key, "1234567890" * 4, "1234567890" * 4),
        (Key, HEX, HEX),
        (Key, UUID, UUID),
        (RowPath, "vms/42", "vms/42"),
        (KeyText, ["5", HEX], f"5,{HEX}"),
        (KeyText, [], ""),
        (Seconds, "3d", 259200),
    ],
)
def test_values_are_sent_as_the_api_wants_them(kind: Any, written: Any, sent: Any) -> None:
    assert value_of(kind).to_api(written) == sent


@pytest.mark.parametrize(
    ("kind", "answered", "read"),
    [
        (str, "", ""),
        (Text, "", None),
        (Text, "a", "a"),
        (CommaList, "1.1.1.1, 9.9.9.9", ["1.1.1.1", "9.9.9.9"]),
        (CommaList, "", None),
        (CommaList, None, None),
        (SemicolonList, "10.0.0.0/8; any", ["10.0.0.0/8", "any"]),
        (SemicolonList, "", None),
        (Size, 21474836480, "20GiB"),
        (Size, None, None),
        (Key, 5, "5"),
        (Key, None, None),
        (Key, 0, None),
        (Key, "", None),
        (Key, "0", None),
        (Key, HEX, HEX),
        (Key, UUID, UUID),
        (MacAddress, "", None),
        (KeyText, f"5, {HEX}", ["5", HEX]),
        (KeyText, "", None),
        (KeyText, None, None),
        (Seconds, 259200, "3d"),
        (Seconds, 0, "0s"),
        (Seconds, None, None),
    ],
)
def test_answers_are_read_as_programs_write_them(kind: Any, answered: Any, read: Any) -> None:
    assert value_of(kind).from_api(answered) == read


def test_a_value_type_is_found_at_any_depth() -> None:
    assert value_of(Key | None) is value_of(Key)
    assert value_of(list[MacAddress]) is value_of(MacAddress)
    assert value_of(Optional[Annotated[Size, "note"]]) is value_of(Size)  # noqa: UP045  the old spelling works too
    assert value_of(int | None) is PLAIN


def test_a_secret_is_known_by_its_mark() -> None:
    assert is_secret(Secret[str])
    assert is_secret(Secret[str] | None)
    assert not is_secret(str | None)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536 << 20, "1.5 GiB"),
        (3 << 40, "3.0 TiB"),
        (1 << 60, "1048576.0 TiB"),
    ],
)
def test_a_size_is_shown_in_the_largest_unit_that_fits(count: int, text: str) -> None:
    assert in_units(count) == text


@given(st.integers(min_value=0, max_value=2**63))
def test_a_size_keeps_every_byte(count: int) -> None:
    size = value_of(Size)
    text = size.normalise(count)
    assert size.to_api(text) == count
    assert size.from_api(count) == text == size.normalise(text)


@given(
    st.binary(min_size=6, max_size=6),
    st.sampled_from([":", "-", ""]),
    st.booleans(),
)
def test_a_mac_address_is_the_same_in_every_spelling(octets: bytes, separator: str, upper: bool) -> None:
    text = octets.hex(separator) if separator else octets.hex()
    mac = value_of(MacAddress)
    assert mac.normalise(text.upper() if upper else text) == octets.hex(":")
    assert mac.from_api(octets.hex(":")) == mac.normalise(text)


@given(st.text(max_size=20))
def test_no_text_makes_a_comparison_fail(text: str) -> None:
    for kind in (MacAddress, Cidr, IpAddress, Size, Key, RowPath, MachineType):
        assert value_of(kind).same(text, text) in (True, False)

"""The words of VergeOS, which a trace shows, and the names of what it never does."""

from __future__ import annotations

import functools
import re
from typing import get_args

from verge_pulumi.client.query import Operator

NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,12})?")
"""A number as text."""

OPERATORS = frozenset((*get_args(Operator), "and", "or", "not", "null", "true", "false"))
"""What filters are made of beside columns and values."""

_SECRET_NAME = re.compile(
    r"pass|secret|token|psk|private|credential|api_?key|hmac|authorization|cookie|signature|community"
    r"|(?:^|_)(?:pin|pwd|t?otp|mfa|2fa|salt|seed|nonce)\d*(?:_|$)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"latitude|longitude|coordinate|(?:^|_)(?:lat|lon|lng|geo|gps|zip|postal|postcode|phone|mobile|fax)(?:_|$)",
    re.IGNORECASE,
)
"""Names of what tells by a number who somebody is, or where."""

_SYSTEM_COLUMNS = ("$key", "$row", "$count", "$display")
_COUNTING = ("limit", "offset", "filepos", "download")
_PATH_ACTIONS = ("apply", "applydns", "apply_universal_vars")  # docs/vergeos/README.md §6.5


def is_hidden(name: str) -> bool:
    """Say whether what has such a name is a secret, or tells by a number who or where somebody is."""
    return bool(_SECRET_NAME.search(name) or _PERSONAL.search(name))


class Words:
    """The words of VergeOS.

    Attributes:
        known: Tables, columns, choices, actions and views; no numbers, which are words of one column only.
        secret: Columns that hold a secret in some table.
        numeric: Columns that hold a number or a key in each table that has one of that name.
        choices: Choices, each with its column.
        references: Columns that hold a table and a key.
        of_paths: Tables, actions, and what else paths are made of.
        of_filters: Columns, operators and what else filters are made of, but for values.
    """

    def __init__(self) -> None:
        from verge_pulumi.catalogue import TABLES, Type
        from verge_pulumi.catalogue.platform import index_entries

        tables = [*TABLES.values()]
        columns = [column for table in tables for column in table.columns]
        named = {each.name for each in columns}
        self.choices = {(each.name, word) for each in columns for word in each.choices}
        actions = {action for table in tables for action in table.actions}
        shared = {*_SYSTEM_COLUMNS, "location", "dbpath", "response", "action", "params"}
        views = {view for table in tables for view in table.views} | {"all", "most"}
        tabled = {
            *(entry["name"] for entry in index_entries(tables)),
            *(table.singular or table.name for table in tables),
        }
        words = {*named, *actions, *shared, *views, *tabled, *(word for _, word in self.choices)} - {""}
        self.known = frozenset(word for word in words if not NUMBER.fullmatch(word))
        self.secret = frozenset(each.name for each in columns if each.secret) - {"two_factor_setup_next_login"}
        numbers, others = set[str](), set[str]()
        for each in columns:
            (numbers if each.type in (Type.INT, Type.NUMBER, Type.REF) else others).add(each.name)
        self.numeric = frozenset(numbers - others) | {*_SYSTEM_COLUMNS, *_COUNTING}
        self.references = {each.name for each in columns if each.type is Type.ANY_REF} | {"location", "dbpath"}
        self.of_paths = tabled | actions | {*_PATH_ACTIONS, "api", "v4", "sys", "tokens", "version.json", "$table"}
        self.of_filters = named | {*_SYSTEM_COLUMNS, *OPERATORS}


@functools.cache
def words_of_vergeos() -> Words:
    """Return them; the catalogue is read once, and only where a trace is written."""
    return Words()

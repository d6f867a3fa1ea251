"""A thin client for the REST API of VergeOS, usable on its own.

from verge_pulumi.client import ApiKey, VergeClient, where

with VergeClient("verge.example.com", auth=ApiKey(os.environ["VERGEOS_API_KEY"])) as verge:
    vms = verge.table("vms")
    for vm in vms.iterate(fields=["$key", "name"], filter=where("is_snapshot", "eq", False)):
        print(vm["$key"], vm["name"])
    vms.action(vms.create({"name": "web", "ram": 4096, "cpu_cores": 2}).key, "poweron")
"""

from verge_pulumi.client.auth import ApiKey, Authentication, Basic, SessionToken
from verge_pulumi.client.client import VergeClient
from verge_pulumi.client.errors import (
    AlreadyExists,
    ApiError,
    BadAnswer,
    BadRequest,
    Conflict,
    InvalidHost,
    InvalidKey,
    InvalidLogin,
    InvalidQuery,
    LoginRequired,
    NoAnswer,
    NoSpace,
    NotFound,
    NotPermitted,
    Outcome,
    PermissionDenied,
    RateLimited,
    ReadOnly,
    Redirected,
    Refused,
    ServerError,
    Throttled,
    Unreachable,
    UntrustedCertificate,
    VergeError,
)
from verge_pulumi.client.keys import Key, as_key
from verge_pulumi.client.limits import Clocks
from verge_pulumi.client.observing import Exchange, Observer
from verge_pulumi.client.pace import Budget, ledger_path
from verge_pulumi.client.query import Fields, Filter, Function, Operator, Sort, any_of, call, follow, select, where
from verge_pulumi.client.retry import RetryPolicy
from verge_pulumi.client.session import recording_writes
from verge_pulumi.client.table import Receipt, Row, Table
from verge_pulumi.client.text import hidden_so_far, hiding, printable, printable_lines

__all__ = [
    "AlreadyExists",
    "ApiError",
    "ApiKey",
    "Authentication",
    "BadAnswer",
    "BadRequest",
    "Basic",
    "Budget",
    "Clocks",
    "Conflict",
    "Exchange",
    "Fields",
    "Filter",
    "Function",
    "InvalidHost",
    "InvalidKey",
    "InvalidLogin",
    "InvalidQuery",
    "Key",
    "LoginRequired",
    "NoAnswer",
    "NoSpace",
    "NotFound",
    "NotPermitted",
    "Observer",
    "Operator",
    "Outcome",
    "PermissionDenied",
    "RateLimited",
    "ReadOnly",
    "Receipt",
    "Redirected",
    "Refused",
    "RetryPolicy",
    "Row",
    "ServerError",
    "SessionToken",
    "Sort",
    "Table",
    "Throttled",
    "Unreachable",
    "UntrustedCertificate",
    "VergeClient",
    "VergeError",
    "any_of",
    "as_key",
    "call",
    "follow",
    "hidden_so_far",
    "hiding",
    "ledger_path",
    "printable",
    "printable_lines",
    "recording_writes",
    "select",
    "where",
]

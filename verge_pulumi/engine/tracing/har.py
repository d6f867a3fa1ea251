"""An exchange as an entry of a HAR file, which browsers' tools and others read (HTTP Archive 1.2)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from verge_pulumi.client import Exchange, NoAnswer, printable
from verge_pulumi.client.answer import Request
from verge_pulumi.engine.tracing.masks import Masks, encoded

HOST = "https://vergeos.invalid"
"""Stands in the place of the host, of which a trace says nothing."""

LOGINS = "/api/sys/tokens"
"""Where bodies are logins and tokens; nothing of them is shown."""

_HEADERS = ("Content-Type", "Date", "Retry-After")
"""Headers of an answer that are shown; those of a request hold the credentials."""

_HTTP = "HTTP/1.1"


def entry(exchange: Exchange, masks: Masks) -> dict[str, Any]:
    """Return an exchange as an entry, without what is secret or tells who and where."""
    told: dict[str, Any] = {
        "startedDateTime": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds"),
        "time": _milliseconds(exchange.lasted),
        "request": _request(exchange.request, masks),
        "response": _response(exchange, masks),
        "cache": {},
        "timings": {
            "send": 0,
            "wait": _milliseconds(exchange.waited),
            "receive": _milliseconds(exchange.lasted - exchange.waited),
        },
        "_process": os.getpid(),
    }
    if exchange.failure is not None:
        told["_failure"] = _why(exchange)
    return told


def _request(request: Request, masks: Masks) -> dict[str, Any]:
    parameters = masks.query(request.query)
    query = f"?{encoded(parameters)}" if parameters else ""
    told: dict[str, Any] = {
        "method": request.method,
        "url": f"{HOST}{masks.path(request.path)}{query}",
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": [],
        "queryString": [{"name": name, "value": value} for name, value in parameters],
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body:
        kind = request.headers.get("Content-Type", "")
        shown = "" if request.path.startswith(LOGINS) else masks.body(request.body, kind)
        told["postData"] = {"mimeType": kind, "text": shown}
    return told


def _response(exchange: Exchange, masks: Masks) -> dict[str, Any]:
    headers = {name: printable(exchange.headers[name], 100) for name in _HEADERS if name in exchange.headers}
    content: dict[str, Any] = {"size": exchange.received, "mimeType": headers.get("Content-Type", "")}
    if exchange.body and not exchange.request.path.startswith(LOGINS):
        content["text"] = masks.body(exchange.body, content["mimeType"], failed=exchange.status >= 400)
    return {
        "status": exchange.status,
        "statusText": _phrase(exchange.status),
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _why(exchange: Exchange) -> str:
    """Return what went wrong, without the words of others, which may name the host."""
    kind = type(exchange.failure).__name__
    return f"{kind}: {exchange.failure.reason}" if isinstance(exchange.failure, NoAnswer) else kind


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _milliseconds(seconds: float) -> float:
    return round(max(seconds, 0.0) * 1000, 3)

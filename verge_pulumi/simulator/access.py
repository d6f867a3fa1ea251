"""Authentication: passwords, session tokens, API keys and the hourly limit (docs/vergeos/README.md §2, §4)."""

from __future__ import annotations

import base64
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from verge_pulumi.simulator.backend import Backend
from verge_pulumi.simulator.behaviour.access.api_keys import ApiKeys
from verge_pulumi.simulator.errors import ApiError, login_required
from verge_pulumi.simulator.relations import Key, Row

_IDLE_SECONDS = 1800.0
"""How long an unused session lives; VergeOS documents that it ends after inactivity, not after how much."""

_HOUR = 3600.0


@dataclass
class _Session:
    user: Key
    used: float


class Access:
    """Checks credentials.

    Args:
        backend: The system; passwords are those of its table `users`.
        api_key: An API key that is in no table and acts for the first user.
        requests_per_hour: The limit per credential; 0 for none.
    """

    def __init__(self, backend: Backend, *, api_key: str, requests_per_hour: int) -> None:
        self._backend = backend
        self._api_key = api_key
        self._limit = requests_per_hour
        self._sessions: dict[str, _Session] = {}
        self._requests: dict[str, deque[float]] = {}

    def login(self, headers: Mapping[str, str], body: Mapping[str, object]) -> dict[str, object]:
        """Open a session for the credentials in the body or in the Basic header; return its receipt.

        Raises:
            ApiError: They are wrong or missing (401).
        """
        if "login" in body:
            user = self._password_user(str(body["login"]), str(body.get("password", "")))
        else:
            user = self._basic_user(headers.get("Authorization", ""))
        token = secrets.token_hex(20)
        self._sessions[token] = _Session(user["$key"], self._backend.clock.now())
        return {"location": f"/sys/tokens/{token}", "dbpath": f"tokens/{token}", "$row": 1, "$key": token}

    def logout(self, token: str) -> bool:
        """Close a session; return whether there was one."""
        return self._sessions.pop(token, None) is not None

    def forget_sessions(self) -> None:
        """Expire every session at once."""
        self._sessions.clear()

    def clear(self) -> None:
        """Forget sessions and the requests counted against the limit."""
        self._sessions.clear()
        self._requests.clear()

    def user(self, headers: Mapping[str, str]) -> Row:
        """Return the user that a request acts for.

        Raises:
            ApiError: The credentials are missing, wrong or expired (401), or used up this hour's requests (429).
        """
        token = headers.get("x-yottabyte-token")
        scheme, _, credential = headers.get("Authorization", "").partition(" ")
        if token is None and not scheme:
            token = _cookie(headers.get("Cookie", ""))
        if token is not None:
            user = self._session_user(token) if token in self._sessions else self._key_user(token)
        elif scheme.lower() == "bearer":
            user = self._key_user(credential.strip())
        else:
            user = self._basic_user(headers.get("Authorization", ""))
        if self._limit:
            self._count(token or credential)
        return user

    def _session_user(self, token: str) -> Row:
        session, now = self._sessions[token], self._backend.clock.now()
        if now - session.used > _IDLE_SECONDS:
            del self._sessions[token]
            raise login_required()
        session.used = now
        return self._enabled(self._backend.store.get("users", session.user))

    def _key_user(self, key: str) -> Row:
        # API keys came with 26.0 (docs/vergeos/README.md §2).
        if not self._backend.release.since("26.0"):
            raise login_required()
        if _same(key, self._api_key):
            return self._enabled(next(iter(self._backend.store.rows("users")), None))
        keys = self._backend.behaviours.get("user_api_keys")
        return self._enabled(self._backend.store.get("users", keys.user_of(key)) if isinstance(keys, ApiKeys) else None)

    def _basic_user(self, header: str) -> Row:
        scheme, _, credential = header.partition(" ")
        try:
            name, colon, password = base64.b64decode(credential, validate=True).decode().partition(":")
        except ValueError:  # no base64, or no UTF-8 in it
            raise login_required() from None
        if scheme.lower() != "basic" or not colon:
            raise login_required()
        return self._password_user(name, password)

    def _password_user(self, name: str, password: str) -> Row:
        for user in self._backend.store.rows("users"):
            if user["name"] == name.lower() and user["password"] and _same(user["password"], password):
                return self._enabled(user)
        raise login_required()

    @staticmethod
    def _enabled(user: Row | None) -> Row:
        if user is None or not user["enabled"]:
            raise login_required()
        return user

    def _count(self, credential: str) -> None:
        now, requests = self._backend.clock.now(), self._requests.setdefault(credential, deque())
        while requests and now - requests[0] >= _HOUR:
            requests.popleft()
        if len(requests) >= self._limit:
            # No source shows the answer; 429 without Retry-After is the best guess (docs/vergeos/quirks.md §9).
            raise ApiError(429, "Too many requests")
        requests.append(now)


def _cookie(header: str) -> str | None:
    """Return the token in a cookie, where one client has it (docs/vergeos/README.md §2), if there is one."""
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return None
    return cookies["token"].value if "token" in cookies else None


def _same(left: str, right: str) -> bool:
    return secrets.compare_digest(*(text.encode(errors="surrogateescape") for text in (left, right)))

"""The client: one VergeOS, its tables, its version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from verge_pulumi.client.answer import Answer, Request
from verge_pulumi.client.auth import Authentication
from verge_pulumi.client.certificates import verification
from verge_pulumi.client.host import origin
from verge_pulumi.client.limits import Clocks, MiB
from verge_pulumi.client.observing import Observer
from verge_pulumi.client.once import Once
from verge_pulumi.client.pace import Budget
from verge_pulumi.client.query import query_string
from verge_pulumi.client.retry import RetryPolicy
from verge_pulumi.client.session import Session
from verge_pulumi.client.table import Row, Table

if TYPE_CHECKING:
    from verge_pulumi.client.transport import Transport

_COME_AGAIN = (429, 502, 503, 504)
_SYSTEM_FIELDS = "$key,id,yb_version,os_version,cloud_name"


class VergeClient:
    """A connection to one VergeOS, as a context manager. Threads may share it; nothing is sent before the first call.

    Args:
        host: ``verge.example.com``, ``host:8443``, ``https://host``, ``[fd00::5]:8443``; ``http://`` to loopback only.
        auth: Who sends the requests: `Basic`, `SessionToken` or `ApiKey`.
        ca_file: PEM file of the authority to trust instead of the public ones.
        insecure: Do not verify the TLS certificate. Whoever sits in between can then read the credentials.
        clocks: How long to wait for what.
        retries: When a request is sent again.
        budget: What requests are taken from; without one there is no limit.
        max_body: The longest answer to accept, in bytes after decompression; downloads are not limited.
        pool_size: Connections to keep open.
        read_only: Refuse every request that could change something; a login is none of them.
        observers: Each is told of every exchange, credentials included, logins too.

    Raises:
        InvalidHost: The host or the CA file cannot be used.
    """

    def __init__(
        self,
        host: str,
        *,
        auth: Authentication,
        ca_file: str | Path | None = None,
        insecure: bool = False,
        clocks: Clocks = Clocks(),  # noqa: B008  immutable
        retries: RetryPolicy = RetryPolicy(),  # noqa: B008  immutable
        budget: Budget | None = None,
        max_body: int = 8 * MiB,
        pool_size: int = 32,
        read_only: bool = False,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.host = host = origin(host)
        verify = verification(ca_file, insecure)

        def transport() -> Transport:
            from verge_pulumi.client.transport import Transport  # as its docstring says

            return Transport(
                host, verify=verify, clocks=clocks, max_body=max_body, pool_size=pool_size, observers=observers
            )

        self._auth = auth
        self.budget = budget or Budget(0)
        self._session = Session(Once(transport), auth, retries, self.budget, read_only=read_only)

    def __repr__(self) -> str:
        return f"VergeClient({self.host!r}, auth={self._auth!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def table(self, name: str) -> Table:
        """Return a table by its name in the API, such as ``vms``. Nothing is sent."""
        return Table(self._session, name)

    def exchange(self, request: Request) -> Answer:
        """Send a request and return its answer as it came, a refusal too: for those who ask how VergeOS answers.

        Raises:
            VergeError: There was no answer, or one that says to come again (429, 502, 503, 504).
        """

        def read(answer: Answer) -> Answer:
            if answer.status in _COME_AGAIN:
                answer.value()
            return answer

        return self._session.send(request, read)

    def version(self) -> Row:
        """Return ``/version.json``: ``name``, ``version`` and ``hash``. Sent without credentials."""
        return self._session.send(Request("GET", "/version.json", anonymous=True), Answer.object)

    def system(self) -> Row:
        """Return what identifies the system: ``$key``, ``id``, ``yb_version``, ``os_version`` and ``cloud_name``."""
        query = query_string(fields=_SYSTEM_FIELDS)
        return self._session.send(Request("GET", "/api/v4/system", query), _one_row)

    def index(self) -> list[Row]:
        """Return what ``GET /api/v4`` lists: an entry with a ``name`` for each table, index and view."""
        return self._session.send(Request("GET", "/api/v4"), Answer.rows)

    def close(self) -> None:
        """Log a session out, as far as that takes no more than 3 s, and close the connections."""
        self._session.close()


def _one_row(answer: Answer) -> Row:
    """Return the row of a table that every system has one of, which those who may not list it do not see."""
    if answer.value() == []:
        raise answer.hidden()
    return answer.object()

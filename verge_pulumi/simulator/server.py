"""HTTP and TLS: connections, the request log and faults around the API."""

from __future__ import annotations

import asyncio
import email.utils
import itertools
import json
import socket
import ssl
import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import trustme
from aiohttp import web

from verge_pulumi.simulator.api import Api
from verge_pulumi.simulator.calls import Answer, Call, parse_json
from verge_pulumi.simulator.contents import Download
from verge_pulumi.simulator.dials import DIALS, Dialboard
from verge_pulumi.simulator.errors import ApiError
from verge_pulumi.simulator.faults import Fault
from verge_pulumi.simulator.gate import Gate
from verge_pulumi.simulator.log import Request
from verge_pulumi.simulator.page import page
from verge_pulumi.simulator.world import World

_MAX_BODY = 16 * 1024**2
_SHUTDOWN_SECONDS = 0.1
_FOR_CLIENTS = ("/api/", "/version.json")
"""Paths used by clients, which may address the server by any name."""


class Certificate:
    """A temporary certificate authority and the server's certificate.

    Args:
        host: The address served; the names of loopback are always included.

    Attributes:
        ca_pem: The authority's certificate, for clients that verify.
        context: The server's TLS settings; TLS 1.2 at least, as since 26.1.3.
    """

    def __init__(self, host: str) -> None:
        authority = trustme.CA(organization_name="VergeOS simulator")
        names = dict.fromkeys(("127.0.0.1", "::1", "localhost", host))
        self.ca_pem = authority.cert_pem.bytes()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        authority.issue_cert(*names).configure_cert(self.context)


class Server:
    """Serves a simulated system until it is closed.

    Args:
        world: The system and its surroundings.
        host: The address to listen on.
    """

    def __init__(self, world: World, host: str) -> None:
        self._world = world
        self._host = host
        self._gate = Gate(host)
        self._api = Api(world.backend, world.access)
        self._dialboard = Dialboard(world)
        self._connections: WeakKeyDictionary[asyncio.BaseTransport, int] = WeakKeyDictionary()
        self._numbers = itertools.count(1)
        self._closing = asyncio.Event()
        application = web.Application(client_max_size=_MAX_BODY)
        application.router.add_route("*", "/{path:.*}", self._handle)
        application.on_response_prepare.append(self._date)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS
        )

    async def open(self, port: int, context: ssl.SSLContext | None) -> int:
        """Start listening.

        Returns:
            The port, chosen by the system when `port` is 0.

        Raises:
            OSError: The address cannot be used.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, port, ssl_context=context).start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening and end every request under way."""
        self._closing.set()
        open_connections = [] if self._runner.server is None else self._runner.server.connections
        transports = [connection.transport for connection in open_connections if connection.transport]
        await self._runner.cleanup()
        for transport in transports:
            # One with TLS would wait for the client's farewell while the loop ends. One that is lost already has no
            # protocol any more, which Python before 3.11.4 stumbles over.
            with suppress(AttributeError):
                transport.abort()
        await asyncio.sleep(0)

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        """Let an answer carry the simulated time, of which there is one."""
        response.headers["Date"] = email.utils.formatdate(self._world.clock.now(), usegmt=True)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.read()
        except web.RequestPayloadError:  # it is not compressed as its head says
            return _response(Answer.of_error(ApiError(400, "Invalid body")))
        call = Call(
            verb=request.method, path=request.path, query=dict(request.query), headers=request.headers, body=body
        )
        is_dial = f"{call.path}/".startswith(f"{DIALS}/")
        try:
            if not call.path.startswith(_FOR_CLIENTS):
                self._gate.check_name(call.headers, _own_address(request))
            if is_dial:
                self._gate.check_sender(call.verb, call.headers, request.scheme)
        except ApiError as refusal:
            return _response(Answer.of_error(refusal))
        if (call.verb, call.path) == ("GET", "/"):
            return _response(page())
        if is_dial:
            return _response(self._dialboard.answer(call))
        if call.verb == "GET" and request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._console(request, call)
        entry = self._begin(request, call)
        try:
            if self._world.latency:
                await asyncio.sleep(self._world.latency)
            return await self._serve(request, call, entry)
        finally:
            self._world.log.end(entry)

    def _begin(self, request: web.Request, call: Call) -> Request:
        transport = request.transport
        number = 0
        if transport is not None:
            number = self._connections.get(transport) or next(self._numbers)
            self._connections[transport] = number
        try:
            body = parse_json(call.body) if call.body else None
        except ValueError:
            body = f"<{len(call.body)} bytes that are not JSON>"
        return self._world.log.begin(
            time=self._world.clock.now(),
            verb=call.verb,
            path=call.path,
            query="&".join(f"{name}={value}" for name, value in call.query.items()),
            body=body,
            connection=number,
        )

    async def _serve(self, request: web.Request, call: Call, entry: Request) -> web.StreamResponse:
        fault = self._world.faults.strike(call.verb, call.path)
        if fault is not None and fault.what == "expire_token" and fault.when == "before":
            self._world.access.forget_sessions()
            fault = None
        if fault is not None and fault.when == "before":
            return await self._misbehave(request, fault, entry, None)
        answer = self._api.answer(call)
        entry.applied = answer.applied
        if fault is not None and fault.what == "expire_token":
            self._world.access.forget_sessions()
        elif fault is not None:
            return await self._misbehave(request, fault, entry, answer)
        entry.status = answer.status
        return await self._send(request, answer)

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Send an answer; the content of a file is sent in pieces, whatever its size."""
        if not isinstance(answer.body, Download):
            return _response(answer, indented=request.headers.get("X-JSON-Non-Compact", "0") != "0")
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        for piece in answer.body.pieces():
            await response.write(piece)
        await response.write_eof()
        return response

    async def _misbehave(
        self, request: web.Request, fault: Fault, entry: Request, answer: Answer | None
    ) -> web.StreamResponse:
        substitute = fault.substitute()
        if substitute is not None:
            status, body, headers = substitute
            entry.status = status
            return _response(Answer(status, body, headers=headers))
        match fault.what:
            case "reset":
                _reset(request)
            case "hang":
                self._world.faults.hung.release()
                await self._closing.wait()
                _reset(request)
            case "drip" | "cut" if answer is not None:
                entry.status = answer.status
                return await self._send_badly(request, fault, answer)
        return web.Response()  # nobody is there to receive it

    async def _send_badly(self, request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
        """Send an answer byte by byte, or only its beginning."""
        body = _response(answer).body
        payload = body if isinstance(body, bytes) else b""
        response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
        response.content_length = len(payload)
        await response.prepare(request)
        if fault.what == "cut":
            await response.write(payload[: fault.options.get("bytes", len(payload) // 2)])
            if request.transport is not None:
                request.transport.close()
            return response
        closing = asyncio.ensure_future(self._closing.wait())
        for number in payload:
            await response.write(bytes((number,)))
            await asyncio.wait((closing,), timeout=fault.options.get("seconds", 1.0))
            if closing.done():
                break
        closing.cancel()
        return response

    async def _console(self, request: web.Request, call: Call) -> web.StreamResponse:
        """Answer a VM's console with 101 and send the greeting of a VNC server."""
        refusal = self._api.console(call)
        if refusal is not None:
            return _response(refusal)
        websocket = web.WebSocketResponse()
        await websocket.prepare(request)
        await websocket.send_bytes(b"RFB 003.008\n")
        await websocket.close()
        return websocket


def _own_address(request: web.Request) -> str:
    """Return the local address of a request's connection, or "" if it is closed."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return str(name[0]) if name else ""


def _response(answer: Answer, *, indented: bool = False) -> web.Response:
    headers: Mapping[str, Any] = answer.headers
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    kind = {} if "Content-Type" in headers else {"Content-Type": "application/json"}
    return web.Response(
        status=answer.status, body=_payload(answer.body, indented=indented), headers={**headers, **kind}
    )


def _payload(body: Any, *, indented: bool) -> bytes:
    """Return a body as it is sent.

    Args:
        body: The body.
        indented: Whether JSON is for people: the sample of the API guide has three blanks a level and escapes slashes
            (docs/vergeos/README.md §3).
    """
    if isinstance(body, bytes | Download):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    if not indented:
        return json.dumps(body, separators=(",", ":")).encode()
    return json.dumps(body, indent=3, separators=(",", ":")).replace("/", "\\/").encode()


def _reset(request: web.Request) -> None:
    """Break a connection so that the client gets a reset, not an orderly close."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

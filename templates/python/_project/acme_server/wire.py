"""Stands between the network and the SDK.

It refuses what is no proper message, one message at a time, where the mcp SDK
2.3 would drop it, end the connection or answer with plain text. A later SDK may
make it needless.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

import anyio
import anyio.from_thread
import anyio.to_thread
import pydantic_core
from anyio.from_thread import BlockingPortal
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.message import SessionMessage
from mcp.types import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
    DiscoverResult,
    JSONRPCError,
    JSONRPCResponse,
    RequestParams,
    jsonrpc_message_adapter,
)
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REVISIONS = [*HANDSHAKE_PROTOCOL_VERSIONS, *MODERN_PROTOCOL_VERSIONS]

_MAX_DEPTH = 100  # of nested arrays and objects
_MAX_BATCH = 100  # messages
_DRAIN = 16 << 20  # bytes of a body that is refused
_LAST_BATCHING = "2025-03-26"  # revisions are dates and sort as text
_LISTEN = "subscriptions/listen"
_VERSION_KEY = "io.modelcontextprotocol/protocolVersion"

Json: TypeAlias = dict[str, Any]


@dataclass
class Incoming:
    """What is looked at before the SDK sees a message."""

    id: str | int | float | None = None  # None: a notification, or not known
    method: str = ""  # empty: a response
    cancels: Any = None  # the id that notifications/cancelled names
    version: str = ""  # the revision that _meta names, if any
    refusal: Json | None = None  # the error to send back instead


def read(value: Any) -> Incoming:
    """Check one decoded message."""
    m = Incoming()
    if not isinstance(value, dict):
        return _refused(m, INVALID_REQUEST, "a message is an object")
    has_id = "id" in value
    if isinstance(value.get("id"), (str, int, float)) and not isinstance(value["id"], bool):
        m.id = value["id"]
    if value.get("jsonrpc") != "2.0":
        return _refused(m, INVALID_REQUEST, 'jsonrpc must be "2.0"')
    if has_id and m.id is None:
        return _refused(m, INVALID_REQUEST, "id must be a string or a number")
    if "method" not in value:
        if ("result" in value) == ("error" in value) or m.id is None:
            return _refused(m, INVALID_REQUEST, "a message has a method, or an id and a result or an error")
        return m
    if not isinstance(value["method"], str) or not value["method"]:
        return _refused(m, INVALID_REQUEST, "method must be a text")
    m.method = value["method"]
    return _read_params(m, value.get("params"))


def _read_params(m: Incoming, params: Any) -> Incoming:
    """Refuse revisions that do not exist and arguments of the wrong kind."""
    if params is not None and not isinstance(params, dict):
        return _refused(m, INVALID_PARAMS, "params must be an object")
    params = params or {}
    arguments = params.get("arguments")
    if m.method in ("tools/call", "prompts/get") and arguments is not None:
        if not isinstance(arguments, dict):
            return _refused(m, INVALID_PARAMS, "arguments are an object")
        if m.method == "prompts/get" and not all(isinstance(a, str) for a in arguments.values()):
            return _refused(m, INVALID_PARAMS, "the arguments of a prompt are an object of texts")
    m.cancels = params.get("requestId")
    meta = params.get("_meta")
    version = meta.get(_VERSION_KEY) if isinstance(meta, dict) else None
    if isinstance(version, str):
        m.version = version
        if version not in REVISIONS:
            data = {"supported": REVISIONS, "requested": version}
            return _refused(m, UNSUPPORTED_PROTOCOL_VERSION, "unsupported protocol version", data)
    return m


def decode(raw: bytes) -> tuple[Any, Incoming | None]:
    """Decode JSON; what comes second, if anything, refuses it."""
    if _too_deep(raw):
        return None, _refused(Incoming(), INVALID_REQUEST, "the message is nested too deeply")
    try:
        return pydantic_core.from_json(raw, allow_inf_nan=False), None
    except ValueError:
        return None, _refused(Incoming(), PARSE_ERROR, "this is not JSON")


_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def _too_deep(raw: bytes) -> bool:
    depth = 0
    for token in _NESTING.finditer(raw):
        match token[0]:
            case b"[" | b"{":
                depth += 1
                if depth > _MAX_DEPTH:
                    return True
            case b"]" | b"}":
                depth -= 1
    return False


def _refused(m: Incoming, code: int, text: str, data: Any = None) -> Incoming:
    m.refusal = {"code": code, "message": text}
    if data is not None:
        m.refusal["data"] = data
    return m


def _member(value: Any) -> Incoming:
    """Check a member of a batch."""
    m = read(value)
    if m.refusal is None and m.method == "initialize":
        _refused(m, INVALID_REQUEST, "initialize must not be part of a batch")
    return m


def _answer(m: Incoming) -> bytes:
    """Encode the answer to a refused message.

    Where the id is unknown it is null; an error about a notification has none.
    """
    answer: Json = {"jsonrpc": "2.0", "id": m.id, "error": m.refusal}
    if m.id is None and m.method:
        del answer["id"]
    return json.dumps(answer, separators=(",", ":")).encode()


def name_all_revisions(server: Server[Any]) -> None:
    """Let server/discover name the revisions with a handshake, too, which the SDK leaves out."""

    async def discover(context: ServerRequestContext[Any, Any], _: RequestParams | None) -> DiscoverResult:
        return DiscoverResult(
            supported_versions=REVISIONS,
            capabilities=server.get_capabilities(protocol_version=context.protocol_version),
            instructions=server.instructions,
        )

    server.add_request_handler("server/discover", RequestParams, discover)


# Over standard input and output


class Stdio:
    """Serves one client over two file descriptors, one message a line.

    At the end of input it waits for the answers that are under way, which the
    SDK would drop.
    """

    def __init__(self, server: Server[Any], source: int, sink: int, max_line: int) -> None:
        """Take the server, where to read and to write, and how many bytes a line may have."""
        self._server = server
        self._source, self._sink = source, sink
        self._max_line = max_line
        self._version = ""  # as negotiated; empty until then
        self._waiting: dict[str, str] = {}  # methods of the requests not yet answered, by id
        self._silent: set[str] = set()  # requests that were cancelled: they are answered no more
        self._answered = anyio.Event()  # replaced at each answer
        self._writing = anyio.Lock()
        self._stopped = anyio.Event()

    def stop(self) -> None:
        """Take nothing in any more, answer what is under way and end."""
        self._stopped.set()

    async def run(self, grace: float = 20) -> bool:
        """Serve until the input ends or stop is called.

        Answers are waited for as many seconds as grace says; False tells that some were lost.
        """
        chunks, read_chunks = anyio.create_memory_object_stream[list[bytes]](0)
        to_sdk, sdk_in = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        sdk_out, from_sdk = anyio.create_memory_object_stream[SessionMessage](0)

        async def take() -> None:
            async for lines in read_chunks:
                for line in lines:
                    await self._take(line, to_sdk)
            self.stop()

        async def serve() -> None:
            await self._server.run(sdk_in, sdk_out, self._server.create_initialization_options())

        async def write() -> None:
            async for message in from_sdk:
                await self._pass_on(message)

        async with (
            anyio.from_thread.BlockingPortal() as portal,
            chunks,
            read_chunks,
            to_sdk,
            sdk_in,
            sdk_out,
            from_sdk,
            anyio.create_task_group() as tasks,
        ):
            # A thread of our own: one of a pool that waits for input would keep the process from ending.
            threading.Thread(target=self._pump, args=(portal, chunks), daemon=True).start()
            for task in (take, serve, write):
                tasks.start_soon(task)
            await self._stopped.wait()
            with anyio.move_on_after(grace) as waited:
                await self._idle()
            tasks.cancel_scope.cancel()
        return not waited.cancelled_caught

    def _pump(self, portal: BlockingPortal, chunks: MemoryObjectSendStream[list[bytes]]) -> None:
        """Read lines, of one that is too long only the beginning."""
        line = b""
        try:
            while chunk := os.read(self._source, 1 << 16):
                first, *more = chunk.split(b"\n")
                lines = [(line + first)[: self._max_line + 1], *more]
                line = lines.pop()
                if lines:
                    portal.call(chunks.send, lines)
            portal.call(chunks.send, [line])
            portal.call(chunks.aclose)
        except (OSError, RuntimeError, CancelledError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # nobody listens any more

    async def _idle(self) -> None:
        """Wait until every request is answered. Subscriptions do not count: they are answered when they end."""
        while any(method != _LISTEN for method in self._waiting.values()):
            await self._answered.wait()

    async def _take(self, line: bytes, sdk: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        """Hand to the SDK what is in order and answer the rest."""
        if len(line) > self._max_line:
            return await self._refuse(_refused(Incoming(), INVALID_REQUEST, "the message is too long"))
        if not line.strip():
            return None
        value, refused = decode(line)
        if refused is not None:
            return await self._refuse(refused)
        if not isinstance(value, list):
            return await self._hand(value, read(value), sdk)
        if not ("" < self._version <= _LAST_BATCHING and 0 < len(value) <= _MAX_BATCH):
            return await self._refuse(_refused(Incoming(), INVALID_REQUEST, "a batch is not accepted here"))
        for member in value:  # the members become messages of their own, and so do their answers
            await self._hand(member, _member(member), sdk)
        return None

    async def _hand(self, value: Any, m: Incoming, sdk: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        if m.refusal is None:
            try:
                message = SessionMessage(jsonrpc_message_adapter.validate_python(value, by_name=False))
            except ValueError:
                _refused(m, INVALID_REQUEST, "this is no message of JSON-RPC")
        if m.refusal is not None:
            return await self._refuse(m)
        if m.id is not None and m.method:
            self._waiting[json.dumps(m.id)] = m.method
        elif m.method == "notifications/cancelled":
            cancelled = json.dumps(m.cancels)
            if self._waiting.get(cancelled, "initialize") != "initialize":
                self._silent.add(cancelled)
                self._settle(cancelled)
        await sdk.send(message)
        while m.method and self._waiting.get(json.dumps(m.id)) == "initialize":  # what follows depends on its answer
            await self._answered.wait()
        return None

    def _settle(self, key: str) -> None:
        self._waiting.pop(key, None)
        self._answered.set()
        self._answered = anyio.Event()

    async def _refuse(self, m: Incoming) -> None:
        await self._write(_answer(m))

    async def _pass_on(self, outgoing: SessionMessage) -> None:
        """Write a message of the SDK's."""
        message = outgoing.message
        text = message.model_dump_json(by_alias=True, exclude_unset=True).encode()
        if not isinstance(message, (JSONRPCResponse, JSONRPCError)):
            return await self._write(text)
        key = json.dumps(message.id)
        if self._waiting.get(key) == "initialize" and isinstance(message, JSONRPCResponse):
            self._version = str(message.result.get("protocolVersion", ""))
        if key in self._silent:
            self._silent.discard(key)
        else:
            await self._write(text)
        self._settle(key)
        return None

    async def _write(self, text: bytes) -> None:
        def write() -> None:
            rest = memoryview(text + b"\n")
            while rest:
                rest = rest[os.write(self._sink, rest) :]

        async with self._writing:
            await anyio.to_thread.run_sync(write)


def own_stdio() -> tuple[int, int]:
    """Return the process's standard input and output, for the protocol alone.

    What else prints to standard output goes to standard error from here on.
    """
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return source, sink


# Over HTTP


class Guard:
    """Refuses what web pages of other sites and strangers' DNS names send.

    An Origin has to be the server's own or one of origins, where "*" allows all. A
    Host has to be one of hosts; with none given, a server that listens on loopback
    goes by loopback's names alone.
    """

    def __init__(self, app: ASGIApp, *, origins: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        """Wrap app."""
        self._app = app
        self._origins = set(origins)
        self._hosts = {h.lower() for h in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refusal = self._stranger(Headers(scope=scope), scope) if scope["type"] == "http" else ""
        serve = PlainTextResponse(refusal, 403) if refusal else self._app
        await serve(scope, receive, send)

    def _stranger(self, headers: Headers, scope: Scope) -> str:
        host = headers.get("host", "").lower()
        name = _at(f"//{host}").hostname or ""
        local = (scope.get("server") or ("",))[0]
        hosts = self._hosts or (LOOPBACK if local in LOOPBACK else {name})
        if name not in hosts and host not in hosts:
            return "Forbidden: this server does not go by that Host"
        origin = headers.get("origin")
        if origin is None or {"*", origin} & self._origins or _at(origin).netloc.lower() == host:
            return ""
        return "Forbidden: this origin may not call the server"


def _at(address: str) -> SplitResult:
    """Take an address apart; of one that is none, nothing is left."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class Endpoint:
    """Refuses messages that the SDK's endpoint should not see, and what it would answer badly."""

    def __init__(self, app: ASGIApp, *, max_body: int) -> None:
        """Wrap the SDK's endpoint app. max_body is in bytes."""
        self._app = app
        self._max_body = max_body
        self._streams: set[anyio.CancelScope] = set()

    def end_streams(self) -> None:
        """End the streams that stay open by themselves: nothing is under way in them."""
        for stream in list(self._streams):
            stream.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["method"] != "POST":
            return await self._stream(scope, receive, send)
        body = await read_body(receive, self._max_body)
        if body is None:
            text = "the body is too large"
            return await PlainTextResponse(text, 413, {"Connection": "close"})(scope, receive, send)
        return await self._post(scope, Headers(scope=scope), body, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose answer may stay open until end_streams is called."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        with anyio.CancelScope() as stream:
            self._streams.add(stream)
            try:
                await self._app(scope, receive, watch)
            finally:
                self._streams.discard(stream)
        if stream.cancelled_caught and begun:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _post(self, scope: Scope, headers: Headers, body: bytes, receive: Receive, send: Send) -> None:
        version = headers.get("mcp-protocol-version", "")
        if not headers.get("content-type", "").lower().startswith("application/json"):
            return await PlainTextResponse("Content-Type must be application/json", 415)(scope, receive, send)
        value, m = decode(body)
        if isinstance(value, list) and version <= _LAST_BATCHING and 0 < len(value) <= _MAX_BATCH:
            return await self._batch(scope, value, receive, send)
        m = m or (
            _refused(Incoming(), INVALID_REQUEST, "a batch is not accepted here")
            if isinstance(value, list)
            else read(value)
        )
        if m.version and version and m.version != version:
            _refused(m, HEADER_MISMATCH, "MCP-Protocol-Version and _meta name different revisions")
        if m.refusal is None:
            answer = _Answer(send)
            serve = self._stream if m.method == _LISTEN else self._app
            await serve(scope, replay(body, receive), answer)
            m.refusal = answer.refusal()
        if m.refusal is not None:
            await Response(_answer(m), 400, media_type="application/json")(scope, receive, send)
        return None

    async def _batch(self, scope: Scope, members: list[Any], receive: Receive, send: Send) -> None:
        """Serve the members one by one, as events of one stream."""
        begun = False

        async def emit(event: bytes) -> None:
            nonlocal begun
            if not begun:
                begun = True
                await send(_EVENTS)
            await send({"type": "http.response.body", "body": event, "more_body": True})

        for member in members:
            m = _member(member)
            if m.refusal is None:
                answer = _Kept()
                await self._app(scope, replay(json.dumps(member).encode(), receive), answer)
                m.refusal = answer.refusal()
                if m.refusal is None and answer.status >= 400 and not begun:
                    # Not the message but the request is refused, say for its session.
                    return await Response(bytes(answer.body), answer.status)(scope, receive, send)
                if m.refusal is None and answer.body:
                    await emit(answer.events())
            if m.refusal is not None:
                await emit(_event(_answer(m)))
        if begun:
            return await send({"type": "http.response.body", "body": b"", "more_body": False})
        return await Response(status_code=202)(scope, receive, send)


LOOPBACK = {"127.0.0.1", "localhost", "::1"}

_EVENTS: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
    ],
}


def _event(text: bytes) -> bytes:
    return b"event: message\ndata: " + text + b"\n\n"


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """Read a body; None if it is longer than limit."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            await _drain(receive if more else None)
            return None
    return bytes(body)


async def _drain(receive: Receive | None) -> None:
    """Read on for a while: a client that still sends would not see why it is refused."""
    left = _DRAIN
    with anyio.move_on_after(5):  # seconds
        while receive is not None and left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body", False):
                return


def replay(body: bytes, receive: Receive) -> Receive:
    """Receive the body again, and after it what comes then."""
    unread = True

    async def again() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


class _Answer:
    """Passes on the SDK's answer, except for refusals in plain text, which it keeps."""

    def __init__(self, send: Send | None) -> None:
        self._send = send
        self.status = 0
        self.body = bytearray()
        self._plain = False
        self._type = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._type = Headers(raw=message["headers"]).get("content-type", "")
            self._plain = self.status in (400, 406) and not self._type.startswith("application/json")
        if self._plain or self._send is None:
            self.body += message.get("body", b"")
        else:
            await self._send(message)

    def refusal(self) -> Json | None:
        if not self._plain:
            return None
        return {"code": INVALID_REQUEST, "message": self.body.decode(errors="replace") or "the request is refused"}


class _Kept(_Answer):
    """Keeps all of the SDK's answer."""

    def __init__(self) -> None:
        super().__init__(None)

    def events(self) -> bytes:
        return bytes(self.body) if self._type.startswith("text/event-stream") else _event(bytes(self.body))

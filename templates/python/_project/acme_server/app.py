"""Joins the parts of the server.

The parts are listed in parts.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, TextIO, TypeAlias

from httpx2 import AsyncBaseTransport, AsyncClient, AsyncHTTPTransport
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from acme_server import (
    added,
    #mcpctl:if audit
    audit,
    #mcpctl:end
    #mcpctl:if apikeys || jwt
    auth,
    #mcpctl:end
    #mcpctl:if completion
    completion,
    #mcpctl:end
    #mcpctl:if legacy
    legacy,
    #mcpctl:end
    #mcpctl:if metrics
    metrics,
    #mcpctl:end
    #mcpctl:if subscriptions
    subscriptions,
    #mcpctl:end
)
#mcpctl:if cache
from acme_server.cache import Cache
#mcpctl:end
from acme_server.config import Config
from acme_server.lifecycle import Lifecycle, LifecycleError
from acme_server.log import Log, TextLog
from acme_server.middleware import Chain, Layer
from acme_server.notes import Notebook
from acme_server.offers import AnnouncingServer, Offers
from acme_server.parts import parts
from acme_server.ports import REFUSALS, Port, Whole, listen
from acme_server.settings import shown
from acme_server.stats import Stats
from acme_server.tools.tool import ICON, Deps
from acme_server.wire import Endpoint, Stdio, name_all_revisions, own_stdio

INSTRUCTIONS = "A notebook. Search before you add; a note is named by its id."

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

Wrapper: TypeAlias = Callable[[ASGIApp], ASGIApp]

TransportWrapper: TypeAlias = Callable[[AsyncBaseTransport], AsyncBaseTransport]


@dataclass(frozen=True)
class Build:
    """Which build of the server this is and where it complains."""

    version: str
    errors: TextIO  # the log; never standard output, which stdio needs


@dataclass(frozen=True)
class Services:
    """What added tools call other services through."""

    client: AsyncClient
    upstream: Callable[[str, str], str]  # the address of a service, by its name and what it is else


class App:
    """The server while it is put together; once it is made only run is called."""

    #mcpctl:if cache
    cache: Cache
    #mcpctl:end
    #mcpctl:if metrics
    metrics: metrics.Metrics
    #mcpctl:end

    def __init__(self, config: Config, build: Build) -> None:
        """Join all parts. Nothing runs and nothing is connected before run."""
        self.config = config
        self.build = build
        self.log: Log = TextLog(build.errors)
        self.life = Lifecycle(config.MCP_STOP_TIMEOUT, lambda: self.log)
        self.chain = Chain()
        self.offers = Offers()
        self.deps = Deps(Notebook(), self.log, config.MCP_FETCH_HOSTS)
        #mcpctl:if completion
        self.completions = completion.Source()
        #mcpctl:end
        #mcpctl:if subscriptions
        self.subscriptions = subscriptions.Subscriptions(self.offers, self.deps.notes)
        #mcpctl:end
        #mcpctl:if apikeys || jwt
        self.verifiers: list[auth.Verifier] = []  # a token that one of them knows is good
        self.bearer = auth.Bearer()
        #mcpctl:end
        #mcpctl:if audit
        self.auditor: audit.Audit
        #mcpctl:end
        self.stats = Stats()
        self.session_idle: float = 3600  # seconds; one that vanishes without a word must not hold memory for ever
        self.transport: Callable[[], AsyncBaseTransport] = _transport  # of outgoing calls, innermost
        self._layers: defaultdict[Layer, list[Wrapper]] = defaultdict(list)
        self._routes: list[Route] = []
        self._admin: list[Route] = []
        self._transports: list[TransportWrapper] = []
        self._end_session: Callable[[str], Awaitable[None]] | None = None
        for name, join in parts():
            try:
                join(self)
            except (OSError, ValueError) as e:
                raise LifecycleError(f"joining {name}: {e}") from e
        self.server = new_server(self)
        added.register(self.server, Services(self.http_client(), config.upstream))
        self.server.middleware[:0] = self.chain.all  # around what the server has of its own

    def wrap(self, layer: Layer, wrapper: Wrapper) -> None:
        """Put a wrapper around the MCP endpoint; within a layer, the first to be added is outermost."""
        self._layers[layer].append(wrapper)

    def route(self, path: str, handler: Handler, methods: Collection[str] = ("GET",)) -> None:
        """Serve a path beside the MCP endpoint, without its layers."""
        self._routes.append(Route(path, handler, methods=methods))

    def admin(self, path: str, handler: Handler) -> None:
        """Serve a path on the admin port."""
        self._admin.append(Route(path, handler))

    def wrap_transport(self, wrapper: TransportWrapper) -> None:
        """Put a wrapper around outgoing calls; the first to be added is outermost."""
        self._transports.append(wrapper)

    def http_client(self) -> AsyncClient:
        """Return a client for outgoing calls, inside all wrappers that were added so far."""
        transport = self.transport()
        for wrapper in reversed(self._transports):
            transport = wrapper(transport)
        client = AsyncClient(transport=transport, timeout=30, trust_env=False)
        self.life.on_stop("outgoing calls", client.aclose)
        return client

    def http(self) -> Starlette:
        """Make the MCP port: the endpoint in its layers, and the routes."""
        app, _ = self._port()
        return app

    def admin_http(self) -> Starlette:
        """Make the admin port."""
        return Starlette(routes=self._admin, exception_handlers=REFUSALS)

    def _port(self) -> tuple[Starlette, Endpoint]:
        body = self.config.MCP_HTTP_MAX_BODY
        sessions = StreamableHTTPSessionManager(
            self.server, max_request_body_size=body, session_idle_timeout=self.session_idle, max_sessions=None
        )
        self._end_session = _ender(sessions)
        endpoint = Endpoint(sessions.handle_request, max_body=body)
        layered: ASGIApp = endpoint
        for layer in reversed(Layer):
            for wrapper in reversed(self._layers[layer]):
                layered = wrapper(layered)
        routes = [*self._routes, Route("/mcp", Whole(layered))]
        app = Starlette(routes=routes, exception_handlers=REFUSALS, lifespan=lambda _: sessions.run())
        app.router.redirect_slashes = False
        return app, endpoint

    async def run(self, ended: asyncio.Event, streams: Callable[[], tuple[int, int]] = own_stdio) -> None:
        """Boot the server and serve until ended or, over stdio, until the client goes.

        Then it answers what is under way and stops.
        """
        async with self._admin_port():  # closed last, so that the health of a draining server can be asked for
            try:
                await (self._serve_http(ended) if self.config.MCP_HTTP_ADDR else self._serve_stdio(ended, streams))
            finally:
                try:
                    await self.life.stop()
                finally:
                    self.stats.tell(self.log, "stopped")

    async def _serve_http(self, ended: asyncio.Event) -> None:
        with listen(self.config.MCP_HTTP_ADDR, "MCP") as (listening, address):
            await self.life.start()
            self.log.info("serving MCP over HTTP", address=address, path="/mcp", version=self.build.version)
            app, endpoint = self._port()
            async with app.router.lifespan_context(app):
                port = Port(app, listening)
                await port.until(ended)
                self.life.drain()
                self.log.info("draining", underWay=self.stats.under_way)
                await asyncio.sleep(self.config.MCP_DRAIN_DELAY)  # load balancers need a moment to see it
                endpoint.end_streams()
                answered = await port.close(self.config.MCP_DRAIN_TIMEOUT)
        if not answered:
            raise self._lost()

    async def _serve_stdio(self, ended: asyncio.Event, streams: Callable[[], tuple[int, int]]) -> None:
        stdio = Stdio(self.server, *streams(), self.config.MCP_HTTP_MAX_BODY)

        async def end_session(_: str) -> None:
            stdio.stop()

        async def stop() -> None:
            await ended.wait()
            self.life.drain()
            stdio.stop()

        self._end_session = end_session
        await self.life.start()
        self.log.info("serving MCP over stdio", version=self.build.version)
        stopping = asyncio.create_task(stop())
        try:
            if not await stdio.run(self.config.MCP_DRAIN_TIMEOUT):
                raise self._lost()
        finally:
            stopping.cancel()

    def _lost(self) -> LifecycleError:
        return LifecycleError(f"draining: what was under way after {shown(self.config.MCP_DRAIN_TIMEOUT)} is lost")

    async def end_session(self, identity: str) -> None:
        """End a session of the handshake era; over stdio there is one, and its id is empty."""
        if self._end_session is not None:
            await self._end_session(identity)

    @contextlib.asynccontextmanager
    async def _admin_port(self) -> AsyncIterator[None]:
        if not self.config.MCP_ADMIN_ADDR:
            yield
            return
        with listen(self.config.MCP_ADMIN_ADDR, "admin") as (listening, address):
            port = Port(self.admin_http(), listening)
            self.log.info("serving health and metrics", address=address)
            try:
                yield
            finally:
                await port.close(1)


def new_server(app: App) -> Server[Any]:
    """Make the MCP server: one for stdio and for both eras over HTTP."""
    # Lists may come to differ by caller, so they are private.
    ttl = CacheHint(int(app.config.MCP_LIST_TTL * 1000), "private")
    lists: list[CacheableMethod] = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"]
    server = AnnouncingServer(
        "acme-server",
        title="Acme Server",
        version=app.build.version,
        website_url="https://github.com/acme-owner/acme-server",
        icons=ICON,
        instructions=INSTRUCTIONS,
        cache_hints=dict.fromkeys(lists, ttl),
        **app.offers.handlers(),
        #mcpctl:if completion
        on_completion=app.completions,
        #mcpctl:end
        #mcpctl:if subscriptions
        on_subscribe_resource=app.subscriptions.subscribe,
        on_unsubscribe_resource=app.subscriptions.unsubscribe,
        on_subscriptions_listen=app.subscriptions.listen,
        #mcpctl:end
    )
    #mcpctl:if legacy
    legacy.accept_levels(server)
    #mcpctl:end
    server.middleware.clear()  # the SDK's own traces: there is a part for them
    name_all_revisions(server)
    return server


def _transport() -> AsyncBaseTransport:
    return AsyncHTTPTransport(trust_env=False)  # a proxy would dial in our place


def _ender(sessions: StreamableHTTPSessionManager) -> Callable[[str], Awaitable[None]]:
    """End a session, whoever opened it: the SDK has no public way but its caller's DELETE."""

    async def end(identity: str) -> None:
        if session := sessions._server_instances.get(identity):
            await session.terminate()

    return end

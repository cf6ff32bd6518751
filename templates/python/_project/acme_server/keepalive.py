"""Pings the clients of the handshake era and ends the sessions of those that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import anyio
from mcp.server.context import CallNext, HandlerResult
from mcp.server.session import ServerSession
from mcp.shared.exceptions import MCPError
from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT, EmptyResult, PingRequest

from acme_server.middleware import Context

_MISSES = 3  # a miss or two is a slow network, not a dead client


class KeepAlive:
    """An instance is a middleware."""

    def __init__(self, period: float, end: Callable[[str], Awaitable[None]]) -> None:
        """Ping once each period of seconds; end ends the session of an id, which is empty over stdio."""
        self._period = period
        self._end = end
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Begin once the handshake is through."""
        result = await call_next(ctx)
        if ctx.method == "notifications/initialized" and self._period > 0:
            identity = ctx.request.headers.get("mcp-session-id", "") if ctx.request is not None else ""
            task = asyncio.create_task(self._watch(ctx.session, identity))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return result

    async def stop(self) -> None:
        """Ping no more."""
        for task in self._tasks:
            task.cancel()

    async def _watch(self, session: ServerSession, identity: str) -> None:
        misses = 0
        while misses < _MISSES:
            await asyncio.sleep(self._period)
            try:
                await session.send_request(PingRequest(), EmptyResult, self._period / 2)
                misses = 0
            except MCPError as e:
                if e.code == CONNECTION_CLOSED:
                    return
                misses = misses + 1 if e.code == REQUEST_TIMEOUT else 0  # another error is an answer, too
            except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                return
        await self._end(identity)

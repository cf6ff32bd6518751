"""Stops asking what keeps failing.

After a row of failures the circuit opens: calls fail at once, which spares the
callers the waiting and the other side the load. After a while a few are let
through to try.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import anyio
import httpx2
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, field_validator

from acme_server.calls import TOOL, UNAVAILABLE, Ctx, Refusal, target
from acme_server.log import Log
from acme_server.middleware import Stage
from acme_server.settings import CommaList, Duration, Number

if TYPE_CHECKING:
    from acme_server.app import App

T = TypeVar("T")

_MAX_HOSTS = 1000  # beyond it, hosts share one breaker


class Settings(BaseModel):
    """When circuits open and close."""

    MCP_BREAKER_FAILURES: Number = 5  # in a row, that open the circuit
    MCP_BREAKER_OPEN: Duration = 30  # until calls are let through to try
    MCP_BREAKER_HALF_OPEN: Number = 3  # of which so many must go well
    MCP_BREAKER_TOOLS: CommaList = []  # tools with a breaker of their own

    @field_validator("MCP_BREAKER_FAILURES", "MCP_BREAKER_OPEN", "MCP_BREAKER_HALF_OPEN")
    @classmethod
    def _breakers(cls, value: float) -> float:
        if value <= 0:
            raise ValueError("MCP_BREAKER_FAILURES, MCP_BREAKER_HALF_OPEN and MCP_BREAKER_OPEN must be above zero")
        return value


def join(app: App) -> None:
    """Leave alone what keeps failing."""
    breakers = Breakers(app.config, app.log)
    app.wrap_transport(breakers.transport)
    app.chain.use(Stage.LOGGING, breakers.tools)  # the innermost stage: around the tool alone


class OpenError(httpx2.TransportError):
    """The error of a call that was not made."""

    permanent = True  # tells retries that another attempt right now is pointless

    def __init__(self, host: str) -> None:
        """Say which host it is."""
        super().__init__(f"{host} keeps failing and is left alone for a while: try again later")


class State(StrEnum):
    """What a circuit lets through: everything, a few to try, nothing."""

    CLOSED = "closed"
    HALF_OPEN = "half-open"
    OPEN = "open"


class Circuit:
    """Counts how calls go, and refuses them while they would fail."""

    def __init__(self, name: str, settings: Settings, log: Log, now: Callable[[], float]) -> None:
        """Take the name for the log."""
        self._name, self._settings, self._log, self._now = name, settings, log, now
        self._state = State.CLOSED
        self._generation = 0  # counts changes: a call that began before one says nothing after it
        self._row = 0  # failures in a row, or trials that went well
        self._trials = 0  # under way or done
        self._opened = 0.0

    async def run(
        self, work: Callable[[], Awaitable[T]], failed: Callable[[T], bool], refusal: Callable[[], Exception]
    ) -> T:
        """Do the work unless the circuit is open, and note whether it failed."""
        if not self._allows():
            raise refusal()
        generation = self._generation
        deadline = anyio.current_effective_deadline()
        went_well: bool | None = False
        try:
            result = await work()
            went_well = not failed(result)
            return result
        except MCPError:
            went_well = True  # the caller's mistake: the tool has answered
            raise
        except asyncio.CancelledError:
            # A caller who hangs up says nothing about the other side, unlike a deadline.
            went_well = False if anyio.current_time() >= deadline else None
            raise
        finally:
            if generation == self._generation:
                self._note(went_well)

    def _allows(self) -> bool:
        if self._state is State.OPEN and self._now() >= self._opened + self._settings.MCP_BREAKER_OPEN:
            self._change(State.HALF_OPEN)
        if self._state is State.OPEN or self._trials >= self._settings.MCP_BREAKER_HALF_OPEN:
            return False
        if self._state is State.HALF_OPEN:
            self._trials += 1
        return True

    def _note(self, went_well: bool | None) -> None:
        if went_well is None:
            self._trials = max(0, self._trials - 1)
        elif self._state is State.HALF_OPEN:
            self._row += 1
            if not went_well:
                self._change(State.OPEN)
            elif self._row >= self._settings.MCP_BREAKER_HALF_OPEN:
                self._change(State.CLOSED)
        else:
            self._row = 0 if went_well else self._row + 1
            if self._row >= self._settings.MCP_BREAKER_FAILURES:
                self._change(State.OPEN)

    def _change(self, to: State) -> None:
        states = {"from": self._state.value, "to": to.value}
        self._state, self._row, self._trials, self._opened = to, 0, 0, self._now()
        self._generation += 1
        self._log.warn("a circuit breaker changed", breaker=self._name, **states)


class Breakers:
    """Holds a breaker for each host that is called and each tool that is configured."""

    def __init__(self, settings: Settings, log: Log, now: Callable[[], float] = time.monotonic) -> None:
        """Take when circuits open and close, where to tell of it, and a clock."""
        self._settings, self._log, self._now = settings, log, now
        self._tools = {tool: self._circuit(f"tool {tool}") for tool in settings.MCP_BREAKER_TOOLS}
        self._hosts: dict[str, Circuit] = {}

    def _circuit(self, name: str) -> Circuit:
        return Circuit(name, self._settings, self._log, self._now)

    def host(self, host: str) -> Circuit:
        """Return the breaker of a host."""
        if host not in self._hosts and len(self._hosts) >= _MAX_HOSTS:
            host = "other hosts"
        if host not in self._hosts:
            self._hosts[host] = self._circuit(f"host {host}")
        return self._hosts[host]

    def transport(self, following: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        """Put a breaker before each host. No answer and a server error (5xx) are failures."""
        return _Transport(self, following)

    async def tools(self, ctx: Ctx, call_next: CallNext) -> HandlerResult:
        """Put a breaker before each tool that is configured.

        For them every result that is an error is a failure, so they should be tools
        that stand or fall with something outside.
        """
        kind, name = target(ctx)
        if kind != TOOL or name not in self._tools:
            return await call_next(ctx)
        return await self._tools[name].run(
            lambda: call_next(ctx),
            lambda result: isinstance(result, dict) and result.get("isError") is True,
            lambda: self._rests(name),
        )

    def _rests(self, name: str) -> MCPError:
        message = f'the tool "{name}" keeps failing and rests for a while'
        hint = "try again later, or go on without it"
        return Refusal(UNAVAILABLE, "unavailable", message, hint, self._settings.MCP_BREAKER_OPEN).error()


class _Transport(httpx2.AsyncBaseTransport):
    def __init__(self, breakers: Breakers, following: httpx2.AsyncBaseTransport) -> None:
        self._breakers, self._next = breakers, following

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.netloc.decode("ascii")
        return await self._breakers.host(host).run(
            lambda: self._next.handle_async_request(request),
            lambda answer: answer.status_code >= 500,
            lambda: OpenError(host),
        )

    async def aclose(self) -> None:
        await self._next.aclose()

"""Bounds how often the server works for its callers.

Two things are counted. Work (calls of tools, reads of resources and the like)
counts for everybody, for each caller and for single tools; a refusal is an error
of the protocol that says when to try again. HTTP requests have a wider limit for
each caller, so that a flood is turned away with 429 before its bodies are read.
"""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from mcp.server.context import CallNext, HandlerResult
from pydantic import BaseModel, field_validator
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.caller import ANONYMOUS, caller_of, of_scope
from acme_server.calls import RATE_LIMITED, TOOL, Ctx, Refusal, is_work, target
from acme_server.middleware import Layer, Stage
from acme_server.settings import Number, Pairs, shown

if TYPE_CHECKING:
    from acme_server.app import App

# Scopes of a refusal: whose limit is reached.
_GLOBAL = "global"
_CALLER = "caller"
_TOOL = "tool"


class Settings(BaseModel):
    """The limits. A rate of 0 switches a limit off."""

    MCP_RATE_PER_MINUTE: Number = 100  # of one caller
    MCP_RATE_BURST: Number = 20

    MCP_RATE_GLOBAL_PER_MINUTE: Number = 1000  # of all callers together
    MCP_RATE_GLOBAL_BURST: Number = 200

    MCP_RATE_HTTP_PER_MINUTE: Number = 6000  # HTTP requests of one caller
    MCP_RATE_HTTP_BURST: Number = 3000

    # Calls of single tools, of all callers together: TOOL=PER_MINUTE, several
    # separated by commas.
    MCP_RATE_TOOLS: Pairs = {}

    MCP_RATE_MAX_CALLERS: Number = 10000  # that are remembered

    @field_validator("MCP_RATE_TOOLS")
    @classmethod
    def _rates(cls, rates: dict[str, str]) -> dict[str, str]:
        for tool, rate in rates.items():
            if not re.fullmatch(r"\d+", rate, re.ASCII):
                raise ValueError(f"MCP_RATE_TOOLS: {rate} of {tool} is no whole number")
        return rates


def join(app: App) -> None:
    """Refuse what comes too often."""
    limiter = Limiter(app.config)
    #mcpctl:if metrics
    limiter.refused = app.metrics.rate_limited
    #mcpctl:end
    app.chain.use(Stage.RATE, limiter.middleware)
    # On the layer of the check of tokens, which was added before: inside it.
    app.wrap(Layer.AUTH, limiter.http)


class Limit(RateLimitItemPerSecond):
    """Allows a burst within any time in which the rate allows as many."""

    __slots__ = ("_window",)

    def __init__(self, name: str, per_minute: int, burst: int) -> None:
        """Take the burst; one at least."""
        super().__init__(max(burst, 1), namespace=name)
        self._window = self.amount * 60 / per_minute

    def get_expiry(self) -> float:  # type: ignore[override] # whole seconds would change the rate
        """Return the time in seconds."""
        return self._window


class Limits:
    """Counts against one limit for each key, for the most recent keys only: made-up callers must not fill the memory.

    One that was forgotten begins anew, so there is room for far more callers than
    are expected.
    """

    def __init__(self, counts: RateLimiter, limit: Limit, most: int = 1) -> None:
        """Remember so many keys."""
        self._counts, self._limit, self._most = counts, limit, max(most, 1)
        self._recent: OrderedDict[str, None] = OrderedDict()  # the latest at the end

    def wait(self, key: str) -> float:
        """Return in how many seconds there is room; 0: there is."""
        if self._counts.test(self._limit, key):
            return 0
        return max(0.001, round(self._counts.get_window_stats(self._limit, key).reset_time - time.time(), 3))

    def take(self, key: str) -> None:
        """Count."""
        self._counts.hit(self._limit, key)
        self._recent[key] = None
        self._recent.move_to_end(key)
        if len(self._recent) > self._most:
            forgotten, _ = self._recent.popitem(last=False)
            self._counts.clear(self._limit, forgotten)


class Limiter:
    """Counts against all limits."""

    def __init__(self, settings: Settings) -> None:
        """Take the limits."""
        counts = MovingWindowRateLimiter(MemoryStorage())

        def limits(name: str, per_minute: int, burst: int, most: int = 1) -> Limits | None:
            return Limits(counts, Limit(name, per_minute, burst), most) if per_minute > 0 else None

        s, most = settings, settings.MCP_RATE_MAX_CALLERS
        self._callers = limits("caller", s.MCP_RATE_PER_MINUTE, s.MCP_RATE_BURST, most)
        self._http = limits("http", s.MCP_RATE_HTTP_PER_MINUTE, s.MCP_RATE_HTTP_BURST, most)
        self._global = limits("global", s.MCP_RATE_GLOBAL_PER_MINUTE, s.MCP_RATE_GLOBAL_BURST)
        rates = {tool: int(rate) for tool, rate in s.MCP_RATE_TOOLS.items()}
        self._tools = {tool: limits("tool", rate, rate) for tool, rate in rates.items()}
        self.refused: Callable[[str], None] = lambda _: None  # told of the scope of every refusal

    async def middleware(self, ctx: Ctx, call_next: CallNext) -> HandlerResult:
        """Refuse work beyond the limits."""
        if not is_work(ctx.method):
            return await call_next(ctx)
        kind, name = target(ctx)
        scope, wait = self._take(
            (_CALLER, self._callers, caller_of(ctx).id),
            (_TOOL, self._tools.get(name) if kind == TOOL else None, name),
            (_GLOBAL, self._global, ""),
        )
        if scope == "":
            return await call_next(ctx)
        raise Refusal(
            RATE_LIMITED,
            "rate_limited",
            f"too many requests ({scope} limit): try again in {shown(wait)}",
            "slow down; put several questions into one call where a tool allows it",
            wait,
        ).error()

    def http(self, following: ASGIApp) -> ASGIApp:
        """Turn floods away. It belongs inside the check of tokens."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            refused, wait = self._take((_CALLER, self._http, _sender(scope)))
            if refused == "":
                return await following(scope, receive, send)
            headers = {"Retry-After": str(math.ceil(wait))}
            await PlainTextResponse("too many requests\n", 429, headers)(scope, receive, send)

        return serve

    def _take(self, *levels: tuple[str, Limits | None, str]) -> tuple[str, float]:
        """Count against every limit, or against none: then tell whose is reached and how long until it is not.

        What one limit refuses must not use up the others.
        """
        for scope, limits, key in levels:
            if limits is not None and (wait := limits.wait(key)):
                self.refused(scope)
                return scope, wait
        for _, limits, key in levels:
            if limits is not None:
                limits.take(key)
        return "", 0


def _sender(scope: Scope) -> str:
    caller = of_scope(scope).id
    if caller == ANONYMOUS and scope.get("client"):
        return str(scope["client"][0])  # callers without a name are told apart by where they are
    return caller

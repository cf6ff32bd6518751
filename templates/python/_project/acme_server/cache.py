"""Keeps results of tools that give the same answer to the same question, until something is changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import anyio
from cachetools import TTLCache
from mcp.server.context import CallNext, HandlerResult
from mcp.types import Tool
from pydantic import BaseModel, field_validator

from acme_server.caller import caller_of
from acme_server.calls import Ctx, target
from acme_server.lifecycle import text_of
from acme_server.log import Log
from acme_server.middleware import Stage
from acme_server.settings import CommaList, Duration, Number

if TYPE_CHECKING:
    from acme_server.app import App


class Settings(BaseModel):
    """What is kept, and for how long."""

    MCP_CACHE_TTL: Duration = 300  # how long a result is good
    MCP_CACHE_ENTRIES: Number = 1000  # results that are kept

    # Tools whose results are kept, provided that they are annotated both read-only
    # and idempotent. The annotations alone do not tell: a tool that asks how far
    # some work is carries both, and must be asked anew each time.
    MCP_CACHE_TOOLS: CommaList = []

    @field_validator("MCP_CACHE_TTL", "MCP_CACHE_ENTRIES")
    @classmethod
    def _cached(cls, value: float) -> float:
        if value <= 0:
            raise ValueError("MCP_CACHE_TTL and MCP_CACHE_ENTRIES must be above zero")
        return value


def join(app: App) -> None:
    """Keep results of tools that repeat themselves."""
    app.cache = Cache(app.config, app.log, app.offers.tools)
    #mcpctl:if metrics
    app.cache.looked = app.metrics.cache_lookup
    #mcpctl:end
    # On the innermost stage: an answer from the cache is checked, audited and logged
    # like any other.
    app.chain.use(Stage.LOGGING, app.cache.middleware)


class Store(Protocol):
    """A second level, which several processes share.

    A version stands for all that is stored until the next clear.
    """

    async def get(self, key: str) -> tuple[bytes | None, str]:
        """Return the value, or None if there is none, and the current version."""

    async def set(self, key: str, version: str, value: bytes, ttl: float) -> None:
        """Store a value that was worked out under a version.

        If that is no longer the current one, the value must not be seen by get.
        """

    async def clear(self) -> None:
        """Make a new version."""


@dataclass
class _Moment:
    """What must not have changed between lookup and store.

    A result that was worked out before a clear is old news after it.
    """

    generation: int
    version: str | None = None  # None: the second level has not answered


class Cache:
    """Holds results."""

    def __init__(self, settings: Settings, log: Log, tools: Mapping[str, tuple[Tool, Any]]) -> None:
        """Take the tools whose annotations count."""
        self.second: Store | None = None  # its failures only cost its help
        self.looked: Callable[[bool], None] = lambda _: None  # told of every lookup, whether it found a result
        self.hits = self.misses = 0
        self._settings, self._log, self._tools = settings, log, tools
        self._local: TTLCache[str, bytes] = TTLCache(settings.MCP_CACHE_ENTRIES, settings.MCP_CACHE_TTL)
        self._generation = 0  # counts clear

    async def middleware(self, ctx: Ctx, call_next: CallNext) -> HandlerResult:
        """Answer calls from the cache where it can.

        A call of a tool that is not read-only clears the cache: what it changed is
        unknown. It belongs beneath all that checks or changes calls and results.
        """
        name = target(ctx)[1] if ctx.method == "tools/call" else ""
        if name not in self._tools:
            return await call_next(ctx)
        hints = self._tools[name][0].annotations
        if hints is None or not hints.read_only_hint:
            try:
                return await call_next(ctx)
            finally:
                with anyio.CancelScope(shield=True):  # also for a caller who has gone
                    await self.clear()
        if hints.idempotent_hint and name in self._settings.MCP_CACHE_TOOLS:
            return await self._call(ctx, call_next)
        return await call_next(ctx)

    async def clear(self) -> None:
        """Forget everything. Other processes forget what they hold themselves only by its age."""
        self._generation += 1
        self._local.clear()
        if self.second is not None:
            try:
                await self.second.clear()
            except Exception as e:
                self._note("clearing", e)

    async def _call(self, ctx: Ctx, call_next: CallNext) -> HandlerResult:
        params = ctx.params or {}
        if params.get("requestState") or params.get("inputResponses") is not None:
            return await call_next(ctx)
        key = _key(ctx)
        value, then = await self._get(key)
        if value is not None:
            return json.loads(value)  # type: ignore[no-any-return] # a result of its own for every caller
        result = await call_next(ctx)
        if isinstance(result, dict) and not result.get("isError") and "inputRequests" not in result:
            await self._set(key, json.dumps(result).encode(), then)
        return result

    async def _get(self, key: str) -> tuple[bytes | None, _Moment]:
        now = _Moment(self._generation)
        value = self._local.get(key)
        if value is None and self.second is not None:
            try:
                value, now.version = await self.second.get(key)
            except Exception as e:
                self._note("reading", e)
            if value is not None and now.generation == self._generation:
                self._local[key] = value
        if value is None:
            self.misses += 1
        else:
            self.hits += 1
        self.looked(value is not None)
        return value, now

    async def _set(self, key: str, value: bytes, then: _Moment) -> None:
        if self._generation != then.generation:
            return
        self._local[key] = value
        if self.second is not None and then.version is not None:
            try:
                await self.second.set(key, then.version, value, self._settings.MCP_CACHE_TTL)
            except Exception as e:
                self._note("writing", e)

    def _note(self, doing: str, error: Exception) -> None:
        """Tell of trouble with the second level quietly.

        Whoever runs it has alarms of their own, and the caller has lost nothing.
        """
        self._log.debug(f"{doing} the second level of the cache failed; the first goes on alone", error=text_of(error))


def _key(ctx: Ctx) -> str:
    """Make a digest of the question: who asks which tool what, and in which revision, as results look different there.

    Arguments that say the same in another order are the same. Results of callers
    are kept apart: tools may answer by who asks, and by what they may do.
    """
    params, caller = ctx.params or {}, caller_of(ctx)
    question = [params["name"], params.get("arguments"), caller.id, sorted(caller.scopes), ctx.protocol_version]
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()

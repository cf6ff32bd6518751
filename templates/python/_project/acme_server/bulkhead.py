"""Bounds how much work is done at once.

What comes on top waits a while in a queue that is bounded too; then it is turned
away, so that what is under way gets done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, ValidationInfo, field_validator

from acme_server.calls import OVERLOADED, Ctx, Refusal, is_work
from acme_server.middleware import Stage
from acme_server.settings import Duration, Number, shown

if TYPE_CHECKING:
    from acme_server.app import App


class Settings(BaseModel):
    """How much, and how long it may wait."""

    MCP_MAX_CONCURRENT: Number = 64  # pieces of work at once
    MCP_QUEUE_LENGTH: Number = 128  # that may wait
    MCP_QUEUE_WAIT: Duration = 5  # for so long

    @field_validator("MCP_MAX_CONCURRENT", "MCP_QUEUE_LENGTH", "MCP_QUEUE_WAIT")
    @classmethod
    def _bulkhead(cls, value: float, info: ValidationInfo) -> float:
        if value < 0 or (value == 0 and info.field_name != "MCP_QUEUE_LENGTH"):
            raise ValueError("MCP_MAX_CONCURRENT and MCP_QUEUE_WAIT must be above zero, MCP_QUEUE_LENGTH not below it")
        return value


def join(app: App) -> None:
    """Bound how much is done at once.

    It is on the stage of the rates, and after them: what is refused anyway must
    not wait first.
    """
    app.chain.use(Stage.RATE, Bulkhead(app.config))


class Bulkhead:
    """Middleware that lets work through in the order in which it came."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = anyio.Semaphore(settings.MCP_MAX_CONCURRENT)
        self._waiting = 0

    async def __call__(self, ctx: Ctx, call_next: CallNext) -> HandlerResult:
        """Let a piece of work through, or refuse it."""
        if not is_work(ctx.method):
            return await call_next(ctx)
        await self._enter()
        try:
            return await call_next(ctx)
        finally:
            self._slots.release()

    async def _enter(self) -> None:
        try:
            return self._slots.acquire_nowait()
        except anyio.WouldBlock:
            pass
        if self._waiting >= self._settings.MCP_QUEUE_LENGTH:
            raise self._overload("the server is busy and its queue is full")
        self._waiting += 1
        try:
            with anyio.fail_after(self._settings.MCP_QUEUE_WAIT):
                await self._slots.acquire()
        except TimeoutError:
            wait = shown(self._settings.MCP_QUEUE_WAIT)
            raise self._overload(f"the server is busy: {wait} in the queue were not enough") from None
        finally:
            self._waiting -= 1

    def _overload(self, message: str) -> MCPError:
        hint = "try again later, with fewer calls at once"
        return Refusal(OVERLOADED, "overloaded", message, hint, self._settings.MCP_QUEUE_WAIT).error()

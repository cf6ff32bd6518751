"""Gives every piece of work a deadline."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from mcp.server.context import CallNext, HandlerResult
from pydantic import AfterValidator, BaseModel

from acme_server.calls import TIMEOUT, TOOL, Refusal, failed, is_work, target
from acme_server.middleware import Context, Middleware, Stage
from acme_server.problem import Problem
from acme_server.settings import Pairs, PositiveDuration, seconds, shown

if TYPE_CHECKING:
    from acme_server.app import App


def _positive(tools: dict[str, str]) -> dict[str, str]:
    for tool, text in tools.items():
        if seconds(text) <= 0:
            raise ValueError(f"MCP_TIMEOUT_TOOLS: {text} of {tool} must be above zero")
    return tools


class Settings(BaseModel):
    """What can be set."""

    MCP_TIMEOUT: PositiveDuration = 30  # of every call
    # Of single tools: those that wait for a person, or for the client's model, take longer.
    MCP_TIMEOUT_TOOLS: Annotated[Pairs, AfterValidator(_positive)] = {}


def deadlines(most: float, tools: dict[str, float]) -> Middleware:
    """End work that takes longer than most seconds, or a tool's own time, and say so."""

    async def middleware(ctx: Context, call_next: CallNext) -> HandlerResult:
        if not is_work(ctx.method):
            return await call_next(ctx)
        kind, name = target(ctx)
        timeout = tools.get(name, most) if kind == TOOL else most
        try:
            async with asyncio.timeout(timeout) as deadline:
                return await call_next(ctx)
        except TimeoutError:
            if not deadline.expired():
                raise
        message = f'The {kind} "{name}" took longer than the {shown(timeout)} that it has.'
        fix = "Ask for less at once, or try again later."
        if ctx.method == "tools/call":
            return failed(ctx, Problem("timeout", message, fix))
        raise Refusal(TIMEOUT, "timeout", message, fix).error()

    return middleware


def join(app: App) -> None:
    """Set the deadlines."""
    tools = {tool: seconds(text) for tool, text in app.config.MCP_TIMEOUT_TOOLS.items()}
    app.chain.use(Stage.TIMING, deadlines(app.config.MCP_TIMEOUT, tools))

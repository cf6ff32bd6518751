"""Bounds what goes into tools and what comes out of them.

The size of HTTP bodies is bounded before, at the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic_core
from mcp.server.context import CallNext, HandlerResult
from mcp.types import INTERNAL_ERROR
from pydantic import BaseModel

from acme_server.calls import Ctx, Refusal, failed, is_work
from acme_server.middleware import Middleware, Stage
from acme_server.problem import Problem
from acme_server.settings import Number

if TYPE_CHECKING:
    from acme_server.app import App


class Settings(BaseModel):
    """The limits. Zero switches a limit off."""

    MCP_MAX_ARGUMENT_BYTES: Number = 1048576  # all arguments of a call, as JSON without white space
    MCP_MAX_ARGUMENT_DEPTH: Number = 32  # objects and lists in each other
    MCP_MAX_STRING_BYTES: Number = 262144  # one string in the arguments
    MCP_MAX_RESULT_BYTES: Number = 1048576  # a whole result


def join(app: App) -> None:
    """Bound arguments and results."""
    app.chain.use(Stage.SANITISE, requests(app.config))
    app.chain.use(Stage.RESPONSE_LIMIT, results(app.config))


def requests(limits: Settings) -> Middleware:
    """Return middleware that refuses calls whose arguments exceed the limits.

    The refusal is a result, so that the model sees it and can ask for less.
    """

    async def refuse(ctx: Ctx, call_next: CallNext) -> HandlerResult:
        if ctx.method == "tools/call" and (complaint := _check(limits, (ctx.params or {}).get("arguments"))):
            return _too_large(ctx, f"The call was refused: {complaint}.", "Call again with smaller arguments.")
        return await call_next(ctx)

    return refuse


def _check(limits: Settings, arguments: Any) -> str:
    size = len(pydantic_core.to_json(arguments))
    if 0 < limits.MCP_MAX_ARGUMENT_BYTES < size:
        return f"the arguments have {size} bytes, more than the {limits.MCP_MAX_ARGUMENT_BYTES} allowed"
    return _look(limits, arguments, 1)


def _look(limits: Settings, value: Any, depth: int) -> str:
    """Look at a value and all in it; the wire has bounded how deep that can be."""
    if isinstance(value, str):
        size = len(value.encode())
        if 0 < limits.MCP_MAX_STRING_BYTES < size:
            return f"a string in the arguments has {size} bytes, more than the {limits.MCP_MAX_STRING_BYTES} allowed"
    if isinstance(value, dict | list):
        if 0 < limits.MCP_MAX_ARGUMENT_DEPTH < depth:
            return f"the arguments are nested deeper than the {limits.MCP_MAX_ARGUMENT_DEPTH} levels allowed"
        members = value if isinstance(value, list) else [part for member in value.items() for part in member]
        return next((c for member in members if (c := _look(limits, member, depth + 1))), "")
    return ""


def results(limits: Settings) -> Middleware:
    """Return middleware that replaces results above the limit with an error that says so.

    A result cut short would be worse: broken JSON, or a list that looks complete.
    """
    most = limits.MCP_MAX_RESULT_BYTES

    async def bound(ctx: Ctx, call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if most <= 0 or not is_work(ctx.method) or (size := len(pydantic_core.to_json(result))) <= most:
            return result
        message = f"The result has {size} bytes, more than the {most} allowed."
        hint = "Ask for less: a page, a filter or a smaller range."
        if ctx.method == "tools/call":
            return _too_large(ctx, message, hint)
        raise Refusal(INTERNAL_ERROR, "result_too_large", message, hint).error()

    return bound


def _too_large(ctx: Ctx, message: str, fix: str) -> dict[str, Any]:
    return failed(ctx, Problem("too_large", message, fix))

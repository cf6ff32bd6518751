"""Gives lists in pages."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING

from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS
from pydantic import BaseModel

from acme_server.middleware import Context, Middleware, Stage
from acme_server.settings import Positive

if TYPE_CHECKING:
    from acme_server.app import App

_LISTS = {
    "tools/list": "tools",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
    "prompts/list": "prompts",
}


class Settings(BaseModel):
    """What can be set."""

    MCP_PAGE_SIZE: Positive = 50  # items in a page of a list


def in_pages(size: int) -> Middleware:
    """Give at most so many items in a page."""

    async def middleware(ctx: Context, call_next: CallNext) -> HandlerResult:
        member = _LISTS.get(ctx.method)
        if member is None:
            return await call_next(ctx)
        params = dict(ctx.params or {})
        cursor = params.pop("cursor", None)  # whoever makes the list knows no pages
        start = 0 if cursor is None else _offset(cursor, ctx.method)
        result = await call_next(replace(ctx, params=params))
        if not isinstance(result, dict):
            return result
        items = result[member]
        if start and start >= len(items):
            raise MCPError(INVALID_PARAMS, "there is no such page any more")
        page = {**result, member: items[start : start + size]}
        if start + size < len(items):
            page["nextCursor"] = base64.urlsafe_b64encode(f"{ctx.method} {start + size}".encode()).decode()
        return page

    return middleware


def _offset(cursor: object, method: str) -> int:
    """Read a cursor, which is of one list."""
    try:
        of, _, offset = base64.b64decode(str(cursor), b"-_", validate=True).decode().partition(" ")
    except (binascii.Error, ValueError):
        of, offset = "", ""
    if of != method or not offset.isdecimal() or not 0 < int(offset) < 10**9:
        raise MCPError(INVALID_PARAMS, "there is no such page: the cursor is not one of this list's")
    return int(offset)


def join(app: App) -> None:
    """Turn pages."""
    app.chain.use(Stage.LOGGING, in_pages(app.config.MCP_PAGE_SIZE))

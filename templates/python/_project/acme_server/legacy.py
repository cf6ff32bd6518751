"""Accepts the log levels that clients of the handshake era set."""

from __future__ import annotations

from typing import Any

from mcp.server.lowlevel import Server
from mcp.types import EmptyResult, SetLevelRequestParams

from acme_server.middleware import Context


def accept_levels(server: Server[Any]) -> None:
    """Declare logging, which is deprecated; the SDK refuses levels that do not exist."""

    async def set_level(_: Context, __: SetLevelRequestParams) -> EmptyResult:
        return EmptyResult()

    server.add_request_handler("logging/setLevel", SetLevelRequestParams, set_level)

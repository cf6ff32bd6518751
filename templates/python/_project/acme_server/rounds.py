"""Puts what a tool asks of the client to clients of the handshake era.

In the stateless era a tool's first answer is its question, and the client calls
again with what it was asked for. Here the server does the same over the open
session, so that tools are written once.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp.types import (
    CallToolRequestParams,
    CreateMessageResult,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    InputResponse,
    ListRootsResult,
)

from acme_server.middleware import Context
from acme_server.problem import Problem

_RESULTS: Mapping[str, type[InputResponse]] = {
    "elicitation/create": ElicitResult,
    "sampling/createMessage": CreateMessageResult,
    "roots/list": ListRootsResult,
}


async def next_call(
    ctx: Context, params: CallToolRequestParams, asked: InputRequiredResult
) -> CallToolRequestParams | None:
    """Return the call that follows on a question; None leaves that to a client of the stateless era."""
    if ctx.protocol_version >= "2026-07-28":
        return None
    responses = {name: await _ask(ctx, request) for name, request in (asked.input_requests or {}).items()}
    return params.model_copy(update={"input_responses": responses, "request_state": asked.request_state})


async def _ask(ctx: Context, request: InputRequest) -> InputResponse:
    try:
        return await ctx.session.send_request(
            request, _RESULTS[request.method], metadata=ServerMessageMetadata(related_request_id=ctx.request_id)
        )
    except MCPError as e:  # the model should know
        raise Problem(
            "refused",
            f"The client did not give what the tool asked for: {e.error.message}.",
            "Ask the user whether to go on without this tool.",
        ) from e

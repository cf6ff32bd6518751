"""Tells what logs, metrics and traces may know of a request.

That is its method, what it is about and how it ended. Argument values, results
and resource contents are none of their business and cannot be had here.
"""

from __future__ import annotations

import re
import secrets
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS
from pydantic import ValidationError

from acme_server import calls

# Outcomes of a request. The set is closed: it is used as a metric label.
OK = "ok"
INPUT_REQUIRED = "input_required"  # the caller is asked for more and will come again
TOOL_ERROR = "tool_error"  # the tool ran and said that it failed
REJECTED = "rejected"  # the caller's fault: bad arguments, unknown name, not allowed, too many
CANCELLED = "cancelled"
TIMEOUT = "timeout"
FAILED = "failed"  # the server's fault

OUTCOMES = (OK, INPUT_REQUIRED, TOOL_ERROR, REJECTED, CANCELLED, TIMEOUT, FAILED)

# Open for as long as the caller cares to listen: neither its duration nor its
# being in flight says anything about load.
LISTEN = "subscriptions/listen"

Ctx = ServerRequestContext[Any, Any]


def outcome(method: str, result: HandlerResult, error: BaseException | None) -> str:
    """Sort the answer to a request into one of OUTCOMES."""
    if isinstance(error, CancelledError):
        return CANCELLED
    if isinstance(error, TimeoutError):
        return TIMEOUT
    if (number := code(error)) is not None:
        return _of_code(number)
    if error is not None:  # nothing is done for a notification: it came at the wrong time
        return REJECTED if method.startswith("notifications/") else FAILED
    match result:
        case {"isError": True}:
            return TOOL_ERROR
        case {"resultType": "input_required"}:
            return INPUT_REQUIRED
    return OK


def code(error: BaseException | None) -> int | None:
    """Return the code with which an error is answered; None if it was not meant for the caller."""
    if isinstance(error, MCPError):
        return error.code
    return INVALID_PARAMS if isinstance(error, ValidationError) else None


def _of_code(number: int) -> str:
    """Tell faults of the server from those of its callers.

    That it is overloaded, or that what it needs is down, is not the callers' fault.
    """
    if number == calls.TIMEOUT:
        return TIMEOUT
    return FAILED if number in (INTERNAL_ERROR, calls.OVERLOADED, calls.UNAVAILABLE) else REJECTED


async def watched(
    ctx: Ctx, call_next: CallNext, told: Callable[[HandlerResult, BaseException | None], None]
) -> HandlerResult:
    """Call what comes next and tell how it ended, whatever happened."""
    try:
        result = await call_next(ctx)
    except BaseException as error:
        told(None, error)
        raise
    told(result, None)
    return result


def tool(ctx: Ctx) -> str:
    """Return the name of the tool that a request calls, or nothing."""
    return _name(ctx, calls.TOOL)


def prompt(ctx: Ctx) -> str:
    """Return the name of the prompt that a request is about, or nothing."""
    return _name(ctx, calls.PROMPT)


# There is no resource: a URI may hold what should not be kept.
def _name(ctx: Ctx, want: str) -> str:
    kind, name = calls.target(ctx)
    if kind != want:
        return ""
    # 128 characters are what the protocol allows a tool's name; more would fill the logs.
    return name if len(name) <= 128 else name[:128] + "…"


_correlation = ContextVar("correlation", default="")


def correlation() -> str:
    """Return the id of the request that is being worked on, or nothing."""
    return _correlation.get()


@contextmanager
def correlated(identity: str) -> Iterator[None]:
    """Let what is logged within carry the id."""
    token = _correlation.set(identity)
    try:
        yield
    finally:
        _correlation.reset(token)


def correlation_of(ctx: Ctx) -> str:
    """Return the id under which a request is logged.

    It is the trace id that the caller sends in _meta or in the HTTP header, else
    a new one. Only a well-formed trace id is taken over, so a caller cannot write
    into the logs.
    """
    header = ctx.request.headers.get("traceparent") if ctx.request is not None else None
    return _trace_id(meta(ctx).get("traceparent")) or _trace_id(header) or secrets.token_hex(16)


def meta(ctx: Ctx) -> Mapping[str, Any]:
    """Return the _meta of a request; empty when there is none."""
    found = (ctx.params or {}).get("_meta")
    return found if isinstance(found, Mapping) else {}


# A W3C traceparent: version-traceid-parentid-flags.
_TRACEPARENT = re.compile(r"[^-]*-([0-9a-f]{32})-[^-]*-.*", re.DOTALL)


def _trace_id(parent: Any) -> str:
    found = _TRACEPARENT.fullmatch(parent) if isinstance(parent, str) and len(parent) <= 256 else None
    return found[1] if found and found[1].strip("0") else ""

"""The order in which requests are treated: around the MCP endpoint by layers, within it by stages."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import Any, TypeAlias

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR
from pydantic import ValidationError

from acme_server.lifecycle import text_of
from acme_server.log import Log

Context: TypeAlias = ServerRequestContext[Any, Any]

Middleware: TypeAlias = ServerMiddleware[Any]


class Layer(StrEnum):
    """The place of a wrapper around the MCP endpoint, outermost first.

    The order is deliberate: even a refusal carries the security headers, a foreign
    origin never reaches the authentication, a trace shows who was refused, and a
    session belongs to a caller who is known.
    """

    HEADERS = "headers"
    ORIGIN = "origin"
    TRACE = "trace"
    AUTH = "auth"
    SESSION = "session"


class Stage(StrEnum):
    """The place of a middleware in the chain, outermost first.

    The order is deliberate: what is refused cheaply comes first, what may be
    refused is audited, and what is logged has been cleaned before.
    """

    ERROR = "error"  # internal errors become plain answers
    RATE = "rate"  # too many requests are refused
    AUTHZ = "authz"  # forbidden requests are refused
    AUDIT = "audit"  # what was asked and by whom is recorded
    SANITISE = "sanitise"  # arguments and results are cleaned
    RESPONSE_LIMIT = "response limit"  # results that are too large are cut
    TIMING = "timing"  # deadlines are set, time is measured
    LOGGING = "logging"  # what remains is logged


class Chain:
    """Middleware by stage. It is filled while the server is built."""

    def __init__(self) -> None:
        self._stages: defaultdict[Stage, list[Middleware]] = defaultdict(list)

    def use(self, stage: Stage, middleware: Middleware) -> None:
        """Add to a stage, within which the first to be added is outermost."""
        self._stages[stage].append(middleware)

    @property
    def all(self) -> list[Middleware]:
        """The middleware of all stages, outermost first."""
        return [middleware for stage in Stage for middleware in self._stages[stage]]


def recover(log: Log) -> Middleware:
    """Keep the text of internal errors from the client: it is in the log."""

    async def middleware(ctx: Context, call_next: CallNext) -> HandlerResult:
        try:
            return await call_next(ctx)
        except (MCPError, ValidationError):  # what the client did wrong
            raise
        except Exception as e:
            log.error("a request failed", method=ctx.method, error=text_of(e))
            raise MCPError(INTERNAL_ERROR, "internal error; the server's log tells more") from e

    return middleware

"""Writes structured logs: one JSON object a line, one line a request.

They never go to standard output, which belongs to the protocol on stdio, and
never hold arguments, results or error texts that may quote them.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO, TypeAlias

import structlog
from mcp.server.context import CallNext, HandlerResult
from pydantic import BaseModel, BeforeValidator
from structlog.typing import EventDict

from acme_server import observe
from acme_server.caller import caller_of
from acme_server.log import Log
from acme_server.middleware import Context, Middleware, Stage

if TYPE_CHECKING:
    from acme_server.app import App

Level: TypeAlias = Literal["debug", "info", "warn", "error"]


class Settings(BaseModel):
    """What is logged."""

    MCP_LOG_LEVEL: Annotated[Level, BeforeValidator(lambda text: text.lower())] = "info"  # the lowest that is written


def join(app: App) -> None:
    """Make the log and write a line for each request.

    It is the first part, so its correlation id is there for all others.
    """
    app.log = JsonLog(app.build.errors, app.config.MCP_LOG_LEVEL)
    app.chain.use(Stage.ERROR, correlate(lambda: app.log))
    app.chain.use(Stage.LOGGING, requests(lambda: app.log))


class JsonLog:
    """A log of JSON lines. What is logged while a request is worked on carries its correlation id."""

    def __init__(self, out: TextIO, level: Level) -> None:
        """Write to out what is of the level or above it."""
        self._log = structlog.wrap_logger(
            structlog.WriteLogger(out),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                _in_order,
                structlog.processors.JSONRenderer(default=str, ensure_ascii=False, separators=(",", ":")),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(level),
        )

    def debug(self, message: str, **fields: Any) -> None:
        """Tell whoever looks for a fault."""
        self._write("debug", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        """Tell what happens."""
        self._write("info", message, fields)

    def warn(self, message: str, **fields: Any) -> None:
        """Tell what may be wrong."""
        self._write("warning", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """Tell what went wrong."""
        self._write("error", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # nobody reads the log any more: no reason to fail
            getattr(self._log, level)(message, fields=fields)


def _in_order(_: Any, level: str, line: EventDict) -> EventDict:
    at = {"time": line["time"], "level": "WARN" if level == "warning" else level.upper(), "msg": line["event"]}
    identity = observe.correlation()
    return {**at, **line["fields"], **({"correlation_id": identity} if identity else {})}


# The log to write to. It is asked at each request: parts that come later may still wrap the log.
LogOf: TypeAlias = Callable[[], Log]


@dataclass
class _Mark:
    """Tells outer middleware that the request was logged further in."""

    logged: bool = False


_mark: ContextVar[_Mark] = ContextVar("mark")


def correlate(log: LogOf) -> Middleware:
    """Give each request its correlation id.

    It stands outermost and logs the requests that others refuse before they come
    to requests.
    """

    async def middleware(ctx: Context, call_next: CallNext) -> HandlerResult:
        start, mark = time.perf_counter(), _Mark()
        token = _mark.set(mark)

        def told(result: HandlerResult, error: BaseException | None) -> None:
            if not mark.logged:
                _write(log(), ctx, start, result, error)

        try:
            with observe.correlated(observe.correlation_of(ctx)):
                return await observe.watched(ctx, call_next, told)
        finally:
            _mark.reset(token)

    return middleware


def requests(log: LogOf) -> Middleware:
    """Log how each request ended. It stands innermost, so the duration is that of the work alone."""

    async def middleware(ctx: Context, call_next: CallNext) -> HandlerResult:
        if mark := _mark.get(None):
            mark.logged = True
        start = time.perf_counter()
        return await observe.watched(ctx, call_next, lambda r, e: _write(log(), ctx, start, r, e))

    return middleware


def _write(log: Log, ctx: Context, start: float, result: HandlerResult, error: BaseException | None) -> None:
    outcome, caller = observe.outcome(ctx.method, result, error), caller_of(ctx)
    maybe = {
        "session": caller.session,
        "tool": observe.tool(ctx),
        "prompt": observe.prompt(ctx),
        "code": observe.code(error),
    }
    write = getattr(log, _level(ctx.method, outcome))
    write(
        "request",
        method=ctx.method,
        outcome=outcome,
        duration_ms=round((time.perf_counter() - start) * 1000, 3),
        caller=caller.id,
        **{name: value for name, value in maybe.items() if value},
    )


def _level(method: str, outcome: str) -> Level:
    if outcome == observe.FAILED:
        return "error"
    if outcome in (observe.TOOL_ERROR, observe.REJECTED, observe.TIMEOUT):
        return "warn"
    if method == "ping" or method.startswith("notifications/"):
        return "debug"  # many, and of no news
    return "info"

"""The log of requests."""

from __future__ import annotations

import io
import json
from asyncio import CancelledError
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS
from pydantic import ValidationError

from acme_server.json_log import JsonLog, Level, Settings, correlate, requests
from acme_server.middleware import Context, Middleware

from tests.harness import connect, new_app

TRACE = "0af7651916cd43dd8448eb211c80319c"


def request(method: str = "tools/call", **params: Any) -> Context:
    meta = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    return ServerRequestContext(
        session=cast(Any, SimpleNamespace(_connection=SimpleNamespace(session_id="session-1"))),
        lifespan_context={},
        protocol_version="2025-11-25",
        method=method,
        params={"_meta": meta, **params},
    )


class Logged:
    """Sends requests through both middlewares and reads the log."""

    def __init__(self, level: Level = "debug") -> None:
        self.text = io.StringIO()
        self.log = JsonLog(self.text, level)

    async def run(self, ctx: Context, answer: HandlerResult | BaseException, refuse: bool = False) -> None:
        async def handler(_: Context) -> HandlerResult:
            if isinstance(answer, BaseException):
                raise answer
            return answer

        inner: Middleware = requests(lambda: self.log)

        async def logged(ctx: Context) -> HandlerResult:
            return await (handler(ctx) if refuse else inner(ctx, handler))

        await correlate(lambda: self.log)(ctx, logged)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.getvalue().splitlines()]


@pytest.mark.anyio
async def test_request_line() -> None:
    logged = Logged()
    await logged.run(request(name="greet", arguments={"name": "hunter2"}), {"content": []})
    (line,) = logged.lines
    assert isinstance(line.pop("duration_ms"), float)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "msg": "request",
        "method": "tools/call",
        "outcome": "ok",
        "caller": "local",
        "session": "session-1",
        "tool": "greet",
        "correlation_id": TRACE,
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "answer", "level"),
    [
        ("tools/call", {"content": []}, "INFO"),
        ("tools/call", {"content": [], "isError": True}, "WARN"),
        ("tools/call", MCPError(INVALID_PARAMS, "bad arguments"), "WARN"),
        ("tools/call", RuntimeError("disk on fire"), "ERROR"),
        ("tools/call", CancelledError(), "INFO"),
        ("ping", {}, "DEBUG"),
        ("notifications/initialized", None, "DEBUG"),
    ],
)
async def test_levels(method: str, answer: HandlerResult | BaseException, level: str) -> None:
    logged = Logged()
    if isinstance(answer, BaseException):
        with pytest.raises(type(answer)):  # what goes wrong is logged and goes on
            await logged.run(request(method), answer)
    else:
        await logged.run(request(method), answer)
    assert [line["level"] for line in logged.lines] == [level]


@pytest.mark.anyio
@pytest.mark.parametrize("error", [RuntimeError("no account hunter2"), MCPError(INVALID_PARAMS, "hunter2: too short")])
async def test_nothing_of_arguments(error: Exception) -> None:
    logged = Logged()
    with pytest.raises(type(error)):
        await logged.run(request(name="login", arguments={"password": "hunter2"}), error)
    assert len(logged.lines) == 1
    assert "hunter2" not in logged.text.getvalue()


@pytest.mark.anyio
async def test_a_refused_request_is_logged_once() -> None:
    logged = Logged()
    with pytest.raises(MCPError):
        await logged.run(request(name="greet"), MCPError(-32000, "too many requests"), refuse=True)
    (line,) = logged.lines
    assert (line["outcome"], line["code"]) == ("rejected", -32000)


@pytest.mark.anyio
async def test_every_line_of_a_request_carries_its_id() -> None:
    logged = Logged()

    async def handler(_: Context) -> HandlerResult:
        logged.log.info("looking up", error=ValueError("the text of an error"))
        return None

    await correlate(lambda: logged.log)(request(), handler)
    logged.log.info("afterwards")
    assert [line.get("correlation_id") for line in logged.lines] == [TRACE, TRACE, None]
    assert logged.lines[0]["error"] == "the text of an error"


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warn", 2), ("error", 1)])
def test_what_is_beneath_the_level_is_not_written(level: Level, count: int) -> None:
    logged = Logged(level)
    for write in (logged.log.debug, logged.log.info, logged.log.warn, logged.log.error):
        write("said")
    assert len(logged.lines) == count


def test_the_level_is_a_setting() -> None:
    assert Settings().MCP_LOG_LEVEL == "info"
    assert Settings.model_validate({"MCP_LOG_LEVEL": "WARN"}).MCP_LOG_LEVEL == "warn"
    with pytest.raises(ValidationError, match="MCP_LOG_LEVEL"):
        Settings.model_validate({"MCP_LOG_LEVEL": "loud"})


def test_a_log_that_nobody_reads_does_no_harm() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(text)

    JsonLog(Closed(), "info").info("into the void")


def request_lines(log: io.StringIO, method: str) -> list[dict[str, Any]]:
    """Return the log's lines about requests of a method."""
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in lines if line.get("msg") == "request" and line["method"] == method]


@pytest.mark.anyio
async def test_each_request_is_logged_once() -> None:
    app, log = new_app()
    async with connect(app) as client:
        await client.list_tools(meta=cast(Any, {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}))
    (line,) = request_lines(log, "tools/list")
    assert (line["correlation_id"], line["caller"], line["outcome"]) == (TRACE, "local", "ok")


@pytest.mark.anyio
async def test_a_refused_request_is_logged_without_its_arguments() -> None:
    app, log = new_app()
    async with connect(app) as client:
        with pytest.raises(MCPError):
            await client.call_tool("no_such_tool", {"password": "hunter2"})
    (line,) = request_lines(log, "tools/call")
    assert (line["outcome"], line["tool"]) == ("rejected", "no_such_tool")
    assert "hunter2" not in log.getvalue()


@pytest.mark.anyio
async def test_the_log_level_holds_for_the_server() -> None:
    app, log = new_app(MCP_LOG_LEVEL="error")
    async with connect(app) as client:
        await client.list_tools()
    assert request_lines(log, "tools/list") == []

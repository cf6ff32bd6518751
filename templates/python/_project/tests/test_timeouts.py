"""Deadlines of calls."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import ReadResourceRequestParams

from acme_server.config import ConfigError, load

from tests.harness import MODERN, connect, new_app, offer, text

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_a_call_that_takes_too_long_is_ended(era: str) -> None:
    app, _ = new_app(MCP_TIMEOUT="20ms")
    ended = asyncio.Event()

    async def slow(*_: Any) -> Any:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    offer(app, "slow", slow)
    async with connect(app, era) as client:
        result = await client.call_tool("slow", {})
        assert result.is_error
        assert '"code":"timeout"' in text(result)
        assert 'The tool \\"slow\\" took longer than the 20ms that it has.' in text(result)
        await ended.wait()
        await client.list_tools()


async def test_a_tool_may_have_a_time_of_its_own() -> None:
    app, _ = new_app(MCP_TIMEOUT="10ms", MCP_TIMEOUT_TOOLS="patient=1m")

    async def patient(*_: Any) -> Any:
        await asyncio.sleep(0.02)
        return {"content": []}

    offer(app, "patient", patient)
    async with connect(app) as client:
        assert not (await client.call_tool("patient", {})).is_error


async def test_what_is_no_tool_is_refused() -> None:
    app, _ = new_app(MCP_TIMEOUT="10ms")

    async def slow(*_: Any) -> Any:
        await asyncio.sleep(60)

    app.server.add_request_handler("resources/read", ReadResourceRequestParams, slow)
    async with connect(app) as client:
        with pytest.raises(MCPError, match='The resource "a://b" took longer than the 10ms') as refused:
            await client.read_resource("a://b")
    assert refused.value.error.code == -31504
    assert refused.value.error.data == {"reason": "timeout", "hint": "Ask for less at once, or try again later."}


def test_settings() -> None:
    """Tools that wait for a person have more time unless told otherwise."""
    assert load("", {})[0].MCP_TIMEOUT_TOOLS["delete_note"] == "5m"
    assert load("", {"MCP_TIMEOUT_TOOLS": "delete_note=1s"})[0].MCP_TIMEOUT_TOOLS == {"delete_note": "1s"}
    assert load("", {"MCP_TIMEOUT_TOOLS": ""})[0].MCP_TIMEOUT_TOOLS == {}
    with pytest.raises(ConfigError, match="MCP_TIMEOUT_TOOLS: 0s of a must be above zero"):
        load("", {"MCP_TIMEOUT_TOOLS": "a=0s"})
    with pytest.raises(ConfigError, match="MCP_TIMEOUT must be more than nothing"):
        load("", {"MCP_TIMEOUT": "0s"})

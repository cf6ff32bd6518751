"""Limits of arguments and results."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from acme_server.limits import Settings, requests, results

from tests.harness import connect, new_app, text

OK = {"content": [{"type": "text", "text": "ok"}]}


def ctx(method: str, arguments: Any = None) -> Any:
    return SimpleNamespace(method=method, params={"name": "t", "arguments": arguments}, protocol_version="2025-11-25")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (None, ""),
        ({"a": {"b": ["0123456789"]}}, ""),
        ({"a": ["012345"] * 7}, "60 allowed"),
        ({"a": {"b": [{}]}}, "3 levels"),
        ({"a": "0123456789x"}, "10 allowed"),
        ({"a": "ääääää"}, "12 bytes"),
        ({"0123456789x": 1}, "10 allowed"),
    ],
)
async def test_requests(arguments: Any, complaint: str) -> None:
    limits = Settings(MCP_MAX_ARGUMENT_BYTES=60, MCP_MAX_ARGUMENT_DEPTH=3, MCP_MAX_STRING_BYTES=10)

    async def answer(_: Any) -> Any:
        return OK

    result: Any = await requests(limits)(ctx("tools/call", arguments), answer)
    if complaint == "":
        assert result is OK
        return
    assert result["isError"]
    problem = json.loads(result["content"][0]["text"])
    assert problem["code"] == "too_large"
    assert complaint in problem["message"]


async def bounded(most: int, method: str, text: str) -> Any:
    async def answer(_: Any) -> Any:
        return {"content": [{"type": "text", "text": text}]}

    return await results(Settings(MCP_MAX_RESULT_BYTES=most))(ctx(method), answer)


@pytest.mark.anyio
async def test_results() -> None:
    refused = await bounded(100, "tools/call", "x" * 100)
    assert refused["isError"]
    assert "100 allowed" in refused["content"][0]["text"]
    with pytest.raises(MCPError) as error:
        await bounded(100, "resources/read", "x" * 100)
    assert error.value.data["reason"] == "result_too_large"
    for most, method, said in [
        (100, "tools/list", "x" * 100),
        (100, "tools/call", "small"),
        (0, "tools/call", "x" * 100),
    ]:
        assert (await bounded(most, method, said))["content"][0]["text"] == said


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    app, _ = new_app(MCP_MAX_STRING_BYTES="50", MCP_MAX_RESULT_BYTES="10")
    async with connect(app) as client:
        for query in ("x" * 51, "x"):
            result = await client.call_tool("search_notes", {"query": query})
            assert result.is_error
            assert '"code":"too_large"' in text(result)

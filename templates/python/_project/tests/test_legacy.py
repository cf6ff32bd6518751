"""What is offered to clients of the handshake era."""

from __future__ import annotations

from typing import Any

import pytest
from mcp.types import CreateMessageResult, ListRootsResult, Root, TextContent
from pydantic import FileUrl

from tests.harness import MODERN, connect, http, initialize, message, new_app, text

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")]

ERAS = pytest.mark.parametrize("era", ["legacy", MODERN])


@ERAS
async def test_sampling(era: str) -> None:
    app, _ = new_app()
    told = []

    async def sample(_: Any, params: Any) -> CreateMessageResult:
        told.append((params.max_tokens, params.messages[0].content.text))
        content = TextContent(type="text", text="It welcomes.")
        return CreateMessageResult(role="assistant", model="small", content=content)

    async with connect(app, era, sampling_callback=sample) as client:
        result = await client.call_tool("summarise_note", {"id": "n1"})
    assert result.structured_content == {"summary": "It welcomes.", "model": "small"}
    assert told == [(200, "This notebook is kept in memory.")]


@ERAS
async def test_roots(era: str) -> None:
    app, _ = new_app()

    async def roots(_: Any) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=FileUrl("file:///work"))])

    async with connect(app, era, list_roots_callback=roots) as client:
        result = await client.call_tool("list_roots", {})
    assert result.structured_content == {"roots": ["file:///work"]}


@ERAS
async def test_clients_without_either(era: str) -> None:
    app, _ = new_app()
    async with connect(app, era) as client:
        assert "does not offer sampling" in text(await client.call_tool("summarise_note", {"id": "n1"}))
        assert "does not offer roots" in text(await client.call_tool("list_roots", {}))


@pytest.mark.parametrize(("level", "part"), [("warning", '"result":{}'), ("loud", '"code":-32602')])
def test_log_levels(level: str, part: str) -> None:
    app, _ = new_app()
    with http(app) as client:
        opened = client.post("/mcp", json=initialize())
        assert '"logging":{}' in opened.text
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-11-25"}
        answer = client.post("/mcp", json=message("logging/setLevel", 2, level=level), headers=session)
    assert part in answer.text

"""Lists in pages."""

from __future__ import annotations

import base64

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from tests.harness import MODERN, connect, new_app

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_pages(era: str) -> None:
    app, _ = new_app(MCP_PAGE_SIZE="1")
    seen: list[str] = []
    async with connect(app, era) as client:
        cursor = None
        while True:
            page = await client.list_tools(cursor=cursor)
            assert len(page.tools) == 1
            seen += [tool.name for tool in page.tools]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert seen == list(app.offers.tools)
    assert len(seen) > 1


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "wrong",
    ["?", "", *map(cursor, ["abc", "prompts/list 1", "tools/list -1", "tools/list 0", "tools/list 999"])],
)
async def test_cursors_that_are_none(wrong: str) -> None:
    app, _ = new_app(MCP_PAGE_SIZE="1")
    async with connect(app) as client:
        with pytest.raises(MCPError, match="there is no such page") as refused:
            await client.list_tools(cursor=wrong)
    assert refused.value.error.code == INVALID_PARAMS

"""What is masked, and what is not."""

from __future__ import annotations

import copy
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from acme_server import pii
from acme_server.log import TextLog
from acme_server.scrub import Scrubbed

from tests.harness import connect, new_app, text


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("mail jane.doe+x@mail.example.com now", "mail [email] now"),
        ("card 4111 1111 1111 1111.", "card [card]."),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),  # Luhn fails: no card
        ("at 1790000000006 ms", "at 1790000000006 ms"),
        ("pay to DE89 3704 0044 0532 0130 00", "pay to [iban]"),
        ("part DE89370400440532013001", "part DE89370400440532013001"),  # check digits fail
        ("GB29NWBK60161331926819", "[iban]"),
        ("call +49 30 1234567", "call [phone]"),
        ("call (555) 123-4567 or 555-123-4567", "call [phone] or [phone]"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: [token]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "[token]"),
        ("an id eyJhbGci.short", "an id eyJhbGci.short"),
        ("ghp_0123456789abcdef0123", "[token]"),
        (
            "at 2026-07-28T10:00:00Z, 1234 items, v1.8.0, port 8080",
            "at 2026-07-28T10:00:00Z, 1234 items, v1.8.0, port 8080",
        ),
    ],
)
def test_clean(text: str, want: str) -> None:
    assert pii.clean(text) == want


@pytest.mark.parametrize("part", ["eyJ-", "eyJa.", "a@", "bearer ", "+1 ", "sk-", "1 ", "AB12", "a.", "0"])
def test_long_texts_are_searched_in_one_go(part: str) -> None:
    """A pattern that steps back would take hours."""
    assert pii.clean(part * 50_000 + " to jane@example.com").endswith(" to [email]")


def test_the_log_is_masked() -> None:
    out = StringIO()
    Scrubbed(TextLog(out), pii.clean).info("call", arguments={"to": "jane@example.com"})
    assert "[email]" in out.getvalue()
    assert "jane@" not in out.getvalue()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "result"),
    [
        (
            "tools/call",
            {
                "content": [
                    {"type": "text", "text": "jane@example.com"},
                    {"type": "resource", "resource": {"uri": "a://b", "text": "jane@example.com"}},
                    {"type": "image", "data": "jane+example+com", "mimeType": "image/png"},
                ],
                "structuredContent": {"mail": ["jane@example.com"], "n": 1},
            },
        ),
        (
            "resources/read",
            {"contents": [{"uri": "a://b", "text": "jane@example.com"}, {"uri": "a://c", "blob": "eA=="}]},
        ),
        ("prompts/get", {"messages": [{"role": "user", "content": {"type": "text", "text": "jane@example.com"}}]}),
    ],
)
async def test_results(method: str, result: dict[str, Any]) -> None:
    original = copy.deepcopy(result)

    async def answer(_: Any) -> dict[str, Any]:
        return result

    ctx: Any = SimpleNamespace(method=method)
    masked = await pii.results(ctx, answer)
    assert "[email]" in str(masked)
    assert "jane@" not in str(masked)
    assert str(masked).count("[email]") == str(original).count("jane@")
    assert result == original  # others may hold it


@pytest.mark.anyio
async def test_lists_pass() -> None:
    async def answer(_: Any) -> dict[str, Any]:
        return {"tools": [{"name": "jane@example.com"}]}

    ctx: Any = SimpleNamespace(method="tools/list")
    assert await pii.results(ctx, answer) == {"tools": [{"name": "jane@example.com"}]}


@pytest.mark.anyio
@pytest.mark.parametrize("results", ["true", "false"])
async def test_the_whole_server(results: str) -> None:
    app, log = new_app(MCP_PII_RESULTS=results)
    app.log.error("writing to jane@example.com")
    app.deps.log.error("writing to jane@example.com")  # the tools' own
    assert log.getvalue().count("writing to [email]") == 2
    async with connect(app) as client:
        await client.call_tool("add_note", {"title": "Jane", "text": "jane@example.com"})
        found = await client.call_tool("search_notes", {"query": "jane"})
        assert ("jane@" in text(found)) == (results == "false")
        assert ("[email]" in str(found.structured_content)) == (results == "true")

"""What requests are about, and refusals."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from mcp import Client
from mcp.server.lowlevel import Server

from acme_server import calls


def request(method: str, params: dict[str, Any] | None = None) -> Any:
    return Mock(method=method, params=params, protocol_version="2025-11-25")


@pytest.mark.parametrize(
    ("method", "params", "kind", "name"),
    [
        ("tools/call", {"name": "echo"}, calls.TOOL, "echo"),
        ("resources/read", {"uri": "a://b"}, calls.RESOURCE, "a://b"),
        ("resources/subscribe", {"uri": "a://b"}, calls.RESOURCE, "a://b"),
        ("prompts/get", {"name": "p"}, calls.PROMPT, "p"),
        ("completion/complete", {"ref": {"type": "ref/prompt", "name": "p"}}, calls.PROMPT, "p"),
        ("completion/complete", {"ref": {"type": "ref/resource", "uri": "a://{x}"}}, calls.RESOURCE, "a://{x}"),
        ("completion/complete", {"ref": 1}, "", ""),
        ("completion/complete", None, "", ""),
        ("tools/call", {"name": ["echo"]}, calls.TOOL, ""),
        ("tools/list", None, "", ""),
    ],
)
def test_target(method: str, params: dict[str, Any] | None, kind: str, name: str) -> None:
    assert calls.target(request(method, params)) == (kind, name)


def test_is_work() -> None:
    assert calls.is_work("tools/call")
    assert not calls.is_work("tools/list")
    assert not calls.is_work("subscriptions/listen")


def test_refusal() -> None:
    error = calls.Refusal(calls.RATE_LIMITED, "rate_limited", "too many", retry_after=1.5).error()
    assert (error.code, error.message) == (-31429, "too many")
    assert error.data == {"reason": "rate_limited", "retryAfterMs": 1500}  # an empty hint is not sent


@pytest.mark.anyio
@pytest.mark.parametrize(("mode", "result_type"), [("legacy", None), ("2026-07-28", "complete")])
async def test_failed(mode: str, result_type: str | None) -> None:
    """Failures look as the SDK would have made them, in both eras."""
    server: Server[Any] = Server("test")
    results: list[dict[str, Any]] = []

    async def refuse(ctx: calls.Ctx, call_next: Any) -> Any:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        results.append(calls.failed(ctx, ValueError("no")))
        return results[-1]

    server.middleware.append(refuse)
    async with Client(server, mode=mode) as client:
        assert (await client.call_tool("t")).is_error
    assert results[0]["content"] == [{"type": "text", "text": "no"}]
    assert results[0].get("resultType") == result_type

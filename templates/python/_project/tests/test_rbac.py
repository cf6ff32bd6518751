"""Roles and what they allow."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from acme_server import calls
from acme_server.caller import Caller
from acme_server.rbac import Guard, Settings, match, read

from tests.harness import connect, new_app

POLICY = """
roles:
  operator: {tools: ["*"], resources: ["*"], prompts: ["*"]}
  reader: {tools: [list_*], resources: ["notes://*/public"]}
callers:
  user:alice: [operator]
  user:bob: []
needs:
  tool:delete_*: [notes:delete]
"""


def who(identity: str, *scopes: str) -> Caller:
    return Caller(identity, scopes)


@pytest.mark.parametrize(
    ("caller", "kind", "name", "allowed"),
    [
        (who("user:alice"), calls.TOOL, "add_note", True),
        (who("user:alice"), calls.PROMPT, "p", True),
        (who("user:alice"), calls.TOOL, "delete_note", False),  # the capability is missing
        (who("user:alice", "notes:delete"), calls.TOOL, "delete_note", True),
        (who("user:eve"), calls.TOOL, "list_notes", False),  # no role: denied by default
        (who("user:eve", "reader"), calls.TOOL, "list_notes", True),
        (who("user:eve", "reader"), calls.TOOL, "add_note", False),
        (who("user:eve", "reader"), calls.PROMPT, "p", False),
        (who("user:eve", "reader"), calls.RESOURCE, "notes://a/b/public", True),
        (who("user:eve", "reader"), calls.RESOURCE, "notes://a/private", False),
        (who("user:bob", "operator"), calls.TOOL, "list_notes", False),  # listed: scopes give no role
    ],
)
def test_refuses(caller: Caller, kind: str, name: str, allowed: bool) -> None:
    assert (read(POLICY).refuses(caller, kind, name) == "") is allowed


def test_built_in() -> None:
    policy = read("")
    assert not policy.refuses(who("local"), calls.TOOL, "any")
    assert policy.refuses(who("user:eve"), calls.TOOL, "any") == "no role of this caller allows it"


@pytest.mark.parametrize(
    "bad", ["rules: {}", "callers: {a: [b]}", "needs: {delete: [x]}", "roles: [", "callers: {a: [], a: []}", "x"]
)
def test_bad_policies(bad: str) -> None:
    with pytest.raises(ValidationError, match="MCP_RBAC_POLICY: "):
        Settings(MCP_RBAC_POLICY=bad)


def test_json() -> None:
    assert read('{"roles": {"r": {"tools": ["a"]}}, "callers": {"c": ["r"]}}').roles["r"].tools == ["a"]
    assert read("roles:\ncallers:\n").roles == {}


@pytest.mark.parametrize(
    ("pattern", "name", "want"),
    [
        *[("*", "", True), ("*", "x", True), ("a", "a", True), ("a", "ab", False), ("a*", "ab", True)],
        *[("*b", "ab", True), ("*b", "abc", False), ("a*c*e", "abcde", True), ("a*c*e", "ace", True)],
        *[("a*c*e", "aec", False), ("a*a", "a", False), ("", "", True), ("", "x", False), ("a.", "ab", False)],
    ],
)
def test_match(pattern: str, name: str, want: bool) -> None:
    assert match(pattern, name) is want


LIST = {"tools": [{"name": "list_notes"}, {"name": "add_note"}], "resourceTemplates": [{"uriTemplate": "a://{x}"}]}


async def answer(_: Any) -> dict[str, Any]:
    return LIST


@pytest.mark.anyio
async def test_lists() -> None:
    guard = Guard(read(POLICY), lambda _: who("user:eve", "reader"))
    result = await guard.middleware(Mock(method="tools/list", params=None), answer)
    assert result == {"tools": [{"name": "list_notes"}], "resourceTemplates": []}
    assert len(LIST["tools"]) == 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "params", "allowed"),
    [
        ("tools/call", {"name": "add_note"}, False),
        ("tools/call", {"name": "list_notes"}, True),
        ("tools/call", {}, False),
        ("prompts/get", {"name": "p"}, False),
        ("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["notes://a/private"]}}, False),
        ("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["notes://a/public"]}}, True),
        ("subscriptions/listen", {"notifications": 1}, True),
        ("ping", None, True),
    ],
)
async def test_guard(method: str, params: dict[str, Any] | None, allowed: bool) -> None:
    guard = Guard(read(POLICY), lambda _: who("user:eve", "reader"))
    told: list[Any] = []
    guard.denied = told.append
    ctx = Mock(method=method, params=params)
    if allowed:
        assert await guard.middleware(ctx, answer)
    else:
        with pytest.raises(MCPError) as refusal:
            await guard.middleware(ctx, answer)
        assert refusal.value.code == -31403
        assert refusal.value.data["reason"] == "forbidden"
    assert len(told) == (not allowed)


@pytest.mark.anyio
async def test_the_server() -> None:
    app, _ = new_app(MCP_RBAC_POLICY="{roles: {reader: {tools: [search_notes]}}, callers: {local: [reader]}}")
    async with connect(app) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["search_notes"]
        assert not (await client.call_tool("search_notes", {"query": ""})).is_error
        with pytest.raises(MCPError, match='"local" may not use the tool "add_note"'):
            await client.call_tool("add_note", {"title": "t", "text": "x"})

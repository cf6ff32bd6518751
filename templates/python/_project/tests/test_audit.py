"""The audit log and its chain."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from mcp.shared.exceptions import MCPError

from acme_server.audit import Audit, Record, Summary, verify, verify_file

from tests.harness import META, MODERN, http, message, new_app


def written(path: Path, *methods: str) -> Audit:
    log = Audit(str(path), io.StringIO())
    for method in methods:
        log.write(Record(method=method))
    return log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def checked(path: Path) -> Summary:
    with path.open("rb") as file:
        return verify(file)


@pytest.mark.anyio
async def test_chain_goes_on_after_restart(path: Path) -> None:
    for _ in range(2):
        await written(path, "a", "b").close()
    assert checked(path).records == 4
    assert checked(path).first == ""
    assert path.stat().st_mode & 0o077 == 0
    out = io.StringIO()
    verify_file(str(path), out)
    assert out.getvalue().startswith("4 records, unbroken; the chain begins here; the last is ")


def test_verify_finds_tampering(path: Path) -> None:
    written(path, "a", "b", "c")
    a, b, c = path.read_bytes().splitlines(keepends=True)
    for tampered in (a + b.replace(b'"b"', b'"x"') + c, a + c, b + a + c, a + b + b, a + b"x\n", a + b"{}\n"):
        with pytest.raises(ValueError, match=r"line [1-3]"):
            verify(io.BytesIO(tampered))
    path.write_bytes(a + c)
    with pytest.raises(ValueError, match="before line 2"):
        verify_file(str(path), io.StringIO())


def test_rotation(path: Path) -> None:
    log = written(path, "a")
    old = path.rename(path.with_suffix(".1"))
    log.write(Record(method="b"))
    log.write(Record(method="c"))
    assert checked(old).records == 1
    assert checked(path) == Summary(2, checked(old).last, checked(path).last)


def test_damaged_file(path: Path) -> None:
    path.write_text("x\n")
    with pytest.raises(ValueError, match="move the damaged file away"):
        Audit(str(path), io.StringIO())
    with pytest.raises(OSError, match="check MCP_AUDIT_PATH"):
        Audit(str(path.parent / "none" / "audit.jsonl"), io.StringIO())


def test_lines_are_the_same_in_every_language() -> None:
    """The line and the hash are those of the Go server."""
    out = io.StringIO()
    log = Audit("", out, lambda: 1785240000.5)
    log.write(Record(caller="user:ä", method="tools/call", target="<a>&\u2028", outcome="ok", ms=3))
    assert out.getvalue().startswith(
        '{"n":1,"time":"2026-07-28T12:00:00.5Z","caller":"user:ä","method":"tools/call",'
        '"target":"\\u003ca\\u003e\\u0026\\u2028","outcome":"ok","ms":3,"previous":"","hash":"ff1263d709190b1128cb6b8a3ab32a82f914208d93df1a6a5304028430ceb4ef"}'
    )


@pytest.mark.anyio
async def test_middleware() -> None:
    out, log, clock = io.StringIO(), Mock(), iter(range(100))
    audit = Audit("", out, lambda: next(clock))
    record = audit.middleware(log)
    outcomes: dict[str, Any] = {
        "tools/call": {"isError": True},
        "tools/list": MCPError(-32602, "no"),
        "prompts/get": asyncio.CancelledError(),
        "resources/list": ValueError(),
        "ping": {},
    }

    async def answer(ctx: Any) -> dict[str, Any]:
        if isinstance(outcome := outcomes[ctx.method], BaseException):
            raise outcome
        return dict(outcome)

    def call(method: str) -> Any:
        ctx = Mock(method=method, params={"name": "pay", "arguments": {"card": "4111"}}, request=None)
        ctx.session._connection.session_id = "session-1"
        return ctx

    for method, outcome in outcomes.items():
        if isinstance(outcome, BaseException):
            with pytest.raises(type(outcome)):
                await record(call(method), answer)
        else:
            assert await record(call(method), answer) == outcome
    audit.denied(call("tools/call"))

    first, *others = [json.loads(line) for line in out.getvalue().splitlines()]
    assert first["arguments"].startswith("sha256:")
    assert [first[k] for k in ("caller", "session", "method", "target", "outcome", "ms")] == [
        *["local", "session-1", "tools/call", "pay", "tool_error", 1000]
    ]
    assert [r["outcome"] for r in others] == ["error -32602", "cancelled", "error", "denied"]
    assert "4111" not in out.getvalue()
    log.error.assert_not_called()


@pytest.mark.anyio
async def test_the_answer_is_given_without_a_record(path: Path) -> None:
    log, audit = Mock(), written(path)
    path.unlink()
    path.mkdir()
    ctx = Mock(method="tools/list", params=None, request=None)

    async def answer(_: Any) -> dict[str, Any]:
        return {}

    assert await audit.middleware(log)(ctx, answer) == {}
    log.error.assert_called_once()


def test_the_server(path: Path) -> None:
    app, _ = new_app(MCP_AUDIT_PATH=str(path))
    call = message("tools/call", name="search_notes", arguments={"query": "private words"}, _meta=META)
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "search_notes"}
    with http(app) as client:
        assert client.post("/mcp", json=call, headers=headers).status_code == 200
    (record,) = map(json.loads, path.read_text().splitlines())  # of what was asked, and of nothing else
    assert (record["caller"], record["target"], record["outcome"]) == ("anonymous", "search_notes", "ok")
    assert "private words" not in path.read_text()
    assert checked(path).records == 1

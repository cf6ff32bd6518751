"""API keys."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from acme_server.apikeys import FromHeader, Keys, Settings, parse
from acme_server.auth import InvalidTokenError

from tests.harness import http, initialize, message, new_app


def hash_of(key: str) -> str:
    return f"sha256:{sha256(key.encode()).hexdigest()}"


@pytest.mark.anyio
async def test_verify() -> None:
    text = f"# of our own\nci {hash_of('key-of-ci')} read,write 2026-12-31;bob {hash_of('key-of-bob')}"
    last, next_year = datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    keys = Keys(parse(text), last.timestamp)

    token = await keys.verify("key-of-ci")
    assert (token.client_id, token.scopes) == ("key:ci", ["read", "write"])
    assert token.expires_at == next_year.timestamp()
    assert (await keys.verify("key-of-bob")).scopes == []
    for bad in ("", "key-of-c", hash_of("key-of-ci")):
        with pytest.raises(InvalidTokenError):
            await keys.verify(bad)

    with pytest.raises(InvalidTokenError, match="expired"):
        await Keys(parse(text), next_year.timestamp).verify("key-of-ci")


@pytest.mark.parametrize(
    "bad", ["ci", "ci my-plain-key", "ci sha256:abc", f"a {hash_of('x')}\na {hash_of('y')}", "a x;b y"]
)
def test_bad_keys(bad: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(MCP_API_KEYS=bad)
    message = refusal.value.errors()[0]["msg"]
    assert message.count("MCP_API_KEYS: key") == bad.count(";") + 1
    assert "my-plain-key" not in message


def test_no_keys() -> None:
    assert parse(Settings().MCP_API_KEYS) == []


async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse(dict(Request(scope).headers))(scope, receive, send)


@pytest.mark.parametrize(
    ("key", "authorization", "want"),
    [("k", "", "Bearer k"), ("k", "Bearer t", "Bearer t"), ("", "Bearer t", "Bearer t"), ("", "", None)],
)
def test_from_header(key: str, authorization: str, want: str | None) -> None:
    headers = {"X-API-Key": key, "Authorization": authorization}
    got = TestClient(FromHeader(endpoint)).get("/mcp", headers={k: v for k, v in headers.items() if v}).json()
    assert got.get("authorization") == want
    assert "x-api-key" not in got


def test_the_server() -> None:
    """With keys configured, a request takes one; a session takes the key that opened it."""
    app, _ = new_app(MCP_API_KEYS=f"ci {hash_of('the-key')} operator;other {hash_of('other-key')} operator")
    with http(app) as client:
        for headers, status in [
            ({}, 401),
            ({"Authorization": "Bearer wrong"}, 401),
            ({"Authorization": "Bearer the-key"}, 200),
            ({"X-API-Key": "the-key"}, 200),
            ({"X-API-Key": "the-key", "Mcp-Session-Id": "x"}, 404),
        ]:
            answer = client.post("/mcp", json=initialize(), headers=headers)
            assert answer.status_code == status, headers
            assert ("WWW-Authenticate" in answer.headers) == (status == 401)
        session = client.post("/mcp", json=initialize(), headers={"X-API-Key": "the-key"}).headers["Mcp-Session-Id"]
        for key, status in [("the-key", 200), ("other-key", 404), ("the-key", 200)]:
            answer = client.post("/mcp", json=message("ping"), headers={"X-API-Key": key, "Mcp-Session-Id": session})
            assert answer.status_code == status, key

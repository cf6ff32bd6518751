"""Tokens, of whatever kind."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.server.auth.provider import AccessToken
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from acme_server.auth import Bearer, InvalidTokenError, Require, UndecidedError, Verifier, any_of, join
from acme_server.caller import of_scope

METADATA = "https://x/.well-known/oauth-protected-resource"


def accept(good: str, user: str, expires: int | None = None) -> Verifier:
    async def verify(token: str) -> AccessToken:
        if token != good:
            raise InvalidTokenError("invalid token")
        return AccessToken(token="", client_id=user, scopes=["read"], expires_at=expires)

    return verify


async def broken(_: str) -> AccessToken:
    raise UndecidedError("keys are out of reach")


@pytest.mark.anyio
async def test_any_of() -> None:
    verify = any_of(broken, accept("a", "alice"), accept("b", "bob"))
    assert (await verify("b")).client_id == "bob"
    with pytest.raises(UndecidedError, match="out of reach"):
        await verify("c")
    with pytest.raises(InvalidTokenError):
        await any_of(accept("a", "alice"))("c")


async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
    told = {"caller": of_scope(scope).id, "headers": list(Request(scope).headers)}
    await JSONResponse(told)(scope, receive, send)


@pytest.mark.parametrize(
    ("authorization", "bearer", "anonymous", "status", "challenge"),
    [
        ("Bearer good", Bearer(), False, 200, None),
        ("bearer  good", Bearer(), False, 200, None),
        ("", Bearer(), False, 401, "Bearer"),
        ("Bearer bad", Bearer(), False, 401, 'Bearer error="invalid_token"'),
        ("Basic good", Bearer(), False, 401, 'Bearer error="invalid_token"'),
        ("", Bearer(METADATA), False, 401, f'Bearer resource_metadata="{METADATA}"'),
        ("Bearer good", Bearer(scopes=["write"]), False, 403, 'Bearer scope="write", error="insufficient_scope"'),
        ("", Bearer(), True, 200, None),
        ("Bearer bad", Bearer(), True, 401, 'Bearer error="invalid_token"'),
    ],
)
def test_require(authorization: str, bearer: Bearer, anonymous: bool, status: int, challenge: str | None) -> None:
    bearer.endless = True
    client = TestClient(Require(endpoint, accept("good", "alice"), bearer, anonymous=anonymous))
    answer = client.post("/mcp", headers={"Authorization": authorization} if authorization else {})
    assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (status, challenge)
    if status == 200:
        assert answer.json()["caller"] == ("alice" if authorization else "anonymous")
        assert "authorization" not in answer.json()["headers"]


@pytest.mark.parametrize(
    ("expires", "status", "text"),
    [(time.time() + 60, 200, ""), (time.time() - 60, 401, "token expired"), (None, 401, "token missing expiration")],
)
def test_expiration(expires: float | None, status: int, text: str) -> None:
    verify = accept("good", "alice", None if expires is None else int(expires))
    answer = TestClient(Require(endpoint, verify, Bearer(), anonymous=False)).get(
        "/mcp", headers={"Authorization": "Bearer good"}
    )
    assert answer.status_code == status
    assert text in answer.text


def test_outage() -> None:
    """That the keys are out of reach is the server's fault."""
    client = TestClient(Require(endpoint, broken, Bearer(), anonymous=False))
    answer = client.post("/mcp", headers={"Authorization": "Bearer good"})
    assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (500, None)


@pytest.mark.parametrize(
    ("address", "anonymous", "refused"),
    [
        ("", False, False),
        ("127.0.0.1:8080", False, False),
        ("localhost:8080", False, False),
        ("[::1]:8080", False, False),
        (":8080", False, True),
        ("0.0.0.0:8080", False, True),
        ("0.0.0.0:8080", True, False),
    ],
)
def test_nobody_can_sign_in(address: str, anonymous: bool, refused: bool) -> None:
    """Without keys, only this machine is served."""
    config = SimpleNamespace(MCP_HTTP_ADDR=address, MCP_AUTH_ANONYMOUS=anonymous)
    app: Any = SimpleNamespace(config=config, verifiers=[])
    if not refused:
        return join(app)
    with pytest.raises(ValueError, match="nobody could sign in"):
        join(app)

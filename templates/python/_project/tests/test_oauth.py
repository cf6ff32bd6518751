"""The server as an OAuth resource."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from mcp.server.auth.provider import AccessToken
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.auth import Bearer, Require
from acme_server.oauth import Resource, Settings

from tests.harness import META, MODERN, http, initialize, message, new_app

URL = "https://mcp.example.com/mcp"
METADATA = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
CHALLENGE = f'Bearer resource_metadata="{METADATA}", scope="admin use write"'
LACKS = f'{CHALLENGE}, error="insufficient_scope", error_description="this call takes more scopes"'
CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete"}}'


@pytest.fixture
def resource() -> Resource:
    settings = {
        "MCP_OAUTH_RESOURCE": URL,
        "MCP_OAUTH_SERVERS": "https://id.example.com",
        "MCP_OAUTH_SCOPES": "use",
        "MCP_OAUTH_TOOL_SCOPES": "delete=write admin",
    }
    return Resource(Settings.model_validate(settings))


def test_metadata(resource: Resource) -> None:
    assert resource.metadata_url == METADATA
    assert resource.paths == [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource",
    ]
    http = TestClient(Starlette(routes=[Route("/", resource.metadata, methods=["GET", "OPTIONS"])]))
    answer = http.get("/")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == {
        "resource": URL,
        "authorization_servers": ["https://id.example.com"],
        "scopes_supported": ["admin", "use", "write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Acme Server",
    }
    assert http.options("/").status_code == 204
    assert http.post("/").status_code == 405


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


def with_scopes(app: ASGIApp, scopes: list[str] | None) -> ASGIApp:
    async def verify(_: str) -> AccessToken:
        return AccessToken(token="", client_id="user:u", scopes=scopes or [])

    return Require(app, verify, Bearer(endless=True), anonymous=scopes is None)


@pytest.mark.parametrize(
    ("scopes", "body", "status", "challenge"),
    [
        (["write", "admin"], CALL, 200, None),
        (["write"], CALL, 403, LACKS),
        (["write"], f"[{CALL}]", 403, LACKS),
        (None, CALL, 401, CHALLENGE),
        ([], CALL.replace("delete", "list"), 200, None),
        ([], CALL.replace('"delete"', '["delete"]'), 200, None),
        (None, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', 200, None),
        (None, "{", 200, None),
        (None, " " * 201, 413, None),
    ],
)
def test_scopes(resource: Resource, scopes: list[str] | None, body: str, status: int, challenge: str | None) -> None:
    """A call that takes more than the token permits is refused; any other body goes on as it came."""
    headers = {} if scopes is None else {"Authorization": "Bearer t"}
    http = TestClient(with_scopes(resource.scopes(echo, 200), scopes))
    answer = http.post("/mcp", content=body, headers=headers)
    assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (status, challenge)
    if status == 200:
        assert answer.text == body


@pytest.mark.parametrize(
    "settings",
    [
        {"MCP_OAUTH_RESOURCE": URL},
        {"MCP_OAUTH_RESOURCE": "mcp", "MCP_OAUTH_SERVERS": "https://id.example.com"},
        {"MCP_OAUTH_RESOURCE": "https://mcp.example.com/#x", "MCP_OAUTH_SERVERS": "https://id.example.com"},
    ],
    ids=json.dumps,
)
def test_bad_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(settings)


SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105
ISSUER = "https://id.example.com"


def token(audience: str, scope: str) -> str:
    claims = {"iss": ISSUER, "aud": audience, "sub": "ada", "exp": int(time.time()) + 60, "scope": scope}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def test_the_server() -> None:
    """Clients learn where tokens come from; a token has to be for this server and to permit the call."""
    app, _ = new_app(
        MCP_OAUTH_RESOURCE=URL,
        MCP_OAUTH_SERVERS=ISSUER,
        MCP_OAUTH_TOOL_SCOPES="add_note=notes:write",
        MCP_JWT_SECRET=SECRET,
        MCP_JWT_ISSUER=ISSUER,
    )
    call = message("tools/call", name="add_note", arguments={"title": "t", "text": "x"}, _meta=META)
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "add_note"}
    told = f'Bearer resource_metadata="{METADATA}"'
    with http(app) as client:
        assert client.get("/.well-known/oauth-protected-resource/mcp").json()["resource"] == URL
        assert client.post("/mcp", json=initialize()).headers["WWW-Authenticate"] == told
        for bearer, status, challenge in [
            (token("https://other.example.com", "notes:write"), 401, f'{told}, error="invalid_token"'),
            (token(URL, "notes:read"), 403, f'{told}, scope="notes:write", error="insufficient_scope"'),
            (token(URL, "notes:write operator"), 200, ""),
        ]:
            answer = client.post("/mcp", json=call, headers={**headers, "Authorization": f"Bearer {bearer}"})
            assert answer.status_code == status
            assert answer.headers.get("WWW-Authenticate", "").startswith(challenge)
        assert answer.json()["result"]["structuredContent"]["title"] == "t"

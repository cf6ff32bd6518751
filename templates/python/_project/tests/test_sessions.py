"""Sessions, around an endpoint that opens numbered ones."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response as Answer
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.sessions import Settings, Table

from tests.harness import http, initialize, message, new_app


class World:
    def __init__(self, most: int = 10) -> None:
        self.clock = 0.0
        self.opened = 0
        self.lasts = 0.0  # seconds that a request takes
        self.status = 200
        table = Table(most, 60, lambda: self.clock)
        self.http = TestClient(self.caller_from_header(table.guard(self.endpoint)))

    async def endpoint(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.clock += self.lasts
        headers = {}
        if "mcp-session-id" not in Headers(scope=scope):
            self.opened += 1
            headers["Mcp-Session-Id"] = f"s{self.opened}"
        await PlainTextResponse("ok", self.status, headers)(scope, receive, send)

    @staticmethod
    def caller_from_header(inner: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            token = AccessToken(token="", client_id=Headers(scope=scope)["caller"], scopes=[])
            await inner({**scope, "user": AuthenticatedUser(token)}, receive, send)

        return serve

    def ask(self, caller: str, session: str = "", method: str = "POST", revision: str = "2025-11-25") -> Answer:
        headers = {"Caller": caller, "MCP-Protocol-Version": revision}
        if session:
            headers["Mcp-Session-Id"] = session
        return self.http.request(method, "/mcp", headers=headers)

    def status_of(self, *args: Any, **kwargs: Any) -> int:
        return self.ask(*args, **kwargs).status_code


def test_a_session_belongs_to_its_caller() -> None:
    world = World()
    assert world.ask("alice").headers["Mcp-Session-Id"] == "s1"
    assert world.status_of("alice", "s1") == 200
    assert world.status_of("eve", "s1") == 404
    assert world.status_of("eve", "s1", "DELETE") == 404
    assert world.status_of("alice", "s1") == 200
    assert world.status_of("eve", "not-known") == 200  # the endpoint knows what to say


def test_idle_sessions_end() -> None:
    world = World()
    world.ask("alice")
    world.clock += 50
    assert world.status_of("alice", "s1") == 200
    world.lasts = 3600  # a long request is not idleness
    assert world.status_of("alice", "s1") == 200
    world.lasts = 0
    assert world.status_of("alice", "s1") == 200
    world.clock += 61
    assert world.status_of("alice", "s1") == 404


def test_number_of_sessions() -> None:
    world = World(2)
    world.status = 400
    world.ask("mallory")  # what is refused opens none
    world.status = 200
    for caller in ("alice", "bob"):
        world.ask(caller)
    full = world.ask("carol")
    assert (full.status_code, full.headers["Retry-After"]) == (503, "30")
    assert world.status_of("carol", revision="2026-07-28") == 200
    world.ask("alice", "s2", "DELETE")
    assert world.status_of("carol") == 200
    world.clock += 120
    assert world.status_of("dave") == 200


def test_settings() -> None:
    assert Settings().MCP_SESSION_MAX == 1000
    for name in ("MCP_SESSION_MAX", "MCP_SESSION_IDLE"):
        with pytest.raises(ValidationError, match="both must be above zero"):
            Settings.model_validate({name: "0"})


def test_the_server() -> None:
    app, _ = new_app(MCP_SESSION_MAX="1", MCP_SESSION_IDLE="10m")
    assert app.session_idle == 600
    with http(app) as client:
        first = client.post("/mcp", json=initialize())
        assert first.status_code == 200
        assert client.post("/mcp", json=initialize()).status_code == 503
        session = {"Mcp-Session-Id": first.headers["Mcp-Session-Id"]}
        assert client.post("/mcp", json=message("ping", 2), headers=session).status_code == 200
        assert client.delete("/mcp", headers=session).status_code in (200, 204)
        assert client.post("/mcp", json=initialize()).status_code == 200

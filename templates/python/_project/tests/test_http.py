"""Both eras over HTTP, and what a stranger may try there."""

from __future__ import annotations

import json

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.harness import META, MODERN, REVISIONS, admin, http, initialize, message, new_app


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_handshake_era(revision: str) -> None:
    app, _ = new_app()
    with http(app) as client:
        answer = client.post("/mcp", json=initialize(revision))
        assert answer.status_code == 200
        assert f'"protocolVersion":"{revision}"' in answer.text
        session = {"Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": revision}
        told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert client.post("/mcp", json=told, headers=session).status_code == 202
        call = message("tools/call", 2, name="search_notes", arguments={"query": "welcome"})
        assert '"total":1' in client.post("/mcp", json=call, headers=session).text


def test_stateless_era() -> None:
    app, _ = new_app()
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "search_notes"}
    call = message("tools/call", name="search_notes", arguments={"query": "welcome"}, _meta=META)
    with http(app) as client:
        result = client.post("/mcp", json=call, headers=headers).json()["result"]
    assert result["structuredContent"]["total"] == 1
    assert result["resultType"] == "complete"


PING = json.dumps(message("ping"))
LIST = json.dumps(message("tools/list", _meta=META))
LISTING = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (LIST, LISTING, 200),
        (LIST, {**LISTING, "Origin": "https://friend.example"}, 200),
        (PING, {"Origin": "https://evil.example"}, 403),
        (PING, {"Origin": "null"}, 403),
        (PING, {"Origin": "http://["}, 403),
        (PING, {"Host": "["}, 403),
        (PING, {"Host": "evil.example"}, 403),
        ('{"x":"' + "x" * 1000 + '"}', {}, 413),
        (PING, {"Mcp-Session-Id": "guess"}, 404),
        (PING, {"MCP-Protocol-Version": "1999-01-01"}, 400),
        (PING, {"Content-Type": "text/plain"}, 415),
        (f"[{LIST}]", LISTING, 400),
        (LIST, {"MCP-Protocol-Version": MODERN}, 400),
        (LIST, {**LISTING, "Mcp-Method": "prompts/list"}, 400),
        (LIST.replace("tools/list", "no/such"), {**LISTING, "Mcp-Method": "no/such"}, 404),
        ("{", {}, 400),
        ("[" * 500, {}, 400),
        ("", {}, 400),
    ],
)
def test_hostile_requests(body: str, headers: dict[str, str], status: int) -> None:
    app, _ = new_app(MCP_HTTP_MAX_BODY="1000", MCP_HTTP_ORIGINS="https://friend.example")
    with http(app) as client:
        answer = client.post("/mcp", content=body, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("host", "status"),
    [("mcp.example.com", 200), ("MCP.example.com:8080", 200), ("mcp.example.com.evil", 403), ("127.0.0.1", 403)],
)
def test_hosts(host: str, status: int) -> None:
    app, _ = new_app(MCP_HTTP_HOSTS="mcp.example.com")
    with http(app) as client:
        assert client.post("/mcp", json=initialize(), headers={"Host": host}).status_code == status


def test_routes_and_the_admin_port() -> None:
    app, _ = new_app()

    async def here(_: Request) -> Response:
        return PlainTextResponse("here")

    app.route("/beside", here)
    app.admin("/within", here)
    with http(app) as client:
        assert client.get("/beside", headers={"Host": "any.example"}).text == "here"
        assert client.get("/within").status_code == 404
        assert client.get("/mcp/").status_code == 404
    assert admin(app).get("/within").text == "here"
    refused = admin(app).post("/within")
    assert (refused.status_code, refused.text, refused.headers["allow"]) == (405, "Method Not Allowed\n", "GET, HEAD")
    absent = admin(app).get("/beside")
    assert (absent.status_code, absent.text) == (404, "404 page not found\n")
    assert absent.headers["x-content-type-options"] == "nosniff"

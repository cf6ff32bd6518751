"""The security headers, on answers and refusals."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.harness import http, message, new_app

FRIEND = "https://friend.example"


def test_answers_and_refusals_carry_them() -> None:
    app, _ = new_app(MCP_HTTP_ORIGINS=FRIEND)
    with http(app) as client:
        for origin in (FRIEND, "https://evil.example"):
            headers = {"Origin": origin, "X-Forwarded-Proto": "https"}
            answer = client.post("/mcp", json=message("ping"), headers=headers)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
            assert answer.headers["vary"] == "Origin"
            assert answer.headers.get("access-control-allow-origin") == (origin if origin == FRIEND else None)


def test_preflight() -> None:
    app, _ = new_app(MCP_HTTP_ORIGINS=FRIEND)
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "mcp-param-x"}
    with http(app) as client:
        answer = client.options("/mcp", headers={"Origin": FRIEND, **asking})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-methods"] == "POST, GET, DELETE"
        assert answer.headers["access-control-allow-headers"] == "mcp-param-x"
        refused = client.options("/mcp", headers={"Origin": "https://evil.example", **asking})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


def test_no_tls_no_word_of_it() -> None:
    app, _ = new_app()
    with http(app) as client:
        answer = client.post("/mcp", json=message("ping"))
    assert "strict-transport-security" not in answer.headers
    assert "vary" not in answer.headers
    app, _ = new_app(MCP_HSTS_MAX_AGE="0")
    with http(app) as client:
        answer = client.post("/mcp", json=message("ping"), headers={"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in answer.headers


def test_routes_beside_the_endpoint_have_their_own() -> None:
    app, _ = new_app()

    async def page(_: Request) -> Response:
        return PlainTextResponse("page")

    app.route("/page", page)
    with http(app) as client:
        assert "x-frame-options" not in client.get("/page").headers

"""Which pages are fetched."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient, ConnectError, MockTransport, Request, Response

from tests.harness import connect, new_app, text

pytestmark = pytest.mark.anyio

ASKED: list[str] = []


def pages(request: Request) -> Response:
    ASKED.append(str(request.url))
    match request.url.path:
        case "/long":
            return Response(200, text="x" * (65 << 10))
        case "/away":
            return Response(302, text="away", headers={"location": "https://evil.example/"})
        case "/round":
            return Response(302, headers={"location": "/round"})
        case "/near":
            return Response(302, headers={"location": "/"})
        case "/down":
            raise ConnectError("refused")
        case _:
            return Response(200, text="hello", headers={"content-type": "text/plain"})


async def fetch(url: str) -> tuple[dict[str, object], str]:
    app, _ = new_app(MCP_FETCH_HOSTS="example.com,example.org:8443")
    app.deps.client = AsyncClient(transport=MockTransport(pages))
    ASKED.clear()
    async with connect(app) as client:
        result = await client.call_tool("fetch_page", {"url": url})
        return result.structured_content or {}, text(result)


async def test_pages() -> None:
    page, _ = await fetch("https://example.com/")
    assert page == {"status": 200, "type": "text/plain", "text": "hello", "truncated": False}
    assert (await fetch("https://example.org:8443/near"))[0]["text"] == "hello"
    page, _ = await fetch("https://example.com/long")
    assert page["truncated"]
    assert len(str(page["text"])) == 64 << 10


async def test_no_redirect_to_another_host() -> None:
    page, _ = await fetch("https://example.com/away")
    assert (page["status"], page["text"]) == (302, "away")
    assert ASKED == ["https://example.com/away"]
    assert (await fetch("https://example.com/round"))[0]["status"] == 302
    assert len(ASKED) == 5


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://example.com/",
        "https://example.com:8443/",
        "https://a:b@example.com/",
        "https://example.com.evil.example/",
        "file:///etc/passwd",
        "://",
        "",
    ],
)
async def test_no_other_host(url: str) -> None:
    _, refusal = await fetch(url)
    assert '"code":"forbidden"' in refusal
    assert ASKED == []


async def test_a_host_that_does_not_answer() -> None:
    assert '"code":"unavailable"' in (await fetch("https://example.com/down"))[1]


async def test_no_hosts_no_tool() -> None:
    app, _ = new_app()
    async with connect(app) as client:
        assert "fetch_page" not in [tool.name for tool in (await client.list_tools()).tools]

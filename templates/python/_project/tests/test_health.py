"""What the admin port tells."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from acme_server.app import App
from acme_server.config import ConfigError, load
from acme_server.health import ProbeError, probe

from tests.harness import new_app

pytestmark = pytest.mark.anyio


async def ask(app: App, path: str) -> tuple[int, dict[str, Any]]:
    async with AsyncClient(transport=ASGITransport(app.admin_http()), base_url="http://127.0.0.1:9090") as client:
        answer = await client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        return answer.status_code, answer.json()


def check(app: App, name: str, required: bool, broken: list[str]) -> None:
    async def run() -> None:
        if name in broken:
            raise OSError("connection refused")

    app.life.check(name, required, run)


async def test_probes_follow_the_lifecycle() -> None:
    app, _ = new_app()
    assert await ask(app, "/livez") == (200, {"status": "live"})
    assert await ask(app, "/startupz") == (503, {"status": "starting"})
    assert await ask(app, "/readyz") == (503, {"status": "starting"})
    await app.life.start()
    assert await ask(app, "/startupz") == (200, {"status": "started"})
    app.life.drain()
    assert await ask(app, "/livez") == (200, {"status": "live"})
    assert await ask(app, "/readyz") == (503, {"status": "draining"})
    await app.life.stop()


@pytest.mark.parametrize(
    ("broken", "code", "status"),
    [
        ([], 200, "ready"),
        (["db"], 503, "unready"),
        (["search"], 200, "degraded"),
        (["db", "search"], 503, "unready"),
    ],
)
async def test_readiness(broken: list[str], code: int, status: str) -> None:
    app, _ = new_app()
    later: list[str] = []
    check(app, "db", True, later)
    check(app, "search", False, later)
    await app.life.start()
    later += broken
    told, body = await ask(app, "/readyz")
    assert (told, body["status"]) == (code, status)
    by_name = {found["name"]: found for found in body["checks"]}
    assert by_name["db"]["required"]
    assert by_name["db"]["status"] == ("down" if "db" in broken else "up")
    assert by_name["search"].get("error") == ("connection refused" if "search" in broken else None)
    assert by_name["search"]["checked_at"].endswith("Z")
    await app.life.stop()


@pytest.mark.parametrize(("cache_for", "asked"), [("1h", 1), ("0s", 3)])
async def test_results_are_kept(cache_for: str, asked: int) -> None:
    app, _ = new_app(MCP_HEALTH_CACHE_FOR=cache_for)
    rounds = 0

    async def count() -> None:
        nonlocal rounds
        rounds += 1

    app.life.check("db", True, count)
    await app.life.start()
    rounds = 0
    for _ in range(3):
        await ask(app, "/readyz")
    assert rounds == asked
    await app.life.stop()


async def test_a_check_that_hangs_is_down_and_asked_once() -> None:
    app, _ = new_app(MCP_HEALTH_CHECK_TIMEOUT="10ms")
    rounds, release = 0, asyncio.Event()
    release.set()

    async def hang() -> None:
        nonlocal rounds
        rounds += 1
        await release.wait()

    app.life.check("db", True, hang)
    await app.life.start()
    release.clear()
    for _ in range(3):
        code, body = await ask(app, "/readyz")
        assert (code, body["checks"][0]["error"]) == (503, "no answer within 10ms")
    assert rounds == 2
    release.set()
    await app.life.stop()


class Sick(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/livez" else 404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Sick) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_probe(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    probe(address)
    probe(address.replace("127.0.0.1", "0.0.0.0"))  # noqa: S104
    probe(address.replace("127.0.0.1", ""))
    monkeypatch.setattr(Sick, "status", 500)
    with pytest.raises(ProbeError, match="/livez answers 500"):
        probe(address)
    with pytest.raises(ProbeError, match="is the server running"):
        probe("127.0.0.1:1")
    with pytest.raises(ProbeError, match='MCP_ADMIN_ADDR is "", not host:port'):
        probe("")


def test_no_time_at_all() -> None:
    with pytest.raises(ConfigError, match="MCP_HEALTH_CHECK_TIMEOUT is 0s: it must be longer than nothing"):
        load("", {"MCP_HEALTH_CHECK_TIMEOUT": "0s"})

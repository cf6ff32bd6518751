"""Who is gone is noticed."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from acme_server.app import App
from acme_server.keepalive import KeepAlive

from tests.harness import MODERN, connect, initialize, new_app

pytestmark = pytest.mark.anyio


def watched(app: App) -> asyncio.Event:
    """Have the clients of a server pinged, and tell when one is given up."""
    gone = asyncio.Event()

    async def end(_: str) -> None:
        gone.set()

    app.server.middleware.append(KeepAlive(0.004, end))
    return gone


async def test_a_client_that_answers_is_kept() -> None:
    app, _ = new_app()
    gone = watched(app)
    async with connect(app) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.04):
                await gone.wait()
        await client.list_tools()


async def test_a_client_that_is_deaf_is_given_up() -> None:
    app, _ = new_app(MCP_KEEP_ALIVE="4ms")
    (source, to_us), (from_us, sink) = os.pipe(), os.pipe()
    for line in (initialize(), {"jsonrpc": "2.0", "method": "notifications/initialized"}):
        os.write(to_us, json.dumps(line).encode() + b"\n")
    async with asyncio.timeout(5):
        await app.run(asyncio.Event(), lambda: (source, sink))
    assert os.read(from_us, 1 << 16).count(b'"method":"ping"') == 3
    for end in (source, to_us, from_us, sink):
        os.close(end)


async def test_later_revisions_have_no_session() -> None:
    app, _ = new_app()
    alive = KeepAlive(0.004, app.end_session)
    app.server.middleware.append(alive)
    async with connect(app, MODERN) as client:
        await client.list_tools()
    assert not alive._tasks

"""Who is told of changed notes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from acme_server.app import App
from acme_server.resources import INDEX, uri_of

from tests.harness import MODERN, connect, new_app

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")]


def ear() -> tuple[list[str], asyncio.Event, Any]:
    """Make what hears notifications, and tells when the list of resources has changed."""
    heard: list[str] = []
    listed = asyncio.Event()

    async def hear(message: Any) -> None:
        method = getattr(message, "method", "")
        if method == "notifications/resources/updated":
            heard.append(str(message.params.uri))
        if method == "notifications/resources/list_changed":
            listed.set()

    return heard, listed, hear


async def test_a_client_that_subscribed_is_told() -> None:
    app, _ = new_app()
    heard, listed, hear = ear()
    async with connect(app, message_handler=hear) as client:
        assert client.server_capabilities is not None
        assert client.server_capabilities.resources is not None
        assert client.server_capabilities.resources.subscribe
        assert client.server_capabilities.resources.list_changed
        await client.subscribe_resource(INDEX)
        app.deps.notes.add("New", "", [])
        await listed.wait()
        assert heard == [INDEX]

        listed.clear()
        await client.unsubscribe_resource(INDEX)
        app.deps.notes.delete("n2")
        await listed.wait()  # comes after what an update would have been
        assert heard == [INDEX]
    assert not app.subscriptions._clients


async def test_a_client_that_listens_is_told() -> None:
    app, _ = new_app()
    wanted: Any = {"resource_subscriptions": [uri_of("n2")], "resources_list_changed": True}
    async with connect(app, MODERN) as client, client.listen(**wanted) as events:
        app.deps.notes.add("New", "", [])
        heard = [await anext(events), await anext(events)]
    assert [type(event).__name__ for event in heard] == ["ResourceUpdated", "ResourcesListChanged"]


@pytest.mark.parametrize(("uri", "accepted"), [("notes://note/n9", False), ("notes://note/n1", True), ("a://b", True)])
async def test_what_can_be_subscribed_to(uri: str, accepted: bool) -> None:
    app, _ = new_app()
    async with connect(app) as client:
        if accepted:
            await client.subscribe_resource(uri)
            return
        with pytest.raises(MCPError, match="Resource not found"):
            await client.subscribe_resource(uri)


async def names(app: App) -> list[str]:
    async with connect(app) as client:  # a new one: clients keep lists
        return [resource.name for resource in (await client.list_resources()).resources]


async def test_each_note_is_a_resource_as_long_as_it_is_there() -> None:
    app, _ = new_app()
    assert await names(app) == ["index", "logo", "n1"]
    app.deps.notes.add("New", "", [])
    assert "n2" in await names(app)
    async with connect(app) as client:
        assert (await client.read_resource(uri_of("n2"))).contents[0].mime_type == "text/markdown"
    app.deps.notes.delete("n2")
    assert "n2" not in await names(app)

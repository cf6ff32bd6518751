"""Tells clients of changed notes.

Clients of the handshake era subscribe to resources one by one; later ones listen,
which the SDK serves.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import anyio
from mcp.server.connection import Connection
from mcp.server.context import CallNext, HandlerResult
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourcesListChanged, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    EmptyResult,
    ReadResourceResult,
    Resource,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from acme_server.middleware import Context, Stage
from acme_server.notes import Change, Note, Notebook
from acme_server.offers import Offers
from acme_server.resources import INDEX, LOGO, read_note, uri_of

if TYPE_CHECKING:
    from acme_server.app import App

_PATIENCE = 5  # seconds that a client may take to be told


class Subscriptions:
    """Knows who is to be told of what; an instance is a middleware."""

    def __init__(self, offers: Offers, notes: Notebook) -> None:
        """Make each note a resource of its own, as long as it is there."""
        self._offers, self._notes = offers, notes
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus)
        self._clients: dict[Connection, set[str]] = {}  # of the handshake era, and what they subscribed to
        self._order = asyncio.Lock()  # clients are told of changes one after the other
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self) -> None:
        """Begin to tell."""
        for note in self._notes.all():
            self._list(note)
        self._notes.watch(self._changed)

    async def listen(self, ctx: Context, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        """Serve subscriptions/listen, of what the server declares: the SDK would acknowledge whatever is asked for."""
        if not self._offers.prompts:
            params.notifications.prompts_list_changed = None
        return await self._listen(ctx, params)

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Take note of the clients that come and go."""
        result = await call_next(ctx)
        if ctx.method == "notifications/initialized":
            connection = _connection(ctx)
            self._clients.setdefault(connection, set())
            connection.exit_stack.callback(self._clients.pop, connection, None)
        return result

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        """Refuse notes that do not exist.

        Other resources are not known here: those who add them announce their changes.
        """
        uri = str(params.uri)
        if uri.startswith("notes://") and uri not in (INDEX, LOGO):
            try:
                read_note(self._notes, uri)
            except KeyError:
                raise MCPError(INVALID_PARAMS, "Resource not found", {"uri": uri}) from None
        self._clients.setdefault(_connection(ctx), set()).add(uri)
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """Tell no more."""
        self._clients.get(_connection(ctx), set()).discard(str(params.uri))
        return EmptyResult()

    def _list(self, note: Note) -> None:
        async def read(_: Context, uri: str) -> ReadResourceResult:
            return read_note(self._notes, uri)

        uri = uri_of(note.id)
        resource = Resource(
            uri=uri, name=note.id, title=note.title, description="A note, as Markdown.", mime_type="text/markdown"
        )
        self._offers.resources[uri] = resource, read

    def _changed(self, change: Change) -> None:
        if change.deleted:
            self._offers.resources.pop(uri_of(change.note.id), None)
        else:
            self._list(change.note)
        try:
            task = asyncio.get_running_loop().create_task(self._tell(change.note))
        except RuntimeError:  # nothing runs yet, and nobody listens
            return
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, note: Note) -> None:
        uris = [uri_of(note.id), INDEX]
        async with self._order:
            for uri in uris:
                await self._bus.publish(ResourceUpdated(uri=uri))
            await self._bus.publish(ResourcesListChanged())
            for connection, wanted in list(self._clients.items()):
                with anyio.move_on_after(_PATIENCE):
                    for uri in uris:
                        if uri in wanted:
                            await connection.send_resource_updated(uri)
                    await connection.send_resource_list_changed()


def _connection(ctx: Context) -> Connection:
    return ctx.session._connection  # the SDK has no public way to it


def join(app: App) -> None:
    """Tell clients of changed notes."""
    app.chain.use(Stage.ERROR, app.subscriptions)
    app.subscriptions.watch()

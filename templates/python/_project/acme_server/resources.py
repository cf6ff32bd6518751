"""What clients may read: the index, an image, and the notes by a URI template."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    Annotations,
    BlobResourceContents,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from acme_server.middleware import Context, Stage
from acme_server.notes import Notebook
from acme_server.offers import Offers, variable

if TYPE_CHECKING:
    from acme_server.app import App

INDEX = "notes://index"
LOGO = "notes://logo"
TEMPLATE = "notes://note/{id}"

_NOT_FOUND_THEN = -32002  # before 2026-07-28 made it an invalid parameter
_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAKklEQVR42mP4TwAwUEsBAxaAqgC3"
    "1iGmwAEJjPpiUPhiKKcoQhmHlpkXAEFOjWWFSyusAAAAAElFTkSuQmCC"
)


def uri_of(identity: str) -> str:
    """Return the URI of a note."""
    return TEMPLATE.replace("{id}", identity)


def register(offers: Offers, notes: Notebook) -> None:
    """Add the resources."""

    async def read_index(_: Context, uri: str) -> ReadResourceResult:
        lines = [{"id": n.id, "title": n.title, "uri": uri_of(n.id)} for n in notes.all()]
        text = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
        return _unkept(TextResourceContents(uri=uri, mime_type="application/json", text=text))

    async def read_logo(_: Context, uri: str) -> ReadResourceResult:
        logo = BlobResourceContents(uri=uri, mime_type="image/png", blob=_PNG)
        return ReadResourceResult(contents=[logo], ttl_ms=24 * 60 * 60 * 1000, cache_scope="public")

    async def read(_: Context, uri: str) -> ReadResourceResult:
        return read_note(notes, uri)

    index = Resource(
        uri=INDEX,
        name="index",
        title="All notes",
        description="The ids and titles of all notes.",
        mime_type="application/json",
        annotations=Annotations(audience=["assistant"], priority=0.8),
    )
    logo = Resource(
        uri=LOGO,
        name="logo",
        title="Logo",
        description="The server's logo.",
        mime_type="image/png",
        size=len(base64.b64decode(_PNG)),
        annotations=Annotations(audience=["user"], priority=0.1),
    )
    note = ResourceTemplate(
        uri_template=TEMPLATE,
        name="note",
        title="A note",
        description="One note, by its id.",
        mime_type="text/markdown",
    )
    offers.resources[INDEX] = index, read_index
    offers.resources[LOGO] = logo, read_logo
    offers.templates[TEMPLATE] = note, read


def read_note(notes: Notebook, uri: str) -> ReadResourceResult:
    """Return the note of a URI; a KeyError says that there is none."""
    note = notes.get(variable(TEMPLATE, uri) or "")
    if note is None:
        raise KeyError(uri)
    text = f"# {note.title}\n\n{note.text}"
    return _unkept(TextResourceContents(uri=uri, mime_type="text/markdown", text=text))


def _unkept(contents: TextResourceContents) -> ReadResourceResult:
    """Mark contents as not to be kept, nor shared between users."""
    return ReadResourceResult(contents=[contents], ttl_ms=0, cache_scope="private")


async def own_code(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Give a resource that is not there the code of its own that it had before 2026-07-28."""
    try:
        return await call_next(ctx)
    except MCPError as e:
        missing = ctx.method == "resources/read" and e.error.code == INVALID_PARAMS and "uri" in (ctx.params or {})
        if missing and ctx.protocol_version < "2026-07-28":
            raise MCPError(_NOT_FOUND_THEN, e.error.message, e.error.data) from e
        raise


def join(app: App) -> None:
    """Offer the resources."""
    app.chain.use(Stage.ERROR, own_code)
    register(app.offers, app.deps.notes)
    #mcpctl:if completion
    app.completions.add("ref/resource", TEMPLATE, "id", lambda: [n.id for n in app.deps.notes.all()])
    #mcpctl:end

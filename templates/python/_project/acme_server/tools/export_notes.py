"""The tool export_notes."""

from __future__ import annotations

from mcp.types import ContentBlock, TextContent
from pydantic import Field

from acme_server.notes import Note
from acme_server.offers import Offers
from acme_server.progress import Reporter
from acme_server.tools.tool import Call, Deps, Given, Input, Output, add, describe, not_found, read_only

# An export comes in chunks, so that a large notebook neither fills a model's
# context at once nor has to fit into one message.
_CHUNK = 8 << 10  # bytes
_MAX_CHUNKS = 8  # in one call


class ExportNotesInput(Input):
    """What export_notes takes."""

    after: str | None = Field(default=None, description="the id of the last note of the call before; empty to begin")


class ExportNotesOutput(Output):
    """What export_notes gives."""

    notes: int = Field(description="how many notes this call has exported")
    after: str | None = Field(default=None, description="call again with this to go on; absent when all is exported")


def export_notes(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: ExportNotesInput, call: Call) -> Given:
        notes = _rest(deps.notes.all(), args.after)
        report = Reporter(call.context, len(notes))
        content: list[ContentBlock] = []
        chunk = ""
        for done, note in enumerate(notes, 1):
            await report.step(done, f"exporting {note.id}")
            chunk += f"# {note.title}\n\n{note.text}\n\n"
            if len(chunk.encode()) >= _CHUNK or done == len(notes):
                content.append(TextContent(type="text", text=chunk))
                chunk = ""
            if len(content) == _MAX_CHUNKS and done < len(notes):
                return Given(ExportNotesOutput(notes=done, after=note.id), content)
        return Given(ExportNotesOutput(notes=len(notes)), content)

    tool = describe(
        "export_notes",
        "Export notes",
        "Returns the whole notebook as Markdown, in chunks. Call again with “after” until it is absent.",
        read_only(),
    )
    add(offers, deps, tool, ExportNotesInput, ExportNotesOutput, work)


def _rest(notes: list[Note], after: str | None) -> list[Note]:
    if not after:
        return notes
    for i, note in enumerate(notes, 1):
        if note.id == after:
            return notes[i:]
    raise not_found(after)

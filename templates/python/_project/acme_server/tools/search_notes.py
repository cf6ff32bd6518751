"""The tool search_notes."""

from __future__ import annotations

from pydantic import Field

from acme_server.notes import Note
from acme_server.offers import Offers
from acme_server.tools.tool import Call, Deps, Input, Output, add, describe, read_only


class SearchNotesInput(Input):
    """What search_notes takes."""

    query: str = Field(
        max_length=200, description="what the title, text or tags contain, in any case; empty for all notes"
    )
    limit: int = Field(default=20, ge=1, le=100, description="how many notes to return at most")


class SearchNotesOutput(Output):
    """What search_notes gives."""

    notes: list[Note] = Field(description="the notes found, oldest first")
    total: int = Field(description="how many notes were found, returned or not")


def search_notes(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: SearchNotesInput, _: Call) -> SearchNotesOutput:
        found = deps.notes.search(args.query)
        return SearchNotesOutput(notes=found[: args.limit], total=len(found))

    tool = describe("search_notes", "Search notes", "Finds notes by words in their title, text or tags.", read_only())
    add(offers, deps, tool, SearchNotesInput, SearchNotesOutput, work)

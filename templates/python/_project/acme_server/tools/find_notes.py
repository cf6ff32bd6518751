"""The tool find_notes, the first version of search_notes, which has a limit."""

from __future__ import annotations

from pydantic import Field

from acme_server.notes import Note
from acme_server.offers import Offers
from acme_server.tools.tool import Call, Deps, Input, Output, add, describe, read_only
from acme_server.versioning import deprecate


class FindNotesInput(Input):
    """What find_notes takes."""

    text: str = Field(description="what the note contains")


class FindNotesOutput(Output):
    """What find_notes gives."""

    notes: list[Note] = Field(description="all notes found")


def find_notes(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: FindNotesInput, _: Call) -> FindNotesOutput:
        return FindNotesOutput(notes=deps.notes.search(args.text))

    tool = describe("find_notes", "Find notes (deprecated)", "Finds all notes that contain a text.", read_only())
    add(offers, deps, deprecate(tool, "search_notes", "2027-12-31"), FindNotesInput, FindNotesOutput, work)

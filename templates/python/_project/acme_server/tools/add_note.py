"""The tool add_note."""

from __future__ import annotations

from pydantic import Field

from acme_server.notes import Note
from acme_server.offers import Offers
from acme_server.problem import Problem
from acme_server.tools.tool import Call, Deps, Input, add, additive, describe


class AddNoteInput(Input):
    """What add_note takes."""

    title: str = Field(description="one line that says what the note is about")
    text: str = Field(description="the note itself, in Markdown")
    tags: list[str] | None = Field(default=None, description="words to find the note by")


def add_note(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: AddNoteInput, _: Call) -> Note:
        note = deps.notes.add(args.title, args.text, args.tags or [])
        if note is None:
            raise Problem("full", "The notebook is full.", "Delete notes that are no longer needed.")
        return note

    tool = describe(
        "add_note",
        "Add a note",
        "Writes a note into the notebook and returns it with its id. Search first: notes are never merged.",
        additive(),
    )
    add(offers, deps, tool, AddNoteInput, Note, work)

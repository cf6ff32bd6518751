"""The tool delete_note."""

from __future__ import annotations

from mcp.types import ElicitRequestFormParams, InputRequiredResult
from pydantic import Field

from acme_server.elicitation import Answer, StateError, supported
from acme_server.notes import Note
from acme_server.offers import Offers
from acme_server.problem import Problem
from acme_server.tools.tool import Call, Deps, Input, Output, add, describe, destructive, not_found


class DeleteNoteInput(Input):
    """What delete_note takes."""

    id: str = Field(description="the id of the note, such as n1")


class DeleteNoteOutput(Output):
    """What delete_note gives."""

    deleted: bool = Field(description="whether the note is gone")
    title: str = Field(description="what the note was called")


def delete_note(offers: Offers, deps: Deps) -> None:
    """Offer the tool."""

    async def work(args: DeleteNoteInput, call: Call) -> DeleteNoteOutput | InputRequiredResult:
        note = deps.notes.get(args.id)
        if note is None:
            raise not_found(args.id)
        answer = answer_of(deps, call, args.id)
        if answer is None:
            return _ask(deps, call, note)
        if not answer.accept or answer.content.get("confirm") is not True:
            return DeleteNoteOutput(deleted=False, title=note.title)
        if not deps.notes.delete(args.id):
            raise not_found(args.id)  # somebody was faster
        return DeleteNoteOutput(deleted=True, title=note.title)

    tool = describe("delete_note", "Delete a note", "Deletes a note for good, after asking the user.", destructive())
    add(offers, deps, tool, DeleteNoteInput, DeleteNoteOutput, work)


def _ask(deps: Deps, call: Call, note: Note) -> InputRequiredResult:
    if not supported(call.context, "form"):
        raise Problem(
            "forbidden",
            "Deleting needs the user's consent, and this client cannot ask for it.",
            "Ask the user to delete the note with a client that supports elicitation.",
        )
    form = {
        "type": "object",
        "properties": {"confirm": {"type": "boolean", "title": "Yes, delete it"}},
        "required": ["confirm"],
    }
    question = ElicitRequestFormParams(message=f"Delete the note “{note.title}” for good?", requested_schema=form)
    return deps.sealer.ask(call.context, call.params, note.id, question)


def answer_of(deps: Deps, call: Call, about: str) -> Answer | None:
    """Return the user's answer, None if there is none yet."""
    try:
        return deps.sealer.read(call.context, call.params, about)
    except StateError as e:
        raise Problem(
            "refused",
            f"The answer does not belong to this question: {e}.",
            "Call the tool again without inputResponses.",
        ) from e

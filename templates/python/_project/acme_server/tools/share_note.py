"""The tool share_note."""

from __future__ import annotations

import secrets
from urllib.parse import quote_plus

from mcp.types import ElicitRequestURLParams, InputRequiredResult
from pydantic import Field

from acme_server.elicitation import supported
from acme_server.offers import Offers
from acme_server.problem import Problem
from acme_server.tools.delete_note import answer_of
from acme_server.tools.tool import Call, Deps, Input, Output, add, additive, describe, not_found


class ShareNoteInput(Input):
    """What share_note takes."""

    id: str = Field(description="the id of the note, such as n1")


class ShareNoteOutput(Output):
    """What share_note gives."""

    opened: bool = Field(description="whether the user agreed to open the page")


def share_note(offers: Offers, deps: Deps) -> None:
    """Offer the tool, which sends the user to a web page that the operator names.

    What is entered there, such as a password, passes neither the client nor the model.
    """
    page = deps.sealer.share_url
    if not page:
        return

    async def work(args: ShareNoteInput, call: Call) -> ShareNoteOutput | InputRequiredResult:
        if deps.notes.get(args.id) is None:
            raise not_found(args.id)
        answer = answer_of(deps, call, args.id)
        if answer is not None:
            return ShareNoteOutput(opened=answer.accept)
        if not supported(call.context, "url"):
            raise Problem("forbidden", "This client cannot send its user to a page.", f"Tell the user to open {page}.")
        question = ElicitRequestURLParams(
            message="Open the page where the note is shared?",
            url=f"{page}?note={quote_plus(args.id)}",
            elicitation_id=secrets.token_urlsafe(16),
        )
        return deps.sealer.ask(call.context, call.params, args.id, question)

    tool = describe(
        "share_note",
        "Share a note",
        "Sends the user to the page where notes are shared with others.",
        additive(open_world=True),
    )
    add(offers, deps, tool, ShareNoteInput, ShareNoteOutput, work)

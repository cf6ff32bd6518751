"""What users may ask for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    EmbeddedResource,
    GetPromptResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
    TextResourceContents,
)

from acme_server.notes import Notebook
from acme_server.offers import Offers

if TYPE_CHECKING:
    from acme_server.app import App

REVIEW = "review_note"

TONES = ["friendly", "formal", "strict"]  # the first is the default


def register(offers: Offers, notes: Notebook) -> None:
    """Add the prompts."""

    async def review(args: dict[str, str]) -> GetPromptResult:
        tone = args.get("tone") or TONES[0]
        if tone not in TONES:
            raise MCPError(INVALID_PARAMS, f'tone is "{tone}": it is one of {", ".join(TONES)}')
        note = notes.get(args["id"])
        if note is None:
            raise MCPError(INVALID_PARAMS, f'id is "{args["id"]}": there is no such note')
        text = f"Review this note in a {tone} tone: is it clear, correct and complete? Quote what you would change."
        # The note is embedded, not pasted: its text is data, not part of the request.
        contents = TextResourceContents(uri=f"notes://note/{note.id}", mime_type="text/markdown", text=note.text)
        return GetPromptResult(
            description=f"A review of {note.title}",
            messages=[
                PromptMessage(role="user", content=TextContent(type="text", text=text)),
                PromptMessage(role="user", content=EmbeddedResource(type="resource", resource=contents)),
            ],
        )

    prompt = Prompt(
        name=REVIEW,
        title="Review a note",
        description="Asks for a review of one note.",
        arguments=[
            PromptArgument(name="id", title="Note", description="The id of the note, such as n1.", required=True),
            PromptArgument(name="tone", title="Tone", description=f"How to put it: {', '.join(TONES)}."),
        ],
    )
    offers.prompts[REVIEW] = prompt, review


def join(app: App) -> None:
    """Offer the prompts."""
    register(app.offers, app.deps.notes)
    #mcpctl:if completion
    app.completions.add("ref/prompt", REVIEW, "id", lambda: [n.id for n in app.deps.notes.all()])
    app.completions.add("ref/prompt", REVIEW, "tone", lambda: TONES)
    #mcpctl:end

"""What users may ask for by name."""

from __future__ import annotations

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, EmbeddedResource, TextContent

from acme_server.prompts import REVIEW

from tests.harness import MODERN, connect, new_app

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_review(era: str) -> None:
    app, _ = new_app()
    async with connect(app, era) as client:
        arguments = (await client.list_prompts()).prompts[0].arguments or []
        assert [(a.name, a.required) for a in arguments] == [("id", True), ("tone", None)]
        prompt = await client.get_prompt(REVIEW, {"id": "n1", "tone": "strict"})
    request, note = [message.content for message in prompt.messages]
    assert isinstance(request, TextContent)
    assert "in a strict tone" in request.text
    assert isinstance(note, EmbeddedResource)
    assert note.resource.uri == "notes://note/n1"


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        (REVIEW, {}, 'the argument "id" is missing'),
        (REVIEW, {"id": "n9"}, 'id is "n9": there is no such note'),
        (REVIEW, {"id": "n1", "tone": "rude"}, 'tone is "rude": it is one of friendly, formal, strict'),
        ("no_such", {}, 'unknown prompt "no_such"'),
    ],
)
async def test_wrong_arguments(name: str, arguments: dict[str, str], says: str) -> None:
    app, _ = new_app()
    async with connect(app) as client:
        with pytest.raises(MCPError, match=says) as refused:
            await client.get_prompt(name, arguments)
    assert refused.value.error.code == INVALID_PARAMS

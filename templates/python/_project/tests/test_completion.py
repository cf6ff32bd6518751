"""Which values are suggested."""

from __future__ import annotations

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from acme_server.prompts import REVIEW
from acme_server.resources import TEMPLATE

from tests.harness import connect, new_app

pytestmark = pytest.mark.anyio

PROMPT = PromptReference(type="ref/prompt", name=REVIEW)
NOTE = ResourceTemplateReference(type="ref/resource", uri=TEMPLATE)


@pytest.mark.parametrize(
    ("ref", "argument", "begun", "values"),
    [
        (PROMPT, "tone", "F", ["friendly", "formal"]),
        (PROMPT, "id", "", ["n1"]),
        (NOTE, "id", "n", ["n1"]),
        (NOTE, "id", "x", []),
        (PROMPT, "colour", "", []),
    ],
)
async def test_values(
    ref: PromptReference | ResourceTemplateReference, argument: str, begun: str, values: list[str]
) -> None:
    app, _ = new_app()
    async with connect(app) as client:
        completed = await client.complete(ref, {"name": argument, "value": begun})
    assert completed.completion.values == values


async def test_no_more_than_a_hundred() -> None:
    app, _ = new_app()
    app.completions.add("ref/prompt", REVIEW, "id", lambda: [f"n{i}" for i in range(150)])
    async with connect(app) as client:
        completion = (await client.complete(PROMPT, {"name": "id", "value": ""})).completion
    assert (len(completion.values), completion.total, completion.has_more) == (100, 150, True)


async def test_nothing_to_complete() -> None:
    app, _ = new_app()
    async with connect(app) as client:
        with pytest.raises(MCPError, match="there is nothing to complete for ref/prompt no_such"):
            await client.complete(PromptReference(type="ref/prompt", name="no_such"), {"name": "id", "value": ""})

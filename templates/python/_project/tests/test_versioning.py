"""A tool in two versions."""

from __future__ import annotations

import pytest

from tests.harness import MODERN, connect, new_app

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_the_old_version_works_and_says_what_replaces_it(era: str) -> None:
    app, _ = new_app()
    async with connect(app, era) as client:
        found = await client.call_tool("find_notes", {"text": "welcome"})
        assert [note["id"] for note in (found.structured_content or {})["notes"]] == ["n1"]
        for tool in (await client.list_tools()).tools:
            marked = (tool.meta or {}).get("acme-server/deprecated")
            assert (marked is not None) == (tool.name == "find_notes")
            if marked:
                assert marked == {"replacedBy": "search_notes", "until": "2027-12-31"}
                assert tool.description == (
                    "Deprecated: use search_notes; this tool may be gone after 2027-12-31. "
                    "Finds all notes that contain a text."
                )

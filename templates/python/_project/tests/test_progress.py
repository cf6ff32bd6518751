"""Large results in chunks, and how far they are."""

from __future__ import annotations

import pytest

from tests.harness import MODERN, connect, new_app, text

pytestmark = pytest.mark.anyio


async def test_a_large_notebook_comes_in_chunks() -> None:
    """It comes over as many calls as it takes."""
    app, _ = new_app()
    for _ in range(39):
        app.deps.notes.add("Note", "x" * 4000, [])
    exported, calls, after = 0, 0, ""
    async with connect(app) as client:
        while True:
            result = await client.call_tool("export_notes", {"after": after})
            assert 2 <= len(result.content) <= 9
            output = result.structured_content or {}
            exported += output["notes"]
            calls += 1
            if "after" not in output:
                break
            after = output["after"]
        refused = await client.call_tool("export_notes", {"after": "n999"})
    assert exported == 40
    assert calls > 1
    assert '"code":"not_found"' in text(refused)


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_progress_is_reported(era: str) -> None:
    app, _ = new_app()
    app.deps.notes.add("Second", "", [])
    reports = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total, message))

    async with connect(app, era) as client:
        await client.call_tool("export_notes", {}, progress_callback=told)
    assert reports == [(1, 2, "exporting n1"), (2, 2, "exporting n2")]

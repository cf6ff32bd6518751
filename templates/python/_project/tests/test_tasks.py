"""Work that outlives the call that starts it."""

from __future__ import annotations

import asyncio

import pytest

from acme_server.config import ConfigError, load
from acme_server.tasks import Step, Store, TooManyTasksError, UnknownTaskError

from tests.harness import MODERN, connect, new_app, text

pytestmark = pytest.mark.anyio


async def quick(step: Step) -> str:
    step(2, 2)
    return "done"


async def failing(_: Step) -> str:
    raise OSError("no")


async def endless(_: Step) -> str:
    await asyncio.sleep(3600)
    return ""


async def rest() -> None:
    """Let what is to be done be done."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_life() -> None:
    store = Store(2, 60)
    task = store.start("ada", quick)
    assert (task.state, task.done) == ("working", 0)
    await rest()
    task = store.get("ada", task.id)
    assert (task.state, task.done, task.total, task.result) == ("completed", 2, 2, "done")
    assert store.cancel("ada", task.id).state == "completed"
    broken = store.start("ada", failing)
    await rest()
    broken = store.get("ada", broken.id)
    assert (broken.state, broken.error) == ("failed", "no")


async def test_cancel_and_close() -> None:
    store = Store(2, 60)
    first, second = store.start("ada", endless), store.start("ada", endless)
    await rest()
    assert store.cancel("ada", first.id).state == "cancelled"
    await store.close()
    assert store.get("ada", first.id).state == store.get("ada", second.id).state == "cancelled"
    with pytest.raises(TooManyTasksError):
        store.start("ada", quick)


async def test_others_tasks_are_unknown() -> None:
    store = Store(2, 60)
    task = store.start("ada", quick)
    for use in (store.get, store.cancel):
        with pytest.raises(UnknownTaskError):
            use("eve", task.id)
    await store.close()


async def test_no_more_than_so_many() -> None:
    now = 0.0
    store = Store(2, 60, lambda: now)
    store.start("ada", quick)
    store.start("ada", quick)
    with pytest.raises(TooManyTasksError):
        store.start("ada", quick)
    await rest()
    with pytest.raises(TooManyTasksError):  # their results are kept
        store.start("ada", quick)
    now = 61.0
    store.start("ada", quick)
    await store.close()


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_a_report(era: str) -> None:
    """It is started by one call and fetched by another, also where each request stands for itself."""
    app, _ = new_app()
    async with connect(app, era) as client:
        started = (await client.call_tool("start_report", {})).structured_content or {}
        assert started["state"] == "working"
        assert "report" not in started
        while (polled := await client.call_tool("poll_report", {"task": started["task"]})).structured_content:
            if polled.structured_content["state"] == "completed":
                break
        ended = (await client.call_tool("cancel_report", {"task": started["task"]})).structured_content or {}
        assert (ended["state"], ended["report"]) == ("completed", "1 notes with 6 words")
        unknown = await client.call_tool("poll_report", {"task": "no-such"})
        assert '"code":"not_found"' in text(unknown)
    await app.life.stop()


async def test_a_report_that_fails() -> None:
    app, log = new_app()
    task = app.deps.tasks.start("local", failing)
    async with connect(app) as client:
        result = await client.call_tool("poll_report", {"task": task.id})
    assert '"code":"internal"' in text(result)
    assert "making the report: no" in log.getvalue()


async def test_too_many_reports() -> None:
    app, _ = new_app(MCP_TASKS_MAX="1")
    async with connect(app) as client:
        await client.call_tool("start_report", {})
        assert '"code":"unavailable"' in text(await client.call_tool("start_report", {}))


@pytest.mark.parametrize("name", ["MCP_TASKS_MAX", "MCP_TASKS_TTL"])
def test_settings(name: str) -> None:
    with pytest.raises(ConfigError, match="MCP_TASKS_MAX and MCP_TASKS_TTL must be more than nothing"):
        load("", {name: "0"})

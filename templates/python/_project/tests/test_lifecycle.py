"""Hooks, checks and tasks."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from acme_server import lifecycle
from acme_server.lifecycle import Lifecycle, LifecycleError
from acme_server.log import TextLog

pytestmark = pytest.mark.anyio


def new_life() -> tuple[Lifecycle, io.StringIO]:
    out = io.StringIO()
    log = TextLog(out)
    return Lifecycle(0.01, lambda: log), out


async def failing() -> None:
    raise OSError("no")


async def deaf() -> None:
    await asyncio.sleep(60)


async def test_stop_reverses_and_goes_on() -> None:
    life, _ = new_life()
    ran = []

    async def first() -> None:
        ran.append("first")

    life.on_stop("first", first)
    life.on_stop("failing", failing)
    life.on_stop("deaf", deaf)
    await life.start()
    with pytest.raises(LifecycleError, match="stopping deaf: gave up after 10ms\nstopping failing: no"):
        await life.stop()
    assert ran == ["first"]
    assert life.phase == "stopped"


async def test_start_ends_at_an_error() -> None:
    life, _ = new_life()
    ran = []

    async def after() -> None:
        ran.append("after")

    life.on_start("broken", failing)
    life.on_start("after", after)
    with pytest.raises(LifecycleError, match="starting broken: no"):
        await life.start()
    assert (ran, life.phase) == ([], "starting")


async def test_tasks_survive_an_error_and_end_at_the_stop() -> None:
    life, log = new_life()
    runs = asyncio.Semaphore(0)

    async def task() -> None:
        runs.release()
        if "failed" not in log.getvalue():
            raise OSError("once")

    life.every("task", 0.001, task)
    life.every("never", 0, failing)
    await life.start()
    for _ in range(3):
        await runs.acquire()
    assert 'msg="a background task failed" task=task error=once' in log.getvalue()
    await life.stop()
    while not runs.locked():
        await runs.acquire()
    await asyncio.sleep(0.005)
    assert runs.locked()


async def test_checks() -> None:
    life, log = new_life()
    broken: set[str] = set()

    def check(name: str) -> Any:
        async def run() -> None:
            if name in broken:
                raise OSError("down")

        return run

    life.check("database", True, check("database"))
    life.check("search", False, check("search"))
    await life.start()
    assert life.ready

    broken.add("search")
    await life.check_all()
    assert life.ready
    broken.add("database")
    await life.check_all()
    await life.check_all()
    assert not life.ready
    assert log.getvalue().count("a dependency does not work") == 2
    first = life.statuses[0]
    assert (first.name, first.required, first.error) == ("database", True, "down")

    broken.clear()
    await life.check_all()
    assert life.ready
    assert "works again" in log.getvalue()
    life.drain()
    assert not life.ready
    assert life.phase == "draining"


async def test_a_check_that_hangs_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_CHECK_TIMEOUT", 0.01)
    life, _ = new_life()
    life.check("slow", True, deaf)
    with pytest.raises(LifecycleError, match="slow does not work: gave up after 10ms"):
        await life.start()

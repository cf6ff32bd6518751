"""Runs work that outlives the call that starts it.

A call begins it, others ask how far it is, and one may cancel it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, field_validator

from acme_server.lifecycle import text_of
from acme_server.settings import Duration, Number

if TYPE_CHECKING:
    from acme_server.app import App

State: TypeAlias = Literal["working", "completed", "failed", "cancelled"]

Step: TypeAlias = Callable[[int, int], None]

Work: TypeAlias = Callable[[Step], Awaitable[str]]
"""What a task does. It calls step with how much is done of how much, and ends when it is cancelled."""


class Settings(BaseModel):
    """What can be set."""

    MCP_TASKS_MAX: Number = 100  # tasks kept at once, running or done
    MCP_TASKS_TTL: Duration = 3600  # how long a result is kept

    @field_validator("MCP_TASKS_MAX", "MCP_TASKS_TTL")
    @classmethod
    def _something(cls, value: float) -> float:
        if value <= 0:
            raise ValueError("MCP_TASKS_MAX and MCP_TASKS_TTL must be more than nothing")
        return value


class UnknownTaskError(Exception):
    """There is no such task."""


class TooManyTasksError(Exception):
    """Too many tasks are kept."""


@dataclass(frozen=True)
class Task:
    """A task as seen at one moment."""

    id: str
    state: State = "working"
    done: int = 0  # steps done
    total: int = 0  # of so many
    result: str = ""
    error: str = ""  # why it failed


@dataclass
class _Entry:
    task: Task
    owner: str
    run: asyncio.Task[None] = field(init=False)
    expires: float | None = None  # None while it works


class Store:
    """Keeps a bounded number of tasks, each for its owner only."""

    def __init__(self, most: int, ttl: float, now: Callable[[], float] = time.monotonic) -> None:
        """Keep so many at most, results for ttl seconds."""
        self._most, self._ttl, self._now = most, ttl, now
        self._entries: dict[str, _Entry] = {}
        self._closed = False

    def start(self, owner: str, work: Work) -> Task:
        """Begin work for owner and return at once; a TooManyTasksError refuses it."""
        now = self._now()
        self._entries = {i: e for i, e in self._entries.items() if e.expires is None or now <= e.expires}
        if len(self._entries) >= self._most or self._closed:
            raise TooManyTasksError
        # The id cannot be guessed, but it is the owner that is checked.
        entry = _Entry(Task(secrets.token_urlsafe(16)), owner)
        self._entries[entry.task.id] = entry
        entry.run = asyncio.create_task(self._run(entry, work))
        return entry.task

    def get(self, owner: str, identity: str) -> Task:
        """Return an owner's task. Others' tasks are unknown."""
        return self._entry(owner, identity).task

    def cancel(self, owner: str, identity: str) -> Task:
        """Stop an owner's task if it still works, and return it."""
        entry = self._entry(owner, identity)
        if entry.task.state == "working":
            self._cancel(entry)
        return entry.task

    async def close(self) -> None:
        """Cancel all tasks and wait until they have stopped."""
        self._closed = True
        working = [e for e in self._entries.values() if not e.run.done()]
        for entry in working:
            self._cancel(entry)
        await asyncio.gather(*(e.run for e in working), return_exceptions=True)

    def _cancel(self, entry: _Entry) -> None:
        entry.task = replace(entry.task, state="cancelled")
        entry.expires = self._now() + self._ttl
        entry.run.cancel()

    def _entry(self, owner: str, identity: str) -> _Entry:
        entry = self._entries.get(identity)
        if entry is None or entry.owner != owner:
            raise UnknownTaskError
        return entry

    async def _run(self, entry: _Entry, work: Work) -> None:
        def step(done: int, total: int) -> None:
            entry.task = replace(entry.task, done=done, total=total)

        try:
            result = await work(step)
        except Exception as e:
            entry.task = replace(entry.task, state="failed", error=text_of(e))
        else:
            entry.task = replace(entry.task, state="completed", result=result)
        entry.expires = self._now() + self._ttl


def join(app: App) -> None:
    """Let tools start work that outlives the call."""
    app.deps.tasks = Store(app.config.MCP_TASKS_MAX, app.config.MCP_TASKS_TTL)
    app.life.on_stop("tasks", app.deps.tasks.close)

"""Takes a server from its boot to its end.

There are hooks that run at the start and, in reverse, at the stop; dependency
checks; background tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from acme_server.log import Log
from acme_server.settings import shown

Phase: TypeAlias = Literal["starting", "running", "draining", "stopped"]

Hook: TypeAlias = Callable[[], Awaitable[None]]

_CHECK_TIMEOUT = 5  # seconds; a check that takes longer has failed


class LifecycleError(Exception):
    """Tells why the server does not start, serve or stop as it should, a line each."""


@dataclass(frozen=True)
class Status:
    """What the last run of a dependency check found."""

    name: str
    required: bool
    error: str | None = None  # None: the dependency works
    at: datetime | None = None  # None: not yet checked


class Lifecycle:
    """Runs hooks, checks and tasks. It is filled before start."""

    def __init__(self, stop_timeout: float, log: Callable[[], Log]) -> None:
        """Give each stop hook so many seconds."""
        self._stop_timeout = stop_timeout
        self._log = log
        self._phase: Phase = "starting"
        self._starts: list[tuple[str, Hook]] = []
        self._stops: list[tuple[str, Hook]] = []
        self._every: list[tuple[str, float, Hook]] = []
        self._checks: list[Hook] = []
        self._statuses: list[Status] = []
        self._tasks: list[asyncio.Task[None]] = []

    def on_start(self, name: str, run: Hook) -> None:
        """Add a hook that runs before requests are accepted; an error ends the boot."""
        self._starts.append((name, run))

    def on_stop(self, name: str, run: Hook) -> None:
        """Add a hook that runs after the last answer, before those added before it."""
        self._stops.append((name, run))

    def every(self, name: str, period: float, run: Hook) -> None:
        """Add a task that runs in the background, the first time after one period of seconds.

        One that takes longer than its period delays the next run.
        """
        self._every.append((name, period, run))

    def check(self, name: str, required: bool, run: Hook) -> None:
        """Add a dependency check.

        Without a required dependency the server does not start and is not ready;
        without another it starts partly.
        """
        self._checks.append(run)
        self._statuses.append(Status(name, required))

    @property
    def phase(self) -> Phase:
        """Where the server is in its life."""
        return self._phase

    @property
    def ready(self) -> bool:
        """Whether the server should be sent requests."""
        return self._phase == "running" and not self._broken()

    @property
    def statuses(self) -> list[Status]:
        """What the last checks found, in the order of their adding."""
        return list(self._statuses)

    def drain(self) -> None:
        """Mark the server as one that will soon stop."""
        if self._phase == "running":
            self._phase = "draining"

    async def start(self) -> None:
        """Run the start hooks and the checks, then begin the tasks.

        When a hook or a required check fails, the caller still has to call stop.
        """
        for name, run in self._starts:
            try:
                await run()
            except Exception as e:
                raise LifecycleError(f"starting {name}: {text_of(e)}") from e
        await self.check_all()
        if broken := self._broken():
            raise LifecycleError(
                "\n".join(f"the required dependency {s.name} does not work: {s.error}" for s in broken)
            )
        self._tasks = [asyncio.create_task(self._loop(*task)) for task in self._every if task[1] > 0]
        if self._phase == "starting":
            self._phase = "running"

    async def stop(self) -> None:
        """End the tasks and run the stop hooks in reverse order.

        A hook that fails or takes too long does not keep the others from running.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        errors = []
        for name, run in reversed(self._stops):
            try:
                async with asyncio.timeout(self._stop_timeout):
                    await run()
            except TimeoutError:
                errors.append(f"stopping {name}: gave up after {shown(self._stop_timeout)}")
            except Exception as e:
                errors.append(f"stopping {name}: {text_of(e)}")
        self._phase = "stopped"
        if errors:
            raise LifecycleError("\n".join(errors))

    async def check_all(self) -> None:
        """Run all checks at once and log what has changed."""
        await asyncio.gather(*(self._check(i) for i in range(len(self._checks))))

    def _broken(self) -> list[Status]:
        return [s for s in self._statuses if s.required and s.error is not None]

    async def _check(self, i: int) -> None:
        error = None
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT):
                await self._checks[i]()
        except TimeoutError:
            error = f"gave up after {shown(_CHECK_TIMEOUT)}"
        except Exception as e:
            error = text_of(e)
        before = self._statuses[i]
        self._statuses[i] = replace(before, error=error, at=datetime.now(UTC))
        if error is not None and before.error is None:
            self._log().warn(
                "a dependency does not work", dependency=before.name, required=before.required, error=error
            )
        elif error is None and before.error is not None:
            self._log().info("a dependency works again", dependency=before.name)

    async def _loop(self, name: str, period: float, run: Hook) -> None:
        """Run a task until the stop. One that fails costs one run, not the server."""
        while True:
            await asyncio.sleep(period)
            try:
                await run()
            except Exception as e:
                self._log().error("a background task failed", task=name, error=text_of(e))


def text_of(error: BaseException) -> str:
    """Return what an error says, or what it is called."""
    return str(error) or type(error).__name__

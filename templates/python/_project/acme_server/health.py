"""Tells whoever runs the server whether it lives, has started and is ready for work."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse

from acme_server.lifecycle import Lifecycle, Status
from acme_server.settings import Duration, shown

if TYPE_CHECKING:
    from acme_server.app import App


class Settings(BaseModel):
    """What can be set."""

    MCP_HEALTH_CHECK_TIMEOUT: Duration = 2  # how long a probe waits for the dependency checks
    # How long their results are given again, so that frequent probes do not become
    # load on the dependencies.
    MCP_HEALTH_CACHE_FOR: Duration = 5

    @field_validator("MCP_HEALTH_CHECK_TIMEOUT")
    @classmethod
    def _long_enough(cls, timeout: float) -> float:
        if timeout <= 0:
            raise ValueError(f"MCP_HEALTH_CHECK_TIMEOUT is {shown(timeout)}: it must be longer than nothing")
        return timeout


class Health:
    """Answers the probes."""

    def __init__(self, timeout: float, cache_for: float, life: Lifecycle) -> None:
        """Wait for the checks, and keep their results, so many seconds."""
        self._timeout = timeout
        self._cache_for = cache_for
        self._life = life
        self._began: datetime | None = None  # when the last round of checks began
        self._ended: float | None = None  # when the last round ended
        self._running: asyncio.Task[None] | None = None

    async def live(self, _: Request) -> JSONResponse:
        """Tell that the process serves. No dependency is asked, because a restart would not mend one."""
        return _answer(200, "live")

    async def startup(self, _: Request) -> JSONResponse:
        """Tell whether the boot is through."""
        return _answer(503, "starting") if self._life.phase == "starting" else _answer(200, "started")

    async def ready(self, _: Request) -> JSONResponse:
        """Tell whether to send work here.

        A required dependency that is down makes the server unready, an optional one
        makes it degraded but ready.
        """
        if self._life.phase != "running":
            return _answer(503, self._life.phase)
        checks = await self._check()
        down = [c["required"] for c in checks if c["status"] == "down"]
        if any(down):
            return _answer(503, "unready", checks)
        return _answer(200, "degraded" if down else "ready", checks)

    async def _check(self) -> list[dict[str, Any]]:
        """Ask all dependencies. At most one round is under way: rounds must not pile up on what hangs."""
        young = self._ended is not None and time.monotonic() - self._ended < self._cache_for
        if self._running is None and not young:
            self._began = datetime.now(UTC)
            self._running = asyncio.create_task(self._round())
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=self._timeout)
        return [self._result(status) for status in self._life.statuses]

    async def _round(self) -> None:
        try:
            await self._life.check_all()
        finally:
            self._running, self._ended = None, time.monotonic()

    def _result(self, status: Status) -> dict[str, Any]:
        error = status.error
        if self._began and (status.at is None or status.at < self._began):
            error = f"no answer within {shown(self._timeout)}"
        result = {"name": status.name, "required": status.required, "status": "up" if error is None else "down"}
        if error is not None:
            result["error"] = error
        if status.at is not None:
            result["checked_at"] = status.at.isoformat().replace("+00:00", "Z")
        return result


def _answer(code: int, status: str, checks: list[dict[str, Any]] | None = None) -> JSONResponse:
    body: dict[str, Any] = {"status": status, "checks": checks} if checks else {"status": status}
    return JSONResponse(body, code, {"Cache-Control": "no-store"})


class ProbeError(Exception):
    """Tells why the server that was asked does not seem to live."""


def probe(address: str) -> None:
    """Ask the server on this machine's admin address whether it lives; a ProbeError says no.

    It is what a container image without a shell uses as its health check.
    """
    host, colon, port = address.rpartition(":")
    if not colon:
        raise ProbeError(f'asking the admin port: MCP_ADMIN_ADDR is "{address}", not host:port')
    if host in ("", "0.0.0.0", "[::]"):  # noqa: S104 - one listens on all addresses, but asks one
        host = "127.0.0.1"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://{host}:{port}/livez", timeout=3):
            return
    except urllib.error.HTTPError as e:
        raise ProbeError(f"asking the admin port: /livez answers {e.code}") from e
    except OSError as e:
        raise ProbeError(f"asking the admin port: {e}; is the server running?") from e


def join(app: App) -> None:
    """Answer probes on the admin port."""
    health = Health(app.config.MCP_HEALTH_CHECK_TIMEOUT, app.config.MCP_HEALTH_CACHE_FOR, app.life)
    app.admin("/livez", health.live)
    app.admin("/readyz", health.ready)
    app.admin("/startupz", health.startup)

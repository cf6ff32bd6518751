"""Opens and closes ports."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from acme_server.lifecycle import LifecycleError
from acme_server.settings import split_address


@contextlib.contextmanager
def listen(address: str, what: str) -> Iterator[tuple[socket.socket, str]]:
    """Open a port and tell its address."""
    host, port = split_address(address)
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as e:
        raise LifecycleError(f"opening the {what} port: {e}") from e
    with listening:
        host, port = listening.getsockname()[:2]
        yield listening, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Port:
    """Serves an app on an open port."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        """Begin."""
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, server_header=False, timeout_keep_alive=120
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def until(self, ended: asyncio.Event) -> None:
        """Wait until ended, or until it serves no more, which is a LifecycleError."""
        waiting = asyncio.create_task(ended.wait())
        await asyncio.wait({self._serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._serving.done():
            raise LifecycleError(f"serving MCP over HTTP: {self._serving.exception() or 'it ended'}")

    async def close(self, grace: float) -> bool:
        """Close the port and tell whether all was answered within so many seconds."""
        self._server.should_exit = True
        answered, _ = await asyncio.wait({self._serving}, timeout=grace)
        if not answered:
            self._serving.cancel()
            await asyncio.wait({self._serving})
        return bool(answered)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would end the process with one."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _refuse(_: Request, error: Exception) -> Response:
    """Answer in plain text, whatever the path."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = {"X-Content-Type-Options": "nosniff"}
    if status == 405:
        headers["Allow"] = ", ".join(sorted((getattr(error, "headers", None) or {}).get("Allow", "").split(", ")))
    text = "404 page not found" if status == 404 else "Method Not Allowed"
    return PlainTextResponse(f"{text}\n", status, headers)


REFUSALS: Mapping[Any, ExceptionHandler] = {404: _refuse, 405: _refuse}
"""What a port answers where there is nothing."""


@dataclass(frozen=True)
class Whole:
    """An app that a route passes every method to, as it does not to a function."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self.app(scope, receive, send)

"""Guards the sessions of the handshake era.

Each belongs to the caller who opened it, ends when it is idle, and there are
only so many. (The revision 2026-07-28 has no sessions.)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from acme_server.caller import of_scope
from acme_server.middleware import Layer
from acme_server.settings import Duration, Number, shown

if TYPE_CHECKING:
    from acme_server.app import App

_HEADER = "mcp-session-id"
_FIRST_STATELESS = "2026-07-28"  # revisions are dates and sort as text
_FULL = "too many sessions are open: try again later, or use the revision 2026-07-28, which needs none\n"


class Settings(BaseModel):
    """How many sessions there may be, and for how long."""

    MCP_SESSION_MAX: Number = 1000  # open at once
    MCP_SESSION_IDLE: Annotated[Duration, Field(validate_default=True)] = 1800  # an idle one ends after this

    @field_validator("MCP_SESSION_IDLE")
    @classmethod
    def _sessions_are_possible(cls, idle: float, info: ValidationInfo) -> float:
        most = info.data.get("MCP_SESSION_MAX", 1)
        if most <= 0 or idle <= 0:
            text = f"MCP_SESSION_MAX is {most} and MCP_SESSION_IDLE is {shown(idle)}: both must be above zero"
            raise ValueError(text)
        return idle


def join(app: App) -> None:
    """Bind sessions to their callers and end idle ones."""
    table = Table(app.config.MCP_SESSION_MAX, app.config.MCP_SESSION_IDLE)
    app.wrap(Layer.SESSION, table.guard)
    app.session_idle = app.config.MCP_SESSION_IDLE  # the SDK frees what they hold


@dataclass
class _Session:
    caller: str
    seen: float
    active: int = 1  # requests under way


class Table:
    """Knows who opened which session."""

    def __init__(self, most: int, idle: float, now: Callable[[], float] = time.monotonic) -> None:
        """Begin empty. There may be most sessions at once, each unused for idle seconds."""
        self._most = most
        self._idle = idle
        self._now = now
        self._sessions: dict[str, _Session] = {}
        self._opening = 0

    def guard(self, endpoint: ASGIApp) -> ASGIApp:
        """Wrap the endpoint. The guard belongs inside the check of tokens."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            headers = Headers(scope=scope)
            if headers.get("mcp-protocol-version", "") >= _FIRST_STATELESS:
                return await endpoint(scope, receive, send)
            caller = of_scope(scope).id
            identity = headers.get(_HEADER, "")
            if not identity:
                return await self._open(caller, endpoint, scope, receive, send)
            session = self._sessions.get(identity)
            if session is None:  # not known: up to the SDK, which knows it no more
                return await endpoint(scope, receive, send)
            if self._expired(session):
                del self._sessions[identity]
            if identity not in self._sessions or session.caller != caller:
                # The same answer as to an id that never was: a stranger who guesses or
                # steals ids must not learn which are alive.
                return await PlainTextResponse("session not found\n", 404)(scope, receive, send)
            session.active += 1
            try:
                return await endpoint(scope, receive, send)
            finally:
                self._leave(session)
                if scope["method"] == "DELETE":
                    self._sessions.pop(identity, None)

        return serve

    async def _open(self, caller: str, endpoint: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request without a session, which may open one."""
        if not self._room():
            return await PlainTextResponse(_FULL, 503, {"Retry-After": "30"})(scope, receive, send)
        self._opening += 1
        opened: _Session | None = None

        async def watch(message: Message) -> None:
            # The session is known before the client knows it: the client's next
            # request may arrive before this one is through.
            nonlocal opened
            begun = message["type"] == "http.response.start" and message["status"] < 400
            if begun and (identity := Headers(raw=message["headers"]).get(_HEADER)):
                opened = self._sessions[identity] = _Session(caller, self._now())
                self._opening -= 1
            await send(message)

        try:
            await endpoint(scope, receive, watch)
        finally:
            if opened is None:
                self._opening -= 1
            else:
                self._leave(opened)

    def _room(self) -> bool:
        if len(self._sessions) + self._opening >= self._most:
            self._sessions = {i: s for i, s in self._sessions.items() if not self._expired(s)}
        return len(self._sessions) + self._opening < self._most

    def _expired(self, session: _Session) -> bool:
        return session.active == 0 and self._now() - session.seen > self._idle

    def _leave(self, session: _Session) -> None:
        session.active -= 1
        session.seen = self._now()

"""Tells who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.context import ServerRequestContext
from starlette.types import Scope

# The callers that carry no token.
LOCAL = "local"  # over stdio: whoever started the process
ANONYMOUS = "anonymous"  # over HTTP


@dataclass(frozen=True)
class Caller:
    """Who sent a request."""

    id: str  # from the token, or LOCAL, or ANONYMOUS
    scopes: tuple[str, ...] = ()  # what the token permits
    claims: Mapping[str, Any] = field(default_factory=dict)  # what else the token's verifier found out
    session: str = ""  # the session of the handshake era; empty in the stateless one

    def has(self, scope: str) -> bool:
        """Tell whether the caller's token carries scope.

        The local caller, who already runs the process, has every scope.
        """
        return self.id == LOCAL or scope in self.scopes


def caller_of(ctx: ServerRequestContext[Any, Any]) -> Caller:
    """Return who sent the request."""
    session = ctx.session._connection.session_id or ""  # the SDK has no public way to it
    if ctx.request is None:
        return Caller(LOCAL, session=session)
    return of_scope(ctx.request.scope, session)


def of_scope(scope: Scope, session: str = "") -> Caller:
    """Return who sent the HTTP request of scope: the one whom the auth layer put there, or nobody in particular."""
    user = scope.get("user")
    if not isinstance(user, AuthenticatedUser) or not user.access_token.client_id:
        return Caller(ANONYMOUS, session=session)
    token = user.access_token
    return Caller(token.client_id, tuple(token.scopes), token.claims or {}, session)

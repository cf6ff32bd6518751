"""Asks every HTTP request for a token, whatever kinds of token the server knows."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.middleware import Layer
from acme_server.settings import Switch, split_address

if TYPE_CHECKING:
    from acme_server.app import App


class Settings(BaseModel):
    """Who is served without a token."""

    MCP_AUTH_ANONYMOUS: Switch = False  # also serve requests without any token


class InvalidTokenError(Exception):
    """A token is not good."""


class UndecidedError(Exception):
    """Whether a token is good cannot be told now; the token is not to blame."""


# Returns what a token stands for: its client_id becomes the caller's id. The
# token itself goes no further.
Verifier = Callable[[str], Awaitable[AccessToken]]


@dataclass
class Bearer:
    """What tokens have to be like, and what a refusal tells the client."""

    metadata_url: str = ""  # tells where tokens come from
    scopes: list[str] = field(default_factory=list)  # wanted for every request
    endless: bool = False  # a token may be good for ever


def join(app: App) -> None:
    """Demand a token that one of the verifiers knows.

    Without a verifier there is nothing to demand: then only this machine is
    served, where whoever can call could as well start the server.
    """
    anonymous, address = app.config.MCP_AUTH_ANONYMOUS, app.config.MCP_HTTP_ADDR
    if app.verifiers:
        verify = any_of(*app.verifiers)
        app.wrap(Layer.AUTH, lambda endpoint: Require(endpoint, verify, app.bearer, anonymous=anonymous))
    elif address and not _loopback(address) and not anonymous:
        raise ValueError(
            "nobody could sign in, and everybody could call: configure keys or tokens, "
            f"or set MCP_AUTH_ANONYMOUS=true to serve all who reach {address}"
        )


def _loopback(address: str) -> bool:
    """Tell whether only this machine can reach an address."""
    host, _ = split_address(address)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def any_of(*verifiers: Verifier) -> Verifier:
    """Return a verifier that accepts what one of several accepts.

    A verifier that cannot decide (its keys are out of reach) does not keep the
    others from accepting; if none does, its error wins over "invalid", as the
    token may be good.
    """

    async def verify(token: str) -> AccessToken:
        problem: Exception = InvalidTokenError("invalid token")
        for each in verifiers:
            try:
                return await each(token)
            except InvalidTokenError:
                continue
            except UndecidedError as e:
                problem = e
        raise problem

    return verify


def challenge(**parts: str) -> str:
    """Return the value of WWW-Authenticate, as RFC 6750 has it; empty parts are left out."""
    text = ", ".join(f'{name}="{value}"' for name, value in parts.items() if value)
    return f"Bearer {text}" if text else "Bearer"


class Require:
    """Refuses requests without a token that verify accepts.

    It takes the token out of what it passes on: tools must not use a caller's
    token elsewhere, and logs must not show it. With anonymous, requests that
    bring no token pass as they are.
    """

    def __init__(self, app: ASGIApp, verify: Verifier, bearer: Bearer, *, anonymous: bool) -> None:
        """Wrap the endpoint app."""
        self._app = app
        self._verify = verify
        self._bearer = bearer
        self._anonymous = anonymous

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        authorization = Headers(scope=scope).get("authorization", "")
        if self._anonymous and not authorization:
            return await self._app(scope, receive, send)
        token = await self._check(authorization)
        if isinstance(token, Response):
            return await token(scope, receive, send)
        # Here the SDK looks for the caller, too: it binds sessions to them.
        clean = {**scope, "headers": [h for h in scope["headers"] if h[0] != b"authorization"]}
        return await self._app({**clean, "user": AuthenticatedUser(token)}, receive, send)

    async def _check(self, authorization: str) -> AccessToken | Response:
        parts = authorization.split()
        if len(parts) != 2 or parts[0].lower() != "bearer":
            return self._refusal(401, "no bearer token", "invalid_token" if authorization else "")
        try:
            token = await self._verify(parts[1])
        except InvalidTokenError as e:
            return self._refusal(401, str(e), "invalid_token")
        except UndecidedError as e:
            return PlainTextResponse(f"{e}\n", 500)
        if not set(self._bearer.scopes) <= set(token.scopes):
            return self._refusal(403, "insufficient scope", "insufficient_scope")
        if token.expires_at is None and not self._bearer.endless:
            return self._refusal(401, "token missing expiration", "invalid_token")
        if token.expires_at is not None and token.expires_at < time.time():
            return self._refusal(401, "token expired", "invalid_token")
        return token

    def _refusal(self, status: int, text: str, error: str) -> Response:
        scope = " ".join(self._bearer.scopes)
        header = challenge(resource_metadata=self._bearer.metadata_url, scope=scope, error=error)
        return PlainTextResponse(f"{text}\n", status, {"WWW-Authenticate": header})

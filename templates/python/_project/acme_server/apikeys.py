"""Knows callers by keys.

The server holds only their hashes: whoever reads its configuration cannot call it.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from mcp.server.auth.provider import AccessToken
from pydantic import BaseModel, field_validator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.auth import InvalidTokenError
from acme_server.middleware import Layer

if TYPE_CHECKING:
    from acme_server.app import App

_DAY = 86400  # seconds


class Settings(BaseModel):
    """The keys."""

    # One key on each line (or separated by semicolons), as
    #
    # 	NAME sha256:HEX [PERMISSION,PERMISSION…] [YYYY-MM-DD]
    #
    # where HEX is what `printf %s "$KEY" | sha256sum` prints and the date is the
    # last day (UTC) on which the key is good. Keys must be random and long, such
    # as `openssl rand -hex 32` makes them: a hash does not protect a short word.
    MCP_API_KEYS: str = ""

    @field_validator("MCP_API_KEYS")
    @classmethod
    def _api_keys_can_be_read(cls, keys: str) -> str:
        parse(keys)
        return keys


def join(app: App) -> None:
    """Accept API keys as tokens, also in the header X-API-Key."""
    keys = parse(app.config.MCP_API_KEYS)
    if keys:
        app.verifiers.append(Keys(keys).verify)
        app.bearer.endless = True  # a key may be good for ever
        app.wrap(Layer.AUTH, FromHeader)


@dataclass(frozen=True)
class Key:
    """A key that callers may show."""

    name: str
    hash: bytes
    permissions: list[str] = field(default_factory=list)
    end: int | None = None  # first second at which it is no longer good; None: never


class Keys:
    """Verifies keys."""

    def __init__(self, keys: list[Key], now: Callable[[], float] = time.time) -> None:
        """Take the keys; now tells the time."""
        self._keys = keys
        self._now = now

    async def verify(self, token: str) -> AccessToken:
        """Verify a key. The caller's id is "key:NAME", its scopes are the key's permissions."""
        digest = sha256(token.encode("latin-1")).digest()  # the bytes of the header
        found = None
        for key in self._keys:
            # All are compared, and in constant time: how long it takes tells nothing.
            if hmac.compare_digest(digest, key.hash):
                found = key
        if found is None:
            raise InvalidTokenError("invalid token")
        if found.end is not None and self._now() >= found.end:
            raise InvalidTokenError("invalid token: the key has expired")
        return AccessToken(token="", client_id=f"key:{found.name}", scopes=found.permissions, expires_at=found.end)


class FromHeader:
    """Accepts a key in X-API-Key, where many clients put it, and moves it to where tokens are looked for."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the endpoint app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope)
        if key := headers.get("x-api-key"):
            moved = [h for h in scope["headers"] if h[0] != b"x-api-key"]
            if not headers.get("authorization"):
                moved = [h for h in moved if h[0] != b"authorization"]
                moved.append((b"authorization", f"Bearer {key}".encode("latin-1")))
            scope = {**scope, "headers": moved}
        await self._app(scope, receive, send)


def parse(text: str) -> list[Key]:
    """Read a list of keys; the error tells of every key that cannot be read."""
    keys: dict[str, Key] = {}
    errors: list[str] = []
    for line in re.split(r"[\n;]", text):
        name, *fields = line.split() or [""]
        if not name or name.startswith("#"):
            continue
        try:
            if name in keys:
                raise ValueError("another key has this name")
            keys[name] = _parse_key(name, fields)
        except ValueError as e:
            errors.append(f'MCP_API_KEYS: key "{name}": {e}')
    if errors:
        raise ValueError("\n".join(errors))
    return list(keys.values())


def _parse_key(name: str, fields: list[str]) -> Key:
    """Read one key. No error quotes the first field: by mistake it may be the key itself."""
    if not fields:
        raise ValueError("write NAME sha256:HEX [PERMISSIONS] [YYYY-MM-DD]")
    digits = re.fullmatch(r"sha256:([0-9a-fA-F]{64})", fields[0])
    if digits is None:
        raise ValueError("the second field must be sha256: and 64 hex digits, the hash of the key")
    permissions: list[str] = []
    end = None
    for text in fields[1:]:
        if day := _day(text):
            end = int(day.timestamp()) + _DAY
        else:
            permissions += text.split(",")
    return Key(name, bytes.fromhex(digits[1]), permissions, end)


def _day(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None

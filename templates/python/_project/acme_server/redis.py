"""A level of the cache that several processes share.

The library is loaded where it is used: that takes a while, and without a URL it
is not needed.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import BaseModel, SecretStr, field_validator

from acme_server.lifecycle import text_of
from acme_server.settings import Duration

if TYPE_CHECKING:
    from acme_server.app import App

T = TypeVar("T")

# Seconds for which a server that failed is left alone: each call would wait for
# the timeout otherwise.
_REST = 5


class Settings(BaseModel):
    """The connection. The URL switches it on."""

    MCP_REDIS_URL: SecretStr = SecretStr("")  # redis://user:password@host:6379/0, rediss:// with TLS
    MCP_REDIS_PREFIX: str = "acme-server:cache:"  # of all keys
    MCP_REDIS_TIMEOUT: Duration = 0.25  # of one operation: beyond it, working the result out is as good

    @field_validator("MCP_REDIS_URL")
    @classmethod
    def _url(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value():
            return url
        from redis.asyncio.connection import parse_url

        try:
            parse_url(url.get_secret_value())
        except ValueError:  # which may show the password
            raise ValueError(
                "MCP_REDIS_URL cannot be read: "
                "write redis://[user:password@]host:port/database, with special characters escaped"
            ) from None
        return url


def join(app: App) -> None:
    """Share the cache between processes.

    It is no required dependency: without it, each process caches for itself.
    """
    if not app.config.MCP_REDIS_URL.get_secret_value():
        return
    store = RedisStore(app.config)
    app.cache.second = store
    app.life.check("redis", False, store.ping)
    app.life.on_stop("redis", store.close)


class RestingError(Exception):
    """The error while the server is left alone."""

    def __init__(self) -> None:
        super().__init__("redis has just failed and is left alone for a moment")


class RedisStore:
    """The level. It connects when it is first used."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        """Take the connection, and a clock."""
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        timeout = settings.MCP_REDIS_TIMEOUT
        self._client: Redis = Redis.from_url(
            settings.MCP_REDIS_URL.get_secret_value(),
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),  # the cache goes on without it
            protocol=2,
        )
        self._prefix = settings.MCP_REDIS_PREFIX
        self._now = now
        self._failed: float | None = None  # when it failed last

    async def ping(self) -> None:
        """Ask whether the server is there."""
        try:
            await self._client.ping()
        except Exception as e:
            raise ConnectionError(f"asking redis: {text_of(e)}") from e

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, key: str) -> tuple[bytes | None, str]:
        """Return the value of a key, or None, and the current version.

        A stored value begins with the version that it belongs to.
        """
        names = [f"{self._prefix}version", self._prefix + key]
        found = cast("list[bytes | None]", await self._try(lambda: self._client.mget(names)))
        version, stored = found[0] or b"", found[1]  # there is no version before the first clear
        if stored is None or not stored.startswith(version + b"\n"):
            return None, version.decode()
        return stored.removeprefix(version + b"\n"), version.decode()

    async def set(self, key: str, version: str, value: bytes, ttl: float) -> None:
        """Store a value that was worked out under a version."""
        stored = version.encode() + b"\n" + value
        await self._try(lambda: self._client.set(self._prefix + key, stored, px=max(1, int(ttl * 1000))))

    async def clear(self) -> None:
        """Make a new version: all that is stored is out of date at once, for all processes, and goes by its age."""
        await self._try(lambda: self._client.incr(f"{self._prefix}version"))

    async def _try(self, work: Callable[[], Awaitable[T]]) -> T:
        if self._failed is not None and self._now() < self._failed + _REST:
            raise RestingError
        try:
            result = await work()
        except Exception:  # a caller who has gone is none
            self._failed = self._now()
            raise
        self._failed = None
        return result

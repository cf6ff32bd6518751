"""Where the keys come from that signed tokens are verified with."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import anyio
import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OctKey, OKPKey, RSAKey

from acme_server.auth import UndecidedError

Key: TypeAlias = OctKey | RSAKey | ECKey | OKPKey

# The least seconds between two fetches: tokens with made-up key ids must not
# make the server hammer its identity provider.
PAUSE = 30

_MAX_KEYS = 1 << 20  # bytes of a key set
_TIMEOUT = 10  # seconds of a fetch


class Source(Protocol):
    """Where verification keys come from."""

    async def keys(self, identity: str) -> Sequence[Key]:
        """Return the keys that may have signed a token with this key id."""


class Static:
    """A source that never changes."""

    def __init__(self, key: Key) -> None:
        """Hold one key."""
        self._keys = [key]

    async def keys(self, _: str) -> Sequence[Key]:
        """Return the key."""
        return self._keys


class Remote:
    """A key set published at a URL.

    It is fetched when first needed, when it is old, and when a token names a key
    that it does not hold, as it does after the provider has rotated its keys.
    """

    def __init__(self, url: str, keep: float, now: Callable[[], float] = time.monotonic) -> None:
        """Take the address and for how many seconds fetched keys are kept."""
        self._url = url
        self._keep = keep
        self._now = now
        self._fetching = anyio.Lock()  # others wait for the same answer
        self._keys: list[Key] | None = None
        self._got = 0.0  # when the keys were fetched
        self._tried: float | None = None  # when a fetch was last begun
        self._problem: Exception | None = None  # how that ended

    async def keys(self, identity: str) -> Sequence[Key]:
        """Return all keys of the provider."""
        async with self._fetching:
            now = self._now()
            fresh = self._keys is not None and now - self._got < self._keep
            if fresh and self._keys is not None and (not identity or any(k.kid == identity for k in self._keys)):
                return self._keys
            if self._tried is None or now - self._tried >= PAUSE:
                self._tried = now
                await self._refresh(now)
            # While the provider is down, the keys of before remain good.
            if self._keys is not None:
                return self._keys
            raise UndecidedError(f"the keys of the identity provider are out of reach: {self._problem}")

    async def _refresh(self, now: float) -> None:
        try:
            # One caller's hurry must not spoil the fetch for those who wait.
            with anyio.fail_after(_TIMEOUT, shield=True):
                self._keys = await self._fetch()
            self._got = now
        except TimeoutError:
            self._problem = TimeoutError(f"it takes more than {_TIMEOUT}s")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as e:
            self._problem = e

    async def _fetch(self) -> list[Key]:
        async with (
            httpx2.AsyncClient(timeout=_TIMEOUT, follow_redirects=True) as client,
            client.stream("GET", self._url) as answer,
        ):
            if answer.status_code != 200:
                raise ValueError(f"it answers {answer.status_code} {answer.reason_phrase}")
            text = bytearray()
            async for chunk in answer.aiter_bytes():
                text += chunk
                if len(text) > _MAX_KEYS:
                    raise ValueError("its answer is too long")
        return keys_of(json.loads(text))


def keys_of(document: object) -> list[Key]:
    """Return the keys of a decoded key set. One that cannot be read is left out: it may be of a kind yet to come."""
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise ValueError("its answer is no key set")
    keys: list[Key] = []
    for member in members:
        try:
            keys.append(JWKRegistry.import_key(member))
        except (JoseError, LookupError, TypeError, ValueError):
            continue
    return keys

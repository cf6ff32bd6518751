"""Repeats outgoing calls that failed for a passing reason."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2
from pydantic import BaseModel, field_validator
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
)

from acme_server.settings import Duration, Number

if TYPE_CHECKING:
    from acme_server.app import App

_PASSING = {429, 502, 503, 504}
_LONGEST = 60  # seconds between two tries
_DRAIN = 64 << 10  # bytes


class Settings(BaseModel):
    """How often and how long."""

    MCP_RETRY_TRIES: Number = 3  # in all; 1: no retries
    # Wait before the second try, twice as long before the next, and so on; by
    # chance up to half more or less.
    MCP_RETRY_FIRST: Duration = 0.2
    MCP_RETRY_MAX: Duration = 10  # all tries and waits together; a longer Retry-After is not waited for

    @field_validator("MCP_RETRY_TRIES", "MCP_RETRY_FIRST", "MCP_RETRY_MAX")
    @classmethod
    def _retries(cls, value: float) -> float:
        if value <= 0:
            raise ValueError("MCP_RETRY_TRIES, MCP_RETRY_FIRST and MCP_RETRY_MAX must be above zero")
        return value


def join(app: App) -> None:
    """Repeat outgoing calls that failed for a passing reason."""
    app.wrap_transport(lambda following: Retries(app.config, following))


class Retries(httpx2.AsyncBaseTransport):
    """Repeats requests that may be repeated.

    Their method changes nothing the second time, or an Idempotency-Key says so,
    and their body can be sent again. It waits longer each time, by chance, so that
    many callers do not come back at the same moment.
    """

    def __init__(
        self,
        settings: Settings,
        following: httpx2.AsyncBaseTransport,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take the transport that makes the calls, and how to wait."""
        self._settings, self._next, self._sleep = settings, following, sleep

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass the request on until it goes well, or enough was tried: then the last answer is the answer."""
        if self._settings.MCP_RETRY_TRIES < 2 or not _repeatable(request):
            return await self._next.handle_async_request(request)
        last: httpx2.Response | None = None  # of the try before, with its body open

        async def attempt() -> httpx2.Response:
            nonlocal last
            if last is not None:
                before, last = last, None
                await _discard(before)
            last = await self._next.handle_async_request(request)
            return last

        retrying = AsyncRetrying(
            retry=retry_if_exception(_mendable) | retry_if_result(lambda answer: answer.status_code in _PASSING),
            wait=self._wait,
            stop=stop_after_attempt(self._settings.MCP_RETRY_TRIES) | stop_before_delay(self._settings.MCP_RETRY_MAX),
            retry_error_callback=_as_it_is,
            sleep=self._sleep,
        )
        try:
            answer: httpx2.Response = await retrying(attempt)
        except BaseException:
            if last is not None:
                await last.aclose()
            raise
        return answer

    async def aclose(self) -> None:
        """Close the transport that makes the calls."""
        await self._next.aclose()

    def _wait(self, state: RetryCallState) -> float:
        if state.outcome is not None and not state.outcome.failed and (asked := _retry_after(state.outcome.result())):
            return asked
        interval = min(self._settings.MCP_RETRY_FIRST * 2.0 ** (state.attempt_number - 1), _LONGEST)
        return interval * random.uniform(0.5, 1.5)  # noqa: S311 # nothing secret


def _repeatable(request: httpx2.Request) -> bool:
    if not isinstance(request.stream, httpx2.ByteStream):
        return False
    return request.method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE") or bool(request.headers.get("Idempotency-Key"))


def _mendable(error: BaseException) -> bool:
    """Tell errors that another try may mend from those that say themselves that they last.

    Such as a refused address or an open circuit.
    """
    return isinstance(error, httpx2.TransportError) and not getattr(error, "permanent", False)


def _retry_after(answer: httpx2.Response) -> float:
    """Return after how many seconds an answer asks to be asked again; 0: it does not say."""
    text = answer.headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one of no time zone
        return 0.0


def _as_it_is(state: RetryCallState) -> httpx2.Response:
    """Give the caller the last answer, or error, itself."""
    assert state.outcome is not None  # noqa: S101 # there was a try
    answer: httpx2.Response = state.outcome.result()
    return answer


async def _discard(answer: httpx2.Response) -> None:
    """Read an answer to its end, within reason, so that the connection can be used again."""
    try:
        size = 0
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            if size > _DRAIN:
                break
    except httpx2.TransportError:
        pass  # then it is not used again
    finally:
        await answer.aclose()

"""What is tried again, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import anyio
import httpx2
import pytest
from pydantic import ValidationError

from acme_server.retry import Retries, Settings

from tests.harness import new_app

BROKEN = httpx2.ConnectError("connection reset")


class Lasting(httpx2.TransportError):
    permanent = True


class Body(httpx2.AsyncByteStream):
    open = 0  # bodies that were not closed

    def __init__(self) -> None:
        Body.open += 1

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"x"

    async def aclose(self) -> None:
        Body.open -= 1


class Answers(httpx2.AsyncBaseTransport):
    """Gives one answer after the other: a status, an error, or a Retry-After with 503."""

    def __init__(self, answers: list[int | str | Exception]) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.waits: list[float] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(await request.aread())
        match self.answers.pop(0):
            case Exception() as error:
                raise error
            case int(status):
                return httpx2.Response(status, stream=Body())
            case after:
                return httpx2.Response(503, headers={"Retry-After": str(after)}, stream=Body())

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "key", "answers", "tries", "status", "least", "most"),
    [
        ("GET", "", [200], 1, 200, 0, 0),
        ("GET", "", [BROKEN, 503, 200], 3, 200, 0.3, 0.9),
        ("GET", "", [503, 503, 503], 3, 503, 0.3, 0.9),
        ("GET", "", [BROKEN, BROKEN, BROKEN], 3, 0, 0.3, 0.9),
        ("GET", "", [404], 1, 404, 0, 0),
        ("GET", "", [Lasting("no")], 1, 0, 0, 0),
        ("GET", "", [ValueError("a mistake of ours")], 1, 0, 0, 0),
        ("GET", "", ["4", 200], 2, 200, 4, 4),
        ("GET", "", ["60"], 1, 503, 0, 0),  # too long to wait for
        ("GET", "", ["soon", 200], 2, 200, 0.1, 0.3),
        ("POST", "", [503], 1, 503, 0, 0),
        ("POST", "k", [503, 200], 2, 200, 0.1, 0.3),
    ],
)
async def test_tries(
    method: str, key: str, answers: list[int | str | Exception], tries: int, status: int, least: float, most: float
) -> None:
    Body.open = 0
    given = Answers(answers)
    request = httpx2.Request(method, "http://x/", content=b"body", headers={"Idempotency-Key": key} if key else {})
    retries = Retries(Settings(), given, given.sleep)
    if status:
        answer = await retries.handle_async_request(request)
        assert answer.status_code == status
        assert Body.open == 1
        await answer.aclose()
    else:
        error = answers[-1]
        assert isinstance(error, Exception)
        with pytest.raises(type(error)):
            await retries.handle_async_request(request)
    assert given.bodies == [b"body"] * tries
    assert least <= sum(given.waits) <= most
    assert Body.open == 0


@pytest.mark.anyio
async def test_retry_after_is_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)
    given = Answers([at, 200])
    await Retries(Settings(), given, given.sleep).handle_async_request(httpx2.Request("GET", "http://x/"))
    assert 3 < given.waits[0] <= 5


@pytest.mark.anyio
async def test_a_body_that_can_be_sent_once() -> None:
    async def once() -> AsyncIterator[bytes]:
        yield b"body"

    given = Answers([503])
    request = httpx2.Request("PUT", "http://x/", content=once())
    assert (await Retries(Settings(), given, given.sleep).handle_async_request(request)).status_code == 503


@pytest.mark.anyio
async def test_off() -> None:
    given = Answers([503])
    retries = Retries(Settings(MCP_RETRY_TRIES=1), given, given.sleep)
    assert (await retries.handle_async_request(httpx2.Request("GET", "http://x/"))).status_code == 503


@pytest.mark.anyio
async def test_a_caller_who_gives_up_while_it_waits() -> None:
    Body.open = 0
    given = Answers([503, 200])
    with anyio.move_on_after(0.01) as scope:
        await Retries(Settings(), given, asyncio.sleep).handle_async_request(httpx2.Request("GET", "http://x/"))
    assert scope.cancelled_caught
    assert Body.open == 0


def test_settings() -> None:
    for name in ("MCP_RETRY_TRIES", "MCP_RETRY_FIRST", "MCP_RETRY_MAX"):
        with pytest.raises(ValidationError, match="must be above zero"):
            Settings.model_validate({name: "0"})


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    given = Answers([503, 200])
    app, _ = new_app(MCP_RETRY_FIRST="1ms")
    app.transport = lambda: given
    assert (await app.http_client().get("http://x.example/")).status_code == 200
    await app.life.stop()

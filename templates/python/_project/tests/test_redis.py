"""The level of the cache that several processes share, against a server of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import ValidationError

from acme_server.redis import RedisStore, RestingError, Settings

from tests.harness import connect, new_app


class Server:
    """Speaks as much of the protocol as is asked for."""

    def __init__(self) -> None:
        self.clock = 0.0
        self.broken = False
        self.values: dict[bytes, tuple[bytes, float]] = {}  # with the time at which they go
        self.writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        while line := await reader.readline():  # *<count>, then $<length> and a value for each
            words = []
            for _ in range(int(line[1:])):
                length = int((await reader.readline())[1:])
                words.append((await reader.readexactly(length + 2))[:-2])
            writer.write(self.answer(words))
            await writer.drain()

    def answer(self, words: list[bytes]) -> bytes:
        if self.broken:
            return b"-ERR out of order\r\n"
        match words[0].upper(), words[1:]:
            case b"PING", _:
                return b"+PONG\r\n"
            case b"MGET", names:
                return b"*%d\r\n" % len(names) + b"".join(self.shown(name) for name in names)
            case b"SET", [name, value, b"PX", life]:
                self.values[name] = value, self.clock + int(life) / 1000
                return b"+OK\r\n"
            case b"INCRBY", [name, b"1"]:
                version = int(self.values.get(name, (b"0", 0))[0]) + 1
                self.values[name] = b"%d" % version, float("inf")
                return b":%d\r\n" % version
            case b"CLIENT", _:
                return b"+OK\r\n"
        return b"-ERR unknown command\r\n"

    def shown(self, name: bytes) -> bytes:
        value, until = self.values.get(name, (b"", 0))
        return b"$%d\r\n%s\r\n" % (len(value), value) if until > self.clock else b"$-1\r\n"


@asynccontextmanager
async def start() -> AsyncIterator[tuple[RedisStore, Server, asyncio.Server]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    settings = Settings.model_validate({"MCP_REDIS_URL": url, "MCP_REDIS_PREFIX": "p:", "MCP_REDIS_TIMEOUT": "1s"})
    store = RedisStore(settings, lambda: server.clock)
    try:
        yield store, server, listening
    finally:
        await store.close()
        listening.close()
        for writer in server.writers:
            writer.close()
            await writer.wait_closed()


@pytest.mark.anyio
async def test_store() -> None:
    async with start() as (store, server, _):
        await store.ping()
        value, version = await store.get("k")
        assert value is None
        await store.set("k", version, b"one\ntwo", 60)
        assert await store.get("k") == (b"one\ntwo", version)

        await store.clear()
        assert (await store.get("k"))[0] is None
        await store.set("k", version, b"late", 60)  # worked out before the clear
        value, version = await store.get("k")
        assert value is None
        await store.set("k", version, b"new", 60)
        assert await store.get("k") == (b"new", version)

        server.clock = 60
        assert (await store.get("k"))[0] is None
        assert set(server.values) == {b"p:version", b"p:k"}


@pytest.mark.anyio
async def test_outage() -> None:
    async with start() as (store, server, listening):
        await store.get("k")
        listening.close()
        for writer in server.writers:
            writer.close()
        with pytest.raises(Exception, match=r"(?i)connect|closed"):  # what went wrong
            await store.get("k")
        with pytest.raises(RestingError):  # no call is made
            await store.clear()
        with pytest.raises(ConnectionError, match="asking redis"):
            await store.ping()
        server.clock += 5
        with pytest.raises(Exception, match=r"(?i)connect"):
            await store.get("k")


@pytest.mark.anyio
async def test_it_works_again() -> None:
    async with start() as (store, server, _):
        server.broken = True
        with pytest.raises(Exception, match="out of order"):
            await store.get("k")
        server.broken = False
        with pytest.raises(RestingError):
            await store.get("k")
        server.clock += 5
        assert await store.get("k") == (None, "")


def test_settings() -> None:
    assert not Settings().MCP_REDIS_URL.get_secret_value()
    with pytest.raises(ValidationError) as error:
        Settings.model_validate({"MCP_REDIS_URL": "http://user:hunter2@x"})
    [problem] = error.value.errors()
    assert "MCP_REDIS_URL cannot be read" in problem["msg"]
    assert "hunter2" not in problem["msg"]


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    async with start() as (_, server, listening):
        url = f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        for hits in (0, 1):  # the second process profits
            app, _ = new_app(MCP_REDIS_URL=url)
            await app.life.start()
            assert [(s.name, s.required, s.error) for s in app.life.statuses] == [("redis", False, None)]
            async with connect(app) as client:
                await client.call_tool("search_notes", {"query": "x"})
            assert app.cache.hits == hits
            await app.life.stop()
        assert any(name.startswith(b"acme-server:cache:") for name in server.values)

"""Outgoing calls stay off private networks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import ValidationError

from acme_server.ssrf import Guard, Guarded, Plain, Refused, Settings

from tests.harness import new_app

LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "10.1.2.3", "::ffff:93.184.215.14"])
def test_public(address: str) -> None:
    assert Guard([ip_network("10.1.0.0/16")]).public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::"),  # noqa: S104
        *("10.2.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
        *("169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("224.0.0.1", "255.255.255.255", "ff02::1"),
    ],
)
def test_not_public(address: str) -> None:
    assert not Guard([ip_network("10.1.0.0/16")]).public(address)


@asynccontextmanager
async def answering(headers: str = "") -> AsyncIterator[int]:
    """Serve an HTTP answer to all; give the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        status = "302 Found" if headers else "204 No Content"
        writer.write(f"HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def client(allow: list[Any]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=Plain(Guarded(Guard(allow))), follow_redirects=True, trust_env=False)


@pytest.mark.anyio
async def test_connections() -> None:
    async with answering() as port:
        async with client([]) as guarded:
            # localhost is a name: the check comes after its resolution.
            for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"):  # noqa: S104
                with pytest.raises(Refused, match="add its network to MCP_SSRF_ALLOW"):
                    await guarded.get(f"http://{host}:{port}")
        async with client(LOOPBACK) as allowed:
            assert (await allowed.get(f"http://127.0.0.1:{port}")).status_code == 204
            assert (await allowed.get(f"http://localhost:{port}")).status_code == 204


@pytest.mark.anyio
async def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was checked is what is connected to, whatever the name says the next time."""
    answers = iter(["127.0.0.1", "10.0.0.1"])

    async def resolve(_: str, port: int, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("10.0.0.1", port)), (0, 0, 0, "", (next(answers), port))]

    monkeypatch.setattr(anyio, "getaddrinfo", resolve)
    async with answering() as port, client(LOOPBACK) as guarded:
        assert (await guarded.get(f"http://rebound.example:{port}")).status_code == 204
        with pytest.raises(Refused, match=r"10\.0\.0\.1"):
            await guarded.get(f"http://rebound.example:{port}")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data", "gopher://example.com/", "http://user:password@example.com/"]
)
async def test_redirects(target: str) -> None:
    async with answering(f"location: {target}\r\n") as port, client(LOOPBACK) as guarded:
        with pytest.raises(Refused, match="the address is not public"):
            await guarded.get(f"http://127.0.0.1:{port}")


@pytest.mark.anyio
async def test_what_is_not_there() -> None:
    async with answering() as port:
        pass  # nobody listens there any more
    async with client(LOOPBACK) as guarded:
        with pytest.raises(httpx2.ConnectError):
            await guarded.get(f"http://127.0.0.1:{port}")


def test_settings() -> None:
    settings = Settings.model_validate({"MCP_SSRF_ALLOW": "10.0.0.0/8, fd00::/8"})
    assert [ip_network("10.0.0.0/8"), ip_network("fd00::/8")] == settings.MCP_SSRF_ALLOW
    with pytest.raises(ValidationError, match="intranet"):
        Settings.model_validate({"MCP_SSRF_ALLOW": "intranet"})


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    async with answering() as port:
        for allow in ("", "127.0.0.0/8"):
            app, _ = new_app(MCP_SSRF_ALLOW=allow)
            client = app.http_client()
            if allow:
                assert (await client.get(f"http://127.0.0.1:{port}")).status_code == 204
            else:
                with pytest.raises(Refused):
                    await client.get(f"http://127.0.0.1:{port}")
            await app.life.stop()

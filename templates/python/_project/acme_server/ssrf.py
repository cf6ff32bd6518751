"""Keeps outgoing calls off private networks.

A model chooses the addresses that tools fetch, and whoever can talk to the model
talks through them: to services behind the firewall, to the metadata of the cloud.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

import anyio
import httpcore2
import httpx2
from pydantic import BaseModel, field_validator

if TYPE_CHECKING:
    from acme_server.app import App

_BLOCKED = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16"),  # this network, this machine, this link
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # private
        "100.64.0.0/10",  # shared by carriers
        "192.0.0.0/24",  # protocol assignments
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),  # documentation
        *("192.88.99.0/24", "2002::/16", "2001::/32"),  # tunnels: an IPv4 address inside decides where they end
        "198.18.0.0/15",  # benchmarks
        *("224.0.0.0/4", "240.0.0.0/4"),  # multicast; reserved, broadcast
        *("::/128", "::1/128", "fe80::/10", "fc00::/7", "ff00::/8"),  # nobody, this machine, link, private, multicast
        *("64:ff9b::/96", "64:ff9b:1::/48"),  # translation to IPv4
        *("fec0::/10", "100::/64", "2001:db8::/32"),  # old site-local, discard, documentation
    )
]


class Settings(BaseModel):
    """The exceptions."""

    MCP_SSRF_ALLOW: list[IPv4Network | IPv6Network] = []  # networks that may be called although they are private

    @field_validator("MCP_SSRF_ALLOW", mode="before")
    @classmethod
    def _networks(cls, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def join(app: App) -> None:
    """Keep outgoing calls off private networks."""
    guard = Guard(app.config.MCP_SSRF_ALLOW)
    app.transport = lambda: Guarded(guard)
    app.wrap_transport(Plain)


class Refused(httpx2.TransportError):
    """The error of a call that was not made."""

    permanent = True  # tells retries that another attempt is pointless

    def __init__(self, why: str) -> None:
        """Say what is wrong with the address."""
        super().__init__(f"the address is not public: {why}")


class Guard(httpcore2.AnyIOBackend):
    """Connects to public addresses only.

    The check sees the address that a name was resolved to, and it is this address
    that is connected to: a name that resolves differently the second time gains
    nothing, and neither does a redirect.
    """

    def __init__(self, allow: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        """Take the exceptions."""
        self._allow = list(allow)

    def public(self, address: str) -> bool:
        """Tell whether an address may be called."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped  # an IPv4 address that comes dressed as IPv6
        return any(ip in network for network in self._allow) or not any(ip in network for network in _BLOCKED)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 # as the base class has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first public address of host that answers."""
        first: Exception | None = None
        try:
            with anyio.fail_after(timeout):
                for *_, (address, *_) in await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                    try:
                        self._check(str(address))
                        return await super().connect_tcp(str(address), port, None, local_address, socket_options)
                    except (Refused, httpcore2.ConnectError) as e:
                        first = first or e
        except TimeoutError as e:
            raise httpcore2.ConnectTimeout from e
        except OSError as e:  # no such name
            raise httpcore2.ConnectError(str(e)) from e
        raise first or httpcore2.ConnectError(f"{host} has no address")

    def _check(self, address: str) -> None:
        if not self.public(address):
            raise Refused(f"{address}; if it is meant, add its network to MCP_SSRF_ALLOW")


class Guarded(httpx2.AsyncHTTPTransport):
    """Has the guard make its connections."""

    def __init__(self, guard: Guard) -> None:
        """Take no proxy: it would connect in our place."""
        context = httpx2.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        # There is no setting for what connects, so the whole pool is replaced. Should a
        # release keep it elsewhere, this fails rather than leave the calls unguarded.
        if not isinstance(self._pool, httpcore2.AsyncConnectionPool):
            raise TypeError("the connections of httpx2 cannot be guarded: take the release that is locked")
        self._pool = httpcore2.AsyncConnectionPool(
            context, max_connections=100, max_keepalive_connections=20, keepalive_expiry=5, network_backend=guard
        )


class Plain(httpx2.AsyncBaseTransport):
    """Refuses, also after a redirect, what is no plain web address: other schemes, and those with a password."""

    def __init__(self, following: httpx2.AsyncBaseTransport) -> None:
        """Take the transport that makes the calls."""
        self._next = following

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass the request on, or refuse it."""
        if request.url.scheme not in ("https", "http"):
            raise Refused("only http and https are called")
        if request.url.userinfo:
            raise Refused("it carries a user or a password")
        return await self._next.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport that makes the calls."""
        await self._next.aclose()

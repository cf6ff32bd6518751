"""The tool, and both eras over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentTypeError
from typing import Any

import pytest
from httpx2 import Client as Http
from mcp import Client
from mcp.types import TextContent
from starlette.testclient import TestClient

from acme_server.__main__ import address, http_endpoint, new_server
from acme_server.wire import Guard

MODERN = "2026-07-28"
META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}
HEADERS = {"Accept": "application/json, text/event-stream"}


@pytest.mark.anyio
async def test_count_words() -> None:
    async with Client(new_server()) as client:
        result = await client.call_tool("count_words", {"text": "to be\nor not"})
        assert result.structured_content == {"words": 4, "lines": 2}
        for arguments, says in [({"text": ""}, "pass the text"), ({"words": "?"}, "text: Field required")]:
            refused = await client.call_tool("count_words", arguments)
            assert refused.is_error
            assert isinstance(refused.content[0], TextContent)
            assert says in refused.content[0].text


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def message(method: str, identity: int = 1, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identity, "method": method, "params": params}


def initialize(revision: str) -> dict[str, Any]:
    client = {"name": "test", "version": "1"}
    return message("initialize", protocolVersion=revision, capabilities={}, clientInfo=client)


@pytest.fixture
def http() -> Any:
    with TestClient(Guard(http_endpoint()), base_url="http://127.0.0.1:8080", headers=HEADERS) as client:
        yield client


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_handshake_era(http: Any, revision: str) -> None:
    answer = http.post("/mcp", json=initialize(revision))
    assert answer.status_code == 200
    assert f'"protocolVersion":"{revision}"' in answer.text
    session = {"Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": revision}
    told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert http.post("/mcp", json=told, headers=session).status_code == 202
    answer = http.post("/mcp", json=message("tools/list", 2), headers=session)
    assert "count_words" in answer.text


def test_stateless_era(http: Any) -> None:
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}
    answer = http.post("/mcp", json=message("tools/list", _meta=META), headers=headers)
    assert answer.json()["result"]["tools"][0]["name"] == "count_words"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Origin": "http://127.0.0.1:8080"}, "{}", 400),
        ({"Origin": "https://evil.example"}, "{}", 403),
        ({"Host": "evil.example"}, "{}", 403),
        ({"Content-Type": "text/plain"}, "{}", 415),
        ({}, "{", 400),
        ({}, " " * (5 << 20), 413),
    ],
)
def test_strange_requests(http: Any, headers: dict[str, str], body: str, status: int) -> None:
    answer = http.post("/mcp", content=body, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == status, answer.text


def test_batch_over_http(http: Any) -> None:
    answer = http.post("/mcp", json=initialize("2025-03-26"))
    session = {"Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-03-26"}
    answer = http.post("/mcp", json=[message("ping", 7), {"jsonrpc": "1.0"}], headers=session)
    assert '"id":7' in answer.text
    assert "-32600" in answer.text


def test_the_end_over_http() -> None:
    """Streams that stay open do not keep the server from ending."""
    command = [sys.executable, "-m", "acme_server", "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:  # noqa: S603
        assert program.stderr is not None
        url = program.stderr.readline().split()[-1]
        headers = {**HEADERS, "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}
        with Http(headers=headers, timeout=30) as http:
            assert "count_words" in http.post(url, json=message("tools/list", _meta=META)).text
        with Http(headers=HEADERS, timeout=30) as http:
            session = {"Mcp-Session-Id": http.post(url, json=initialize("2025-11-25")).headers["mcp-session-id"]}
            with http.stream("GET", url, headers=session) as stream:
                assert stream.status_code == 200
                program.terminate()
                assert "".join(stream.iter_text()) == ""
        assert program.wait(4) == (1 if sys.platform == "win32" else 0)
        assert program.stderr.read() == ""


@pytest.mark.parametrize("addr", ["8080", "localhost:", "127.0.0.1:65536", "127.0.0.1:x"])
def test_addresses_that_are_none(addr: str) -> None:
    with pytest.raises(ArgumentTypeError):
        address(addr)


def test_standard_streams() -> None:
    lines = [initialize("2025-03-26"), [message("ping", 2), message("initialize", 3)], message("tools/list", 4), "?"]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "no JSON\n"
    command = [sys.executable, "-m", "acme_server"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    refusals = {a["id"]: a.get("error", {}).get("code") for a in answers if a["id"]}
    assert refusals == {1: None, 2: None, 3: -32600, 4: None}
    assert [a["error"]["code"] for a in answers if a["id"] is None] == [-32600, -32700]
    assert done.stderr == ""

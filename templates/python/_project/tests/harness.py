"""What the tests of the whole server share."""

from __future__ import annotations

import io
from typing import Any

from mcp import Client
from mcp.types import Tool
from starlette.testclient import TestClient

from acme_server.app import App, Build
from acme_server.config import load
from acme_server.offers import CallTool
from acme_server.parts import parts

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]

MODERN = "2026-07-28"

META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}


def new_app(**environ: str) -> tuple[App, io.StringIO]:
    """Make the server with settings. Its log is what comes second."""
    config, _ = load("", environ)
    log = io.StringIO()
    return App(config, Build("test", log)), log


def connect(app: App, era: str = "legacy", **options: Any) -> Client:
    """Make a client that is connected in memory, as over stdio, and speaks one era: legacy or MODERN."""
    return Client(app.server, mode=era, **options)


def http(app: App) -> TestClient:
    """Make a client of the MCP port; within a with statement it is open."""
    headers = {"Accept": "application/json, text/event-stream"}
    return TestClient(app.http(), base_url="http://127.0.0.1:8080", headers=headers)


def admin(app: App) -> TestClient:
    """Make a client of the admin port."""
    return TestClient(app.admin_http(), base_url="http://127.0.0.1:9090")


def message(method: str, identity: int = 1, **params: Any) -> dict[str, Any]:
    """Return a request."""
    return {"jsonrpc": "2.0", "id": identity, "method": method, "params": params}


def initialize(revision: str = "2025-11-25") -> dict[str, Any]:
    """Return the request that opens a session of the handshake era."""
    client = {"name": "test", "version": "1"}
    return message("initialize", protocolVersion=revision, capabilities={}, clientInfo=client)


def text(result: Any) -> str:
    """Return what a result of a tool says in words."""
    return "".join(block.text for block in result.content if block.type == "text")


def has(part: str) -> bool:
    """Tell whether the server was made with a part."""
    return part in [name for name, _ in parts()]


def offer(app: App, name: str, call: CallTool) -> None:
    """Offer a tool that does as it is told."""
    app.offers.tools[name] = Tool(name=name, input_schema={"type": "object"}), call

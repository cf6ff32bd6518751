"""An MCP server. Without --http it speaks over standard input and output."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import importlib.util
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from acme_server.wire import Endpoint, Guard, Stdio, name_all_revisions, own_stdio

__version__ = "0.1.0"

MAX_MESSAGE = 4 << 20  # bytes


class CountInput(BaseModel):
    """What count_words takes; the input schema of the tool comes from here."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="the text to count in")


class CountOutput(BaseModel):
    """What count_words answers; the output schema of the tool comes from here."""

    words: int = Field(description="how many words the text has")
    lines: int = Field(description="how many lines the text has")


def count_words(args: CountInput) -> CountOutput:
    """Count the words and lines of a text."""
    if not args.text:
        # The model sees this text: say what to do.
        raise ValueError("text is empty: pass the text to count in")
    return CountOutput(words=len(args.text.split()), lines=args.text.count("\n") + 1)


# Each tool with what it takes and what it does.
TOOLS: dict[str, tuple[Tool, type[BaseModel], Callable[[Any], BaseModel]]] = {
    "count_words": (
        Tool(
            name="count_words",
            title="Count words",
            description="Counts the words and lines of a text.",
            input_schema=CountInput.model_json_schema(),
            output_schema=CountOutput.model_json_schema(),
            annotations=ToolAnnotations(
                read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False
            ),
        ),
        CountInput,
        count_words,
    ),
}


def new_server() -> Server[Any]:
    """Make the MCP server with all its tools."""
    server: Server[Any] = Server(
        "acme-server",
        title="Acme Server",
        version=__version__,
        website_url="https://github.com/acme-owner/acme-server",
        instructions="Counts words.",
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )
    name_all_revisions(server)
    if importlib.util.find_spec("acme_server.added"):  # what mcpctl add has added to this project
        importlib.import_module("acme_server.added").register(server)
    return server


async def _list_tools(_: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
    if params is not None and params.cursor is not None:
        raise MCPError(INVALID_PARAMS, "there is no such cursor: the list has one page")
    return ListToolsResult(tools=[tool for tool, _, _ in TOOLS.values()])


async def _call_tool(_: Any, params: CallToolRequestParams) -> CallToolResult:
    if params.name not in TOOLS:
        raise MCPError(INVALID_PARAMS, f'unknown tool "{params.name}"')
    _, takes, call = TOOLS[params.name]
    try:
        answer = call(takes.model_validate(params.arguments or {}, strict=True))
    except ValidationError as e:
        wrong = "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in e.errors())
        return _failed(f"the arguments are wrong: {wrong}")
    except ValueError as e:
        return _failed(str(e))
    return CallToolResult(
        content=[TextContent(type="text", text=answer.model_dump_json())],
        structured_content=answer.model_dump(mode="json"),
    )


def _failed(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def main() -> None:
    """Serve until the client goes or the process is told to end."""
    parser = argparse.ArgumentParser("acme-server", description="An MCP server.")
    parser.add_argument("--http", metavar="ADDR", type=address, help="serve HTTP on ADDR, as in 127.0.0.1:8080")
    http = parser.parse_args().http
    logging.basicConfig(level=logging.WARNING, format="acme-server: %(message)s")
    try:
        asyncio.run(serve_http(*http) if http else serve_stdio())
    except OSError as e:
        sys.exit(f"acme-server: {e}")


def address(text: str) -> tuple[str, int]:
    """Read host:port; without a host it means all interfaces."""
    host, colon, port = text.rpartition(":")
    if not (colon and port.isdecimal() and int(port) < 1 << 16):
        raise argparse.ArgumentTypeError(f'"{text}" is no address: write host:port')
    return host.strip("[]"), int(port)


async def serve_stdio() -> None:
    """Serve one client."""
    stdio = Stdio(new_server(), *own_stdio(), MAX_MESSAGE)
    on_signal(stdio.stop)
    await stdio.run()


async def serve_http(host: str, port: int) -> None:
    """Serve clients of both eras at /mcp."""
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    endpoint = http_endpoint()
    # Seconds in which what is under way is answered.
    server = _Server(uvicorn.Config(Guard(endpoint), log_config=None, access_log=False, timeout_graceful_shutdown=5))

    def end() -> None:
        endpoint.end_streams()
        server.should_exit = True

    on_signal(end)
    host, port = listening.getsockname()[:2]
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    print(f"acme-server: serving MCP on http://{where}/mcp", file=sys.stderr, flush=True)
    await server.serve(sockets=[listening])


def http_endpoint() -> Endpoint:
    """Make the HTTP side: the SDK's, which serves both eras, behind what it leaves to us."""
    app = new_server().streamable_http_app(host="", max_request_body_size=MAX_MESSAGE, session_idle_timeout=3600)
    return Endpoint(app, max_body=MAX_MESSAGE)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would end the process with one."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def on_signal(end: Callable[[], None]) -> None:
    """Call end at the first SIGINT or SIGTERM; a second one ends the process."""
    loop = asyncio.get_running_loop()

    def first(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(end)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, first)


if __name__ == "__main__":
    main()

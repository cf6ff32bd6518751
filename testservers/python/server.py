"""An example server on the Python SDK's high-level API, for mcpctl's tests.

The SDK's wheel ships no example program, so this one stands in: it uses every
feature that the public MCPServer class offers and nothing private, so what
mcpctl finds here is the SDK's own behaviour, not ours.

    server.py                        stdio
    server.py --http PORT            Streamable HTTP on 127.0.0.1:PORT/mcp
    server.py --sse PORT             HTTP+SSE on 127.0.0.1:PORT/sse
"""

import argparse
from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
    ToolAnnotations,
)
from pydantic import BaseModel, Field

CITIES = ["Aarhus", "Accra", "Athens", "Bergen", "Bogota", "Bristol"]

server = MCPServer(
    name="mcpctl-python-example",
    title="Python SDK example",
    version="1.0.0",
    instructions="An example server. Its tools change nothing.",
    log_level="WARNING",
)


class Sum(BaseModel):
    """The answer of the add tool."""

    total: int = Field(description="left plus right")


@server.tool(annotations=ToolAnnotations(title="Add", read_only_hint=True))
def add(left: Annotated[int, Field(description="first addend")], right: int) -> Sum:
    """Add two integers and answer with structured content."""
    return Sum(total=left + right)


@server.tool(annotations=ToolAnnotations(title="Echo", read_only_hint=True))
def echo(text: str) -> str:
    """Answer with the text that was sent."""
    return text


@server.tool()
async def count(steps: Annotated[int, Field(ge=1, le=10)], ctx: Context) -> str:
    """Report progress and log once per step."""
    for step in range(1, steps + 1):
        await ctx.report_progress(step, steps, f"step {step}")
        await ctx.info(f"step {step} of {steps}")
    return f"counted to {steps}"


@server.tool()
def fail(reason: str) -> str:
    """Always fail, to show a tool's own error."""
    raise ValueError(reason)


@server.resource("example://greeting", name="greeting", mime_type="text/plain")
def greeting() -> str:
    """A text that never changes."""
    return "Hello from the Python example server."


@server.resource("example://pixel", name="pixel", mime_type="application/octet-stream")
def pixel() -> bytes:
    """Four bytes, to show a blob."""
    return bytes([0, 127, 128, 255])


@server.resource("example://weather/{city}", name="weather", mime_type="application/json")
def weather(city: str) -> dict[str, str]:
    """Invented weather of a city."""
    return {"city": city, "sky": "clear"}


@server.prompt(title="Greet")
def greet(name: str, tone: str = "warm") -> list[UserMessage]:
    """Ask for a greeting."""
    return [UserMessage(f"Write one {tone} sentence that greets {name}.")]


@server.completion()
async def complete(
    ref: PromptReference | ResourceTemplateReference,
    argument: CompletionArgument,
    context: CompletionContext | None,
) -> Completion | None:
    """Complete the city of the weather template and the tone of the prompt."""
    choices = CITIES if isinstance(ref, ResourceTemplateReference) else ["dry", "formal", "warm"]
    found = [word for word in choices if word.lower().startswith(argument.value.lower())]
    return Completion(values=found, total=len(found), has_more=False)


def main() -> None:
    """Serve on the transport that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--http", type=int, metavar="PORT", help="serve Streamable HTTP on 127.0.0.1")
    where.add_argument("--sse", type=int, metavar="PORT", help="serve HTTP+SSE on 127.0.0.1")
    args = parser.parse_args()
    if args.http is not None:
        server.run("streamable-http", host="127.0.0.1", port=args.http)
    elif args.sse is not None:
        server.run("sse", host="127.0.0.1", port=args.sse)
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()

"""How a tool is made of a function and what it takes and gives."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from httpx2 import AsyncClient
from mcp.shared.exceptions import MCPError
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    Icon,
    InputRequiredResult,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, ConfigDict, ValidationError

#mcpctl:if elicitation
from acme_server.elicitation import Sealer
#mcpctl:end
from acme_server.log import Log
from acme_server.middleware import Context
from acme_server.notes import Notebook
from acme_server.offers import Offers
from acme_server.problem import Problem, shielded
#mcpctl:if elicitation || legacy
from acme_server.rounds import next_call
#mcpctl:end
#mcpctl:if tasks
from acme_server.tasks import Store
#mcpctl:end

In = TypeVar("In", bound="Input")


@dataclass
class Deps:
    """What tools work with."""

    notes: Notebook
    log: Log
    fetch_hosts: list[str]  # which hosts fetch_page may ask
    #mcpctl:if elicitation
    sealer: Sealer = field(init=False)  # keeps questions to the user from being forged
    #mcpctl:end
    #mcpctl:if tasks
    tasks: Store = field(init=False)
    #mcpctl:end
    client: AsyncClient = field(init=False)  # for calls to other services


class Input(BaseModel):
    """What a tool takes; its input schema comes from here."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Call:
    """One call of a tool."""

    context: Context
    params: CallToolRequestParams


class Output(BaseModel):
    """What a tool gives; its output schema comes from here. What is None is left out."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Given:
    """An output with content besides it."""

    output: BaseModel
    content: list[ContentBlock]


Work = Callable[[In, Call], Awaitable[BaseModel | Given | InputRequiredResult]]


def add(offers: Offers, deps: Deps, tool: Tool, takes: type[In], gives: type[BaseModel], work: Work[In]) -> None:
    """Offer a tool, whose schemas come from what it takes and gives."""
    tool.icons = ICON
    tool.input_schema, tool.output_schema = schema(takes), schema(gives)

    async def call(context: Context, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        try:
            args = takes.model_validate(params.arguments or {}, strict=True)
        except ValidationError as e:
            wrong = "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in e.errors())
            return failed(f"the arguments are wrong: {wrong}")
        try:
            done = await work(args, Call(context, params))
            #mcpctl:if elicitation || legacy
            while isinstance(done, InputRequiredResult) and (following := await next_call(context, params, done)):
                done = await work(args, Call(context, following))
            #mcpctl:end
        except MCPError:
            raise
        except Exception as e:
            return failed(str(shielded(e, tool.name, deps.log)))
        if isinstance(done, InputRequiredResult):
            return done
        given = done if isinstance(done, Given) else Given(done, [])
        output = given.output.model_dump(mode="json", exclude_none=True)
        # For clients that know no structured content.
        summary = TextContent(type="text", text=json.dumps(output, ensure_ascii=False, separators=(",", ":")))
        return CallToolResult(content=[*given.content, summary], structured_content=output)

    offers.tools[tool.name] = tool, call


def describe(name: str, title: str, description: str, annotations: ToolAnnotations) -> Tool:
    """Say what clients show of a tool; add sees to the rest."""
    return Tool(name=name, title=title, description=description, annotations=annotations, input_schema={})


def failed(text: str) -> CallToolResult:
    """Return the result of a call that failed."""
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model in one piece, with no titles that only repeat the names."""
    whole = model.model_json_schema(mode="serialization" if issubclass(model, Output) else "validation")
    parts = whole.pop("$defs", {})

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        own = {key: value for key, value in node.items() if key not in ("$ref", "title")}
        if "$ref" in node:
            own = {**parts[node["$ref"].removeprefix("#/$defs/")], **own}
        match own.get("anyOf"):
            case [kind, {"type": "null"}]:  # what is None is left out
                own = {**kind, **{key: value for key, value in own.items() if key not in ("anyOf", "default")}}
        if "properties" in own:  # a model, whose description is for its readers
            own = {key: value for key, value in own.items() if key not in ("description", "title")}
            properties = {name: plain(value) for name, value in own.pop("properties").items()}
            return {**{key: plain(value) for key, value in own.items()}, "properties": properties}
        return {key: plain(value) for key, value in own.items()}

    plain_whole: dict[str, Any] = plain(whole)
    return plain_whole


# The hints that clients go by when they ask their users for consent.
def read_only(open_world: bool = False) -> ToolAnnotations:
    """Hint that a tool only reads."""
    return ToolAnnotations(
        read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=open_world
    )


def additive(open_world: bool = False) -> ToolAnnotations:
    """Hint that a tool adds, and takes nothing away."""
    return ToolAnnotations(
        read_only_hint=False, idempotent_hint=False, destructive_hint=False, open_world_hint=open_world
    )


def destructive() -> ToolAnnotations:
    """Hint that a tool takes something away."""
    return ToolAnnotations(read_only_hint=False, idempotent_hint=True, destructive_hint=True, open_world_hint=False)


# Shows in clients that draw icons. It is inline, so that nothing need be fetched.
ICON = [
    Icon(
        src="data:image/svg+xml;base64,"
        "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxNiAxNiI+PHBhdGggZD0iTTMgMWgxMHYx"
        "NEgzeiIgZmlsbD0iI2ZmZiIgc3Ryb2tlPSIjMzMzIi8+PHBhdGggZD0iTTUgNWg2TTUgOGg2TTUgMTFoNCIgc3Ryb2tlPSIjMzMzIi8+PC9z"
        "dmc+",
        mime_type="image/svg+xml",
        sizes=["any"],
    )
]


def not_found(identity: str) -> Problem:
    """Return the problem of a note that is not there."""
    return Problem("not_found", f"There is no note {identity}.", "Find its id with search_notes.")

"""What the official suite calls by name, for a server that the Python template makes.

The test that uses this puts it into the project as the module that makes the
server; the transports, and what checks messages there, stay the template's.
"""

import asyncio
import base64
import json
from typing import Annotated, Any

from mcp.server.mcpserver import Context, Elicit, ElicitationResult, MCPServer, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import Prompt, UserMessage
from mcp.shared.exceptions import MCPError
from mcp.types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    Completion,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, Field, create_model

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

server = MCPServer(name="fixtures", version="1")
low = server._lowlevel_server


from .wire import name_all_revisions  # noqa: E402

name_all_revisions(low)


def new_server(*_: Any) -> Any:
    return low


def text(value: str) -> TextContent:
    return TextContent(type="text", text=value)


def image() -> ImageContent:
    return ImageContent(type="image", data=PIXEL, mime_type="image/png")


def embedded(uri: str) -> EmbeddedResource:
    return EmbeddedResource(
        type="resource", resource=TextResourceContents(uri=uri, mime_type="text/plain", text="embedded")
    )


# Content.


@server.tool()
def test_simple_text() -> str:
    return "This is a simple text response for testing."


@server.tool()
def test_image_content() -> list[ImageContent]:
    return [image()]


@server.tool()
def test_audio_content() -> list[AudioContent]:
    return [AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")]


@server.tool()
def test_embedded_resource() -> list[EmbeddedResource]:
    return [embedded("test://embedded-resource")]


@server.tool()
def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    return [text("three kinds"), image(), embedded("test://mixed-content-resource")]


@server.tool()
def test_error_handling() -> str:
    raise ToolError("This tool intentionally returns an error for testing")


# What is sent while a call runs.


@server.tool()
async def test_tool_with_logging(ctx: Context) -> str:
    for step in ("started", "works", "ended"):
        await ctx.info(f"the tool {step}")
        await asyncio.sleep(0.05)
    return "logged"


@server.tool()
async def test_logging_tool(ctx: Context) -> str:
    await ctx.info("once")
    return "logged"


@server.tool()
async def test_tool_with_progress(ctx: Context) -> str:
    for done in (0, 50, 100):
        await ctx.report_progress(progress=done, total=100)
        await asyncio.sleep(0.05)
    return "done"


@server.tool()
async def test_sampling(prompt: str, ctx: Context) -> str:
    message = SamplingMessage(role="user", content=text(prompt))
    answer = await ctx.session.create_message(messages=[message], max_tokens=100, related_request_id=ctx.request_id)
    return f"LLM response: {answer.content.text}"


# Questions in the handshake era.


async def ask(ctx: Context, message: str, schema: type[BaseModel]) -> str:
    answer = await ctx.elicit(message=message, schema=schema)
    content = answer.data.model_dump_json() if answer.action == "accept" else "{}"
    return f"action={answer.action}, content={content}"


class Answer(BaseModel):
    response: str = Field(description="the answer")


def fields(**each: tuple[Any, Any, dict[str, Any]]) -> type[BaseModel]:
    made = {name: (kind, Field(default=default, json_schema_extra=extra)) for name, (kind, default, extra) in each.items()}
    return create_model("Fields", **made)


DEFAULTS = fields(
    name=(str, "John Doe", {}),
    age=(int, 30, {}),
    score=(float, 95.5, {}),
    status=(str, "active", {"enum": ["active", "inactive", "pending"]}),
    verified=(bool, True, {}),
)


def titled(*names: str) -> list[dict[str, str]]:
    return [{"const": name, "title": name.title()} for name in names]


ENUMS = fields(
    untitledSingle=(str, ..., {"enum": ["active", "inactive", "pending"]}),
    titledSingle=(str, ..., {"oneOf": titled("low", "medium", "high")}),
    untitledMulti=(list[str], ..., {"items": {"type": "string", "enum": ["read", "write", "execute"]}}),
    titledMulti=(list[str], ..., {"items": {"anyOf": titled("feature", "bug", "docs")}}),
    legacyEnum=(str, ..., {"enum": ["small", "large"], "enumNames": ["Small Size", "Large Size"]}),
)


@server.tool()
async def test_elicitation(message: str, ctx: Context) -> str:
    return await ask(ctx, message, Answer)


@server.tool()
async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
    return await ask(ctx, "defaults", DEFAULTS)


@server.tool()
async def test_elicitation_sep1330_enums(ctx: Context) -> str:
    return await ask(ctx, "enums", ENUMS)


# Questions since then.


@server.tool()
async def test_streaming_elicitation(
    answer: Annotated[ElicitationResult[Answer], Resolve(lambda: Elicit("a word?", Answer))],
) -> str:
    return f"elicitation {answer.action}"


@server.tool()
async def test_missing_capability(ctx: Context) -> str:
    able = ctx.session.client_capabilities
    if able is None or able.sampling is None:
        data = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "sampling is needed", data)
    return "sampling is there"


def form(message: str, kind: str = "string", name: str = "name") -> ElicitRequest:
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(prompt: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=text(prompt))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=50))


def needs(ctx: Context, state: str | None, **requests: Any) -> InputRequiredResult | None:
    """Ask for what has not been answered yet."""
    if requests.keys() <= (ctx.input_responses or {}).keys() and (state is None or ctx.request_state == state):
        return None
    return InputRequiredResult(input_requests=requests, request_state=state)


@server.tool()
async def test_input_required_result_elicitation(ctx: Context) -> str | InputRequiredResult:
    if asked := needs(ctx, None, user_name=form("What is your name?")):
        return asked
    return f"Hello, {(ctx.input_responses['user_name'].content or {}).get('name')}!"


@server.tool()
async def test_input_required_result_sampling(ctx: Context) -> str | InputRequiredResult:
    return needs(ctx, None, capital_question=sample("What is the capital of France?")) or "sampled"


@server.tool()
async def test_input_required_result_list_roots(ctx: Context) -> str | InputRequiredResult:
    return needs(ctx, None, client_roots=ListRootsRequest()) or "listed"


@server.tool()
async def test_input_required_result_request_state(ctx: Context) -> str | InputRequiredResult:
    return needs(ctx, "nonce", confirm=form("Sure?", "boolean", "ok")) or "state-ok"


@server.tool()
async def test_input_required_result_tampered_state(ctx: Context) -> str | InputRequiredResult:
    return needs(ctx, "round-1", confirm=form("Sure?", "boolean", "ok")) or "state-ok"


@server.tool()
async def test_input_required_result_multiple_inputs(ctx: Context) -> str | InputRequiredResult:
    asked = {"user_name": form("Who?"), "greeting": sample("Greet"), "client_roots": ListRootsRequest()}
    return needs(ctx, "all", **asked) or "All inputs received."


@server.tool()
async def test_input_required_result_multi_round(ctx: Context) -> str | InputRequiredResult:
    done = int(ctx.request_state or 0)
    if done and f"step{done}" not in (ctx.input_responses or {}):
        done = 0
    if done == 2:
        return "two rounds"
    step = form(f"Step {done + 1}?", name="name" if done == 0 else "color")
    return InputRequiredResult(input_requests={f"step{done + 1}": step}, request_state=str(done + 1))


@server.tool()
async def test_input_required_result_capabilities(ctx: Context) -> InputRequiredResult:
    able, requests = ctx.client_capabilities, {}
    if able is None or able.sampling is not None:
        requests["sample"] = sample("Say hello")
    if able is None or able.elicitation is not None:
        requests["ask"] = form("Who?")
    return InputRequiredResult(input_requests=requests, request_state="gated")


@server.prompt()
async def test_input_required_result_prompt(ctx: Context) -> list[UserMessage] | InputRequiredResult:
    return needs(ctx, None, user_context=form("Which context?", name="context")) or [UserMessage("with context")]


# Schemas and headers.


@server.tool()
def test_x_mcp_header(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})] = "none") -> str:
    return region


@server.tool()
def json_schema_2020_12_tool() -> str:
    return "the schema is set below"


server._tool_manager._tools["json_schema_2020_12_tool"].parameters = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}}}},
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}, "phone": {"type": "string"}},
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["name"]}]}],
    "if": {"required": ["address"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["name"]},
    "additionalProperties": False,
}


# Lists that change.


@server.tool()
async def test_trigger_tool_change(ctx: Context) -> str:
    server.add_tool(test_simple_text, name="test_dynamic_tool")
    server.remove_tool("test_dynamic_tool")
    await ctx.notify_tools_changed()
    return "changed"


@server.tool()
async def test_trigger_prompt_change(ctx: Context) -> str:
    server.add_prompt(Prompt.from_function(test_simple_text, name="test_dynamic_prompt", description="dynamic"))
    server.remove_prompt("test_dynamic_prompt")
    await ctx.notify_prompts_changed()
    return "changed"


# Resources, prompts, completion.


@server.resource("test://static-text")
def static_text() -> str:
    return "a text"


@server.resource("test://static-binary")
def static_binary() -> bytes:
    return base64.b64decode(PIXEL)


@server.resource("test://template/{id}/data")
def template(id: str) -> str:
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


@server.resource("test://watched-resource")
def watched() -> str:
    return "watched"


@server.prompt()
def test_simple_prompt() -> list[UserMessage]:
    return [UserMessage("This is a simple prompt for testing.")]


@server.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
    return [UserMessage(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]


@server.prompt()
def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:
    return [UserMessage(content=embedded(resourceUri)), UserMessage("Look at it.")]


@server.prompt()
def test_prompt_with_image() -> list[UserMessage]:
    return [UserMessage(content=image()), UserMessage("Look at it.")]


@server.completion()
async def complete(*_: Any) -> Completion:
    return Completion(values=[], total=0, has_more=False)


async def accept(*_: Any) -> EmptyResult:
    return EmptyResult()


for method, params in {
    "logging/setLevel": SetLevelRequestParams,
    "resources/subscribe": SubscribeRequestParams,
    "resources/unsubscribe": UnsubscribeRequestParams,
}.items():
    low.add_request_handler(method, params, accept)

for offered in [*server._tool_manager._tools.values(), *server._prompt_manager._prompts.values()]:
    offered.description = offered.name

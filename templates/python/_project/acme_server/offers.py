"""What the server offers: the parts add to it while the server is built, and the SDK asks it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

from mcp.server.lowlevel import NotificationOptions, Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    ServerCapabilities,
    Tool,
)

from acme_server.middleware import Context

CallTool: TypeAlias = Callable[[Context, CallToolRequestParams], Awaitable[CallToolResult | InputRequiredResult]]

Read: TypeAlias = Callable[[Context, str], Awaitable[ReadResourceResult]]
"""Reads a resource by its URI; what is not there is a KeyError."""

GetPrompt: TypeAlias = Callable[[dict[str, str]], Awaitable[GetPromptResult]]


@dataclass
class Offers:
    """The tools, resources and prompts, by name or URI."""

    tools: dict[str, tuple[Tool, CallTool]] = field(default_factory=dict)
    resources: dict[str, tuple[Resource, Read]] = field(default_factory=dict)
    templates: dict[str, tuple[ResourceTemplate, Read]] = field(default_factory=dict)
    prompts: dict[str, tuple[Prompt, GetPrompt]] = field(default_factory=dict)

    def handlers(self) -> dict[str, Any]:
        """Return the handlers of what there is, as the SDK's server takes them."""
        handlers: dict[str, Any] = {"on_list_tools": self._list_tools, "on_call_tool": self._call_tool}
        # Otherwise the SDK would list all tools before each call: a request that nobody sent.
        handlers["get_tool_input_schema"] = self._input_schema
        if self.resources or self.templates:
            handlers["on_list_resources"] = self._list_resources
            handlers["on_list_resource_templates"] = self._list_templates
            handlers["on_read_resource"] = self._read
        if self.prompts:
            handlers |= {"on_list_prompts": self._list_prompts, "on_get_prompt": self._get_prompt}
        return handlers

    async def _list_tools(self, _: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        _one_page(params)
        return ListToolsResult(tools=[tool for tool, _ in self.tools.values()])

    def _input_schema(self, name: str) -> dict[str, Any] | None:
        return self.tools[name][0].input_schema if name in self.tools else None

    async def _call_tool(self, ctx: Context, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        if params.name not in self.tools:
            raise MCPError(INVALID_PARAMS, f'unknown tool "{params.name}"')
        _, call = self.tools[params.name]
        return await call(ctx, params)

    async def _list_resources(self, _: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        _one_page(params)
        return ListResourcesResult(resources=[resource for resource, _ in self.resources.values()])

    async def _list_templates(self, _: Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        _one_page(params)
        return ListResourceTemplatesResult(resource_templates=[template for template, _ in self.templates.values()])

    async def _read(self, ctx: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        uri = str(params.uri)
        try:
            return await self.reader(uri)(ctx, uri)
        except KeyError:
            raise MCPError(INVALID_PARAMS, "Resource not found", {"uri": uri}) from None

    def reader(self, uri: str) -> Read:
        """Return what reads a URI; a KeyError says that nothing does."""
        if uri in self.resources:
            return self.resources[uri][1]
        for template, (_, read) in self.templates.items():
            if variable(template, uri) is not None:
                return read
        raise KeyError(uri)

    async def _list_prompts(self, _: Context, params: PaginatedRequestParams | None) -> ListPromptsResult:
        _one_page(params)
        return ListPromptsResult(prompts=[prompt for prompt, _ in self.prompts.values()])

    async def _get_prompt(self, _: Context, params: GetPromptRequestParams) -> GetPromptResult:
        if params.name not in self.prompts:
            raise MCPError(INVALID_PARAMS, f'unknown prompt "{params.name}"')
        prompt, get = self.prompts[params.name]
        given = params.arguments or {}
        for argument in prompt.arguments or []:
            if argument.required and argument.name not in given:
                raise MCPError(INVALID_PARAMS, f'the argument "{argument.name}" is missing')
        return await get(given)


class AnnouncingServer(Server[Any]):
    """A server that says that its lists may change."""

    def get_capabilities(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
        *,
        protocol_version: str | None = None,
    ) -> ServerCapabilities:
        """Return what the server can do."""
        changing = notification_options or NotificationOptions()
        changing.prompts_changed = changing.resources_changed = changing.tools_changed = True
        return super().get_capabilities(
            changing, experimental_capabilities, extensions, protocol_version=protocol_version
        )


def variable(template: str, uri: str) -> str | None:
    """Return the value in a URI of the one variable at the end of a template; None: it is none of the template's.

    A variable written {+name} may contain slashes.
    """
    prefix, brace, name = template.partition("{")
    value = uri.removeprefix(prefix)
    if not brace or not uri.startswith(prefix) or not value or ("/" in value and not name.startswith("+")):
        return None
    return unquote(value) if re.fullmatch(r"[^{}?#]+", value) else None


def _one_page(params: PaginatedRequestParams | None) -> None:
    if params is not None and params.cursor is not None:
        raise MCPError(INVALID_PARAMS, "there is no such page: the cursor is not one of this list's")

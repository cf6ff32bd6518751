"""Answers two questions that the server's guards share.

What is a request about, and how does one refuse it so that the caller knows
what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

# Kinds of things that a request can be about.
TOOL = "tool"
RESOURCE = "resource"
PROMPT = "prompt"

# Codes of refusals. They lie outside of what JSON-RPC and MCP reserve for
# themselves (-32768 to -32000) and end like the HTTP statuses that say the same.
FORBIDDEN = -31403
RATE_LIMITED = -31429
UNAVAILABLE = -31502
OVERLOADED = -31503
TIMEOUT = -31504

_STATELESS = "2026-07-28"  # revisions are dates and sort as text

# What a request is about, by method, and which of its parameters names it.
_TARGETS = {
    "tools/call": (TOOL, "name"),
    "resources/read": (RESOURCE, "uri"),
    "resources/subscribe": (RESOURCE, "uri"),
    "prompts/get": (PROMPT, "name"),
}

_WORK = {"tools/call", "resources/read", "prompts/get", "completion/complete"}

Ctx = ServerRequestContext[Any, Any]


def target(ctx: Ctx) -> tuple[str, str]:
    """Return the kind and the name (of a resource: the URI or the URI template) of what a request wants to use.

    Both are empty for requests about no single thing, such as lists. Parameters
    are not checked yet at this point: a name that is no text counts as empty.
    """
    params: Any = ctx.params or {}
    if ctx.method != "completion/complete":
        kind, key = _TARGETS.get(ctx.method, ("", ""))
        return kind, _text(params.get(key))
    ref = params.get("ref")
    if not isinstance(ref, dict):
        return "", ""
    if ref.get("type") == "ref/prompt":
        return PROMPT, _text(ref.get("name"))
    return RESOURCE, _text(ref.get("uri"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def is_work(method: str) -> bool:
    """Tell whether a method makes the server work for the caller.

    Only such methods are limited, timed and queued: lists are cheap, and a
    subscription lives as long as the caller wants it to.
    """
    return method in _WORK


def stateless(ctx: Ctx) -> bool:
    """Tell whether a request is of a revision without sessions, from 2026-07-28 on."""
    return ctx.protocol_version >= _STATELESS


@dataclass(frozen=True)
class Refusal:
    """Says why a request was not served and what the caller can do."""

    code: int
    reason: str  # one word for programs: "rate_limited"
    message: str  # a sentence for people and models
    hint: str = ""  # what to do, if there is something
    retry_after: float = 0  # seconds after which it makes sense to try again; 0: no promise

    def error(self) -> MCPError:
        """Return the refusal as a JSON-RPC error with {reason, hint, retryAfterMs} as data."""
        data: dict[str, Any] = {"reason": self.reason}
        if self.hint:
            data["hint"] = self.hint
        if milliseconds := int(self.retry_after * 1000):
            data["retryAfterMs"] = milliseconds
        return MCPError(self.code, self.message, data)


def failed(ctx: Ctx, problem: Exception) -> dict[str, Any]:
    """Return a tool result that tells the model what went wrong.

    It is for problems that the model can work round by calling differently.
    """
    result: dict[str, Any] = {"content": [{"type": "text", "text": str(problem)}], "isError": True}
    if stateless(ctx):  # whose results all say that they are complete
        result["resultType"] = "complete"
    return result

"""Keeps old versions of tools alive for a while.

A change that breaks callers goes into a tool of a new name. The old one stays,
says that it is deprecated and by what it is replaced, and works until its day.
"""

from __future__ import annotations

from mcp.types import Tool

# The key in a tool's _meta under which clients find its deprecation.
_KEY = "acme-server/deprecated"


def deprecate(tool: Tool, replacement: str, until: str) -> Tool:
    """Mark a tool as replaced by another, until a day (YYYY-MM-DD) after which it may be gone."""
    told = f"Deprecated: use {replacement}; this tool may be gone after {until}. {tool.description}"
    meta = {**(tool.meta or {}), _KEY: {"replacedBy": replacement, "until": until}}
    return tool.model_copy(update={"description": told, "meta": meta})

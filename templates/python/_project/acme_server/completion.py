"""Suggests values for prompt arguments and for the variables of URI templates."""

from __future__ import annotations

from collections.abc import Callable

from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, CompleteRequestParams, CompleteResult, Completion, PromptReference

from acme_server.middleware import Context

_MAX_VALUES = 100  # a client is shown no more than this; the protocol sets it


class Source:
    """Knows which values exist; an instance handles completion/complete."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], dict[str, Callable[[], list[str]]]] = {}

    def add(self, kind: str, name: str, argument: str, values: Callable[[], list[str]]) -> None:
        """Have the values of an argument come from values.

        The kind is ref/prompt with a prompt's name, or ref/resource with a URI template.
        """
        self._values.setdefault((kind, name), {})[argument] = values

    async def __call__(self, _: Context, params: CompleteRequestParams) -> CompleteResult:
        """Answer with the values that begin as the client has begun, whatever the case."""
        ref = params.ref
        name = ref.name if isinstance(ref, PromptReference) else str(ref.uri)
        known = self._values.get((ref.type, name))
        if known is None:
            raise MCPError(INVALID_PARAMS, f"there is nothing to complete for {ref.type} {name}")
        if params.argument.name not in known:
            return CompleteResult(completion=Completion(values=[]))
        begun = params.argument.value.lower()
        matches = [value for value in known[params.argument.name]() if value.lower().startswith(begun)]
        return CompleteResult(
            completion=Completion(values=matches[:_MAX_VALUES], total=len(matches), has_more=len(matches) > _MAX_VALUES)
        )

"""Decides by roles who may use which tools, resources and prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from mcp.server.context import CallNext, HandlerResult
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator

from acme_server import calls
from acme_server.caller import Caller, caller_of
from acme_server.middleware import Context, Stage

if TYPE_CHECKING:
    from acme_server.app import App

_BUILT_IN = Path(__file__).with_name("policy.yaml")
_KINDS = (calls.TOOL, calls.RESOURCE, calls.PROMPT)

# What lists are of, and what their members are named by.
_LISTS = {
    "tools": (calls.TOOL, "name"),
    "prompts": (calls.PROMPT, "name"),
    "resources": (calls.RESOURCE, "uri"),
    "resourceTemplates": (calls.RESOURCE, "uriTemplate"),
}


class Settings(BaseModel):
    """The policy."""

    MCP_RBAC_POLICY: str = ""  # YAML or JSON; empty: the built-in one, see policy.yaml

    @field_validator("MCP_RBAC_POLICY")
    @classmethod
    def _policy_can_be_read(cls, text: str) -> str:
        read(text)
        return text


def join(app: App) -> None:
    """Refuse what no role of the caller allows."""
    guard = Guard(read(app.config.MCP_RBAC_POLICY))
    #mcpctl:if audit

    # The audit comes after the decision, so it must be told of refusals.
    def denied(ctx: Context) -> None:
        try:
            app.auditor.denied(ctx)
        except OSError as e:
            app.log.error("a refusal is missing in the audit log", method=ctx.method, error=str(e))

    guard.denied = denied
    #mcpctl:end
    app.chain.use(Stage.AUTHZ, guard.middleware)


class _Strict(BaseModel):
    # A misspelt word must not open or close anything.
    model_config = ConfigDict(extra="forbid")


_Names = Annotated[list[str], BeforeValidator(lambda value: value or [])]


class Role(_Strict):
    """Lists what a role allows, as patterns in which * stands for any text."""

    tools: _Names = []
    resources: _Names = []
    prompts: _Names = []

    def allows(self, kind: str, name: str) -> bool:
        """Tell whether one of the patterns fits."""
        patterns = {calls.TOOL: self.tools, calls.RESOURCE: self.resources, calls.PROMPT: self.prompts}[kind]
        return any(match(pattern, name) for pattern in patterns)


_OrNone = BeforeValidator(lambda value: value or {})


class Policy(_Strict):
    """Who may use what."""

    roles: Annotated[dict[str, Annotated[Role, _OrNone]], _OrNone] = {}
    callers: Annotated[dict[str, _Names], _OrNone] = {}  # caller id → roles
    needs: Annotated[dict[str, _Names], _OrNone] = {}  # KIND:PATTERN → scopes

    def refuses(self, caller: Caller, kind: str, name: str) -> str:
        """Tell what the caller lacks to use the thing of this kind and name; empty: nothing."""
        if not any(self._has(caller, role) and self.roles[role].allows(kind, name) for role in self.roles):
            return "no role of this caller allows it"
        for need, scopes in self.needs.items():
            of, _, pattern = need.partition(":")
            if of == kind and match(pattern, name):
                for scope in scopes:
                    if not caller.has(scope):
                        return f'it takes the scope "{scope}"'
        return ""

    def _has(self, caller: Caller, role: str) -> bool:
        """Tell whether a caller has a role: of those that are listed, the list says all."""
        if caller.id in self.callers:
            return role in self.callers[caller.id]
        return caller.has(role)


def read(text: str) -> Policy:
    """Read a policy; an empty text stands for the built-in one."""
    try:
        value = yaml.load(text if text.strip() else _BUILT_IN.read_text("utf-8"), _Loader)  # noqa: S506 # it makes but texts
        policy = Policy.model_validate(value or {})
    except yaml.YAMLError as e:
        raise ValueError(f"MCP_RBAC_POLICY: {e}") from e
    except ValidationError as e:
        wrong = "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in e.errors())
        raise ValueError(f"MCP_RBAC_POLICY: {wrong}") from e
    for caller, roles in policy.callers.items():
        for role in roles:
            if role not in policy.roles:
                raise ValueError(
                    f'MCP_RBAC_POLICY: caller "{caller}" has the role "{role}", which is not among the roles'
                )
    for need in policy.needs:
        if not need.startswith(tuple(f"{kind}:" for kind in _KINDS)):
            raise ValueError(
                f'MCP_RBAC_POLICY: "{need}" under needs must name a tool:, a resource: or a prompt: by that word'
            )
    return policy


class _Loader(yaml.BaseLoader):
    """Reads every scalar as a text, and no key twice: the second would quietly replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is there twice", node.start_mark)
        return mapping


def match(pattern: str, name: str) -> bool:
    """Compare a name with a pattern in which * stands for any text."""
    first, *rest = pattern.split("*")
    if not rest or not name.startswith(first):
        return pattern == name
    *middle, last = rest
    at = len(first)
    for part in middle:  # each as early as it goes, which leaves the most for the others
        at = name.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return name.endswith(last) and len(name) - at >= len(last)


class Guard:
    """Refuses what the policy does not allow and leaves it out of lists."""

    def __init__(self, policy: Policy, who: Callable[[Context], Caller] = caller_of) -> None:
        """Go by a policy; who tells the caller of a request."""
        self._policy = policy
        self._who = who
        self.denied: Callable[[Context], None] = lambda _: None  # told of refusals

    async def middleware(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Guard one request."""
        caller = self._who(ctx)
        for kind, name in _wanted(ctx):
            if why := self._policy.refuses(caller, kind, name):
                self.denied(ctx)
                raise calls.Refusal(
                    calls.FORBIDDEN,
                    "forbidden",
                    f'"{caller.id}" may not use the {kind} "{name}": {why}',
                    "ask the operator of this server for a role or scope that allows it",
                ).error()
        result = await call_next(ctx)
        return self._filtered(caller, result) if isinstance(result, dict) else result

    def _filtered(self, caller: Caller, result: dict[str, Any]) -> dict[str, Any]:
        """Return lists without what the caller may not use. They are copied: others may share them."""
        for members, (kind, key) in _LISTS.items():
            if isinstance(listed := result.get(members), list):
                kept = [m for m in listed if not self._policy.refuses(caller, kind, m[key])]
                result = {**result, members: kept}
        return result


def _wanted(ctx: Context) -> list[tuple[str, str]]:
    """Return the kinds and names of all that a request wants to use."""
    if ctx.method == "subscriptions/listen":
        notifications = (ctx.params or {}).get("notifications")
        uris = notifications.get("resourceSubscriptions") if isinstance(notifications, Mapping) else None
        return [(calls.RESOURCE, uri) for uri in uris or [] if isinstance(uri, str)]
    kind, name = calls.target(ctx)
    return [(kind, name)] if kind else []

"""Makes the server an OAuth 2.1 resource server.

Clients learn where to get a token, and which scopes they lack for what they want
to do. Whether a token is good is the business of jwt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.auth import challenge
from acme_server.caller import ANONYMOUS, of_scope
from acme_server.middleware import Layer
from acme_server.settings import CommaList, Pairs
from acme_server.wire import decode, read_body, replay

if TYPE_CHECKING:
    from acme_server.app import App

# Where RFC 9728 puts the metadata of a protected resource.
_WELL_KNOWN = "/.well-known/oauth-protected-resource"

# The metadata is for everybody, web pages of other sites included.
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
}


class Settings(BaseModel):
    """The server as an OAuth resource. MCP_OAUTH_RESOURCE switches it on."""

    MCP_OAUTH_RESOURCE: str = ""  # URL of the MCP endpoint as clients see it; also the audience of tokens (RFC 8707)
    MCP_OAUTH_SERVERS: Annotated[CommaList, Field(validate_default=True)] = []  # issuers of tokens
    MCP_OAUTH_SCOPES: CommaList = []  # wanted for every request

    # Wanted for calls of a tool, besides: TOOL=SCOPE or TOOL=SCOPE SCOPE, several
    # separated by commas.
    MCP_OAUTH_TOOL_SCOPES: Pairs = {}

    @field_validator("MCP_OAUTH_RESOURCE")
    @classmethod
    def _resource_is_a_url(cls, url: str) -> str:
        if url and (not urlsplit(url).netloc or urlsplit(url).fragment):
            raise ValueError(
                f'MCP_OAUTH_RESOURCE is "{url}": '
                "it must be a URL without a fragment, such as https://mcp.example.com/mcp"
            )
        return url

    @field_validator("MCP_OAUTH_SERVERS")
    @classmethod
    def _somebody_issues_tokens(cls, servers: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("MCP_OAUTH_RESOURCE") and not servers:
            raise ValueError("MCP_OAUTH_SERVERS is empty: name the issuer of the tokens, so that clients find it")
        return servers


def join(app: App) -> None:
    """Tell clients where to get a token and which scopes it takes."""
    if not app.config.MCP_OAUTH_RESOURCE:
        return
    resource = Resource(app.config)
    for path in resource.paths:
        app.route(path, resource.metadata, ["GET", "OPTIONS"])
    app.bearer.metadata_url = resource.metadata_url
    app.bearer.scopes = app.config.MCP_OAUTH_SCOPES
    # Inside the check of tokens, which tells who calls.
    app.wrap(Layer.SESSION, lambda endpoint: resource.scopes(endpoint, app.config.MCP_HTTP_MAX_BODY))


class Resource:
    """The server as clients see it."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings, in which the resource is described."""
        self._url = settings.MCP_OAUTH_RESOURCE
        self._servers = settings.MCP_OAUTH_SERVERS
        self._scopes = settings.MCP_OAUTH_SCOPES
        self._of_tools = {tool: scopes.split() for tool, scopes in settings.MCP_OAUTH_TOOL_SCOPES.items()}
        parts = urlsplit(self._url)
        path = parts.path.rstrip("/")
        self.metadata_url = f"{parts.scheme}://{parts.netloc}{_WELL_KNOWN}{path}"
        # The one for this resource, and the one of the whole host, where simple clients look.
        self.paths = list(dict.fromkeys([_WELL_KNOWN + path, _WELL_KNOWN]))

    async def metadata(self, request: Request) -> Response:
        """Serve the metadata."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_CORS)
        scopes = sorted({*self._scopes, *(s for scopes in self._of_tools.values() for s in scopes)})
        metadata = {
            "resource": self._url,
            "authorization_servers": self._servers,
            "scopes_supported": scopes,
            "bearer_methods_supported": ["header"],
            "resource_name": "Acme Server",
        }
        return JSONResponse({name: value for name, value in metadata.items() if value}, headers=_CORS)

    def scopes(self, endpoint: ASGIApp, max_body: int) -> ASGIApp:
        """Wrap the endpoint so that calls without the scopes that a tool takes are refused.

        The challenge names the scopes, so that the client can ask its user for more
        ("step-up"). This belongs inside the check of tokens. max_body is in bytes.
        """
        if not self._of_tools:
            return endpoint

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] != "POST":
                return await endpoint(scope, receive, send)
            # The header that names the tool is not to be trusted in the handshake
            # era, so the body is read; it goes on as it came.
            body = await read_body(receive, max_body)
            if body is None:
                text = f"request body exceeds {max_body} bytes\n"
                return await PlainTextResponse(text, 413, {"Connection": "close"})(scope, receive, send)
            caller, wanted = of_scope(scope), self._wanted(body)
            if all(caller.has(s) for s in wanted):
                return await endpoint(scope, replay(body, receive), send)
            return await self._refusal(wanted, known=caller.id != ANONYMOUS)(scope, receive, send)

        return serve

    def _wanted(self, body: bytes) -> list[str]:
        """Return the scopes for all calls in a body.

        It holds one message or, as one of the old revisions allows, a list of them.
        """
        value, _ = decode(body)  # what is no message is refused further in
        wanted: list[str] = []
        for message in value if isinstance(value, list) else [value]:
            if isinstance(message, dict) and message.get("method") == "tools/call":
                wanted += self._of_tools.get(_tool(message.get("params")), [])
        return wanted

    def _refusal(self, wanted: list[str], *, known: bool) -> Response:
        """Name all scopes that the call takes, also those that the token has.

        Clients ask for exactly what they are told.
        """
        parts = {"resource_metadata": self.metadata_url, "scope": " ".join(sorted({*self._scopes, *wanted}))}
        if not known:
            header = challenge(**parts)
            return PlainTextResponse("this call takes a token\n", 401, {"WWW-Authenticate": header})
        header = challenge(**parts, error="insufficient_scope", error_description="this call takes more scopes")
        return PlainTextResponse("insufficient scope\n", 403, {"WWW-Authenticate": header})


def _tool(params: Any) -> str:
    name = params.get("name") if isinstance(params, dict) else None
    return name if isinstance(name, str) else ""

"""Knows callers by signed tokens of an identity provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from acme_server.settings import Duration, shown
from acme_server.wire import LOOPBACK

if TYPE_CHECKING:
    from acme_server.app import App
    from acme_server.tokens import Verifier

_SOURCES = ("MCP_JWT_JWKS_URL", "MCP_JWT_PUBLIC_KEY", "MCP_JWT_SECRET")


class Settings(BaseModel):
    """Whose tokens are good. One source of keys switches tokens on."""

    MCP_JWT_JWKS_URL: str = ""  # where the provider publishes its keys (RS256, ES256)
    MCP_JWT_PUBLIC_KEY: str = ""  # one public key in PEM (RS256, ES256)
    MCP_JWT_SECRET: SecretStr = SecretStr("")  # a secret shared with the issuer (HS256), at least 32 bytes

    MCP_JWT_ISSUER: Annotated[str, Field(validate_default=True)] = ""
    MCP_JWT_AUDIENCE: str = ""
    MCP_JWT_CLOCK_SKEW: Duration = 30
    MCP_JWT_JWKS_REFRESH: Duration = 900  # how long fetched keys are kept

    @field_validator("MCP_JWT_JWKS_URL")
    @classmethod
    def _jwks_url_is_safe(cls, url: str) -> str:
        # Whoever can change the keys on their way can sign in as anybody. This
        # machine itself is the exception, for development.
        parts = urlsplit(url)
        if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("MCP_JWT_JWKS_URL: it must begin with https://")
        return url

    @field_validator("MCP_JWT_PUBLIC_KEY")
    @classmethod
    def _public_key_is_public(cls, pem: str) -> str:
        if pem:
            from acme_server.tokens import public_key

            public_key(pem)
        return pem

    @field_validator("MCP_JWT_SECRET")
    @classmethod
    def _jwt_secret_is_long(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value().encode()) < 32:
            raise ValueError(
                "MCP_JWT_SECRET is shorter than 32 bytes, which can be guessed: make one with `openssl rand -base64 32`"
            )
        return secret

    @field_validator("MCP_JWT_ISSUER")
    @classmethod
    def _tokens_have_an_issuer_and_one_source(cls, issuer: str, info: ValidationInfo) -> str:
        sources = _sources(info.data)
        if len(sources) > 1:
            raise ValueError("set one of MCP_JWT_JWKS_URL, MCP_JWT_PUBLIC_KEY and MCP_JWT_SECRET, not several")
        if sources and not issuer:
            raise ValueError("MCP_JWT_ISSUER is empty: set it to the iss of the tokens")
        return issuer

    @field_validator("MCP_JWT_CLOCK_SKEW")
    @classmethod
    def _clock_skew_is_small(cls, skew: float, info: ValidationInfo) -> float:
        if _sources(info.data) and not 0 <= skew <= 300:
            raise ValueError(f"MCP_JWT_CLOCK_SKEW is {shown(skew)}: it must be between 0s and 5m")
        return skew

    @field_validator("MCP_JWT_JWKS_REFRESH")
    @classmethod
    def _jwks_refresh_is_long(cls, refresh: float, info: ValidationInfo) -> float:
        if _sources(info.data) and refresh < 60:
            raise ValueError(f"MCP_JWT_JWKS_REFRESH is {shown(refresh)}: it must be at least 1m")
        return refresh


def _sources(values: dict[str, Any]) -> list[str]:
    """Return the sources of keys that are set."""
    return [s for s in _SOURCES if values.get(s)]


def join(app: App) -> None:
    """Accept signed tokens."""
    audience = app.config.MCP_JWT_AUDIENCE
    #mcpctl:if oauth
    audience = audience or app.config.MCP_OAUTH_RESOURCE  # as RFC 8707 has it
    #mcpctl:end
    if verifier := new(app.config, audience):
        app.verifiers.append(verifier.verify)


def new(settings: Settings, audience: str) -> Verifier | None:
    """Return a verifier as the settings say; with no source of keys, none."""
    if not _sources(settings.model_dump()):
        return None
    if not audience:
        raise ValueError(
            "MCP_JWT_AUDIENCE is empty: a token that was issued for another service would be good here; "
            "set it to this server's identifier"
        )
    from acme_server.jwks import Remote, Source, Static
    from acme_server.tokens import Verifier, public_key, shared_key

    source: Source
    algorithms = ["RS256", "ES256"]
    if settings.MCP_JWT_JWKS_URL:
        source = Remote(settings.MCP_JWT_JWKS_URL, settings.MCP_JWT_JWKS_REFRESH)
    elif settings.MCP_JWT_PUBLIC_KEY:
        source = Static(public_key(settings.MCP_JWT_PUBLIC_KEY))
    else:
        source, algorithms = Static(shared_key(settings.MCP_JWT_SECRET.get_secret_value())), ["HS256"]
    return Verifier(source, algorithms, settings.MCP_JWT_ISSUER, audience, settings.MCP_JWT_CLOCK_SKEW)

"""What the server is told by its environment.

Every setting is a variable named MCP_…; a file of NAME=value lines may give them
too, and the environment wins over the file. A variable NAME that is not set is
read from the file that NAME_FILE names, as secrets are mounted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from acme_server import (
    #mcpctl:if apikeys
    apikeys,
    #mcpctl:end
    #mcpctl:if audit
    audit,
    #mcpctl:end
    #mcpctl:if apikeys || jwt
    auth,
    #mcpctl:end
    #mcpctl:if breaker
    breaker,
    #mcpctl:end
    #mcpctl:if bulkhead
    bulkhead,
    #mcpctl:end
    #mcpctl:if cache
    cache,
    #mcpctl:end
    #mcpctl:if elicitation
    elicitation,
    #mcpctl:end
    #mcpctl:if headers
    headers,
    #mcpctl:end
    #mcpctl:if health
    health,
    #mcpctl:end
    #mcpctl:if logging
    json_log,
    #mcpctl:end
    #mcpctl:if jwt
    jwt,
    #mcpctl:end
    #mcpctl:if limits
    limits,
    #mcpctl:end
    #mcpctl:if metrics
    metrics,
    #mcpctl:end
    #mcpctl:if oauth
    oauth,
    #mcpctl:end
    #mcpctl:if otel
    otel,
    #mcpctl:end
    #mcpctl:if pagination
    pagination,
    #mcpctl:end
    #mcpctl:if pathguard
    pathguard,
    #mcpctl:end
    #mcpctl:if pii
    pii,
    #mcpctl:end
    #mcpctl:if ratelimit
    ratelimit,
    #mcpctl:end
    #mcpctl:if rbac
    rbac,
    #mcpctl:end
    #mcpctl:if redis
    redis,
    #mcpctl:end
    #mcpctl:if retry
    retry,
    #mcpctl:end
    #mcpctl:if secrets
    secrets,
    #mcpctl:end
    #mcpctl:if sessions
    sessions,
    #mcpctl:end
    settings,
    #mcpctl:if ssrf
    ssrf,
    #mcpctl:end
    #mcpctl:if tasks
    tasks,
    #mcpctl:end
    #mcpctl:if timeouts
    timeouts,
    #mcpctl:end
)


class ConfigError(Exception):
    """Tells everything that is wrong with the settings, a line each."""


class CoreSettings(BaseModel):
    """What every server needs, whatever its features."""

    MCP_HTTP_ADDR: settings.Address = ""  # host:port of the MCP port; empty: stdio
    MCP_ADMIN_ADDR: settings.Address = ""  # host:port of the admin port; empty: none
    MCP_HTTP_ORIGINS: settings.CommaList = []
    MCP_HTTP_HOSTS: settings.CommaList = []
    MCP_HTTP_MAX_BODY: settings.Positive = 4 << 20  # bytes

    MCP_DRAIN_DELAY: settings.Duration = 0  # from not ready to not listening, for load balancers
    MCP_DRAIN_TIMEOUT: settings.PositiveDuration = 20  # for answers under way
    MCP_STOP_TIMEOUT: settings.PositiveDuration = 5  # for each shutdown hook

    MCP_CHECK_EVERY: settings.PositiveDuration = 60  # dependency checks
    MCP_STATS_EVERY: settings.PositiveDuration = 300  # counters to the log
    MCP_KEEP_ALIVE: settings.Duration = 600  # pings to clients of the handshake era

    MCP_LIST_TTL: settings.Duration = 60  # how long clients may keep lists

    MCP_UPSTREAMS: settings.Pairs = {}  # addresses of services, as name=https://…

    @field_validator("MCP_ADMIN_ADDR")
    @classmethod
    def _another(cls, address: str, info: ValidationInfo) -> str:
        if address and address == info.data.get("MCP_HTTP_ADDR"):
            raise ValueError("MCP_ADMIN_ADDR is MCP_HTTP_ADDR: the admin port must be another")
        return address

    @field_validator("MCP_HTTP_ORIGINS")
    @classmethod
    def _origins(cls, origins: list[str]) -> list[str]:
        for origin in origins:
            at = urlsplit(origin)
            if origin != "*" and not (at.scheme and at.netloc and origin == f"{at.scheme}://{at.netloc}"):
                raise ValueError(f"MCP_HTTP_ORIGINS: {origin}; write scheme://host[:port]")
        return origins

    def warnings(self) -> list[str]:
        """Tell what works but may not be meant."""
        if not self.MCP_HTTP_ADDR or self.MCP_HTTP_HOSTS:
            return []
        host, _ = settings.split_address(self.MCP_HTTP_ADDR)
        if host in ("localhost", "::1") or host.startswith("127."):
            return []
        return ["MCP_HTTP_HOSTS is empty although the MCP port is open to others: list the host names that clients use"]


class OwnSettings(BaseModel):
    """What this server itself needs to be told, apart from its features."""

    MCP_FETCH_HOSTS: settings.CommaList = []  # hosts that the tool fetch_page may ask; none: no such tool


OWN_DEFAULTS: dict[str, str] = {
    # Defaults of features' settings that name this server's tools, which the features
    # know nothing of.
    #mcpctl:if cache
    "MCP_CACHE_TOOLS": "search_notes,find_notes",
    #mcpctl:end
    #mcpctl:if timeouts
    "MCP_TIMEOUT_TOOLS": "delete_note=5m,share_note=5m,summarise_note=2m",
    #mcpctl:end
}


class Config(
    CoreSettings,
    OwnSettings,
    #mcpctl:if elicitation
    elicitation.Settings,
    #mcpctl:end
    #mcpctl:if tasks
    tasks.Settings,
    #mcpctl:end
    #mcpctl:if apikeys
    apikeys.Settings,
    #mcpctl:end
    #mcpctl:if audit
    audit.Settings,
    #mcpctl:end
    #mcpctl:if apikeys || jwt
    auth.Settings,
    #mcpctl:end
    #mcpctl:if breaker
    breaker.Settings,
    #mcpctl:end
    #mcpctl:if bulkhead
    bulkhead.Settings,
    #mcpctl:end
    #mcpctl:if cache
    cache.Settings,
    #mcpctl:end
    #mcpctl:if headers
    headers.Settings,
    #mcpctl:end
    #mcpctl:if health
    health.Settings,
    #mcpctl:end
    #mcpctl:if logging
    json_log.Settings,
    #mcpctl:end
    #mcpctl:if limits
    limits.Settings,
    #mcpctl:end
    #mcpctl:if metrics
    metrics.Settings,
    #mcpctl:end
    #mcpctl:if otel
    otel.Settings,
    #mcpctl:end
    #mcpctl:if jwt
    jwt.Settings,
    #mcpctl:end
    #mcpctl:if oauth
    oauth.Settings,
    #mcpctl:end
    #mcpctl:if pagination
    pagination.Settings,
    #mcpctl:end
    #mcpctl:if pathguard
    pathguard.Settings,
    #mcpctl:end
    #mcpctl:if pii
    pii.Settings,
    #mcpctl:end
    #mcpctl:if ratelimit
    ratelimit.Settings,
    #mcpctl:end
    #mcpctl:if rbac
    rbac.Settings,
    #mcpctl:end
    #mcpctl:if redis
    redis.Settings,
    #mcpctl:end
    #mcpctl:if retry
    retry.Settings,
    #mcpctl:end
    #mcpctl:if secrets
    secrets.Settings,
    #mcpctl:end
    #mcpctl:if sessions
    sessions.Settings,
    #mcpctl:end
    #mcpctl:if ssrf
    ssrf.Settings,
    #mcpctl:end
    #mcpctl:if timeouts
    timeouts.Settings,
    #mcpctl:end
    BaseSettings,
):
    """All that can be set. It is not changed after load.

    A class above may have a method warnings.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", case_sensitive=True, validate_default=False)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Source, *_: Source, **__: Source
    ) -> tuple[Source, ...]:
        """Beneath what load gives there are the files that it names, and this server's own defaults."""
        given = init_settings()
        named = {name: at for name in cls.model_fields if name not in given and (at := given.get(f"{name}_FILE"))}
        mounted = {name: _mounted(at) for name, at in named.items()}
        beneath = (InitSettingsSource(settings_cls, values) for values in (mounted, {**OWN_DEFAULTS}))
        return init_settings, *beneath

    @model_validator(mode="before")
    @classmethod
    def _set(cls, given: dict[str, Any]) -> dict[str, Any]:
        #mcpctl:if otel
        # The standard variable says where the collector is, too.
        given["MCP_OTEL_ENDPOINT"] = given.get("MCP_OTEL_ENDPOINT") or given.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        #mcpctl:end
        # An empty variable is as good as none.
        return {name: value for name, value in given.items() if value}

    @field_validator("*", mode="before")
    @classmethod
    def _readable(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, Exception):
            raise ValueError(f"{info.field_name}_FILE: {value}")
        return value

    def upstream(self, service: str, fallback: str) -> str:
        """Return the address of a service: what MCP_UPSTREAMS says, else fallback."""
        return self.MCP_UPSTREAMS.get(service) or fallback


def load(file: str, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    """Read the settings from the environment and, beneath it, from a file of NAME=value lines.

    Everything that is wrong comes in one ConfigError; what is merely doubtful
    comes as warnings.
    """
    variables: dict[str, Any] = {**(_read(file) if file else {}), **environ}
    known = Config.model_fields
    warnings = [
        f"{name} is set but no setting has this name"
        for name in variables
        if name.startswith("MCP_") and name not in known and name.removesuffix("_FILE") not in known
    ]
    try:
        config = Config(**{name: value for name, value in variables.items() if name.startswith(("MCP_", "OTEL_"))})
    except ValidationError as e:
        raise ConfigError("\n".join(map(_line, e.errors()))) from None
    for part in Config.__mro__:
        warnings += vars(part).get("warnings", lambda _: [])(config)
    return config, warnings


def _mounted(file: str) -> str | Exception:
    """Read a setting as secrets are mounted. What goes wrong is told with all else that is."""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, ValueError) as e:
        return e


def _line(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    return message if message.startswith("MCP_") else f"{error['loc'][0]}: {message}"


def _read(name: str) -> dict[str, str]:
    """As in the files that containers are given, nothing is quoted and nothing expanded."""
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, ValueError) as e:
        raise ConfigError(f"reading the configuration: {e}") from None
    found = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ConfigError(f"{name}:{number}: a setting is written NAME=value")
        found[key.strip()] = value.strip()
    return found

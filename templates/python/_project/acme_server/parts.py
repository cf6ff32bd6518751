"""Lists the parts of the server.

Each feature has one entry here, and its module has a function join, which is the
only place where it meets the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

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
    #mcpctl:if prompts
    prompts,
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
    #mcpctl:if resources
    resources,
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
    #mcpctl:if ssrf
    ssrf,
    #mcpctl:end
    #mcpctl:if subscriptions
    subscriptions,
    #mcpctl:end
    #mcpctl:if tasks
    tasks,
    #mcpctl:end
    #mcpctl:if timeouts
    timeouts,
    #mcpctl:end
    tools,
)
from acme_server.keepalive import KeepAlive
from acme_server.middleware import Layer, Stage, recover
from acme_server.wire import Guard

if TYPE_CHECKING:
    from acme_server.app import App


def parts() -> list[tuple[str, Callable[[App], None]]]:
    """List every part in the order in which they are joined: one may rely on those above it."""
    return [
        #mcpctl:if logging
        ("logging", json_log.join),
        #mcpctl:end
        #mcpctl:if secrets
        ("secrets", secrets.join),
        #mcpctl:end
        #mcpctl:if pii
        ("pii", pii.join),  # the log is complete from here on
        #mcpctl:end
        ("server", _join_server),
        #mcpctl:if otel
        ("otel", otel.join),
        #mcpctl:end
        #mcpctl:if metrics
        ("metrics", metrics.join),
        #mcpctl:end
        #mcpctl:if health
        ("health", health.join),
        #mcpctl:end
        #mcpctl:if cache
        # Outside of a tool's breaker: what is cached neither fails nor counts.
        ("cache", cache.join),
        #mcpctl:end
        #mcpctl:if redis
        ("redis", redis.join),
        #mcpctl:end
        #mcpctl:if retry || breaker || ssrf
        # Outgoing calls: each wraps those below it.
        #mcpctl:end
        #mcpctl:if retry
        ("retry", retry.join),
        #mcpctl:end
        #mcpctl:if breaker
        ("breaker", breaker.join),
        #mcpctl:end
        #mcpctl:if ssrf
        ("ssrf", ssrf.join),
        #mcpctl:end
        # Who may do what.
        ("origin", _join_origin),
        #mcpctl:if apikeys
        ("apikeys", apikeys.join),
        #mcpctl:end
        #mcpctl:if jwt
        ("jwt", jwt.join),
        #mcpctl:end
        #mcpctl:if oauth
        ("oauth", oauth.join),
        #mcpctl:end
        #mcpctl:if apikeys || jwt
        ("auth", auth.join),
        #mcpctl:end
        #mcpctl:if rbac
        ("rbac", rbac.join),
        #mcpctl:end
        #mcpctl:if headers
        ("headers", headers.join),
        #mcpctl:end
        #mcpctl:if limits
        ("limits", limits.join),
        #mcpctl:end
        #mcpctl:if sessions
        ("sessions", sessions.join),
        #mcpctl:end
        #mcpctl:if ratelimit || bulkhead || timeouts
        # How much and how long.
        #mcpctl:end
        #mcpctl:if ratelimit
        ("ratelimit", ratelimit.join),
        #mcpctl:end
        #mcpctl:if bulkhead
        ("bulkhead", bulkhead.join),
        #mcpctl:end
        #mcpctl:if timeouts
        ("timeouts", timeouts.join),
        #mcpctl:end
        #mcpctl:if audit
        ("audit", audit.join),
        #mcpctl:end
        # What the server offers.
        #mcpctl:if pagination
        ("pagination", pagination.join),
        #mcpctl:end
        #mcpctl:if pathguard
        ("pathguard", pathguard.join),
        #mcpctl:end
        #mcpctl:if elicitation
        ("elicitation", elicitation.join),
        #mcpctl:end
        #mcpctl:if tasks
        ("tasks", tasks.join),
        #mcpctl:end
        ("tools", tools.join),
        #mcpctl:if resources
        ("resources", resources.join),
        #mcpctl:end
        #mcpctl:if subscriptions
        ("subscriptions", subscriptions.join),
        #mcpctl:end
        #mcpctl:if prompts
        ("prompts", prompts.join),
        #mcpctl:end
    ]


def _join_server(app: App) -> None:
    async def tell() -> None:
        app.stats.tell(app.log, "statistics")

    alive = KeepAlive(app.config.MCP_KEEP_ALIVE, app.end_session)
    app.chain.use(Stage.ERROR, app.stats)
    app.chain.use(Stage.ERROR, recover(app.log))
    app.chain.use(Stage.ERROR, alive)
    app.life.on_stop("keep-alive", alive.stop)
    app.life.every("checks", app.config.MCP_CHECK_EVERY, app.life.check_all)
    app.life.every("stats", app.config.MCP_STATS_EVERY, tell)


def _join_origin(app: App) -> None:
    config = app.config
    app.wrap(Layer.ORIGIN, lambda inner: Guard(inner, origins=config.MCP_HTTP_ORIGINS, hosts=config.MCP_HTTP_HOSTS))
